-- Observations know the year of their report and lie by it, so that a question of one year reads that year's alone.
CREATE TABLE text_observations_by_year (
    report_id VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, version INTEGER, latest BOOLEAN NOT NULL,
    report_year INTEGER NOT NULL, indicator VARCHAR NOT NULL, value DOUBLE NOT NULL, value_high DOUBLE, unit VARCHAR,
    bound VARCHAR NOT NULL, period VARCHAR, scope VARCHAR, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    evidence VARCHAR NOT NULL, confidence DOUBLE NOT NULL, rule VARCHAR, quantity INTEGER, cell BOOLEAN
);
INSERT INTO text_observations_by_year BY NAME
SELECT o.*, t.report_year
FROM text_observations o JOIN texts t ON t.report_id = o.report_id AND t.text_digest = o.text_digest
ORDER BY t.report_year, o.indicator, o.report_id, o.start;
DROP TABLE text_observations;
ALTER TABLE text_observations_by_year RENAME TO text_observations;
