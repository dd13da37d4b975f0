-- A text has the digest it is filed under, or its evidence could not be proved.
-- loaded
SELECT report_id, text_digest, computed FROM judged_texts WHERE computed <> text_digest
