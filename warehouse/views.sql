-- Repeatable: made anew on every staging copy after the migrations. The names that analysts use.

CREATE OR REPLACE VIEW reports AS
SELECT s.report_id, s.portal_id, s.url, t.title, t.list_title, t.inferred_title, t.issuer, t.region_code, t.region,
       t.level, t.report_year, t.published_on, t.published_time, t.signed_on, t.delivered_on, t.source,
       t.document_number, s.version, s.versions, s.status, s.text_digest, t.text, s.first_seen_at, s.last_seen_at,
       s.capture_id, t.site_id_code, t.attachments, t.provenance, t.warnings, t.extractor_version
FROM report_states s JOIN texts t ON t.report_id = s.report_id AND t.text_digest = s.text_digest;

CREATE OR REPLACE VIEW report_versions AS
SELECT v.report_id, v.version, v.text_digest, t.text, v.portal_id, v.url, v.capture_id, v.seen_at, v.change, v.latest,
       coalesce(t.title, t.inferred_title, t.list_title) AS title, t.published_on, t.extractor_version
FROM text_versions v JOIN texts t ON t.report_id = v.report_id AND t.text_digest = v.text_digest;

CREATE OR REPLACE VIEW paragraphs AS
SELECT report_id, para_no, text, start, "end", page, version FROM text_paragraphs WHERE latest;

CREATE OR REPLACE VIEW sections AS
SELECT report_id, ordinal, level, marker, title, start, "end", dimension, part, version FROM text_sections WHERE latest;

CREATE OR REPLACE VIEW quantities AS
SELECT report_id, ordinal, start, "end", text, value, value_high, unit, bound, kind, direction, subject, period,
       section, optional, page, version
FROM text_quantities WHERE latest;

-- The name tells an observation apart by what it says where, so it is the same in every warehouse made of one archive.
CREATE OR REPLACE VIEW named_observations AS
SELECT report_id, indicator, value, value_high, unit, bound, period, scope, start, "end", evidence, confidence, rule,
       quantity, version,
       md5(concat_ws(' ', report_id, text_digest, indicator, start, "end", quantity))[:16] AS observation_id,
       text_digest, latest
FROM text_observations;

CREATE OR REPLACE VIEW observations AS
SELECT * EXCLUDE (text_digest, latest) FROM named_observations WHERE latest;

CREATE OR REPLACE VIEW checks AS
SELECT report_id, rule, stated, numerator, denominator, computed, verdict, start, "end", arithmetic, version,
       'report' AS kind, evidence
FROM text_checks WHERE latest
UNION ALL
SELECT report_id, rule, stated, numerator, denominator, computed, verdict, start, "end", arithmetic, version,
       'years' AS kind, evidence
FROM year_checks;

CREATE OR REPLACE VIEW citations AS
SELECT report_id, start, "end", text, kind, document_number, cited_id, version FROM text_citations WHERE latest;

CREATE OR REPLACE VIEW portal_runs AS
SELECT p.run_id, p.portal_id, p.state, p.reason, p.requests, p.captures, p.candidates,
       coalesce(p.reports_new, n.reports_new, 0) AS reports_new,
       coalesce(p.reports_revised, n.reports_revised, 0) AS reports_revised
FROM portal_run_log p
LEFT JOIN (
    SELECT c.run_id, v.portal_id, count(*) FILTER (WHERE v.version = 1) AS reports_new,
           count(*) FILTER (WHERE v.version > 1) AS reports_revised
    FROM text_versions v JOIN captures c ON c.capture_id = v.capture_id
    GROUP BY ALL
) n ON n.run_id = p.run_id AND n.portal_id = p.portal_id;

CREATE OR REPLACE VIEW silent_revisions AS
SELECT r.report_id, v.version, r.issuer, r.report_year, r.region_code, v.seen_at, r.published_on, v.url,
       json_array_length(v.change, '$.added') AS paragraphs_added,
       json_array_length(v.change, '$.removed') AS paragraphs_removed, v.change
FROM text_versions v JOIN report_states r ON r.report_id = v.report_id
WHERE v.version > 1;

