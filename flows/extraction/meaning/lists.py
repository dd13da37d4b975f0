"""Numbers that stand in a row for names that stand in a row: 办结率、满意率分别达98%和97%."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flows.extraction.facts import Quantity

ITEM = re.compile(r"[、和与及]|以及|(?<=[”\"])(?=[“\"])")
JOINT = re.compile(r"[、,和及与以]*(?:较?上年|同比)?(?:增长|下降|上升|减少|提高|降低|增加)?了?")
RESPECTIVE = re.compile(r"分别")


def items(words: str) -> list[tuple[int, int]]:
    """The spans of the items of a list."""
    spans: list[tuple[int, int]] = []
    at = 0
    for match in ITEM.finditer(words):
        spans.append((at, match.start()))
        at = match.end()
    spans.append((at, len(words)))
    return spans


def joined(flat: str, quantities: Sequence[Quantity], index: int) -> bool:
    """Whether a number follows the one before it in a bare list: 98%和97%, 增长5%、下降3%."""
    between = flat[quantities[index - 1].end : quantities[index].start]
    return len(between) <= 6 and JOINT.fullmatch(between) is not None


def respective(flat: str, quantities: Sequence[Quantity], index: int, sentence_start: int) -> tuple[int, int]:
    """Which of how many numbers this one is that 分别 gives in a row; (0, 0) where it is none of such."""
    first = index
    while first and quantities[first - 1].start >= sentence_start and joined(flat, quantities, first):
        first -= 1
    begin = quantities[first - 1].end if first else 0
    start = quantities[first].start
    if not RESPECTIVE.search(flat, max(begin, sentence_start, start - 10), start):
        return 0, 0
    last = index
    while last + 1 < len(quantities) and joined(flat, quantities, last + 1):
        last += 1
    return index - first, last - first + 1
