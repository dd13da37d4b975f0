"""What stands around a body: the title, the date line, the information table; where a broad body begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from flows.extraction.document.headline import find_title as title_among
from flows.extraction.document.headline import joined_title, looks_like_title
from flows.extraction.document.issuers import issuer_in_title
from flows.extraction.document.metadata import document_number, years_in
from flows.extraction.text.chrome import is_chrome, is_date_line, is_edge, tells_of_event
from flows.extraction.text.draft import Draft
from flows.extraction.text.tree import BLOCK, SKIP, Element, length, names_of, text_of
from flows.extraction.text.typography import one_line, squeeze


class Line(NamedTuple):
    """A line near a body, whether it stands in an element named like a heading, whether it is all link."""

    text: str
    heading: bool
    linked: bool


MOST_BEFORE = 150
MOST_AFTER = 60

_TABLE_LABEL = re.compile(
    r"[【\[]?(索\s*引\s*号|文\s*号|发\s*文\s*字\s*号|文件编号|文件字号|发布机构|发布单位|发文机关|发文单位|制发机关|信息来源|来\s*源|"
    r"发布日期|发布时间|发文日期|成文日期|生成日期|公开日期|印发日期|名\s*称|标\s*题|主\s*题\s*词|关\s*键\s*词|组配分类|信息分类|主题分类|"
    r"体裁分类|公文种类|服务对象|统一编号|有\s*效\s*性|是否有效|文件状态|实施日期|生效日期|失效日期|废止日期|公开方式|公开形式|公开时限|"
    r"公开范围|责任部门|公开责任部门|信息格式|内容概述|所属主题|分\s*类|区\s*域)[】\]]?\s*[:：]?\s*(.*)"
)
_HEADING_NAME = re.compile(r"title|tit$|^tit|bt$|biaoti|headline|^h1|subject|mm_all_p|con-h", re.I)
_TAIL = re.compile(
    r"(?:相关(?:附件|链接|文件|报道|新闻|信息|文档|阅读|稿件|内容|政策|解读|推荐)|关联(?:文件|解读|信息)|延伸阅读|猜你喜欢|推荐阅读|热点推荐|"
    r"政策解读|附件下载|文件下载|上一[篇条页][:：]?.{0,80}|下一[篇条页][:：]?.{0,80}|扫一扫.{0,30}|打印本页|打印|网站地图|版权所有.{0,40}|"
    r"主办(?:单位)?[:：].{0,60}|承办(?:单位)?[:：].{0,60}|友情链接|网站导航|.{0,20}ICP备.{0,40}|.{0,10}公网安备.{0,40}|"
    r"(?:政府)?网站标识码.{0,20}|返回顶部|分享到?[:：]?.{0,30}|您访问的链接.{0,60}|\[?责任编辑[:：].{0,30})[:：>＞]*"
)


def around(container: Element) -> tuple[list[Line], list[Line]]:
    """The lines before and after the container, the nearest ones: up to 150 and 60."""
    before: list[list[Line]] = []
    after: list[Line] = []
    count = 0
    node = container
    while (parent := node.getparent()) is not None:
        if count < MOST_BEFORE:
            lines = _lines(_nearest(node, parent))
            before.append(lines)
            count += len(lines)
        if len(after) < MOST_AFTER:
            following = (sibling for sibling in node.itersiblings())
            after.extend(_lines([node.tail, *_until_enough(following, MOST_AFTER)]))
        if count >= MOST_BEFORE and len(after) >= MOST_AFTER:
            break
        node = parent
    joined = [line for lines in reversed(before) for line in lines]
    return joined[-MOST_BEFORE:], after[:MOST_AFTER]


def _nearest(node: Element, parent: Element) -> list[str | Element | None]:
    """What stands before the element in its parent, in order, without what is farther away than is asked for."""
    preceding = _until_enough(node.itersiblings(preceding=True), MOST_BEFORE)
    reached_first = not preceding or preceding[-1].getprevious() is None
    return [parent.text if reached_first else None, *reversed(preceding)]


def _until_enough(siblings: Iterable[Element], lines: int) -> list[Element]:
    """The first of the siblings that together hold surely as many lines: no line has fewer than one element."""
    taken, elements = [], 0
    for sibling in siblings:
        taken.append(sibling)
        elements += sum(1 for _ in sibling.iter())
        if elements > 8 * lines:
            break
    return taken


def _lines(parts: Iterable[str | Element | None]) -> list[Line]:
    """The lines of text pieces and elements in a row, each element's tail behind it."""
    found: list[Line] = []
    buffer: list[str] = []
    heading = link = plain = linked = 0

    def add(text: str | None) -> None:
        nonlocal plain, linked
        if text:
            buffer.append(text)
            if link:
                linked += length(text)
            else:
                plain += length(text)

    def flush() -> None:
        nonlocal plain, linked
        line = one_line("".join(buffer))
        if len(buffer) > 1 and "20" in line and is_date_line(line):
            # The parts of a date line stand in elements of their own, set apart by a style sheet alone.
            line = one_line(" ".join(buffer))
        buffer.clear()
        if line:
            found.append(Line(line, heading > 0, linked > 4 * plain))
        plain = linked = 0

    for part in parts:
        if part is None or isinstance(part, str):
            add(part)
            continue
        stack: list[tuple[Element, bool, bool]] = [(part, False, False)]
        while stack:
            node, closing, named = stack.pop()
            tag = node.tag
            if closing:
                if named or tag in BLOCK:
                    flush()
                heading -= named
                link -= tag == "a"
                add(node.tail)
                continue
            if not isinstance(tag, str) or tag in SKIP:
                add(node.tail)
                continue
            named = _is_heading(node)
            if tag in BLOCK or named:
                flush()
            if tag == "td" or tag == "th":
                buffer.append("\t")
            heading += named
            link += tag == "a"
            add(node.text)
            stack.append((node, True, named))
            stack.extend((child, False, False) for child in reversed(node))
    flush()
    return found


