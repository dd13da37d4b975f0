from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.batches import SECOND, digest, text_rows, write
from warehouse.load import load
from warehouse.questions import WrongParameter
from warehouse.release import Staging, open_release
from warehouse.search import Filters, Hit, exact, ranked

# Words as a cutter for search would give them; the warehouse never cuts.
TEXTS: dict[str, tuple[str, dict[str, int]]] = {
    "990100-云川市教育局-2024": (
        "云川市教育局的报告\n行政复议以调解结案3件。\n普法活动30场。",
        {
            "云川": 1,
            "教育局": 1,
            "报告": 1,
            "行政": 1,
            "复议": 1,
            "行政复议": 1,
            "调解": 1,
            "结案": 1,
            "普法": 1,
            "活动": 1,
        },
    ),
    "990101-东湖区司法局-2024": (
        "东湖区司法局的报告\n行政复议9件，行政复议纠错1件。\n人民调解200件，调解成功率99%。",
        {"东湖": 1, "司法局": 1, "报告": 1, "行政": 2, "复议": 2, "行政复议": 2, "纠错": 1, "人民": 1, "调解": 2},
    ),
    "980100-石桥市司法局-2023": (
        "石桥市司法局的报告\n开展普法活动12场。",
        {"石桥": 1, "司法局": 1, "报告": 1, "普法": 1, "活动": 1},
    ),
}


def rows(report_id: str) -> dict[str, list[dict[str, Any]]]:
    text, tokens = TEXTS[report_id]
    url = f"https://example.test/{report_id}"
    part = text_rows(1, text, url, report_id)
    key = {"report_id": report_id, "text_digest": digest(text)}
    second = text.index("\n") + 1
    section = {
        "ordinal": 1,
        "level": 1,
        "start": second,
        "end": text.index("\n", second + 1) if "\n" in text[second:] else len(text),
    }
    return part | {
        "postings": [{**key, "tokens": tokens}],
        "sections": [{**key, **section, "title": "复议", "dimension": "reconsideration"}],
    }


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("search")
    write(root / "batch", *(rows(report_id) for report_id in TEXTS))
    with Staging(root / "warehouse") as staging:
        load(staging.connection, root / "batch")
        staging.publish("run-1")
    return root / "warehouse" / "fazhi.duckdb"


