-- Checks keep the words that they judge; those across years are worked out once, when a release is made.
ALTER TABLE text_checks ADD COLUMN evidence VARCHAR;
UPDATE text_checks SET evidence = substr(t.text, text_checks.start + 1, text_checks."end" - text_checks.start)
FROM texts t WHERE t.report_id = text_checks.report_id AND t.text_digest = text_checks.text_digest;
DROP VIEW IF EXISTS year_checks;
CREATE TABLE year_checks (
    report_id VARCHAR NOT NULL, before_report_id VARCHAR NOT NULL, rule VARCHAR NOT NULL, stated DOUBLE NOT NULL,
    numerator DOUBLE, denominator DOUBLE, computed DOUBLE, verdict VARCHAR NOT NULL, start INTEGER NOT NULL,
    "end" INTEGER NOT NULL, arithmetic VARCHAR, evidence VARCHAR, version INTEGER
);
