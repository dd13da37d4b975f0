-- title: 人均(每十万人)复议量、普法场次、调解件数排名?
-- english: Ranking per 100,000 people?
-- sentence: A count per 100,000 residents; needs the optional table `population`, without which only the counts stand there.
-- parameter: indicator VARCHAR = reconsideration.received · code of a count
-- parameter: year INTEGER · the year reported on; without it the latest
-- parameter: region VARCHAR · code or name, with all below it
-- parameter: level VARCHAR · province, prefecture or county; without it all three
SELECT c.region_code, c.region, c.issuer, c.report_year, c.indicator, c.value, p.population,
       round(100000 * c.value / nullif(p.population, 0), 2) AS per_100000,
       CASE WHEN p.population > 0 THEN rank() OVER (
            PARTITION BY p.population > 0 ORDER BY c.value / nullif(p.population, 0) DESC) END AS place, c.report_id
FROM cells c LEFT JOIN population p ON p.region_code = c.region_code AND p.year = c.report_year
WHERE c.indicator = $indicator AND c.report_year = coalesce($year, (SELECT max(report_year) FROM report_states))
  AND in_region(c.region_code, $region) AND of_level(c.level, $level)
ORDER BY per_100000 DESC NULLS LAST, c.value DESC, c.region_code;
