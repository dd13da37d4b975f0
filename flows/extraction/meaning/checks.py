"""Stated figures held against the counts of the same report.

A rate is held against every denominator that its sentence and the neighbouring ones offer; one that fits is kept, and
only where none fits the check is a mismatch. A figure of the count may be missing: then the whole number that the rate
implies is named, or that there is none. Values are compared as written: half up to the stated places, or cut off there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from math import ceil, floor

from flows.extraction.facts import Check, CheckVerdict, Observation, Quantity
from flows.extraction.meaning.catalogue import Catalogue, load_catalogue

CLAUSE_MARK = re.compile(r"[,，;；。\n]")
NEAREST = 4
"""Statements of one indicator, before and after a rate, that may be its whole."""
BEHIND_END = re.compile(r"[,，;；。、()（）\n]")
SENTENCE_END = re.compile(r"[。!?！？\n]")
NUMBER = re.compile(r"([\d０-９][\d０-９,，]*)(?:[.．]([\d０-９]+))?\s*(万|亿|千|百)?")
SCALED = re.compile("[.．百千万亿]")
TIMES = {"百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
PARTS_BEGIN = re.compile(r"其中|包括|包含|含|分别|[(（:：]|^中[,，]")
CASE_UNITS = frozenset(("件", "宗", "起", "例", "件次", "案"))
LAST_YEAR = re.compile(r"上年|去年|上一年|同期|[较比由从](?:20)\d\d年")
COMPARED_YEAR = re.compile(r"[较比](20\d\d)年")
OF_WHICH = re.compile(r"[^,，;；。\n]{0,6}中[,，]")
"""What makes the count before it the whole: 1127项中,零跑动的占98%."""
CHANGED = re.compile(
    r"同比|环比|[比较]?(?:上年|去年|上一年)(?:同期)?|增长|增加|上升|提高|下降|减少|降低|减幅|降幅|增幅|缩短|压缩|精简|超过|达到?|了"
)
OWN_NOUN = re.compile(r"[，,；;][^，,；;]*[一-龥]{2}")
FROM = re.compile(r"[由从](?:原来|原先)?的?$")
TO = re.compile(r"[到至为]了?$")
MOVED = re.compile(
    r"[,，]?(?:同比|[较比与]?(?:上年|去年|上一年|20\d\d年)(?:度|同期|全年|相比)?(?:的?[\d.,]+[万亿]?[^\d，,]{1,2})?)?"
    r"(?:净?增加|增长|减少|下降|多|少)了?"
)
DOWN = re.compile(r"减|降|少")
SHRUNK = re.compile(r"(?:精简|压减|压缩|缩减|缩短|减少|下降|降幅)(?:了|达|为)?$")
TURN = re.compile(r"增|减|降|升|提高|翻")
WHOLES = (
    (re.compile(r"收到|收案|新收|申请总数"), "reconsideration.received"),
    (re.compile(r"受理"), "reconsideration.accepted"),
    (re.compile(r"审结|办结|结案"), "reconsideration.concluded"),
)
"""What the words of a share call its whole."""
RATE_NAME = re.compile(r"([一-鿿“”（）()]{2,12})(?:率|比例)[^率]*$")
REST = {"败诉": "胜诉", "胜诉": "败诉"}
"""Words of what is left of the whole, where they are not 不 or 未 and the name."""
NAMED = (
    ("合格|通过|达标|及格", r"(?<![不未])(?:合格|通过|取得|达标)"),
    ("办结|结案|审结", r"(?<![不未])(?:办结|结案|审结|已结)"),
    ("成功|调成|化解|调处", r"(?<![不未])(?:成功|调成|化解|调处)"),
    ("和解|调撤|调解", r"调解|和解|撤回"),
    ("立案|受理", r"(?<![不未])(?:立案|受理)"),
    ("整改|完成|销号", r"(?<![不未])(?:整改|完成|实际|销号)"),
    ("纠错", r"纠错|撤销|变更|确认违法"),
    ("维持", r"维持"),
    ("败诉", r"败诉"),
    ("胜诉", r"胜诉"),
    ("出庭|应诉", r"(?<!应)出庭"),
    ("满意", r"(?<!不)满意"),
    ("采纳", r"采纳"),
    ("网办|可办|网上", r"网办|可办|网上"),
    ("答复|办复|回复", r"(?<![不未])(?:答复|办复|回复)"),
    ("持证", r"(?<!未)持证"),
    ("优秀|优良", r"优秀|优良"),
)
"""What the name of a rate ends with, and the words of the count that it is a rate of."""
OUTCOMES = tuple(
    (re.compile(rate), re.compile(count), re.compile(REST.get(rate, f"[不未](?:{rate})"))) for rate, count in NAMED
)
"""The same with the words of what is left of the whole."""
JOINED = re.compile(r"、[^,，;；。\d]{0,12}")
NONE = Fraction(0)
SUMMABLE = frozenset(("count", "money", "change"))
DIVIDES = re.compile(r"(?:其中|从[^,，。]{1,10}看|按[^,，。]{1,10}(?:分|看|统计)|分[^,，。]{1,6}看)")
"""What opens a sentence that parts the total of the one before."""
TELLING = 20
"""A total from which on it is no chance that the figures behind it sum up to it: 新收354件;受理293件,不予受理61件."""
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
    at: int
    """Which figure of the text it is, from 0."""
    value: Fraction
    places: int
    slack: Fraction
    sentence: int
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Count:
    """A count to calculate with: one figure, several added or subtracted, or none where a rate implies it."""

    value: Fraction
    slack: Fraction
    unit: str | None
    figures: tuple[_Figure, ...]

    def __str__(self) -> str:
        values = [one.value for one in self.figures]
        if len(values) > 1 and sum(values) == self.value:
            return f"({' + '.join(map(_plain, values))})"
        if len(values) > 1:
            return f"({' - '.join(map(_plain, values))})"
        return _plain(self.value)


@dataclass(frozen=True, slots=True)
class _Trial:
    """What the words make the part and the whole of a rate, likeliest first."""

    parts: Sequence[_Count]
    wholes: Sequence[_Count]
    sure: bool
    """Whether a rate that fits none of them is wrong."""
    code: str | None
    """The indicator whose ratio it is."""


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
    reading = _Reading(text, quantities, observations, catalogue or load_catalogue())
    found = [*reading.rates(), *reading.growth(), *reading.sums(), *reading.divided(), *reading.repeats()]
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
            self.figure(at, quantity, frozenset(codes.get(quantity.ordinal, ())))
            for at, quantity in enumerate(sorted(quantities, key=lambda one: one.start))
        ]
        self.coded: dict[str, list[_Figure]] = {}
        for one in self.figures:
            for code in one.codes:
                self.coded.setdefault(code, []).append(one)
        self.said: dict[int, str] = {}
        self.ratios: dict[str, tuple[str, tuple[str, ...]]] = {}
        for indicator in catalogue.indicators.values():
            for relation in indicator.relations:
                if relation.get("type") == "ratio" and indicator.kind == "percent":
                    self.ratios[indicator.code] = (str(relation["num"]), tuple(map(str, relation["den"])))
        self.implied: dict[str, tuple[int, Fraction, str]] = {}

    def figure(self, at: int, quantity: Quantity, codes: frozenset[str]) -> _Figure:
        places, slack = 0, NONE
        match = NUMBER.search(quantity.text) if SCALED.search(quantity.text) else None
        if match is not None:
            places = len(match.group(2) or "")
            times = TIMES.get(match.group(3) or "", 1)
            slack = Fraction(times, 2 * 10**places) if times > 1 else NONE
        whole = quantity.value.is_integer()
        value = Fraction(int(quantity.value)) if whole else Fraction(str(quantity.value))
        return _Figure(quantity, at, value, places, slack, bisect_right(self.stops, quantity.start), codes)

    def rates(self) -> list[Check]:
        """Rates and shares, those that imply a missing count first: another rate may need it."""
        rated = [
            (at, figure)
            for at, figure in enumerate(self.figures)
            if figure.quantity.unit == "%"
            and figure.quantity.kind != "change"
            and not any(code.endswith(".yoy") for code in figure.codes)
            and (0 < figure.value < 100 or (100 < figure.value < 300 and "完成" in self.words(at)))
            and figure.quantity.bound in ("exact", "about")
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
        said = CLAUSE_MARK.split(self.text[max(start, begin - 20) : begin])[-1]
        return bool(LAST_YEAR.search(said)) and not TURN.search(said) and "结转" not in said

    def words(self, at: int) -> str:
        """What stands between the figure before and figure `at`, no further back than its clause."""
        if at not in self.said:
            rate = self.figures[at].quantity
            start = self.figures[at - 1].quantity.end if at else 0
            self.said[at] = CLAUSE_MARK.split(self.text[max(start, rate.start - 30) : rate.start])[-1]
        return self.said[at]

    def of_codes(self, codes: Iterable[str], at: int) -> list[_Figure]:
        """The exact counts that are one of these indicators, wherever the report states them, nearest `at` first."""
        found: list[_Figure] = []
        for code in codes:
            stated = self.coded.get(code, [])
            middle = bisect_right(stated, at, key=lambda one: one.at)
            found += stated[max(middle - NEAREST, 0) : middle + NEAREST]
        found.sort(key=lambda one: abs(one.at - at))
        return [one for one in dict.fromkeys(found) if one.quantity.bound == "exact"]

    def has_share(self, figure: _Figure) -> bool:
        """Whether a figure is itself given as a share of something: a sibling in a list, not the whole."""
        end = figure.quantity.end
        return re.match(r"[,，]?(?:约|大约)?占", self.text[end : end + 4]) is not None

    def name(self, at: int) -> str:
        """What the rate `at` is called: 按期办结 of 按期办结率达."""
        match = RATE_NAME.search(self.words(at))
        return match.group(1) if match else ""

    def counted(self, at: int) -> str:
        """The words on both sides of a count, no further than its clause and the figures beside it."""
        end = self.figures[at].quantity.end
        stop = self.figures[at + 1].quantity.start if at + 1 < len(self.figures) else len(self.text)
        return self.words(at) + "|" + BEHIND_END.split(self.text[end : min(end + 12, stop)], maxsplit=1)[0]

    def counts(self, at: int) -> list[tuple[int, _Figure]]:
        """The exact counts that rate `at` may be of, the nearest first, and where they stand."""
        near = {id(one) for one in self.neighbours(at)}
        order = sorted(range(max(at - 12, 0), min(at + 8, len(self.figures))), key=lambda index: abs(index - at))
        return [
            (index, self.figures[index])
            for index in order
            if id(self.figures[index]) in near and self.figures[index].quantity.kind != "change"
        ]

    def trial(self, at: int) -> _Trial | None:
        """Which counts the words make the part and the whole of rate `at`."""
        rate = self.figures[at]
        near = [one for one in self.neighbours(at) if not self.of_last_year(one.at)]
        before = self.before(at)
        said = self.words(at)
        share = "占" in said
        for code in sorted(rate.codes):
            if code in self.ratios:
                part, of = self.ratios[code]
                parts = [_count(one) for one in near if part in one.codes]
                named = [one for one in near if one.codes & set(of)]
                if not parts and share and before is not None and before not in named and not self.is_whole(before):
                    parts = [_count(before)]
                if parts:
                    named += [one for one in self.of_codes(of, at) if one not in named]
                    others = [one for one in near if one not in named]
                    return _Trial(parts[:1], [_count(one) for one in named + others], bool(named), code)
        if share:
            if before is None or before.quantity.bound != "exact" or before.quantity.kind == "change":
                return None
            if self.is_whole(before):
                return None
            named = self.of_codes((code for words, code in WHOLES if words.search(said)), at)
            parts = [_count(before), *self.lists(at, before)]
            sure = said.lstrip("约近达").startswith("占")
            return _Trial(parts, [_count(one) for one in near + named], sure, None)
        name = self.name(at)
        if not name:
            return None
        wholes = [_count(one) for one in near] + self.lists(at, None)
        for of_rate, of_count, of_rest in OUTCOMES:
            if not of_rate.search(name[-4:]):
                continue
            counts = self.counts(at)
            parts = [_count(one) for index, one in counts if of_count.search(self.counted(index))]
            rest = [one for index, one in counts if of_rest.search(self.counted(index))]
            parts += [
                _Count(whole.value - one.value, whole.slack + one.slack, whole.unit, (*whole.figures, one))
                for one in rest
                for whole in wholes
                if whole.value > one.value and _comparable(whole.unit, one.quantity.unit) and one not in whole.figures
            ]
            if parts:
                return _Trial(parts, wholes, before is not None and parts[0].figures == (before,), None)
        if before is None or before.quantity.bound != "exact" or before.quantity.kind == "change" or not rate.places:
            return None
        return _Trial([_count(before)], wholes, False, None)

    def is_whole(self, figure: _Figure) -> bool:
        """Whether 中 makes a count the whole of what follows."""
        return OF_WHICH.match(self.text, figure.quantity.end) is not None

    def lists(self, at: int, ending: _Figure | None) -> list[_Count]:
        """Sums of counts that 、 joins near rate `at`, those that end with `ending` where it is given."""
        found: list[_Count] = []
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
                found.append(_Count(value, slack, first.quantity.unit, tuple(held)))
        return found

    def rate(self, at: int, rate: _Figure) -> Check | None:
        trial = self.trial(at)
        if trial is None:
            return None
        share = "占" in self.words(at)
        order = ("consistent", "rounded", "truncated")
        fitting: list[tuple[int, _Count, _Count, Fraction, CheckVerdict]] = []
        failing: list[tuple[_Count, Fraction]] = []
        for part in trial.parts:
            for whole in trial.wholes:
                if whole.figures == part.figures or self.sibling(whole, share) or not whole.value:
                    continue
                if not _comparable(whole.unit, part.unit) or (rate.value > 100 and part.value < whole.value):
                    continue
                computed = 100 * part.value / whole.value
                verdict = judge(rate.value, rate.places, computed, _spread(part, whole))
                if verdict != "mismatch":
                    fitting.append((order.index(verdict), part, whole, computed, verdict))
                elif (
                    part is trial.parts[0]
                    and self.begins(whole, part, rate)
                    and (part.value < whole.value or self.named(whole, trial))
                ):
                    failing.append((whole, computed))
            if fitting:
                break
        if fitting:
            _, part, whole, computed, verdict = min(fitting, key=lambda one: one[0])
            return self.made(rate, part, whole, computed, verdict)
        part = trial.parts[0]
        implied = self.imply_whole(rate, part)
        if failing and trial.sure:
            whole, computed = min(failing, key=lambda one: abs(one[1] - rate.value))
            hint = "" if implied is None else f";按所述比率反推,分母应约为{implied}"
            tried = [one for one, _ in failing if one is not whole]
            return self.made(rate, part, whole, computed, "mismatch", tried, hint)
        if implied is not None and (trial.code or share):
            self.remember(rate, Fraction(implied))
            hint = f";分母{implied}由比率反推,原文未写"
            computed = 100 * part.value / implied
            return self.made(
                rate, part, _implied(implied), computed, judge(rate.value, rate.places, computed), (), hint
            )
        return None

    def sibling(self, whole: _Count, share: bool) -> bool:
        """Whether a count is itself given as a share of something: no whole but one more part of a list."""
        return any(self.has_share(one) and (share or not one.codes) for one in whole.figures)

    def named(self, whole: _Count, trial: _Trial) -> bool:
        """Whether a count is the whole by its indicator: then even a part above it tells of an error."""
        return trial.code is not None and any(one.codes & set(self.ratios[trial.code][1]) for one in whole.figures)

    def begins(self, whole: _Count, part: _Count, rate: _Figure) -> bool:
        """Whether a count stands where the whole of a rate stands: before its part in the sentence, or by its name."""
        first = whole.figures[0]
        return first.sentence == rate.sentence and (
            first.quantity.start < part.figures[0].quantity.start or bool(first.codes)
        )

    def imply_whole(self, rate: _Figure, numerator: _Count) -> int | None:
        """The one whole number of which `numerator` is the stated rate; None where none or several are."""
        if numerator.slack:
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
        if re.search("[;；]", self.text[before.quantity.end : rate.quantity.start]):
            return None
        for code in sorted(rate.codes):
            if code not in self.ratios:
                continue
            part = self.ratios[code][0]
            if part in before.codes:
                return None
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
                    return self.made(rate, _implied(value), _count(before), computed, verdict, (), hint)
        named = any(code in self.ratios and before.codes & set(self.ratios[code][1]) for code in rate.codes)
        said = self.words(at)
        if not named and not (said.endswith(("率", "率为", "率达", "率达到", "率约", "率是")) and "率" in said):
            return None
        if before.slack or before.value != int(before.value) or before.value >= 100 * 10**rate.places:
            return None  # of so many, some whole number fits any rate: nothing is learnt
        guess = rate.value * before.value / 100
        accepted = ("consistent", "rounded", "truncated") if named else ("consistent", "rounded")
        fits = [
            (accepted.index(verdict), number, verdict)
            for number in {floor(guess), ceil(guess)}
            if (verdict := judge(rate.value, rate.places, 100 * Fraction(number) / before.value)) in accepted
        ]
        if fits:
            _, number, verdict = min(fits)
            computed = 100 * Fraction(number) / before.value
            hint = f";分子{number}由比率反推,原文未写"
            return self.made(rate, _implied(number), _count(before), computed, verdict, (), hint)
        if not named or before.quantity.unit not in CASE_UNITS:
            return None
        number = round(guess)
        computed = 100 * Fraction(number) / before.value
        hint = f";{_plain(before.value)}的任何整数份都得不出所述比率"
        return self.made(rate, _implied(number), _count(before), computed, "mismatch", (), hint)

    def made(
        self,
        rate: _Figure,
        part: _Count,
        whole: _Count,
        computed: Fraction,
        verdict: CheckVerdict,
        tried: Sequence[_Count] = (),
        hint: str = "",
    ) -> Check:
        spans = [one.quantity for one in (rate, *part.figures, *whole.figures)]
        shown = float(round(computed, max(rate.places + 2, 3)))
        words = f"{part} ÷ {whole} = {shown:g}%,原文写{_plain(rate.value)}%:{VERDICTS[verdict]}"
        others = [one for one in tried if one.value != whole.value]
        if others:
            words += ";另试分母" + "、".join(_plain(one.value) for one in others) + ",也不符"
        return Check(
            rule="share" if any(code.endswith(".share") for code in rate.codes) else "rate",
            stated=float(rate.value),
            numerator=float(part.value),
            denominator=float(whole.value),
            computed=float(round(computed, 6)),
            verdict=verdict,
            start=min(one.start for one in spans),
            end=max(one.end for one in spans),
            arithmetic=words + hint + "。",
        )

    def growth(self) -> list[Check]:
        """Growth against last year's figure or by a stated difference, in the sentence."""
        found: list[Check] = []
        for at, figure in enumerate(self.figures):
            quantity = figure.quantity
            grown = [code for code in figure.codes if code.endswith(".yoy")]
            points = quantity.unit in ("个百分点", "百分点")
            if (quantity.unit != "%" and not points) or quantity.bound != "exact" or quantity.value_high is not None:
                continue
            if not grown and quantity.kind != "change" and not SHRUNK.search(self.words(at)):
                continue
            now, moved = (self.rate_before(at), None) if points else self.moved(at)
            if now is None:
                continue
            last = self.last_year(at, now)
            if moved is not None:
                down = DOWN.search(self.text[now.quantity.end : moved.quantity.end]) is not None
                base = now.value + moved.value if down else now.value - moved.value
            elif last is not None:
                base = last.value
            else:
                continue
            if base <= 0:
                continue
            difference = now.value - base
            computed = difference if points else 100 * difference / base
            down = quantity.direction == "down" or bool(SHRUNK.search(self.words(at)))
            stated = -figure.value if down and figure.value > 0 else figure.value
            verdict = judge(stated, figure.places, computed, now.slack and abs(computed) / 100)
            mark = "个百分点" if points else "%"
            over = "" if points else f" ÷ {_plain(base)}"
            shown = float(round(computed, figure.places + 2))
            spans = [quantity, *(one.quantity for one in (now, last, moved) if one is not None)]
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

    def moved(self, at: int) -> tuple[_Figure | None, _Figure | None]:
        """The count whose growth figure `at` is, and by how much it grew where the words say so: 较上年增加306户."""
        now = self.before(at)
        if now is None or now.quantity.kind != "change":
            return now, None
        count = self.before(now.at)
        if count is None or count.quantity.kind == "change" or count.quantity.unit != now.quantity.unit:
            return None, None
        if not MOVED.fullmatch(self.text[count.quantity.end : now.quantity.start]):
            return None, None
        return count, now

    def rate_before(self, at: int) -> _Figure | None:
        """The rate right before a change in percentage points, in its sentence."""
        for index in range(at - 1, max(at - 3, -1), -1):
            other = self.figures[index]
            if other.sentence == self.figures[at].sentence and other.quantity.unit == "%":
                return other
        return None

    def of_another(self, at: int, now: _Figure) -> bool:
        """Whether a change names what it is of, other than the count before: 由17份减至8份，办理时间缩短六成."""
        between = self.text[now.quantity.end : self.figures[at].quantity.start]
        return OWN_NOUN.search(CHANGED.sub("", between)) is not None

    def last_year(self, at: int, now: _Figure) -> _Figure | None:
        """A figure of the sentence that its words date to the year before, of the unit of `now`."""
        for index in range(max(at - 4, 0), min(at + 3, len(self.figures))):
            other = self.figures[index]
            if (
                other is now
                or index == at
                or other.sentence != now.sentence
                or other.quantity.unit != now.quantity.unit
            ):
                continue
            same = COMPARED_YEAR.search(self.text, now.quantity.end, self.figures[at].quantity.start)
            told = same is not None and re.search(f"{same[1]}年[度全同期]*[为是]?$", self.words(index))
            turned = FROM.search(self.words(index)) and TO.search(self.words(now.at)) and not self.of_another(at, now)
            if turned or told or self.of_last_year(index):
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
            for other in islice(counts, at + 1, None):
                if other.sentence != total.sentence or other.quantity.unit != total.quantity.unit:
                    break
                if other.value > total.value:
                    break
                parts.append(other)
            told = [part for part in parts if part.quantity.kind == "change" or self.of_last_year(part.at)]
            if len(parts) < 2 or not total.value:
                continue
            opened = self.text[total.quantity.end : parts[0].quantity.start]
            marked = PARTS_BEGIN.search(opened) is not None
            if not marked and (told or total.value < TELLING):
                continue
            summed = NONE
            for end, part in enumerate(parts):
                summed += part.value
                if summed >= total.value:
                    parts = parts[: end + 1]
                    break
            slack = total.slack + sum((part.slack for part in parts), NONE) if marked else NONE
            bracket = opened.lstrip()[:1] in ("(", "（")
            if summed == total.value and len(parts) > 1:
                verdict: CheckVerdict = "consistent"
            elif len(parts) > 1 and slack and abs(summed - total.value) <= slack:
                verdict = "rounded"
            elif marked and bracket and "其中" not in opened and len(parts) > 1 and self.closes(total, parts):
                verdict = "mismatch"
            else:
                continue
            found.append(self.summed(total, parts, summed, verdict))
        return found

    def divided(self) -> list[Check]:
        """A total of one sentence against the parts that the next one begins with: 从类别看,食品类1122件."""
        found: list[Check] = []
        for at, first in enumerate(self.figures):
            if at and self.figures[at - 1].sentence == first.sentence:
                continue
            begin = self.stops[first.sentence - 1] + 1 if first.sentence else 0
            if DIVIDES.match(self.text, begin, min(begin + 40, first.quantity.start)) is None:
                continue
            unit = first.quantity.unit
            parts = [one for one in self.figures[at : at + 12] if self.is_part(one, first.sentence, unit)]
            totals = [one for one in self.figures[max(at - 12, 0) : at] if self.is_part(one, first.sentence - 1, unit)]
            for end in range(2, len(parts) + 1):
                summed = sum((part.value for part in parts[:end]), NONE)
                total = next((one for one in totals if one.value == summed), None)
                if total is not None:
                    found.append(self.summed(total, parts[:end], summed, "consistent"))
                    break
        return found

    def is_part(self, figure: _Figure, sentence: int, unit: str | None) -> bool:
        """Whether a figure is an exact count of this sentence and unit."""
        quantity = figure.quantity
        exact = quantity.kind in ("count", "money") and quantity.bound == "exact"
        return figure.sentence == sentence and quantity.unit == unit and exact

    def summed(self, total: _Figure, parts: Sequence[_Figure], summed: Fraction, verdict: CheckVerdict) -> Check:
        """The check of a total against its parts."""
        return Check(
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


def _count(figure: _Figure) -> _Count:
    return _Count(figure.value, figure.slack, figure.quantity.unit, (figure,))


def _implied(value: Fraction | int) -> _Count:
    return _Count(Fraction(value), NONE, None, ())


def _spread(numerator: _Count, whole: _Count) -> Fraction:
    """How far, in per cent, rounding to 万 may have moved the quotient."""
    if not numerator.slack and not whole.slack:
        return NONE
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
