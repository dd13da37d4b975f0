"""An amount as it takes shape: the bound words beside a number, and the growth or the gap that it states."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from flows.extraction.facts import Bound, QuantityKind

_D = "0-9０-９"
_STOP = "，,。；;：:、！？!?\n\t"

_BEFORE = re.compile(
    r"(?P<over>不少于|不低于|不小于|不下于|不下|超过|超出|突破|多于|大于|高于|至少|最少|逾|(?<!治)超|≥|>|＞)了?\s?$"
    r"|(?P<under>不高于|不多于|不大于|不长于|不超过|不足|不到|不满|接近|将近|至多|最多|少于|小于|低于|(?<![最附接将临邻就靠亲相])近|≤|<|＜)\s?$"
    r"|(?P<about>大约|大概|(?<![签公邀预合条违履特契相践守网])约[为有占达]?|左右为)\s?$"
)
AFTER = re.compile(
    r"\s?(?:(?P<over>(?:及|或|\(含\)|（含）)?以上|之上|开外|有余|余(?![杭姚额]))|(?P<under>以内|之内|以下|之下)|(?P<about>左右|上下))"
)
_BARE_NUMERALS = frozenset("百千万亿半")
_NO_BOUND = ("以上", "通过", "经过", "超过")
INSIDE_TIME = re.compile(r"内(?![容部设外控在涵地政审建需])")
_MORE_AFTER = re.compile(r"多(?!元|方|次|部|个|种|项|层|样|维|渠|家|名|位|措|面|点|领|跨|人|处|式)")
_TO = re.compile(r"(?:至|到|为|达|达到|至约|到约|达约|于|在|占|占比|率)\s?$")
_COMPARED = re.compile(
    r"(?P<up>增长|(?<!新)增加|上升|提高|提升|增幅|增速|升高|攀升|上涨|(?<=[比均净再年期])[增升涨多]|(?<=[元年比期])[增多]收|高于|高出|超出|多于|优于|快于|扩大|延长|前移|提速)?"
    r"(?P<down>下降|减少|降低|压减|压缩|缩短|缩减|精简|下浮|降幅|(?<=[比均净再年期])[降减少]|(?<=[元年比期])[减少]收|回落|下滑|低于|少于|节约|节省|减轻|后移)?"
    r"(?:了|率|幅度|幅|约|近|超过|超|逾|(?<=[率幅度速])为|达到|达|最高达|分别|均|共|近乎|仅|\s)*$"
)
_MAY_BE_CHANGE = re.compile(r"[增减降升提高低压缩涨扩优快慢多少节精回下移轻超改延]")
_GAP = re.compile(rf"(?:(?P<up>高于|高出|超出|优于|多于|快于)|(?P<down>低于|少于|慢于))[^{_STOP}]{{1,14}}$")
# 高于全省平均0.9件
_COUNT_GAP = re.compile(rf"(?:(?P<up>高于|高出)|(?P<down>低于))[^{_STOP}]{{0,6}}(?:平均|均值)(?:水平|数)?$")
# 比全市平均低2.1%
_BESIDE = re.compile(rf"比[^{_STOP}{_D}]{{2,12}}(?:(?P<up>高|多|快)|(?P<down>低|少|慢))出?了?(?:约|近|超过?|逾)?$")
# 减环节71.2%、减材料56.9%: the verb stands before what is cut, not before the number
_CUT = re.compile(
    r"(?:减少?|压减|压缩|精简|缩减)(?:办理|申请|申报)?(?:环节|材料|时限|时间|次数|跑动|成本|流程|费用)"
    r"(?:数|约|近|超|逾|达)*$"
)
_SHARED_CHANGE = re.compile(r"\s?[、和及与]\s?")
_COUNT_CHANGE = re.compile(
    rf"(?:(?P<up>同比增加|同比增长|同比上升|同比多|增加)|(?P<down>同比减少|同比下降|减少|压减|缩减))[^{_STOP}{_D}至到]{{0,10}}$"
)


@dataclass(slots=True)
class Amount:
    """A number that states an amount: its span with bound words and unit, and what it says."""

    start: int
    end: int
    value: Decimal
    unit: str | None
    bound: Bound
    kind: QuantityKind
    value_high: Decimal | None = None
    direction: str | None = None
    label: str | None = None
    """What a table's row and column call it."""


