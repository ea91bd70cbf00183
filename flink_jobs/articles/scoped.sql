-- One row for each scope an article counts in. Late ones count in no window: theirs may have closed.
CREATE TEMPORARY VIEW scoped AS
SELECT published_at, family, `language`, `scope`
FROM deduplicated
CROSS JOIN UNNEST(ARRAY[
  'desk:' || desk,
  'country:' || country,
  'publisher:' || publisher
]) AS scopes (`scope`)
WHERE NOT late AND `scope` NOT LIKE '%:'
