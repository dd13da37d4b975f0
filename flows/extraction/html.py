"""From the HTML of a page to its draft: what it says about itself, its body, its title, its files.

Markers and names that platforms give to bodies point at the container, the block that holds the prose stands in where
there are none; the tree is pruned, read as lines, and read a second time by trafilatura.
"""

from __future__ import annotations

import json
import re
from urllib.parse import urljoin

from lxml import etree

from flows.extraction.chrome import is_chrome, is_named_chrome, trim
from flows.extraction.container import find_container
from flows.extraction.draft import Draft
from flows.extraction.facts import Attachment, Unreadable
from flows.extraction.lines import lines_of
from flows.extraction.second_reader import second_look, second_reading
from flows.extraction.surroundings import around, find_title, read_labels, split_frame
from flows.extraction.tree import (
    Element,
    Weights,
    body_of,
    cut,
    drop_unseen,
    length,
    names_of,
    parse,
    text_of,
    wrap_between_markers,
)
from flows.extraction.typography import drop_surrogates, one_line

_FILE = re.compile(r"\.(pdf|docx?|wps|xlsx?|et|ofd|zip|rar|7z|pptx?|txt|rtf|jpe?g|png|tiff?)(?:[?#&]|$)", re.I)
_DOWNLOAD = re.compile(r"downfile\.jsp|download\.jsp|DownloadAttachUrl|/attachment/|/download/|downloadfile", re.I)
_PICTURE = re.compile(r"\.(jpe?g|png|gif|tiff?|bmp)(?:[?#&]|$)", re.I)
_SITE_CODE = re.compile(r"sitecode\s*[=:]\s*[\"']?\s*(\d{10}|bm\d{8})|site_code=(\d{10}|bm\d{8})", re.I)
_SITE_CODE_TEXT = re.compile(r"网站标识码\s*[:：]?\s*(\d{10}|bm\d{8})")
_LEAKED = re.compile(
    r"^\s*(?:[.#]?[\w#. ,:>*-]{0,80}\{[^}]{0,400}\}\s*)+$|"
    r"^\s*(?:var |function |\$\(|window\.|document\.|<!--|@media|@font-face)"
)


def read_html(text: str, *, base_url: str | None = None) -> Draft:
    """The body, the page's own title and everything it says about itself. Unreadable if it shows no text."""
    root = parse(text)
    draft = Draft(body=[])
    _read_head(root, text, draft)
    marked = wrap_between_markers(root)
    drop_unseen(root)
    weights = Weights(root)
    found = find_container(root, marked, weights)
    container, sure = (found.element, found.sure) if found else (None, False)
    if (found is None or not sure) and (content := draft.meta.get("detail.content")):
        # A page built by its scripts: its data holds the body.
        container, sure = _part(content), True
        body_of(root).append(container)
        weights = Weights(root)
    elif found is not None and found.doubt:
        draft.warnings.append(found.doubt)
    if container is None:
        raise Unreadable("no_text", "The page shows no text; look at it in a browser: it may be built by scripts.")
    base = base_url or draft.meta.get("url")
    _gather_files(container, draft, base)
    _prune(container, weights, draft)
    lines = list(lines_of(container))
    before, after = around(container)
    title_at = find_title(before, draft)
    read_labels(draft, before, after, title_at)
    _files_after(container, draft, base)
    lines = second_look(container, lines, draft) if sure else second_reading(root, split_frame(lines, draft), draft)
    start, end = trim(lines)
    draft.labels.extend(lines[:start] + lines[end:])
    draft.body = [line for line in lines[start:end] if not is_chrome(line) and not _LEAKED.match(line)]
    return draft


def _part(markup: str) -> Element:
    """A fragment of a page as one element."""
    part = etree.fromstring(f"<div>{markup}</div>".encode("utf-8", "ignore"), etree.HTMLParser(encoding="utf-8"))
    drop_unseen(part)
    holder = body_of(part)
    holder.tag = "div"
    return holder


# --- what the page says about itself -------------------------------------------------------------------------------


def _read_head(root: Element, text: str, draft: Draft) -> None:
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or "").strip().lower()
        content = one_line(re.sub(r"<[^>]{0,100}>", "", element.get("content") or ""))
        if name and content and name not in draft.meta:
            draft.meta[name] = content
    title = root.find(".//title")
    if title is not None and text_of(title).strip():
        draft.page_title = one_line(text_of(title))
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
            value = one_line(text_of(element))
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
            draft.meta[f"detail.{key}"] = drop_surrogates(value)
    for key in ("display_publish_time", "publish_time"):
        value = detail.get(key)
        if isinstance(value, int) and value > 0:
            draft.meta[f"detail.{key}"] = str(value)
    for entry in detail.get("attachment") or ():
        if isinstance(entry, dict) and isinstance(entry.get("url"), str):
            draft.attachments.append(Attachment(url=entry["url"], name=one_line(str(entry.get("name") or ""))))


# --- parts that are no body, and files -------------------------------------------------------------------------------


def _prune(container: Element, weights: Weights, draft: Draft) -> None:
    """Take share bars, counters, related lists and the like out of the container, where they hold little text."""
    whole = max(1, weights.plain.get(container, 0))
    for element in list(container.iter(etree.Element)):
        if element is container or element.getparent() is None:
            continue
        names = names_of(element)
        if names and is_named_chrome(names):
            size = length(text_of(element))
            if size < 0.3 * whole or size < 60:
                cut(element)


def _is_file(href: str) -> bool:
    return bool(_FILE.search(href) or _DOWNLOAD.search(href))


def _gather_files(element: Element, draft: Draft, base: str | None) -> None:
    known = {attachment.url for attachment in draft.attachments}
    for link in element.iter("a"):
        href = (link.get("href") or "").strip()
        if not href or href.startswith(("javascript:", "#", "mailto:")) or not _is_file(href):
            continue
        name = one_line(text_of(link)) or one_line(link.get("title") or link.get("download") or "")
        if _PICTURE.search(href) and not name:
            continue
        try:
            url = urljoin(base, href) if base else href
        except ValueError:
            continue
        if url not in known:
            known.add(url)
            draft.attachments.append(Attachment(url=url, name=name))


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
