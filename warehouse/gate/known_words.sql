-- Words that the contract closes (state, bound, verdict, level) are among those it names, or filters would miss rows.
SELECT 'text_quantities.bound' AS name, bound AS word, min(report_id) AS example FROM text_quantities
WHERE bound NOT IN ('exact', 'about', 'over', 'under') GROUP BY ALL
UNION ALL
SELECT 'text_observations.bound', bound, min(report_id) FROM text_observations
WHERE bound NOT IN ('exact', 'about', 'over', 'under') GROUP BY ALL
UNION ALL
SELECT 'text_checks.verdict', verdict, min(report_id) FROM text_checks
WHERE verdict NOT IN ('consistent', 'rounded', 'truncated', 'mismatch') GROUP BY ALL
UNION ALL
SELECT 'texts.level', level, min(report_id) FROM texts
WHERE level NOT IN ('province', 'prefecture', 'county', 'township', 'department') GROUP BY ALL
UNION ALL
SELECT 'portal_run_log.state', state, min(portal_id) FROM portal_run_log
WHERE state NOT IN ('ok', 'empty', 'drift', 'blocked', 'unreachable') GROUP BY ALL