-- What every name and column means: by its comment, and where a lake keeps none by `meanings`.
CREATE OR REPLACE VIEW dictionary AS
SELECT d.name, d.kind, d.column_name, d.type, coalesce(d.comment, n.meaning, o.meaning, c.meaning) AS meaning
FROM (
    SELECT table_name AS name, 'table' AS kind, NULL AS column_name, NULL AS type, comment, 0 AS place
    FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal AND NOT temporary
    UNION ALL
    SELECT view_name, 'view', NULL, NULL, comment, 0 FROM duckdb_views()
    WHERE database_name = current_database() AND NOT internal AND NOT temporary
    UNION ALL
    SELECT DISTINCT function_name, 'macro', array_to_string(parameters, ', '), NULL, comment, 0 FROM duckdb_functions()
    WHERE database_name = current_database() AND NOT internal AND function_type IN ('macro', 'table_macro')
    UNION ALL
    SELECT c.table_name, 'column', c.column_name, c.data_type, c.comment, c.column_index FROM duckdb_columns() c
    WHERE c.database_name = current_database() AND NOT c.internal
      AND c.table_name NOT IN (SELECT table_name FROM duckdb_tables() WHERE temporary)
) d
LEFT JOIN meanings n ON d.kind <> 'column' AND n.name = d.name AND n.column_name IS NULL
LEFT JOIN meanings o ON d.kind = 'column' AND o.name = d.name AND o.column_name = d.column_name
LEFT JOIN meanings c ON d.kind = 'column' AND c.name IS NULL AND c.column_name = d.column_name
ORDER BY d.name, d.place;

-- Which indicator values moved from one version to the next: there before and now with another value, new, or gone.
CREATE OR REPLACE VIEW moved_observations AS
WITH told AS (
    SELECT v.report_id, v.version, o.indicator, o.scope, o.period, o.unit,
           list(regexp_replace(CAST(o.value AS VARCHAR), '\.0$', '') ORDER BY o.start) AS measures, string_agg(o.evidence, ' / ' ORDER BY o.start) AS evidence
    FROM text_versions v
    JOIN text_observations o ON o.report_id = v.report_id AND o.text_digest = v.text_digest
    WHERE v.report_id IN (SELECT report_id FROM text_versions WHERE version > 1)
    GROUP BY ALL
),
pairs AS (SELECT report_id, version FROM text_versions WHERE version > 1),
cells AS (
    SELECT p.report_id, p.version, t.indicator, t.scope, t.period, t.unit
    FROM pairs p JOIN told t ON t.report_id = p.report_id AND t.version IN (p.version, p.version - 1)
    GROUP BY ALL
)
SELECT c.report_id, c.version, c.indicator, c.scope, c.period, c.unit, array_to_string(b.measures, ' / ') AS value_before,
       array_to_string(n.measures, ' / ') AS value_now, b.evidence AS evidence_before, n.evidence AS evidence_now
FROM cells c
LEFT JOIN told b ON b.report_id = c.report_id AND b.version = c.version - 1 AND b.indicator = c.indicator
     AND b.scope IS NOT DISTINCT FROM c.scope AND b.period IS NOT DISTINCT FROM c.period
     AND b.unit IS NOT DISTINCT FROM c.unit
LEFT JOIN told n ON n.report_id = c.report_id AND n.version = c.version AND n.indicator = c.indicator
     AND n.scope IS NOT DISTINCT FROM c.scope AND n.period IS NOT DISTINCT FROM c.period
     AND n.unit IS NOT DISTINCT FROM c.unit
WHERE b.measures IS DISTINCT FROM n.measures;

-- The beginning that the codes of a region and of all below it share.
CREATE OR REPLACE MACRO region_prefix(code) AS regexp_replace(code, '(00){1,2}$', '');

-- What regions are called: in the seed, and by reports and portals where the seed does not know them.
CREATE OR REPLACE VIEW region_names AS
SELECT DISTINCT region_code, name FROM (
    SELECT region_code, unnest([name, full_name, short_name]) AS name FROM regions
    UNION ALL SELECT region_code, region FROM texts WHERE level IN ('province', 'prefecture', 'county')
    UNION ALL SELECT region_code, region FROM portals
) WHERE region_code IS NOT NULL AND name IS NOT NULL;

-- Regions by code or name, as the prefixes that their codes and those of all below them begin with; null is everywhere.
CREATE OR REPLACE MACRO region_prefixes(wanted) AS
    CASE WHEN wanted IS NULL OR wanted = '' THEN ['']
         WHEN regexp_full_match(wanted, '[0-9]{2,6}') THEN [region_prefix(wanted)]
         ELSE (SELECT coalesce(list(DISTINCT region_prefix(r.region_code)), []) FROM region_names r
               WHERE r.name = wanted) END;

CREATE OR REPLACE MACRO in_region(code, wanted) AS
    len(list_filter(region_prefixes(wanted), lambda prefix: starts_with(code, prefix))) > 0;

-- A level, or with null the governments of provinces, prefectures and counties.
CREATE OR REPLACE MACRO of_level(level, wanted) AS
    CASE WHEN wanted IS NULL OR wanted = '' THEN level IN ('province', 'prefecture', 'county') ELSE level = wanted END;

