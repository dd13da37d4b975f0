-- Which observation is the one comparable value of its report and indicator is settled when it is loaded.
ALTER TABLE text_observations ADD COLUMN cell BOOLEAN;
CREATE TABLE chosen AS
SELECT o.report_id, o.text_digest, o.indicator, o.start, o."end", o.quantity
FROM text_observations o JOIN texts t ON t.report_id = o.report_id AND t.text_digest = o.text_digest
WHERE o.bound = 'exact' AND o.value_high IS NULL
  AND (o.scope IS NULL OR o.scope IN ('全市', '全县', '全区', '全域', '辖区')
       OR (o.scope = '部门' AND t.level = 'department') OR (o.scope = '镇街' AND t.level = 'township')
       OR (o.scope = '全省' AND t.level = 'province'))
  AND (o.period IS NULL OR o.period = '全年'
       OR regexp_full_match(o.period, CAST(t.report_year AS VARCHAR) || ' ?年?度?'))
QUALIFY row_number() OVER (
    PARTITION BY o.report_id, o.text_digest, o.indicator ORDER BY o.confidence DESC, o.start, o."end", o.quantity) = 1;
UPDATE text_observations SET cell = true FROM chosen c
WHERE c.report_id = text_observations.report_id AND c.text_digest = text_observations.text_digest
  AND c.indicator = text_observations.indicator AND c.start = text_observations.start
  AND c."end" = text_observations."end" AND c.quantity IS NOT DISTINCT FROM text_observations.quantity;
UPDATE text_observations SET cell = false WHERE cell IS NULL;
DROP TABLE chosen;
