-- title: 哪些地方在4月1日之后才公开(或没有公开)某年度报告?
-- english: Who published after 1 April, or not at all?
-- sentence: Every body whose report was due, was published late or was not found on a portal that could be read; a portal that could not be read is no proof of anything and is left to `fazhi coverage`.
-- parameter: year INTEGER · the year reported on; without it the last one that is due
-- parameter: region VARCHAR · code or name, with all below it
-- parameter: level VARCHAR · province, prefecture, county, township or department; without it governments
SELECT region_code, region, level, issuer, report_year, state, published_on, days_after_1_april, report_id
FROM coverage
WHERE report_year = coalesce($year, (SELECT max(report_year) FROM coverage WHERE state NOT IN ('not_due', 'published')))
  AND state IN ('late', 'missing') AND in_region(region_code, $region) AND of_level(level, $level)
ORDER BY state DESC, days_after_1_april DESC, region_code, issuer;
