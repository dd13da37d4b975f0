"""Of what time and of whom a figure of a report is: its period and its scope, as the words around it say."""

from __future__ import annotations

import re

from flows.extraction.facts import Quantity
from flows.extraction.meaning.places import Place

SPAN_OF_YEARS = (
    r"今年以来|(?:近|过去|这)?[两三四五六七八九十\d]{1,2}年(?:多)?来|近[两三四五六七八九十\d]{1,2}年"
    r"|自?\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?(?:以来|至今|起)|截[至止](?:到|于)?(?:目前|今年底?|年底|[^,;。]{0,4}\d{1,4}[年月日][^,;。]{0,8}?[底末日])"
    r"|[“\"]?十[二三四五]五[”\"]?(?:期间|时期|以来)|任期内|换届以来"
)
SPAN = re.compile(SPAN_OF_YEARS)
PERIOD = re.compile(
    SPAN_OF_YEARS + r"|\d{4}[-—–至]\d{4}年?"
    r"|(?<![与较比同由从])\d{4}年(?:\d{1,2}(?:月)?[-—–至]\d{1,2}月|上半年|下半年|度)?(?!相比|同期|的?基础)"
    r"|\d{1,2}(?:月)?[-—–至]\d{1,2}月|上半年|下半年|前?[一二三四]季度|累计|全年|上年度?|上一年度?|去年"
)
YEAR = re.compile(r"(?<![与较比同由从])\d{4}年(?:度)?(?!相比|同期|的?基础)")
VAGUE = frozenset(("累计", "全年", "连续"))
"""Words that give no time where a clause or sentence names one."""
RANKED = re.compile("全国|全省|全区|全市|全县")
SCOPES = {
    "other": ("other", r"法院|检察院|中院|最高检|司法部"),
    "nation": ("全国", r"全国"),
    "province": ("全省", r"全省|自治区|全自治区|省级"),
    "own": ("市本级", r"[市县区州]本级|市级|县级|区级|[市县区州]政府(?!网)|政府办|[市县区]直"),
    "towns": ("镇街", r"镇街|街道办|乡镇|全镇|全乡|全街|我镇|我乡|我街"),
    "department": ("部门", r"[我全本市县区]局|全系统|委机关|部门|分局"),
    "whole": ("全市", r"全[市县区州盟旗]|我[市县区州]|各[县区]|辖区"),
}
"""Scopes by name, the strongest first, each with the words that tell it."""
SCOPED = re.compile("|".join(f"(?P<{name}>{words})" for name, (_, words) in SCOPES.items()))
STRENGTH = {name: rank for rank, name in enumerate(SCOPES)}
PARTED = "分项"
"""The scope of a figure in a row of a table that names a part: 种子 or 市公安局 under 处罚案件."""
NO_PART = re.compile(
    r"[合总共]计|总[数量额体]|整体|全部|总的|\d|[本今上去当]年|年度|同期|[月季]度|增[长幅减]|比例|占比|[数金]额|[件人次]数|数[量值目]|情况"
)
"""What names a row of a whole, of a time or of how many."""
REACH = 300
"""Characters before a clause in which its sentence may have named a time or a body."""
LOWER = re.compile(r"(?:其中)?各?(?:县\((?:市|区)|县区|县市区|区县|乡镇办)")
"""A clause that begins with the governments below speaks of theirs, not of the reporting one's figures."""


class Bearings:
    """The periods and scopes of one text's figures; what a clause or sentence says of them is looked for once."""

    def __init__(self, flat: str) -> None:
        self.flat = flat
        self.scopes: dict[tuple[int, int], str | None] = {}
        self.spans: dict[tuple[int, int], tuple[list[str], list[str]]] = {}

    def period_of(self, quantity: Quantity, place: Place) -> str | None:
        """The time that a figure is of, as written: of its clause, else of its sentence."""
        begin = max(place.clause_start, quantity.start - REACH)
        said = [match.group() for match in PERIOD.finditer(self.flat, begin, quantity.start)]
        own = [period for period in said if period not in VAGUE]
        if own:
            return own[-1]
        before = self.before(place)
        if before not in self.spans:
            spans = [match.group() for match in SPAN.finditer(self.flat, *before)]
            self.spans[before] = spans, [match.group() for match in YEAR.finditer(self.flat, *before)]
        spans, years = self.spans[before]
        if spans and (not years or years[-1] in spans[-1]):
            return spans[-1]
        if quantity.period and quantity.period not in VAGUE and (years or not quantity.period[:4].isdigit()):
            return quantity.period
        return years[-1] if years else said[-1] if said else quantity.period if quantity.period in VAGUE else None

    def scope_of(self, quantity: Quantity, place: Place, said: int = -1) -> str | None:
        """Whose figure it is: 全国, 全省, 全市 (all of the place), 市本级, 部门, 镇街, other (another body's) or, in a
        table, 分项; a row is no part that is named by what is counted: the groups `said`, or without them any."""
        if quantity.kind == "rank":
            ranks = RANKED.findall(self.flat, place.sentence_start, quantity.start)
            return ranks[-1] if ranks else None
        if LOWER.match(self.flat, place.clause_start):
            return "other"
        own = self.said((place.clause_start, place.clause_end)) or self.said(self.before(place))
        if own is None and place.label and not said & place.label_bits and not NO_PART.search(place.label):
            return PARTED
        return own

    @staticmethod
    def before(place: Place) -> tuple[int, int]:
        """The words of a sentence before a clause, as far back as they may still date it."""
        return max(place.sentence_start, place.clause_start - REACH), place.clause_start

    def said(self, span: tuple[int, int]) -> str | None:
        """The scope that the words of a span name."""
        if span not in self.scopes:
            told = {match.lastgroup for match in SCOPED.finditer(self.flat, *span)}
            strongest = min((name for name in told if name), key=STRENGTH.__getitem__, default=None)
            self.scopes[span] = None if strongest is None else SCOPES[strongest][0]
        return self.scopes[span]
