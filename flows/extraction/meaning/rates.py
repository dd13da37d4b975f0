"""Stated rates and shares held against the counts that the words make their part and their whole.

A rate is held against every denominator that its sentence and the neighbouring ones offer; one that fits is kept, and
only where none fits the check is a mismatch. A figure of the count may be missing: then the whole number that the rate
implies is named, or that there is none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from flows.extraction.facts import Check, CheckVerdict
from flows.extraction.meaning.catalogue import Catalogue
from flows.extraction.meaning.figures import (
    CASE_UNITS,
    NONE,
    VERDICTS,
    Count,
    Figure,
    Figures,
    comparable,
    count_of,
    implied_count,
    judge,
    plain,
    spread_of,
)
from flows.extraction.meaning.lists import joined, respective, shared_in_turn
from flows.extraction.meaning.outcomes import OUTCOMES

WHOLES = (
    (re.compile(r"收到|收案|新收|申请总数"), "reconsideration.received"),
    (re.compile(r"受理"), "reconsideration.accepted"),
    (re.compile(r"审结|办结|结案"), "reconsideration.concluded"),
)
"""What the words of a share call its whole."""
RATE_NAME = re.compile(r"([一-鿿“”（）()]{2,12})(?:率|比例)[^率]*$")
OWNED = re.compile(r"(?:其中)?([\u4e00-\u9fff]{4,8}?)(?:案件|事项|类)?(?:约|共|就)?占")
"""What a share names as its own part."""
ELSEWHERE = re.compile(
    r"占(?:据|到|了|比)?[^,，]{0,4}(?:全[国省市县区州盟旗镇]|同[期类级]|地区|辖区|总人口|人口|行业|当地)"
)
"""A share of what the report need not count: 占全市的12%."""
OF_WHOLE = re.compile(r"占(?:据|到|了|比)?([\u4e00-\u9fff]{2,14})的")
"""What a share names as its whole."""
TOTAL = re.compile(r"总|全部|收案|受理|审结|办结|结案|申请|合计|同期")
"""Names of a whole by which any count before may be meant."""
CARRIED = re.compile(r"结转|遗留|旧存|往年未结|上年未结")
"""Words of cases that came in the year before."""
TIMELY = re.compile(r"按[时期]|及时|如期|限时|提前|一次|当场|首次")
FILLED = r"(?:其中|成功|全部|已经?|均|共|实际|按期|按时|如期|依法|有效|完成|案件|事项|纠纷|评定|评为|[的了为、])*"
"""Words beside an outcome that name no thing of its own."""
OF_THAT = re.compile(r"[)）]?的(?:约|近)?$")
"""What stands between a whole and its share: 占总数(30件)的40%, 占在编人员12000人的80%."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the words make the part and the whole of a rate, likeliest first."""

    parts: Sequence[Count]
    wholes: Sequence[Count]
    sure: bool
    """Whether a rate that fits none of them is wrong."""
    code: str | None
    """The indicator whose ratio it is."""
    stated: bool = False
    """Whether the whole stands in the words of the rate itself: 占审结案件150件的8%."""


