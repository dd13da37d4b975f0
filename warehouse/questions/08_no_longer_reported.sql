-- title: 与上年报告相比,哪些指标今年不再报告?
-- english: Which indicators of last year's report does this year's leave out?
-- sentence: Indicators that the same issuer stated last year, in whatever scope and bound, and does not state this year; only issuers with both reports.
-- parameter: year INTEGER · this year; without it the latest
-- parameter: region VARCHAR · code or name, with all below it
-- parameter: level VARCHAR · province, prefecture, county, township or department; without it governments
WITH pairs AS (
    SELECT b.region_code, b.region, b.issuer, n.report_year, b.report_id AS before, n.report_id
    FROM report_states n
    JOIN report_states b ON b.region_code = n.region_code AND b.issuer = n.issuer AND b.report_year = n.report_year - 1
    WHERE n.report_year = coalesce($year, (SELECT max(report_year) FROM report_states))
      AND in_region(n.region_code, $region) AND of_level(n.level, $level)
),
-- The years, though the names of the reports imply them, keep the engine from reading all others.
stated AS (
    SELECT p.before, o.indicator FROM pairs p
    JOIN text_observations o ON o.report_id = p.report_id AND o.report_year = p.report_year WHERE o.latest
),
dropped AS (
    SELECT p.*, o.indicator, o.value, o.unit, o.evidence
    FROM pairs p JOIN text_observations o ON o.report_id = p.before AND o.report_year = p.report_year - 1
    ANTI JOIN stated s ON s.before = o.report_id AND s.indicator = o.indicator
    WHERE o.latest AND o.indicator NOT LIKE '%.yoy' AND o.indicator NOT LIKE '%.share'
    QUALIFY row_number() OVER (PARTITION BY o.report_id, o.indicator ORDER BY o.start, o."end", o.quantity) = 1
)
SELECT d.region_code, d.region, d.issuer, d.report_year, d.indicator, i.name_zh, d.value AS last_value, d.unit,
       d.evidence AS last_evidence, d.before AS last_report_id, d.report_id
FROM dropped d LEFT JOIN indicators i ON i.code = d.indicator
ORDER BY d.region_code, d.issuer, d.indicator;
