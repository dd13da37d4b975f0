-- title: 行政处罚件数、罚没金额及案均罚款变化,免罚案件占比?
-- english: Penalties, fines, the average fine and its change, and the share of leniency?
-- sentence: Counts and amounts as one report states them; the average is amount over penalties, the share of leniency is lenient cases over penalties and lenient cases.
-- parameter: year INTEGER · the year reported on; without it all years
-- parameter: region VARCHAR · code or name, with all below it
-- parameter: level VARCHAR · province, prefecture, county, township or department; without it governments
WITH told AS (
    SELECT region_code, region, issuer, report_year, report_id,
           max(value) FILTER (WHERE indicator = 'enforcement.penalties') AS penalties,
           max(value) FILTER (WHERE indicator = 'enforcement.fines_amount') AS fines_yuan,
           max(value) FILTER (WHERE indicator = 'enforcement.leniency_cases') AS lenient_cases
    FROM cells
    WHERE indicator IN ('enforcement.penalties', 'enforcement.fines_amount', 'enforcement.leniency_cases')
      AND in_region(region_code, $region) AND of_level(level, $level)
    GROUP BY ALL
)
SELECT n.region_code, n.region, n.issuer, n.report_year, n.penalties, n.fines_yuan,
       round(n.fines_yuan / nullif(n.penalties, 0), 2) AS average_fine_yuan,
       round(100 * (n.fines_yuan / nullif(n.penalties, 0) / nullif(b.fines_yuan / nullif(b.penalties, 0), 0) - 1), 2)
       AS average_change_percent,
       n.lenient_cases, round(100 * n.lenient_cases / nullif(n.penalties + n.lenient_cases, 0), 2) AS lenient_percent,
       n.report_id
FROM told n
LEFT JOIN told b ON b.region_code = n.region_code AND b.issuer = n.issuer AND b.report_year = n.report_year - 1
WHERE $year IS NULL OR n.report_year = $year
ORDER BY n.region_code, n.issuer, n.report_year;
