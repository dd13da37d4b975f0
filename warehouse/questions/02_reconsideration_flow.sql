-- title: 某省各市行政复议新收、受理、审结数及同比?
-- english: Reconsideration cases received, admitted and concluded, with the change against last year?
-- sentence: The three stages are different counts and stand in columns of their own; the change is against last year's report of the same government, in percent.
-- parameter: year INTEGER · the year reported on; without it all years
-- parameter: region VARCHAR · code or name, with all below it
-- parameter: level VARCHAR · province, prefecture, county, township or department; without it governments
WITH stages AS (
    SELECT region_code, region, level, issuer, report_year,
           max(value) FILTER (WHERE indicator = 'reconsideration.received') AS received,
           max(value) FILTER (WHERE indicator = 'reconsideration.accepted') AS accepted,
           max(value) FILTER (WHERE indicator = 'reconsideration.concluded') AS concluded,
           report_id
    FROM cells
    WHERE indicator IN ('reconsideration.received', 'reconsideration.accepted', 'reconsideration.concluded')
      AND in_region(region_code, $region) AND of_level(level, $level)
    GROUP BY ALL
)
SELECT n.region_code, n.region, n.level, n.issuer, n.report_year,
       n.received, round(100 * (n.received / nullif(b.received, 0) - 1), 2) AS received_change_percent,
       n.accepted, round(100 * (n.accepted / nullif(b.accepted, 0) - 1), 2) AS accepted_change_percent,
       n.concluded, round(100 * (n.concluded / nullif(b.concluded, 0) - 1), 2) AS concluded_change_percent, n.report_id
FROM stages n
LEFT JOIN stages b ON b.region_code = n.region_code AND b.issuer = n.issuer AND b.report_year = n.report_year - 1
WHERE $year IS NULL OR n.report_year = $year
ORDER BY n.region_code, n.issuer, n.report_year;
