-- A text has the digest it is filed under, or its evidence could not be proved.
SELECT t.report_id, t.text_digest, sha256(t.text) AS computed FROM texts t
SEMI JOIN loaded_texts l ON l.report_id = t.report_id AND l.text_digest = t.text_digest
WHERE sha256(t.text) <> t.text_digest
