-- Each paragraph, quantity and section of a text stands once, or counts and sums would be wrong.
-- loaded
SELECT name, any_value(report_id) AS report_id, any_value(text_digest) AS text_digest, number
FROM (
    SELECT 'text_paragraphs' AS name, report_id, text_digest, para_no AS number FROM text_paragraphs
    UNION ALL
    SELECT 'text_quantities', report_id, text_digest, ordinal FROM text_quantities
    UNION ALL
    SELECT 'text_sections', report_id, text_digest, ordinal FROM text_sections
)
JOIN judged_texts USING (report_id, text_digest)
GROUP BY name, place, number HAVING count(*) > 1
