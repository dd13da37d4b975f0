"""What stands around a body: the title, the date line, the information table; where a broad body begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from flows.extraction.chrome import is_chrome, is_edge, is_named_chrome
from flows.extraction.draft import Draft
from flows.extraction.tree import BLOCK, SKIP, Element, length, names_of
from flows.extraction.typography import one_line, squeeze

Line = tuple[str, bool]
"""A line and whether it stands in an element named like a heading."""

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
        siblings = list(parent)
        at = siblings.index(node)
        if count < MOST_BEFORE:
            lines = _lines([parent.text, *siblings[:at]])
            before.append(lines)
            count += len(lines)
        if len(after) < MOST_AFTER:
            after.extend(_lines([node.tail, *siblings[at + 1 :]]))
        if count >= MOST_BEFORE and len(after) >= MOST_AFTER:
            break
        node = parent
    joined = [line for lines in reversed(before) for line in lines]
    return joined[-MOST_BEFORE:], after[:MOST_AFTER]


def _lines(parts: Iterable[str | Element | None]) -> list[Line]:
    """The lines of text pieces and elements in a row, each element's tail behind it."""
    found: list[Line] = []
    buffer: list[str] = []
    heading = 0

    def flush() -> None:
        line = one_line("".join(buffer))
        buffer.clear()
        if line:
            found.append((line, heading > 0))

    for part in parts:
        if part is None or isinstance(part, str):
            buffer.append(part or "")
            continue
        stack: list[tuple[Element, bool]] = [(part, False)]
        while stack:
            node, closing = stack.pop()
            tag = node.tag
            if closing:
                block, named = tag in BLOCK, _is_heading(node)
                if block or named:
                    flush()
                heading -= named
                buffer.append(node.tail or "")
                continue
            if not isinstance(tag, str) or tag in SKIP:
                buffer.append(node.tail or "")
                continue
            named = _is_heading(node)
            if tag in BLOCK or named:
                flush()
            if tag == "td" or tag == "th":
                buffer.append("\t")
            heading += named
            buffer.append(node.text or "")
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(node))
    flush()
    return found


def _is_heading(node: Element) -> bool:
    return node.tag in ("h1", "h2", "h3", "ucaptitle") or any(_HEADING_NAME.search(name) for name in names_of(node))


def wanted_titles(draft: Draft) -> list[str]:
    """The titles that the page's head names, blanks removed, surest first; names of columns and sites left out."""
    column = squeeze(draft.meta.get("columnname") or "")
    site = squeeze(draft.meta.get("sitename") or "")
    found: list[str] = []
    for name in (draft.meta.get("articletitle"), draft.meta.get("detail.title"), strip_site(draft.page_title, draft)):
        text = re.sub(r"(?:\.{3,}|…+)$", "", squeeze(name or ""))
        if len(text) >= 4 and text not in (column, site) and text not in found:
            found.append(text)
    return found


def find_title(before: list[Line], draft: Draft) -> int:
    """Set the draft's title from the lines before the body; the position of the title's last line, or -1."""
    wanted = wanted_titles(draft)
    crumbs = {part for line, _ in before if re.search(r"[>＞»]", line) for part in re.split(r"[>＞»]", squeeze(line))}
    for name in wanted:
        if len(name) < 12 and name in crumbs:
            continue
        for at in range(len(before) - 1, -1, -1):
            end = _matches([line for line, _ in before[at : at + 3]], name)
            if end and not (re.search(r"[>＞»]|位置", before[at][0]) and len(squeeze(before[at][0])) > len(name) + 2):
                draft.title = "".join(line for line, _ in before[at : at + end])
                return at + end - 1
    if draft.meta.get("detail.title") and "detail.content" in draft.meta:
        # A page built by its scripts from its data shows the title of the data.
        draft.title, draft.title_from = draft.meta["detail.title"], "data"
        return len(before) - 1
    return _heading_before(before, draft)


