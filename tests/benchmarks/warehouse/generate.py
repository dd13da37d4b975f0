"""Batches of fictional reports, as many as wanted: about 8,000 characters and fifty observations each, made in SQL.

The words are the regions and the indicators of the seeds among clauses of our own, so that texts compress, words repeat
and places rank as in real reports. The same numbers give the same bytes."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import duckdb

from crawlers.portals import Registry
from flows.extraction.words import search_words
from flows.loading.seed_rows import seed_rows

PARAGRAPHS = 60
FACTS = 50
CLAUSES = 20_000
YEARS = tuple(range(2015, 2026))
OFFICES = ("人民政府", "司法局", "教育局")

_WORDS = {
    "how": "深入 扎实 全面 持续 稳步 有序 着力 切实 不断 统筹 系统 分类 依法 主动",
    "done": "推进 落实 完善 开展 规范 强化 健全 组织 加强 优化 推动 深化 抓好 提升 指导 督促",
    "what": "行政执法监督 行政复议工作 人民调解网络 普法宣传教育 合法性审查 重大行政决策程序 政务公开标准 营商环境建设 "
    "法律援助服务 行政裁量基准 执法人员培训 规范性文件清理 政务服务改革 信用体系建设 府院联动机制 矛盾纠纷化解 "
    "行政应诉能力 法治督察整改 领导干部学法 公共法律服务 证明事项告知承诺 综合执法协作 信访积案攻坚 应急预案演练",
}


def seeds(folder: Path) -> Path:
    """A batch of the seed tables: indicators, regions, and a portal a region."""
    folder.mkdir(parents=True)
    rows = seed_rows(Registry(portals=()))
    rows["portals"] = [
        {
            "portal_id": f"p{region['region_code']}",
            "name": f"{region['name']}人民政府",
            "region_code": region["region_code"],
            "region": region["full_name"],
            "level": region["level"],
            "base_url": f"https://p{region['region_code']}.example",
        }
        for region in rows["regions"]
    ]
    rows["runs"] = [{"run_id": "run-0", "flow": "backfill", "started_at": "2026-05-01T18:00:00Z", "outcome": "ok"}]
    rows["portal_runs"] = [
        {"run_id": "run-0", "portal_id": portal["portal_id"], "state": "ok"} for portal in rows["portals"]
    ]
    for name, lines in rows.items():
        with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return folder


class Generator:
    """Writes batches; reports are numbered from 0, and a number names the same report in every batch."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("SET enable_progress_bar = false")
        rows = seed_rows(Registry(portals=()))
        names = [region["name"] for region in rows["regions"]]
        phrases = list(product(*(words.split() for words in _WORDS.values())))
        clauses = []
        for number in range(CLAUSES):
            how, done, what = phrases[number * 7919 % len(phrases)]
            words = f"在{names[number * 104729 % len(names)]}{how}{done}{what}"
            clauses.append({"id": number, "words": words, "tokens": search_words(words)})
        self._table("clauses", clauses)
        kinds = [one | {"name_zh": re.sub(r"\(.*?\)|/.*", "", one["name_zh"])} for one in rows["indicators"]]
        self._table("kinds", [{"id": n, "tokens": search_words(one["name_zh"])} | one for n, one in enumerate(kinds)])
        self._table("places", [{"id": n} | region for n, region in enumerate(rows["regions"])])

    def _table(self, name: str, rows: list[dict[str, Any]]) -> None:
        import pyarrow

        columns = {key: [row.get(key) for row in rows] for key in rows[0]}
        tokens = pyarrow.map_(pyarrow.string(), pyarrow.int32())
        table = pyarrow.table(
            {
                key: pyarrow.array([list(value.items()) for value in values], type=tokens)
                if key == "tokens"
                else pyarrow.array(values)
                for key, values in columns.items()
            }
        )
        self.connection.register("handed", table)
        self.connection.execute(f"CREATE TABLE {name} AS FROM handed")
        self.connection.unregister("handed")

    def write(self, folder: Path, first: int, count: int, *, night: int = 0, revised: bool = False) -> Path:
        """A batch of `count` reports from number `first` on, seen in the night of that number; `revised` changes a
        figure of each."""
        folder.mkdir(parents=True)
        execute = self.connection.execute
        execute("SELECT setseed(0)")
        places = execute("SELECT count(*) FROM places").fetchone()
        kinds = execute("SELECT count(*) FROM kinds").fetchone()
        assert places and kinds
        execute(
            f"""CREATE OR REPLACE TABLE docs AS
                SELECT n AS doc, p.region_code, p.full_name AS region, office,
                       CASE office WHEN '人民政府' THEN p.level ELSE 'department' END AS level,
                       p.full_name || office AS issuer, {YEARS[0]} + n // {places[0] * len(OFFICES)} AS report_year
                FROM (SELECT unnest(range({first}, {first + count})) AS n)
                JOIN places p ON p.id = n // {len(OFFICES)} % {places[0]}
                CROSS JOIN (SELECT {list(OFFICES)!r} AS offices)
                CROSS JOIN LATERAL (SELECT offices[n % {len(OFFICES)} + 1] AS office)"""
        )
        execute(
            f"""CREATE OR REPLACE TABLE used AS
                SELECT d.doc, para_no, k, CAST(floor({CLAUSES} * pow(
                    hash(d.doc * 1000003 + para_no * 101 + k) / 18446744073709551616, 2)) AS INTEGER) AS clause
                FROM docs d CROSS JOIN (SELECT unnest(range(2, {PARAGRAPHS + 1})) AS para_no)
                CROSS JOIN (SELECT unnest(range(0, 8)) AS k)"""
        )
        execute(
            f"""CREATE OR REPLACE TABLE facts AS
                SELECT d.doc, para_no, k.code AS indicator, k.name_zh, k.tokens, k.unit,
                       CASE WHEN k.unit = '%' THEN 50 + hash(d.doc, para_no, {int(revised)}) % 50
                            ELSE 1 + hash(d.doc, para_no, {int(revised)} * CAST(para_no = 3 AS INTEGER)) % 5000
                       END AS value,
                       k.name_zh || value || k.unit AS words
                FROM docs d CROSS JOIN (SELECT unnest(range(2, {FACTS + 2})) AS para_no)
                JOIN kinds k ON k.id = hash(d.doc % 997, para_no) % {kinds[0]}"""
        )
        execute(
            """CREATE OR REPLACE TABLE told AS
               WITH pre AS (
                   SELECT u.doc, u.para_no, string_agg(c.words, '，' ORDER BY u.k) AS words
                   FROM used u JOIN clauses c ON c.id = u.clause GROUP BY ALL
               ),
               paragraphs AS (
                   SELECT doc, 1 AS para_no, issuer || report_year || '年度法治政府建设情况报告' AS text, 0 AS fact_at
                   FROM docs
                   UNION ALL
                   SELECT p.doc, p.para_no, p.words || coalesce('，' || f.words, '') || '。', length(p.words) + 1
                   FROM pre p LEFT JOIN facts f ON f.doc = p.doc AND f.para_no = p.para_no
               )
               SELECT *, sum(length(text) + 1) OVER (PARTITION BY doc ORDER BY para_no ROWS UNBOUNDED PRECEDING)
                         - length(text) - 1 AS start
               FROM paragraphs"""
        )
        execute(
            f"""CREATE OR REPLACE TABLE texts AS
                SELECT d.*, d.region_code || '-' || d.issuer || '-' || d.report_year AS report_id, t.text,
                       sha256(t.text) AS text_digest, 'p' || d.region_code AS portal_id,
                       'https://p' || d.region_code || '.example/' || d.doc AS url,
                       'capture-{night}-' || d.doc AS capture_id,
                       strftime(TIMESTAMP '2026-05-01 18:00:00' + INTERVAL {night} DAY, '%Y-%m-%dT%H:%M:%SZ') AS seen_at
                FROM docs d
                JOIN (SELECT doc, string_agg(text, chr(10) ORDER BY para_no) AS text FROM told GROUP BY doc) t
                USING (doc)"""
        )
        spans = "start + fact_at AS start, start + fact_at + length(f.words)"
        rows = {
            "report_versions": """
                SELECT report_id, text_digest, text, capture_id, seen_at, '1' AS extractor_version, portal_id, url,
                       issuer || report_year || '年度法治政府建设情况报告' AS title, issuer, region_code, region, level,
                       report_year, CAST(make_date(report_year + 1, 1, 5) + CAST(hash(doc) % 120 AS INTEGER) AS VARCHAR)
                       AS published_on
                FROM texts""",
            "captures": f"""
                SELECT capture_id, 'run-{night}' AS run_id, portal_id, url, seen_at AS fetched_at, 'article' AS role,
                       200 AS status, 'ok' AS verdict, 'sha1:A' AS payload_digest, 'warc/a.warc.gz' AS warc_file,
                       doc * 9000 AS "offset", 9000 AS length, '<urn:' || doc || '>' AS record_id FROM texts""",
            "paragraphs": "SELECT report_id, text_digest, para_no, t.text FROM told t JOIN texts USING (doc)",
            "sections": """
                SELECT report_id, text_digest, (para_no - 2) // 8 + 1 AS ordinal, 1 AS level, '一、' AS marker,
                       'x' AS title, min(start) AS start, max(start + length(t.text)) AS "end",
                       ['reconsideration', 'litigation', 'enforcement', 'publicity'][(para_no - 2) // 8 % 4 + 1]
                       AS dimension
                FROM told t JOIN texts USING (doc) WHERE para_no > 1 GROUP BY ALL""",
            "quantities": """
                SELECT report_id, text_digest, para_no AS ordinal, start + fact_at + length(f.name_zh) AS start,
                       start + fact_at + length(f.words) AS "end", f.value || f.unit AS text, f.value, f.unit,
                       'exact' AS bound, CASE f.unit WHEN '%' THEN 'percent' ELSE 'count' END AS kind,
                       f.name_zh AS subject FROM told t JOIN facts f USING (doc, para_no) JOIN texts USING (doc)
               """,
            "observations": f"""
                SELECT report_id, text_digest, indicator, f.value, f.unit, 'exact' AS bound, {spans} AS "end",
                       f.words AS evidence, 0.9 AS confidence, para_no AS quantity
                FROM told t JOIN facts f USING (doc, para_no) JOIN texts USING (doc)""",
            "checks": f"""
                SELECT report_id, text_digest, 'rate' AS rule, f.value AS stated, 1 AS numerator, 2 AS denominator,
                       50 AS computed,
                       CASE WHEN hash(t.doc, para_no) % 20 = 0 THEN 'mismatch' ELSE 'consistent' END AS verdict,
                       {spans} AS "end"
                FROM told t JOIN facts f USING (doc, para_no) JOIN texts USING (doc)
                WHERE f.unit = '%' AND para_no < 20""",
            "citations": """
                SELECT report_id, text_digest, start, start + 4 AS "end", substr(t.text, 1, 4) AS text,
                       'normative_document' AS kind
                FROM told t JOIN texts USING (doc) WHERE para_no BETWEEN 2 AND 6""",
            "postings": """
                SELECT report_id, text_digest, map(list(token), list(tf)) AS tokens FROM (
                    SELECT doc, token, CAST(sum(tf) AS INTEGER) AS tf FROM (
                        SELECT u.doc, unnest(map_keys(c.tokens)) AS token, unnest(map_values(c.tokens)) AS tf
                        FROM used u JOIN clauses c ON c.id = u.clause
                        UNION ALL
                        SELECT doc, unnest(map_keys(tokens)), unnest(map_values(tokens)) FROM facts
                    ) GROUP BY ALL
                ) JOIN texts USING (doc) GROUP BY ALL""",
        }
        for name, query in rows.items():
            execute(f"COPY ({query} ORDER BY report_id) TO '{folder / name}.jsonl' (FORMAT json)")
        run = {"run_id": f"run-{night}", "flow": "nightly", "started_at": f"2026-05-{night + 1:02}T18:00:00Z"}
        (folder / "runs.jsonl").write_text(json.dumps(run) + "\n", encoding="utf-8")
        return folder
