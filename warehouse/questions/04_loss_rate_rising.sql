-- title: 一审败诉率逐年变化,哪些地方连续三年上升?
-- english: Whose loss rate in court rose over three years running?
-- sentence: Three reports of the same government, of years that follow each other, each with a higher rate than the one before.
-- parameter: region VARCHAR · code or name, with all below it
-- parameter: level VARCHAR · province, prefecture, county, township or department; without it governments
-- parameter: year INTEGER · the last of the three years; without it any
WITH rates AS (
    SELECT region_code, region, issuer, report_year, value, report_id,
           lag(value, 1) OVER one AS last, lag(report_year, 1) OVER one AS last_year,
           lag(value, 2) OVER one AS before, lag(report_year, 2) OVER one AS year_before
    FROM cells
    WHERE indicator = 'litigation.loss_rate' AND in_region(region_code, $region) AND of_level(level, $level)
    WINDOW one AS (PARTITION BY region_code, issuer ORDER BY report_year)
)
SELECT region_code, region, issuer, report_year, before AS two_years_before, last AS year_before, value AS loss_rate,
       report_id
FROM rates
WHERE value > last AND last > before AND last_year = report_year - 1 AND year_before = report_year - 2
  AND ($year IS NULL OR report_year = $year)
ORDER BY value DESC, region_code, issuer;