def _is_heading(node: Element) -> bool:
    return node.tag in ("h1", "h2", "h3", "ucaptitle") or any(_names_heading(name) for name in names_of(node))


@lru_cache(maxsize=4096)
def _names_heading(name: str) -> bool:
    return _HEADING_NAME.search(name) is not None


def wanted_titles(draft: Draft) -> list[str]:
    """The titles that the page's head names, blanks removed, surest first; names of columns and sites left out."""
    column = squeeze(draft.meta.get("columnname") or "")
    site = squeeze(draft.meta.get("sitename") or "")
    found: list[str] = []
    names = [draft.meta.get("articletitle"), draft.meta.get("data.title"), strip_site(draft.page_title, draft)]
    # Of a <title> with the column behind or before the title, told apart by one sign or another.
    names += [max(re.split(sign, draft.page_title or ""), key=len) for sign in (r"[_|>]+", r"[-_|>]+", _BETWEEN_PARTS)]
    for name in names:
        text = re.sub(r"(?:\.{3,}|…+)$", "", squeeze(name or ""))
        if len(text) >= 4 and text not in (column, site) and text not in found:
            found.append(text)
    return found


_BETWEEN_PARTS = r"\s*[-_|]+\s*|\s*[—–]{1,2}\s*|\s*>+\s*|\s*·\s*"
# A name of an organ or a site by itself is no title.
_ONLY_NAME = re.compile(
    r"[\u4e00-\u9fff]{2,20}(?:人民政府|政府|委员会|局|厅|办公室|办事处|网站?|平台|门户|镇|乡|街道|专栏|专题|频道|栏目)"
)


