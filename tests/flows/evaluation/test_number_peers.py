"""Other readers of numbers are judged by the gold that ours is judged by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.evaluation import number_peers
from flows.evaluation.number_peers import Found, compare

TEXT = "全年办案40件，办结率95%，2023年。"
GOLD = [
    {"start": 4, "end": 7, "value": 40, "unit": "件", "optional": False},
    {"start": 11, "end": 14, "value": 95, "unit": "%", "optional": False},
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "manifest.json").write_text('[{"name": "a"}]', "utf-8")
    (tmp_path / "a" / "clean.txt").write_text(TEXT, "utf-8")
    (tmp_path / "a" / "quantities.jsonl").write_text("\n".join(json.dumps(row) for row in GOLD), "utf-8")
    return tmp_path


def test_ours_comes_first_and_finds_all(corpus: Path) -> None:
    ours = compare(corpus)[0]
    assert (ours.name, ours.wanted, ours.right_value, ours.right_unit, ours.wrong_spans) == ("fazhi", 2, 2, 2, 0)


def test_a_value_without_its_unit_and_a_span_on_nothing_count_against(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [Found(4, 6, 40, None), Found(11, 14, 95, "%"), Found(15, 19, 2023, None)]
    monkeypatch.setattr(number_peers, "_readers", lambda: {"digits": lambda text: found})
    (digits,) = compare(corpus)
    assert (digits.right_value, digits.right_unit, digits.spans, digits.wrong_spans) == (2, 1, 3, 1)
