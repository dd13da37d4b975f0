-- Each report has exactly one latest version, the one with the highest number, and its facts say the same.
SELECT report_id, count(*) FILTER (WHERE latest) AS latest, max(version) AS versions FROM text_versions
GROUP BY report_id HAVING count(*) FILTER (WHERE latest) <> 1 OR max(version) FILTER (WHERE latest) <> max(version)
UNION ALL
SELECT o.report_id, count(*), max(o.version) FROM text_observations o
JOIN report_states s ON s.report_id = o.report_id AND o.latest <> (s.text_digest = o.text_digest) GROUP BY ALL
UNION ALL
SELECT q.report_id, count(*), max(q.version) FROM text_quantities q
JOIN report_states s ON s.report_id = q.report_id AND q.latest <> (s.text_digest = q.text_digest) GROUP BY ALL
