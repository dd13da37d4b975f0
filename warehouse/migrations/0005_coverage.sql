-- Coverage is worked out once, when a release is made, and no longer by each who asks.
DROP VIEW IF EXISTS "覆盖";
DROP VIEW IF EXISTS coverage;
CREATE TABLE coverage (
    region_code VARCHAR, region VARCHAR, level VARCHAR, issuer VARCHAR, report_year INTEGER NOT NULL,
    state VARCHAR NOT NULL, published_on DATE, days_after_1_april INTEGER, report_id VARCHAR
);
