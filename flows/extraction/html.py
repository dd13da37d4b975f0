"""From the HTML of a page to its body lines: find the container, prune it, read paragraphs as a reader sees them.

trafilatura is on the way of every page: it reads the pruned tree as well, and where the two readings differ the
document carries a warning.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urljoin

import lxml.html
from lxml import etree

from flows.extraction.chrome import chrome, is_chrome, is_edge, is_named_chrome, trim
from flows.extraction.draft import Draft
from flows.extraction.facts import Attachment, Unreadable
from flows.extraction.typography import one_line, squeeze

Element = Any  # lxml.html.HtmlElement: the stubs know too little of it to be of use here.

_SKIP = frozenset(
    (
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "select",
        "option",
        "input",
        "button",
        "textarea",
        "object",
        "embed",
        "audio",
        "video",
        "canvas",
        "svg",
        "map",
        "link",
        "meta",
        "head",
        "title",
    )
)
_BLOCK = frozenset(
    (
        "p",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "aside",
        "nav",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "center",
        "form",
        "fieldset",
        "figure",
        "figcaption",
        "address",
        "table",
        "tbody",
        "thead",
        "tfoot",
        "tr",
        "td",
        "th",
        "caption",
        "hr",
        "br",
        "details",
        "summary",
        "ucapcontent",
        "ucaptitle",
        "body",
    )
)
_FILE = re.compile(r"\.(pdf|docx?|wps|xlsx?|et|ofd|zip|rar|7z|pptx?|txt|rtf|jpe?g|png|tiff?)(?:[?#&]|$)", re.I)
_DOWNLOAD = re.compile(r"downfile\.jsp|download\.jsp|DownloadAttachUrl|/attachment/|/download/|downloadfile", re.I)
_PICTURE = re.compile(r"\.(jpe?g|png|gif|tiff?|bmp)(?:[?#&]|$)", re.I)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_SITE_CODE = re.compile(r"sitecode\s*[=:]\s*[\"']?\s*(\d{10}|bm\d{8})|site_code=(\d{10}|bm\d{8})", re.I)
_SITE_CODE_TEXT = re.compile(r"网站标识码\s*[:：]?\s*(\d{10}|bm\d{8})")
_LEAKED = re.compile(r"^\s*(\.?[\w#. ,:-]+\{[^}]*\}\s*)+$|^\s*(var |function |\$\(|window\.|document\.|<!--)")
_PAGE_BREAK = re.compile(r"#PAGE_BREAK#|manuscriptPage_\d+\(\)")

BODY_MARK = "data-fazhi-body"


def read_html(text: str, *, base_url: str | None = None) -> Draft:
    """The body, the page's own title and everything it says about itself. Unreadable if it shows no text."""
    text = text.replace("\x00", "")
    root = _parse(text)
    draft = Draft(body=[])
    _read_head(root, text, draft)
    marked = draft.meta.get("detail.content") or _between_markers(text)
    _drop_unseen(root)
    container, sure = _find_container(root, marked, draft)
    if container is None:
        raise Unreadable("no_text", "The page shows no text; look at it in a browser: it may be built by scripts.")
    base = base_url or draft.meta.get("url")
    _prune(container, draft, base)
    lines = list(lines_of(container))
    if not sure:
        lines = _second_reading(root, lines, draft)
    else:
        _second_look(container, lines, draft)
    _find_title(root, container, lines, draft, base)
    start, end = trim(lines)
    draft.labels.extend(lines[:start] + lines[end:])
    draft.body = [line for line in lines[start:end] if not is_chrome(line) and not _LEAKED.match(line)]
    return draft


def _parse(text: str) -> Element:
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=False, remove_pis=True, recover=True)
    # Everything after a first </html> is thrown away by readers that believe it; old gazette pages hold two.
    text = re.sub(r"</(?:html|body)\s*>", "", text, flags=re.I)
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "ignore"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as fault:
        raise Unreadable("no_text", "The page holds no HTML that can be read; look at it by hand.") from fault
    if root is None:
        raise Unreadable("no_text", "The page holds no HTML that can be read; look at it by hand.")
    return root


