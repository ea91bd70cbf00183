INSERT INTO articles_unique
SELECT ${columns}, article_id FROM deduplicated WHERE ${begun}
