"""Where a page leads, wherever it writes that: links, image maps, choices, blocks with a click, menus in scripts,
frames, and pages that only send the visitor on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

from lxml import html

from crawlers.families.reading import ColumnLink, Page
from crawlers.families.rows import base_of, collapse, link_target, link_title, parse, text_of

_CLICKABLE = "//a | //area | //option[@value] | //*[@onclick or @data-href or @data-url or @data-link][not(self::a)]"
_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_LITERAL = re.compile(r""""((?:[^"\\\n]|\\.){1,300})"|'((?:[^'\\\n]|\\.){1,300})'""")
_ADDRESS = re.compile(
    r"^(?:https?:)?//[^\s<>]+$|^\.{0,2}/[^\s<>*]*$|^[\w./-]+(?:\.s?html?|\.jsp|\.php|\.aspx?|/)(?:\?\S*)?$"
)
_NAME = re.compile(r"^[^<>/\\{}=]{2,24}$")
_HAN = re.compile(r"[一-鿿]{2}")
# Literals on either side of a name that may be its address: `name:"…",id:"…",url:"…"`, `["…","…"]`.
_FIELDS = 7
_MORE = re.compile(r"^\W*(?:查看|点击)?(?:更多|全部|more)(?:内容|信息)?\W*$", re.IGNORECASE)
_NEAR, _LONGEST_HEADING = 3, 24
_SOURCE = re.compile(r"""<script\b[^>]*\bsrc\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_MENU_FILE = re.compile(r"nav|menu|head|top|column|channel|lanmu|cate|tree|site|data|common|main|index", re.IGNORECASE)
_LIBRARY = re.compile(
    r"jquery|swiper|bootstrap|vue|react|echarts|layui|analytics|\.min\.js|jiathis|share|slide|video", re.I
)
_WRITTEN_FRAME = re.compile(r"""<iframe\b[^>]*?\bsrc\s*=\s*\\?["']?([^\s"'\\>]+)""", re.IGNORECASE)
_REFRESH = re.compile(
    r"""<meta\b(?=[^>]*http-equiv\s*=\s*["']?refresh)[^>]*?content\s*=\s*["']?\s*\d+\s*[;,]\s*url\s*=\s*['"]?([^"'>\s]+)""",
    re.IGNORECASE,
)
_LEADS_ON = re.compile(
    r"""(?:location(?:\.href)?\s*=|location\.(?:replace|assign)\()\s*["']([^"']+)["']"""
)  # fmt: skip
_BY_DEVICE = re.compile(r"navigator\.|userAgent|Android|iPhone|screen\.width|isMobile", re.IGNORECASE)
_CRUMBS = re.compile(r"(?:当前|您的?|现在|您现在的?|所在|你的?|目前)(?:所在)?(?:的)?(?:位置|栏目)\s*(?:是)?\s*[:：]?")
_BETWEEN_CRUMBS = re.compile(r"\s*(?:>+|»|›|→|＞|/|\\|—>|-\s|::|·|\|)\s*")
_HOME = re.compile(r"^(?:网站|本站|门户)?(?:首\s*页|主页|home)$|人民政府|门户网站$|官网$", re.IGNORECASE)
FEW_LINKS = 8
"""A page with fewer links than this has its menu elsewhere, or only sends the visitor on."""


def page_links(page: Page) -> tuple[ColumnLink, ...]:
    """Every named link of a page, each address once for each name, in the order of the page, scripts last."""
    found: dict[tuple[str, str], None] = {}
    for name, url in [*_written(page), *_scripted(page)]:
        if name and url:
            found.setdefault((name, url))
    return tuple(ColumnLink(url, name) for name, url in found)


def _written(page: Page) -> Iterator[tuple[str, str]]:
    document = parse(page.text)
    if document is None:
        return
    base = base_of(document, page.url)
    for element in document.xpath(_CLICKABLE):
        if not isinstance(element, html.HtmlElement):
            continue
        if element.tag == "option":
            value = (element.get("value") or "").strip()
            target = urljoin(base, value) if _ADDRESS.match(value) else None
        else:
            target = link_target(element, base)
        if target is None or not target.startswith("http"):
            continue
        # The name of a block that is clicked is all that it says, so a block that says much has none.
        name = link_title(element) if element.tag == "a" else collapse(element.get("alt") or text_of(element))
        yield _headed(element) if _MORE.match(name) else name, target


def _headed(more: html.HtmlElement) -> str:
    """What a link to more is more of: the heading that it stands beside; its own words where there is none."""
    for above in list(more.iterancestors())[:_NEAR]:
        beside = collapse(text_of(above, without=more)).strip(" >»|+·")
        if beside:
            return beside if len(beside) <= _LONGEST_HEADING else ""
    return ""


def _scripted(page: Page) -> Iterator[tuple[str, str]]:
    """Names and addresses that stand side by side in a script."""
    whole = page.text if _is_script(page) else ""
    for body in [whole] if whole else _SCRIPT.findall(page.text):
        if "<a" in body.lower():
            markup = body.replace('\\"', '"').replace("\\'", "'").replace("\\/", "/")
            yield from _written(Page(page.url, f"<html><body>{markup}</body></html>"))
        literals = [(m.start(), m.end(), _plain(m.group(1) or m.group(2) or "")) for m in _LITERAL.finditer(body)]
        for position, (start, end, text) in enumerate(literals):
            if not (_NAME.match(text) and _HAN.search(text)):
                continue
            behind, ahead = literals[max(position - _FIELDS, 0) : position], literals[position + 1 : position + _FIELDS]
            after = ((body[end:at], other) for at, _, other in ahead)
            before = ((body[to:start], other) for _, to, other in reversed(behind))
            address = _address_in(after, "}])") or _address_in(before, "{[(")
            if address is not None:
                yield collapse(text), urljoin(page.url, address)


def _address_in(fields: Iterable[tuple[str, str]], closed_by: str) -> str | None:
    """The first address among the fields of a name's own record, each with what stands between it and the name."""
    for between, text in fields:
        if any(mark in between for mark in closed_by):
            return None
        if len(text) > 1 and _ADDRESS.match(text):
            return text
    return None


def _plain(literal: str) -> str:
    """A literal of a script as it reads."""
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m.group(1), 16)), literal)
    return unescape(text.replace("\\/", "/")).strip()


