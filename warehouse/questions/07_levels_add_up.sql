-- title: 同一指标、同一年,省、市、县三级数字能否相加?
-- english: Do counties add up to the city, and cities to the province?
-- sentence: The figure of a government beside the sum of the governments right below it, with how many of those reported it; only where all did can the sum be held against the figure.
-- parameter: indicator VARCHAR = reconsideration.received · code of a count
-- parameter: year INTEGER · the year reported on; without it all years
-- parameter: region VARCHAR · code or name, with all below it
WITH told AS (
    SELECT region_code, report_year, max(value) AS value, any_value(region) AS region FROM cells
    WHERE indicator = $indicator AND of_level(level, NULL) GROUP BY ALL
),
below AS (
    SELECT g.parent_code, t.report_year, sum(t.value) AS value, count(*) AS reporting
    FROM regions g JOIN told t ON t.region_code = g.region_code GROUP BY ALL
),
children AS (SELECT parent_code, count(*) AS number FROM regions GROUP BY ALL)
SELECT t.region_code, t.region, t.report_year, t.value, b.value AS sum_of_those_below, b.reporting, c.number AS below,
       b.value - t.value AS difference, CASE WHEN b.reporting = c.number THEN b.value = t.value END AS adds_up
FROM told t JOIN below b ON b.parent_code = t.region_code AND b.report_year = t.report_year
JOIN children c ON c.parent_code = t.region_code
WHERE ($year IS NULL OR t.report_year = $year) AND in_region(t.region_code, $region)
ORDER BY t.report_year, t.region_code;