def _matches(lines: list[str], name: str) -> int:
    """How many of the lines together are the title that the head names; 0 if they are not."""
    joined = ""
    for count, line in enumerate(lines, start=1):
        joined += squeeze(line)
        if joined == name or (len(name) >= 12 and joined.startswith(name) and len(joined) <= len(name) * 1.5):
            return count
        if not name.startswith(joined):
            return 0
    return 0


def _heading_before(before: list[Line], draft: Draft) -> int:
    """The last heading before the body that reads like the title of a document."""
    site = squeeze(draft.meta.get("sitename") or "")
    column = squeeze(draft.meta.get("columnname") or "")
    for at in range(len(before) - 1, max(-1, len(before) - 40), -1):
        line, heading = before[at]
        text = squeeze(line)
        if not heading or not 6 <= len(text) <= 120 or "\t" in line or is_edge(line, frame=True):
            continue
        if text in (site, column) or text.endswith(("门户网站", "网站", "栏目", "专栏", "频道")):
            continue
        if re.search(r"[:：]|首页|[>＞]|位置", text) and not text.endswith(("报告", "通知", "公告", "意见")):
            continue
        start = at
        while (
            start > 0
            and before[start - 1][1]
            and at - start < 2
            and len(squeeze(before[start - 1][0])) >= 6
            and _goes_on(before[start - 1][0], line)
        ):
            start -= 1
        draft.title = "".join(part for part, _ in before[start : at + 1])
        return at
    return -1


def _goes_on(first: str, second: str) -> bool:
    """Whether a title broken over two lines goes on from the first to the second."""
    return (
        re.search(r"(?:关于|的|年|年度|人民政府|局|委员会|建设|工作)$", squeeze(first)) is not None
        and not is_edge(first, frame=True)
        and second != first
    )


def read_labels(draft: Draft, before: list[Line], after: list[Line], title_at: int) -> None:
    """Keep the lines near the body that may be its date line, and read its information table."""
    # The date line stands behind the title as a rule, before it on a few pages; banners farther up are no date line.
    near = before[max(0, title_at - 12) :] if title_at >= 0 else before[-40:]
    draft.labels = [line.replace("\t", " ").strip() for line, _ in near] + [
        line.replace("\t", " ").strip() for line, _ in after[:40]
    ]
    read_table(draft, [line for line, _ in before] + [line for line, _ in after])


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
    pieces = re.split(r"(\s*[-_|]+\s*|\s*[—–]{1,2}\s*|\s*>+\s*|\s*·\s*)", title)
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


# --- a body that was found by its density may hold its own frame ------------------------------------------------------


def split_frame(lines: list[str], draft: Draft) -> list[str]:
    """The body lines of a broad container: what stands before its title and date line and behind its text taken off."""
    start = _head_end(lines, draft)
    draft.labels.extend(lines[:start])
    read_table(draft, lines[:start])
    lines = lines[start:]
    end = _tail_start(lines)
    draft.labels.extend(lines[end:])
    return lines[:end]


def _head_end(lines: list[str], draft: Draft) -> int:
    """The first line of the body: behind the title where one of the first lines is it, then behind labels, tables."""
    start = 0
    reach = min(len(lines), 40)
    # Where the title stands before the container, a repetition in it is no border: a document number may precede it.
    for name in wanted_titles(draft) if draft.title is None else []:
        for at in range(reach):
            if (count := _matches(lines[at : at + 3], name)) and all(len(line) < 200 for line in lines[:at]):
                draft.title = "".join(lines[at : at + count])
                draft.title_from = "heading"
                start = at + count
                break
        if start:
            break
    while start < len(lines) and (is_edge(lines[start], frame=True) or _is_info(lines, start)):
        start += 1
    return start


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


def is_part_of_frame(element: Element) -> bool:
    """Whether the element is named as a part that is no body."""
    return is_named_chrome(names_of(element))


__all__ = ["around", "find_title", "is_chrome", "read_labels", "split_frame", "strip_site", "wanted_titles"]
