"""What a number says of the one before it: growth, a share, a sum, a part.

Growth and shares are facets of an indicator, `CODE.yoy` and `CODE.share`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from flows.extraction.facts import Observation, Quantity
from flows.extraction.meaning.bearings import Bearings
from flows.extraction.meaning.choice import Choice
from flows.extraction.meaning.lists import respective, shared_in_turn, total_of_parts
from flows.extraction.meaning.matcher import SETTLED
from flows.extraction.meaning.places import Place

DOWN = re.compile(r"下降|减少|降低|回落|压减|下滑|降幅|缩减|减幅|下调|缩短")
CUMULATIVE = re.compile(
    r"[,、(]?(?:[全我本][省市县区镇乡局]|目前|现有|现|已|总|人数|数|计|达到?|有|为|至|增[至加]到?)*"
    r"(?:累计|总数|总计|合计|共|增至|增加到)(?:已|有|达到?|为|约|近|超过?|计|至|到|了)*"
)
"""All that stands before the sum of a figure just given: 新增32名,累计达197名."""
APART = re.compile(r"[^()]*\).*")
"""What follows a figure in brackets: 新收7066件(其中市本级1895件),同比增长72.3% is the growth of the first."""
PART = re.compile(r"其中[^;]*$")
BARE_GROWTH = re.compile(
    r"[,、()]*(?:(?:同比|环比|[比较]?(?:上年|去年|上一年|同期|\d{4}年)(?:度|同期|全年|相比)?|与|相比|均|分别|也|又|其|[比较]"
    r"|全年办案数|数量|总量|数|[增降升减涨]|大幅|明显|显著|持续|小幅|略有|有所|一年|了|的|增长|增加|上升|提高|提升|上涨|攀升|增幅|下降|减少|降低|回落"
    r"|压减|下滑|降幅|缩减|减幅|增速|幅度|达到?|为|至|约|近|超过?|[-−+↑↓▲▼:]),?)*"
)
"""Words of growth alone, so that it is the growth of the figure before."""
CASES_GROWTH = re.compile(
    f"{BARE_GROWTH.pattern}(?:案件|收案|受案|办案|发案|件)(?:总?数量?|总?量){BARE_GROWTH.pattern}"
)
"""Growth of a number of cases, whichever was named before."""
CASE_UNITS = frozenset(("件", "宗", "起", "例", "份", "卷"))
LEVEL = re.compile(r"提高|提升|上升|下降|降低")
"""How rates change; counts also grow and shrink."""
OTHER_BASE = re.compile(r"环比|改革前|比上[月周季]|较上[月周季]|上个?月|上周|上季度|比前三年")
LAST_YEAR = re.compile(r"上年|去年|上一年|同期|[较比由从(]\d{4}年|(?:增加|减少|增长|下降|多|少)了?$")
OWN_SHARE = re.compile(r"[^\u4e00-\u9fff]*(?:其?中|数量|总?数|人数|案件数|约|分别|均|各|也|仅)?占")
"""A share of the figure before, none of a thing that the words name: 联合检查占行政检查的比重."""
FACETS = (".yoy", ".share")


class Facets:
    """The observations of one text as they are made, by the index of their number, and what refers back to them."""

    def __init__(
        self, text: str, flat: str, quantities: Sequence[Quantity], choice: Choice, bearings: Bearings
    ) -> None:
        self.text = text
        self.flat = flat
        self.quantities = quantities
        self.choice = choice
        self.bearings = bearings
        self.found: dict[int, list[Observation]] = {}

    def growth(self, index: int, place: Place, said: str) -> list[Observation]:
        """The facet .yoy: of the indicator that the words name, else of the figure right before."""
        quantity = self.quantities[index]
        if quantity.unit == "倍" or OTHER_BASE.search(said):
            return []
        points = quantity.unit in ("个百分点", "百分点")
        kinds = ("percent",) if points else ("count", "money", "percent")
        down = quantity.direction == "down" or (quantity.direction is None and bool(DOWN.search(said)))
        down = down or (quantity.start > 0 and self.flat[quantity.start - 1] in "-−↓▼")
        value = -quantity.value if down and quantity.value > 0 else quantity.value
        high = quantity.value_high
        unit = "pp" if points else quantity.unit
        turn, of = respective(self.flat, self.quantities, index, place.sentence_start)
        first = index - turn
        turns = self.flat[self.quantities[first - 1].end : self.quantities[first].start] if index >= of else ""
        if of > 1 and index - of in self.found and BARE_GROWTH.fullmatch(turns):
            base = self.found[index - of][0]
            code, base_start, confidence, rule = base.indicator, base.start, base.confidence, base.rule
        elif (own := self.choice.best(quantity, place, kinds)) is not None and (
            own.rule.indicator.growth is None or not BARE_GROWTH.fullmatch(said)
        ):
            code, base_start, confidence, rule = own.rule.indicator.code, own.start, own.confidence, own.rule.name
        else:
            cases = CASES_GROWTH.fullmatch(said) is not None
            before = self.previous_cases(index, place) if cases else self.previous(index, place)
            if before is None or not (cases or BARE_GROWTH.fullmatch(said)):
                return []
            if before.unit == "%" and not points and not LEVEL.search(said):
                return []
            base = before
            code, base_start, confidence, rule = base.indicator, base.start, base.confidence, base.rule
        if code.endswith(FACETS):
            return []
        code = self.choice.matcher.catalogue.indicators[code].growth or code
        period = self.bearings.period_of(quantity, place)
        start = max(base_start, place.sentence_start)
        return [
            Observation(
                indicator=f"{code}.yoy",
                value=value,
                value_high=-high if high is not None and down else high,
                unit=unit,
                bound=quantity.bound,
                period=None if period is not None and LAST_YEAR.match(period) else period,
                scope=self.bearings.scope_of(quantity, place),
                start=start,
                end=quantity.end,
                evidence=self.text[start : quantity.end],
                confidence=round(confidence - 0.05, 2),
                rule=f"{rule}.yoy",
                quantity=quantity.ordinal,
            )
        ]

    def share(self, index: int, place: Place, said: str) -> Observation | None:
        """The facet .share of the figure right before: 基本满意的23件,占比2.8%."""
        in_turn = shared_in_turn(self.flat, self.quantities, index, place.sentence_start)
        if in_turn is not None:
            base = self.found[in_turn][0] if in_turn in self.found else None
        elif not OWN_SHARE.match(said):
            return None
        else:
            base = self.previous(index, place)
        if base is None or base.indicator.endswith(FACETS) or base.unit == "%":
            return None
        quantity = self.quantities[index]
        code = self.choice.matcher.catalogue.indicators[base.indicator].share or f"{base.indicator}.share"
        return Observation(
            indicator=code,
            value=quantity.value,
            value_high=quantity.value_high,
            unit=quantity.unit,
            bound=quantity.bound,
            period=quantity.period or base.period,
            scope=base.scope,
            start=base.start,
            end=quantity.end,
            evidence=self.text[base.start : quantity.end],
            confidence=round(base.confidence - 0.05, 2),
            rule=f"{base.rule}.share",
            quantity=quantity.ordinal,
        )

    def cumulative(self, index: int, place: Place, said: str) -> Observation | None:
        """The sum of the figure before: 新增32名,累计达197名."""
        if CUMULATIVE.fullmatch(said) is None:
            return None
        base, quantity = self.previous(index, place), self.quantities[index]
        if base is None or self.quantities[index - 1].unit != quantity.unit or quantity.value < base.value:
            return None
        return replace(
            base,
            value=quantity.value,
            value_high=quantity.value_high,
            bound=quantity.bound,
            period=quantity.period or "累计",
            end=quantity.end,
            evidence=self.text[base.start : quantity.end],
            confidence=round(base.confidence - 0.1, 2),
            rule=f"{base.rule}.sum",
            quantity=quantity.ordinal,
        )

    def is_part(self, one: Observation, index: int, place: Place) -> bool:
        """Whether 其中 makes a figure a part of an earlier one of the same indicator: 立案96起,其中食品类立案20起."""
        for back in range(index - 1, max(index - 6, -1), -1):
            before = self.quantities[back]
            if before.start < place.sentence_start:
                return False
            if any(other.indicator == one.indicator for other in self.found.get(back, ())):
                if one.period != self.found[back][0].period:
                    return False
                return PART.search(self.flat, before.end, self.quantities[index].start) is not None
        return False

    def previous(self, index: int, place: Place) -> Observation | None:
        """What the number right before, in the same sentence, was read as; growth and shares in between are passed."""
        total = total_of_parts(self.flat, self.quantities, index)
        if total in self.found:
            return self.found[total][0]
        for back in range(index - 1, max(index - 7, -1), -1):
            before = self.quantities[back]
            if before.start < place.sentence_start:
                return None
            found = self.found.get(back)
            if found and self.of_last_year(back, place):
                continue
            if APART.fullmatch(self.flat, before.end, self.quantities[index].start):
                continue
            if found and not found[0].indicator.endswith(FACETS):
                return found[0]
            if not found and before.unit not in SETTLED and not self.of_last_year(back, place):
                return None
        return None

    def previous_cases(self, index: int, place: Place) -> Observation | None:
        """The last count of cases that the sentence states: 处罚371件,罚款3516万元,案件数减少18.1%."""
        for back in range(index - 1, -1, -1):
            if self.quantities[back].start < place.sentence_start:
                return None
            found = self.found.get(back)
            if found and self.quantities[back].unit in CASE_UNITS and not found[0].indicator.endswith(FACETS):
                return found[0]
        return None

    def of_last_year(self, index: int, place: Place) -> bool:
        """Whether its words date a number to the year before: 去年同期100件."""
        begin = self.quantities[index - 1].end if index else 0
        start = self.quantities[index].start
        return bool(LAST_YEAR.search(self.flat, max(begin, place.sentence_start, start - 12), start))
