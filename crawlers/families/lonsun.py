"""龙讯 LonSun, Anhui: the list is a label (`/site/label/8888`) asked for piece by piece."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin

from crawlers.families.answers import following, is_answer, read_answer
from crawlers.families.asked_by_script import is_by_script
from crawlers.families.lists import read_list
from crawlers.families.reading import ListReading, NextPage, Page

_LABEL = re.compile(r"""["'(]([^"'()\s]*/site/label/\d+\?[^"'\s)]*labelName=publicInfoList[^"'\s)]*)""")
_MARK = re.compile(r"/site/label/\d+|publicInfoList|lonsun|/openness/(?:public|detail)/|XxgkContent", re.IGNORECASE)
_LINKS = re.compile(r"""href=["'][^"']*/public/(?:column/)?\d+/\d+\.html|/openness/detail/content/""")
_SITE = re.compile(r"""siteId["']?\s*[:=]\s*["']?(\d+)""")
_ORGAN = re.compile(r"""organId["']?\s*[:=]\s*["']?(\d+)|/public/column/(\d+)""")
_CATEGORY = re.compile(r"""catId["']?\s*[:=]\s*["']?(\d+)""")
_PAGES = re.compile(r"""pageCount["']?\s*[:=]\s*["']?(\d+)|totalpage["']?\s*[:=]\s*["']?(\d+)""", re.IGNORECASE)
_NUMBER = re.compile(r"pageIndex=(\d+)")


class Lonsun:
    """Documents are `/public/<organ>/<id>.html`; a list belongs to an organ and a category."""

    name = "lonsun"

    def recognise(self, page: Page) -> str | None:
        """By the address of its labels, or by links to its documents."""
        if mark := _MARK.search(page.text):
            return f"mark {mark.group()}"
        links = len(_LINKS.findall(page.text))
        return f"{links} links to /public/N/N.html" if links >= 3 else None

    def read(self, page: Page) -> ListReading:
        """Read a column page or a piece of its list; a page without rows leads to its label."""
        if is_answer(page):
            return read_answer(page)
        reading = read_list(page)
        open_ended = reading.next_page is None or is_by_script(reading.next_page)
        if reading.entries and open_ended and (way_on := _next(page, len(reading.entries))):
            return read_list(page, entries=reading.entries, next_page=way_on)
        asked_by_page = reading.next_page is not None and "/site/label/" in reading.next_page.url
        if not reading.entries and page.asked is None and not asked_by_page and (first := _label(page, 1)):
            return ListReading((), first, reading.total, reading.columns)
        return reading


def _label(page: Page, number: int) -> NextPage | None:
    """The address of page `number` of the list: as the page's script has it, else from the numbers it names."""
    if found := _LABEL.search(html.unescape(page.text)):
        url = found.group(1)
        numbered = _NUMBER.sub(f"pageIndex={number}", url) if _NUMBER.search(url) else f"{url}&pageIndex={number}"
        return NextPage(urljoin(page.url, numbered), headers={"Referer": page.url})
    site, organ, category = _SITE.search(page.text), _ORGAN.search(page.text), _CATEGORY.search(page.text)
    if site is None or organ is None:
        return None
    return NextPage(
        urljoin(
            page.url,
            "/site/label/8888?IsAjax=1&dataType=html&labelName=publicInfoList&pageSize=15&action=list&isDate=true"
            f"&dateFormat=yyyy-MM-dd&siteId={site.group(1)}&organId={organ.group(1) or organ.group(2)}&type=4"
            f"&catId={category.group(1) if category else ''}&pageIndex={number}",
        ),
        headers={"Referer": page.url},
    )


def _next(page: Page, here: int) -> NextPage | None:
    pages = _PAGES.search(page.text)
    count = int(pages.group(1) or pages.group(2)) if pages else None
    asked = page.asked
    if asked is None:
        return _label(page, 2) if count is None or count > 1 else None
    at = _NUMBER.search(asked.url)
    if at is None or (count is not None and int(at.group(1)) >= count):
        return None
    return following(asked, here, None)