# --- what the page says about itself -------------------------------------------------------------------------------


def _read_head(root: Element, text: str, draft: Draft) -> None:
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or "").strip().lower()
        content = one_line(re.sub(r"<[^>]{0,100}>", "", element.get("content") or ""))
        if name and content and name not in draft.meta:
            draft.meta[name] = content
    title = root.find(".//title")
    if title is not None and title.text_content().strip():
        draft.page_title = one_line(title.text_content())
    for mark, name in (
        ("信息来源", "contentsource"),
        ("发布时间", "pubdate"),
        ("信息标题", "articletitle"),
        ("标题名称", "articletitle"),
    ):
        found = re.search(rf"<!--<\$\[{mark}\]>begin-->(.{{0,300}}?)<!--<\$\[{mark}\]>end-->", text, re.S)
        if found and name not in draft.meta:
            value = one_line(re.sub(r"<[^>]*>", "", found[1]))
            if value:
                draft.meta[name] = value
    for tag, name in (("publishtime", "pubdate"), ("ucaptitle", "articletitle")):
        for element in root.iter(tag):
            value = one_line(element.text_content())
            if value and name not in draft.meta:
                draft.meta[name] = value
    code = draft.meta.get("siteidcode", "")
    if not re.fullmatch(r"\d{10}|bm\d{8}", code):
        found = _SITE_CODE.search(text)
        code = next((group for group in found.groups() if group), "") if found else ""
    if not code and (shown := _SITE_CODE_TEXT.search(re.sub(r"<[^>]*>|&\w+;", "", text[-30_000:]))):
        code = shown[1]
    draft.site_id_code = code or None
    _read_detail(text, draft)


def _read_detail(text: str, draft: Draft) -> None:
    """The record that gkmlpt pages repeat as JSON: `window._CONFIG = {… DETAIL: {…} …}`."""
    at = text.find("DETAIL:")
    if at < 0 or "_CONFIG" not in text:
        return
    start = text.find("{", at)
    if start < 0 or start - at > 20:
        return
    try:
        detail, _ = json.JSONDecoder().raw_decode(text, start)
    except (json.JSONDecodeError, RecursionError):
        return
    if not isinstance(detail, dict):
        return
    for key in ("title", "source", "document_number", "date", "content"):
        value = detail.get(key)
        if isinstance(value, str) and value.strip():
            draft.meta[f"detail.{key}"] = value
    for key in ("display_publish_time", "publish_time"):
        value = detail.get(key)
        if isinstance(value, int) and value > 0:
            draft.meta[f"detail.{key}"] = str(value)
    for entry in detail.get("attachment") or ():
        if isinstance(entry, dict) and isinstance(entry.get("url"), str):
            draft.attachments.append(Attachment(url=entry["url"], name=one_line(str(entry.get("name") or ""))))


# --- the tree ------------------------------------------------------------------------------------------------------


def _between_markers(text: str) -> str | None:
    """The part of the page between comment markers that its platform puts around the body."""
    for start, end in chrome().markers:
        at = text.find(start)
        if at < 0:
            continue
        until = text.find(end, at)
        if until < 0:
            continue
        part = text[at + len(start) : until]
        if len(squeeze(re.sub(r"<[^>]*>|&\w+;", "", part))) >= 40:
            return part
    return None


def _drop_unseen(root: Element) -> None:
    """Drop what no reader sees: comments, scripts, styles, elements hidden by their style.

    A page that is shown only when its scripts have run hides its whole body at first: what hides the only body stays.
    """
    hidden: list[Element] = []
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.tag in _SKIP:
            _cut(element)
        elif _is_hidden(element):
            hidden.append(element)
    if not hidden:
        return
    veiled = set(hidden)
    bodies = [element for element in _named_containers(root) if _own_length(element) >= 20]
    covers = {element: [above for above in element.iterancestors() if above in veiled] for element in bodies}
    spared = {above for element in bodies for above in covers[element] if all(covers.values())}
    for element in hidden:
        if element not in spared and element.getparent() is not None:
            _cut(element)


