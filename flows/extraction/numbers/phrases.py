"""The phrases beside a number: the noun before it in its clause, the noun behind it, and what is then said of that.

Words that say nothing of what is counted are stripped from the ends of a phrase; seeds/subject_words.yaml names them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from flows.extraction.numbers.measures import match_measure
from flows.extraction.words import cut

STOP = "，,。；;：:！？!?\n\t"
CLAUSE_END = re.compile(rf"[^{STOP}]*")
_NOTE_BEFORE = re.compile(r"[(（][^()（）]*[)）]\s*$|[(（][^()（）]*\d[^()（）]*[)）]")
_OPEN_NOTE = re.compile(r".*[(（](?=[^()（）]*$)")
_NOTE_AFTER = re.compile(r"[(（][\u4e00-\u9fff、]{1,6}[)）]")
_DATED = re.compile(
    r"^(?:截[至止](?:到|于)?(?:目前|今年底?|年底|年末|12月底)|\d{4}年(?:度|以来)?|(?:\d{4}年)?\d{1,2}(?:月)?[-—至]\d{1,2}月|[一二三四五六七八九十]是|（[一二三四五六七八九十]+）)"
)
_OF_THESE = re.compile(r"^中(?=[，,仍尚]|[有已共]?$)")
"""What makes a count the whole of the next: 14个乡镇中仍有4个."""
_NEXT_YEAR = re.compile(r"[至到]?[下次上]一?年度?$")
_CARRIED = re.compile(r"^(?:另?加上?|连同|含|包括)?(?:上年|去年|上一年|往年)度?(?:结转|遗留|未结)(?:至?本年)?")
"""Cases of the year before, which are of what was counted."""
_FROM = re.compile(r"[由从](?:\S{0,3}的)?$")
_BECAME = re.compile(
    r"(?:提高|提升|上升|下降|降低|减少|增加|扩大|扩充|扩容|压减|压缩|缩短|缩减|精简|整合|细化|细分|调整|跃升|增长|稳定|保持|控制"
    r"|提前|延长|达|[升降减增压提缩增扩])(?:[至到为成在]|[至到]了)$"
)
_LOOSE = re.compile(r"(?:[约近超逾了 ]|(?<![平日月年人户案])均)+$")
_DIGITS_BEFORE = re.compile(r".*[\d０-９](?:年(?:底|末|度|以前|以来|之前)*|月|日)?")
_ALTOGETHER = re.compile(r"(?<=.)(?:共有|现有|共计)")
_NO_NOUN = re.compile(r"\s*(?:[、)）以/(（]|[和与及](?=\S{2}))")
"""What behind a number begins no noun that it counts."""
_HELD = re.compile(
    r"([^、]{2,10})(?:围绕|结合|针对|依托|聚焦|紧扣|以).{4,}(?:开展|组织|举办|进行|召开)([\u4e00-\u9fff“”]{2,10})"
)
"""Who held what, with the occasion between: 理论学习中心组围绕习近平法治思想开展专题研讨."""
_TAKEN = frozenset(("收到", "新收", "接收", "受理", "审结", "办结", "办理", "制发", "印发"))
"""Verbs between a body and what it deals with, which its own name tells too."""
LONG = 20


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of seeds/subject_words.yaml, by what they are to a phrase."""

    leads: frozenset[str]
    trails: frozenset[str]
    stops: frozenset[str]
    adverbs: frozenset[str]
    deeds: frozenset[str]
    stages: frozenset[str]
    levels: frozenset[str]
    dependents: frozenset[str]
    manners: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """The project's own vocabulary of phrases."""
    data = yaml.load(files("seeds").joinpath("subject_words.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    names = ("leads", "trails", "stops", "adverbs", "deeds", "stages", "levels", "dependents", "manners")
    return Vocabulary(*(frozenset(data[name].split()) for name in names))


_EDGES = "、 "
_PAIRED = re.compile("[（）()“”《》]")
AT_ONCE = re.compile(r"^(?:其中|并|已|共有|现有|共|全年|累计|全市|另有?|年内)+")


def tidy(phrase: str) -> str:
    """Without joints at the ends, and without a bracket or a quotation mark that has lost its other half."""
    phrase = phrase.strip(_EDGES).lstrip("的").rstrip("的")
    if _PAIRED.search(phrase):
        for left, right in ("（）", "()", "“”", "《》"):
            if phrase.count(left) != phrase.count(right):
                phrase = phrase.replace(left, "").replace(right, "")
    return phrase.strip(_EDGES)


def is_stage(phrase: str) -> bool:
    """Whether a phrase tells what became of something and not of what: 审结, 宣布失效和废止."""
    words = vocabulary()
    phrase = _NEXT_YEAR.sub("", phrase)
    if _CARRIED.fullmatch(phrase):
        return True
    if "、" in phrase:  # 撤销、确认违法
        return all(map(is_stage, filter(None, phrase.split("、"))))
    if phrase in words.stages:
        return True
    tokens = cut(phrase)
    if tokens[0] == "因" and tokens[-1] in words.stages:  # 因条件变化终止
        return True
    told = [t for t in tokens if t not in "、和或及" and t not in words.leads and t not in words.manners]
    return all(t in words.stages for t in told)


def trimmed(phrase: str) -> str:
    """A phrase without the words at its ends that say nothing of what is counted."""
    words = vocabulary()
    phrase = _OF_THESE.sub("", _DATED.sub("", phrase.strip(_EDGES)))
    at_once = AT_ONCE.sub("", phrase)
    if at_once in words.stages:
        return at_once
    tokens = cut(phrase)
    first, last = 0, len(tokens)
    while last > first and (tokens[last - 1] in words.trails or tokens[last - 1].strip(_EDGES) == ""):
        last -= 1
    while first < last and (tokens[first] in words.leads or tokens[first].strip(_EDGES) == ""):
        first += 1
    if sum(map(len, tokens[first:last])) > LONG and (held := _HELD.fullmatch("".join(tokens[first:last]))):
        return tidy(held[1] + held[2])
    if sum(map(len, tokens[first:last])) > LONG:  # what stands behind the last verb, or behind 等
        for at in range(last - 1, first, -1):
            if (tokens[at - 1] in words.leads or tokens[at - 1] in ("等", "各类")) and tokens[at] not in words.leads:
                first = at
                break
        while sum(map(len, tokens[first:last])) > LONG and last - first > 1:
            first += 1
    return tidy("".join(tokens[first:last]))


def noun_of(phrase: str) -> str:
    """A phrase without the verbs of its front: 新收行政复议案件 → 行政复议案件; as it is where nothing would remain."""
    words = vocabulary()
    tokens = cut(phrase)
    first = 0
    while first < len(tokens) - 1 and (tokens[first] in words.stages or tokens[first] in words.leads):
        first += 1
    for at in range(len(tokens) - 2, first, -1):  # 县行政复议局新收复议申请
        if tokens[at] in _TAKEN and "".join(tokens[at + 1 :]).startswith(("行政复议", "复议")):
            first = at + 1
            break
    return tidy("".join(tokens[first:])) or phrase


def clause_start(text: str, floor: int, at: int) -> int:
    """Where the clause begins in which `at` lies, at most 60 characters before it and not before `floor`."""
    floor = max(floor, at - 60)
    while at > floor and text[at - 1] not in STOP:
        at -= 1
    return at


def head_of(text: str, floor: int, start: int) -> tuple[str, str]:
    """The words of the clause before `start`, not before `floor`: as they stand, and as a noun phrase."""
    stem = raw = text[clause_start(text, floor, start) : start]
    if "(" in raw or "（" in raw:
        raw = _OPEN_NOTE.sub("", raw)
        stem = _NOTE_BEFORE.sub("", raw)
    stem = _FROM.sub("", _BECAME.sub("", _LOOSE.sub("", stem)))
    return raw, trimmed(stem)


def clause_before(text: str, start: int) -> str:
    """The noun phrase of the clause before the one that holds `start`; empty where the sentence begins there."""
    edge = clause_start(text, 0, start)
    if edge == 0 or text[edge - 1] not in "，,：:":
        return ""
    phrase = head_of(text, 0, edge - 1)[1]
    if (digits := _DIGITS_BEFORE.match(phrase)) is not None:
        measured = match_measure(phrase, digits.end(), chinese=False)
        phrase = trimmed(phrase[measured[1] if measured else digits.end() :])
    return phrase if 4 <= len(phrase) <= 20 else ""


@dataclass(frozen=True, slots=True)
class Tail:
    """What stands behind a number."""

    noun: str = ""
    predicate: str = ""
    end: int = 0
    """Where the noun ends in the text."""
    said: int = 0
    """Where the predicate ends in the text, if no number abuts."""


def tail_of(text: str, end: int, ceiling: int) -> Tail:
    """The noun phrase that follows a number, and what is then said of it, up to `ceiling`."""
    found = CLAUSE_END.match(text, end, min(ceiling, end + 40))
    phrase = found[0] if found else ""
    if not phrase.strip() or _NO_NOUN.match(phrase):
        return Tail(end=end)
    if _BECAME.fullmatch(phrase):
        return Tail(end=end)
    offset = len(phrase) - len(phrase.lstrip("的 "))
    phrase = phrase[offset:]
    if (first := _ALTOGETHER.search(phrase)) is not None:  # 13个自然资源所共有执法人员31人
        phrase = phrase[: first.start()]
    words, at, taken = vocabulary(), 0, 0
    abuts = end + offset + len(phrase) == ceiling  # 42个领域出具报告11万份: the verb parts the two nouns
    for token in cut(phrase):
        note = _NOTE_AFTER.match(phrase, at) if at >= taken else None
        if note is not None:
            taken = note.end()
        elif at >= taken:
            if token in "（(+＋" or token in words.stops or token in words.deeds:
                break
            if abuts and taken and (token in words.leads or token in words.stages or token == "平均"):
                break
            taken = at + len(token)
        at += len(token)
    told = predicate(phrase[taken:])
    stop = 0 if abuts or not told else end + offset + phrase.find(told, taken) + len(told)
    return Tail(tidy(phrase[:taken])[:24], told, end + offset + taken, stop)


def predicate(rest: str) -> str:
    """What is said of the counted, where it tells them apart (参加考试, 入选名单); empty for anything else."""
    words = vocabulary()
    tokens = cut(rest)
    while tokens and tokens[0] in words.adverbs:
        tokens = tokens[1:]
    if not tokens or tokens[0] not in words.deeds:
        return ""
    told = "".join(tokens)
    mark = told.find("、", 4)  # 参加省、市执法培训 is one deed
    return tidy(told if mark < 0 else told[:mark])[:18]
