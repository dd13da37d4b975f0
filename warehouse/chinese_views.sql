-- Repeatable: the same data under Chinese names, for those who think in Chinese.

CREATE OR REPLACE VIEW 报告 AS
SELECT report_id AS 报告编号, coalesce(title, inferred_title, list_title) AS 标题, issuer AS 发布机关,
       region AS 地区, region_code AS 行政区划代码,
       CASE level WHEN 'province' THEN '省级' WHEN 'prefecture' THEN '市级' WHEN 'county' THEN '县级'
                  WHEN 'township' THEN '乡级' WHEN 'department' THEN '部门' END AS 层级,
       report_year AS 年度, published_on AS 公开日期, signed_on AS 落款日期, source AS 来源, document_number AS 文号,
       version AS 版本, CASE status WHEN 'current' THEN '在线' ELSE '已撤下' END AS 状态, url AS 网址, text AS 正文
FROM reports;

CREATE OR REPLACE VIEW 指标 AS
SELECT f.report_id AS 报告编号, f.region AS 地区, f.region_code AS 行政区划代码, f.issuer AS 发布机关,
       f.report_year AS 年度, f.indicator AS 指标代码, i.name_zh AS 指标名称, i.dimension_zh AS 维度, f.value AS 数值,
       f.value_high AS 上限, f.unit AS 单位,
       CASE f.bound WHEN 'exact' THEN '确数' WHEN 'about' THEN '约数' WHEN 'over' THEN '以上' ELSE '以下' END AS 界限,
       f.scope AS 口径, f.period AS 期间, f.evidence AS 原句, f.confidence AS 可信度, f.url AS 网址
FROM figures f LEFT JOIN indicators i ON i.code = regexp_replace(f.indicator, '\.(yoy|share)$', '');

CREATE OR REPLACE VIEW 数量 AS
SELECT q.report_id AS 报告编号, q.ordinal AS 序号, q.text AS 原文, q.value AS 数值, q.value_high AS 上限, q.unit AS 单位,
       CASE q.bound WHEN 'exact' THEN '确数' WHEN 'about' THEN '约数' WHEN 'over' THEN '以上' ELSE '以下' END AS 界限,
       q.subject AS 对象, q.period AS 期间, q.start AS 起, q."end" AS 止
FROM quantities q;

CREATE OR REPLACE VIEW 核对 AS
SELECT c.report_id AS 报告编号, c.rule AS 规则, c.stated AS 所述, c.numerator AS 分子, c.denominator AS 分母,
       c.computed AS 算得,
       CASE c.verdict WHEN 'consistent' THEN '一致' WHEN 'rounded' THEN '四舍五入' WHEN 'truncated' THEN '截尾'
                      ELSE '不符' END AS 结论,
       CASE c.kind WHEN 'years' THEN '与上年报告' ELSE '本报告内' END AS 类别, c.arithmetic AS 算式, c.evidence AS 原句,
       c.start AS 起, c."end" AS 止
FROM checks c;

CREATE OR REPLACE VIEW 覆盖 AS
SELECT region AS 地区, region_code AS 行政区划代码, issuer AS 发布机关, report_year AS 年度,
       CASE state WHEN 'published' THEN '按时公开' WHEN 'late' THEN '逾期公开' WHEN 'missing' THEN '未见公开'
                  WHEN 'not_due' THEN '未到期' WHEN 'blocked' THEN '无法访问' ELSE '不详' END AS 状态,
       published_on AS 公开日期, days_after_1_april AS 距4月1日天数, report_id AS 报告编号
FROM coverage;
