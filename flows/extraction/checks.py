"""Stated figures held against the counts of the same report.

A rate is held against every denominator that its sentence and the neighbouring ones offer; one that fits is kept, and
only where none fits the check is a mismatch. A figure of the count may be missing: then the whole number that the rate
implies is named, or that there is none. Values are compared as written: half up to the stated places, or cut off there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from flows.extraction.catalogue import Catalogue, load_catalogue
from flows.extraction.facts import Check, CheckVerdict, Observation, Quantity

SENTENCE_END = re.compile(r"[。!?！？\n]")
NUMBER = re.compile(r"([\d０-９][\d０-９,，]*)(?:[.．]([\d０-９]+))?\s*(万|亿|千|百)?")
TIMES = {"百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
PARTS_BEGIN = re.compile(r"其中|包括|包含|含|分别|[(（:：]")
CASE_UNITS = frozenset(("件", "宗", "起", "例", "件次", "案"))
LAST_YEAR = re.compile(r"上年|去年|上一年|同期|[较比由从](?:20)\d\d年")
TURN = re.compile(r"增|减|降|升|提高|翻")
WHOLES = (
    (re.compile(r"收到|收案|新收|申请总数"), "reconsideration.received"),
    (re.compile(r"受理"), "reconsideration.accepted"),
    (re.compile(r"审结|办结|结案"), "reconsideration.concluded"),
)
"""What the words of a share call its whole."""
SUMMABLE = frozenset(("count", "money", "change"))
VERDICTS: dict[CheckVerdict, str] = {
    "consistent": "与所述相等",
    "rounded": "四舍五入后与所述相等",
    "truncated": "与所述的差别在于截去尾数而未四舍五入",
    "mismatch": "与所述不符",
}


@dataclass(frozen=True, slots=True)
class _Figure:
    """A quantity as it is written: its value, how many places it shows, how far rounding to 万 may have moved it."""

    quantity: Quantity
    value: Fraction
    places: int
    slack: Fraction
    sentence: int
    codes: frozenset[str]


def check(
    text: str,
    quantities: Sequence[Quantity],
    observations: Sequence[Observation],
    *,
    previous: Mapping[str, float] | None = None,
    catalogue: Catalogue | None = None,
) -> tuple[Check, ...]:
    """What the figures of a report say about each other, in the order of the text.

    `previous` holds last year's value by indicator code where it is known; growth is then held against it, and a change
    of about ten or ten thousand times is reported as a figure that may have lost or won a 万.
    """
    reading = _Reading(text, quantities, observations, catalogue or load_catalogue())
    found = [*reading.rates(), *reading.growth(previous or {}), *reading.sums(), *reading.repeats()]
    found += reading.leaps(previous or {})
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.rule, one.stated)))


class _Reading:
    """The figures of one text."""

    def __init__(
        self, text: str, quantities: Sequence[Quantity], observations: Sequence[Observation], catalogue: Catalogue
    ) -> None:
        self.text = text
        self.catalogue = catalogue
        self.observations = observations
        codes: dict[int, set[str]] = {}
        for observation in observations:
            codes.setdefault(observation.quantity, set()).add(observation.indicator)
        self.lines = [match.start() for match in re.finditer("\n", text)]
        self.stops = [match.start() for match in SENTENCE_END.finditer(text)]
        self.figures = [
            figure
            for quantity in sorted(quantities, key=lambda one: one.start)
            if (figure := self.figure(quantity, frozenset(codes.get(quantity.ordinal, ())))) is not None
        ]
        self.ratios: dict[str, tuple[str, tuple[str, ...]]] = {}
        for indicator in catalogue.indicators.values():
            for relation in indicator.relations:
                if relation.get("type") == "ratio" and indicator.kind == "percent":
                    self.ratios[indicator.code] = (str(relation["num"]), tuple(map(str, relation["den"])))
        self.implied: dict[str, tuple[int, Fraction, str]] = {}

    def figure(self, quantity: Quantity, codes: frozenset[str]) -> _Figure | None:
        match = NUMBER.search(quantity.text)
        if match is None:
            value, places, slack = Fraction(str(quantity.value)), 0, Fraction(0)
        else:
            places = len(match.group(2) or "")
            times = TIMES.get(match.group(3) or "", 1)
            value = Fraction(str(quantity.value))
            slack = Fraction(times, 2 * 10**places) if times > 1 else Fraction(0)
        return _Figure(quantity, value, places, slack, bisect_right(self.stops, quantity.start), codes)

    def rates(self) -> list[Check]:
        """Rates and shares, those that imply a missing count first: another rate may need it."""
        rated = [
            (at, figure)
            for at, figure in enumerate(self.figures)
            if figure.quantity.unit == "%"
            and figure.quantity.kind != "change"
            and not any(code.endswith(".yoy") for code in figure.codes)
            and 0 < figure.value < 100
            and figure.quantity.value_high is None
        ]
        found: list[Check] = []
        late: list[tuple[int, _Figure]] = []
        for at, figure in rated:
            one = self.rate(at, figure)
            if one is None:
                late.append((at, figure))
            else:
                found.append(one)
        for at, figure in late:
            one = self.rate_implied(at, figure)
            if one is not None:
                found.append(one)
        return found

    def neighbours(self, at: int) -> list[_Figure]:
        """Exact counts of the sentence of figure `at`, then of the sentences around it, nearest first."""
        rate = self.figures[at]
        line = bisect_right(self.lines, rate.quantity.start)
        near: list[tuple[int, int, _Figure]] = []
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

    def before(self, at: int) -> _Figure | None:
        """The count right before a rate, in its sentence; growth of that count may stand between."""
        rate = self.figures[at]
        for index in range(at - 1, max(at - 3, -1), -1):
            other = self.figures[index]
            if other.sentence != rate.sentence:
                return None
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
        said = re.split(r"[,，;；。\n]", self.text[max(start, begin - 20) : begin])[-1]
        return bool(LAST_YEAR.search(said)) and not TURN.search(said)

    def words(self, at: int) -> str:
        """What stands between the figure before and figure `at`, no further back than its clause."""
        rate = self.figures[at].quantity
        start = self.figures[at - 1].quantity.end if at else 0
        return re.split(r"[,，;；。\n]", self.text[max(start, rate.start - 30) : rate.start])[-1]

    def of_codes(self, codes: Iterable[str]) -> list[_Figure]:
        """The exact counts of the whole report that are one of these indicators."""
        wanted = frozenset(codes)
        return [one for one in self.figures if one.codes & wanted and one.quantity.bound == "exact"]

    def has_share(self, figure: _Figure) -> bool:
        """Whether a figure is itself given as a share of something: a sibling in a list, not the whole."""
        end = figure.quantity.end
        return re.match(r"[,，]?(?:约|大约)?占", self.text[end : end + 4]) is not None

    def numerator_and_wholes(self, at: int) -> tuple[_Figure | None, list[_Figure], bool]:
        """The count that a rate is of, the wholes it may be a share of, and whether the words are sure about it."""
        rate = self.figures[at]
        near = self.neighbours(at)
        before = self.before(at)
        share = "占" in self.words(at)
        for code in sorted(rate.codes):
            if code in self.ratios:
                part, wholes = self.ratios[code]
                parts = [one for one in near if part in one.codes]
                numerator = parts[0] if parts else None
                if numerator is None and share and before is not None and not before.codes & set(wholes):
                    numerator = before
                named = [one for one in near if one.codes & set(wholes)]
                named += [one for one in self.of_codes(wholes) if one not in named]
                others = [one for one in near if one not in named and one is not numerator]
                return numerator, named + others, bool(numerator and named)
        if share and before is not None and before.quantity.bound == "exact":
            named = self.of_codes(code for words, code in WHOLES if words.search(self.words(at)))
            return before, [one for one in near + named if one is not before], True
        return None, near, False

    def rate(self, at: int, rate: _Figure) -> Check | None:
        numerator, wholes, sure = self.numerator_and_wholes(at)
        if numerator is None:
            return None
        units = numerator.quantity.unit
        share = "占" in self.words(at)
        fitting: list[tuple[_Figure, Fraction, CheckVerdict]] = []
        failing: list[tuple[_Figure, Fraction]] = []
        for whole in wholes:
            if whole.value <= numerator.value or not _comparable(whole.quantity.unit, units):
                continue
            if self.has_share(whole) and (share or not whole.codes):
                continue
            computed = 100 * numerator.value / whole.value
            verdict = judge(rate.value, rate.places, computed, _spread(numerator, whole))
            if verdict == "mismatch":
                if whole.sentence == rate.sentence and (whole.quantity.start < numerator.quantity.start or whole.codes):
                    failing.append((whole, computed))
            else:
                fitting.append((whole, computed, verdict))
        if fitting:
            order = ("consistent", "rounded", "truncated")
            whole, computed, verdict = min(fitting, key=lambda one: order.index(one[2]))
            return self.made(rate, numerator.value, whole.value, computed, verdict, (numerator, whole))
        implied = self.imply_whole(rate, numerator)
        if failing and sure:
            whole, computed = min(failing, key=lambda one: abs(one[1] - rate.value))
            hint = "" if implied is None else f";按所述比率反推,分母应约为{implied}"
            tried = [one for one, _ in failing]
            return self.made(rate, numerator.value, whole.value, computed, "mismatch", (numerator, *tried), hint)
        if implied is not None:
            self.remember(rate, Fraction(implied))
            computed = 100 * numerator.value / implied
            verdict = judge(rate.value, rate.places, computed)
            hint = f";分母{implied}由比率反推,原文未写"
            return self.made(rate, numerator.value, Fraction(implied), computed, verdict, (numerator,), hint)
        return None

    def imply_whole(self, rate: _Figure, numerator: _Figure) -> int | None:
        """The one whole number of which `numerator` is the stated rate; None where none or several are."""
        if numerator.quantity.bound != "exact" or numerator.slack:
            return None
        guess = 100 * numerator.value / rate.value
        fits = [
            number
            for number in range(max(floor(guess) - 3, 1), ceil(guess) + 4)
            if judge(rate.value, rate.places, 100 * numerator.value / number) in ("consistent", "rounded")
        ]
        return fits[0] if len(fits) == 1 else None

    def remember(self, rate: _Figure, whole: Fraction) -> None:
        """A count that a rate implies stands for the indicator that its relation names first, in that sentence."""
        for code in rate.codes:
            if code in self.ratios:
                whole_code = self.ratios[code][1][0]
                self.implied[whole_code] = (rate.sentence, whole, rate.quantity.text)

    def rate_implied(self, at: int, rate: _Figure) -> Check | None:
        """A rate with its whole alone: what whole number it implies, or what another rate implied."""
        before = self.before(at)
        if before is None or before.quantity.bound != "exact":
            return None
        for code in sorted(rate.codes):
            if code not in self.ratios:
                continue
            part = self.ratios[code][0]
            if part in before.codes:
                implied = self.imply_whole(rate, before)
                if implied is None:
                    return None
                computed = 100 * before.value / implied
                hint = f";分母{implied}由比率反推,原文未写"
                verdict = judge(rate.value, rate.places, computed)
                return self.made(rate, before.value, Fraction(implied), computed, verdict, (before,), hint)
            if part in self.implied and abs(self.implied[part][0] - rate.sentence) <= 1:
                _, value, source = self.implied[part]
                if before.value >= value:
                    computed = 100 * value / before.value
                    verdict = judge(rate.value, rate.places, computed)
                    needed = round(100 * value / rate.value)
                    hint = f";分子{_plain(value)}由另一比率{source}反推"
                    if verdict == "mismatch" and needed > before.value:
                        counted = _plain(before.value)
                        more = _plain(needed - before.value)
                        hint += f";分母若约为{needed}则相符,即另有约{more}件不在所述{counted}件之内(如上年结转)"
                    return self.made(rate, value, before.value, computed, verdict, (before,), hint)
        named = any(code in self.ratios and before.codes & set(self.ratios[code][1]) for code in rate.codes)
        said = self.words(at)
        if not named and not (said.endswith(("率", "率为", "率达", "率达到", "率约", "率是")) and "率" in said):
            return None
        if before.slack or before.value != int(before.value) or before.value >= 100 * 10**rate.places:
            return None  # of so many, some whole number fits any rate: nothing is learnt
        guess = rate.value * before.value / 100
        fits = [
            (number, verdict)
            for number in {floor(guess), ceil(guess)}
            if (verdict := judge(rate.value, rate.places, 100 * Fraction(number) / before.value)) != "mismatch"
        ]
        if fits:
            number, verdict = sorted(fits, key=lambda one: (one[1] == "truncated", one[0]))[0]
            computed = 100 * Fraction(number) / before.value
            hint = f";分子{number}由比率反推,原文未写"
            return self.made(rate, Fraction(number), before.value, computed, verdict, (before,), hint)
        if not named or before.quantity.unit not in CASE_UNITS:
            return None
        number = round(guess)
        computed = 100 * Fraction(number) / before.value
        hint = f";{_plain(before.value)}的任何整数份都得不出所述比率"
        return self.made(rate, Fraction(number), before.value, computed, "mismatch", (before,), hint)

    def made(
        self,
        rate: _Figure,
        numerator: Fraction,
        denominator: Fraction,
        computed: Fraction,
        verdict: CheckVerdict,
        used: Sequence[_Figure],
        hint: str = "",
    ) -> Check:
        spans = [rate.quantity, *(figure.quantity for figure in used)]
        shown = float(round(computed, max(rate.places + 2, 3)))
        words = (
            f"{_plain(numerator)} ÷ {_plain(denominator)} = {shown:g}%,原文写{_plain(rate.value)}%:{VERDICTS[verdict]}"
        )
        tried = [figure for figure in used[1:] if figure.value != denominator]
        if verdict == "mismatch" and tried:
            words += ";另试分母" + "、".join(_plain(figure.value) for figure in tried) + ",也不符"
        return Check(
            rule="share" if any(code.endswith(".share") for code in rate.codes) else "rate",
            stated=float(rate.value),
            numerator=float(numerator),
            denominator=float(denominator),
            computed=float(round(computed, 6)),
            verdict=verdict,
            start=min(one.start for one in spans),
            end=max(one.end for one in spans),
            arithmetic=words + hint + "。",
        )

    def growth(self, previous: Mapping[str, float]) -> list[Check]:
        """Growth against last year's figure, of the sentence or of the year before's report."""
        found: list[Check] = []
        for at, figure in enumerate(self.figures):
            quantity = figure.quantity
            if quantity.unit not in ("%", "个百分点", "百分点") or quantity.kind not in ("change", "percent"):
                continue
            grown = [code for code in figure.codes if code.endswith(".yoy")]
            if not grown and quantity.kind != "change":
                continue
            now = self.before(at) if quantity.unit == "%" else self.rate_before(at)
            if now is None:
                continue
            last = self.last_year(at, now)
            base = last.value if last is not None else None
            code = grown[0].removesuffix(".yoy") if grown else ""
            if base is None and code in previous and code in now.codes:
                base = Fraction(str(previous[code]))
            if base is None or (base == 0 and quantity.unit == "%"):
                continue
            difference = now.value - base
            computed = 100 * difference / base if quantity.unit == "%" else difference
            stated = -figure.value if quantity.direction == "down" and figure.value > 0 else figure.value
            verdict = judge(stated, figure.places, computed, now.slack and abs(computed) / 100)
            mark = "%" if quantity.unit == "%" else "个百分点"
            over = f" ÷ {_plain(base)}" if quantity.unit == "%" else ""
            shown = float(round(computed, figure.places + 2))
            spans = [quantity, now.quantity, *([last.quantity] if last is not None else [])]
            found.append(
                Check(
                    rule="growth",
                    stated=float(stated),
                    numerator=float(difference),
                    denominator=float(base),
                    computed=float(round(computed, 6)),
                    verdict=verdict,
                    start=min(one.start for one in spans),
                    end=max(one.end for one in spans),
                    arithmetic=f"({_plain(now.value)} - {_plain(base)}){over} = {shown:g}{mark},"
                    f"原文写{_plain(stated)}{mark}:{VERDICTS[verdict]}。",
                )
            )
        return found

    def rate_before(self, at: int) -> _Figure | None:
        """The rate right before a change in percentage points, in its sentence."""
        for index in range(at - 1, max(at - 3, -1), -1):
            other = self.figures[index]
            if other.sentence == self.figures[at].sentence and other.quantity.unit == "%":
                return other
        return None

    def last_year(self, at: int, now: _Figure) -> _Figure | None:
        """A figure of the sentence that its words date to the year before, of the unit of `now`."""
        for index in range(max(at - 4, 0), min(at + 3, len(self.figures))):
            other = self.figures[index]
            if (
                other is now
                or other.sentence != now.sentence
                or other.quantity.unit != now.quantity.unit
                or index == at
            ):
                continue
            start = self.figures[index - 1].quantity.end if index else 0
            said = re.split(r"[,，;；。\n]", self.text[max(start, other.quantity.start - 20) : other.quantity.start])[
                -1
            ]
            if re.search(r"(?:上年|去年|上一年|上年度|同期)", said) and not re.search(r"增|减|降|升", said):
                return other
        return None

    def sums(self) -> list[Check]:
        """Parts against their total: 规章13件(含新制定5件,修改4件,废止4件)."""
        found: list[Check] = []
        counts = [
            figure
            for figure in self.figures
            if figure.quantity.kind in SUMMABLE
            and figure.quantity.unit not in ("%", "个百分点", "百分点", "倍")
            and figure.quantity.bound == "exact"
        ]
        for at, total in enumerate(counts):
            parts: list[_Figure] = []
            for other in counts[at + 1 :]:
                if other.sentence != total.sentence or other.quantity.unit != total.quantity.unit:
                    break
                if other.value > total.value:
                    break
                parts.append(other)
            if len(parts) < 2 or not total.value:
                continue
            opened = self.text[total.quantity.end : parts[0].quantity.start]
            marked = PARTS_BEGIN.search(opened)
            if marked is None:
                continue
            summed = Fraction(0)
            for end, part in enumerate(parts):
                summed += part.value
                if summed >= total.value:
                    parts = parts[: end + 1]
                    break
            slack = total.slack + sum((part.slack for part in parts), Fraction(0))
            bracket = opened.lstrip()[:1] in ("(", "（")
            if summed == total.value and len(parts) > 1:
                verdict: CheckVerdict = "consistent"
            elif len(parts) > 1 and slack and abs(summed - total.value) <= slack:
                verdict = "rounded"
            elif bracket and "其中" not in opened and len(parts) > 1 and self.closes(total, parts):
                verdict = "mismatch"
            else:
                continue
            found.append(
                Check(
                    rule="sum",
                    stated=float(total.value),
                    numerator=float(summed),
                    denominator=None,
                    computed=float(summed),
                    verdict=verdict,
                    start=total.quantity.start,
                    end=parts[-1].quantity.end,
                    arithmetic=" + ".join(_plain(part.value) for part in parts)
                    + f" = {_plain(summed)},原文总数写{_plain(total.value)}:{VERDICTS[verdict]}。",
                )
            )
        return found

    def closes(self, total: _Figure, parts: Sequence[_Figure]) -> bool:
        """Whether the bracket that opens behind `total` closes right behind its parts."""
        close = re.search(r"[)）]", self.text[total.quantity.end : parts[-1].quantity.end + 12])
        return close is not None and total.quantity.end + close.start() >= parts[-1].quantity.end

    def repeats(self) -> list[Check]:
        """The same figure stated twice, in different sentences with the like words."""
        found: list[Check] = []
        by_code: dict[str, list[Observation]] = {}
        for observation in self.observations:
            if observation.confidence >= 0.7:
                by_code.setdefault(observation.indicator, []).append(observation)
        for stated in by_code.values():
            for first, second in pairwise(stated):
                if bisect_right(self.stops, first.start) == bisect_right(self.stops, second.start):
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

    def leaps(self, previous: Mapping[str, float]) -> list[Check]:
        """Figures about ten or ten thousand times, or a tenth or a ten-thousandth, of last year's."""
        found: list[Check] = []
        for observation in self.observations:
            last = previous.get(observation.indicator)
            if not last or observation.value <= 0 or last <= 0 or observation.unit in ("%", "pp"):
                continue
            times = observation.value / last
            for scale, word in ((10_000, "万"), (10, "十")):
                if scale * 0.7 <= times <= scale * 1.4 or 0.7 / scale <= times <= 1.4 / scale:
                    found.append(
                        Check(
                            rule="leap",
                            stated=observation.value,
                            numerator=observation.value,
                            denominator=last,
                            computed=round(times, 6),
                            verdict="mismatch",
                            start=observation.start,
                            end=observation.end,
                            arithmetic=f"本年{observation.value:g} ÷ 上年{last:g} ≈ {times:.4g}:相差约{word}倍,"
                            "疑为漏写或多写了计数单位,请核对原文。",
                        )
                    )
                    break
        return found


