"""What nights on a portal leave in the warehouse: bodies cut over pages, and pages that are not read again."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.data_directory import DataDirectory
from flows.loading.batches import pending_runs, write_batch
from flows.loading.jsonl import read_rows
from flows.loading.load import load_and_release
from flows.loading.rereading import Reextraction, reextract
from tests.crawlers.loopback_portal import Answer
from tests.crawlers.nights import BASE, Nights

REPORT, SECOND, THIRD = "/fz/t1.html", "/fz/t1_2.html", "/fz/t1_3.html"
LIST = f"""<html><head><title>法治政府建设</title></head><body><ul class="list">
<li><a href="{REPORT}">青山市2024年法治政府建设年度报告</a><span>2025-01-08</span></li>
</ul></body></html>"""
DUTIES = (
    "一、履行推进法治建设职责。现将情况报告如下，存在的不足见后。全年召开专题会议4次，开展法治督察3次，整改问题27个。"
)
DECISIONS = (
    "二、健全行政决策制度。审查行政规范性文件36件，清理文件112件，出具法律意见书58份，重大决策均经合法性审查。"
    + "持续完善政府法律顾问制度，听取意见建议。" * 8
)
DISPUTES = "三、化解行政争议。全年收到行政复议申请214件，受理198件，审结190件，经调解和解结案61件，直接纠错9件。"
PLANS = "四、下一年度安排。持续推进严格规范公正文明执法，加强基层法治队伍建设，完善公共法律服务体系，提升治理水平。"
PAGER = f'<div><a href="{REPORT}">1</a> <a href="{SECOND}">2</a> <a href="{THIRD}">3</a></div>'


def page(*paragraphs: str, pager: str = PAGER) -> str:
    title = "青山市2024年法治政府建设年度报告"
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
        "<div>发布时间：2025-01-08 来源：青山市司法局</div>"
        f'<div class="content">{body}</div>{pager}</body></html>'
    )


def answer(html: str) -> Answer:
    return Answer(html.encode(), headers={"Content-Type": "text/html; charset=utf-8"}, etag=f'"{hash(html)}"')


class Chain:
    """Nights on a portal, each loaded as the nightly flow loads it."""

    def __init__(self, folder: Path) -> None:
        self.data = DataDirectory(folder)
        self.registry = folder / "portals.yaml"
        # JSON is YAML.
        facts = {"id": "qingshan", "name": "青山市人民政府", "region": "青山市", "region_code": "990100"}
        portal = facts | {"level": "prefecture", "base_url": BASE, "columns": [BASE + "/fz/"]}
        self.registry.write_text(json.dumps({"portals": [portal]}))
        pages = {"/fz/": LIST, REPORT: page(DUTIES, DECISIONS), SECOND: page(DISPUTES), THIRD: page(PLANS)}
        answers: dict[str, Answer | None] = {path: answer(html) for path, html in pages.items()}
        self.nights = Nights(folder / "archive", answers, facts={"region": "青山市", "level": "prefecture"})

    def night(self) -> dict[str, list[dict[str, Any]]]:
        """Run, load and release; returns the batch, table by table."""
        crawled = asyncio.run(self.nights.later(days=1).run())
        run_id = crawled.captures[0].run_id
        row = {"run_id": run_id, "flow": "nightly", "started_at": self.nights.now.isoformat(), "outcome": "ok"}
        pending = pending_runs(self.data, row, [])
        batches = [write_batch(self.data, self.registry, name, lambda _: None) for name in pending]
        load_and_release(self.data, run_id, batches)
        return {path.stem: list(read_rows(path)) for path in batches[-1].glob("*.jsonl")}

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.data.place().file()), read_only=True) as release:
            return release.execute(query).fetchall()


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    (tmp_path / "runs").mkdir()
    return Chain(tmp_path)


def test_a_body_cut_over_pages_is_one_text(chain: Chain) -> None:
    chain.night()
    ((text, warnings),) = chain.ask("SELECT text, warnings FROM reports")
    assert [paragraph for paragraph in text.split("\n") if paragraph[1] == "、"] == [DUTIES, DECISIONS, DISPUTES, PLANS]
    assert not [warning for warning in warnings if "further page" in warning]


def test_a_further_page_that_did_not_come_is_named(chain: Chain) -> None:
    chain.nights.pages[SECOND] = None
    chain.night()
    ((warnings,),) = chain.ask("SELECT warnings FROM texts")
    assert f"The further page {BASE}{SECOND} of the body did not come: the text lacks what stands there." in warnings


def test_a_further_page_that_the_pager_no_longer_names_is_left_out(chain: Chain) -> None:
    chain.night()
    chain.nights.pages[REPORT] = answer(page(DUTIES, DECISIONS, pager=""))
    chain.night()
    assert [DISPUTES in text for (text,) in chain.ask("SELECT text FROM report_versions ORDER BY version")] == [
        True,
        False,
    ]


def test_a_changed_further_page_is_a_new_version(chain: Chain) -> None:
    chain.night()
    chain.nights.pages[THIRD] = answer(page(PLANS + "（修订）"))
    batch = chain.night()
    assert len(batch["report_versions"]) == 1
    assert chain.ask("SELECT versions FROM reports") == [(2,)]


def test_an_unchanged_report_is_seen_again_and_not_read_again(chain: Chain) -> None:
    first = chain.night()
    second = chain.night()
    assert (len(first["report_versions"]), len(second.get("report_versions", []))) == (1, 0)
    assert [row["report_id"] for row in second["sightings"]] == [row["report_id"] for row in first["sightings"]]
    ((versions, seen_for),) = chain.ask("SELECT versions, last_seen_at - first_seen_at FROM reports")
    assert (versions, seen_for) == (1, timedelta(days=1))


def test_what_was_not_read_again_is_what_a_reading_gives(chain: Chain) -> None:
    for _ in range(2):
        chain.night()
    tables = [name for (name,) in chain.ask("SELECT table_name FROM duckdb_tables() WHERE NOT internal")]
    queries = {name: f'FROM "{name}" ORDER BY ALL' for name in tables if name not in ("schema_version", "runs")}
    nightly = {name: chain.ask(query) for name, query in queries.items()}
    reextract(Reextraction(chain.data, registry=chain.registry, rebuild=True))
    assert {name: chain.ask(query) for name, query in queries.items()} == nightly


PROBLEMS = [
    pytest.param("no_text", "no_text", id="one of the page itself is told again"),
    pytest.param("fault", "identity", id="one of the extractor is not: the page is read again"),
    pytest.param("archive", "identity", id="nor is one of the archive"),
]


@pytest.mark.parametrize(("before", "after"), PROBLEMS)
def test_a_problem_of_a_reading(chain: Chain, before: str, after: str) -> None:
    chain.nights.pages[REPORT] = answer(page("全文见附件。", pager=""))
    (problem,) = chain.night()["problems"]
    assert problem["kind"] == "identity"
    with duckdb.connect(str(chain.data.place().file().resolve())) as release:
        release.execute("UPDATE problems SET kind = ?", [before])
    assert [row["kind"] for row in chain.night()["problems"]] == [after]
