-- The job, for every peer that speaks SQL. It reads s (hs text, pt text, m integer, v double, q double): imports of a product
-- of six digits from a partner in a month, in EUR and kg. :from is the first month that is judged, as year * 12 + month - 1.
WITH months AS (
    SELECT hs, m, sum(v) AS v, sum(q) AS q FROM s WHERE m > :from - 24 GROUP BY hs, m
), totals AS MATERIALIZED (
    SELECT hs, m, sum(v) OVER year AS tv, sum(q) OVER year AS tq FROM months
    WINDOW year AS (PARTITION BY hs ORDER BY m RANGE BETWEEN 11 PRECEDING AND CURRENT ROW)
), pairs AS (
    SELECT hs, pt, m, sum(v) OVER year AS v12, sum(q) OVER year AS q12, sum(v) OVER before AS p12 FROM s WHERE m > :from - 24
    WINDOW year AS (PARTITION BY hs, pt ORDER BY m RANGE BETWEEN 11 PRECEDING AND CURRENT ROW),
           before AS (PARTITION BY hs, pt ORDER BY m RANGE BETWEEN 23 PRECEDING AND 12 PRECEDING)
), grown AS MATERIALIZED (
    SELECT hs, pt, m, v12, q12, p12 FROM pairs WHERE m >= :from AND v12 > 1e6 AND p12 > 0 AND v12 > 1.5 * p12
)
SELECT hs, pt, m, v12, p12, v12 / tv AS share, v12 / q12 AS unit, (tv - v12) / (tq - q12) AS others
FROM grown JOIN totals USING (hs, m)
WHERE v12 > 0.05 * tv AND tv > v12 AND tq > q12 AND v12 / q12 < 0.8 * ((tv - v12) / (tq - q12))
ORDER BY hs, pt, m
