-- Sections and checks begin and end inside their text.
-- loaded
SELECT s.name, s.report_id, s.start, s."end", t.length
FROM (
    SELECT 'sections' AS name, report_id, text_digest, start, "end" FROM text_sections
    UNION ALL
    SELECT 'checks', report_id, text_digest, start, "end" FROM text_checks
) s
JOIN judged_texts t USING (report_id, text_digest)
WHERE s.start < 0 OR s."end" < s.start OR s."end" > t.length
