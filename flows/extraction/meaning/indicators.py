"""Which quantities of a report are indicators of the catalogue.

Each quantity is seen in its place (places), and the phrasing whose words stand there best decides (choice); what it
says of the quantity before it are facets. How words are found and phrasings compiled is the matcher's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from flows.extraction.facts import Level, Observation, Quantity, Section
from flows.extraction.meaning.bearings import Bearings
from flows.extraction.meaning.choice import Choice, Found
from flows.extraction.meaning.facets import CASE_UNITS, Facets
from flows.extraction.meaning.lists import items, respective, shared_in_turn
from flows.extraction.meaning.matcher import SETTLED, Matcher, load_matcher
from flows.extraction.meaning.places import LEAD, ONCE, Place, Surroundings
from flows.extraction.meaning.topics import bits, narrowed

LEVELLED = re.compile(r"(?:至|到|为|达|达到|在)(?:了)?$")
GROWN = re.compile(r"(?:增长|增加|上升|下降|减少|提高)(?:了|达)$")
CHANGE = re.compile(r"(?:增长|增加|上升|提高|提升|上涨|攀升|增幅|同比|下降|减少|降低|回落|压减|下滑|降幅|缩减)$")
OFTEN = re.compile(
    r"每[^,;、]{0,5}$|(?:^|[,;:])(?:坚持|定期)?每(?:半年|季度?|个?月|周|年|学期)(?:[^,;共计]|共(?!计|有)){0,40}$"
)
"""What stands before a frequency: 每两月1次."""
AVERAGE = re.compile(r"(?:平均|人均|户均|案均|日均|月均)[^,;]*$")
DEPARTMENT = re.compile(r"[我本]局|局党[组委]|厅党组|局机关")
"""Words by which a department speaks of itself."""
GROWTH_HEAD = re.compile(r"同比|增长|增幅|增减|[比较]上年|变化")
GAP = re.compile(
    r"(?:高于|低于|高出|低出|超出|超过|领先|优于)[^,]{0,8}"
    r"(?:全国|全省|全市|全区|平均|省均|目标|要求|标准|指标)"
)
SHARE = re.compile(r"占")
RATE_END = re.compile(r"(?:率|度|比例)(?:均|都|皆|全部|分别|达|到|为|是|保持|实现|在|持续|已|约|超过?|近|\s)*$")
BOTH = re.compile(
    r"(收到|新收|接收|受理|立案|承办|承接)(?:并|且|、)(?:[全均已按依及]\w{0,5})?(审结|办结|结案|答复|回复|办理完毕)"
)
"""Two stages of one number: 受理并办结行政复议案件12件."""
TIMED = frozenset(("%", "工作日", "天", "日", "小时", "分钟"))
"""Units of which an average is what an indicator states."""


def observe(
    text: str,
    quantities: Sequence[Quantity],
    sections: Sequence[Section] = (),
    *,
    level: Level | None = None,
    matcher: Matcher | None = None,
) -> tuple[Observation, ...]:
    """The quantities that are indicators, in the order of the text.

    `quantities` are those of `text`, ascending. Figures of sections whose part is `plans` are targets and left out.
    A number may yield several observations (审查率、备案率均为100%); growth and shares are facets, `CODE.yoy` with the
    unit % or pp and a negative value for a decrease, `CODE.share` with %.
    """
    return _Reading(text, quantities, sections, level, matcher or load_matcher()).observations()


class _Reading:
    """One text being read."""

    def __init__(
        self,
        text: str,
        quantities: Sequence[Quantity],
        sections: Sequence[Section],
        level: Level | None,
        matcher: Matcher,
    ) -> None:
        self.text = text
        self.flat = narrowed(text)
        self.quantities = sorted(quantities, key=lambda quantity: quantity.start)
        self.surroundings = Surroundings(self.flat, self.quantities, sections, matcher)
        self.of_department = level == "department" or (level is None and DEPARTMENT.search(text) is not None)
        self.matcher = matcher
        self.shares = frozenset(one.share for one in matcher.catalogue.indicators.values() if one.share)
        self.choice = Choice(self.flat, matcher)
        self.bearings = Bearings(self.flat)
        self.facets = Facets(text, self.flat, self.quantities, self.choice, self.bearings)
        self.found = self.facets.found

    def observations(self) -> tuple[Observation, ...]:
        for index, place in self.surroundings.places():
            found = self.cell(index, place) if place.head else self.read(index, place)
            if found:
                self.found[index] = found
        return tuple(observation for at in sorted(self.found) for observation in self.found[at])

    def cell(self, index: int, place: Place) -> list[Observation]:
        """Read a number of a table: under a head of growth it is that of the row's first number, if that says what."""
        if self.quantities[index].unit not in SETTLED or not GROWTH_HEAD.search(place.head):
            return self.read(index, place)
        first = index
        while first and self.quantities[first - 1].start >= place.sentence_start:
            first -= 1
        return self.facets.growth(index, place, place.head) if index == first or first in self.found else []

    def read(self, index: int, place: Place) -> list[Observation]:
        quantity = self.quantities[index]
        said = self.flat[place.left : quantity.start]
        if quantity.unit not in TIMED and AVERAGE.search(said):
            return []
        if ONCE.search(said) or OFTEN.search(said) or place.aimed:
            return []
        if quantity.unit in SETTLED:
            if GAP.search(said):
                return []
            if self.is_change(quantity, said):
                return self.facets.growth(index, place, said)
        elif quantity.kind == "rank" and self.repeats(index, place):
            return []
        turn, of = respective(self.flat, self.quantities, index, place.sentence_start)
        if of > 1:
            if shared_in_turn(self.flat, self.quantities, index, place.sentence_start) is not None:
                share = self.facets.share(index, place, said)
                return [] if share is None else [share]
            first, last = self.turn(turn, of, index, place)
            named = self.named(first, last, turn, index, place)
            if named is not None:
                return [self.observation(quantity, place, named)]
            if self.flat.endswith("率", first, last):
                return []  # the rate of its turn is none of the catalogue; the next one's name is not its own
        several = self.rates(quantity, place)
        if several:
            return [self.observation(quantity, place, found) for found in several]
        stages = self.stages(quantity, place) if quantity.unit in CASE_UNITS else []
        if stages:
            return [self.observation(quantity, place, found) for found in stages]
        best = self.choice.best(quantity, place)
        if quantity.kind == "change" and best is not None and best.rule.indicator.growth is None:
            return []  # 申请量增加69件 states no level
        if quantity.unit == "%" and (best is None or best.rule.indicator.code not in self.shares):
            share = self.facets.share(index, place, said)
            if share is not None and (best is None or not SHARE.search(said) or best.score < 3):
                return [share]
        if best is None:
            sum_up = self.facets.cumulative(index, place, said)
            return [sum_up] if sum_up else []
        one = self.observation(quantity, place, best)
        return [] if self.facets.is_part(one, index, place) else [one]

    def is_change(self, quantity: Quantity, said: str) -> bool:
        if quantity.unit in ("个百分点", "百分点", "倍"):
            return True
        if LEVELLED.search(said) and not GROWN.search(said):
            return False
        return quantity.kind == "change" or CHANGE.search(said) is not None

    def repeats(self, index: int, place: Place) -> bool:
        """Whether a rank only adds to one that the sentence stated before: 排名第四,是连续七次稳居前五的城市."""
        if self.quantities[index].bound != "under":
            return False
        before = (self.quantities[at] for at in range(index - 1, -1, -1) if at in self.found)
        return any(one.kind == "rank" and place.sentence_start <= one.start < place.clause_start for one in before)

    def rates(self, quantity: Quantity, place: Place) -> list[Found]:
        """The rates of a list that share one number: 审查率、备案率、公开率均为100%."""
        if quantity.unit != "%":
            return []
        said = self.flat[place.left : quantity.start]
        rated = [(begin, end) for begin, end in items(said) if RATE_END.search(said[begin:end])]
        if len(rated) < 2:
            return []
        found: list[Found] = []
        for begin, end in rated:
            near = [hit for hit in place.near if hit[0] >= place.left + begin and hit[1] <= place.left + end]
            one = self.choice.best(quantity, place, near=near)
            if one is not None and all(one.rule.indicator is not other.rule.indicator for other in found):
                found.append(one)
        return found

    def stages(self, quantity: Quantity, place: Place) -> list[Found]:
        """Both indicators of a number that two stages share: 收到并答复公开申请7件; none where they are not two."""
        both = BOTH.search(self.flat, place.left, quantity.start)
        if both is None:
            return []
        found: list[Found] = []
        for other in (2, 1):
            near = [hit for hit in place.near if hit[1] <= both.start(other) or hit[0] >= both.end(other)]
            one = self.choice.best(quantity, place, near=near)
            if one is not None and all(one.rule.indicator is not held.rule.indicator for held in found):
                found.append(one)
        same = len({one.rule.indicator.dimension for one in found}) == 1
        return found if len(found) == 2 and same else []

    def list_before(self, turn: int, index: int, place: Place) -> tuple[int, int]:
        """Where the clause of the names before 分别 begins, and where 分别 stands."""
        start = self.quantities[index - turn].start
        begin = self.quantities[index - turn - 1].end if index > turn else 0
        begin = max(begin, place.sentence_start)
        respectively = max(self.flat.rfind(word, begin, start) for word in ("分别", "依次"))
        clause = max(self.flat.rfind(mark, begin, respectively) for mark in ",;:")
        return max(clause + 1, begin), respectively

    def turn(self, turn: int, of: int, index: int, place: Place) -> tuple[int, int]:
        """The span of the name in the same turn before 分别: 办结率、满意率分别达98%和97%."""
        offset, respectively = self.list_before(turn, index, place)
        names = self.flat[offset:respectively]
        spans = items(names)
        if len(spans) < of:
            spans = [(0, len(names))] * of  # one name for all: 满意率分别为98%和97%
        left, right = spans[len(spans) - of + turn]
        return offset + left, offset + right

    def named(self, left: int, right: int, turn: int, index: int, place: Place) -> Found | None:
        """What the name of a number's turn says."""
        offset, respectively = self.list_before(turn, index, place)
        start = self.quantities[index - turn].start
        hits = self.matcher.scan(self.flat, max(place.sentence_start, left - LEAD), right)
        # 案件分别新收320件和210件: what stands between 分别 and the numbers speaks of each of them.
        near = [hit for hit in hits if hit[0] >= left] + self.matcher.scan(self.flat, respectively, start)
        around = replace(
            place,
            left=left,
            right=self.quantities[index].start,
            near=near,
            near_bits=bits(near),
            clause_bits=bits([hit for hit in hits if hit[0] >= offset]) | place.clause_bits,
            lead=[hit for hit in hits if hit[0] < left],
            lead_bits=place.lead_bits | bits(hits),
        )
        return self.choice.best(self.quantities[index], around, near=near)

    def observation(self, quantity: Quantity, place: Place, found: Found) -> Observation:
        rule = found.rule
        code = rule.in_department if self.of_department and rule.in_department is not None else rule.indicator.code
        start, end = min(found.start, place.left), max(found.end, quantity.end)
        while start < quantity.start and self.flat[start] in ' 、,;:。")':
            start += 1
        return Observation(
            indicator=code,
            value=quantity.value,
            value_high=quantity.value_high,
            unit=quantity.unit,
            bound=quantity.bound,
            period=self.bearings.period_of(quantity, place),
            scope=self.bearings.scope_of(quantity, place, rule.says_all),
            start=start,
            end=end,
            evidence=self.text[start:end],
            confidence=found.confidence,
            rule=rule.name,
            quantity=quantity.ordinal,
        )
