"""The figures of a text as they are written, what stands around each, and how a stated one agrees with a computed one.

Values are compared as written: half up to the stated places, or cut off there; 万 may hide what rounding moved.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from flows.extraction.facts import CheckVerdict, Observation, Quantity

CLAUSE_MARK = re.compile(r"[,，;；。\n]")
BEHIND_END = re.compile(r"[,，;；。、()（）\n]")
SENTENCE_END = re.compile(r"[。!?！？\n]")
NEAREST = 4
"""Statements of one indicator, before and after a rate, that may be its whole."""
NUMBER = re.compile(r"([\d０-９][\d０-９,，]*)(?:[.．]([\d０-９]+))?\s*(万|亿|千|百)?")
SCALED = re.compile("[.．百千万亿]")
TIMES = {"百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
LAST_YEAR = re.compile(r"上年|去年|上一年|同期|年初|[较比由从](?:20)\d\d年")
OF_WHICH = re.compile(r"[^,，;；。\n]{0,6}中[,，]")
"""What makes the count before it the whole: 1127项中,零跑动的占98%."""
CLOSED = re.compile(r"[^()（）]*[)）].*")
"""What follows a count in brackets: 办理656件(含结转172件),比上年下降8.9% is of the first."""
TURN = re.compile(r"增|减|降|升|提高|翻")
JOINED = re.compile(r"、[^,，;；。\d]{0,12}")
CASE_UNITS = frozenset(("件", "宗", "起", "例", "件次", "案", "条"))
PERSON_UNITS = frozenset(("人", "名", "位"))
NONE = Fraction(0)
SUMMABLE = frozenset(("count", "money", "change"))
VERDICTS: dict[CheckVerdict, str] = {
    "consistent": "与所述相等",
    "rounded": "四舍五入后与所述相等",
    "truncated": "与所述的差别在于截去尾数而未四舍五入",
    "mismatch": "与所述不符",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity as it is written: its value, how many places it shows, how far rounding to 万 may have moved it."""

    quantity: Quantity
    at: int
    """Which figure of the text it is, from 0."""
    value: Fraction
    places: int
    slack: Fraction
    sentence: int
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Count:
    """A count to calculate with: one figure, several added or subtracted, or none where a rate implies it."""

    value: Fraction
    slack: Fraction
    unit: str | None
    figures: tuple[Figure, ...]

    def __str__(self) -> str:
        values = [one.value for one in self.figures]
        if len(values) > 1 and sum(values) == self.value:
            return f"({' + '.join(map(plain, values))})"
        if len(values) > 1:
            return f"({' - '.join(map(plain, values))})"
        return plain(self.value)


