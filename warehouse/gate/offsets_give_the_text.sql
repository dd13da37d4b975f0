-- The words of a quantity, a citation or an observation stand at their offsets in the text, or the evidence is wrong.
-- loaded
-- Found by the numbers of their rows, the words are read without reading all others.
WITH spans AS (
    SELECT 'quantities' AS name, j.place, q.report_id, q.text_digest, q.start, q."end", q.text FROM text_quantities q
    JOIN (SELECT f.rowid AS row, t.place FROM text_quantities f JOIN judged_texts t USING (report_id, text_digest)) j
      ON j.row = q.rowid
    UNION ALL
    SELECT 'citations', j.place, c.report_id, c.text_digest, c.start, c."end", c.text FROM text_citations c
    JOIN (SELECT f.rowid AS row, t.place FROM text_citations f JOIN judged_texts t USING (report_id, text_digest)) j
      ON j.row = c.rowid
    UNION ALL
    SELECT 'observations', j.place, o.report_id, o.text_digest, o.start, o."end", o.evidence FROM text_observations o
    JOIN (SELECT f.rowid AS row, t.place FROM text_observations f JOIN judged_texts t USING (report_id, text_digest)) j
      ON j.row = o.rowid
),
-- Characters are counted from the beginning: within a paragraph that is soon done, within a text of 10,000 it is not.
differing AS MATERIALIZED (
    SELECT s.*, substr(p.text, s.start - p.start + 1, s."end" - s.start) AS found
    FROM spans s ASOF LEFT JOIN judged_paragraphs p ON p.place = s.place AND s.start >= p.start
    WHERE s."end" > p."end" OR found IS DISTINCT FROM s.text
),
-- Words over several paragraphs are looked for in the paragraphs joined: to ask for the texts would read all of them.
joined AS (
    SELECT place, string_agg(text, chr(10) ORDER BY para_no) AS text
    FROM judged_paragraphs SEMI JOIN differing USING (place) GROUP BY place
)
SELECT d.name, d.report_id, d.start, d."end", d.text, substr(t.text, d.start + 1, d."end" - d.start) AS found
FROM differing d LEFT JOIN joined t ON t.place = d.place
WHERE substr(t.text, d.start + 1, d."end" - d.start) IS DISTINCT FROM d.text
