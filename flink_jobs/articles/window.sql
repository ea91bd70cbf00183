-- An unknown language is not taken for a foreign one.
SELECT
  what || '.${label}' AS name,
  `scope`,
  window_start,
  window_end,
  amount
FROM (
  SELECT
    window_start,
    window_end,
    `scope`,
    CAST(COUNT(*) AS DOUBLE) AS volume,
    CAST(COUNT(DISTINCT family) AS DOUBLE) AS families,
    AVG(CASE WHEN `language` IN ('', 'en') THEN CAST(0 AS DOUBLE) ELSE CAST(1 AS DOUBLE) END) AS non_english
  FROM TABLE(TUMBLE(TABLE scoped, DESCRIPTOR(published_at), ${size}))
  GROUP BY window_start, window_end, `scope`
)
CROSS JOIN UNNEST(ARRAY[
  ROW('volume', volume),
  ROW('families', families),
  ROW('non_english', non_english)
]) AS counted (what, amount)
