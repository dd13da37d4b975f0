"""From the HTML of a page to its draft: what it says about itself, its body, its title, its files.

Markers and names that platforms give to bodies point at the container, the block that holds the prose stands in where
there are none; the tree is pruned, read as lines, and read a second time by trafilatura.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urljoin, urlsplit

from lxml import etree

from flows.extraction.facts import Attachment, Unreadable
from flows.extraction.text.chrome import is_chrome, is_named_chrome, trim
from flows.extraction.text.container import (
    find_container,
    is_aside,
    is_list_of_pages,
    part_with_title,
    repeats,
)
from flows.extraction.text.controls import cut_controls, cut_tools
from flows.extraction.text.draft import Draft
from flows.extraction.text.lines import lines_of
from flows.extraction.text.page_data import PageData, page_data
from flows.extraction.text.second_reader import second_look, second_reading
from flows.extraction.text.surroundings import (
    around,
    find_title,
    only_heading,
    read_labels,
    split_frame,
    wanted_titles,
)
from flows.extraction.text.tree import (
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
from flows.extraction.text.typography import one_line, squeeze

_FILE = re.compile(r"\.(pdf|docx?|wps|xlsx?|et|ofd|zip|rar|7z|pptx?|txt|rtf|jpe?g|png|tiff?)(?:[?#&]|$)", re.I)
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?)(?:[?#&]|$)", re.I)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_DOWNLOAD = re.compile(r"downfile\.jsp|download\.jsp|DownloadAttachUrl|/attachment/|/download/|downloadfile", re.I)
_PICTURE = re.compile(r"\.(jpe?g|png|gif|tiff?|bmp)(?:[?#&]|$)", re.I)
_SITE_CODE = re.compile(r"sitecode\s*[=:]\s*[\"']?\s*(\d{10}|bm\d{8})|site_code=(\d{10}|bm\d{8})", re.I)
_SITE_CODE_TEXT = re.compile(r"网站标识码\s*[:：]?\s*(\d{10}|bm\d{8})")
_LEAKED = re.compile(
    r"^\s*(?:[.#]?[\w#. ,:>*-]{0,80}+\{[^}]{0,400}+\}\s*+)++$|"
    r"^\s*(?:var |function |\$\(|window\.|document\.|<!--|@media|@font-face)"
)


LONGEST_META = 5_000


def read_html(text: str, *, base_url: str | None = None) -> Draft:
    """The body, the page's own title and everything it says about itself. Unreadable if it shows no text."""
    root = parse(text)
    draft = Draft(body=[])
    _read_head(root, text, draft)
    base = base_url or draft.meta.get("url")
    data = page_data(root)
    viewed = _viewed_files(root, base)
    marked = wrap_between_markers(root)
    cut_tools(root)
    drop_unseen(root)
    weights = Weights(root)
    found = find_container(root, marked, weights)
    container, sure = (found.element, found.sure) if found else (None, False)
    if data is not None and _is_of_page(data, container, sure, draft):
        _keep_data(data, draft)
        if not sure and not _shows(data, container):
            container, sure = _part(data.content), True
            draft.meta["data.content"] = data.content
            body_of(root).append(container)
            weights = Weights(root)
            found = None
    if found is not None and found.doubt:
        draft.warnings.append(found.doubt)
    if container is None:
        if not viewed:
            raise Unreadable("no_text", "The page shows no text; look at it in a browser: it may be built by scripts.")
        container = body_of(root)
    if not sure:
        container = part_with_title(container, weights, wanted_titles(draft))
    pictures = sum(1 for _ in container.iter("img"))
    _gather_files(container, draft, base)
    _prune(container, weights, sure)
    cut_controls(container, weights)
    lines = list(lines_of(container))
    before, after = around(container)
    title_at = find_title(before, draft)
    read_labels(draft, before, after, title_at)
    _files_after(container, draft, base)
    lines = second_look(container, lines, draft) if sure else second_reading(root, lines, draft)
    lines = split_frame(lines, draft, sure=sure, heading=only_heading(container))
    start, end = trim(lines)
    draft.labels[:0] = lines[:start]
    draft.labels_after[:0] = lines[end:]
    draft.body = [line for line in lines[start:end] if not is_chrome(line) and not _LEAKED.match(line)]
    known = {attachment.url for attachment in draft.attachments}
    draft.attachments.extend(file for file in viewed if file.url not in known)
    if not any(length(line) >= 2 for line in draft.body) and not draft.attachments:
        if pictures:
            raise Unreadable("no_text_layer", "The page shows its text as pictures; have it read by a person or OCR.")
        raise Unreadable("no_text", "The page shows no text but its frame; look at it in a browser.")
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
        content = one_line(re.sub(r"<[^<>]{0,100}>", "", (element.get("content") or "")[:LONGEST_META]))
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
            value = one_line(re.sub(r"<[^<>]*>", "", found[1]))
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
    if not code and (shown := _SITE_CODE_TEXT.search(re.sub(r"<[^<>]*>|&\w+;", "", text[-30_000:]))):
        code = shown[1]
    draft.site_id_code = code or None


