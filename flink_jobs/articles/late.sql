INSERT INTO articles_late
SELECT ${columns}, article_id FROM deduplicated WHERE late AND ${begun}
