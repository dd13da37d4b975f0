-- title: 涉企检查减少了多少?2025年专项行动前后?
-- english: How far did inspections of businesses fall around the campaign of 2025?
-- sentence: Inspections in the year before, of and after the campaign, and the reduction that the reports themselves state.
-- parameter: campaign INTEGER = 2025 · year of the campaign
-- parameter: region VARCHAR · code or name, with all below it
-- parameter: level VARCHAR · province, prefecture, county, township or department; without it governments
WITH told AS (
    SELECT region_code, any_value(region) AS region, issuer,
           max(value) FILTER (WHERE indicator = 'enforcement.inspections' AND report_year = $campaign - 1) AS before,
           max(value) FILTER (WHERE indicator = 'enforcement.inspections' AND report_year = $campaign) AS during,
           max(value) FILTER (WHERE indicator = 'enforcement.inspections' AND report_year = $campaign + 1) AS after,
           max(value) FILTER (WHERE indicator = 'enforcement.inspections_reduced' AND report_year = $campaign)
           AS stated_reduction,
           max(value) FILTER (WHERE indicator = 'enforcement.inspections.yoy' AND report_year = $campaign)
           AS stated_change_percent
    FROM cells
    WHERE indicator IN ('enforcement.inspections', 'enforcement.inspections_reduced', 'enforcement.inspections.yoy')
      AND report_year BETWEEN $campaign - 1 AND $campaign + 1
      AND in_region(region_code, $region) AND of_level(level, $level)
    GROUP BY region_code, issuer
)
SELECT region_code, region, issuer, before, during, after,
       round(100 * (during / nullif(before, 0) - 1), 2) AS change_percent, stated_reduction, stated_change_percent
FROM told ORDER BY change_percent NULLS LAST, region_code, issuer;
