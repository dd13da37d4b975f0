-- The words of a quantity, a citation or an observation stand at their offsets in the text, or the evidence is wrong.
-- loaded
WITH spans AS (
    SELECT s.*, t.place FROM (
        SELECT 'quantities' AS name, report_id, text_digest, start, "end", text FROM text_quantities
        UNION ALL
        SELECT 'citations', report_id, text_digest, start, "end", text FROM text_citations
        UNION ALL
        SELECT 'observations', report_id, text_digest, start, "end", evidence FROM text_observations
    ) s JOIN judged_texts t USING (report_id, text_digest)
),
-- Characters are counted from the beginning: within a paragraph that is soon done, within a text of 10,000 it is not.
differing AS (
    SELECT s.*, substr(p.text, s.start - p.start + 1, s."end" - s.start) AS found
    FROM spans s ASOF LEFT JOIN judged_paragraphs p ON p.place = s.place AND s.start >= p.start
    WHERE s."end" > p."end" OR found IS DISTINCT FROM s.text
)
SELECT d.name, d.report_id, d.start, d."end", d.text, substr(t.text, d.start + 1, d."end" - d.start) AS found
FROM differing d JOIN texts t ON t.report_id = d.report_id AND t.text_digest = d.text_digest
WHERE substr(t.text, d.start + 1, d."end" - d.start) <> d.text
