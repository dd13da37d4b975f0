"""How the rows of an answer are printed: for people, who want every word, and for programs."""

from __future__ import annotations

from typing import Any

import pytest

from flows.cli.rows import Shape, show

LONG = "复议申请412件，较上年的348件增长18.39%，受理376件，受理率91.26%；审结351件，其中直接纠错42件，纠错率11.97%"

VALUES = [
    pytest.param(348.0, "348", id="a count has no decimals"),
    pytest.param(11.97, "11.97", id="a rate keeps them"),
    pytest.param(None, "", id="nothing"),
    pytest.param(True, "True", id="yes"),
    pytest.param("[bold]x[/bold]", "[bold]x[/bold]", id="markup is text"),
]


@pytest.mark.parametrize(("value", "printed"), VALUES)
def test_a_value_in_a_table(capsys: pytest.CaptureFixture[str], value: object, printed: str) -> None:
    show(["what"], [[value]])
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("│")]
    assert row.strip("│ ") == printed


def test_a_long_name_is_folded_behind_its_underscores(capsys: pytest.CaptureFixture[str]) -> None:
    show(["accepted_change_percent"], [[1.5]])
    head = [line.strip("┃ ") for line in capsys.readouterr().out.splitlines() if line.startswith("┃")]
    assert head == ["accepted_", "change_", "percent"]


WIDTHS = [
    pytest.param(2, "│", id="long words are folded in a table"),
    pytest.param(9, "row 1", id="or told one by one"),
]


@pytest.mark.parametrize(("columns", "shown"), WIDTHS)
def test_no_word_is_left_out(capsys: pytest.CaptureFixture[str], columns: int, shown: str) -> None:
    show([f"c{number}" for number in range(columns)], [[LONG] * columns])
    out = capsys.readouterr().out
    assert shown in out
    assert all(out.count(word) >= columns for word in ("复议申请412件", "11.97%"))


@pytest.mark.parametrize(
    ("length", "shown"),
    [(40, "┃ name"), (100, "row 1 ")],
    ids=["names-of-some-lines", "sentences"],
)
def test_on_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, length: int, shown: str
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    show(["indicator", "name", "dimension", "reports", "percent"], [["a" * length] * 3 + ["12", "100"]])
    told = capsys.readouterr()
    assert shown in told.out
    assert told.out.count("a") >= 3 * length
    assert max(map(len, told.out.splitlines())) <= 80
    assert told.err == "1 row\n"


@pytest.mark.parametrize(
    ("shape", "printed"),
    [
        pytest.param(Shape.csv, "name,value\n云溪市,348.0\n", id="csv"),
        pytest.param(Shape.jsonl, '{"name": "云溪市", "value": 348.0}\n', id="jsonl"),
    ],
)
def test_a_program_gets_values_as_they_are(capsys: pytest.CaptureFixture[str], shape: Shape, printed: str) -> None:
    rows: list[list[Any]] = [["云溪市", 348.0]]
    show(["name", "value"], rows, shape)
    assert capsys.readouterr().out == printed
