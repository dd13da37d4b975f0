-- title: 报告里哪些百分比与自身件数对不上?
-- english: Which stated percentages do not fit their own counts?
-- sentence: Stated figures that neither rounding nor truncation explains, the widest apart first; a denominator that the report does not name may explain one.
-- parameter: year INTEGER · the year reported on; without it all years
-- parameter: region VARCHAR · code or name, with all below it
-- parameter: level VARCHAR · all for every level; without it governments
SELECT r.region_code, r.region, r.issuer, r.report_year, c.rule, c.stated, c.numerator, c.denominator, c.computed,
       round(c.stated - c.computed, 4) AS difference, c.arithmetic, p.text AS paragraph, r.url, c.report_id
FROM checks c JOIN report_states r ON r.report_id = c.report_id
LEFT JOIN paragraphs p ON p.report_id = c.report_id AND c.start >= p.start AND c.start < p."end"
WHERE c.verdict = 'mismatch' AND ($year IS NULL OR r.report_year = $year) AND in_region(r.region_code, $region)
  AND ($level = 'all' OR of_level(r.level, $level))
ORDER BY abs(c.stated - c.computed) DESC, c.report_id, c.start;
