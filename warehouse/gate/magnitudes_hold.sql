-- The median of an indicator is within a factor of a thousand of last year's: more is a misread unit, not a country.
-- Medians of other years than those of the loaded texts are as the last release had them.
WITH years AS (
    SELECT DISTINCT t.report_year + unnest([-1, 0, 1]) AS report_year
    FROM texts t SEMI JOIN loaded_texts USING (report_id, text_digest)
),
medians AS (
    SELECT o.indicator, o.unit, o.report_year, s.level, median(abs(o.value)) AS middle, count(*) AS reports
    FROM text_observations o SEMI JOIN years y ON y.report_year = o.report_year
    JOIN report_states s ON s.report_id = o.report_id
    WHERE o.latest GROUP BY ALL HAVING count(*) >= 20
)
SELECT a.indicator, a.unit, a.level, a.report_year, b.middle AS before, a.middle AS now
FROM medians a JOIN medians b ON b.indicator = a.indicator AND b.unit IS NOT DISTINCT FROM a.unit
     AND b.level IS NOT DISTINCT FROM a.level AND b.report_year = a.report_year - 1
WHERE a.middle > 0 AND b.middle > 0 AND greatest(a.middle / b.middle, b.middle / a.middle) > 1000
