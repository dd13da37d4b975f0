-- No table lost more than a tenth of its rows (half, where it has fewer than 50) against the last release.
-- previous
SELECT * FROM (
    SELECT 'report_states' AS name, (SELECT count(*) FROM previous.report_states) AS before,
           (SELECT count(*) FROM report_states) AS now
    UNION ALL
    SELECT 'texts', (SELECT count(*) FROM previous.texts), (SELECT count(*) FROM texts)
    UNION ALL
    SELECT 'text_quantities', (SELECT count(*) FROM previous.text_quantities), (SELECT count(*) FROM text_quantities)
    UNION ALL
    SELECT 'text_observations', (SELECT count(*) FROM previous.text_observations),
           (SELECT count(*) FROM text_observations)
    UNION ALL
    SELECT 'captures', (SELECT count(*) FROM previous.captures), (SELECT count(*) FROM captures)
)
WHERE now < CASE WHEN before < 50 THEN 0.5 ELSE 0.9 END * before