def find_title(before: list[Line], draft: Draft) -> int:
    """Set the draft's title from the lines before the body; the position of the title's last line, or -1."""
    wanted = wanted_titles(draft)
    crumbs = _crumbs(before)
    for name in wanted:
        headed = any(line.heading and not line.linked and squeeze(line.text) == name for line in before)
        if len(name) < 12 and name in crumbs and not headed:
            continue
        # A line that is the title is surer than one that goes on behind it.
        for at, whole in [(at, whole) for whole in (True, False) for at in range(len(before) - 1, -1, -1)]:
            end = _matches([line.text for line in before[at : at + 3]], name, whole=whole)
            if end and not (
                re.search(r"[>＞»]|位置", before[at].text) and len(squeeze(before[at].text)) > len(name) + 2
            ):
                return _most_telling(before, at, at + end, draft)
    if draft.meta.get("data.title") and "data.content" in draft.meta:
        # A page built by its scripts from its data shows the title of the data.
        draft.title, draft.title_from = draft.meta["data.title"], "data"
        return len(before) - 1
    for at in range(len(before) - 1, -1, -1):
        text = squeeze(before[at].text)
        # The head may name more than the title: the site and the column before it without any sign between.
        if len(text) >= 12 and looks_like_title(text) and any(name.endswith(text) for name in wanted):
            draft.title = before[at].text
            return at
    at = _heading_before(before, crumbs, draft)
    return at if at >= 0 else _title_before(before, crumbs, wanted, draft)


def _most_telling(before: list[Line], at: int, end: int, draft: Draft) -> int:
    """The title that the head names, or, where that is but the name of a column, the title between it and the body."""
    named = joined_title([line.text for line in before[at:end]])
    if dated := _DAY_BEHIND.fullmatch(named):
        # The day of publishing, in small letters behind the title; the head names the title without it.
        named = dated[1] if squeeze(dated[1]) in wanted_titles(draft) else named
    if issuer_in_title(named) is None and not years_in(named):
        for later in range(len(before) - 1, end - 1, -1):
            line = before[later]
            if not line.linked and looks_like_title(line.text) and (issuer_in_title(line.text) or years_in(line.text)):
                draft.title = line.text
                return later
    draft.title = named
    return end - 1


_DAY_BEHIND = re.compile(r"(.+?)\s*[（(\[【]?\s*(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?\s*[）)\]】]?")


def _crumbs(before: list[Line]) -> set[str]:
    """The names of columns that the path to the page shows."""
    return {
        part
        for line in before
        if re.search(r"[>＞»]|位置", line.text)
        for part in re.split(r"[>＞»/:：]", squeeze(line.text))
    }


def _matches(lines: list[str], name: str, *, whole: bool = False) -> int:
    """How many of the lines together are the title that the head names; 0 if they are not.

    Unless it must be the `whole` title, the head may name less, cut off."""
    joined = ""
    for count, line in enumerate(lines, start=1):
        joined += squeeze(line)
        if joined == name:
            return count
        if not whole and len(name) >= 12 and joined.startswith(name) and len(joined) <= len(name) * 1.5:
            return 0 if is_chrome(joined[len(name) :]) else count
        if not name.startswith(joined):
            return 0
    return 0


def _heading_before(before: list[Line], crumbs: set[str], draft: Draft) -> int:
    """The last heading before the body that reads like the title of a document."""
    site = squeeze(draft.meta.get("sitename") or "")
    column = squeeze(draft.meta.get("columnname") or "")
    for at in range(len(before) - 1, max(-1, len(before) - 40), -1):
        line = before[at]
        text = squeeze(line.text)
        if not line.heading or not 6 <= len(text) <= 120 or "\t" in line.text or is_edge(line.text, frame=True):
            continue
        if text in (site, column) or text in crumbs or is_date_line(line.text):
            continue
        if _ONLY_NAME.fullmatch(text) or (line.linked and not looks_like_title(text)):
            continue
        if re.search(r"[:：]|首页|[>＞]|位置", text) and not text.endswith(("报告", "通知", "公告", "意见")):
            continue
        start = at
        while (
            start > 0
            and before[start - 1].heading
            and at - start < 2
            and len(squeeze(before[start - 1].text)) >= 6
            and _goes_on(before[start - 1].text, line.text)
        ):
            start -= 1
        draft.title = joined_title([part.text for part in before[start : at + 1]])
        return at
    return -1


