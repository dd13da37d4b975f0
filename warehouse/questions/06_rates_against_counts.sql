-- title: 报告里哪些百分比与自身件数、与上年报告对不上?
-- english: Which stated figures do not fit their own counts, or last year's report?
-- sentence: Stated figures that neither rounding nor truncation explains, those against the report's own counts (kind report) before those against last year's (kind years), the widest apart first; a denominator that the report does not name may explain one.
-- parameter: year INTEGER · the year reported on; without it the latest
-- parameter: kind VARCHAR · report or years; without it both
-- parameter: region VARCHAR · code or name, with all below it
-- parameter: level VARCHAR · all for every level; without it governments
SELECT r.region_code, r.region, r.issuer, r.report_year, c.kind, c.rule, c.stated, c.numerator, c.denominator,
       c.computed, round(c.stated - c.computed, 4) AS difference, c.arithmetic, c.evidence, r.url, c.report_id
FROM checks c JOIN report_states r ON r.report_id = c.report_id
WHERE c.verdict = 'mismatch' AND r.report_year = coalesce($year, (SELECT max(report_year) FROM report_states))
  AND ($kind IS NULL OR c.kind = $kind) AND in_region(r.region_code, $region)
  AND ($level = 'all' OR of_level(r.level, $level))
ORDER BY c.kind, abs(c.stated - c.computed) DESC, c.report_id, c.start;
