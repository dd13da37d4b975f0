"""jpage of 大汉: records in `<datastore>`, inline in the column's page or as XML from `dataproxy.jsp`."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawlers.families.reading import Entry, NextPage, Page
from crawlers.families.rows import read_rows

FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "X-Requested-With": "XMLHttpRequest"}
_RECORD = re.compile(r"<record>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</record>", re.DOTALL)
_GROUP = re.compile(r"<nextgroup>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</nextgroup>", re.DOTALL)
_TOTAL = re.compile(r"<totalrecord>\s*(\d+)|totalRecord\s*[:=]\s*['\"]?(\d+)")
_PER_PAGE = re.compile(r"per[pP]age\s*[:=]\s*['\"]?(\d+)")
_PROXY = re.compile(r"[\w/:.-]*/module/(?:web/)?jpage/dataproxy\.jsp")
_FIELDS = ("col", "appid", "webid", "path", "columnid", "sourceContentType", "unitid", "webname", "permissiontype")
_GIVEN = {"col": "1", "appid": "1", "path": "/", "sourceContentType": "1", "permissiontype": "0"}
# One request may span three pages.
_PAGES_IN_A_GROUP = 3


def jpage_total(page: Page) -> int | None:
    """The number of records in the whole list, as the data store states it."""
    found = _TOTAL.search(page.text)
    return int(found.group(1) or found.group(2)) if found else None


def jpage_entries(page: Page) -> tuple[Entry, ...]:
    """The first link of each record; a group that begins with the last record of the group before has one too many."""
    records = [record for record in _RECORD.findall(page.text) if "<a" in record.lower()]
    start, end = _span(page.asked)
    if start > 1 and len(records) == end - start + 2:
        records = records[1:]
    entries: dict[str, Entry] = {}
    for record in records:
        for entry in read_rows(page, inside=record)[:1]:
            entries.setdefault(entry.url, entry)
    return tuple(entries.values())


def _span(asked: NextPage | None) -> tuple[int, int]:
    query = dict(parse_qsl(urlsplit(asked.url).query)) if asked else {}
    start, end = query.get("startrecord", ""), query.get("endrecord", "")
    return (int(start), int(end)) if start.isdigit() and end.isdigit() else (0, 0)


def next_group(page: Page, here: int, total: int | None) -> NextPage | None:
    """The records after the `here` that were read: the group that the page names, else by their numbers.

    What a page names may be encrypted, so it is followed, never built.
    """
    if (group := _GROUP.search(page.text)) and (link := re.search(r"""href=["']?([^"'\s>]+)""", group.group(1))):
        return NextPage(urljoin(page.url, link.group(1).replace("&amp;", "&"))) if here else None
    start, end = _span(page.asked)
    if page.asked is not None and end:
        if not here or (total is not None and end >= total):
            return None
        parts = urlsplit(page.asked.url)
        query = {**dict(parse_qsl(parts.query)), "startrecord": str(end + 1), "endrecord": str(2 * end - start + 1)}
        url = urlunsplit(parts._replace(query=urlencode(query)))
        return NextPage(url, page.asked.method, page.asked.body, page.asked.headers)
    fields = {name: value for name in _FIELDS if (value := script_value(page.text, name)) is not None}
    if not {"webid", "columnid", "unitid"} <= fields.keys() or (total is not None and here >= total):
        return None
    size = next((int(n) for n in _PER_PAGE.findall(page.text)), 15)
    proxy = next(iter(_PROXY.findall(page.text)), "/module/web/jpage/dataproxy.jsp")
    numbers = {"startrecord": here + 1, "endrecord": here + size * _PAGES_IN_A_GROUP, "perpage": size}
    body = urlencode({**_GIVEN, **fields}).encode()
    return NextPage(f"{urljoin(page.url, proxy)}?{urlencode(numbers)}", "POST", body, {**FORM, "Referer": page.url})


def script_value(text: str, name: str) -> str | None:
    """The value that a script or a query string gives to a name."""
    found = re.search(rf"""(?<!\w){name}\\?["']?\s*[:=]\s*(?:\\?["']([^"'\\]*)\\?["']|(\w+))""", text)
    return (found.group(1) if found.group(1) is not None else found.group(2)) if found else None
