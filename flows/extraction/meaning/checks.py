"""Stated figures held against the counts of the same report: rates, growth, totals, and figures stated twice."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from flows.extraction.facts import Check, CheckVerdict, Observation, Quantity
from flows.extraction.meaning.catalogue import Catalogue, load_catalogue
from flows.extraction.meaning.figures import Figures
from flows.extraction.meaning.growth import Growth
from flows.extraction.meaning.rates import Rates
from flows.extraction.meaning.sums import Sums


def check(
    text: str,
    quantities: Sequence[Quantity],
    observations: Sequence[Observation],
    *,
    catalogue: Catalogue | None = None,
) -> tuple[Check, ...]:
    """What the figures of a report say about each other, in the order of the text.

    The report of the year before is the warehouse's to hold them against: its view year_checks.
    """
    told = Figures(text, quantities, observations)
    catalogue = catalogue or load_catalogue()
    sums = Sums(told, catalogue)
    found = [
        *Rates(told, catalogue).checks(),
        *Growth(told).checks(),
        *sums.checks(),
        *sums.divided(),
        *sums.closing(),
        *_repeats(told, observations),
    ]
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.rule, one.stated)))


def _repeats(told: Figures, observations: Sequence[Observation]) -> list[Check]:
    """The same figure stated twice, in different sentences with the like words."""
    found: list[Check] = []
    by_code: dict[str, list[Observation]] = {}
    for observation in observations:
        if observation.confidence >= 0.7:
            by_code.setdefault(observation.indicator, []).append(observation)
    for stated in by_code.values():
        for first, second in pairwise(stated):
            if bisect_right(told.stops, first.start) == bisect_right(told.stops, second.start):
                continue
            if first.unit != second.unit or first.bound != second.bound or first.period != second.period:
                continue
            same = first.value == second.value
            if not _alike(first.evidence, second.evidence, 0.5 if same else 0.75):
                continue
            verdict: CheckVerdict = "consistent" if same else "mismatch"
            found.append(
                Check(
                    rule="repeat",
                    stated=second.value,
                    numerator=None,
                    denominator=None,
                    computed=first.value,
                    verdict=verdict,
                    start=second.start,
                    end=second.end,
                    arithmetic=f"同一数字两处:前写{first.value:g}{first.unit or ''},"
                    f"后写{second.value:g}{second.unit or ''}:{'一致' if same else '不一致'}。",
                )
            )
    return found


def _alike(one: str, other: str, share: float) -> bool:
    """Whether two statements use the like words, numbers aside."""
    first, second = (
        {words[at : at + 2] for at in range(len(words) - 1)}
        for words in (re.sub(r"[\d.,，%]+", "", one), re.sub(r"[\d.,，%]+", "", other))
    )
    return bool(first and second) and len(first & second) >= share * len(first | second)
