from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.batches import FIRST, REPORT, SECOND, digest, missing_rows, run_rows, text_rows, write
from warehouse.load import BatchRefused, load
from warehouse.release import Staging, open_release

OTHER = "https://yunchuan.example/2"
THIRD = SECOND + "\n来源：云川市教育局。"

NIGHTS: dict[int, list[dict[str, list[dict[str, Any]]]]] = {
    1: [run_rows(1), text_rows(1, FIRST), text_rows(1, THIRD, OTHER)],
    2: [run_rows(2), text_rows(2, SECOND)],
    3: [run_rows(3), missing_rows(3), text_rows(3, THIRD, OTHER)],
    4: [run_rows(4), missing_rows(4)],
}


def released(root: Path, *batches: Path) -> Path:
    for batch in batches:
        with Staging(root) as staging:
            load(staging.connection, batch)
            staging.publish(batch.name)
    return root


def rows(root: Path, sql: str) -> list[tuple[Any, ...]]:
    with open_release(root) as connection:
        return connection.execute(sql).fetchall()


def tables(connection: Any) -> dict[str, list[str]]:
    names = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary "
        "AND table_name <> 'schema_version'"
    ).fetchall()
    return {name: sorted(map(str, connection.execute(f"FROM {name}").fetchall())) for (name,) in names}


@pytest.fixture
def nights(tmp_path: Path) -> dict[int, Path]:
    return {number: write(tmp_path / f"night-{number}", *parts) for number, parts in NIGHTS.items()}


def test_a_changed_text_makes_a_version_and_only_that(tmp_path: Path, nights: dict[int, Path]) -> None:
    root = released(tmp_path / "warehouse", nights[1], nights[2])
    assert rows(root, "SELECT version, text_digest, capture_id FROM report_versions ORDER BY version") == [
        (1, digest(FIRST), "capture-1-https://yunchuan.example/1"),
        (2, digest(SECOND), "capture-2-https://yunchuan.example/1"),
    ]
    ((change,),) = rows(root, "SELECT change FROM report_versions WHERE version = 2")
    assert json.loads(change) == {
        "added": [{"para_no": 2, "text": "全年新收行政复议案件14件，审结10件。"}],
        "removed": [
            {"para_no": 2, "text": "全年新收行政复议案件12件，审结10件。"},
            {"para_no": 3, "text": "开展普法活动30场。"},
        ],
    }
    assert rows(root, "SELECT version, versions, status, text_digest FROM reports") == [
        (2, 2, "current", digest(SECOND))
    ]


def test_facts_shown_are_those_of_the_latest_version(tmp_path: Path, nights: dict[int, Path]) -> None:
    root = released(tmp_path / "warehouse", nights[1], nights[2])
    assert rows(root, "SELECT indicator, value, version FROM observations ORDER BY start") == [
        ("reconsideration.received", 14.0, 2),
        ("reconsideration.concluded", 10.0, 2),
    ]
    assert rows(root, "SELECT count(*) FROM text_observations WHERE version = 1 AND NOT latest") == [(3,)]
    assert rows(root, "SELECT para_no, version FROM paragraphs ORDER BY para_no") == [(1, 2), (2, 2)]


def test_a_second_appearance_with_another_text_makes_no_version(tmp_path: Path, nights: dict[int, Path]) -> None:
    root = released(tmp_path / "warehouse", nights[1])
    assert rows(root, "SELECT version, versions, url, text_digest FROM reports") == [
        (1, 1, "https://yunchuan.example/1", digest(FIRST))
    ]
    assert rows(root, "SELECT url FROM appearances ORDER BY url") == [("https://yunchuan.example/1",), (OTHER,)]


def test_the_second_appearance_counts_once_the_first_is_gone(tmp_path: Path, nights: dict[int, Path]) -> None:
    root = released(tmp_path / "warehouse", *nights.values())
    assert rows(root, "SELECT version, url, status, text_digest FROM reports") == [(3, OTHER, "current", digest(THIRD))]
    assert rows(root, "SELECT url, gone_at IS NULL FROM appearances ORDER BY url") == [
        ("https://yunchuan.example/1", False),
        (OTHER, True),
    ]
    assert rows(root, "SELECT count(*) FROM observations WHERE version = 3") == [(2,)]


@pytest.mark.parametrize(
    ("misses", "status"),
    [
        pytest.param([2], "current", id="missed once"),
        pytest.param([2, 3], "removed_at_source", id="missed in two runs"),
    ],
)
def test_removed_at_source(tmp_path: Path, misses: list[int], status: str) -> None:
    batches = [write(tmp_path / "1", run_rows(1), text_rows(1, FIRST))]
    batches += [write(tmp_path / str(run), run_rows(run), missing_rows(run)) for run in misses]
    root = released(tmp_path / "warehouse", *batches)
    assert rows(root, "SELECT status, version FROM reports") == [(status, 1)]


