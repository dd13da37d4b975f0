-- What a report is called, whose it is and of when stands beside its state, so that no question reads the texts for it.
CREATE TABLE named_states (
    report_id VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, version INTEGER NOT NULL, versions INTEGER NOT NULL,
    status VARCHAR NOT NULL, portal_id VARCHAR NOT NULL, url VARCHAR NOT NULL, capture_id VARCHAR NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL, last_seen_at TIMESTAMPTZ NOT NULL, title VARCHAR, issuer VARCHAR,
    region_code VARCHAR, region VARCHAR, level VARCHAR, report_year INTEGER NOT NULL, published_on DATE
);
INSERT INTO named_states
SELECT s.report_id, s.text_digest, s.version, s.versions, s.status, s.portal_id, s.url, s.capture_id, s.first_seen_at,
       s.last_seen_at, coalesce(t.title, t.inferred_title, t.list_title), t.issuer, t.region_code, t.region, t.level,
       t.report_year, t.published_on
FROM report_states s JOIN texts t ON t.report_id = s.report_id AND t.text_digest = s.text_digest
ORDER BY s.report_id;
DROP TABLE report_states;
ALTER TABLE named_states RENAME TO report_states;
