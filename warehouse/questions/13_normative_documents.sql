-- title: 规范性文件制定、备案、废止数与公开率;制发数与信息公开年报是否一致?
-- english: Normative documents made, filed and repealed; does the report agree with the disclosure annual report?
-- sentence: What the report states, beside the number issued in the disclosure annual report where the optional table `disclosure` holds it.
-- parameter: year INTEGER · the year reported on; without it all years
-- parameter: region VARCHAR · code or name, with all below it
-- parameter: level VARCHAR · province, prefecture, county, township or department; without it governments
WITH told AS (
    SELECT region_code, region, issuer, report_year, report_id,
           max(value) FILTER (WHERE indicator = 'normative.issued_gov') AS issued,
           max(value) FILTER (WHERE indicator = 'normative.filings_reviewed') AS filings_reviewed,
           max(value) FILTER (WHERE indicator = 'normative.repealed') AS repealed,
           max(value) FILTER (WHERE indicator = 'normative.publication_rate') AS publication_percent
    FROM cells
    WHERE indicator IN ('normative.issued_gov', 'normative.filings_reviewed', 'normative.repealed',
                        'normative.publication_rate')
      AND in_region(region_code, $region) AND of_level(level, $level)
    GROUP BY ALL
)
SELECT t.region_code, t.region, t.issuer, t.report_year, t.issued, d.value AS issued_in_disclosure_report,
       t.issued = d.value AS agrees, t.filings_reviewed, t.repealed, t.publication_percent,
       d.source AS disclosure_source, t.report_id
FROM told t
LEFT JOIN disclosure d ON d.region_code = t.region_code AND d.year = t.report_year
      AND d.indicator = 'normative.issued_gov'
WHERE $year IS NULL OR t.report_year = $year
ORDER BY agrees NULLS LAST, t.region_code, t.issuer, t.report_year;
