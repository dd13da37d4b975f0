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

NUMBERS = re.compile(r"[\d.,，]+[万亿]?[余多]?")
ORDER = re.compile(r"^\s*(?:[一二三四五六七八九十]+是|[(（][一二三四五六七八九十]+[)）])")
TOTAL = re.compile(r"全[国省市县区州盟旗镇乡系]|全年|共|累计|总")
"""Words of a figure that is all there is."""


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
            if not (_alike(first.evidence, second.evidence) if same else _one_total(told, first, second)):
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


def _alike(one: str, other: str) -> bool:
    """Whether two statements share at least half of their words, numbers aside."""
    first, second = (
        {words[at : at + 2] for at in range(len(words) - 1)}
        for words in (re.sub(r"[\d.,，%]+", "", one), re.sub(r"[\d.,，%]+", "", other))
    )
    return bool(first and second) and len(first & second) >= 0.5 * len(first | second)


def _one_total(told: Figures, first: Observation, second: Observation) -> bool:
    """Whether two statements are word for word the same total: only then two values contradict each other."""
    clauses = []
    for one in (first, second):
        start = max(told.text.rfind(mark, 0, one.start) for mark in "，,；;：:。\n") + 1
        clauses.append(ORDER.sub("", NUMBERS.sub("", told.text[start : one.end])))
    return clauses[0] == clauses[1] and TOTAL.search(clauses[0]) is not None
