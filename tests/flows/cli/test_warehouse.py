from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from tests.warehouse.batches import FIRST, REPORT, SECOND, run_rows, text_rows, write
from warehouse.load import load
from warehouse.release import Staging, existing_release


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    regions = {
        "indicators": [{"code": "reconsideration.received", "name_zh": "行政复议新收"}],
        "regions": [{"region_code": "990100", "name": "云川市", "level": "prefecture"}],
        "portals": [
            {"portal_id": "yunchuan", "name": "云川市", "region_code": "990100", "base_url": "https://yunchuan.example"}
        ],
    }
    for run, text in ((1, FIRST), (2, SECOND)):
        write(root / str(run), run_rows(run), regions, text_rows(run, text))
        with Staging(root / "warehouse") as staging:
            load(staging.connection, root / str(run))
            staging.publish(f"run-{run}")
    return root


def fazhi(data: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--data", str(data)], catch_exceptions=True)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--level", "department", "--year", "2024"], id="options"),
        pytest.param(["--level=department", "--year=2024"], id="options with a sign"),
        pytest.param(["level=department", "year=2024"], id="names and values"),
        pytest.param(["--param", "level=department", "--param", "year=2024"], id="param"),
    ],
)
def test_ask(data: Path, words: list[str]) -> None:
    told = fazhi(data, "ask", "2", *words, "--format", "jsonl")
    (row,) = map(json.loads, told.stdout.splitlines())
    assert (row["issuer"], row["received"], row["concluded"]) == ("云川市教育局", 14, 10)


def test_ask_lists_the_questions(data: Path) -> None:
    told = fazhi(data, "ask").stdout
    assert "15  给出某市某项指标历年全部原句和出处。" in told
    assert "Every sentence and source behind one cell." in told
    assert len(fazhi(data, "ask", "--format", "jsonl").stdout.splitlines()) == 15


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["sql", "SELECT count(*) AS n FROM reports", "--format", "csv"], "n\n1\n", id="sql"),
        pytest.param(
            ["search", "--exact", "审结10件", "--format", "csv"], "新收行政复议案件14件，【审结10件】", id="exact"
        ),
        pytest.param(["diff", REPORT], "+ ¶2 全年新收行政复议案件14件，审结10件。", id="diff, paragraphs"),
        pytest.param(["diff", REPORT], "reconsideration.received 12 → 14", id="diff, observations"),
        pytest.param(["coverage", "--format", "csv"], "2024,prefecture,0,0,0,1,0,0", id="coverage"),
        pytest.param(["coverage", "--region", "云川市", "--state", "not_due", "--format", "csv"], "990100", id="cells"),
        pytest.param(["dictionary", "checks"], "consistent, rounded, truncated or mismatch", id="dictionary"),
        pytest.param(["dictionary", "--markdown"], "## search_reports(wanted)", id="dictionary page"),
    ],
)
def test_ways_in(data: Path, words: list[str], expected: str) -> None:
    told = fazhi(data, *words)
    assert expected in told.stdout, told.output


def test_export(data: Path, tmp_path: Path) -> None:
    fazhi(data, "export", "reports", "observations", "--format", "csv", "--to", str(tmp_path / "out"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "datapackage.json",
        "observations.csv",
        "reports.csv",
    ]
    fazhi(data, "export", "--question", "9", "--param", "year=2024", "--format", "xlsx")
    assert (data / "exports" / "question-9-xlsx" / "question-9.xlsx").exists()


ATTACK = "x'; DROP TABLE texts; --"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["sql", "DELETE FROM texts"], id="sql deletes"),
        pytest.param(["sql", "DROP VIEW reports"], id="sql drops"),
        pytest.param(["sql", "CREATE TABLE mine (a INTEGER)"], id="sql creates"),
        pytest.param(["sql", "COPY (SELECT 1) TO '{file}'"], id="sql writes a file"),
        pytest.param(["sql", "ATTACH '{release}' AS again (READ_WRITE)"], id="sql attaches to write"),
        pytest.param(["sql", "SET enable_external_access = true"], id="sql opens the door"),
        pytest.param(["sql", "SELECT 1; DELETE FROM texts"], id="sql in two"),
        pytest.param(["ask", "2", "--region", ATTACK], id="ask, region"),
        pytest.param(["ask", "2", "--year", "2024 OR 1=1"], id="ask, year"),
        pytest.param(["ask", "2", f"--{ATTACK}", "1"], id="ask, name"),
        pytest.param(["ask", "7", "--indicator", ATTACK], id="ask, indicator"),
        pytest.param(["search", "复议", "--region", ATTACK], id="search, region"),
        pytest.param(["search", "复议", "--level", ATTACK], id="search, level"),
        pytest.param(["search", "--regexp", "("], id="search, a broken expression"),
        pytest.param(["export", ATTACK], id="export, table"),
        pytest.param(["export", "--question", "2", "--param", f"region={ATTACK}"], id="export, parameter"),
        pytest.param(["coverage", "--region", ATTACK], id="coverage, region"),
        pytest.param(["coverage", "--state", ATTACK], id="coverage, state"),
        pytest.param(["diff", ATTACK], id="diff"),
    ],
)
def test_nothing_is_written_and_a_sentence_told(data: Path, tmp_path: Path, words: list[str]) -> None:
    release = existing_release(data / "warehouse")
    before = release.read_bytes()
    told = fazhi(data, *(word.format(file=tmp_path / "a.csv", release=release) for word in words))
    assert told.exception is not None
    assert getattr(type(told.exception), "exit_code", None) == 2 or told.exit_code == 2
    assert "\n" not in str(told.exception)
    assert release.read_bytes() == before
    assert not (tmp_path / "a.csv").exists()


def test_an_attack_is_a_phrase(data: Path) -> None:
    told = fazhi(data, "search", "--exact", ATTACK, "--format", "csv")
    assert told.exit_code == 0
    assert told.stdout.splitlines()[1:] == []