def test_seen_again_after_it_was_gone(tmp_path: Path) -> None:
    batches = [
        write(tmp_path / "1", text_rows(1, FIRST)),
        write(tmp_path / "2", missing_rows(2)),
        write(tmp_path / "3", missing_rows(3)),
        write(tmp_path / "4", text_rows(4, FIRST)),
    ]
    root = released(tmp_path / "warehouse", *batches)
    assert rows(root, "SELECT status, versions FROM reports") == [("current", 1)]
    assert rows(root, "SELECT gone_at FROM appearances") == [(None,)]


def test_a_text_that_comes_back_is_a_third_version(tmp_path: Path) -> None:
    batches = [write(tmp_path / str(run), text_rows(run, text)) for run, text in ((1, FIRST), (2, SECOND), (3, FIRST))]
    root = released(tmp_path / "warehouse", *batches)
    assert rows(root, "SELECT version, text_digest FROM report_versions ORDER BY version") == [
        (1, digest(FIRST)),
        (2, digest(SECOND)),
        (3, digest(FIRST)),
    ]
    assert rows(root, "SELECT count(*), max(version) FROM observations") == [(3, 3)]


def test_loading_twice_changes_nothing(tmp_path: Path, nights: dict[int, Path]) -> None:
    with Staging(tmp_path / "warehouse") as staging:
        for batch in nights.values():
            load(staging.connection, batch)
        once = tables(staging.connection)
        for batch in nights.values():
            load(staging.connection, batch)
        assert tables(staging.connection) == once


ORDERS = [(4, 3, 2, 1), (2, 1, 4, 3), (3, 4, 1, 2), (1, 3, 2, 4)]


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_any_order_ends_in_the_same_tables(tmp_path: Path, nights: dict[int, Path], order: tuple[int, ...]) -> None:
    ends = []
    for name, nights_in_order in (("sorted", sorted(order)), ("other", order)):
        with Staging(tmp_path / name) as staging:
            for night in nights_in_order:
                load(staging.connection, nights[night])
            ends.append(tables(staging.connection))
    assert len(ends[0]["text_versions"]) == 3
    assert ends[1] == ends[0]


def test_a_new_extractor_replaces_the_text_and_makes_no_version(tmp_path: Path) -> None:
    batches = [
        write(tmp_path / "old", text_rows(1, FIRST)),
        write(tmp_path / "new", text_rows(1, SECOND, extractor_version="2")),
    ]
    root = released(tmp_path / "warehouse", *batches)
    assert rows(root, "SELECT version, text_digest, extractor_version FROM report_versions") == [
        (1, digest(SECOND), "2")
    ]
    assert rows(root, "SELECT count(*) FROM texts") == [(1,)]


def test_seeds_are_replaced_whole(tmp_path: Path) -> None:
    old = {"regions": [{"region_code": "990100", "name": "云川市"}, {"region_code": "990200", "name": "石桥市"}]}
    new = {"regions": [{"region_code": "990100", "name": "云川市", "level": "prefecture"}]}
    root = released(tmp_path / "warehouse", write(tmp_path / "1", old), write(tmp_path / "2", new))
    assert rows(root, "SELECT region_code, level FROM regions") == [("990100", "prefecture")]


RUN = {"run_id": "r", "flow": "nightly", "started_at": "2025-03-01T18:00:00Z"}


@pytest.mark.parametrize(
    ("table", "row", "sentence"),
    [
        pytest.param("reprots", {}, "no table of a batch", id="unknown table"),
        pytest.param("runs", RUN | {"colour": "red"}, "'colour' is no column of runs", id="unknown column"),
        pytest.param("runs", {"run_id": "r"}, "lack 'flow'", id="missing value"),
        pytest.param("runs", RUN | {"started_at": "soon"}, "cannot be read as runs", id="wrong type"),
        pytest.param(
            "paragraphs",
            {"report_id": REPORT, "text_digest": "a", "para_no": 1, "text": "x"},
            "report_versions.jsonl of the same batch does not hold",
            id="fact without text",
        ),
    ],
)
def test_a_batch_that_breaks_the_contract(tmp_path: Path, table: str, row: dict[str, Any], sentence: str) -> None:
    good = write(tmp_path / "good", text_rows(1, FIRST))
    bad = write(tmp_path / "bad", run_rows(1), {table: [row]})
    with Staging(tmp_path / "warehouse") as staging:
        load(staging.connection, good)
        before = tables(staging.connection)
        with pytest.raises(BatchRefused, match=sentence):
            load(staging.connection, bad)
        assert tables(staging.connection) == before
