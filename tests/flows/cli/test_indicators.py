"""`fazhi indicators`: the catalogue shown, checked, and what reports count beyond it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.indicators import app

REPORT = """\
云川市人民政府2023年度法治政府建设情况报告
一、主要举措和成效
全市审结行政复议案件31件。全市设立法治图书角{corners}个。
二、存在的不足
法治队伍建设仍需加强，部分领域执法规范化水平有待提高，下一步将继续努力。
"""


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    for name, corners in (("a.txt", 12), ("b.txt", 30)):
        (tmp_path / name).write_text(REPORT.format(corners=corners), encoding="utf-8")
    return tmp_path


def test_show_tells_what_an_indicator_means() -> None:
    shown = CliRunner().invoke(app, ["show", "litigation.loss_rate"])
    assert shown.exit_code == 0
    for words in ("行政诉讼(一审)败诉率", "says 败诉率", "胜诉率", "litigation.lost"):
        assert words in shown.output


def test_show_of_an_unknown_code_names_those_near() -> None:
    shown = CliRunner().invoke(app, ["show", "loss_rate"])
    assert (shown.exit_code, shown.output.strip()) == (
        2,
        "There is no indicator loss_rate; there is litigation.loss_rate.",
    )


def test_check_counts_a_catalogue_that_can_be_used() -> None:
    checked = CliRunner().invoke(app, ["check"])
    assert checked.exit_code == 0
    assert checked.output.startswith("130 indicators with ")


def test_gaps_of_a_folder_are_counted_by_report(reports: Path) -> None:
    told = CliRunner(env={"COLUMNS": "120"}).invoke(app, ["gaps", str(reports), "--least", "2"])
    assert told.exit_code == 0
    assert "法治图书角" in told.output
    assert "审结" not in told.output.split("法治图书角")[0]
    assert told.output.rstrip().endswith("1 kinds of figures beyond the catalogue.")
