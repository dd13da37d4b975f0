"""Cuts from the words beside a quantity what it counts (subject) and the time it is about (period)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from flows.extraction.words import cut

_STOP = "，,。；;：:！？!?\n\t"
_SENTENCE = re.compile(r"[。；;！？!?\n]")
_CLAUSE_START = re.compile(rf"[^{_STOP}]*$")
_CLAUSE_END = re.compile(rf"[^{_STOP}]*")
_PARENTHESES = re.compile(r"[(（][^()（）]*[)）]?\s*$")
_DATED = re.compile(
    r"^(?:\d{4}年(?:度|以来)?|(?:\d{4}年)?\d{1,2}(?:月)?[-—至]\d{1,2}月|[一二三四五六七八九十]是|（[一二三四五六七八九十]+）)"
)
_RATE = re.compile(r"(?:率|占比|比例|比重|满意度|度)$")
_CHANGE = re.compile(
    r"(?:同比|环比|比上年度?|较上年|比去年|较去年同期|较去年|与上年相比|年均)?(?:增长|增加|上升|下降|减少|降低|提高|提升|压缩|压减)了?$"
)
_PERIOD = re.compile(
    r"(?:(?:19|20)\d{2}\s?年)?\d{1,2}\s?月?[-—至到~～]\s?\d{1,2}月份?|上半年|下半年|[一二三四1-4]季度|"
    r"(?:19|20)\d{2}\s?年?[-—－至~～](?:19|20)?\d{2,4}年?|(?:19|20)\d{2}年度?|累计|连续"
)


@dataclass(frozen=True, slots=True)
class _Words:
    leads: frozenset[str]
    trails: frozenset[str]
    stops: frozenset[str]
    levels: frozenset[str]


@cache
def _words() -> _Words:
    data = yaml.load(files("seeds").joinpath("subject_words.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    return _Words(*(frozenset(data[key].split()) for key in ("leads", "trails", "stops", "levels")))


_EDGES = "、和及与的（()） "


def _trimmed(phrase: str) -> str:
    """A phrase without the words at its ends that say nothing of what is counted."""
    words = _words()
    tokens = cut(_DATED.sub("", phrase.strip(_EDGES)))
    first, last = 0, len(tokens)
    while last > first and (tokens[last - 1] in words.trails or tokens[last - 1].strip(_EDGES) == ""):
        last -= 1
    while first < last and (tokens[first] in words.leads or tokens[first].strip(_EDGES) == ""):
        first += 1
    return "".join(tokens[first:last]).strip(_EDGES)


def _head(text: str, floor: int, start: int) -> str:
    """The noun phrase that ends at `start`, cut from the clause that begins at or after `floor`."""
    found = _CLAUSE_START.search(text, max(floor, start - 60), start)
    return _trimmed(_PARENTHESES.sub("", found[0])) if found else ""


def _clause_before(text: str, floor: int, start: int) -> str:
    """The noun phrase of the clause before the one that holds `start`; empty where the sentence begins there."""
    found = _CLAUSE_START.search(text, max(floor, start - 60), start)
    edge = found.start() if found else start
    if edge <= floor or text[edge - 1] not in "，,：:":
        return ""
    phrase = _head(text, floor, edge - 1)
    return phrase if 4 <= len(phrase) <= 20 else ""


def _tail(text: str, end: int, ceiling: int, *, whole: bool = False) -> str:
    """The noun phrase that begins at `end` and goes at most to `ceiling`; `whole` takes its verb too."""
    found = _CLAUSE_END.match(text, end, min(ceiling, end + 40))
    phrase = found[0].strip() if found else ""
    if not phrase or phrase[0] in "、)）以的/(（":
        return ""
    taken = ""
    for token in cut(phrase):
        if token in "（(+＋" or (not whole and token in _words().stops):
            break
        taken += token
    return taken.strip(_EDGES)[:24]


def subjects_of(text: str, spans: Sequence[tuple[int, int, str]]) -> list[str | None]:
    """For ascending (start, end, kind) of quantities the shortest phrase that tells what each counts."""
    found: list[str | None] = []
    topic: str | None = None  # what the sentence last counted; 办结率 and 同比增长 are of it
    previous_end = 0
    for index, (start, end, kind) in enumerate(spans):
        if _SENTENCE.search(text, previous_end, start) is not None:
            topic = None
        ceiling = spans[index + 1][0] if index + 1 < len(spans) else len(text)
        head = _head(text, previous_end, start)
        running = text[max(0, start - 2) : start] == "连续"
        tail = _tail(text, end, ceiling, whole=running)
        if running:
            subject = head + tail or None
        else:
            if topic is None and kind in ("percent", "change"):
                topic = _clause_before(text, previous_end, start) or None
            subject = _choose(head, tail, kind, topic)
            if subject is None and kind == "rank" and found:
                subject = found[-1]
        found.append(subject)
        if kind in ("count", "money") and subject and len(subject) >= 4 and head not in _words().levels:
            joined = text[previous_end:start].startswith("、") and topic and len(topic) + len(subject) <= 30
            topic = f"{topic}、{subject}" if joined and subject not in str(topic) else subject
        previous_end = end
    return found


def _choose(head: str, tail: str, kind: str, topic: str | None) -> str | None:
    if kind == "change" and (change := _CHANGE.search(head)) is not None:
        of = head[: change.start()] or topic or ""
        return (of + change[0]) or None
    if kind in ("percent", "change"):
        if head and _RATE.search(head) and len(head) <= 5 and topic:
            return topic + head
        return (head or topic or tail) or None
    if kind in ("rank", "duration"):
        if head in _words().levels and topic:
            return topic + head
        return head or tail or topic
    if tail and (len(tail) >= 2 or not head):
        return tail if not head or len(head) > 3 or head in _words().levels else head + tail
    if head and topic and len(head) <= 4 and head not in topic:
        return topic + head
    return head or topic


def period_of(text: str, start: int) -> str | None:
    """The words of the quantity's sentence before it that state a time other than the whole year; the nearest ones."""
    floor = max(text.rfind("。", 0, start), text.rfind("；", 0, start), text.rfind("\n", 0, start), start - 60) + 1
    found = None
    for match in _PERIOD.finditer(text, max(0, floor), start):
        found = match[0]
    return found
