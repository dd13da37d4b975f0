"""Feeds: a list as XML, RSS or Atom or of a platform's own making, with a title, an address and a date in each item."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

from lxml import etree

from crawlers.families.dates import dates_in
from crawlers.families.reading import Entry, ListReading, Page
from crawlers.families.rows import collapse

_FEED = re.compile(
    r"^\s*\ufeff?\s*(?:(?:<\?[^>]*\?>|<!--.*?-->)\s*)*<(?!!doctype|html|datastore)[a-z]\w*[\s>:/]",
    re.IGNORECASE | re.DOTALL,
)
_ITEMS = ("item", "entry", "row", "record", "doc", "info", "article", "news")
_TITLES = ("title", "doctitle", "infotitle", "name", "subject")
_ADDRESSES = ("link", "url", "docpuburl", "href", "guid", "id")
_DATES = ("pubdate", "published", "updated", "date", "pubtime", "publishtime", "docreltime", "releasetime", "time")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BY_NAME = re.compile(r"(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{4})")
_LINKED = re.compile(
    r"<link\b(?=[^>]*application/(?:rss|atom)\+xml)[^>]*?\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE
)


def is_feed(page: Page) -> bool:
    """True if a page is XML with items in it, and no HTML."""
    return _FEED.match(page.text[:2_000]) is not None and any(f"<{name}" in page.text.lower() for name in _ITEMS)


def read_feed(page: Page) -> ListReading:
    """The items of a feed that have a title and an address."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(re.sub(r"^\s*\ufeff?\s*<\?xml[^>]*\?>", "", page.text).strip().encode(), parser)
    entries: dict[str, Entry] = {}
    for item in root.iter() if root is not None else ():
        if not isinstance(item.tag, str) or _name(item) not in _ITEMS:
            continue
        parts = {_name(part): part for part in reversed(list(item)) if isinstance(part.tag, str)}
        title = next((text for name in _TITLES if name in parts and (text := _text(parts[name]))), "")
        address = next((found for name in _ADDRESSES if name in parts and (found := _address(parts[name]))), None)
        date = next((day for name in _DATES if name in parts and (day := _day(_text(parts[name])))), None)
        if len(title) > 1 and address:
            try:
                url = urljoin(page.url, address)
            except ValueError:
                continue
            entries.setdefault(url, Entry(url, title, date))
    return ListReading(tuple(entries.values()), warnings=() if entries else ("The feed has no item with a title.",))


def linked_feed(page: Page) -> str | None:
    """The feed that a page says is its list in another form."""
    found = _LINKED.search(page.text)
    return urljoin(page.url, unescape(found.group(1))) if found else None


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower()


def _text(element: etree._Element) -> str:
    return collapse(
        unescape(
            re.sub(r"<[^>]+>", "", str(etree.tostring(element, method="text", encoding="unicode", with_tail=False)))
        )
    )


def _address(element: etree._Element) -> str | None:
    text = (element.get("href") or _text(element)).strip()
    return text if re.match(r"https?://|\.{0,2}/", text) or re.search(r"\.(?:s?html?|jsp|aspx?|php)\b", text) else None


def _day(text: str) -> str | None:
    """The day of a date, also written as feeds do: Tue, 18 Feb 2025 10:00:00 +0800."""
    if (named := _BY_NAME.search(text)) and named[2].lower() in _MONTHS:
        return f"{named[3]}-{_MONTHS.index(named[2].lower()) + 1:02d}-{int(named[1]):02d}"
    return next(iter(dates_in(text)), None)
