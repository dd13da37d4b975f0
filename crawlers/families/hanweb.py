"""大汉 Hanweb: columns `/col/colN/`, lists in an inline data store, paged by jpage, jpaas or queryList."""

from __future__ import annotations

import re

from crawlers.families.answers import is_answer, read_answer
from crawlers.families.asked_by_script import is_by_script
from crawlers.families.jpaas import query_list, unit_page
from crawlers.families.jpage import jpage_entries, jpage_total, next_group
from crawlers.families.lists import read_list
from crawlers.families.reading import ListReading, Page

_MARKS = re.compile(
    r"<datastore>|/module/(?:web/)?jpage/|jpaas-publish-server|loadPageData\(|<!--<\$\[\w+\]>begin-->|/module/xxgk/"
)
_LINKS = re.compile(
    r"""href=\\?["'][^"']*?/(?:art/\d{4}/(?:\d{1,2}/\d{1,2}/art_\d+_\d+|art_[0-9a-f-]{32,36})\.html|col/col\d+/)"""
)


class Hanweb:
    """Articles are `/art/2025/1/20/art_N_N.html`, newer ones `/art/2025/art_<hex>.html`."""

    name = "hanweb"

    def recognise(self, page: Page) -> str | None:
        """By the marks of its interfaces, or by links to its articles and columns."""
        if mark := _MARKS.search(page.text):
            return f"mark {mark.group()}"
        links = len(_LINKS.findall(page.text))
        return f"{links} links to /art/ and /col/ pages" if links >= 3 else None

    def read(self, page: Page) -> ListReading:
        """Read a column page, or the answer of jpage (XML), jpaas or queryList (JSON)."""
        if is_answer(page):
            return read_answer(page)
        total = jpage_total(page)
        if stored := jpage_entries(page):
            return read_list(page, entries=stored, next_page=next_group(page, len(stored), total), total=total)
        if page.asked is not None and page.text.lstrip().startswith(("<datastore", "<?xml")):
            return ListReading(total=total)
        shown = read_list(page, total=total)
        if shown.next_page is not None and shown.entries and not is_by_script(shown.next_page):
            return shown
        # What the page shows is all of its first page, or nothing: the rest has to be asked for.
        here = len(shown.entries)
        way_on = next_group(page, here, total) or unit_page(page, 2 if here else 1) or query_list(page, here)
        if here or way_on is None:
            return read_list(page, entries=shown.entries, next_page=way_on, total=total)
        return ListReading((), way_on, total, shown.columns)
