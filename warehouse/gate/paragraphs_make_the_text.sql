-- The paragraphs of a text, joined by one newline, are the text.
-- loaded
SELECT t.report_id, t.text_digest FROM judged_texts t
JOIN (
    SELECT place, string_agg(text, chr(10) ORDER BY para_no) AS joined FROM judged_paragraphs GROUP BY place
) p ON p.place = t.place
WHERE sha256(p.joined) <> t.computed
