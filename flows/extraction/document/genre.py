"""Is a document an annual report on law-based government? Decided from its text, where a title left it open."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from flows.extraction.facts import Document, Listing
from flows.extraction.text.typography import squeeze

Decision = Literal["report", "not_report", "undecided"]

_SUBJECT = re.compile(r"法治政府|依法行政|法治建设|依法治[市县区省镇街]")
_DONE = re.compile(r"成效|取得|完成|开展了?|办理|审查|制定|出台|举办|组织|受理|审结|化解|培训|印发|召开|修订|废止")
_AHEAD = re.compile(
    r"(?:要|应当|应|必须|需要?)(?:进一步)?(?:加强|完善|健全|推进|落实|严格|深化|强化|全面)|力争|到(?:19|20)\d\d年|"
    r"牵头单位|责任单位|责任部门|完成时限"
)
_PROBLEMS = re.compile(
    r"存在(?:的)?(?:主要|突出|一些)?(?:的)?(?:问题|不足|短板)|不足之处|薄弱环节|有待(?:加强|提升|提高|进一步)"
)
_NEXT = re.compile(r"下一步|下步|下一年度|今后|明年|工作(?:安排|打算|计划|思路)")
_DUTY = re.compile(r"第一责任人")

_OTHERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "openness_report",
        re.compile(r"政府信息公开(?:工作)?年度报告|主动公开政府信息情况|收到和处理政府信息公开申请情况"),
    ),
    ("interpretation", re.compile(r"一图读懂|图解|政策解读|解读如下|记者问|答记者|问答")),
    ("solicitation", re.compile(r"公开征求|征求意见|意见建议.{0,20}(?:反馈|邮箱)")),
    (
        "news",
        re.compile(
            r"(?:本报|本网|通讯员|记者).{0,12}(?:讯|报道|摄)|会议(?:强调|指出|要求)|"
            r"推进会(?:在.{0,12})?召开|日[，,].{0,40}(?:召开|举行|举办)"
        ),
    ),
    ("duty_report", re.compile(r"述法(?:报告|评议|测评|大会|会议)|现将(?:本人|我).{0,12}述法|本人(?:切实|认真)?履行")),
    ("assessment", re.compile(r"考核评估(?:工作)?的通知|考评(?:结果|情况)通报|示范(?:创建|项目).{0,12}(?:名单|公示)")),
)
_PLAN = re.compile(
    r"工作要点|实施方案|工作方案|实施意见|行动计划|工作计划|任务分工|责任分工|重点任务|工作安排(?:表)?的通知|"
    r"实施纲要|规划|目录|工作思路|(?:编制|报送|做好).{0,30}年度报告.{0,10}(?:工作)?的通知"
)

_TITLED = re.compile(r"报告|总结|(?:19|20)\d\d年.{0,20}情况$")

SHORTEST_TITLED = 150
"""The same where the title itself says what the text is."""

SHORTEST_REPORT = 600
"""Characters below which a text is hardly an annual report; the shortest of townships have some 800."""


class Verdict(NamedTuple):
    """Whether a text is an annual report, and a code word that says why or what else it is."""

    is_report: bool
    reason: str


def decide(document: Document, listing: Listing = Listing()) -> Verdict:  # noqa: B008 - frozen
    """Whether the document is an annual report on law-based government, by its own text.

    Reasons of a report: `annual_report`. Of others: `other_subject too_short plan openness_report interpretation
    solicitation news duty_report assessment no_account several_years`.
    """
    title = squeeze(document.title or document.inferred_title or listing.list_title or "")
    text = document.text
    flat = squeeze(text)
    opening = flat[:700]
    subject = len(_SUBJECT.findall(flat))
    if not _SUBJECT.search(title) and subject < 3:
        return Verdict(False, "other_subject")
    for reason, pattern in _OTHERS[:3]:
        if pattern.search(title) or pattern.search(opening[:200]):
            return Verdict(False, reason)
    if _PLAN.search(title) and not re.search(r"(?:情况|年度|工作)的?报告|落实情况|总结", title):
        return Verdict(False, "plan")
    if re.search(r"(?:19|20)\d\d年?[-—–~至](?:19|20)?\d\d年?", title) and re.search(r"总结|五年|规划|方案", title):
        return Verdict(False, "several_years")
    titled = bool(_TITLED.search(title) and _SUBJECT.search(title))
    if len(flat) < (SHORTEST_TITLED if titled else SHORTEST_REPORT):
        return Verdict(False, "too_short")
    firsts = [section for section in document.sections if section.level <= 2]
    parts = {section.part for section in document.sections}
    account = len(_DONE.findall(flat)) / max(1, len(flat)) * 1000
    ahead = len(_AHEAD.findall(flat)) / max(1, len(flat)) * 1000
    evidence = (
        2 * bool(re.search(r"报告|总结", title) and _SUBJECT.search(title))
        + 2 * ("problems" in parts or bool(_PROBLEMS.search(flat)))
        + 1 * ("plans" in parts or bool(_NEXT.search(flat)))
        + 1 * bool(re.search(r"(?:现将|现就|将).{0,60}(?:报告|公布|公开|汇报|总结)如下|特此报告", flat))
        + 1 * bool(_DUTY.search(flat))
        + 1 * (len(firsts) >= 4)
        + 1 * (account >= 4)
        - 2 * (ahead > account)
    )
    for reason, pattern in _OTHERS[3:]:
        if pattern.search(title) or (evidence < 5 and pattern.search(opening)):
            return Verdict(False, reason)
    if evidence >= 4:
        return Verdict(True, "annual_report")
    if ahead > account:
        return Verdict(False, "plan")
    return Verdict(False, "no_account")


def mismatches(document: Document, listing: Listing = Listing()) -> tuple[str, ...]:  # noqa: B008 - frozen
    """Sentences that say where the identity told by the list and the one told by the text do not fit together."""
    from flows.extraction.document.issuers import full_issuer, issuer_in_title
    from flows.extraction.document.metadata import years_in

    found: list[str] = []
    if listing.list_title:
        years = years_in(listing.list_title)
        if years and document.report_year is not None and document.report_year not in years:
            found.append(f"The list names the year {years[0]}, the document {document.report_year}.")
        named = issuer_in_title(listing.list_title)
        if named and document.issuer:
            full = full_issuer(named, document.region or listing.region, document.region_code)
            if squeeze(full) != squeeze(document.issuer) and named not in document.issuer:
                found.append(f"The list names the issuer {full}, the document {document.issuer}.")
    return tuple(found)
