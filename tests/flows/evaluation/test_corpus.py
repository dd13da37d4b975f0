"""A corpus of one small report: what is right counts as right, what is wrong is listed with its sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows.evaluation.corpus import NoCorpus, evaluate, in_all

TEXT = "桐溪县2023年法治政府建设年度报告\n全年新收行政复议案件40件，审结38件，办结率95%。"


def quantity(words: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    start = TEXT.index(words)
    found = {"start": start, "end": start + len(words), "text": words, "value": value, "unit": unit}
    return {**found, "bound": "exact", "kind": "count", "subject": "案件", "period": None, "optional": False, **more}


def write(folder: Path, quantities: list[dict[str, Any]]) -> Path:
    report = folder / "tongxi-2023"
    report.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps([{"name": "tongxi-2023"}]), "utf-8")
    (report / "page.txt").write_text(TEXT + "\n", "utf-8")
    (report / "clean.txt").write_text(TEXT + "\n", "utf-8")
    (report / "meta.json").write_text(json.dumps({"report_year": 2023}), "utf-8")
    lines = "\n".join(json.dumps(q, ensure_ascii=False) for q in quantities)
    (report / "quantities.jsonl").write_text(lines, "utf-8")
    return folder


def test_everything_right(tmp_path: Path) -> None:
    gold = [quantity("40件", 40, "件"), quantity("38件", 38, "件"), quantity("95%", 95, "%", kind="percent")]
    (result,) = evaluate(write(tmp_path, gold))
    assert (result.quantities.precision, result.quantities.recall) == (1.0, 1.0)
    assert result.text_equal
    assert (result.metadata_right, result.metadata_wanted) == (1, 1)


@pytest.mark.parametrize(
    ("changed", "found", "missed", "extra"),
    [
        ({"value": 39}, 2, 1, 1),
        ({"unit": "宗"}, 2, 1, 1),
        ({"bound": "over"}, 2, 1, 1),
        ({"optional": True}, 2, 0, 0),
        ({"optional": True, "value": 39}, 2, 0, 0),
    ],
    ids=["value", "unit", "bound", "optional", "optional and wrong"],
)
def test_one_gold_quantity_differs(
    tmp_path: Path, changed: dict[str, Any], found: int, missed: int, extra: int
) -> None:
    gold = [{**quantity("40件", 40, "件"), **changed}, quantity("38件", 38, "件"), quantity("95%", 95, "%")]
    (result,) = evaluate(write(tmp_path, gold))
    assert (result.quantities.found, result.quantities.missed, result.quantities.extra) == (found, missed, extra)


def test_what_the_gold_does_not_hold_is_extra_and_listed(tmp_path: Path) -> None:
    (result,) = evaluate(write(tmp_path, [quantity("40件", 40, "件"), quantity("38件", 38, "件")]))
    assert result.quantities.extra == 1
    (miss,) = [m for m in result.misses if m.what == "quantity extra"]
    assert "95%" in miss.got
    assert "办结率95%" in miss.sentence


def test_the_sum_adds_up(tmp_path: Path) -> None:
    gold = [quantity("40件", 40, "件"), quantity("38件", 38, "件"), quantity("95%", 95, "%", kind="percent")]
    results = evaluate(write(tmp_path, gold))
    total = in_all([*results, *results])
    assert total.quantities.found == 6
    assert total.by_kind["count"].found == 4
    assert total.text_equal


def test_a_folder_without_a_manifest_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NoCorpus, match=r"has no manifest\.json"):
        evaluate(tmp_path)
    assert NoCorpus.exit_code == 2


def test_a_span_that_is_too_short_is_no_hit(tmp_path: Path) -> None:
    gold = [quantity("新收行政复议案件40件", 40, "件"), quantity("38件", 38, "件"), quantity("95%", 95, "%")]
    (result,) = evaluate(write(tmp_path, gold))
    assert (result.quantities.found, result.quantities.missed, result.quantities.extra) == (2, 1, 1)


def test_kind_and_subject_are_scored_apart(tmp_path: Path) -> None:
    gold = [
        quantity("40件", 40, "件", kind="money"),
        quantity("38件", 38, "件", subject="法律援助"),
        quantity("95%", 95, "%", kind="percent"),
    ]
    (result,) = evaluate(write(tmp_path, gold))
    assert result.quantities.found == 3
    assert (result.kinds.found, result.kinds.missed) == (2, 1)
    assert [miss.what for miss in result.misses if miss.what in ("kind", "subject")] == ["kind", "subject"]


def test_checks_and_citations_are_scored_where_the_gold_has_them(tmp_path: Path) -> None:
    folder = write(tmp_path, [quantity("40件", 40, "件", optional=True)])
    report = folder / "tongxi-2023"
    check = {"stated": 95, "numerator": 38, "denominator": 40, "computed": 95.0, "verdict": "consistent"}
    wrong = {**check, "verdict": "mismatch"}
    (report / "checks.jsonl").write_text(f"{json.dumps(check)}\n{json.dumps(wrong)}\n", "utf-8")
    cited = {"start": 0, "end": 3, "text": "桐溪县", "kind": "law", "cited_id": "桐溪县"}
    (report / "citations.jsonl").write_text(json.dumps(cited), "utf-8")
    (result,) = evaluate(folder)
    assert (result.checks.found, result.checks.missed) == (1, 1)
    assert (result.citations.found, result.citations.missed) == (0, 1)
    assert result.shares()["checks recall"] == 0.5