def _named_containers(root: Element) -> Iterator[Element]:
    """The elements whose id, class or tag is one that platforms give to bodies."""
    named = set(chrome().containers)
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if (
            element.tag in named
            or f"#{element.get('id')}" in named
            or any(f".{name}" in named for name in (element.get("class") or "").split())
        ):
            yield element


def _is_hidden(element: Element) -> bool:
    style = element.get("style")
    return element.get("hidden") is not None or (style is not None and _HIDDEN.search(style) is not None)


def _cut(element: Element) -> None:
    """Take the element out of its tree; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def _names(element: Element) -> list[str]:
    names = (element.get("class") or "").split()
    if identity := element.get("id"):
        names.append(identity)
    return names


def _own_length(element: Element) -> int:
    """Characters of text in the element that are no link text."""
    return len(squeeze("".join(element.itertext()))) - sum(
        len(squeeze("".join(link.itertext()))) for link in element.iter("a")
    )


def _find_container(root: Element, marked: str | None, draft: Draft) -> tuple[Element | None, bool]:
    """The element that holds the body, and whether its name is one that a platform gives to bodies."""
    body = root.find("body")
    body = root if body is None else body
    whole = _own_length(body)
    dense = _densest(body)
    if marked is not None:
        part = lxml.html.fragment_fromstring(f"<div>{marked}</div>", create_parent="div")
        _drop_unseen(part)
        if _own_length(part) >= 40:
            anchor = _place_of(body, part)
            return (anchor if anchor is not None else part), True
    order = {name: rank for rank, name in enumerate(chrome().containers)}
    best: tuple[int, int, Element] | None = None
    for element in body.iter():
        if not isinstance(element.tag, str):
            continue
        ranks = [order[f".{name}"] for name in (element.get("class") or "").split() if f".{name}" in order]
        if (identity := element.get("id")) and f"#{identity}" in order:
            ranks.append(order[f"#{identity}"])
        if element.tag in order:
            ranks.append(order[element.tag])
        if not ranks:
            continue
        length = _own_length(element)
        if length < 20 and not _leads(element):
            continue
        if best is None or (min(ranks), -length) < (best[0], -best[1]):
            best = (min(ranks), length, element)
    if best is not None:
        held = best[1]
        rival = _own_length(dense) if dense is not None else 0
        # A container that holds far less than the densest part of the page is the wrong one, unless it lies in it.
        if rival > 3 * held + 200 and dense is not None and not _lies_in(best[2], dense):
            draft.warnings.append(
                "The container named for the body holds far less text than another part; the other was read."
            )
            return dense, False
        if rival > 2 * held + 200 and dense is not None and _lies_in(best[2], dense):
            draft.warnings.append(
                "The container named for the body holds far less text than the part around it; that was read."
            )
            return dense, False
        return best[2], True
    if dense is not None and _own_length(dense) >= 20:
        return dense, False
    return (body, False) if whole >= 20 else (None, False)


def _place_of(body: Element, part: Element) -> Element | None:
    """The smallest element of the page that holds the text of the part and little else."""
    wanted = squeeze("".join(part.itertext()))
    found = None
    for element in body.iter():
        if isinstance(element.tag, str) and element.tag in _BLOCK:
            text = squeeze("".join(element.itertext()))
            if len(wanted) <= len(text) <= len(wanted) * 1.02 + 10 and wanted[:50] in text:
                found = element
    return found


def _leads(element: Element) -> bool:
    return any(_is_file(link.get("href") or "") for link in element.iter("a"))


def _lies_in(element: Element, holder: Element) -> bool:
    return any(ancestor is holder for ancestor in element.iterancestors())


def _densest(body: Element) -> Element | None:
    """The innermost block that holds most of the text that stands in paragraphs."""
    scores: dict[Element, float] = {}
    for element in body.iter("p", "div", "td", "section", "article", "span", "font"):
        own = len(squeeze(element.text or "")) + sum(len(squeeze(child.tail or "")) for child in element)
        if element.tag in ("span", "font") or own < 10:
            if element.tag == "p":
                own = _own_length(element)
            elif element.tag in ("span", "font"):
                continue
        elif element.tag == "p":
            own = _own_length(element)
        if own < 10:
            continue
        marks = sum((element.text or "").count(mark) for mark in "，。；、")
        score = own + 5.0 * marks
        holder = element if element.tag in ("div", "section", "article", "td") else element.getparent()
        for share in (1.0, 0.6, 0.3):
            while holder is not None and holder.tag not in ("div", "section", "article", "td", "body", "main"):
                holder = holder.getparent()
            if holder is None:
                break
            scores[holder] = scores.get(holder, 0.0) + score * share
            holder = holder.getparent()
    if not scores:
        return None
    best = max(scores, key=lambda element: scores[element])
    # A body is often cut over sibling blocks: climb while the parent holds much more text and little of it is links.
    for _ in range(3):
        parent = best.getparent()
        if parent is None or parent.tag in ("body", "html"):
            break
        inner, outer = _own_length(best), _own_length(parent)
        links = sum(len(squeeze("".join(link.itertext()))) for link in parent.iter("a"))
        if outer > 1.5 * inner and links < 0.15 * outer:
            best = parent
        else:
            break
    return best


def _is_file(href: str) -> bool:
    return bool(_FILE.search(href) or _DOWNLOAD.search(href))


def _prune(container: Element, draft: Draft, base: str | None) -> None:
    """Take share bars, counters, related lists and the like out of the container; keep the files they offer."""
    _gather_files(container, draft, base)
    whole = max(1, _own_length(container))
    for element in list(container.iter()):
        if element is container or not isinstance(element.tag, str) or element.getparent() is None:
            continue
        names = _names(element)
        if not names or not is_named_chrome(names):
            continue
        length = len(squeeze("".join(element.itertext())))
        if length < 0.3 * whole or length < 60:
            _cut(element)


def _gather_files(element: Element, draft: Draft, base: str | None) -> None:
    known = {attachment.url for attachment in draft.attachments}
    for link in element.iter("a"):
        href = (link.get("href") or "").strip()
        if not href or href.startswith(("javascript:", "#", "mailto:")) or not _is_file(href):
            continue
        name = one_line("".join(link.itertext())) or one_line(link.get("title") or link.get("download") or "")
        if _PICTURE.search(href) and not name:
            continue
        try:
            url = urljoin(base, href) if base else href
        except ValueError:
            continue
        if url not in known:
            known.add(url)
            draft.attachments.append(Attachment(url=url, name=name))


# --- lines ---------------------------------------------------------------------------------------------------------


def lines_of(container: Element) -> Iterator[str]:
    """The lines of the element as a reader sees them: blocks and `<br>` break, a row of a data table is one line."""
    buffer: list[str] = []
    for kind, value in _walk(container):
        if kind == "text":
            buffer.append(value)
        else:
            line = one_line("".join(buffer))
            buffer.clear()
            if line:
                yield line
            if kind == "row" and value.strip():
                yield value
    line = one_line("".join(buffer))
    if line:
        yield line


def _walk(element: Element) -> Iterator[tuple[str, str]]:
    """Text pieces, breaks and table rows in reading order; iterative, as hostile pages nest deeper than Python."""
    stack: list[tuple[Element, bool]] = [(element, False)]
    while stack:
        node, closing = stack.pop()
        tag = node.tag
        if closing:
            if tag in _BLOCK:
                yield "break", ""
            if node is not element and node.tail:
                yield "text", node.tail
            continue
        if not isinstance(tag, str) or tag in _SKIP:
            if node is not element and node.tail:
                yield "text", node.tail
            continue
        if tag == "table" and _is_data(node):
            yield "break", ""
            for row in _rows(node):
                yield "row", row
            if node is not element and node.tail:
                yield "text", node.tail
            continue
        if tag in _BLOCK:
            yield "break", ""
        if node.text:
            yield "text", _PAGE_BREAK.sub("", node.text)
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))


def _is_data(table: Element) -> bool:
    """Whether the table holds data: rows of several short cells; one that only lays out the page is read as blocks."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    if max((len(row) for row in rows), default=0) < 2:
        return False
    longest = max((len(squeeze("".join(cell.itertext()))) for row in rows for cell in row), default=0)
    cells = sum(len(row) for row in rows)
    return longest < 600 or cells >= 12


