INSERT INTO indicators
SELECT
  name,
  `scope`,
  window_start,
  window_end,
  amount,
  CAST(NULL AS DOUBLE),
  CAST(NULL AS DOUBLE),
  CAST(NULL AS DOUBLE),
  0,
  FALSE,
  name || '+' || `scope`
FROM (
${windows}
)
${whole}
