-- The paragraphs of a text, joined by one newline, are the text.
SELECT t.report_id, t.text_digest FROM texts t
JOIN (
    SELECT report_id, text_digest, string_agg(text, chr(10) ORDER BY para_no) AS joined FROM text_paragraphs
    SEMI JOIN loaded_texts USING (report_id, text_digest) GROUP BY ALL
) p ON p.report_id = t.report_id AND p.text_digest = t.text_digest
WHERE p.joined <> t.text