def _title_before(before: list[Line], crumbs: set[str], wanted: list[str], draft: Draft) -> int:
    """The last line before the body that has the words of a title, where no element is named a heading."""
    for at in range(len(before) - 1, max(-1, len(before) - 12), -1):
        line = before[at]
        text = squeeze(line.text)
        if line.linked or text in crumbs or not looks_like_title(line.text) or is_edge(line.text, frame=True):
            continue
        if len(text) < 12 and text not in wanted:
            continue
        start = at
        if at > 0 and not before[at - 1].linked and _goes_on(before[at - 1].text, line.text):
            start -= 1
        draft.title = joined_title([part.text for part in before[start : at + 1]])
        return at
    return -1


def _goes_on(first: str, second: str) -> bool:
    """Whether a title broken over two lines goes on from the first to the second."""
    return (
        re.search(r"(?:关于|的|年|年度|人民政府|局|委员会|建设|工作)$", squeeze(first)) is not None
        and not is_edge(first, frame=True)
        and second != first
    )


# A date set in pieces, the year over day and month: 2024 04/18 19:23.
_DAY_APART = re.compile(r"(?<!\d)((?:19|20)\d\d) *(\d\d)/(\d\d) *(?=\d\d:\d\d)")


def read_labels(draft: Draft, before: list[Line], after: list[Line], title_at: int) -> None:
    """Keep the lines near the body that may be its date line, and read its information table."""
    # The date line stands behind the title as a rule, before it on a few pages; banners farther up are no date line.
    near = before[title_at + 1 :] + before[max(0, title_at - 12) : title_at + 1] if title_at >= 0 else before[-40:]
    shown = [line.text for line in near if not (line.linked and is_date_line(line.text))]
    draft.labels = [_DAY_APART.sub(r"\1-\2-\3 ", text.replace("\t", " ").strip()) for text in shown]
    draft.labels_after = [line.text.replace("\t", " ").strip() for line in after[:40]]
    read_table(draft, [line.text for line in [*before, *after]])


def read_table(draft: Draft, lines: list[str]) -> None:
    """Read the pairs of the information table: 文号：X on one line, or label and value in neighbours."""
    cells = [cell.strip() for line in lines for cell in line.split("\t") if cell.strip()]
    for cell, following in pairwise([*cells, ""]):
        match = _TABLE_LABEL.fullmatch(cell)
        if not match:
            continue
        key, value = squeeze(match[1]), one_line(match[2])
        if value and not re.match(r".{1,12}[:：\s]", cell):
            continue  # a sentence that begins like a label
        if not value and following and not _TABLE_LABEL.fullmatch(following):
            value = following
        if value and key not in draft.table:
            draft.table[key] = value


def strip_site(title: str | None, draft: Draft) -> str | None:
    """The `<title>` without the name of the site and of the column behind or before it."""
    if not title:
        return None
    site = squeeze(draft.meta.get("sitename") or "")
    column = squeeze(draft.meta.get("columnname") or "")
    pieces = re.split(f"({_BETWEEN_PARTS})", title)
    while len(pieces) > 2 and _is_site(pieces[-1], site, column):
        del pieces[-2:]
    while len(pieces) > 2 and _is_site(pieces[0], site, column):
        del pieces[:2]
    return "".join(pieces).strip()


def _is_site(part: str, site: str, column: str) -> bool:
    text = squeeze(part)
    return (
        not text
        or (bool(site) and (text == site or text in site))
        or (bool(column) and text == column)
        or text.endswith(
            (
                "网站",
                "门户",
                "政府网",
                "信息网",
                "门户网",
                "公开网",
                "公众网",
                "官网",
                "人民政府",
                "平台",
                "政务网",
                "委员会",
                "局",
                "厅",
            )
        )
    )


# --- a container may hold its own frame -------------------------------------------------------------------------------


def only_heading(container: Element) -> str | None:
    """The text of the container's only `<h1>`, or, without one, of its only `<h2>`; None where there are several."""
    for tag in ("h1", "h2"):
        headings = list(container.iter(tag))
        if headings:
            text = one_line(text_of(headings[0]))
            return text if len(headings) == 1 and 6 <= len(text) <= 100 and not re.search(r"[。；]", text) else None
    return None


