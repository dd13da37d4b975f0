-- Paragraphs get their offsets, and the words of each text a compact index: a number a text, postings sorted by word.

CREATE TABLE search_documents (
    report_id VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, version INTEGER, latest BOOLEAN NOT NULL,
    doc INTEGER NOT NULL, words INTEGER NOT NULL
);
CREATE TABLE search_postings (token VARCHAR NOT NULL, doc INTEGER NOT NULL, tf INTEGER NOT NULL);

INSERT INTO search_documents
SELECT report_id, text_digest, version, latest, row_number() OVER (ORDER BY report_id, text_digest), sum(tf)
FROM text_postings GROUP BY report_id, text_digest, version, latest;

INSERT INTO search_postings
SELECT p.token, d.doc, p.tf FROM text_postings p
JOIN search_documents d ON d.report_id = p.report_id AND d.text_digest = p.text_digest ORDER BY p.token, d.doc;

DROP TABLE text_postings;

CREATE TABLE text_paragraphs_placed (
    report_id VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, version INTEGER, latest BOOLEAN NOT NULL,
    para_no INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    text VARCHAR USING COMPRESSION zstd NOT NULL, page INTEGER
);
INSERT INTO text_paragraphs_placed
SELECT report_id, text_digest, version, latest, para_no, "end" - length(text), "end", text, page
FROM (
    SELECT *, sum(length(text) + 1) OVER (
        PARTITION BY report_id, text_digest ORDER BY para_no ROWS UNBOUNDED PRECEDING) - 1 AS "end"
    FROM text_paragraphs
)
ORDER BY report_id, text_digest, para_no;
DROP TABLE text_paragraphs;
ALTER TABLE text_paragraphs_placed RENAME TO text_paragraphs;
