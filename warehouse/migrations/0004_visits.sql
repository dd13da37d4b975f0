-- What was read, by which reading, whatever came of it.
CREATE TABLE visits (
    run_id VARCHAR NOT NULL, portal_id VARCHAR NOT NULL, url VARCHAR NOT NULL, capture_id VARCHAR NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL, reading VARCHAR NOT NULL
);
