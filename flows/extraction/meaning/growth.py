"""Stated growth held against last year's figure, or against the difference that the sentence states."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import takewhile

from flows.extraction.facts import Check
from flows.extraction.meaning.figures import VERDICTS, Figure, Figures, judge, plain
from flows.extraction.meaning.lists import total_of_parts

BASE = re.compile(r"[（(]\s?20\d\d年[度全同期]*[为是]?\s?")
"""What stands between growth and the figure that it is from: 同比上升13.6%（2022年为1559起）."""
COMPARED_YEAR = re.compile(r"[较比](20\d\d)年")
CHANGED = re.compile(
    r"同比|环比|[比较]?(?:上年|去年|上一年)(?:同期)?|增长|增加|上升|提高|下降|减少|降低|减幅|降幅|增幅|缩短|压缩|精简|超过|达到?|了"
)
OWN_NOUN = re.compile(r"[，,；;][^，,；;]*[一-龥]{2}")
FROM = re.compile(r"[由从](?:原来|原先)?的?$")
TO = re.compile(r"[到至为]了?$")
MOVED = re.compile(
    r"(?:[,，][^,，;；。\d]{1,8}[\d.]+%)?[,，]?(?:同比|[较比与]?(?:上年|去年|上一年|年初|20\d\d年)(?:度|末|底|同期|全年|相比)?(?:的?[\d.,]+[万亿]?[^\d，,]{1,2})?)?"
    r"(?:净?增加?|增长|减少|下降|增收|减收|多|少)了?"
)
GREW = re.compile(r"[,，]?净?(?:增长|增加|减少|下降|上升|提高|降低|多|少|增|减)(?![至到为加长少])")
"""Behind last year's figure: growth that is told of the count before it."""
DATED = re.compile(r"20\d\d年")
DOWN = re.compile(r"减|降|少")
SHRUNK = re.compile(r"(?:精简|压减|压缩|缩减|缩短|减少|下降|降幅)(?:了|达|为)?$")


class Growth:
    """The growth that one text states."""

    def __init__(self, told: Figures) -> None:
        self.told = told

    def checks(self) -> list[Check]:
        """Growth against last year's figure or by a stated difference, in the sentence."""
        found: list[Check] = []
        for at, figure in enumerate(self.told.figures):
            quantity = figure.quantity
            grown = [code for code in figure.codes if code.endswith(".yoy")]
            points = quantity.unit in ("个百分点", "百分点")
            if (quantity.unit != "%" and not points) or quantity.bound != "exact" or quantity.value_high is not None:
                continue
            if not grown and quantity.kind != "change" and not SHRUNK.search(self.told.words(at)):
                continue
            now, moved = (self.rate_before(at), None) if points else self.moved(at)
            if now is None:
                continue
            last = self.last_year(at, now)
            down = quantity.direction == "down" or bool(SHRUNK.search(self.told.words(at)))
            stated = -figure.value if down and figure.value > 0 else figure.value
            judged = []
            of_any = moved is not None or (last is not None and last.at > now.at)
            for count in self.counts_before(now) if of_any else [now]:
                base = self.base(count, moved, last)
                if base is not None and base > 0:
                    difference = count.value - base
                    computed = difference if points else 100 * difference / base
                    # Two rates that were rounded may differ by more or less than what they stand for.
                    spread = Fraction(1, 10**count.places) if points else count.slack and abs(computed) / 100
                    verdict = judge(stated, figure.places, computed, spread)
                    judged.append((verdict, count, base, difference, computed))
            if not judged:
                continue
            # The difference may be of any of them: the nearest is at fault only where none fits.
            fitting = (one for one in judged if one[0] != "mismatch")
            verdict, now, base, difference, computed = next(fitting, judged[0])
            mark = "个百分点" if points else "%"
            over = "" if points else f" ÷ {plain(base)}"
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
                    arithmetic=f"({plain(now.value)} - {plain(base)}){over} = {shown:g}{mark},"
                    f"原文写{plain(stated)}{mark}:{VERDICTS[verdict]}。",
                )
            )
        return found

    def moved(self, at: int) -> tuple[Figure | None, Figure | None]:
        """The count whose growth figure `at` is, and by how much it grew where the words say so: 较上年增加306户."""
        total = total_of_parts(self.told.text, self.told.quantities, at)
        now = self.told.before(at) if total is None else self.told.figures[total]
        if now is None or now.quantity.kind != "change":
            return now, None
        count = self.told.before(now.at)
        if count is None or count.quantity.kind == "change" or count.quantity.unit != now.quantity.unit:
            return None, None
        if not MOVED.fullmatch(self.told.text[count.quantity.end : now.quantity.start]):
            return None, None
        return count, now

    def counts_before(self, now: Figure) -> list[Figure]:
        """A count, and those before it in its sentence and of its unit: 受理312件，办结309件，同比减少43件."""
        others = (self.told.figures[index] for index in range(now.at - 1, -1, -1))
        return [now] + [
            other
            for other in takewhile(lambda other: other.sentence == now.sentence, others)
            if other.quantity.unit == now.quantity.unit and other.quantity.kind != "change"
        ]

    def base(self, now: Figure, moved: Figure | None, last: Figure | None) -> Fraction | None:
        """What was there before: by the difference that is stated, else by last year's figure."""
        if moved is None:
            return last.value if last is not None else None
        down = DOWN.search(self.told.text[now.quantity.end : moved.quantity.end]) is not None
        return now.value + moved.value if down else now.value - moved.value

    def rate_before(self, at: int) -> Figure | None:
        """The rate right before a change in percentage points, in its sentence."""
        for index in range(at - 1, max(at - 3, -1), -1):
            other = self.told.figures[index]
            if other.sentence == self.told.figures[at].sentence and other.quantity.unit == "%":
                return other
        return None

    def of_another(self, at: int, now: Figure) -> bool:
        """Whether a change names what it is of, other than the count before: 由17份减至8份，办理时间缩短六成."""
        between = self.told.text[now.quantity.end : self.told.figures[at].quantity.start]
        return OWN_NOUN.search(CHANGED.sub("", between)) is not None

    def is_base_of_before(self, index: int) -> bool:
        """Whether the words behind last year's figure make it that of the count before: 560件，较上年480件增长16.7%."""
        following = self.told.text[self.told.figures[index].quantity.end :][:6]
        return index > 0 and GREW.match(following) is not None

    def last_year(self, at: int, now: Figure) -> Figure | None:
        """A figure of the sentence that its words date to the year before, of the unit of `now`."""
        for index in range(max(at - 4, 0), min(at + 3, len(self.told.figures))):
            other = self.told.figures[index]
            if (
                other is now
                or index == at
                or other.sentence != now.sentence
                or other.quantity.unit != now.quantity.unit
            ):
                continue
            same = COMPARED_YEAR.search(self.told.text, now.quantity.end, self.told.figures[at].quantity.start)
            told = same is not None and re.search(f"{same[1]}年[度全同期]*[为是]?$", self.told.words(index))
            turned = (
                FROM.search(self.told.words(index))
                and TO.search(self.told.words(now.at))
                and not self.of_another(at, now)
            )
            behind = index == at + 1 and BASE.fullmatch(self.told.words(index)) is not None
            if index < now.at - 1 or (index > at and not behind and DATED.search(self.told.words(index))):
                continue  # of the count right behind it: 由120件增至135件，网办98件，增长20%
            if index == now.at - 1 and self.is_base_of_before(index):
                continue
            if turned or told or behind or self.told.of_last_year(index):
                return other
        return None
