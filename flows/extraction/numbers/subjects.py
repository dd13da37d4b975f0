"""Cuts from the words beside a quantity what it counts.

A noun stands before its number (新收申请43件), after it (43件申请), in the clause before (审结41件: of what came in),
or is shared by a list (参考率、合格率分别为…). What people did is part of it where it tells them apart: 参加考试的人员.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flows.extraction.numbers.phrases import (
    AT_ONCE,
    CLAUSE_END,
    LONG,
    Tail,
    clause_before,
    clause_start,
    head_of,
    is_stage,
    noun_of,
    predicate,
    tail_of,
    tidy,
    trimmed,
    vocabulary,
)
from flows.extraction.numbers.respective import CHANGE, COMPARISON, names_in_turn
from flows.extraction.numbers.sentences import LONGEST, Measured, Sentence
from flows.extraction.words import cut

_RATE = re.compile(r"(?:率|占比|比例|比重|满意度|度|成绩|得分|用时|时长|审限)$")
_RATE_WORD = re.compile(r"(?<=[\u4e00-\u9fff]{2})[率度]$")
_EXAM_RATE = re.compile(r"^(?:参考|参训|参与|参加|轮训|一次性|通过|合格|优秀|及格|平均)")
_EXAMINED = re.compile(
    r"(?:参加|组织|举行|开展)((?:(?!参加|组织|举行|开展)[\u4e00-\u9fff]){2,16}(?:考试|测试|竞赛|测评))(?=[，,；;、])"
)
"""An examination that no number counts: 参加法律知识考试，参考率100%."""
_EXAM = re.compile(r"(?:考试|测试|考核|测评|竞赛)$")
_RANK_WORDS = re.compile(r"(?:综合)?(?:排名|排位|位列|位居|名列|名次|位次|[居列])")
_ANNOUNCED = re.compile(r"依次|如下|前[一二三四五六]|类型")
_IN_TURN = re.compile(r"[，,、]?(?:(?:各|分别)?占(?:比|[^，,；;。]{0,10}的比[例重])?(?:分别)?[为是达占]?$|分别占)")
"""Before the shares of numbers in a row: 维持90件、撤销21件，占比分别为62.9%、14.7%."""
_LISTED = re.compile(r"\s?[、和及与]\s?|\s?以及\s?")
_TREATED = re.compile(r"[^，,。；;\n]{0,18}?(?:进行|开展|予以|实施)了?([\u4e00-\u9fff]{2,10})")
_TREATING = re.compile(r"[对为将](?:全[省市县区州]|本级|其中|各类)?$")
_LAST_YEARS = re.compile(r"(?:较|比|同|与)(?:上一?年度?|去年|年初|年底|\d{4}年|同期)(?:度|全年|同期|末|底)?的?$")
_REACHES = re.compile(r"(?:直接)?(?:惠及|覆盖|涉及|带动|受益|吸引|受众|受教育)")
"""Verbs of whom an occasion reached."""
_PERSONS = {"人": "人员", "名": "人员", "位": "人员", "人次": "人次"}


def subjects_of(text: str, quantities: Sequence[Measured]) -> list[str | None]:
    """For quantities in the order of the text the shortest phrase that tells what each counts; None where none does."""
    found: list[str | None] = []
    said = Sentence()
    floor = 0  # where the words begin that belong to no quantity before
    for index, one in enumerate(quantities):
        between = text[quantities[index - 1].end if index else 0 : one.start]
        said = said.turned(between)
        for examined in _EXAMINED.finditer(between):
            said.event = examined[1]
        following = quantities[index + 1].start if index + 1 < len(quantities) else len(text)
        if one.label is not None:
            subject, floor = one.label or None, one.end
        else:
            raw, head = head_of(text, floor, one.start)
            tail = tail_of(text, one.end, following)
            joined = floor > 0 and (_LISTED.match(raw) is not None or (not raw and text[floor - 1] in "、和及与"))
            if not joined:
                said.treated, said.verb = None, _verb_of(head)
                if tail.noun and _TREATING.search(raw) and (treated := _TREATED.match(text, tail.end)) is not None:
                    said.treated = treated[1]
                    if _EXAM.search(treated[1]):
                        said.event = treated[1]
            if _LAST_YEARS.search(raw) and (said.head or said.previous):
                head, subject = "", said.head or said.previous  # 比上年的29件 is of what was counted before
            else:
                subject = _shared(raw, head, said) or _choose(text, one, raw, head, tail, said, floor, joined)
            floor = one.end
            if one.kind in ("count", "range") and subject is not None and tail.noun in subject:
                floor = max(floor, tail.end)
                if tail.predicate and tail.predicate in subject:
                    floor = max(floor, tail.said)
            said.remember(one, subject, head, tail, joined)
        found.append(subject[:LONGEST] if subject else None)
    return found


def _shared(raw: str, head: str, said: Sentence) -> str | None:
    """The subject of one of several numbers behind 分别, and of those that continue such a list."""
    if "分别" in raw:
        if _IN_TURN.match(raw) and len(said.row) > 1:
            said.listed = [f"{name}占比" for name in said.row]
            return said.listed.pop(0)
        alone = raw.lstrip("，,（( ").startswith("分别")  # 许可、处罚案卷138卷，分别为72卷和66卷
        said.listed = names_in_turn(f"{said.previous}分别" if alone and said.previous else raw)
        if len(said.listed) > 1 and all(map(is_stage, said.listed)) and (of := said.topic or said.carried):
            said.listed = [name + noun_of(of) for name in said.listed]
        if all(_RATE.search(name) and len(name) <= 6 for name in said.listed):
            of_event = said.event and all(_EXAM_RATE.match(name) for name in said.listed)
            of = said.event if of_event else noun_of(said.topic or "")
            said.listed = [f"{of}{name}" for name in said.listed]
        return said.listed.pop(0) if said.listed else None
    if said.listed and (not raw.strip() or _LISTED.fullmatch(raw)) and not head:
        return said.listed.pop(0)
    said.listed = []
    return None


def _choose(
    text: str, one: Measured, raw: str, head: str, tail: Tail, said: Sentence, floor: int, joined: bool
) -> str | None:
    if text[max(0, one.start - 2) : one.start] in ("连续", "持续"):
        return (head + _after(text, one.end)) or None
    if one.kind == "rank":
        return _ranked(text, one, head, said)
    if one.kind == "change":
        return _changed(raw, head, tail, said)
    if one.kind == "percent":
        return _share_of(text, one, raw, head, tail, said, floor)
    return _counted(text, one, raw, head, tail, said, floor, joined)


def _after(text: str, end: int) -> str:
    found = CLAUSE_END.match(text, end, end + 24)
    return tidy(found[0]) if found else ""


def _ranked(text: str, one: Measured, head: str, said: Sentence) -> str | None:
    rank = _RANK_WORDS.search(head)
    of = trimmed((head[: rank.start()] if rank else head).lstrip("中"))
    place = tidy(head[rank.end() :]) if rank else ""
    if not of or of in vocabulary().levels:
        place = place or of
        of = _RANK_WORDS.split(said.head)[0] or said.previous or clause_before(text, one.start)
    return f"{of}{place}排名" if of else None


def _changed(raw: str, head: str, tail: Tail, said: Sentence) -> str | None:
    comparison = COMPARISON.search(head)
    change = CHANGE.search(head or raw.rstrip())
    if change is None and comparison is None and head:
        return noun_of(said.topic) + head if said.topic and len(head) <= 5 else head
    of = head[: comparison.start()] if comparison else head[: change.start()] if change and head else ""
    how = change[0] if change else ""
    if comparison and change:
        of += head[comparison.end() : change.start()]
    of = tidy(of)
    if comparison and said.previous and COMPARISON.search(said.previous) and not of:
        of = said.topic or ""  # 同比增长6.8%，比上年增加302件
    elif len(of) <= 5 and said.previous and not (of and of in said.previous):
        of = (said.previous if not of else said.topic or said.previous) + of
    if comparison and comparison[0].startswith(("同比", "环比")):
        how = comparison[0][:2] + how
    return (of + how) or tail.noun or None


def _share_of(text: str, one: Measured, raw: str, head: str, tail: Tail, said: Sentence, floor: int) -> str | None:
    words = vocabulary()
    if head.startswith("占") or (not head and text[: one.start].endswith(("占", "占比", "占比达"))):
        return (said.previous or said.topic or "") + (head if len(head) > 2 else "占比")
    if head and raw.endswith(("占", "占比")):
        of = _of_what(text, one, said, floor) if head.removesuffix("占比") in words.dependents else ""
        return of + head.removesuffix("占比") + "占比"
    if _RATE.search(head):
        if len(head) > 6:
            said.rated = "".join(cut(_RATE_WORD.sub("", head))[:-1])
            return head
        of = said.event if said.event and _EXAM_RATE.match(head) else said.rated
        of = of or noun_of(said.topic or clause_before(text, one.start) or said.carried or "")
        return of + head if of not in head else head
    if head in words.levels and said.topic:
        return said.topic + head
    if head in words.dependents or (head and is_stage(head)):
        of = _of_what(text, one, said, floor)
        return of + head if head not in of else of
    after = tail.noun + tail.predicate
    if not after and one.unit == "%":
        after = predicate(_after(text, one.end))
    if head:
        return head + after if len(head) + len(after) <= LONGEST else head
    if after:
        return after if tail.noun else (noun_of(said.topic or said.previous or "")) + after
    return said.previous or clause_before(text, one.start) or None


def _of_what(text: str, one: Measured, said: Sentence, floor: int) -> str:
    """What a word that cannot stand alone is of: the clause before where it holds no number, else what was counted."""
    edge = clause_start(text, floor, one.start)
    treated = text.startswith(("进行", "予以"), floor)  # 对11件文件进行审查，纠正1件
    if edge > floor and not treated and (before := clause_before(text, one.start)):
        said.topic = before
    return noun_of(said.topic or said.carried or "")


def _named_before(text: str, one: Measured, said: Sentence) -> str:
    """What the clause before names, unless it only announces a list; else what the sentence before counted."""
    before = clause_before(text, one.start)
    return noun_of(before if before and not _ANNOUNCED.search(before) else said.carried or "")


def _counted(
    text: str, one: Measured, raw: str, head: str, tail: Tail, said: Sentence, floor: int, joined: bool
) -> str | None:
    words = vocabulary()
    persons = _PERSONS.get(one.unit or "")
    if raw.startswith("中") and head.startswith("中") and said.topic and raw.endswith("的"):
        return f"{head[1:]}的{noun_of(said.topic)}"  # 11名执法人员中身兼多职的7名
    if persons and not head and tail.noun and is_stage(tail.noun):
        return (said.event or said.occasion or "") + tail.noun + persons
    if tail.noun:
        if said.treated:
            return said.treated + tail.noun
        if tail.predicate and (not head or raw.endswith("等")):
            return f"{_whole_deed(text, one, tail, said)}的{tail.noun}"
        if head in words.levels or not head or raw.endswith("等") or _TREATING.search(raw):
            return tail.noun
        return head + tail.noun if len(head) + len(tail.noun) <= LONG else tail.noun
    if tail.predicate and not head and not persons and said.previous:
        return f"{tail.predicate}的{noun_of(said.previous)}"
    if tail.predicate and persons:
        deed = _whole_deed(text, one, tail, said)
        return f"{deed}的{head}" if head else f"{deed}{persons}"
    if raw.lstrip("，,；; ").startswith("其中") and said.topic:
        said.whole = said.topic
    own = not raw.lstrip("，,；;、 （(").removeprefix("其中").startswith(head)  # 全年收集意见 is no part any more
    if said.whole and not own and len(head) <= 6 and head and not is_stage(head):
        said.parted = True
        return _part_of(said.whole, head)
    if not head:
        if floor == one.start and said.previous:  # 17个部门许可案卷85卷
            return said.previous
        return said.head or said.previous or clause_before(text, one.start) or None
    if head in words.levels:
        return (noun_of(said.topic) if said.topic else _named_before(text, one, said)) + head
    if is_stage(head):
        if persons:
            return (said.event or said.occasion or "") + head + persons
        of = _of_what(text, one, said, floor)
        return head + of if of not in head else head
    if tail.predicate.startswith(("未", "没有")):
        return f"{tail.predicate}的{head}"
    if persons and len(cut(head)) > 1 and cut(head)[-1] in words.deeds:
        return head + persons
    if joined and said.verb and one.kind == "count" and len(head) <= 8 and head not in words.dependents:
        return said.verb + head
    reached = raw.lstrip("，,；;、 ")
    of = said.occasion or noun_of(said.topic or "")
    if of and _REACHES.match(reached) and len(reached) <= 8:
        said.parted = True
        return of + tidy(reached)
    if len(head) <= 4:
        with_verb = raw[: raw.rfind(head) + len(head)]
        with_verb = tidy(AT_ONCE.sub("", with_verb.lstrip("、和及，")))
        if said.event and _EXAM_RATE.match(head):
            return said.event + head
        if cut(head)[-1] in words.dependents and (of := _of_what(text, one, said, floor)) and len(with_verb) <= 8:
            return of + with_verb if head not in of else of
        if len(head) < len(with_verb) <= 8 and cut(with_verb)[0] in words.leads:
            return with_verb
        alike = joined and said.topic is not None and head[-2:] == said.topic[-2:] and cut(head)[-1] not in words.stages
        if said.topic and head not in said.topic and not alike:  # 土地案件60件、住房案件20件
            return noun_of(said.topic) + head
    return head


def _verb_of(head: str) -> str:
    """The verb that a head begins with, where a noun follows: 审核 of 审核文件."""
    tokens = cut(head)
    return tokens[0] if len(tokens) > 1 and tokens[0] in vocabulary().stages else ""


def _part_of(told: str, part: str) -> str:
    """A part behind 其中 with the noun of its whole: 涉税案件 of 走私案件 is 涉税走私案件."""
    whole = noun_of(told)
    if whole in part:
        return part
    if part in whole:  # 许可 of 评查处罚、许可案卷
        return part + cut(whole)[-1]
    if part.endswith(whole[-2:]):
        part = part[:-2]
    return part if whole[-2:] in part else part + whole


def _whole_deed(text: str, one: Measured, tail: Tail, said: Sentence) -> str:
    """What was done, with what the clause before names as its object: 举办演讲比赛，1万名学生参加."""
    if tail.predicate not in vocabulary().deeds:
        return tail.predicate
    if said.event:
        return tail.predicate + said.event
    return tail.predicate + (said.occasion or said.head or clause_before(text, one.start))[:12]
