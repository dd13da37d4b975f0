"""The searches of government sites: IRS (2022 on), IGS and WAS answer in JSON, page after page of one request.

Any other is asked by the form that stands on the home page.
"""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawlers.families.reading import NextPage, Page
from crawlers.families.rows import parse

PAGE_SIZE = 20
_CODE = re.compile(r"/irs[\w-]*/[\w./-]*\?(?:[^\"'\s<>]*&(?:amp;)?)?code=(\w{6,})[^\"'\s<>]*")
_DATA_TYPE = re.compile(r"dataTypeId=(\w+)")
_IGS = re.compile(r"/igs/front/search[\w/.-]*\?([^\"'\s<>]+)")
_WAS = re.compile(r"/was5/web/search\?([^\"'\s<>]*channelid=\d+[^\"'\s<>]*)")
_SEARCHES = re.compile(r"search|sousuo|query|find|keyword|searchword|\bso\b|\bwd\b|\bq\b", re.IGNORECASE)


def search_requests(home: Page, words: str) -> tuple[NextPage, ...]:
    """What to ask the site's own searches for titles with `words`, all that its home page names, the best first. The
    answer is read like any list."""
    asked = (_irs_request(home, words), _named_request(home, words), _form_request(home, words))
    return tuple(request for request in asked if request is not None)


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