class Figures:
    """The figures of one text, in its order."""

    def __init__(self, text: str, quantities: Sequence[Quantity], observations: Sequence[Observation]) -> None:
        self.text = text
        codes: dict[int, set[str]] = {}
        for observation in observations:
            codes.setdefault(observation.quantity, set()).add(observation.indicator)
        self.lines = [match.start() for match in re.finditer("\n", text)]
        self.stops = [match.start() for match in SENTENCE_END.finditer(text)]
        self.quantities = sorted(quantities, key=lambda one: one.start)
        self.figures = [
            self.figure(at, quantity, frozenset(codes.get(quantity.ordinal, ())))
            for at, quantity in enumerate(self.quantities)
        ]
        self.coded: dict[str, list[Figure]] = {}
        for one in self.figures:
            for code in one.codes:
                self.coded.setdefault(code, []).append(one)
        self.said: dict[int, str] = {}

    def figure(self, at: int, quantity: Quantity, codes: frozenset[str]) -> Figure:
        """A quantity with its places and slack, as its words show them."""
        places, slack = 0, NONE
        match = NUMBER.search(quantity.text) if SCALED.search(quantity.text) else None
        if match is not None:
            places = len(match.group(2) or "")
            times = TIMES.get(match.group(3) or "", 1)
            slack = Fraction(times, 2 * 10**places) if times > 1 else NONE
        whole = quantity.value.is_integer()
        value = Fraction(int(quantity.value)) if whole else Fraction(str(quantity.value))
        return Figure(quantity, at, value, places, slack, bisect_right(self.stops, quantity.start), codes)

    def neighbours(self, at: int) -> list[Figure]:
        """Exact counts of the sentence of figure `at`, then of the sentences around it, nearest first."""
        rate = self.figures[at]
        line = bisect_right(self.lines, rate.quantity.start)
        near: list[tuple[int, int, Figure]] = []
        for index in range(max(at - 12, 0), min(at + 8, len(self.figures))):
            other = self.figures[index]
            if (
                index != at
                and other.quantity.kind in SUMMABLE
                and other.quantity.unit not in ("%", "个百分点", "百分点", "倍")
                and other.quantity.bound == "exact"
                and abs(other.sentence - rate.sentence) <= 2
                and bisect_right(self.lines, other.quantity.start) == line
            ):
                near.append((abs(other.sentence - rate.sentence), abs(index - at), other))
        return [other for _, _, other in sorted(near, key=lambda one: one[:2])]

    def before(self, at: int) -> Figure | None:
        """The count right before a rate, in its sentence; growth of that count and a bracket may stand between."""
        rate = self.figures[at]
        passed = 0
        for index in range(at - 1, max(at - 8, -1), -1):
            other = self.figures[index]
            if other.sentence != rate.sentence or passed > 1:
                return None
            if CLOSED.fullmatch(self.text, other.quantity.end, rate.quantity.start):
                continue
            passed += 1
            if other.quantity.unit in ("%", "个百分点", "百分点", "倍"):
                continue
            if self.of_last_year(index):
                continue
            if other.quantity.kind not in SUMMABLE:
                return None
            return other
        return None

    def of_last_year(self, at: int) -> bool:
        """Whether its words date figure `at` to the year before: 去年同期100件, but not 比去年增加20件."""
        start = self.figures[at - 1].quantity.end if at else 0
        begin = self.figures[at].quantity.start
        said = CLAUSE_MARK.split(self.text[max(start, begin - 20) : begin])[-1]
        return bool(LAST_YEAR.search(said)) and not TURN.search(said) and "结转" not in said

    def words(self, at: int) -> str:
        """What stands between the figure before and figure `at`, no further back than its clause."""
        if at not in self.said:
            rate = self.figures[at].quantity
            start = self.figures[at - 1].quantity.end if at else 0
            self.said[at] = CLAUSE_MARK.split(self.text[max(start, rate.start - 30) : rate.start])[-1]
        return self.said[at]

    def of_codes(self, codes: Iterable[str], at: int) -> list[Figure]:
        """The exact counts that are one of these indicators, wherever the report states them, nearest `at` first."""
        found: list[Figure] = []
        for code in codes:
            stated = self.coded.get(code, [])
            middle = bisect_right(stated, at, key=lambda one: one.at)
            found += stated[max(middle - NEAREST, 0) : middle + NEAREST]
        found.sort(key=lambda one: abs(one.at - at))
        return [one for one in dict.fromkeys(found) if one.quantity.bound == "exact"]

    def counted(self, at: int) -> str:
        """The words on both sides of a count, no further than its clause and the figures beside it."""
        end = self.figures[at].quantity.end
        stop = self.figures[at + 1].quantity.start if at + 1 < len(self.figures) else len(self.text)
        return self.words(at) + "|" + BEHIND_END.split(self.text[end : min(end + 12, stop)], maxsplit=1)[0]

    def counts(self, at: int) -> list[tuple[int, Figure]]:
        """The exact counts that rate `at` may be of, the nearest first, and where they stand."""
        near = {id(one) for one in self.neighbours(at)}
        order = sorted(range(max(at - 12, 0), min(at + 8, len(self.figures))), key=lambda index: abs(index - at))
        return [
            (index, self.figures[index])
            for index in order
            if id(self.figures[index]) in near and self.figures[index].quantity.kind != "change"
        ]

    def is_whole(self, figure: Figure) -> bool:
        """Whether 中 makes a count the whole of what follows."""
        return OF_WHICH.match(self.text, figure.quantity.end) is not None

    def lists(self, at: int, ending: Figure | None) -> list[Count]:
        """Sums of counts that 、 joins near rate `at`, those that end with `ending` where it is given."""
        found: list[Count] = []
        for index in range(max(at - 8, 0), at):
            first = self.figures[index]
            if first.quantity.kind not in SUMMABLE or first.quantity.bound != "exact":
                continue
            held = [first]
            for other in self.figures[index + 1 : at]:
                between = self.text[held[-1].quantity.end : other.quantity.start]
                if not JOINED.fullmatch(between) or other.quantity.unit != first.quantity.unit:
                    break
                held.append(other)
            if len(held) > 1 and ending in (None, held[-1]):
                value = sum((one.value for one in held), NONE)
                slack = sum((one.slack for one in held), NONE)
                found.append(Count(value, slack, first.quantity.unit, tuple(held)))
        return found


def judge(stated: Fraction, places: int, computed: Fraction, spread: Fraction = NONE) -> CheckVerdict:
    """How a stated figure with so many decimal places agrees with a computed one; `spread` is what 万 may hide."""
    if computed == stated:
        return "consistent"
    if not spread and abs(float(computed) - float(stated)) * 10**places > 2:
        return "mismatch"  # far off: spared the exact arithmetic
    scale = 10**places
    sign = -1 if computed < 0 else 1
    size = abs(computed) * scale
    if Fraction(sign * floor(size + Fraction(1, 2)), scale) == stated:
        return "rounded"
    if Fraction(sign * floor(size), scale) == stated:
        return "truncated"
    if spread and abs(computed - stated) <= spread + Fraction(1, 2 * scale):
        return "rounded"
    return "mismatch"


def count_of(figure: Figure) -> Count:
    """One figure as a count."""
    return Count(figure.value, figure.slack, figure.quantity.unit, (figure,))


def implied_count(value: Fraction | int) -> Count:
    """A count that no figure states."""
    return Count(Fraction(value), NONE, None, ())


def spread_of(numerator: Count, whole: Count) -> Fraction:
    """How far, in per cent, rounding to 万 may have moved the quotient."""
    if not numerator.slack and not whole.slack:
        return NONE
    computed = numerator.value / whole.value
    return 100 * computed * (numerator.slack / numerator.value + whole.slack / whole.value)


def comparable(one: str | None, other: str | None) -> bool:
    """Whether counts of two units may be part and whole: the same, any unknown one, both of cases or of persons."""
    alike = any(one in units and other in units for units in (CASE_UNITS, PERSON_UNITS))
    return one == other or one is None or other is None or alike


def plain(value: Fraction | int) -> str:
    """A number without exponent or trailing zeros."""
    value = Fraction(value)
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.6f}".rstrip("0").rstrip(".")
