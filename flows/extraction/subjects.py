"""Cuts from the words beside a quantity what it counts (subject) and the time it is about (period)."""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"[^，,。；;：:、！？\n\t]*$")
_NOUN_AFTER = re.compile(r"[^，,。；;：:、！？\n\t（(0-9]{0,24}")
_LEAD = re.compile(
    r"^(?:其中|同时|并|共计|共|累计|全年|年内|本年度|今年以来|今年|一年来|已|分别|均|现有|目前|还|另|及时|依法|成功|积极|有效|"
    r"开展|组织|举办|召开|完成|办理|出具|制定|发布|印发|推出|新增|收到|受理|实现|达到|提出|提供|发放|派发|处理|调解|化解|"
    r"\d{4}年度?|全[市省区县镇州])+"
)
_TRAIL = re.compile(r"(?:达到|达|为|是|共计|合计|累计|共|约|超|近|均|分别|保持|高达|至|到|的|有|了|\s)+$")
_PERIOD = re.compile(
    r"(?:\d{1,2}\s?月?[-—至到~～]\s?\d{1,2}月份?|上半年|下半年|[一二三四1-4]季度|\d{4}\s?年(?:\d{1,2}月)?[-—至]\d{4}年(?:\d{1,2}月)?|(?:19|20)\d{2}年度?|累计|连续)"
)


def subject_of(text: str, start: int, end: int, kind: str) -> str | None:
    """The shortest phrase beside text[start:end] that tells what is counted; None where there is none."""
    before = _CLAUSE.search(text, max(0, start - 40), start)
    head = _TRAIL.sub("", _LEAD.sub("", before[0])) if before else ""
    if kind not in ("percent", "change", "rank", "money"):
        after = _NOUN_AFTER.match(text, end)
        noun = after[0].strip() if after else ""
        if noun and len(head) < 2:
            return noun
    return head or None


def period_of(text: str, start: int) -> str | None:
    """The words of the quantity's clause and the clause before it that state a time other than the whole year."""
    floor = max(text.rfind("。", 0, start), text.rfind("；", 0, start), text.rfind("\n", 0, start), start - 60) + 1
    found = None
    for match in _PERIOD.finditer(text, max(0, floor), start):
        found = match[0]
    return found
