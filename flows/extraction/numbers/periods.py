"""The time that a quantity is about, where it is not the whole year: 1至11月, 上半年, 累计."""

from __future__ import annotations

import re

_PERIOD = re.compile(
    r"(?:(?:19|20)\d{2}\s?年)?\d{1,2}\s?月?[-—至到~～]\s?\d{1,2}月份?|上半年|下半年|[一二三四1-4]季度|"
    r"(?:19|20)\d{2}\s?年?[-—－至~～](?:19|20)?\d{2,4}年?|(?:19|20)\d{2}年度?|累计|连续"
)


def period_of(text: str, start: int) -> str | None:
    """The words of the quantity's sentence before it that state a time other than the whole year; the nearest ones."""
    floor = max(text.rfind("。", 0, start), text.rfind("；", 0, start), text.rfind("\n", 0, start), start - 60) + 1
    found = None
    for match in _PERIOD.finditer(text, max(0, floor), start):
        found = match[0]
    return found