class Rates:
    """The rates of one text."""

    def __init__(self, told: Figures, catalogue: Catalogue) -> None:
        self.told = told
        self.catalogue = catalogue
        self.ratios: dict[str, tuple[str, tuple[str, ...]]] = {}
        for indicator in catalogue.indicators.values():
            for relation in indicator.relations:
                if relation.get("type") == "ratio" and indicator.kind == "percent":
                    self.ratios[indicator.code] = (str(relation["num"]), tuple(map(str, relation["den"])))
        starts = [one.quantity.start for one in told.figures]
        named = {bisect_right(starts, match.start()) for match in CARRIED.finditer(told.text)}
        self.old = {at for at in named if at < len(starts) and CARRIED.search(told.words(at))}
        """Figures of cases that came in the year before."""
        self.implied: dict[str, tuple[int, Fraction, str]] = {}

    def checks(self) -> list[Check]:
        """Rates and shares, those that imply a missing count first: another rate may need it."""
        rated = [
            (at, figure)
            for at, figure in enumerate(self.told.figures)
            if figure.quantity.unit == "%"
            and figure.quantity.kind != "change"
            and not any(code.endswith(".yoy") for code in figure.codes)
            and (0 < figure.value <= 100 or (100 < figure.value < 300 and "完成" in self.told.words(at)))
            and figure.quantity.bound in ("exact", "about")
            and figure.quantity.value_high is None
        ]
        found: list[Check] = []
        late: list[tuple[int, Figure]] = []
        for at, figure in rated:
            one = self.full(at, figure) if figure.value == 100 else self.rate(at, figure)
            if one is not None:
                found.append(one)
            elif figure.value != 100:
                late.append((at, figure))
        for at, figure in late:
            one = self.rate_implied(at, figure)
            if one is not None:
                found.append(one)
        return found

    def trial(self, at: int) -> Trial | None:
        """Which counts the words make the part and the whole of rate `at`."""
        rate = self.told.figures[at]
        near = [one for one in self.told.neighbours(at) if not self.told.of_last_year(one.at)]
        before = self.told.before(at)
        said = self.told.words(at)
        share = "占" in said
        carried = self.with_carried(near)
        begin = self.told.stops[rate.sentence - 1] + 1 if rate.sentence else 0
        turn, shares = respective(self.told.text, self.told.quantities, at, begin)
        if shares > 1 and "占" in self.told.words(at - turn):
            return self.in_turn(at, turn, shares, begin)
        for code in sorted(rate.codes):
            if code in self.ratios:
                part, of = self.ratios[code]
                parts = [count_of(one) for one in near if part in one.codes]
                named = [one for one in near if one.codes & set(of)]
                if (
                    not parts
                    and share
                    and before is not None
                    and before not in named
                    and not self.told.is_whole(before)
                ):
                    parts = [count_of(before)]
                if parts:
                    named += [one for one in self.told.of_codes(of, at) if one not in named]
                    others = [one for one in near if one not in named]
                    return Trial(parts[:1], [count_of(one) for one in named + others] + carried, bool(named), code)
        if OF_THAT.fullmatch(said) and at > 1 and "占" in self.told.words(at - 1):
            counted, whole = self.told.figures[at - 2], self.told.figures[at - 1]
            if counted.sentence == rate.sentence:
                return Trial([count_of(counted)], [count_of(whole)], True, None, stated=True)
        if share:
            if before is None or before.quantity.bound != "exact" or before.quantity.kind == "change":
                return None
            if self.told.is_whole(before):
                return None
            named = self.told.of_codes((code for words, code in WHOLES if words.search(said)), at)
            parts = [count_of(before), *self.told.lists(at, before)]
            owner = OWNED.match(said)
            if owner is not None:  # 办理1429起,其中快速办理872起、普通程序557起,快速办理案件占61.0%
                held = [one for index, one in self.told.counts(at) if owner[1] in self.told.words(index)]
                if held and held[0] is not before:
                    return Trial([count_of(held[0])], [count_of(one) for one in near + named], False, None)
            sure = said.lstrip("约近达").startswith("占") and not self.in_row(at) and self.is_told(said, near)
            return Trial(parts, [count_of(one) for one in near + named] + carried, sure, None)
        name = self.name(at)
        if not name or "平均" in said:
            return None
        wholes = [count_of(one) for one in near] + carried + self.told.lists(at, None)
        for of_rate, of_count, of_rest in OUTCOMES:
            if not of_rate.search(name[-4:]):
                continue
            counts = self.told.counts(at)
            parts = [count_of(one) for index, one in counts if of_count.search(self.told.counted(index))]
            rest = [one for index, one in counts if of_rest.search(self.told.counted(index))]
            parts += [
                Count(whole.value - one.value, whole.slack + one.slack, whole.unit, (*whole.figures, one))
                for one in rest
                for whole in wholes
                if whole.value > one.value and comparable(whole.unit, one.quantity.unit) and one not in whole.figures
            ]
            if parts:
                sure = before is not None and parts[0].figures == (before,) and self.is_outcome(before, of_count)
                timed = TIMELY.search(name)  # 按时办结率 is of those that are due
                sure = sure and (timed is None or (before is not None and timed[0] in self.told.words(before.at)))
                return Trial(parts, wholes, sure, None)
        stem = re.compile(rf"(?<![不未]){re.escape(name[-2:])}")
        parts = [count_of(one) for index, one in self.told.counts(at) if stem.search(self.told.counted(index))]
        if parts and rate.places < 3:
            return Trial(parts, wholes, False, None)
        if before is None or before.quantity.bound != "exact" or before.quantity.kind == "change" or not rate.places:
            return None
        return Trial([count_of(before)], wholes, False, None)

    def in_turn(self, at: int, turn: int, of: int, begin: int) -> Trial | None:
        """The share that 分别 gives the count in its turn; sure where the counts of the row sum up to a whole."""
        counted = shared_in_turn(self.told.text, self.told.quantities, at, begin)
        if counted is None:
            return None
        first = at - turn - of
        listed = self.told.figures[first : first + of]
        summed = sum((one.value for one in listed), NONE)
        wholes = [count_of(one) for one in self.told.neighbours(at) if one.at < first or one.at > at]
        whole = [one for one in wholes if one.value == summed]
        return Trial([count_of(self.told.figures[counted])], whole or wholes, bool(whole), None)

    def is_told(self, said: str, near: Sequence[Figure]) -> bool:
        """Whether the whole that a share names is one of the counts beside it, and not all that there is elsewhere."""
        if ELSEWHERE.search(said):
            return False
        whole = OF_WHOLE.search(said)
        if whole is None or TOTAL.search(whole[1]):
            return True
        return any(whole[1][-2:] in self.told.counted(one.at) for one in near)

    def with_carried(self, near: Sequence[Figure]) -> list[Count]:
        """What came in together with what was carried over: 受理80件,上年结转10件,审结75件,审结率83.3%."""
        return [
            Count(one.value + old.value, one.slack + old.slack, one.quantity.unit, (one, old))
            for old in near
            if old.at in self.old
            for one in near
            if one is not old and one.sentence == old.sentence and comparable(one.quantity.unit, old.quantity.unit)
        ]

    def is_outcome(self, part: Figure, outcome: re.Pattern[str]) -> bool:
        """Whether a count's words tell an outcome alone, and so of the whole before: 办结90件, not 答复咨询80件."""
        return re.fullmatch(f"{FILLED}(?:{outcome.pattern}){FILLED}", self.told.words(part.at)) is not None

    def in_row(self, at: int) -> bool:
        """Whether a rate stands in a row of rates, so that the count right before need not be its own."""
        told = self.told.quantities
        return any(
            0 < one < len(told) and told[one - 1].unit == told[one].unit and joined(self.told.text, told, one)
            for one in (at, at + 1)
        )

    def name(self, at: int) -> str:
        """What the rate `at` is called: 按期办结 of 按期办结率达."""
        match = RATE_NAME.search(self.told.words(at))
        return match.group(1) if match else ""

    def has_share(self, figure: Figure) -> bool:
        """Whether a figure is itself given as a share of something: a sibling in a list, not the whole."""
        end = figure.quantity.end
        return re.match(r"[,，]?(?:约|大约)?占", self.told.text[end : end + 4]) is not None

    def rate(self, at: int, rate: Figure) -> Check | None:
        """Rate `at` against the parts and wholes that its words offer; None where they offer too little."""
        trial = self.trial(at)
        if trial is None:
            return None
        share = "占" in self.told.words(at)
        order = ("consistent", "rounded", "truncated")
        fitting: list[tuple[int, Count, Count, Fraction, CheckVerdict]] = []
        failing: list[tuple[Count, Fraction]] = []
        for part in trial.parts:
            for whole in trial.wholes:
                if whole.figures == part.figures or self.sibling(whole, share) or not whole.value:
                    continue
                if not comparable(whole.unit, part.unit) or (rate.value > 100 and part.value < whole.value):
                    continue
                computed = 100 * part.value / whole.value
                verdict = judge(rate.value, rate.places, computed, spread_of(part, whole))
                if verdict != "mismatch":
                    fitting.append((order.index(verdict), part, whole, computed, verdict))
                elif (
                    part is trial.parts[0]
                    and not self.foreign(whole, rate)
                    and whole.figures[-1].at not in self.old
                    and (trial.stated or self.begins(whole, part, rate))
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
        if implied is not None and (trial.code or (share and not self.in_row(at))):
            self.remember(rate, Fraction(implied))
            hint = f";分母{implied}由比率反推,原文未写"
            computed = 100 * part.value / implied
            return self.made(
                rate, part, implied_count(implied), computed, judge(rate.value, rate.places, computed), (), hint
            )
        return None

    def full(self, at: int, rate: Figure) -> Check | None:
        """A rate of 100 % where its part and an equal whole stand before it in the sentence; else nothing is said."""
        told = [one for one in self.told.figures[max(at - 12, 0) : at] if one.sentence == rate.sentence]
        if len({one.value for one in told}) == len(told):
            return None  # no two are equal
        trial = self.trial(at)
        if trial is None or not trial.parts:
            return None
        part = trial.parts[0]
        for whole in trial.wholes:
            one, other = whole.figures[-1], part.figures[0]
            if (
                whole.value == part.value
                and len(whole.figures) == len(part.figures) == 1
                and one.at < other.at < rate.at
                and one.sentence == rate.sentence
                and comparable(whole.unit, part.unit)
            ):
                return self.made(rate, part, whole, Fraction(100), "consistent")
        return None

    def sibling(self, whole: Count, share: bool) -> bool:
        """Whether a count is itself given as a share of something: no whole but one more part of a list."""
        return any(self.has_share(one) and (share or not one.codes) for one in whole.figures)

    def foreign(self, whole: Count, rate: Figure) -> bool:
        """Whether a count is by its indicator another thing than a rate's wholes: no rate is wrong for missing it."""
        known = {code for code in rate.codes if code in self.ratios}
        allowed = {of for code in known for of in (self.ratios[code][0], *self.ratios[code][1])}
        return bool(known) and all(one.codes and not one.codes & allowed for one in whole.figures)

    def named(self, whole: Count, trial: Trial) -> bool:
        """Whether a count is the whole by its indicator: then even a part above it tells of an error."""
        return trial.code is not None and any(one.codes & set(self.ratios[trial.code][1]) for one in whole.figures)

    def begins(self, whole: Count, part: Count, rate: Figure) -> bool:
        """Whether a count stands where the whole of a rate stands: before its part in the sentence, or by its name."""
        first = whole.figures[0]
        return first.sentence == rate.sentence and (
            first.quantity.start < part.figures[0].quantity.start or bool(first.codes)
        )

    def imply_whole(self, rate: Figure, numerator: Count) -> int | None:
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

    def remember(self, rate: Figure, whole: Fraction) -> None:
        """A count that a rate implies stands for the indicator that its relation names first, in that sentence."""
        for code in rate.codes:
            if code in self.ratios:
                whole_code = self.ratios[code][1][0]
                self.implied[whole_code] = (rate.sentence, whole, rate.quantity.text)

    def rate_implied(self, at: int, rate: Figure) -> Check | None:
        """A rate with its whole alone: what whole number it implies, or what another rate implied."""
        before = self.told.before(at)
        if before is None or before.quantity.bound != "exact":
            return None
        if re.search("[;；]", self.told.text[before.quantity.end : rate.quantity.start]):
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
                    hint = f";分子{plain(value)}由另一比率{source}反推"
                    if verdict == "mismatch" and needed > before.value:
                        counted = plain(before.value)
                        more = plain(needed - before.value)
                        hint += f";分母若约为{needed}则相符,即另有约{more}件不在所述{counted}件之内(如上年结转)"
                    return self.made(rate, implied_count(value), count_of(before), computed, verdict, (), hint)
        named = any(code in self.ratios and before.codes & set(self.ratios[code][1]) for code in rate.codes)
        said = self.told.words(at)
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
            return self.made(rate, implied_count(number), count_of(before), computed, verdict, (), hint)
        if not named or before.quantity.unit not in CASE_UNITS:
            return None
        number = round(guess)
        computed = 100 * Fraction(number) / before.value
        hint = f";{plain(before.value)}的任何整数份都得不出所述比率"
        return self.made(rate, implied_count(number), count_of(before), computed, "mismatch", (), hint)

    def made(
        self,
        rate: Figure,
        part: Count,
        whole: Count,
        computed: Fraction,
        verdict: CheckVerdict,
        tried: Sequence[Count] = (),
        hint: str = "",
    ) -> Check:
        """The check of a rate, with its arithmetic in words; `tried` are wholes that do not fit either."""
        spans = [one.quantity for one in (rate, *part.figures, *whole.figures)]
        shown = float(round(computed, max(rate.places + 2, 3)))
        words = f"{part} ÷ {whole} = {shown:g}%,原文写{plain(rate.value)}%:{VERDICTS[verdict]}"
        others = [one for one in tried if one.value != whole.value]
        if others:
            words += ";另试分母" + "、".join(plain(one.value) for one in others) + ",也不符"
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