def _rows(table: Element) -> Iterator[str]:
    """The rows, cells joined by a tab; a cell that spans rows or columns stands in each, a full-width one once."""
    carried: dict[int, tuple[int, str]] = {}
    rows = list(table.iter("tr", "caption"))
    width = 0
    for row in rows:
        width = max(width, sum(_span(cell, "colspan") for cell in row if cell.tag in ("td", "th")))
    for row in rows:
        if row.tag == "caption":
            yield one_line("".join(row.itertext()))
            continue
        cells: list[str] = []
        column = 0
        for cell in row:
            if not isinstance(cell.tag, str) or cell.tag not in ("td", "th"):
                continue
            while column in carried:
                cells.append(_carry(carried, column))
                column += 1
            text = " ".join(lines_of(cell)).replace("\t", " ")
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            for step in range(across):
                cells.append("" if step and across >= width else text)
                if down > 1:
                    carried[column] = (down - 1, text if not step or across < width else "")
                column += 1
        while column in carried:
            cells.append(_carry(carried, column))
            column += 1
        while cells and not cells[-1]:
            cells.pop()
        if any(cells):
            yield "\t".join(cells)


def _carry(carried: dict[int, tuple[int, str]], column: int) -> str:
    left, text = carried.pop(column)
    if left > 1:
        carried[column] = (left - 1, text)
    return text


