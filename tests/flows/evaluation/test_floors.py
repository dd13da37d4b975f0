"""Floors rise freely, fall only with a reason, and hold over one corpus only."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from flows.evaluation.floors import FloorBroken, NoReason, digest, hold, set_floors


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "one.html").write_text("<p>青川镇</p>", encoding="utf-8")
    set_floors(tmp_path, {"body": 0.9, "title": 0.8})
    return tmp_path


HOLDS = {
    "equal": {"body": 0.9, "title": 0.8},
    "better": {"body": 1.0, "title": 0.8},
    "one more share": {"body": 0.9, "title": 0.8, "source": 0.1},
}
FALLS = {"one below": {"body": 0.9, "title": 0.79}, "one not measured": {"body": 0.9}}


@pytest.mark.parametrize("measured", HOLDS.values(), ids=HOLDS.keys())
def test_what_is_reached_is_held(corpus: Path, measured: dict[str, float]) -> None:
    hold(corpus, measured)


@pytest.mark.parametrize("measured", FALLS.values(), ids=FALLS.keys())
def test_what_lies_below_is_refused(corpus: Path, measured: dict[str, float]) -> None:
    with pytest.raises(FloorBroken, match="title"):
        hold(corpus, measured)
    with pytest.raises(NoReason, match="title"):
        set_floors(corpus, measured)


def test_a_floor_falls_with_its_reason(corpus: Path) -> None:
    set_floors(corpus, {"body": 0.9, "title": 0.5}, "标题 of one page was wrong in the gold")
    pinned = yaml.safe_load((corpus / "floors.yaml").read_text(encoding="utf-8"))
    assert pinned["floors"] == {"body": 0.9, "title": 0.5}
    assert pinned["lowered"] == [
        {"floor": "title", "before": 0.8, "now": 0.5, "reason": "标题 of one page was wrong in the gold"}
    ]
    hold(corpus, {"body": 0.9, "title": 0.5})


def test_another_corpus_is_refused(corpus: Path) -> None:
    (corpus / "html" / "two.html").write_text("<p>白石乡</p>", encoding="utf-8")
    with pytest.raises(FloorBroken, match="not the corpus"):
        hold(corpus, {"body": 1.0, "title": 1.0})


def test_floors_readme_and_code_are_no_part_of_the_corpus(corpus: Path) -> None:
    before = digest(corpus)
    (corpus / "README.md").write_text("Pages", encoding="utf-8")
    (corpus / "test_floors.py").write_text("", encoding="utf-8")
    assert digest(corpus) == before


def test_without_floors_everything_holds(tmp_path: Path) -> None:
    hold(tmp_path, {"body": 0.0})
