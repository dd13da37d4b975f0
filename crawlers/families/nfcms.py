"""NFCMS (开普云/南方集约化), Guangdong: `/content/post_N.html`, page 2 of a list is `index_2.html`."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from crawlers.families.lists import read_list
from crawlers.families.paging import next_link
from crawlers.families.reading import ListReading, NextPage, Page

_MARK = re.compile(r"NFCMS[_-][A-Z_-]+")
_POSTS = re.compile(r"""href=["'][^"']*/content/m?post_\d+\.html""")
_LAST = re.compile(r"""index_(\d+)\.html["'][^>]*>\s*(?:最后|末|尾|最末)""")
_HERE = re.compile(r"/(?:index(?:_(\d+))?\.html)?$")


class Nfcms:
    """Lists of links to posts, paged from one."""

    name = "nfcms"

    def recognise(self, page: Page) -> str | None:
        """By the marks its templates leave, or by links to posts."""
        if mark := _MARK.search(page.text):
            return f"mark {mark.group()}"
        posts = len(_POSTS.findall(page.text))
        return f"{posts} links to /content/post_N.html" if posts >= 3 else None

    def read(self, page: Page) -> ListReading:
        """Read a column page; where its pager leads nowhere but names a last page, count on to it."""
        next_page = next_link(page)
        here = _HERE.search(page.url.split("?")[0])
        last = _LAST.search(page.text)
        if next_page is None and here and last and (number := int(here.group(1) or 1)) < int(last.group(1)):
            next_page = NextPage(urljoin(page.url, f"index_{number + 1}.html"))
        return read_list(page, next_page=next_page)
