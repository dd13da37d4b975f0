"""Finds the laws, regulations, plans and documents that a report names, one identity for all names of a document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from flows.extraction.facts import Citation

Kind = Literal["law", "regulation", "rule", "normative_document", "plan", "standard"]

_TITLE = re.compile(r"《([^《》\n]{2,120}(?:《[^《》\n]{1,80}》[^《》\n]{0,80})*)》")
# Looked for at the bracket of its year; the body that issued it stands before.
_YEARED_NUMBER = re.compile(r"[〔\[［【﹝(（](?:19|20)\d{2}[〕\]］】﹞)）]\s?第?\d{1,5}\s?号")
_ISSUER = re.compile(r"[\u4e00-\u9fff]{1,10}$")
_STANDARD = re.compile(r"(?:GB|DB\d{2}|HJ|GA|SF)(?:/[TZ])?\s?\d+(?:\.\d+)?[-—–]\d{4}")
_LEAD = re.compile(
    r"(?:.*(?:落实|根据|按照?|依据|依照|印发|执行|参照|转发|贯彻|制定|出台|关于|结合|对照|修订|废止|和|及|与|的|以))(?=.{2,}[〔[［【﹝])"
)
_AFTER_TITLE = re.compile(
    r"\s?[(（]\s?([\u4e00-\u9fff]{1,10}[〔\[［【﹝](?:19|20)\d{2}[〕\]］】﹞]\s?\d{1,5}\s?号)[)）]"
)
_BEHIND_TITLE = re.compile(r"》\s?[(（]\s?$")
_YEARS = re.compile(r"[(（](?:19|20)\d{2}\s?年?[-—–－~～至到]+(?:19|20)\d{2}\s?年?[)）]")
_EDITION = re.compile(
    r"[(（](?:试行|暂行|修订版?|修正|(?:19|20)\d{2}年?(?:修订|修正)?版?|征求意见稿|(?:修订|修正|修改)?草案|送审稿)[)）]$"
)
# Works of the press and lists that a title's marks also hold.
_NO_DOCUMENT = re.compile(
    r"(?:日报|晚报|时报|蓝皮书|白皮书|周刊|杂志|报告[(（]?\d{0,4}[)）]?|栏目|节目|案例|指数|简报|读本|学习纲要|学习问答|论述摘编|选读|选编|教程|专刊|公报|新闻联播|剧)$"
)


_NORMATIVE = re.compile(
    r"(?:意见|通知|决定|决议|措施|公告|通告|函|批复|令|制度|指引|指南|准则|章程|议定书|协议|[〇一二三四五六七八九十0-9]+条|公约|守则|机制|体系|基准|标准|台账|解释|批示|命令|通报|若干规定|纪要|答复|倡议书|承诺书|责任书|清单|目录)$"
)
_TOLD_BEHIND = re.compile(r"(?:[、和]?《[^》\n]*》)*等[^，。；、《\n]{0,8}?(?P<what>规范性文件|规章)")
_TOLD_BEFORE = re.compile(r"(?P<what>规范性文件|规章)$")
_SHORT_NAME = re.compile(r"\s?[(（]以下(?:统?称|简称)(?:为)?[：:]?[《“\"]([^》”\"\n]{2,30})[》”\"][)）]")


def kind_of(title: str) -> Kind | None:
    """What a title names, judged by its last words; None for newspapers, books, lists and reports."""
    bare = _EDITION.sub("", _YEARS.sub("", title)).strip()
    if _NO_DOCUMENT.search(bare):
        return None
    if re.match(r"(?:GB|DB\d|HJ|GA|SF)[/T\d]", bare) or bare.endswith(("标准", "规范", "规程", "技术要求")):
        return "standard"
    if re.search(r"(?:纲要|规划|计划|方案|要点|预案|行动|安排)(?:的通知)?$", bare):
        return "plan"
    if bare.endswith(("宪法", "法典")) or (
        re.search(r"(?<!办)法$", bare) and not bare.endswith(("办法", "做法", "方法", "工作法"))
    ):
        return "law"
    if bare.endswith("条例"):
        return "regulation"
    if bare.endswith(("规定", "办法", "细则", "规则", "规程", "规章")):
        return "rule"
    return "normative_document" if _NORMATIVE.search(bare) else None


def _kind_told(text: str, title: re.Match[str]) -> Kind | None:
    """What the text itself calls the titles of a list: 《…管理办法》等规范性文件4件 are normative documents."""
    told = _TOLD_BEHIND.match(text, title.end()) or _TOLD_BEFORE.search(text, max(0, title.start() - 8), title.start())
    if told is None or not title[1].endswith(("办法", "规定", "细则", "规则")):
        return None
    return "normative_document" if told["what"] == "规范性文件" else "rule"


def identity_of(title: str) -> str:
    """The title without edition, state name, spaces and the wrapping 印发…的通知, so that variant names meet."""
    name = re.sub(r"[\s\u3000]", "", title)
    wrapped = re.search(r"(?:关于)?(?:印发|转发|公布|发布|修改|废止)[〈<《]?(.+?)[〉>》]?的(?:通知|决定|公告)$", name)
    if wrapped:
        name = wrapped[1]
    name = _EDITION.sub("", name)
    name = re.sub(r"^(?:中共中央国务院|中共中央、国务院|国务院)(?!办公厅)", "", name).replace("中华人民共和国", "")
    return name.translate(str.maketrans("()—–－~～", "（）-----")).replace("--", "-").replace("年-", "-")


def number_of(words: str) -> str:
    """A document's number as it is compared: 国发[2021] 5号 is 国发〔2021〕5号."""
    bare = re.sub(r"[\s第]", "", words)
    return re.sub(r"[\[［【﹝(（]((?:19|20)\d{2})[\]］】﹞)）]", r"〔\1〕", bare)


