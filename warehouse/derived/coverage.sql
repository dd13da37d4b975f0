-- Who owes which year's report, and what is known of it: worked out anew for each release.
--
-- Its clock is the day of the last run, in China: what could have come out since is not missing. So a release says the
-- same whenever it is asked. The government of a region owes a report (its body is null), and so does every
-- department, township or zone that has reported once or has a portal in the registry (its body is its name).
DELETE FROM coverage;
INSERT INTO coverage BY NAME
WITH clock AS (
    SELECT CAST(coalesce(max(started_at), TIMESTAMPTZ '1970-01-01 00:00:00+00') AT TIME ZONE 'Asia/Shanghai' AS DATE)
           AS today
    FROM runs
),
told AS (
    SELECT r.report_id, r.region_code, r.region, r.level, r.issuer, r.report_year, r.published_on,
           CASE WHEN r.region_code IS NOT NULL AND r.level IN ('province', 'prefecture', 'county')
                     AND r.level = coalesce(g.level, r.level)
                     AND NOT regexp_matches(coalesce(r.issuer, ''), '(管理委员会|管委会)$') THEN NULL
                ELSE r.issuer END AS body
    FROM report_states r LEFT JOIN regions g ON g.region_code = r.region_code
    WHERE r.issuer IS NOT NULL OR r.level IN ('province', 'prefecture', 'county')
),
years AS (
    SELECT unnest(range(coalesce((SELECT min(report_year) FROM told), year(today) - 1), year(today))) AS report_year
    FROM clock
),
last_visits AS (
    SELECT p.portal_id, p.state IN ('ok', 'empty') AS was_read
    FROM portal_run_log p JOIN runs r ON r.run_id = p.run_id
    QUALIFY row_number() OVER (PARTITION BY p.portal_id ORDER BY r.started_at DESC, p.run_id DESC) = 1
),
registry AS (
    SELECT p.portal_id, p.region_code, p.region, p.level, g.level AS region_level, v.was_read,
           regexp_replace(p.name, '(政务|政府|门户|官方|信息|公开)*(网站|网|平台)$', '') AS name
    FROM portals p
    LEFT JOIN regions g ON g.region_code = p.region_code
    LEFT JOIN last_visits v ON v.portal_id = p.portal_id
),
-- Where a government's report is looked for: its own portal, and only where none is watched its bureau of justice's.
kinds AS (
    SELECT *, CASE WHEN level IN ('province', 'prefecture', 'county') THEN
                        CASE WHEN level = coalesce(region_level, level) THEN 'government' ELSE 'other' END
                   WHEN level IS NULL AND (name LIKE '%政府办公_' OR NOT regexp_matches(
                        name, '([局厅委办院处乡镇]|委员会|管委会|办公[室厅]|中心|街道)$')) THEN 'government'
                   WHEN regexp_matches(name, '司法[局厅]$|法制办|依法治.{1,2}(委员会)?办') THEN 'justice'
                   ELSE 'other' END AS kind
    FROM registry
),
governments_watched AS (
    SELECT region_code, bool_or(was_read) AS was_read FROM kinds WHERE kind <> 'other' GROUP BY region_code, kind
    QUALIFY row_number() OVER (PARTITION BY region_code ORDER BY kind) = 1
),
-- Where another body's report is looked for: the portals that have shown one, and the portal named after it.
shown AS (
    SELECT DISTINCT t.region_code, t.body, a.portal_id FROM told t JOIN appearances a ON a.report_id = t.report_id
    WHERE t.body IS NOT NULL
),
-- A portal of a body none of whose reports it has shown: the name of the portal is all that is known of the body.
unheard AS (
    SELECT region_code, name AS body, portal_id, region, coalesce(level, 'department') AS level
    FROM kinds WHERE kind <> 'government' AND portal_id NOT IN (SELECT portal_id FROM shown)
),
bodies_watched AS (
    SELECT s.region_code, s.body, bool_or(r.was_read) AS was_read
    FROM (FROM shown UNION SELECT region_code, body, portal_id FROM unheard) s
    JOIN registry r ON r.portal_id = s.portal_id GROUP BY ALL
),
due AS (
    -- Governments: of every region of the seed, and of others that have a portal or have reported.
    SELECT region_code, any_value(region ORDER BY source) AS region, any_value(level ORDER BY source) AS level,
           CAST(NULL AS VARCHAR) AS body, max_by(issuer, report_year) AS issuer
    FROM (
        SELECT 1 AS source, region_code, full_name AS region, level, NULL AS issuer, NULL AS report_year FROM regions
        UNION ALL
        SELECT 2, region_code, region, level, NULL, NULL FROM kinds WHERE kind = 'government'
        UNION ALL
        SELECT 3, region_code, region, level, issuer, report_year FROM told WHERE body IS NULL
    ) GROUP BY region_code
    UNION ALL
    SELECT region_code, max_by(region, report_year), max_by(level, report_year), body, body
    FROM (
        SELECT region_code, region, level, body, report_year FROM told WHERE body IS NOT NULL
        UNION ALL
        SELECT region_code, region, level, body, 0 FROM unheard
    ) GROUP BY region_code, body
),
published AS (
    SELECT * FROM told QUALIFY row_number() OVER (
        PARTITION BY region_code, body, report_year ORDER BY published_on NULLS LAST, report_id) = 1
)
SELECT d.region_code, d.region, d.level, d.issuer, y.report_year,
       CASE WHEN p.report_id IS NOT NULL AND p.published_on > make_date(y.report_year + 1, 4, 1) THEN 'late'
            WHEN p.report_id IS NOT NULL THEN 'published'
            WHEN c.today <= make_date(y.report_year + 1, 4, 1) THEN 'not_due'
            WHEN w.was_read THEN 'missing'
            WHEN NOT w.was_read THEN 'blocked'
            ELSE 'unknown' END AS state,
       p.published_on, date_diff('day', make_date(y.report_year + 1, 4, 1), p.published_on) AS days_after_1_april,
       p.report_id
FROM due d CROSS JOIN years y CROSS JOIN clock c
LEFT JOIN published p ON p.report_year = y.report_year AND p.region_code IS NOT DISTINCT FROM d.region_code
      AND p.body IS NOT DISTINCT FROM d.body
LEFT JOIN (
    SELECT region_code, CAST(NULL AS VARCHAR) AS body, was_read FROM governments_watched UNION ALL FROM bodies_watched
) w ON w.region_code IS NOT DISTINCT FROM d.region_code AND w.body IS NOT DISTINCT FROM d.body
ORDER BY y.report_year, d.region_code, d.issuer;
