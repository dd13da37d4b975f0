-- title: 各指标的报告率(多少地方报了)?
-- english: What share of the reports states each indicator?
-- sentence: Of the year's reports, how many state the indicator at all, in whatever scope and bound.
-- parameter: year INTEGER · the year reported on; without it the latest
-- parameter: region VARCHAR · code or name, with all below it
-- parameter: level VARCHAR · province, prefecture, county, township or department; without it governments
WITH asked AS (
    SELECT report_id FROM report_states
    WHERE report_year = coalesce($year, (SELECT max(report_year) FROM report_states))
      AND in_region(region_code, $region) AND of_level(level, $level)
),
told AS (
    SELECT o.indicator, count(DISTINCT o.report_id) AS reports FROM observations o SEMI JOIN asked USING (report_id)
    GROUP BY ALL
)
SELECT i.code AS indicator, i.name_zh, i.dimension_zh, coalesce(t.reports, 0) AS reports,
       (SELECT count(*) FROM asked) AS of_reports,
       round(100.0 * coalesce(t.reports, 0) / nullif((SELECT count(*) FROM asked), 0), 2) AS percent
FROM indicators i LEFT JOIN told t ON t.indicator = i.code
ORDER BY reports DESC, indicator;
