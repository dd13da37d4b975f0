"""The searches of government sites: IRS (2022 on), IGS and WAS answer in JSON.

Their fields are called differently and mean the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawlers.families.dates import dates_in
from crawlers.families.reading import Entry, ListReading, NextPage, Page
from crawlers.families.rows import collapse

PAGE_SIZE = 20
_CODE = re.compile(
    r"/(?:irs-c-web|irs-common-search|irs)/(?:search(?:\.shtml)?|front/\w+)\?(?:[^\"'\s]*&(?:amp;)?)?code=(\w{6,})"
)
_TITLES = ("title_no_tag", "DOCTITLE", "BT", "title", "doctitle", "name", "mc")
_DATES = ("time", "PUBDATE", "FBRQ", "pubtimeStr", "publishedTimeStr", "docreltime", "DOCRELTIME", "pubDate",
          "publishTime", "date", "publish_time")  # fmt: skip
_ADDRESSES = ("url", "DOCPUBURL", "docpuburl", "puburl", "href", "link")
_TOTALS = ("total", "totalElements", "totalCount", "totalrecord", "count", "TOTALNUM")
_CHINA_TIME = timedelta(hours=8)


def irs_request(home: Page, words: str) -> NextPage | None:
    """Ask the IRS search for titles with `words`, newest first; None where the page names no site code."""
    found = _CODE.search(home.text)
    if found is None:
        return None
    body: dict[str, object] = {
        "code": found.group(1), "configCode": "", "codes": "", "searchWord": words, "historySearchWords": [],
        "dataTypeId": "", "orderBy": "time", "searchBy": "title", "appendixType": "", "granularity": "ALL",
        "beginDateTime": "", "endDateTime": "", "isSearchForced": 0, "filters": [], "pageNo": 1, "pageSize": PAGE_SIZE,
    }  # fmt: skip
    return _post(urljoin(home.url, "/irs/front/search"), body)


def _post(url: str, body: Mapping[str, object]) -> NextPage:
    data = json.dumps(body, ensure_ascii=False).encode()
    return NextPage(url, "POST", data, {"Content-Type": "application/json;charset=UTF-8"})


def read_search(page: Page) -> ListReading:
    """Read an answer in JSON: every object that has a title and an address is an entry."""
    try:
        answer = json.loads(re.sub(r"[\r\n\t]", " ", _unwrapped(page.text)), strict=False)
    except ValueError:
        return ListReading(warnings=("The answer is not the JSON that it was asked for.",))
    entries: dict[str, Entry] = {}
    total: int | None = None
    for record in _objects(answer):
        title = next((str(record[k]) for k in _TITLES if isinstance(record.get(k), str) and record[k]), "")
        address = next((str(record[k]) for k in _ADDRESSES if isinstance(record.get(k), str) and record[k]), "")
        if total is None:
            total = next((int(str(record[k])) for k in _TOTALS if str(record.get(k) or "").isdigit()), None)
        if not title or not address or not re.match(r"https?:|/|\.", address):
            continue
        url = urljoin(page.url, address)
        plain = collapse(re.sub(r"<[^>]+>", "", title))
        entries.setdefault(url, Entry(url, plain, record_date(record)))
    warnings = () if entries or total in {0, None} else (f"The answer states {total} entries and holds none to read.",)
    return ListReading(tuple(entries.values()), _next(page, len(entries), total), total, (), warnings)


def record_date(record: Mapping[str, object]) -> str | None:
    """The date of a record, written out or in seconds or milliseconds of the epoch, as the day in China."""
    for key in _DATES:
        value = record.get(key)
        if isinstance(value, str) and (found := dates_in(value)):
            return found[0]
        if isinstance(value, str) and value.isdigit():
            value = int(value)
        if isinstance(value, int) and value > 10**8:
            seconds = value / 1000 if value > 10**11 else value
            return (datetime.fromtimestamp(seconds, UTC) + _CHINA_TIME).date().isoformat()
    return None


def _unwrapped(text: str) -> str:
    """JSON without a byte order mark or the call of a JSONP answer."""
    text = text.strip().lstrip("\ufeff")
    call = re.match(r"^[\w$.]+\s*\((.*)\)\s*;?$", text, re.DOTALL)
    return call.group(1) if call else text


def _objects(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _objects(part)
    elif isinstance(value, list):
        for part in value:
            yield from _objects(part)


def _next(page: Page, here: int, total: int | None) -> NextPage | None:
    """The same request for the page after, while the answer had entries and states that there are more."""
    if not here or page.asked is None or not total:
        return None
    if page.asked.method == "POST" and page.asked.body is not None:
        body = json.loads(page.asked.body) if page.asked.body[:1] == b"{" else dict(parse_qsl(page.asked.body.decode()))
        number, size = int(body.get("pageNo") or body.get("page") or 1), int(body.get("pageSize") or here)
        if number * size >= total:
            return None
        body["pageNo" if "pageNo" in body else "page"] = number + 1
        return (
            _post(page.asked.url, body)
            if page.asked.body[:1] == b"{"
            else NextPage(page.asked.url, "POST", urlencode(body).encode(), page.asked.headers)
        )
    parts = urlsplit(page.asked.url)
    query = {k: v[0] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
    key = next((k for k in ("pageNumber", "pageNo", "page", "pageIndex", "curPage") if k in query), None)
    if key is None or int(query[key]) * int(query.get("pageSize") or query.get("prepage") or here) >= total:
        return None
    query[key] = str(int(query[key]) + 1)
    return NextPage(urlunsplit(parts._replace(query=urlencode(query))))