@pytest.fixture(scope="module")
def connection(release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_release(release.parent) as opened:
        yield opened


def names(hits: list[Hit]) -> list[str]:
    return [hit.report_id.split("-")[1] for hit in hits]


@pytest.mark.parametrize(
    ("words", "filters", "expected"),
    [
        pytest.param(["行政复议", "调解"], Filters(), ["东湖区司法局", "云川市教育局"], id="all words, best first"),
        pytest.param(["普法"], Filters(), ["石桥市司法局", "云川市教育局"], id="a word in a shorter text weighs more"),
        pytest.param(["普法", "纠错"], Filters(), [], id="no text holds both"),
        pytest.param(["普法"], Filters(year=2024), ["云川市教育局"], id="year"),
        pytest.param(["普法"], Filters(region="980100"), ["石桥市司法局"], id="region"),
        pytest.param(["调解"], Filters(region="9901"), ["东湖区司法局", "云川市教育局"], id="region with those below"),
        pytest.param(["调解"], Filters(dimension="reconsideration"), ["云川市教育局"], id="dimension"),
        pytest.param(["调解"], Filters(level="county"), [], id="level"),
    ],
)
def test_ranked(connection: duckdb.DuckDBPyConnection, words: list[str], filters: Filters, expected: list[str]) -> None:
    assert names(ranked(connection, words, filters)) == expected


def test_passages_hold_the_words_marked(connection: duckdb.DuckDBPyConnection) -> None:
    first, second = ranked(connection, ["行政", "复议", "行政复议", "调解"])
    assert [passage.marked() for passage in first.passages] == [
        "【行政复议】9件，【行政复议】纠错1件。",
        "人民【调解】200件，【调解】成功率99%。",
    ]
    assert second.passages[0].marked() == "【行政复议】以【调解】结案3件。"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param("行政复议 调解", ["东湖区司法局", "云川市教育局"], id="words of the index"),
        pytest.param("行政复议　人民调解", ["东湖区司法局"], id="a wide blank, a word that the index has in two"),
        pytest.param("行政复议纠错", ["东湖区司法局"], id="words written together"),
        pytest.param("普法 航天", [], id="a word that no text holds"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_any_duckdb_ranks_without_our_program(release: Path, wanted: str, expected: list[str]) -> None:
    query = f"SELECT report_id FROM search_reports('{wanted}')"
    program = f"import duckdb; print(duckdb.connect({str(release)!r}, read_only=True).sql({query!r}).fetchall())"
    told = subprocess.run(
        [sys.executable, "-I", "-c", program], cwd="/", env={}, check=True, capture_output=True, text=True
    )
    assert [report_id.split("-")[1] for (report_id,) in ast.literal_eval(told.stdout)] == expected


def test_the_macros_name_and_mark(release: Path) -> None:
    with duckdb.connect(str(release), read_only=True) as connection:
        assert connection.execute(
            "SELECT title, region_code, report_year, url FROM search_reports('纠错') "
            "WHERE in_region(region_code, '990100')"
        ).fetchall() == [("东湖区司法局的报告", "990101", 2024, "https://example.test/990101-东湖区司法局-2024")]
        assert connection.execute("SELECT marked FROM search_paragraphs('普法活动') ORDER BY ALL").fetchall() == [
            ("【普法活动】30场。",),
            ("开展【普法活动】12场。",),
        ]


@pytest.mark.parametrize(
    ("sought", "kind", "filters", "expected"),
    [
        pytest.param("调解成功率", "phrase", Filters(), ["人民调解200件，【调解成功率】99%。"], id="phrase"),
        pytest.param("解成功%", "phrase", Filters(), [], id="no wildcards in a phrase"),
        pytest.param(
            r"普法活动\d+场",
            "regexp",
            Filters(),
            ["开展【普法活动12场】。", "【普法活动30场】。"],
            id="regular expression",
        ),
        pytest.param("普法", "phrase", Filters(region="980000"), ["开展【普法】活动12场。"], id="region"),
        pytest.param(
            "调解", "phrase", Filters(dimension="reconsideration"), ["行政复议以【调解】结案3件。"], id="dimension"
        ),
        pytest.param("'; DROP TABLE texts; --", "phrase", Filters(), [], id="an attack is a phrase"),
    ],
)
def test_exact(
    connection: duckdb.DuckDBPyConnection, sought: str, kind: Any, filters: Filters, expected: list[str]
) -> None:
    hits = exact(connection, sought, filters, kind=kind)
    assert [passage.marked() for hit in hits for passage in hit.passages] == expected


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        pytest.param(lambda c: ranked(c, []), "Nothing to search for", id="no words"),
        pytest.param(lambda c: exact(c, "(", kind="regexp"), "no regular expression", id="broken expression"),
        pytest.param(lambda c: ranked(c, ["x"], Filters(level="city")), "no level", id="misspelt level"),
        pytest.param(lambda c: ranked(c, ["x"], Filters(region="云城")), "No region", id="misspelt region"),
    ],
)
def test_wrong_use(connection: duckdb.DuckDBPyConnection, call: Any, sentence: str) -> None:
    with pytest.raises(WrongParameter, match=sentence):
        call(connection)


def test_a_revised_text_is_found_by_its_new_words_alone(tmp_path: Path) -> None:
    report_id = "990100-云川市教育局-2024"
    first = rows(report_id)
    second = text_rows(2, SECOND, f"https://example.test/{report_id}", report_id)
    second["postings"] = [{"report_id": report_id, "text_digest": digest(SECOND), "tokens": {"审结": 1}}]
    with Staging(tmp_path / "warehouse") as staging:
        load(staging.connection, write(tmp_path / "1", first))
        load(staging.connection, write(tmp_path / "2", second))
        assert names(ranked(staging.connection, ["审结"])) == ["云川市教育局"]
        assert names(ranked(staging.connection, ["普法"])) == []