def judge(stated: Fraction, places: int, computed: Fraction, spread: Fraction = Fraction(0)) -> CheckVerdict:
    """How a stated figure with so many decimal places agrees with a computed one; `spread` is what 万 may hide."""
    if computed == stated:
        return "consistent"
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


def _spread(numerator: _Figure, whole: _Figure) -> Fraction:
    """How far, in per cent, rounding to 万 may have moved the quotient."""
    if not numerator.slack and not whole.slack:
        return Fraction(0)
    computed = numerator.value / whole.value
    return 100 * computed * (numerator.slack / numerator.value + whole.slack / whole.value)


def _comparable(one: str | None, other: str | None) -> bool:
    return one == other or one is None or other is None or (one in CASE_UNITS and other in CASE_UNITS)


def _plain(value: Fraction | int) -> str:
    """A number without exponent or trailing zeros."""
    value = Fraction(value)
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.6f}".rstrip("0").rstrip(".")


def _alike(one: str, other: str, share: float) -> bool:
    """Whether two statements use the like words, numbers aside."""
    first, second = (
        {words[at : at + 2] for at in range(len(words) - 1)}
        for words in (re.sub(r"[\d.,，%]+", "", one), re.sub(r"[\d.,，%]+", "", other))
    )
    return bool(first and second) and len(first & second) >= share * len(first | second)
