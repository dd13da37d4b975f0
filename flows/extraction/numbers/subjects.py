"""Cuts from the words beside a quantity what it counts (subject) and the time it is about (period).

A noun stands before its number (新收申请43件), after it (43件申请), in the clause before (审结41件: of what came in),
or is shared by a list (参考率、合格率分别为…). What people did is part of it where it tells them apart: 参加考试的人员.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import yaml

from flows.extraction.words import cut

_STOP = "，,。；;：:！？!?\n\t"
_CLAUSE_END = re.compile(rf"[^{_STOP}]*")
_SENTENCE_END = re.compile(r"[。！？!?\n]")
_NOTE_BEFORE = re.compile(r"[(（][^()（）]*[)）]\s*$|[(（][^()（）]*\d[^()（）]*[)）]")
_OPEN_NOTE = re.compile(r".*[(（](?=[^()（）]*$)")
_NOTE_AFTER = re.compile(r"[(（][\u4e00-\u9fff、]{1,6}[)）]")
_DATED = re.compile(
    r"^(?:\d{4}年(?:度|以来)?|(?:\d{4}年)?\d{1,2}(?:月)?[-—至]\d{1,2}月|[一二三四五六七八九十]是|（[一二三四五六七八九十]+）)"
)
_FROM = re.compile(r"[由从](?:\S{0,3}的)?$")
_BECAME = re.compile(
    r"(?:提高|提升|上升|下降|降低|减少|增加|扩大|扩充|扩容|压减|压缩|缩短|缩减|精简|整合|细化|细分|调整|跃升|增长|稳定|保持|控制"
    r"|提前|延长|达|[升降减增压提缩增扩])(?:[至到为成在]|[至到]了)$"
)
_LOOSE = re.compile(r"(?:[约近超逾了 ]|(?<!平)均)+$")
_RATE = re.compile(r"(?:率|占比|比例|比重|满意度|度|成绩|得分|用时|时长|审限)$")
_EXAM_RATE = re.compile(r"^(?:参考|参训|参与|参加|轮训|一次性|通过|合格|优秀|及格|平均)")
_COMPARISON = re.compile(
    r"(?:同比|环比|(?:较|比|同|与)(?:上一?年度?|去年|前年|年初|上届|改革前|\d{4}年|同期|往年)(?:度|全年|同期|末|底|相比)*)"
)
_CHANGE = re.compile(
    r"(?:净增|增长|增加|上升|下降|减少|降低|提高|提升|压缩|压减|缩短|精简|增幅|降幅|增速|前移|后移|节省|提速|高于.{0,8}|低于.{0,8}|[多增降减])(?:了|分别|达)?$"
)
_RANK_WORDS = re.compile(r"(?:综合)?(?:排名|排位|位列|位居|名列|名次|位次|[居列])")
_DIGITS_BEFORE = re.compile(r".*[\d０-９](?:年(?:底|末|度|以前|以来|之前)*|月|日)?")
_LISTED = re.compile(r"\s?[、和及与]\s?|\s?以及\s?")
_EVENT = re.compile(r"^(?:参加|参与|通过)(?:并通过)?(?:了|全[省市县区国])?(.{2,})$")
_TREATED = re.compile(r"[^，,。；;\n]{0,18}?(?:进行|开展|予以|实施)了?([\u4e00-\u9fff]{2,10})")
_TREATING = re.compile(r"[对为将](?:全[省市县区州]|本级|其中|各类)?$")
_PERIOD = re.compile(
    r"(?:(?:19|20)\d{2}\s?年)?\d{1,2}\s?月?[-—至到~～]\s?\d{1,2}月份?|上半年|下半年|[一二三四1-4]季度|"
    r"(?:19|20)\d{2}\s?年?[-—－至~～](?:19|20)?\d{2,4}年?|(?:19|20)\d{2}年度?|累计|连续"
)
_LAST_YEARS = re.compile(r"(?:较|比|同|与)(?:上一?年度?|去年|\d{4}年|同期)(?:度|全年|同期)?的$")
_SESSIONS = frozenset(("场", "场次", "期", "期次", "次", "讲", "堂", "节", "班", "班次", "轮", "轮次"))
_PERSONS = {"人": "人员", "名": "人员", "位": "人员", "人次": "人次"}
_LONG = 20
_LONGEST = 26


@dataclass(frozen=True, slots=True)
class Measured:
    """A quantity as far as its subject asks: its span, kind and unit, and what a table calls it."""

    start: int
    end: int
    kind: str
    unit: str | None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    leads: frozenset[str]
    trails: frozenset[str]
    stops: frozenset[str]
    adverbs: frozenset[str]
    deeds: frozenset[str]
    stages: frozenset[str]
    levels: frozenset[str]
    dependents: frozenset[str]


@cache
def _words() -> _Words:
    data = yaml.load(files("seeds").joinpath("subject_words.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    names = ("leads", "trails", "stops", "adverbs", "deeds", "stages", "levels", "dependents")
    return _Words(*(frozenset(data[name].split()) for name in names))


@dataclass(slots=True)
class _Sentence:
    """What the sentence told so far."""

    topic: str | None = None
    """The noun that was last counted, with its verb: 新收行政复议案件."""
    head: str = ""
    """The noun before the last number."""
    previous: str | None = None
    """The last subject."""
    occasion: str | None = None
    """What was held last and counted in sessions: its listeners and handouts follow."""
    whole: str | None = None
    """What 其中 parts."""
    event: str | None = None
    """What the people counted took part in: its rates follow."""
    treated: str | None = None
    """What is done to all of a list: 对31份合同、12项决策进行审查."""
    listed: list[str] = field(default_factory=list)
    """Nouns before 分别 that still wait for their numbers."""


_EDGES = "、 "
_PAIRED = re.compile("[（）()“”《》]")
_AT_ONCE = re.compile(r"^(?:其中|并|已|共|全年|累计|全市|另有?|年内)+")


def _tidy(phrase: str) -> str:
    """Without joints at the ends, and without a bracket or a quotation mark that has lost its other half."""
    phrase = phrase.strip(_EDGES).lstrip("的").rstrip("的")
    if _PAIRED.search(phrase):
        for left, right in ("（）", "()", "“”", "《》"):
            if phrase.count(left) != phrase.count(right):
                phrase = phrase.replace(left, "").replace(right, "")
    return phrase.strip(_EDGES)


def _is_stage(phrase: str) -> bool:
    """Whether a phrase tells what became of something and not of what: 审结, 宣布失效和废止."""
    words = _words()
    return phrase in words.stages or all(t in words.stages or t in words.leads or t in "、和或及" for t in cut(phrase))


def _trimmed(phrase: str) -> str:
    """A phrase without the words at its ends that say nothing of what is counted."""
    words = _words()
    phrase = _DATED.sub("", phrase.strip(_EDGES))
    at_once = _AT_ONCE.sub("", phrase)
    if at_once in words.stages:
        return at_once
    tokens = cut(phrase)
    first, last = 0, len(tokens)
    while last > first and (tokens[last - 1] in words.trails or tokens[last - 1].strip(_EDGES) == ""):
        last -= 1
    while first < last and (tokens[first] in words.leads or tokens[first].strip(_EDGES) == ""):
        first += 1
    if sum(map(len, tokens[first:last])) > _LONG:  # what stands behind the last verb, or behind 等
        for at in range(last - 1, first, -1):
            if (tokens[at - 1] in words.leads or tokens[at - 1] in ("等", "各类")) and tokens[at] not in words.leads:
                first = at
                break
        while sum(map(len, tokens[first:last])) > _LONG and last - first > 1:
            first += 1
    return _tidy("".join(tokens[first:last]))


def _noun_of(phrase: str) -> str:
    """A phrase without the verbs of its front: 新收行政复议案件 → 行政复议案件; as it is where nothing would remain."""
    words = _words()
    tokens = cut(phrase)
    first = 0
    while first < len(tokens) - 1 and (tokens[first] in words.stages or tokens[first] in words.leads):
        first += 1
    return _tidy("".join(tokens[first:])) or phrase


def _clause_start(text: str, floor: int, at: int) -> int:
    """Where the clause begins in which `at` lies, at most 60 characters before it and not before `floor`."""
    floor = max(floor, at - 60)
    while at > floor and text[at - 1] not in _STOP:
        at -= 1
    return at


def _head_of(text: str, floor: int, start: int) -> tuple[str, str]:
    """The words of the clause before `start`, not before `floor`: as they stand, and as a noun phrase."""
    stem = raw = text[_clause_start(text, floor, start) : start]
    if "(" in raw or "（" in raw:
        raw = _OPEN_NOTE.sub("", raw)
        stem = _NOTE_BEFORE.sub("", raw)
    stem = _FROM.sub("", _BECAME.sub("", _LOOSE.sub("", stem)))
    return raw, _trimmed(stem)


def _clause_before(text: str, start: int) -> str:
    """The noun phrase of the clause before the one that holds `start`; empty where the sentence begins there."""
    edge = _clause_start(text, 0, start)
    if edge == 0 or text[edge - 1] not in "，,：:":
        return ""
    phrase = _trimmed(_DIGITS_BEFORE.sub("", _head_of(text, 0, edge - 1)[1]))
    return phrase if 4 <= len(phrase) <= 20 else ""


@dataclass(frozen=True, slots=True)
class _Tail:
    noun: str = ""
    predicate: str = ""
    end: int = 0
    """Where the noun ends in the text."""


def _tail_of(text: str, end: int, ceiling: int) -> _Tail:
    """The noun phrase that follows a number, and what is then said of it, up to `ceiling`."""
    found = _CLAUSE_END.match(text, end, min(ceiling, end + 40))
    phrase = found[0] if found else ""
    if not phrase.strip() or phrase.lstrip()[0] in "、)）以/(（":
        return _Tail(end=end)
    if _BECAME.fullmatch(phrase):
        return _Tail(end=end)
    offset = len(phrase) - len(phrase.lstrip("的 "))
    phrase = phrase[offset:]
    words, at, taken = _words(), 0, 0
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
    return _Tail(_tidy(phrase[:taken])[:24], _predicate(phrase[taken:]), end + offset + taken)


def _predicate(rest: str) -> str:
    """What is said of the counted, where it tells them apart (参加考试, 入选名单); empty for anything else."""
    words = _words()
    tokens = cut(rest)
    while tokens and tokens[0] in words.adverbs:
        tokens = tokens[1:]
    if not tokens or tokens[0] not in words.deeds:
        return ""
    return _tidy("".join(tokens).split("、")[0])[:18]


def subjects_of(text: str, quantities: Sequence[Measured]) -> list[str | None]:
    """For quantities in the order of the text the shortest phrase that tells what each counts; None where none does."""
    found: list[str | None] = []
    said = _Sentence()
    floor = 0  # where the words begin that belong to no quantity before
    for index, one in enumerate(quantities):
        if _SENTENCE_END.search(text, quantities[index - 1].end if index else 0, one.start) is not None:
            said = _Sentence()
        following = quantities[index + 1].start if index + 1 < len(quantities) else len(text)
        if one.label is not None:
            subject, floor = one.label or None, one.end
        else:
            raw, head = _head_of(text, floor, one.start)
            tail = _tail_of(text, one.end, following)
            joined = floor > 0 and (_LISTED.match(raw) is not None or (not raw and text[floor - 1] in "、和及与"))
            if not joined:
                said.treated = None
                if tail.noun and _TREATING.search(raw) and (treated := _TREATED.match(text, tail.end)) is not None:
                    said.treated = treated[1]
            if _LAST_YEARS.search(raw) and (said.head or said.previous):
                head, subject = "", said.head or said.previous  # 比上年的29件 is of what was counted before
            else:
                subject = _shared(raw, head, one, said) or _choose(text, one, raw, head, tail, said, floor)
            floor = max(one.end, tail.end if one.kind in ("count", "range") and subject and tail.noun in subject else 0)
            _remember(one, subject, head, tail, said, joined)
        found.append(subject[:_LONGEST] if subject else None)
    return found


def _shared(raw: str, head: str, one: Measured, said: _Sentence) -> str | None:
    """The subject of one of several numbers behind 分别, and of those that continue such a list."""
    if "分别" in raw:
        nouns, _, verb = raw.partition("分别")
        comparison = _COMPARISON.search(nouns)
        parts = _parts_of(nouns[: comparison.start()] if comparison else nouns)
        if len(parts) > 1:
            ends = next((end for end in ("率", "数", "量", "类") if parts[-1].endswith(end)), "")
            change = _CHANGE.search(verb.strip("为达了在"))
            said.listed = [
                part + ("" if part.endswith(ends) else ends) + (change[0] if change else "") for part in parts
            ]
            return said.listed.pop(0)
        said.listed = []
        return None
    if said.listed and (not raw.strip() or _LISTED.fullmatch(raw)) and not head:
        return said.listed.pop(0)
    said.listed = []
    return None


def _parts_of(nouns: str) -> list[str]:
    """A list cut at its joints, but never inside a word: 报备及时率 is one."""
    parts = [""]
    for token in cut(nouns):
        if token in ("、", "和", "与", "及", "以及"):
            parts.append("")
        else:
            parts[-1] += token
    return [part for part in map(_trimmed, parts) if part]


def _choose(text: str, one: Measured, raw: str, head: str, tail: _Tail, said: _Sentence, floor: int) -> str | None:
    if text[max(0, one.start - 2) : one.start] in ("连续", "持续"):
        return (head + _after(text, one.end)) or None
    if one.kind == "rank":
        return _ranked(text, one, head, said)
    if one.kind == "change":
        return _changed(raw, head, tail, said)
    if one.kind == "percent":
        return _share_of(text, one, raw, head, tail, said)
    return _counted(text, one, raw, head, tail, said, floor)


def _after(text: str, end: int) -> str:
    found = _CLAUSE_END.match(text, end, end + 24)
    return _tidy(found[0]) if found else ""


def _ranked(text: str, one: Measured, head: str, said: _Sentence) -> str | None:
    rank = _RANK_WORDS.search(head)
    of = _trimmed(head[: rank.start()] if rank else head)
    place = _tidy(head[rank.end() :]) if rank else ""
    if not of or of in _words().levels:
        place = place or of
        of = _RANK_WORDS.split(said.head)[0] or said.previous or _clause_before(text, one.start)
    return f"{of}{place}排名" if of else None


def _changed(raw: str, head: str, tail: _Tail, said: _Sentence) -> str | None:
    comparison = _COMPARISON.search(head)
    change = _CHANGE.search(head or raw.rstrip())
    if change is None and comparison is None and head:
        return head
    of = head[: comparison.start()] if comparison else head[: change.start()] if change and head else ""
    how = change[0] if change else ""
    if comparison and change:
        of += head[comparison.end() : change.start()]
    of = _tidy(of)
    if len(of) <= 5 and said.previous and not (of and of in said.previous):
        of = (said.previous if not of else said.topic or said.previous) + of
    if comparison and comparison[0].startswith(("同比", "环比")):
        how = comparison[0][:2] + how
    return (of + how) or tail.noun or None


def _share_of(text: str, one: Measured, raw: str, head: str, tail: _Tail, said: _Sentence) -> str | None:
    words = _words()
    if head.startswith("占") or (not head and text[: one.start].endswith(("占", "占比", "占比达"))):
        return (said.previous or said.topic or "") + (head if len(head) > 2 else "占比")
    if head and raw.endswith(("占", "占比")):
        return head + "占比"
    if _RATE.search(head):
        if len(head) > 6:
            return head
        of = said.event if _EXAM_RATE.match(head) and said.event else None
        if of is None:
            of = _noun_of(said.topic or _clause_before(text, one.start) or "")
        return of + head if of not in head else head
    if head in words.levels and said.topic:
        return said.topic + head
    after = tail.noun + tail.predicate
    if not after and one.unit == "%":
        after = _predicate(_after(text, one.end))
    if head:
        return head + after if len(head) + len(after) <= _LONGEST else head
    if after:
        return after if tail.noun else (_noun_of(said.topic or said.previous or "")) + after
    return said.previous or _clause_before(text, one.start) or None


def _of_what(text: str, one: Measured, said: _Sentence, floor: int) -> str:
    """What a word that cannot stand alone is of: the clause before where it holds no number, else what was counted."""
    edge = _clause_start(text, floor, one.start)
    if edge > floor and (before := _clause_before(text, one.start)):
        said.topic = before
    return _noun_of(said.topic or "")


def _counted(text: str, one: Measured, raw: str, head: str, tail: _Tail, said: _Sentence, floor: int) -> str | None:
    words = _words()
    persons = _PERSONS.get(one.unit or "")
    if tail.noun:
        if said.treated:
            return said.treated + tail.noun
        if tail.predicate and not head:
            return f"{_whole_deed(text, one, tail, said)}的{tail.noun}"
        if head in words.levels or not head or raw.endswith("等") or _TREATING.search(raw):
            return tail.noun
        return head + tail.noun if len(head) + len(tail.noun) <= _LONG else tail.noun
    if tail.predicate and persons:
        deed = _whole_deed(text, one, tail, said)
        return f"{deed}的{head}" if head else f"{deed}{persons}"
    if raw.lstrip("，,；; ").startswith("其中") and said.topic:
        said.whole = said.topic
    if said.whole and len(head) <= 6 and head and not _is_stage(head):
        return head + _noun_of(said.whole) if _noun_of(said.whole)[-2:] not in head else head
    if not head:
        return said.head or said.previous or _clause_before(text, one.start) or None
    if head in words.levels:
        return (_noun_of(said.topic) if said.topic else "") + head
    if _is_stage(head):
        if persons:
            return (said.event or said.occasion or "") + head + persons
        of = _of_what(text, one, said, floor)
        return head + of if of not in head else head
    if len(head) <= 4:
        with_verb = raw[: raw.rfind(head) + len(head)]
        with_verb = _tidy(_AT_ONCE.sub("", with_verb.lstrip("、和及，")))
        if cut(head)[-1] in words.dependents and (of := _of_what(text, one, said, floor)) and len(with_verb) <= 8:
            return of + with_verb if head not in of else of
        if len(head) < len(with_verb) <= 8 and cut(with_verb)[0] in words.leads:
            return with_verb
        if said.topic and head not in said.topic:
            return _noun_of(said.topic) + head
    return head


def _whole_deed(text: str, one: Measured, tail: _Tail, said: _Sentence) -> str:
    """What was done, with what the clause before names as its object: 举办演讲比赛，1万名学生参加."""
    if tail.predicate not in _words().deeds:
        return tail.predicate
    return tail.predicate + (said.occasion or said.head or _clause_before(text, one.start))[:12]


def _remember(one: Measured, subject: str | None, head: str, tail: _Tail, said: _Sentence, joined: bool) -> None:
    event = _EVENT.match(tail.predicate)
    if event is not None:
        said.event = event[1]
    if subject is not None:
        said.previous = subject
    noun = head or tail.noun
    for size in (4, 3, 2):
        if len(noun) > size and noun[-size:] in _words().levels:
            noun = noun[:-size]
            break
    if head and head not in _words().levels:
        said.head = head
    if one.unit in _SESSIONS and len(noun) >= 4:
        said.occasion = noun
    if one.kind in ("count", "money") and len(noun) >= 4 and noun not in _words().levels and not _is_stage(noun):
        both = f"{said.topic}、{noun}"
        said.topic = both if joined and said.topic and len(both) <= _LONGEST else noun


def period_of(text: str, start: int) -> str | None:
    """The words of the quantity's sentence before it that state a time other than the whole year; the nearest ones."""
    floor = max(text.rfind("。", 0, start), text.rfind("；", 0, start), text.rfind("\n", 0, start), start - 60) + 1
    found = None
    for match in _PERIOD.finditer(text, max(0, floor), start):
        found = match[0]
    return found