def _span(cell: Element, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(max(int(value), 1), 60) if value.isdigit() and len(value) < 4 else 1


# --- the second reader ---------------------------------------------------------------------------------------------


def _trafilatura(tree: Element) -> list[str]:
    """The lines that trafilatura reads from the tree."""
    from trafilatura import extract

    found = extract(
        tree, fast=True, include_comments=False, favor_recall=True, deduplicate=False, include_formatting=False
    )
    return [line for part in (found or "").split("\n") if (line := one_line(part.replace("|", " ")))]


def _page_around(parts: list[Element]) -> Element:
    page = lxml.html.fragment_fromstring("<article></article>")
    document = lxml.html.document_fromstring("<html><body></body></html>")
    document[-1].append(page)
    for part in parts:
        page.append(lxml.html.fromstring(etree.tostring(part, encoding="unicode", with_tail=False)))
    return document


def _second_look(container: Element, lines: list[str], draft: Draft) -> None:
    """Let trafilatura read the pruned container and hold the two readings against each other."""
    ours = squeeze("".join(lines))
    if len(ours) < 200:
        return
    theirs = _trafilatura(_page_around([container]))
    if not theirs:
        return
    missing = [line for line in theirs if len(squeeze(line)) >= 10 and squeeze(line) not in ours and not is_edge(line)]
    missing = [line for line in missing if not all(squeeze(cell) in ours for cell in line.split())]
    if missing:
        draft.warnings.append(
            f"trafilatura reads {len(missing)} lines in the body that are not in the text, the first: {missing[0][:40]}"
        )
    known = squeeze("".join(theirs))
    alone = [
        line for line in lines if "\t" not in line and len(squeeze(line)) >= 40 and squeeze(line)[:40] not in known
    ]
    if sum(map(len, alone)) > 0.3 * len(ours):
        draft.warnings.append(f"{len(alone)} lines of the text are not read by trafilatura, the first: {alone[0][:40]}")


def _second_reading(root: Element, lines: list[str], draft: Draft) -> list[str]:
    """Without a container that a platform names: hold the densest part against trafilatura's reading of the page."""
    theirs = _trafilatura(root)
    ours = squeeze("".join(lines))
    new = [line for line in theirs if squeeze(line) not in ours and not is_edge(line, frame=True)]
    gained = sum(len(squeeze(line)) for line in new)
    shared = sum(len(squeeze(line)) for line in theirs) - gained
    if gained > 200 and gained > 2 * len(ours) and shared < 0.2 * max(1, len(ours)):
        draft.warnings.append(
            "The densest part of the page holds far less than trafilatura reads; trafilatura's reading was taken."
        )
        return theirs
    if gained > 200:
        draft.warnings.append(
            f"trafilatura reads {gained} characters beside the body that are not in the text, the first: {new[0][:40]}"
        )
    return lines


# --- the title and what stands around the body ---------------------------------------------------------------------

_TABLE_LABEL = re.compile(
    r"^[【\[]?(索\s*引\s*号|文\s*号|发\s*文\s*字\s*号|文件编号|发布机构|发布单位|发文机关|制发机关|信息来源|来\s*源|发布日期|发布时间|发文日期|成文日期|生成日期|公开日期|"
    r"名\s*称|标\s*题|主\s*题\s*词|组配分类|信息分类|主题分类|体裁分类|统一编号|有效性|实施日期|失效日期|公开方式|公开时限|责任部门|公开责任部门)[】\]]?\s*[:：]?\s*(.*)$"
)
_HEADING_NAME = re.compile(r"title|tit$|^tit|bt$|biaoti|headline|^h1|subject|mm_all_p", re.I)


def _find_title(root: Element, container: Element, lines: list[str], draft: Draft, base: str | None) -> None:
    """The title where the page shows it, and the lines around the body: date line, source, information table."""
    before, after = _around(root, container)
    named = [draft.meta.get("articletitle"), draft.meta.get("detail.title"), _strip_site(draft.page_title, draft)]
    wanted = [squeeze(name) for name in named if name and len(squeeze(name)) >= 4]
    shown, at = _shown(before, wanted)
    if shown is None and draft.meta.get("detail.title") and "detail.content" in draft.meta:
        # A page built by its scripts from its data shows the title of the data.
        shown, at, draft.title_from = draft.meta["detail.title"], len(before), "data"
    if shown is None:
        shown, at = _heading_before(before, draft)
    draft.title = shown
    # The date line stands after the title as a rule, before it on a few pages; banners farther up are no date line.
    near = before[max(0, at - 12) :] if shown is not None else before[-30:]
    draft.labels = [line for line, _ in near] + [line for line, _ in after[:40]]
    for position, line in enumerate(draft.labels):
        for cell in line.split("\t"):
            if found := _TABLE_LABEL.match(cell):
                key, value = squeeze(found[1]), one_line(found[2])
                if (
                    not value
                    and position + 1 < len(draft.labels)
                    and not _TABLE_LABEL.match(draft.labels[position + 1])
                ):
                    value = draft.labels[position + 1].split("\t")[0]
                if value and key not in draft.table:
                    draft.table[key] = value
        cells = line.split("\t")
        for name, value in pairwise(cells):
            if (found := _TABLE_LABEL.match(name)) and not found[2] and not _TABLE_LABEL.match(value):
                draft.table.setdefault(squeeze(found[1]), one_line(value))
    _files_after(container, draft, base)


def _files_after(container: Element, draft: Draft, base: str | None) -> None:
    """Files that a block behind the body offers: the siblings of the container and of its next ancestors."""
    holder = container
    for _ in range(3):
        for sibling in holder.itersiblings():
            if isinstance(sibling.tag, str):
                _gather_files(sibling, draft, base)
        parent = holder.getparent()
        if parent is None or parent.tag in ("body", "html"):
            return
        holder = parent


def _around(root: Element, container: Element) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """The lines before and after the container, each with whether it stands in an element named like a heading."""
    if container.getroottree().getroot() is not root:
        body = root.find("body")
        return [(line, False) for line in lines_of(body if body is not None else root)], []
    before: list[tuple[str, bool]] = []
    after: list[tuple[str, bool]] = []
    buffer: list[str] = []
    heading = 0
    seen = False

    def flush() -> None:
        line = one_line("".join(buffer))
        buffer.clear()
        if line:
            (after if seen else before).append((line, heading > 0))

    stack: list[tuple[Element, bool]] = [(root, False)]
    while stack:
        node, closing = stack.pop()
        if closing:
            if node.tag in _BLOCK:
                flush()
            if _is_heading(node):
                flush()
                heading -= 1
            buffer.append(node.tail or "")
            continue
        if node is container:
            flush()
            seen = True
            buffer.append(node.tail or "")
            continue
        if not isinstance(node.tag, str) or node.tag in _SKIP:
            buffer.append(node.tail or "")
            continue
        if node.tag in _BLOCK:
            flush()
        if _is_heading(node):
            flush()
            heading += 1
        buffer.append(node.text or "")
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))
    flush()
    return before, after


