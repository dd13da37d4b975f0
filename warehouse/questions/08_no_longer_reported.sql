-- title: 与上年报告相比,哪些指标今年不再报告?
-- english: Which indicators of last year's report does this year's leave out?
-- sentence: Indicators that the same issuer stated last year, in whatever scope and bound, and does not state this year; only issuers with both reports.
-- parameter: year INTEGER · this year; without it the latest
-- parameter: region VARCHAR · code or name, with all below it
-- parameter: level VARCHAR · province, prefecture, county, township or department; without it governments
WITH this AS (
    SELECT region_code, issuer, report_year, report_id FROM report_states
    WHERE report_year = coalesce($year, (SELECT max(report_year) FROM report_states))
      AND in_region(region_code, $region) AND of_level(level, $level)
),
pairs AS (
    SELECT t.report_id, b.report_id AS before FROM this t
    JOIN report_states b ON b.region_code = t.region_code AND b.issuer = t.issuer AND b.report_year = t.report_year - 1
),
-- Of this year's reports alone: the statements of all years make a table many times as large to look into.
stated AS (SELECT DISTINCT o.report_id, o.indicator FROM observations o SEMI JOIN pairs p ON p.report_id = o.report_id)
SELECT f.region_code, f.region, f.issuer, f.report_year + 1 AS report_year, f.indicator,
       any_value(i.name_zh) AS name_zh, first(f.value ORDER BY f.start) AS last_value, any_value(f.unit) AS unit,
       first(f.evidence ORDER BY f.start) AS last_evidence, p.before AS last_report_id, p.report_id
FROM pairs p JOIN figures f ON f.report_id = p.before
LEFT JOIN indicators i ON i.code = f.indicator
WHERE f.indicator NOT LIKE '%.yoy' AND f.indicator NOT LIKE '%.share'
  AND NOT EXISTS (FROM stated s WHERE s.report_id = p.report_id AND s.indicator = f.indicator)
GROUP BY f.region_code, f.region, f.issuer, f.report_year, f.indicator, p.before, p.report_id
ORDER BY f.region_code, f.issuer, f.indicator;
