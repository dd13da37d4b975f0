-- Every fact and every version stands on a text, and every text on a sighting, or a cell would lead nowhere.
SELECT 'sightings' AS name, report_id, text_digest FROM sightings ANTI JOIN texts USING (report_id, text_digest)
UNION ALL
SELECT 'texts', report_id, text_digest FROM texts ANTI JOIN sightings USING (report_id, text_digest)
UNION ALL
SELECT 'text_versions', report_id, text_digest FROM text_versions ANTI JOIN texts USING (report_id, text_digest)
UNION ALL
SELECT 'report_states', report_id, text_digest FROM report_states ANTI JOIN texts USING (report_id, text_digest)
UNION ALL
SELECT 'text_quantities', report_id, text_digest FROM text_quantities ANTI JOIN texts USING (report_id, text_digest)
UNION ALL
SELECT 'text_observations', report_id, text_digest FROM text_observations
ANTI JOIN texts USING (report_id, text_digest)
UNION ALL
SELECT 'text_checks', report_id, text_digest FROM text_checks ANTI JOIN texts USING (report_id, text_digest)
