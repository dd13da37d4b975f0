-- Figures held against the same issuer's report of the year before: stated growth, and changes of ten or ten thousand
-- times that no stated growth explains. Only reports that changed, or whose report of the year before did, are told
-- anew; all of them where none is told yet.
CREATE OR REPLACE TEMP TABLE concerned AS
WITH changed AS (
    SELECT report_id FROM unsettled
    UNION SELECT report_id FROM report_states WHERE NOT EXISTS (FROM year_checks)
)
SELECT report_id FROM changed
UNION SELECT report_id FROM year_checks WHERE before_report_id IN (FROM changed)
UNION SELECT n.report_id FROM report_states b SEMI JOIN changed USING (report_id)
JOIN report_states n ON n.issuer = b.issuer AND n.region_code IS NOT DISTINCT FROM b.region_code
     AND n.report_year = b.report_year + 1;

DELETE FROM year_checks WHERE report_id IN (FROM concerned);

INSERT INTO year_checks BY NAME
WITH years AS (
    SELECT n.report_id, n.version, b.report_id AS before_report_id
    FROM report_states n SEMI JOIN concerned USING (report_id)
    JOIN report_states b ON b.issuer = n.issuer AND b.region_code IS NOT DISTINCT FROM n.region_code
         AND b.report_year = n.report_year - 1
),
pairs AS (
    SELECT y.*, n.indicator, n.unit, n.start, n."end", n.evidence, n.value AS now, b.value AS before,
           greatest(n.value / b.value, b.value / n.value) AS times, 100 * (n.value - b.value) / b.value AS grown
    FROM years y
    JOIN cells n ON n.report_id = y.report_id
    JOIN cells b ON b.report_id = y.before_report_id AND b.indicator = n.indicator
     AND (b.unit IS NOT DISTINCT FROM n.unit
          OR (b.unit IN ('件', '宗', '起', '例', '件次') AND n.unit IN ('件', '宗', '起', '例', '件次')))
    WHERE n.value > 0 AND b.value > 0 AND coalesce(n.unit, '') NOT IN ('%', '位')
),
stated_growth AS (
    SELECT p.*, f.value AS stated, f.start AS stated_start, f."end" AS stated_end, f.evidence AS stated_evidence,
           CAST(length(regexp_extract(CAST(f.value AS VARCHAR), '\.([0-9]*?)0*$', 1)) AS INTEGER) AS places
    FROM pairs p
    JOIN figures f ON f.report_id = p.report_id AND f.indicator = p.indicator || '.yoy' AND f.unit = '%'
     AND f.bound = 'exact' AND f.value_high IS NULL
),
judged AS (
    SELECT *, CASE WHEN grown = stated THEN 'consistent' WHEN round(grown, places) = stated THEN 'rounded'
                   WHEN trunc(grown * pow(10, places)) / pow(10, places) = stated THEN 'truncated'
                   ELSE 'mismatch' END AS verdict
    FROM stated_growth
)
SELECT report_id, before_report_id, version, 'growth' AS rule, stated, now - before AS numerator,
       before AS denominator, grown AS computed, verdict, least(start, stated_start) AS start,
       greatest("end", stated_end) AS "end",
       format('上年报告写{:g},本年写{:g},变化{:.4g}%,原文写{:g}%', before, now, grown, stated)
       || CASE verdict WHEN 'mismatch' THEN ':不符。' ELSE ':相符。' END AS arithmetic,
       CASE WHEN evidence = stated_evidence THEN evidence ELSE concat_ws('……', evidence, stated_evidence) END
       AS evidence
FROM judged
UNION ALL BY NAME
SELECT report_id, before_report_id, version, 'leap' AS rule, now AS stated, now AS numerator, before AS denominator,
       now / before AS computed, 'mismatch' AS verdict, start, "end",
       format('本年{:g} ÷ 上年报告{:g} ≈ {:.4g}:相差约{}倍,疑为漏写或多写了计数单位,请核对原文。',
              now, before, now / before, CASE WHEN times < 100 THEN '十' ELSE '万' END) AS arithmetic, evidence
FROM pairs p
WHERE (times BETWEEN 7 AND 14 OR times BETWEEN 7000 AND 14000)
  AND NOT EXISTS (FROM judged j WHERE j.report_id = p.report_id AND j.indicator = p.indicator AND j.verdict <> 'mismatch')
ORDER BY report_id, start;
