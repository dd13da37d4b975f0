"""Parts held against their total: 规章13件(含新制定5件,修改4件,废止4件)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from flows.extraction.facts import Check, CheckVerdict
from flows.extraction.meaning.catalogue import Catalogue
from flows.extraction.meaning.figures import JOINED, NONE, SUMMABLE, VERDICTS, Figure, Figures, plain

PARTS_BEGIN = re.compile(r"其中|包括|包含|含|分别|[(（:：]|^中[,，]")
BRACKETED = re.compile(r"[、,，;；][^,，;；。()（）\d]{0,12}")
LISTED = re.compile(rf"{JOINED.pattern}|[,，](?:其他|其余|余下|剩余)[^,，;；。\d]{{0,8}}")
ALTOGETHER = re.compile(r"[,，、]?(?:合计|共计|总计)(?:为|达)?")
TOGETHER = re.compile(
    r"警告|罚款|没收|吊销|暂扣|停产|拘留|出庭|线上|线下|网办|即办|通办|可办|好办|承诺|一次|跑"
    r"|进(?:机关|校园|学校|社区|企业|农村|乡村|单位)"
)
"""What one case or occasion may have several of, as penalties are imposed together: the counts may exceed its own."""
EACH = re.compile(r"每|最高|限额|标准")
"""Amounts of one case each, which nobody adds up."""
SUNDRY = frozenset(("人", "名", "位", "个人", "家", "户", "家次", "户次", "所"))
"""Units of what may be counted under several heads: 执法人员120人,其中本科100人、党员60人."""
BODIES = re.compile(r"部门|单位|企业|机构|村|社区|学校|乡镇|街道|示范")
"""Bodies, which may be counted under several heads too, whatever their unit."""
INCLUDING = re.compile(r"其中|含|包括")
"""What opens a bracket that need not hold all parts."""
OF_THEM = re.compile(r"[^。；;（(]*其中")
REST = re.compile(r"其他|其余|余下|剩余")
DIVIDES = re.compile(
    r"(?:其中|从[^,，。]{1,10}看|按[^,，。]{1,10}(?:分|看|统计)|分[^,，。]{1,6}看"
    r"|[^,，。\d]{0,10}(?:占比|分布|构成)?(?:情况)?(?:如下|分别为)[:：])"
)
"""What opens a sentence that parts the total of the one before."""
MOST_PARTS = 40
"""Parts that a total is looked at with."""
TELLING = 5
"""A total from which on it is hardly chance that the figures behind it sum up to it: 审结36件,维持31件,撤销5件."""


class Sums:
    """The totals of one text."""

    def __init__(self, told: Figures, catalogue: Catalogue) -> None:
        self.told = told
        self.parted = [
            (str(relation["total"]), frozenset(map(str, relation["parts"])))
            for indicator in catalogue.indicators.values()
            for relation in indicator.relations
            if relation.get("type") == "sum" and catalogue.indicators.keys() >= set(map(str, relation["parts"]))
        ]
        """Indicators that are nothing but the sum of others."""

    def checks(self) -> list[Check]:
        """Parts against their total: 规章13件(含新制定5件,修改4件,废止4件)."""
        found: list[Check] = []
        counts = [
            figure
            for figure in self.told.figures
            if figure.quantity.kind in SUMMABLE
            and figure.quantity.unit not in ("%", "个百分点", "百分点", "倍")
            and figure.quantity.bound == "exact"
        ]
        for at, total in enumerate(counts):
            parts: list[Figure] = []
            for other in counts[at + 1 : at + 1 + MOST_PARTS]:
                if other.sentence != total.sentence or other.quantity.unit != total.quantity.unit:
                    break
                if not parts and self.told.of_last_year(other.at):
                    continue  # 处罚296件,较上年365件减少18.9%,其中大气类178件
                if not parts and other.quantity.kind == "change" != total.quantity.kind:
                    continue  # 受理4747件,比上年增加302件;其中劳动报酬类2986件
                if other.value > total.value:
                    break
                if not parts and self.beside(total, other):
                    continue  # 受理41件、不予受理9件,…维持19件: no part of the first
                parts.append(other)
            told = [part for part in parts if part.quantity.kind == "change" or self.told.of_last_year(part.at)]
            if len(parts) < 2 or not total.value:
                continue
            opened = self.told.text[total.quantity.end : parts[0].quantity.start]
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
            if summed == total.value and len(parts) > 1:
                if not marked and self.goes_on(parts):
                    continue
                verdict: CheckVerdict = "consistent"
            elif len(parts) > 1 and slack and abs(summed - total.value) <= slack:
                verdict = "rounded"
            else:
                parts = self.listed(total, parts)
                summed = sum((part.value for part in parts), NONE)
                if len(parts) < 2 or not self.must_sum_up(total, parts, summed):
                    continue
                verdict = "mismatch"
            found.append(self.summed(total, parts, summed, verdict))
        return found

    def divided(self) -> list[Check]:
        """A total of one sentence against the parts that the next one begins with: 从类别看,食品类1122件."""
        found: list[Check] = []
        for at, first in enumerate(self.told.figures):
            if at and self.told.figures[at - 1].sentence == first.sentence:
                continue
            begin = self.told.stops[first.sentence - 1] + 1 if first.sentence else 0
            if DIVIDES.match(self.told.text, begin, min(begin + 40, first.quantity.start)) is None:
                continue
            unit = first.quantity.unit
            parts = [one for one in self.told.figures[at : at + 12] if self.is_part(one, first.sentence, unit)]
            totals = [
                one for one in self.told.figures[max(at - 12, 0) : at] if self.is_part(one, first.sentence - 1, unit)
            ]
            for end in range(2, len(parts) + 1):
                summed = sum((part.value for part in parts[:end]), NONE)
                total = next((one for one in totals if one.value == summed), None)
                if total is not None:
                    found.append(self.summed(total, parts[:end], summed, "consistent"))
                    break
            else:
                found += self.exceeded([one for one in totals if not self.told.of_last_year(one.at)], parts, begin)
        return found

    def closing(self) -> list[Check]:
        """A total behind its parts: 建议120件、提案80件,合计200件."""
        found: list[Check] = []
        for last, total in pairwise(self.told.figures):
            between = self.told.text[last.quantity.end : total.quantity.start]
            if ALTOGETHER.fullmatch(between) is None:
                continue
            sentence, unit = total.sentence, total.quantity.unit
            if not self.is_part(total, sentence, unit) or not self.is_part(last, sentence, unit):
                continue
            held, summed, mark = [last], last.value, ""
            for at in range(last.at - 1, max(last.at - MOST_PARTS, -1), -1):
                part = self.told.figures[at]
                apart = self.told.text[part.quantity.end : held[0].quantity.start]
                if not self.is_part(part, sentence, unit) or not BRACKETED.fullmatch(apart) or summed == total.value:
                    break
                if mark and apart[0] != mark:
                    break
                mark = apart[0]
                held.insert(0, part)
                summed += part.value
            slack = sum((part.slack for part in held), total.slack)
            if len(held) > 1 and (summed == total.value or not slack):
                verdict: CheckVerdict = "consistent" if summed == total.value else "mismatch"
                found.append(self.summed(total, held, summed, verdict))
        return found

    def exceeded(self, totals: Sequence[Figure], parts: Sequence[Figure], begin: int) -> list[Check]:
        """The one total of a sentence against the list behind 其中 in the next, where that is more."""
        if len(totals) != 1 or not self.told.text.startswith("其中", begin):
            return []
        held = self.listed(totals[0], parts)
        summed = sum((part.value for part in held), NONE)
        return [self.summed(totals[0], held, summed, "mismatch")] if self.exceeds(totals[0], held, summed) else []

    def is_part(self, figure: Figure, sentence: int, unit: str | None) -> bool:
        """Whether a figure is an exact count of this sentence and unit."""
        quantity = figure.quantity
        exact = quantity.kind in ("count", "money") and quantity.bound == "exact"
        return figure.sentence == sentence and quantity.unit == unit and exact

    def summed(self, total: Figure, parts: Sequence[Figure], summed: Fraction, verdict: CheckVerdict) -> Check:
        """The check of a total against its parts."""
        return Check(
            rule="sum",
            stated=float(total.value),
            numerator=float(summed),
            denominator=None,
            computed=float(summed),
            verdict=verdict,
            start=min(total.quantity.start, parts[0].quantity.start),
            end=max(total.quantity.end, parts[-1].quantity.end),
            arithmetic=" + ".join(plain(part.value) for part in parts)
            + f" = {plain(summed)},原文总数写{plain(total.value)}:{VERDICTS[verdict]}。",
        )

    def beside(self, one: Figure, other: Figure) -> bool:
        """Whether 、 makes two figures items of one list."""
        return JOINED.fullmatch(self.told.text, one.quantity.end, other.quantity.start) is not None

    def goes_on(self, parts: Sequence[Figure]) -> bool:
        """Whether the list of the parts goes on behind the last: then it is mere chance that they sum up."""
        last = parts[-1]
        after = self.told.figures[last.at + 1 : last.at + 2]
        return any(one.quantity.unit == last.quantity.unit and self.beside(last, one) for one in after)

    def listed(self, total: Figure, parts: Sequence[Figure]) -> list[Figure]:
        """Those of the parts that stand in one list with the first: 、 joins them, in a bracket a comma too."""
        words, held = self.told.text, list(parts[:1])
        joint = BRACKETED if words[total.quantity.end : total.quantity.end + 1] in ("(", "（") else LISTED
        for one, other in pairwise(parts):
            if not joint.fullmatch(words, one.quantity.end, other.quantity.start):
                break
            held.append(other)
        return held

    def must_sum_up(self, total: Figure, parts: Sequence[Figure], summed: Fraction) -> bool:
        """Whether parts that miss their total are wrong: all of a bracket, more than the whole, or up to the rest."""
        words = self.told.text
        opened = words[total.quantity.end : parts[0].quantity.start]
        if opened.lstrip()[:1] in ("(", "（") and INCLUDING.search(opened) is None:
            return PARTS_BEGIN.search(opened) is not None and self.closes(total, parts)
        whole = REST.match(self.told.words(parts[-1].at).lstrip("、")) is not None
        if OF_THEM.match(opened) is None:
            return whole and len(parts) > 2 and opened[:1] in (",", "，")
        if self.may_overlap(parts):
            return False
        return whole or self.is_parted(total, parts) or self.exceeds(total, parts, summed)

    def may_overlap(self, parts: Sequence[Figure]) -> bool:
        """Whether one case may stand among several of the parts."""
        return any(TOGETHER.search(self.told.counted(part.at)) for part in parts)

    def exceeds(self, total: Figure, parts: Sequence[Figure], summed: Fraction) -> bool:
        """Whether parts are more than their whole, and are none that may be counted twice."""
        each = any(EACH.search(self.told.words(one.at)) for one in (total, *parts))
        sundry = total.quantity.unit in SUNDRY or BODIES.search(self.told.counted(total.at)) is not None
        counted_once = not each and not sundry and not self.may_overlap(parts)
        return summed > total.value and counted_once

    def is_parted(self, total: Figure, parts: Sequence[Figure]) -> bool:
        """Whether a total is by its indicator the sum of those that are its parts: 建议提案 of 建议 and 提案."""
        codes = {code for part in parts for code in part.codes}
        return any(whole in total.codes and named == codes for whole, named in self.parted)

    def closes(self, total: Figure, parts: Sequence[Figure]) -> bool:
        """Whether the bracket that opens behind `total` closes right behind its parts."""
        close = re.search(r"[)）]", self.told.text[total.quantity.end : parts[-1].quantity.end + 12])
        return close is not None and total.quantity.end + close.start() >= parts[-1].quantity.end