# --- the data of a page that its scripts build -----------------------------------------------------------------------


def _is_of_page(data: PageData, container: Element | None, sure: bool, draft: Draft) -> bool:
    """Whether the data's record is the document of this page, and not a related one."""
    if _shows(data, container):
        return True
    named = squeeze(data.title or "")
    if len(named) >= 6 and any(
        named in squeeze(name) for name in (draft.page_title, draft.meta.get("articletitle")) if name
    ):
        return True
    return not sure and (container is None or data.han > 0.6 * len(_HAN.findall(text_of(container))))


def _shows(data: PageData, container: Element | None) -> bool:
    """Whether the container shows the text of the data already."""
    if container is None:
        return False
    text = "".join(_HAN.findall(re.sub(r"<[^>]{0,500}>", "", data.content)))
    middle = len(text) // 2
    return text[middle - 15 : middle + 15] in "".join(_HAN.findall(text_of(container)))


def _keep_data(data: PageData, draft: Draft) -> None:
    for name, value in (("title", data.title), ("source", data.source), ("document_number", data.document_number)):
        if value:
            draft.meta[f"data.{name}"] = value
    for name, value in data.dates.items():
        draft.meta[f"data.{name}"] = value
    draft.attachments.extend(data.attachments)


# --- parts that are no body, and files -------------------------------------------------------------------------------


def _prune(container: Element, weights: Weights, sure: bool) -> None:
    """Take share bars, counters, related lists and the like out of the container, where they hold little text.

    In a container that was found by its density also what stands beside a text by its tag, lists of other pages and
    a second copy of the text.
    """
    whole = max(1, weights.plain.get(container, 0))
    for element in list(container.iter(etree.Element)):
        if element is container or element.getparent() is None:
            continue
        names = names_of(element)
        if sure:
            frame = bool(names) and is_named_chrome(names)
        else:
            frame = is_aside(element) or (element.tag in _LISTS and _is_link_list(element, weights))
        if frame:
            size = length(text_of(element))
            if size < 0.3 * whole or size < 60:
                cut(element)
    if not sure:
        _cut_copies(container, weights)


_LISTS = frozenset(("ul", "ol", "dl", "div", "section", "table"))


def _is_link_list(element: Element, weights: Weights) -> bool:
    links = [link for link in element.iter("a") if length(text_of(link)) >= 2]
    return len(links) >= 3 and is_list_of_pages(element, weights)


def _cut_copies(container: Element, weights: Weights) -> None:
    """Cut the later of two blocks with the same text that stand side by side anywhere in the container."""
    holder = container
    while True:
        parts = [child for child in holder if weights.prose.get(child, 0) > 0]
        if not parts:
            return
        largest = max(parts, key=lambda child: weights.prose[child])
        for part in parts:
            if part is not largest and weights.prose[part] > 0.5 * weights.prose[largest] and repeats(part, largest):
                cut(part)
        if weights.prose[largest] < 0.5 * weights.prose.get(holder, 0):
            return
        holder = largest


_VIEWERS = (("iframe", "src"), ("embed", "src"), ("object", "data"), ("frame", "src"))
_IN_SCRIPT = re.compile(r"[\"']([^\"'\s<>]{1,300}\.(?:pdf|docx?|wps|ofd)(?:\?[^\"'\s<>]{0,200})?)[\"']", re.I)


def _viewed_files(root: Element, base: str | None) -> list[Attachment]:
    """Files that the page shows in a viewer: frames, embedded objects, and, without one, a script that opens a file."""
    addresses: list[str] = []
    for tag, name in _VIEWERS:
        for element in root.iter(tag):
            address = (element.get(name) or "").strip()
            asked = [value for _, value in parse_qsl(urlsplit(address).query)] if "?" in address else []
            # A viewer's own address names the file that it shows.
            addresses.extend([part for part in asked or [address] if _DOCUMENT.search(part)])
    if not addresses:
        for script in root.iter("script"):
            quoted = (match[1] for match in _IN_SCRIPT.finditer(script.text or "", 0, 200_000))
            # A name in Chinese without a path is what a file is called, not where it is.
            addresses.extend(address for address in quoted if "/" in address or not _HAN.search(address))
    found: dict[str, Attachment] = {}
    for address in addresses:
        try:
            url = urljoin(base, address) if base else address
        except ValueError:
            continue
        found.setdefault(url, Attachment(url=url, name=""))
    return list(found.values())[:20]


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
