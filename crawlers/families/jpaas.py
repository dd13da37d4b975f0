"""jpaas of 大汉: a list as HTML inside JSON, asked for by the parameters that the column's page carries."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from crawlers.families.jpage import FORM, script_value
from crawlers.families.reading import Entry, ListReading, NextPage, Page
from crawlers.families.records import decoded, objects, record_total
from crawlers.families.rows import read_rows
from crawlers.families.site_search import read_answer

_UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_FIELDS = ("webId", "pageId", "tplSetId", "tagId")
_SIZE = re.compile(r"(?:pageSize|rows)[\"']?\s*[:=]\s*[\"']?(\d+)")
_LOAD = re.compile(r"params\w*\s*=\s*\{(.*?)\}\s*;", re.DOTALL)
_TOTAL = re.compile(r"(?:count|total)\w*[\"']?\s*[:=]\s*[\"']?(\d+)")


def unit_page(page: Page, number: int) -> NextPage | None:
    """Page `number` of a jpaas list; None where the column's page does not carry its parameters."""
    if "jpaas-publish-server" not in page.text and "querydata" not in page.text.lower():
        return None
    fields = {name: value for name in _FIELDS if (value := script_value(page.text, name))}
    if not {"webId", "pageId", "tplSetId"} <= fields.keys():
        return None
    size = next((int(n) for n in _SIZE.findall(page.text)), 15)
    # The word is misspelt on most servers, so the page's own spelling goes first.
    kind = script_value(page.text, "parseType") or "bulidstatic"
    asked = {**fields, "parseType": kind, "pageType": "column", "paramJson": _param(number, size)}
    return NextPage(f"{urljoin(page.url, _UNIT)}?{urlencode(asked, quote_via=quote)}", headers={"Referer": page.url})


def _param(number: int, size: int) -> str:
    return json.dumps({"pageNo": number, "pageSize": size}, separators=(",", ":"))


def read_json(page: Page) -> ListReading:
    """An answer of jpaas: the rows of its HTML; of queryList: its records."""
    value = decoded(page.text)
    entries: dict[str, Entry] = {}
    total = record_total(value)
    for record in objects(value):
        for part in record.values():
            if isinstance(part, str) and "<a" in part:
                if total is None and (found := _TOTAL.search(part)):
                    total = int(found.group(1))
                for entry in read_rows(page, inside=part):
                    entries.setdefault(entry.url, entry)
    if not entries:
        return read_answer(page)
    return ListReading(tuple(entries.values()), _next_unit(page.asked, total), total)


def _next_unit(asked: NextPage | None, total: int | None) -> NextPage | None:
    if asked is None:
        return None
    parts = urlsplit(asked.url)
    query = dict(parse_qsl(parts.query))
    at = decoded(query.get("paramJson", ""))
    if not isinstance(at, dict) or not {"pageNo", "pageSize"} <= at.keys():
        return None
    number, size = int(at["pageNo"]), int(at["pageSize"])
    if total is not None and number * size >= total:
        return None
    query["paramJson"] = _param(number + 1, size)
    return NextPage(urlunsplit(parts._replace(query=urlencode(query, quote_via=quote))), headers=asked.headers)


def query_list(page: Page, here: int) -> NextPage | None:
    """The page of queryList after the `here` records that stand in the page; None where it is not built that way."""
    found = _LOAD.search(page.text) if "loadPageData(" in page.text else None
    if found is None:
        return None
    fields = re.findall(r"(\w+)\s*:\s*(?:'([^']*)'|\"([^\"]*)\"|\[\s*['\"]([^'\"]*)['\"]\s*\]|(\w+))", found.group(1))
    form: dict[str, str] = {}
    for name, single, double, listed, bare in fields:
        form[f"{name}[]" if listed else name] = single or double or listed or bare
    size = int(form.get("perPage", "15")) if form.get("perPage", "15").isdigit() else 15
    form["current"] = str(here // size + 1)
    url = urljoin(page.url, "/queryList")
    return NextPage(url, "POST", urlencode(form).encode(), {**FORM, "Referer": page.url})
