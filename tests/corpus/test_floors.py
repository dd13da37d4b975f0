"""The gate: what is reached on our own corpus does not fall below what was reached before."""

from __future__ import annotations

from pathlib import Path

from flows.evaluation.corpus import evaluate, in_all
from flows.evaluation.floors import hold

CORPUS = Path(__file__).parent


def test_nothing_lies_below_its_floor() -> None:
    hold(CORPUS, in_all(evaluate(CORPUS)).shares())