def _is_script(page: Page) -> bool:
    return "javascript" in (page.content_type or "") or urlsplit(page.url).path.endswith((".js", ".json"))


def menu_scripts(page: Page) -> tuple[str, ...]:
    """The addresses of a page's own scripts that may hold its menu, the likeliest first."""
    host = urlsplit(page.url).netloc
    found = [urljoin(page.url, unescape(source)) for source in _SOURCE.findall(page.text)]
    own = [url for url in dict.fromkeys(found) if urlsplit(url).netloc == host and not _LIBRARY.search(url)]
    return tuple(sorted(own, key=lambda url: _MENU_FILE.search(url.rsplit("/", 1)[-1]) is None))


def frames(page: Page) -> tuple[str, ...]:
    """The addresses of the pages that stand in a page's frames."""
    document = parse(page.text)
    if document is None:
        return ()
    base = base_of(document, page.url)
    sources = [(element.get("src") or "").strip() for element in document.iter("frame", "iframe")]
    # A frame may be written by a script.
    sources += [source for body in _SCRIPT.findall(page.text) for source in _WRITTEN_FRAME.findall(body)]
    return tuple(dict.fromkeys(urljoin(base, source) for source in sources if _ADDRESS.match(source)))


def leads_on(page: Page) -> str | None:
    """Where a page sends the visitor without being asked; None for a page that stands for itself."""
    if found := _REFRESH.search(page.text):
        return str(urljoin(page.url, unescape(found.group(1))))
    # Some pages send only those on who come with a telephone.
    if len(page.text) < 4000 and (found := _LEADS_ON.search(page.text)) and not _BY_DEVICE.search(page.text):
        return str(urljoin(page.url, found.group(1)))
    return None


def crumbs(page: Page) -> tuple[str, ...]:
    """The way to a page as it shows it (当前位置：首页 > 政务公开 > …), without the home page."""
    document = parse(page.text)
    if document is None:
        return ()
    for element in document.iter("div", "p", "span", "td", "li", "ul", "ol", "h3", "h4", "section", "nav", "dl"):
        text = collapse(text_of(element))
        label = _CRUMBS.search(text[:40])
        if label is None or len(text) > 160:
            continue
        parts = [part.strip(" :：") for part in _BETWEEN_CRUMBS.split(text[label.end() :])]
        if len(parts) == 1:  # what stands between them is drawn, not written
            parts = [collapse(text_of(anchor)) for anchor in element.iter("a")]
            parts += [(anchor.tail or "").strip() for anchor in list(element.iter("a"))[-1:]]
        return tuple(part for part in parts if 1 < len(part) <= 24 and not _HOME.search(part))
    return ()