-- What may be compared: figures of the whole jurisdiction, and those of the report's own year.
CREATE OR REPLACE MACRO scope_group(scope, level) AS
    CASE WHEN scope IS NULL OR scope IN ('全市', '全县', '全区', '全域', '辖区') THEN 'whole'
         WHEN scope = '部门' AND level = 'department' THEN 'whole'
         WHEN scope = '镇街' AND level = 'township' THEN 'whole'
         WHEN scope = '全省' AND level = 'province' THEN 'whole' ELSE scope END;
CREATE OR REPLACE MACRO period_group(period, report_year) AS
    CASE WHEN period IS NULL OR period = '全年'
           OR regexp_full_match(period, CAST(report_year AS VARCHAR) || ' ?年?度?') THEN 'year'
         ELSE 'other' END;

-- Observations with the report that they stand in.
CREATE OR REPLACE VIEW figures AS
SELECT o.report_id, r.region_code, r.region, r.level, r.issuer, o.report_year, o.indicator, o.value, o.value_high,
       o.unit, o.bound, o.scope, o.period, o.evidence, o.start, o."end", o.confidence, r.url, r.published_on,
       scope_group(o.scope, r.level) AS scope_group, period_group(o.period, o.report_year) AS period_group
FROM text_observations o JOIN report_states r ON r.report_id = o.report_id
WHERE o.latest;

-- One comparable value a report and indicator: exact, of the whole jurisdiction, for the report's own year. Which of
-- several, the load has settled.
CREATE OR REPLACE VIEW cells AS
SELECT o.report_id, r.region_code, r.region, r.level, r.issuer, o.report_year, o.indicator, o.value, o.unit, o.evidence,
       o.start, o."end", o.confidence, r.url, r.published_on
FROM text_observations o JOIN report_states r ON r.report_id = o.report_id
WHERE o.latest AND o.cell;

-- Reports that hold every one of the words, apart by blanks, and how well (BM25). A word that the index does not know as
-- one word is cut into the longest words in it that the index knows.
CREATE OR REPLACE MACRO search_scores(wanted) AS TABLE
WITH asked AS (
    SELECT DISTINCT word FROM (SELECT unnest(regexp_split_to_array(lower(wanted), '[\s　]+')) AS word) WHERE word <> ''
),
starts AS (SELECT word, unnest(range(1, length(word) + 1)) AS first FROM asked),
spans AS (SELECT word, first, unnest(range(2, least(12, length(word) - first + 1) + 1)) AS size FROM starts),
candidates AS (
    SELECT word, first, size, substr(word, first, size) AS token FROM spans
    UNION SELECT word, 1, length(word), word FROM asked
),
known AS MATERIALIZED (SELECT c.*, v.texts FROM candidates c JOIN search_vocabulary v ON v.token = c.token),
tokens AS MATERIALIZED (
    SELECT token, texts FROM known k
    WHERE NOT EXISTS (FROM known l WHERE l.word = k.word AND l.size > k.size AND l.first <= k.first
                      AND l.first + l.size >= k.first + k.size)
    UNION SELECT word, 0 FROM asked ANTI JOIN known USING (word)
),
whole AS (SELECT count(*) AS texts, avg(words) AS average FROM search_documents),
weights AS MATERIALIZED (
    SELECT t.token, ln(1 + (w.texts - t.texts + 0.5) / (t.texts + 0.5)) AS weight, w.average
    FROM tokens t CROSS JOIN whole w
),
scores AS (
    SELECT p.doc, sum(w.weight * p.tf * 2.2 / (p.tf + 1.2 * (0.25 + 0.75 * d.words / w.average))) AS score
    FROM search_postings p JOIN weights w ON w.token = p.token JOIN search_documents d ON d.doc = p.doc
    WHERE d.latest
    GROUP BY p.doc HAVING count(*) = (SELECT count(*) FROM tokens)
)
SELECT d.report_id, c.score FROM scores c JOIN search_documents d ON d.doc = c.doc;

-- Ranked search: the same reports, best first, with what they are called.
CREATE OR REPLACE MACRO search_reports(wanted) AS TABLE
SELECT s.report_id, c.score, coalesce(s.title, s.report_id) AS title, s.issuer, s.region_code, s.region, s.level,
       s.report_year, s.published_on, s.url
FROM search_scores(wanted) c JOIN report_states s ON s.report_id = c.report_id
ORDER BY c.score DESC, s.report_id;

-- Exact search: the paragraphs that hold the words just so.
CREATE OR REPLACE MACRO search_paragraphs(phrase) AS TABLE
SELECT report_id, para_no, text, replace(text, phrase, '【' || phrase || '】') AS marked, start, "end"
FROM text_paragraphs WHERE latest AND contains(text, phrase)
ORDER BY report_id, para_no;
