-- The median of an indicator is within a factor of a thousand of last year's: more is a misread unit, not a country.
WITH medians AS (
    SELECT o.indicator, o.unit, t.report_year, t.level, median(abs(o.value)) AS middle, count(*) AS reports
    FROM text_observations o JOIN texts t ON t.report_id = o.report_id AND t.text_digest = o.text_digest
    WHERE o.latest GROUP BY ALL HAVING count(*) >= 20
)
SELECT a.indicator, a.unit, a.level, a.report_year, b.middle AS before, a.middle AS now
FROM medians a JOIN medians b ON b.indicator = a.indicator AND b.unit IS NOT DISTINCT FROM a.unit
     AND b.level IS NOT DISTINCT FROM a.level AND b.report_year = a.report_year - 1
WHERE a.middle > 0 AND b.middle > 0 AND greatest(a.middle / b.middle, b.middle / a.middle) > 1000