def find_citations(text: str) -> tuple[Citation, ...]:
    """Every named document of the text in order: titles in 《》 with the number that follows, and numbers alone.

    A short name (以下简称《纲要》), a number given once with its title, and a title without its years are the document
    that the text names in full.
    """
    found, numbered_as = _titled(text)
    first_paragraphs = text.find("\n", text.find("\n") + 1)
    for start, end in _numbers(text):
        if end <= max(first_paragraphs, 0) or _BEHIND_TITLE.search(text, max(0, start - 4), start):
            continue  # the report's own number under its title, or one that stands behind a title
        number = number_of(text[start:end])
        kind, named = numbered_as.get(number, ("standard" if number[0].isascii() else "normative_document", number))
        found.append(Citation(start, end, text[start:end], kind, number, named))
    return tuple(sorted(_with_years(found), key=lambda one: one.start))


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    """The spans of documents' numbers and of standards', without the verb that leads in to them."""
    for match in _YEARED_NUMBER.finditer(text):
        issuer = _ISSUER.search(text, max(0, match.start() - 10), match.start())
        if issuer is not None:
            words = text[issuer.start() : match.end()]
            lead = _LEAD.match(words)
            yield issuer.start() + (lead.end() if lead else 0), match.end()
    for match in _STANDARD.finditer(text):
        yield match.span()


def _titled(text: str) -> tuple[list[Citation], dict[str, tuple[Kind, str]]]:
    """The citations by title, and what the numbers behind titles stand for."""
    found: list[Citation] = []
    short: dict[str, tuple[Kind, str]] = {}
    numbered_as: dict[str, tuple[Kind, str]] = {}
    for match in _TITLE.finditer(text):
        known = short.get(match[1])
        kind = known[0] if known else _kind_told(text, match) or kind_of(match[1])
        if kind is None:
            continue
        named = known[1] if known else identity_of(match[1])
        behind = _AFTER_TITLE.match(text, match.end())
        number = number_of(behind[1]) if behind else None
        if number is not None:
            numbered_as[number] = (kind, named)
        called = _SHORT_NAME.match(text, behind.end() if behind else match.end())
        if called is not None:
            short[called[1]] = (kind, named)
        found.append(Citation(match.start(), match.end(), match[0], kind, number, named))
    return found, numbered_as


def _with_years(found: list[Citation]) -> list[Citation]:
    """A title without years is the one with years where the text names but one such."""
    yeared: dict[str, set[str]] = {}
    for one in found:
        bare = _YEARS.sub("", one.cited_id)
        if bare != one.cited_id:
            yeared.setdefault(bare, set()).add(one.cited_id)
    return [
        replace(one, cited_id=next(iter(yeared[one.cited_id]))) if len(yeared.get(one.cited_id, ())) == 1 else one
        for one in found
    ]
