"""博达 VSB: the newest page has the plain name, the others count down, so their addresses shift as pages fill."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from crawlers.families.lists import read_list
from crawlers.families.paging import next_link
from crawlers.families.reading import ListReading, NextPage, Page

_MARK = re.compile(
    r"_newscontent_fromname|_simple_list_gotopage_fun|_showDynClicks|vsb_content|vsbscreen|v_news_content"
)
_LINKS = re.compile(r"""href=["'][^"']*info/\d+/\d+\.htm["']|wbtreeid=\d+&(?:amp;)?wbnewsid=\d+""")
_PAGES = re.compile(r"_gotopage_fun\(\s*(\d+)")
_COUNTED = re.compile(r"共\s*(\d+)\s*条[^0-9]{0,40}?(\d+)\s*/\s*(\d+)")
_PLAIN = re.compile(r"([^/]+)\.htm$")


class Vsb:
    """Articles are `/info/<tree>/<news>.htm`."""

    name = "vsb"

    def recognise(self, page: Page) -> str | None:
        """By the names of its scripts and blocks, or by links to its articles."""
        if mark := _MARK.search(page.text):
            return f"mark {mark.group()}"
        links = len(_LINKS.findall(page.text))
        return f"{links} links to /info/N/N.htm" if links >= 3 else None

    def read(self, page: Page) -> ListReading:
        """Read a column page; the page after it is the one it links to, else the one numbered one lower."""
        counted = _COUNTED.search(re.sub(r"<[^>]{0,200}>|&nbsp;", "", page.text))
        total = int(counted.group(1)) if counted else None
        next_page = next_link(page) or _lower(page, int(counted.group(3)) if counted else None)
        if next_page is not None:
            next_page = NextPage(next_page.url, headers={"Referer": page.url})
        return read_list(page, next_page=next_page, total=total)


def _lower(page: Page, counted: int | None) -> NextPage | None:
    """The page numbered one lower: after `tzgg.htm` of T pages comes `tzgg/{T-1}.htm`, then one less, down to 1."""
    name = _PLAIN.search(urlsplit(page.url).path)
    if name is None:
        return None
    if name.group(1).isdigit():
        lower = int(name.group(1)) - 1
        return NextPage(urljoin(page.url, f"{lower}.htm")) if lower >= 1 else None
    stated = _PAGES.search(page.text)
    pages = counted or (int(stated.group(1)) if stated else 0)
    return NextPage(urljoin(page.url, f"{name.group(1)}/{pages - 1}.htm")) if pages > 1 else None
