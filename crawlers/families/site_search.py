"""The searches of government sites: IRS (2022 on), IGS and WAS answer in JSON, page after page of one request.

Any other is asked by the form that stands on the home page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawlers.families.reading import ListReading, NextPage, Page
from crawlers.families.records import decoded, read_records, record_total
from crawlers.families.rows import parse

PAGE_SIZE = 20
_CODE = re.compile(r"/irs[\w-]*/[\w./-]*\?(?:[^\"'\s<>]*&(?:amp;)?)?code=(\w{6,})[^\"'\s<>]*")
_DATA_TYPE = re.compile(r"dataTypeId=(\w+)")
_IGS = re.compile(r"/igs/front/search[\w/.-]*\?([^\"'\s<>]+)")
_WAS = re.compile(r"/was5/web/search\?([^\"'\s<>]*channelid=\d+[^\"'\s<>]*)")
_SEARCHES = re.compile(r"search|sousuo|query|find|keyword|searchword|\bso\b|\bwd\b|\bq\b", re.IGNORECASE)
_PAGES = ("pageNo", "pageNumber", "pageIndex", "current", "curPage", "page")
_SIZES = ("pageSize", "perPage", "_pageSize", "prepage", "size")


def search_request(home: Page, words: str) -> NextPage | None:
    """Ask the site's own search for titles with `words`, whichever its home page names; None where it names none. The
    answer is read like any list."""
    return _irs_request(home, words) or _named_request(home, words) or _form_request(home, words)


def _irs_request(home: Page, words: str) -> NextPage | None:
    """Ask the IRS search for titles with `words`, newest first; None where the page names no site code."""
    found = _CODE.search(home.text)
    if found is None:
        return None
    body: dict[str, object] = {
        "code": found.group(1), "configCode": "", "codes": "", "searchWord": words, "historySearchWords": [],
        "dataTypeId": "", "orderBy": "time", "searchBy": "title", "appendixType": "", "granularity": "ALL",
        "beginDateTime": "", "endDateTime": "", "isSearchForced": 0, "filters": [], "pageNo": 1, "pageSize": PAGE_SIZE,
    }  # fmt: skip
    if data_type := _DATA_TYPE.search(found.group()):
        body["dataTypeId"] = data_type.group(1)
    return NextPage(
        urljoin(home.url, "/irs/front/search"),
        "POST",
        json.dumps(body, ensure_ascii=False).encode(),
        {"Content-Type": "application/json;charset=UTF-8"},
    )


def _named_request(home: Page, words: str) -> NextPage | None:
    """Ask the IGS or WAS search that a page names with its parameters; None where it names none."""
    if found := _IGS.search(home.text):
        asked = {"searchWord": words, "pageNumber": 1, "pageSize": PAGE_SIZE,
                 "orderProperty": "PUBDATE", "orderDirection": "desc"}  # fmt: skip
        address = "/igs/front/search/list.html"
    elif found := _WAS.search(home.text):
        asked = {"searchword": words, "page": 1, "prepage": PAGE_SIZE, "orderby": "-docreltime"}
        address = "/was5/web/search"
    else:
        return None
    given = dict(parse_qsl(unescape(found.group(1)), keep_blank_values=True))
    return NextPage(f"{urljoin(home.url, address)}?{urlencode({**given, **asked})}")


def _form_request(home: Page, words: str) -> NextPage | None:
    """Fill in the search form of a page, as a visitor would; None where it has none."""
    document = parse(home.text)
    for form in document.iter("form") if document is not None else ():
        action = (form.get("action") or "").strip()
        fields: dict[str, str] = {}
        asked_in = None
        for field in form.iter("input"):
            name, kind = field.get("name"), (field.get("type") or "text").lower()
            if name and kind == "hidden":
                fields[name] = field.get("value") or ""
            elif name and kind in ("text", "search") and asked_in is None:
                asked_in = name
        if asked_in is None or action.lower().startswith("javascript"):
            continue
        if not _SEARCHES.search(f"{action} {asked_in} {form.get('id') or ''} {form.get('name') or ''}"):
            continue
        query = urlencode({**fields, asked_in: words})
        url = urljoin(home.url, action)
        if (form.get("method") or "get").lower() == "post":
            return NextPage(url, "POST", query.encode(), {"Content-Type": "application/x-www-form-urlencoded"})
        return NextPage(f"{url}{'&' if urlsplit(url).query else '?'}{query}")
    return None


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
