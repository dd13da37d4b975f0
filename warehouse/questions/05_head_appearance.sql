-- title: 负责人出庭应诉率不是100%的地方有哪些?只报率不报件数的呢?
-- english: Whose heads appear in court in less than all cases, and who gives a rate without counts?
-- sentence: Rates below 100 %, and rates that stand without the number of appearances.
-- parameter: year INTEGER · the year reported on; without it the latest
-- parameter: region VARCHAR · code or name, with all below it
-- parameter: level VARCHAR · province, prefecture, county, township or department; without it governments
SELECT f.region_code, f.region, f.issuer, f.report_year, f.value AS rate_percent, f.bound, n.value AS appearances,
       f.value < 100 AS below_100, n.value IS NULL AS without_counts, f.evidence, f.report_id
FROM figures f
LEFT JOIN (
    SELECT report_id, max(value) AS value FROM figures WHERE indicator = 'litigation.head_appearances' GROUP BY ALL
) n ON n.report_id = f.report_id
WHERE f.indicator = 'litigation.head_appearance_rate' AND (f.value < 100 OR n.value IS NULL)
  AND f.report_year = coalesce($year, (SELECT max(report_year) FROM report_states))
  AND in_region(f.region_code, $region) AND of_level(f.level, $level)
ORDER BY f.value, f.region_code, f.issuer;
