-- title: 给出某市某项指标历年全部原句和出处。
-- english: Every sentence and source behind one cell.
-- sentence: Each statement of the indicator and of its changes and shares, in whatever scope and bound, with its paragraph, its address and the place of its bytes in the archive.
-- parameter: region VARCHAR! · code or name of the region; those below it are left out
-- parameter: indicator VARCHAR! · code of the indicator
-- parameter: year INTEGER · the year reported on; without it all years
SELECT f.report_year, f.issuer, f.indicator, f.value, f.value_high, f.unit, f.bound, f.scope, f.period, f.evidence,
       p.text AS paragraph, f.start, f."end", f.url, r.version, r.text_digest, c.fetched_at, c.warc_file, c."offset",
       c.payload_digest, c.capture_id, f.report_id
FROM figures f
JOIN report_states r ON r.report_id = f.report_id
LEFT JOIN paragraphs p ON p.report_id = f.report_id AND f.start >= p.start AND f.start < p."end"
LEFT JOIN captures c ON c.capture_id = r.capture_id
WHERE list_contains(region_prefixes($region), region_prefix(f.region_code))
  AND (f.indicator = $indicator OR starts_with(f.indicator, $indicator || '.'))
  AND ($year IS NULL OR f.report_year = $year)
ORDER BY f.report_year, f.issuer, f.start, f.indicator;
