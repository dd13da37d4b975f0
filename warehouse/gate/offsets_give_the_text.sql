-- The words of a quantity, a citation or an observation stand at their offsets in the text, or the evidence is wrong.
WITH spans AS (
    SELECT 'quantities' AS name, report_id, text_digest, start, "end", text FROM text_quantities
    SEMI JOIN loaded_texts USING (report_id, text_digest)
    UNION ALL
    SELECT 'citations', report_id, text_digest, start, "end", text FROM text_citations
    SEMI JOIN loaded_texts USING (report_id, text_digest)
    UNION ALL
    SELECT 'observations', report_id, text_digest, start, "end", evidence FROM text_observations
    SEMI JOIN loaded_texts USING (report_id, text_digest)
)
SELECT s.name, s.report_id, s.start, s."end", s.text, substr(t.text, s.start + 1, s."end" - s.start) AS found
FROM spans s JOIN texts t ON t.report_id = s.report_id AND t.text_digest = s.text_digest
WHERE substr(t.text, s.start + 1, s."end" - s.start) <> s.text