def _is_heading(node: Element) -> bool:
    return node.tag in ("h1", "h2", "h3", "ucaptitle") or any(_HEADING_NAME.search(name) for name in _names(node))


def _shown(before: list[tuple[str, bool]], wanted: list[str]) -> tuple[str | None, int]:
    """Where the lines before the body show a title that the page's head names: the last such place."""
    for name in wanted:
        for at in range(len(before) - 1, -1, -1):
            joined = ""
            for length in range(1, 4):
                if at + length > len(before):
                    break
                joined += squeeze(before[at + length - 1][0])
                if joined == name or (len(name) >= 12 and joined.startswith(name) and len(joined) <= len(name) * 1.5):
                    return "".join(line for line, _ in before[at : at + length]), at
                if not name.startswith(joined):
                    break
    return None, 0


def _heading_before(before: list[tuple[str, bool]], draft: Draft) -> tuple[str | None, int]:
    """The last heading before the body that reads like the title of a document."""
    site = squeeze(draft.meta.get("sitename") or "")
    for at in range(len(before) - 1, max(-1, len(before) - 40), -1):
        line, heading = before[at]
        text = squeeze(line)
        if (
            not heading
            or len(text) < 6
            or is_edge(line, frame=True)
            or text == site
            or text.endswith(("门户网站", "网站", "栏目"))
        ):
            continue
        if text in (squeeze(draft.meta.get("columnname") or ""),) or "\t" in line or len(text) > 120:
            continue
        if re.search(r"[:：]|首页|>|当前位置", text) and not text.endswith(("报告", "通知", "公告", "意见")):
            continue
        return line, at
    return None, 0


def _strip_site(title: str | None, draft: Draft) -> str | None:
    """The `<title>` without the name of the site and the column behind or before it."""
    if not title:
        return None
    site = squeeze(draft.meta.get("sitename") or "")
    parts = re.split(r"\s*[-_|—–]+\s*|\s*>>?\s*|--", title)
    kept = list(parts)
    while len(kept) > 1 and _is_site(kept[-1], site, draft):
        kept.pop()
    while len(kept) > 1 and _is_site(kept[0], site, draft):
        kept.pop(0)
    if len(kept) == len(parts):
        return title
    start = title.find(kept[0])
    end = title.rfind(kept[-1]) + len(kept[-1])
    return title[start:end].strip()


def _is_site(part: str, site: str, draft: Draft) -> bool:
    text = squeeze(part)
    column = squeeze(draft.meta.get("columnname") or "")
    return (
        not text
        or (bool(site) and (text == site or text in site))
        or (bool(column) and text == column)
        or text.endswith(("网站", "门户", "政府网", "信息网", "门户网", "公开网", "官网", "人民政府", "平台"))
    )
