"""The gate: what is reached on our own pages does not fall below what was reached before."""

from __future__ import annotations

from pathlib import Path

from flows.evaluation.floors import hold
from flows.evaluation.pages import evaluate

PAGES = Path(__file__).parent


def test_nothing_lies_below_its_floor() -> None:
    (ours,) = evaluate(PAGES)
    hold(PAGES, ours.shares())
