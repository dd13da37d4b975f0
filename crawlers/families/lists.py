"""One page of a list, put together: entries, the way on, the stated total, further columns, and what failed."""

from __future__ import annotations

import re

from crawlers.families.answers import following
from crawlers.families.asked_by_script import asked_by_script, by_script, is_by_script, own_scripts
from crawlers.families.called_pages import called_page
from crawlers.families.columns import column_links
from crawlers.families.feeds import is_feed, linked_feed, read_feed
from crawlers.families.paging import next_link, offers_more, stated_total
from crawlers.families.reading import ColumnLink, Entry, ListReading, NextPage, Page
from crawlers.families.records import written_records
from crawlers.families.rows import read_rows

NO_ROWS = "The page has no row with a link and a title that looks like an entry."
_SHELL = re.compile(r"v-for=|v-cloak|ng-repeat=|\{\{\s*item\.|数据加载中|正在加载|<div id=[\"']?app[\"']?>\s*</div>")
_COUNTED = re.compile(r"""(?:data-total=["']?|["']?total(?:Record|Count)?["']?\s*[:=]\s*["']?)(\d{1,7})""")


def read_list(
    page: Page,
    *,
    entries: tuple[Entry, ...] | None = None,
    next_page: NextPage | None = None,
    total: int | None = None,
) -> ListReading:
    """The reading of a page; what a family knows better than the plain rows, links and counts it hands in."""
    if entries is None and is_feed(page):
        return read_feed(page)
    if entries is None:
        # One row may be a footer's; a list that a script is to show is longer.
        entries = read_rows(page)
        entries = entries if len(entries) > 1 else max(entries, written_records(page), key=len)
    next_page = next_page or next_link(page) or called_page(page)
    total = stated_total(page.text) if total is None else total
    columns = column_links(page)
    if next_page is None:
        next_page = _scripted(page, len(entries), total)
    warnings = why_empty(page, entries, next_page, total, columns)
    if warnings and not entries and next_page is None and page.asked is None and (leads := _leads_of_shell(page)):
        return ListReading((), leads[0], total, columns, warnings)
    if page.asked is None and entries and next_page is None and total is not None and total > len(entries):
        warnings = (f"The page states {total} entries, shows {len(entries)}, and leads to no others.",)
    return ListReading(entries, next_page, total, columns, warnings)


def _scripted(page: Page, here: int, total: int | None) -> NextPage | None:
    """What a page's script would ask for: its list, the page after the `here` entries that it shows, or, of a piece
    that a script asked for, the piece after."""
    if page.asked is not None and here:
        return following(page.asked, here, total) if is_by_script(page.asked) else None
    if here and (total is not None or offers_more(page)):
        return asked_by_script(page, 2) if total is None or total > here else None
    # Rows that a page shows beside a list of its script are those of another: news, what is much read.
    return asked_by_script(page, surely=here > 0)


def _leads_of_shell(page: Page) -> tuple[NextPage, ...]:
    """What else may hold the list of a page that shows none: the feed that it names, the script that it brings."""
    feed = linked_feed(page)
    return (NextPage(feed, headers=by_script(page.url)),) if feed else own_scripts(page)


def why_empty(
    page: Page,
    entries: tuple[Entry, ...],
    next_page: NextPage | None,
    total: int | None,
    columns: tuple[ColumnLink, ...],
) -> tuple[str, ...]:
    """What is wrong with a list page that yields no entry; nothing where it has some, says it has none, leads on, or is
    the index above lists of its own."""
    if entries or total == 0 or (next_page is not None and (next_page.method == "POST" or is_by_script(next_page))):
        return ()
    counted = _COUNTED.search(page.text)
    stated = total or (int(counted.group(1)) if counted else 0)
    if stated:
        return (f"The page states {stated} entries and shows none that can be read.",)
    if _SHELL.search(page.text):
        return ("The page builds its list by a script and names no address to read it from.",)
    folder = page.url.rsplit("/", 1)[0] + "/"
    return () if page.asked is None and any(column.url.startswith(folder) for column in columns) else (NO_ROWS,)
