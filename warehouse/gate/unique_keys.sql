-- Each key stands once, or counts and sums would be wrong.
SELECT 'texts' AS name, report_id, text_digest AS key FROM texts GROUP BY ALL HAVING count(*) > 1
UNION ALL
SELECT 'text_versions', report_id, CAST(version AS VARCHAR) FROM text_versions GROUP BY ALL HAVING count(*) > 1
UNION ALL
SELECT 'report_states', report_id, '' FROM report_states GROUP BY ALL HAVING count(*) > 1
UNION ALL
SELECT 'appearances', report_id, url FROM appearances GROUP BY ALL HAVING count(*) > 1
UNION ALL
SELECT 'captures', capture_id, '' FROM captures GROUP BY ALL HAVING count(*) > 1
