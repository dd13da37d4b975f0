"""开普云 UCAP outside Guangdong: static lists, or an interface that answers in JSON by the channel's number."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urljoin

from crawlers.families.answers import is_answer, read_answer
from crawlers.families.lists import read_list
from crawlers.families.reading import ListReading, NextPage, Page
from crawlers.families.trs import script_paging

_MARK = re.compile(r"<UCAP(?:TITLE|CONTENT)|UCAP-CONTENT|/common/search/|manuscriptPage_\d|#PAGE_BREAK#", re.IGNORECASE)
_LINKS = re.compile(r"""href=["'][^"']*/(?:\d{6}|\d{4}/\d{1,2}/\d{1,2})/[0-9a-f]{32}\.shtml""")
_CHANNEL = re.compile(
    r"""name=["']channelId["']\s+content=["']([\w-]+)|content=["']([\w-]+)["']\s+name=["']channelId["']"""
    r"""|/common/search/([\w-]{8,})|channelId["']?\s*[:=]\s*["']([\w-]{8,})["']"""
)
_PAGE_SIZE = 15


class Ucap:
    """Articles are `/202501/<32 hex digits>.shtml` or `/2025/1/20/<32 hex digits>.shtml`."""

    name = "ucap"

    def recognise(self, page: Page) -> str | None:
        """By its tags and interface, or by links to its articles."""
        if mark := _MARK.search(page.text):
            return f"mark {mark.group()}"
        links = len(_LINKS.findall(page.text))
        return f"{links} links to pages of 32 hex digits" if links >= 3 else None

    def read(self, page: Page) -> ListReading:
        """Read a column page or an answer of the interface; a page without rows leads to the interface."""
        if is_answer(page):
            return read_answer(page)
        next_page, total = script_paging(page)
        reading = read_list(page, next_page=next_page, total=total)
        if reading.entries or page.asked is not None:
            return reading
        channel = _CHANNEL.search(page.text)
        if channel is None:
            return reading
        number = next(group for group in channel.groups() if group)
        query = {"page": 1, "_pageSize": _PAGE_SIZE, "_isAgg": "true", "_isJson": "true", "_template": "index"}
        first = NextPage(f"{urljoin(page.url, f'/common/search/{number}')}?{urlencode(query)}")
        return ListReading((), first, reading.total, reading.columns)
