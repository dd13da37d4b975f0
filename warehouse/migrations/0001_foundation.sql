-- What is stored. Analysts use the views (views.sql); texts and facts of every text seen lie here.

CREATE TABLE runs (
    run_id VARCHAR NOT NULL, flow VARCHAR NOT NULL, started_at TIMESTAMPTZ NOT NULL, finished_at TIMESTAMPTZ,
    outcome VARCHAR, counts JSON
);
CREATE TABLE portal_run_log (
    run_id VARCHAR NOT NULL, portal_id VARCHAR NOT NULL, state VARCHAR NOT NULL, reason VARCHAR, requests BIGINT,
    captures BIGINT, candidates BIGINT, reports_new BIGINT, reports_revised BIGINT
);
CREATE TABLE captures (
    capture_id VARCHAR NOT NULL, run_id VARCHAR NOT NULL, portal_id VARCHAR NOT NULL, url VARCHAR NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL, role VARCHAR NOT NULL, via VARCHAR, status INTEGER, verdict VARCHAR NOT NULL,
    reason VARCHAR, content_type VARCHAR, payload_digest VARCHAR, etag VARCHAR, last_modified VARCHAR,
    warc_file VARCHAR NOT NULL, "offset" BIGINT NOT NULL, length BIGINT NOT NULL, record_id VARCHAR NOT NULL,
    refers_to VARCHAR
);
CREATE TABLE candidates (
    run_id VARCHAR NOT NULL, portal_id VARCHAR NOT NULL, url VARCHAR NOT NULL, fetch_url VARCHAR, title VARCHAR,
    listed_on DATE, list_url VARCHAR, decision VARCHAR NOT NULL, reason VARCHAR, seen_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE problems (
    run_id VARCHAR NOT NULL, portal_id VARCHAR, url VARCHAR, capture_id VARCHAR, kind VARCHAR NOT NULL,
    sentence VARCHAR NOT NULL
);
CREATE TABLE sightings (
    report_id VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, portal_id VARCHAR NOT NULL, url VARCHAR NOT NULL,
    capture_id VARCHAR NOT NULL, seen_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE missing (
    report_id VARCHAR, run_id VARCHAR, portal_id VARCHAR NOT NULL, url VARCHAR NOT NULL, capture_id VARCHAR NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE texts (
    report_id VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, text VARCHAR USING COMPRESSION zstd NOT NULL,
    capture_id VARCHAR NOT NULL, seen_at TIMESTAMPTZ NOT NULL, extractor_version VARCHAR NOT NULL,
    portal_id VARCHAR NOT NULL, url VARCHAR NOT NULL, title VARCHAR, list_title VARCHAR, inferred_title VARCHAR,
    issuer VARCHAR, region_code VARCHAR, region VARCHAR, level VARCHAR, report_year INTEGER NOT NULL,
    published_on DATE, published_time VARCHAR, signed_on DATE, delivered_on DATE, source VARCHAR,
    document_number VARCHAR, site_id_code VARCHAR, attachments JSON, provenance JSON, warnings VARCHAR[]
);
CREATE TABLE text_versions (
    report_id VARCHAR NOT NULL, version INTEGER NOT NULL, text_digest VARCHAR NOT NULL, latest BOOLEAN NOT NULL,
    portal_id VARCHAR NOT NULL, url VARCHAR NOT NULL, capture_id VARCHAR NOT NULL, seen_at TIMESTAMPTZ NOT NULL,
    change JSON
);
CREATE TABLE report_states (
    report_id VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, version INTEGER NOT NULL, versions INTEGER NOT NULL,
    status VARCHAR NOT NULL, portal_id VARCHAR NOT NULL, url VARCHAR NOT NULL, capture_id VARCHAR NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL, last_seen_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE appearances (
    report_id VARCHAR NOT NULL, portal_id VARCHAR NOT NULL, url VARCHAR NOT NULL, first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL, gone_at TIMESTAMPTZ
);

CREATE TABLE text_paragraphs (
    report_id VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, version INTEGER, latest BOOLEAN NOT NULL,
    para_no INTEGER NOT NULL, text VARCHAR USING COMPRESSION zstd NOT NULL, page INTEGER
);
CREATE TABLE text_sections (
    report_id VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, version INTEGER, latest BOOLEAN NOT NULL,
    ordinal INTEGER NOT NULL, level INTEGER NOT NULL, marker VARCHAR, title VARCHAR, start INTEGER NOT NULL,
    "end" INTEGER NOT NULL, dimension VARCHAR, part VARCHAR
);
CREATE TABLE text_quantities (
    report_id VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, version INTEGER, latest BOOLEAN NOT NULL,
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, text VARCHAR NOT NULL,
    value DOUBLE NOT NULL, value_high DOUBLE, unit VARCHAR, bound VARCHAR NOT NULL, kind VARCHAR NOT NULL,
    direction VARCHAR, subject VARCHAR, period VARCHAR, section INTEGER, optional BOOLEAN, page INTEGER
);
CREATE TABLE text_observations (
    report_id VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, version INTEGER, latest BOOLEAN NOT NULL,
    indicator VARCHAR NOT NULL, value DOUBLE NOT NULL, value_high DOUBLE, unit VARCHAR, bound VARCHAR NOT NULL,
    period VARCHAR, scope VARCHAR, start INTEGER NOT NULL, "end" INTEGER NOT NULL, evidence VARCHAR NOT NULL,
    confidence DOUBLE NOT NULL, rule VARCHAR, quantity INTEGER
);
CREATE TABLE text_checks (
    report_id VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, version INTEGER, latest BOOLEAN NOT NULL,
    rule VARCHAR NOT NULL, stated DOUBLE NOT NULL, numerator DOUBLE, denominator DOUBLE, computed DOUBLE,
    verdict VARCHAR NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, arithmetic VARCHAR
);
CREATE TABLE text_citations (
    report_id VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, version INTEGER, latest BOOLEAN NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text VARCHAR NOT NULL, kind VARCHAR NOT NULL,
    document_number VARCHAR, cited_id VARCHAR
);
CREATE TABLE text_postings (
    report_id VARCHAR NOT NULL, text_digest VARCHAR NOT NULL, version INTEGER, latest BOOLEAN NOT NULL,
    token VARCHAR NOT NULL, tf INTEGER NOT NULL
);

CREATE TABLE indicators (
    code VARCHAR NOT NULL, name_zh VARCHAR NOT NULL, name_en VARCHAR, dimension VARCHAR, dimension_zh VARCHAR,
    kind VARCHAR, unit VARCHAR, units VARCHAR[], scope VARCHAR, better VARCHAR, relations JSON, note VARCHAR
);
CREATE TABLE regions (
    region_code VARCHAR NOT NULL, name VARCHAR NOT NULL, full_name VARCHAR, short_name VARCHAR, level VARCHAR,
    parent_code VARCHAR, note VARCHAR
);
CREATE TABLE portals (
    portal_id VARCHAR NOT NULL, name VARCHAR NOT NULL, region_code VARCHAR, region VARCHAR, level VARCHAR,
    base_url VARCHAR NOT NULL, host VARCHAR, family VARCHAR, columns JSON, allow_hosts VARCHAR[], delay_s DOUBLE,
    checked_on DATE, note VARCHAR
);
CREATE TABLE population (
    region_code VARCHAR NOT NULL, year INTEGER NOT NULL, population BIGINT NOT NULL, source VARCHAR
);