def bound_before(text: str, at: int) -> tuple[Bound | None, int]:
    """The bound word right before `at`, and where it begins; None and `at` where there is none."""
    offset = max(0, at - 5)
    window = text[offset:at]
    match = _BEFORE.search(window)
    if match is not None:
        bound: Bound = "over" if match["over"] else "under" if match["under"] else "about"
        return bound, offset + match.start()
    # 上百, 过半: only before a numeral that has no digit of its own
    if window[-1:] in ("上", "过") and text[at : at + 1] in _BARE_NUMERALS and window[-2:] not in _NO_BOUND:
        return "over", at - 1
    return None, at


def amount_of(
    text: str,
    start: int,
    end: int,
    value: Decimal,
    unit: str | None,
    kind: QuantityKind,
    *,
    over: bool = False,
    about: bool = False,
    high: Decimal | None = None,
) -> Amount:
    """Adds bounds, change and direction to a numeral whose value and unit are known."""
    bound, begin = bound_before(text, start)
    if bound is None and over:
        bound = "over"
    if bound is None and about:
        bound = "about"
    after = AFTER.match(text, end)
    if after is not None:
        end = after.end()
        bound = bound or ("over" if after["over"] else "under" if after["under"] else "about")
    elif kind == "duration":
        inside = INSIDE_TIME.match(text, end)
        more = _MORE_AFTER.match(text, end) if bound is None else None
        if inside is not None:
            end, bound = inside.end(), bound or "under"
        elif more is not None:
            end, bound = more.end(), "over"
    direction: str | None = None
    before = text[max(0, begin - 20, text.rfind("\n", max(0, begin - 20), begin) + 1) : begin]
    if kind in ("percent", "ratio", "count", "money", "duration"):
        kind, direction = _change(before, kind, unit)
    if high is not None and kind != "change":
        kind = "range"
    return Amount(begin, end, value, unit, bound or "exact", kind, high, direction)


def _change(before: str, kind: QuantityKind, unit: str | None) -> tuple[QuantityKind, str | None]:
    """The kind, and for growth and gaps the direction, by the words before a number."""
    if _MAY_BE_CHANGE.search(before) is None:  # most numbers; the patterns below cost more than all else
        return ("change" if unit == "个百分点" else kind), None
    if before.endswith(("同比改善", "环比改善")):
        return "change", None
    match = _COMPARED.search(before)
    if match is not None and (match["up"] or match["down"]):
        return "change", "down" if match["down"] else "up"
    beside = _BESIDE.search(before) if "比" in before else None
    if beside is not None:
        return "change", "down" if beside["down"] else "up"
    if kind == "percent":
        if _CUT.search(before):
            return "change", "down"
        gap = _GAP.search(before)
        if gap is not None and not _TO.search(before):
            return "change", "down" if gap["down"] else "up"
    elif kind == "count":
        gap = _COUNT_GAP.search(before)
        if gap is not None:
            return "change", "down" if gap["down"] else "up"
        change = _COUNT_CHANGE.search(before)
        if change is not None:
            return "change", "down" if change["down"] else "up"
    if unit == "个百分点":
        return "change", None
    return kind, None


def shares_change(text: str, previous: Amount, amount: Amount) -> bool:
    """Whether a number stands in one list with a growth before it, and so is growth too: 分别减少3起、2人."""
    if previous.kind != "change" or _SHARED_CHANGE.fullmatch(text, previous.end, amount.start) is None:
        return False
    if amount.kind == "percent":
        return previous.unit == amount.unit
    return amount.kind in ("count", "money") and "分别" in text[max(0, previous.start - 8) : previous.start]
