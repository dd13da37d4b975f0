"""东方网景 eportal: `/eportal/ui?pageId=…&currentPage=N&moduleId=…`, which wants to know where one comes from."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawlers.families.lists import read_list
from crawlers.families.paging import next_link
from crawlers.families.reading import ListReading, NextPage, Page

_MARK = re.compile(r"/eportal/(?:ui|fileDir|themes|admin)|easysite", re.IGNORECASE)
_MODULE = re.compile(r"moduleId[\"']?\s*[=:]\s*[\"']?([0-9a-f]{32})")
_PAGE_ID = re.compile(r"pageId[\"']?\s*[=:]\s*[\"']?(\d+)")
_PAGES = re.compile(r"共\s*(\d+)\s*页|totalPages?[\"']?\s*[=:]\s*[\"']?(\d+)|\d+\s*/\s*(\d+)\s*页")
_CURRENT = re.compile(r"[?&]currentPage=(\d+)")


class Eportal:
    """Articles are `?pageId=…&articleKey=…`, or their static names `/a/b/<page>/<article>/`."""

    name = "eportal"

    def recognise(self, page: Page) -> str | None:
        """By addresses under /eportal."""
        mark = _MARK.search(page.text) or _MARK.search(page.url)
        return f"mark {mark.group()}" if mark else None

    def read(self, page: Page) -> ListReading:
        """Read a column page; every request on carries the list's own address as Referer."""
        next_page = next_link(page) or _counted(page)
        if next_page is not None:
            next_page = NextPage(next_page.url, headers={"Referer": _referer(page)})
        return read_list(page, next_page=next_page)


def _referer(page: Page) -> str:
    number = dict(parse_qsl(urlsplit(page.url).query)).get("pageId")
    return urljoin(page.url, f"/eportal/ui?pageId={number}") if number else page.url


def _counted(page: Page) -> NextPage | None:
    """The page after this one by its number, where the pager is a script."""
    pages = _PAGES.search(re.sub(r"<[^>]{0,200}>", "", page.text))
    module = _MODULE.search(page.text)
    number = dict(parse_qsl(urlsplit(page.url).query)).get("pageId")
    if number is None and (named := _PAGE_ID.search(page.text)):
        number = named.group(1)
    if pages is None or module is None or number is None:
        return None
    at = _CURRENT.search(page.url)
    following = (int(at.group(1)) if at else 1) + 1
    if following > int(next(group for group in pages.groups() if group)):
        return None
    query = {"pageId": number, "currentPage": following, "moduleId": module.group(1), "staticRequest": "yes"}
    return NextPage(f"{urljoin(page.url, '/eportal/ui')}?{urlencode(query)}")
