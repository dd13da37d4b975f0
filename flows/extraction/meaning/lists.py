"""Numbers in a row: those that 分别 gives to names in a row, and the parts of a total behind 其中."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from flows.extraction.facts import Quantity

ITEM = re.compile(r"[、和与及]|以及|(?<=[”\"])(?=[“\"])")
JOINT = re.compile(r"[、,和及与以]*(?:较?上年|同比)?(?:增长|下降|上升|减少|提高|降低|增加)?了?")
RESPECTIVE = re.compile(r"分别|依次")
SHARED = re.compile(
    r"[,，、]?(?:各|分别)?占比?[^,，;。\d]{0,12}(?:分别|依次)(?:为|是|达|占)?|[,，、]?(?:分别|依次)占(?:比|[^,，;。\d]{0,12}的)?"
)
"""All that stands between counts in a row and their shares: 维持90件、撤销21件,占比分别为62.9%和14.7%."""
BESIDE = re.compile(r"(?:[、,，]|和|与|及|以及)[^,，;；。\d]{0,16}")
MOST_IN_TURN = 24
"""Numbers that 分别 gives in a row, at most."""
MOST_PARTS = 8


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
    first, floor = index, max(index - MOST_IN_TURN, 0)
    while first > floor and quantities[first - 1].start >= sentence_start and joined(flat, quantities, first):
        first -= 1
    begin = quantities[first - 1].end if first else 0
    start = quantities[first].start
    if not RESPECTIVE.search(flat, max(begin, sentence_start, start - 10), start):
        return 0, 0
    last, ceiling = index, min(first + MOST_IN_TURN, len(quantities))
    while last + 1 < ceiling and joined(flat, quantities, last + 1):
        last += 1
    return index - first, last - first + 1


def shared_in_turn(text: str, quantities: Sequence[Quantity], index: int, sentence_start: int) -> int | None:
    """Which count a share is of, where 分别 gives shares to as many counts in a row; None where it does not."""
    turn, of = respective(text, quantities, index, sentence_start)
    first = index - turn
    if of < 2 or first < of or quantities[first - of].start < sentence_start:
        return None
    counts = quantities[first - of : first]
    if not SHARED.fullmatch(text, counts[-1].end, quantities[first].start):
        return None
    if any(one.unit != counts[0].unit or one.kind != "count" for one in counts):
        return None
    if not all(BESIDE.fullmatch(text, one.end, other.start) for one, other in pairwise(counts)):
        return None
    return index - of


def total_of_parts(text: str, quantities: Sequence[Quantity], index: int) -> int | None:
    """Which number all of those right before `index` are the parts of: 案件90件,其中普通程序60件、简易程序30件,同比…"""
    summed, unit = 0.0, quantities[index - 1].unit if index else None
    for at in range(index - 1, max(index - MOST_PARTS, 0), -1):
        if quantities[at].unit != unit or quantities[at].kind == "change":
            return None
        summed += quantities[at].value
        between = text[quantities[at - 1].end : quantities[at].start]
        if "。" in between or "\n" in between:
            return None
        if "其中" in between:
            return at - 1 if at < index - 1 and quantities[at - 1].value == summed else None
    return None
