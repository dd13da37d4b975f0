-- Sections and checks begin and end inside their text.
SELECT s.name, s.report_id, s.start, s."end", length(t.text) AS length
FROM (
    SELECT 'sections' AS name, report_id, text_digest, start, "end" FROM text_sections
    UNION ALL
    SELECT 'checks', report_id, text_digest, start, "end" FROM text_checks
) s
SEMI JOIN loaded_texts l ON l.report_id = s.report_id AND l.text_digest = s.text_digest
JOIN texts t ON t.report_id = s.report_id AND t.text_digest = s.text_digest
WHERE s.start < 0 OR s."end" < s.start OR s."end" > length(t.text)
