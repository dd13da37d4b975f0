"""A batch that tells visits anew: what was known of them goes, and only texts whose facts differ are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.batches import FIRST, SECOND, digest, night, run_rows, text_rows, write
from warehouse.load import load
from warehouse.migrate import migrate, refresh_views

URL = "https://yunchuan.example/1"
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("ATTACH ':memory:' AS made")
        opened.execute("USE made")
        migrate(opened)
        refresh_views(opened)
        yield opened


def visit(run: int, reading: str) -> Rows:
    return {
        "visits": [
            {
                "run_id": f"run-{run}",
                "portal_id": "yunchuan",
                "url": URL,
                "capture_id": f"capture-{run}-{URL}",
                "seen_at": night(run),
                "reading": reading,
            }
        ]
    }


def told_by(version: str, text: str = FIRST, change: Callable[[Rows], object] = lambda rows: None) -> Rows:
    rows = text_rows(1, text)
    rows["report_versions"][0]["extractor_version"] = version
    change(rows)
    return rows


def another_value(rows: Rows) -> None:
    rows["observations"][0]["value"] += 1


def another_title(rows: Rows) -> None:
    rows["report_versions"][0]["title"] = "另一标题"


def no_quantities(rows: Rows) -> None:
    del rows["quantities"]


CASES = [
    pytest.param(told_by("2"), 0, id="nothing differs"),
    pytest.param(told_by("2", change=another_value), 1, id="an observation"),
    pytest.param(told_by("2", change=another_title), 1, id="the title"),
    pytest.param(told_by("2", change=no_quantities), 1, id="facts that are gone"),
]


@pytest.mark.parametrize(("retold", "written"), CASES)
def test_only_texts_whose_facts_differ_are_written(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, retold: Rows, written: int
) -> None:
    assert load(connection, write(tmp_path / "1", run_rows(1), told_by("1"), visit(1, "a"))) == 1
    assert load(connection, write(tmp_path / "2", retold, visit(1, "b"))) == written
    assert connection.execute("SELECT extractor_version FROM texts").fetchall() == [("2",)]
    assert connection.execute("SELECT reading FROM visits").fetchall() == [("b",)]
    told = connection.execute("SELECT title, (SELECT sum(value) FROM observations) FROM reports").fetchone()
    first = retold["report_versions"][0]["title"]
    assert told == (first, sum(row["value"] for row in retold["observations"]))


def test_a_visit_that_shows_another_text_now_leaves_nothing_of_the_old_one(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load(connection, write(tmp_path / "1", run_rows(1), told_by("1"), visit(1, "a")))
    load(connection, write(tmp_path / "2", told_by("2", SECOND), visit(1, "b")))
    assert connection.execute("SELECT text_digest FROM texts").fetchall() == [(digest(SECOND),)]
    assert connection.execute("SELECT count(*) FROM report_versions").fetchone() == (1,)


def test_a_visit_that_is_no_report_any_more_takes_the_report_along(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load(connection, write(tmp_path / "1", run_rows(1), told_by("1"), visit(1, "a")))
    load(connection, write(tmp_path / "2", visit(1, "b")))
    for table in ("reports", "texts", "sightings", "observations", "paragraphs", "appearances"):
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_a_problem_that_is_mended_goes(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    problem = {"run_id": "run-1", "portal_id": "yunchuan", "url": URL, "capture_id": f"capture-1-{URL}"}
    told = {"problems": [problem | {"kind": "fault", "sentence": "Reading it broke the extractor."}]}
    load(connection, write(tmp_path / "1", run_rows(1), told, visit(1, "a")))
    assert connection.execute("SELECT count(*) FROM problems").fetchone() == (1,)
    load(connection, write(tmp_path / "2", told_by("2"), visit(1, "b")))
    assert connection.execute("SELECT count(*) FROM problems").fetchone() == (0,)