def split_frame(lines: list[str], draft: Draft, *, sure: bool, heading: str | None = None) -> list[str]:
    """The body lines of a container: what stands before its title and date line and behind its text taken off.

    A container that was found by its density (not `sure`) may begin with the page's information table and end with
    the page's own foot. Its only `heading` is its title where nothing else names one.
    """
    kept, start = _head(lines, draft, 10 if sure else 40, heading)
    if not sure:
        while (
            start < len(lines)
            and (is_edge(lines[start], frame=True) or _is_info(lines, start))
            and not tells_of_event(lines, start)
        ):
            start += 1
        read_table(draft, lines[:start])
    draft.labels[:0] = lines[:start]
    if sure:
        return kept + lines[start:]
    end = _tail_start(lines[start:]) + start
    draft.labels_after[:0] = lines[end:]
    return kept + lines[start:end]


def _head(lines: list[str], draft: Draft, reach: int, heading: str | None) -> tuple[list[str], int]:
    """The lines before the body's first one that are the document's own (its number), and where the body begins.

    A line before the title that is no frame, a document number as a rule, is the document's own.
    """
    reach = min(len(lines), reach)
    for name in wanted_titles(draft) if draft.title is None else [squeeze(draft.title)]:
        for at in range(reach):
            if count := _matches(lines[at : at + 3], name):
                return _behind_title(lines, at, at + count, draft)
    if draft.title is not None:
        return [], 0
    first = next((at for at in range(reach) if len(lines[at]) > 110 or re.search(r"[。；]", lines[at])), reach)
    for at in range(first):
        span = title_among(lines[at:first][:3])
        if span is not None and span[0] == 0 and not is_edge(lines[at], frame=True) and not is_date_line(lines[at]):
            return _behind_title(lines, at, at + span[1], draft)
    if heading is not None and heading in lines[:first]:
        at = lines.index(heading)
        return _behind_title(lines, at, at + 1, draft)
    return [], 0


def _behind_title(lines: list[str], at: int, end: int, draft: Draft) -> tuple[list[str], int]:
    if any(len(line) >= 200 for line in lines[:at]):
        return [], 0
    kept = [line for line in lines[:at] if document_number(line)]
    if draft.title is None:
        draft.title = joined_title(lines[at:end])
        draft.title_from = "heading"
    while (
        end < len(lines)
        and (is_edge(lines[end], frame=True) or is_date_line(lines[end]))
        and not tells_of_event(lines, end)
    ):
        end += 1
    if end + 1 < len(lines) and _ADOPTED.fullmatch(squeeze(lines[end])) and is_date_line(lines[end + 1]):
        # The day of the report stands under its title, and the page's date line under that.
        return [*kept, lines[end]], end + 2
    return kept, end


_ADOPTED = re.compile(r"[（(](?:19|20)\d\d年\d{1,2}月\d{1,2}日.{0,30}[）)]")


def _is_info(lines: list[str], at: int) -> bool:
    """Whether the line belongs to an information table: its label, or the value under a bare label."""
    line = lines[at]
    first = line.split("\t")[0].strip()
    if length(line) > 160:
        return False
    if (match := _TABLE_LABEL.fullmatch(first)) and (not match[2] or re.match(r".{1,12}[:：\s]", first)):
        return True
    before = lines[at - 1].split("\t")[-1].strip() if at else ""
    bare = _TABLE_LABEL.fullmatch(before)
    return bare is not None and not bare[2] and length(line) <= 60 and not re.search(r"[，。；]", line)


def _tail_start(lines: list[str]) -> int:
    """Where the frame behind the text begins: at a line that opens such a block with no prose behind it."""
    whole = sum(len(line) for line in lines)
    seen = 0
    for at, line in enumerate(lines):
        text = squeeze(line)
        if seen >= 0.5 * whole and len(text) <= 120 and _TAIL.fullmatch(text):
            rest = lines[at + 1 :]
            prose = sum(len(part) for part in rest if re.search(r"[。；]", part) and len(part) > 40)
            if prose < 0.1 * seen:
                return at
        seen += len(line)
    return len(lines)
