-- title: 复议纠错率最高、最低的地方,分母各是什么?
-- english: Highest and lowest correction rate, and which denominator?
-- sentence: Each stated rate with the counts that give it; rates over different denominators (concluded, accepted, decided on the merits) must not be ranked together.
-- parameter: year INTEGER · the year reported on; without it the latest
-- parameter: region VARCHAR · code or name, with all below it
-- parameter: level VARCHAR · province, prefecture, county, township or department; without it governments
SELECT f.region_code, f.region, f.issuer, f.report_year, f.value AS stated_percent, c.numerator, c.denominator,
       (SELECT string_agg(DISTINCT d.indicator, ', ' ORDER BY d.indicator) FROM figures d
        WHERE d.report_id = f.report_id AND d.value = c.denominator AND d.indicator LIKE 'reconsideration.%')
       AS denominator_is,
       c.verdict, c.arithmetic, f.evidence, f.report_id
FROM figures f
LEFT JOIN checks c ON c.kind = 'report' AND c.report_id = f.report_id AND c.stated = f.value AND c.start < f."end" AND c."end" > f.start
WHERE f.indicator = 'reconsideration.correction_rate' AND f.bound = 'exact'
  AND f.report_year = coalesce($year, (SELECT max(report_year) FROM report_states))
  AND in_region(f.region_code, $region) AND of_level(f.level, $level)
ORDER BY f.value DESC, f.region_code, f.issuer;
