"""The searches of government sites: IRS (2022 on), IGS and WAS answer in JSON, page after page of one request."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawlers.families.reading import ListReading, NextPage, Page
from crawlers.families.records import decoded, read_records, record_total

PAGE_SIZE = 20
_CODE = re.compile(r"/irs[\w-]*/[\w./-]*\?(?:[^\"'\s<>]*&(?:amp;)?)?code=(\w{6,})")
_PAGES = ("pageNo", "pageNumber", "pageIndex", "current", "curPage", "page")
_SIZES = ("pageSize", "perPage", "_pageSize", "prepage", "size")


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
    return NextPage(
        urljoin(home.url, "/irs/front/search"),
        "POST",
        json.dumps(body, ensure_ascii=False).encode(),
        {"Content-Type": "application/json;charset=UTF-8"},
    )


def is_answer(page: Page) -> bool:
    """True if a page is no HTML but an answer in JSON or JSONP."""
    return re.match(r"\s*\ufeff?\s*(?:[\w$.]+\s*\(\s*)?[{\[]\s*[\"{\[\]}]", page.text) is not None


def read_answer(page: Page) -> ListReading:
    """Read an answer in JSON, whatever it calls its fields; the way on is the same request for the next page."""
    value = decoded(page.text)
    if value is None:
        return ListReading(warnings=("The answer is not the JSON that it was asked for.",))
    entries = read_records(value, page.url)
    total = record_total(value)
    nothing = total == 0 or value in ({}, [])
    warnings = () if entries or nothing else ("The answer in JSON holds no record with a title and an address.",)
    next_page = following(page.asked, len(entries), total) if entries and page.asked else None
    return ListReading(entries, next_page, total, (), warnings)


def following(asked: NextPage, here: int, total: int | None) -> NextPage | None:
    """The same request for the page after; None when the stated total is reached or the request names no page."""
    if asked.body and asked.body.lstrip()[:1] == b"{":
        fields = json.loads(asked.body)
        turned = _turned(fields, here, total)
        body = json.dumps(turned, ensure_ascii=False).encode()
        return NextPage(asked.url, asked.method, body, asked.headers) if turned else None
    if asked.body:
        turned = _turned(dict(parse_qsl(asked.body.decode(), keep_blank_values=True)), here, total)
        return NextPage(asked.url, asked.method, urlencode(turned).encode(), asked.headers) if turned else None
    parts = urlsplit(asked.url)
    turned = _turned(dict(parse_qsl(parts.query, keep_blank_values=True)), here, total)
    if turned is None:
        return None
    return NextPage(urlunsplit(parts._replace(query=urlencode(turned))), headers=asked.headers)


def _turned(fields: Mapping[str, object], here: int, total: int | None) -> dict[str, object] | None:
    key = next((name for name in _PAGES if str(fields.get(name, "")).isdigit()), None)
    if key is None:
        return None
    number = int(str(fields[key]))
    size = next((int(str(fields[name])) for name in _SIZES if str(fields.get(name, "")).isdigit()), here)
    if total is not None and max(number, 1) * max(size, 1) >= total:
        return None
    turned = number + 1
    return {**fields, key: turned if isinstance(fields[key], int) else str(turned)}
