"""`fazhi extract`: one JSON object, or the text with its numbers labelled, or one sentence that says what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.cli.extract import NoFile, NoText, TwoForms

TEXT = (
    "桐溪县人民政府2023年法治政府建设年度报告\n全年新收行政复议案件40余件，同比下降5%。\n桐溪县人民政府\n2024年2月3日"
)
FIELDS = [
    "title",
    "published_on",
    "published_time",
    "source",
    "document_number",
    "signed_on",
    "issuer",
    "region_code",
    "region",
    "level",
    "report_year",
    "text",
    "sections",
    "quantities",
    "observations",
    "checks",
    "attachments",
    "warnings",
]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "report.txt"
    path.write_text(TEXT, "utf-8")
    return path


def test_json_is_one_object_with_every_field(page: Path) -> None:
    result = CliRunner().invoke(app, ["extract", str(page), "--json"])
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert set(FIELDS) <= set(found)
    assert found["text"] == TEXT
    assert found["report_year"] == 2023
    assert [(q["text"], q["value"], q["unit"], q["bound"], q["direction"]) for q in found["quantities"]] == [
        ("40余件", 40, "件", "over", None),
        ("5%", 5, "%", "exact", "down"),
    ]
    for quantity in found["quantities"]:
        assert found["text"][quantity["start"] : quantity["end"]] == quantity["text"]


def test_the_same_bytes_give_the_same_object(page: Path) -> None:
    first, second = (CliRunner().invoke(app, ["extract", str(page), "--json"]).stdout for _ in range(2))
    assert first == second


def test_whole_values_are_written_without_a_point(page: Path) -> None:
    assert '"value": 40,' in CliRunner().invoke(app, ["extract", str(page), "--json"]).stdout


def test_explain_labels_each_quantity_in_the_text(page: Path) -> None:
    result = CliRunner().invoke(app, ["extract", str(page), "--explain"])
    assert result.exit_code == 0
    assert "40余件⟨>40 件" in result.stdout
    assert "5%⟨↓5 %" in result.stdout


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("none.html", "There is no file"),
        (".", "is a folder; give one file of it"),
        ("https://www.example.gov.cn/post_1.html", "not an address"),
    ],
    ids=["missing", "folder", "address"],
)
def test_what_is_no_file_is_told_in_a_sentence(
    given: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["extract", given])
    assert isinstance(result.exception, NoFile)
    assert sentence in str(result.exception)
    assert NoFile.exit_code == 2


def test_two_forms_at_once_are_refused(page: Path) -> None:
    result = CliRunner().invoke(app, ["extract", str(page), "--json", "--explain"])
    assert isinstance(result.exception, TwoForms)
    assert TwoForms.exit_code == 2


def test_an_empty_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "empty.html"
    path.write_bytes(b"")
    result = CliRunner().invoke(app, ["extract", str(path)])
    assert isinstance(result.exception, NoText)
    assert NoText.exit_code == 1
