-- title: 党委政府研究法治、会前学法次数与败诉率、纠错率是否相关?
-- english: Do leadership inputs correlate with outcomes?
-- sentence: Pearson's r over the reports that state both, a level at a time and in all, from three reports on; few reports or a narrow range make it worthless, so the number of reports stands beside it.
-- parameter: x VARCHAR = leadership.gov_meeting_law_study · code of one indicator
-- parameter: y VARCHAR = litigation.loss_rate · code of the other
-- parameter: year INTEGER · the year reported on; without it all years
-- parameter: region VARCHAR · code or name, with all below it
WITH pairs AS (
    SELECT a.level, a.value AS x, b.value AS y FROM cells a JOIN cells b ON b.report_id = a.report_id
    WHERE a.indicator = $x AND b.indicator = $y AND ($year IS NULL OR a.report_year = $year)
      AND in_region(a.region_code, $region)
)
SELECT coalesce(level, 'all') AS level, count(*) AS reports, CASE WHEN count(*) > 2 THEN round(corr(x, y), 4) END AS r, round(avg(x), 4) AS mean_x,
       round(avg(y), 4) AS mean_y, $x AS x, $y AS y
FROM pairs GROUP BY GROUPING SETS ((level), ())
HAVING count(*) > 0
ORDER BY reports DESC, level;
