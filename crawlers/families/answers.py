"""Answers of interfaces: records of JSON, or HTML inside it, and the same request for the page after."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawlers.families.reading import Entry, ListReading, NextPage, Page
from crawlers.families.records import decoded, objects, read_records, record_pages, record_total
from crawlers.families.rows import read_rows
from crawlers.families.script_values import OFFSET_NAME, PAGE_NAME, SIZE_NAME

_TOTAL = re.compile(r"(?:count|total)\w*[\"']?\s*[:=]\s*[\"']?(\d+)")


def is_answer(page: Page) -> bool:
    """True if a page is no HTML but an answer in JSON or JSONP."""
    return re.match(r"\s*\ufeff?\s*(?:[\w$.]+\s*\(\s*)?[{\[]\s*[\"{\[\]}]", page.text) is not None


def read_answer(page: Page) -> ListReading:
    """Read an answer in JSON, whatever it calls its fields; the way on is the same request for the next page."""
    value = decoded(page.text)
    if value is None:
        return ListReading(warnings=("The answer is not the JSON that it was asked for.",))
    asked = page.asked or NextPage(page.url)
    # What a script shows is linked from the page that it shows it in.
    entries = read_records(value, asked.headers.get("Referer", page.url), asked.links)
    total = record_total(value)
    if not entries:
        entries, total = _in_markup(value, page, total)
    nothing = total == 0 or value in ({}, [])
    warnings = () if entries or nothing else ("The answer in JSON holds no record with a title and an address.",)
    next_page = following(page.asked, len(entries), total, record_pages(value)) if entries and page.asked else None
    return ListReading(entries, next_page, total, (), warnings)


def _in_markup(value: object, page: Page, total: int | None) -> tuple[tuple[Entry, ...], int | None]:
    """The rows of the HTML that an answer holds, and the total that is written in it."""
    entries: dict[str, Entry] = {}
    for record in objects(value):
        for part in record.values():
            if isinstance(part, str) and "<a" in part:
                if total is None and (found := _TOTAL.search(part)):
                    total = int(found.group(1))
                for entry in read_rows(page, inside=part):
                    entries.setdefault(entry.url, entry)
    return tuple(entries.values()), total


class _Stated(NamedTuple):
    """What the answers say of a list."""

    rows: int
    """Entries of its first page: some servers have a size of their own, whatever the request asks for."""
    total: int | None
    pages: int | None

    def ends(self, at: int) -> bool:
        """Tell whether the page `at` is the last."""
        return (self.total is not None and max(at, 1) * self.rows >= self.total) or (
            self.pages is not None and at >= self.pages
        )


def following(asked: NextPage, here: int, total: int | None, pages: int | None = None) -> NextPage | None:
    """The same request for the page after; None when the stated number of entries or of pages is reached or the request
    names no page."""
    stated = _Stated(asked.rows or max(here, 1), total, pages)
    asked = replace(asked, rows=stated.rows)
    if asked.numbered:
        return _after(asked, stated)
    if asked.body and asked.body.lstrip()[:1] == b"{":
        turned = _turned(json.loads(asked.body), stated)
        return replace(asked, body=json.dumps(turned, ensure_ascii=False).encode()) if turned else None
    if asked.body:
        turned = _turned(dict(parse_qsl(asked.body.decode(), keep_blank_values=True)), stated)
        if turned:
            return replace(asked, body=urlencode(turned).encode())
    parts = urlsplit(asked.url)
    turned = _turned(dict(parse_qsl(parts.query, keep_blank_values=True)), stated)
    return replace(asked, url=urlunsplit(parts._replace(query=urlencode(turned)))) if turned else None


def _after(asked: NextPage, stated: _Stated) -> NextPage | None:
    """The page after, where the path counts: what comes after the last is not there, if no answer says how many."""
    before, _, after = asked.numbered.partition("{page}")
    number = asked.url[len(before) : len(asked.url) - len(after)]
    if not number.isdigit() or asked.numbered.replace("{page}", number) != asked.url or stated.ends(int(number)):
        return None
    return replace(asked, url=asked.numbered.replace("{page}", str(int(number) + 1)))


def _turned(fields: dict[str, object], stated: _Stated) -> dict[str, object] | None:
    """The fields of a request with the page turned by one, wherever among them it is counted; None if nowhere."""
    key = next((name for name, value in fields.items() if PAGE_NAME.search(name) and str(value).isdigit()), None)
    if key is not None:
        return None if stated.ends(int(str(fields[key]))) else _raised(fields, key, 1)
    if offset := next((n for n, value in fields.items() if OFFSET_NAME.search(n) and str(value).isdigit()), None):
        sizes = (value for name, value in fields.items() if SIZE_NAME.search(name) and str(value).isdigit())
        size = max(int(str(next(sizes, stated.rows))), 1)
        at_end = stated.total is not None and int(str(fields[offset])) + size >= stated.total
        return None if at_end else _raised(fields, offset, size)
    for name, inner in fields.items():
        part = decoded(inner) if isinstance(inner, str) and inner.startswith("{") else inner
        if isinstance(part, dict) and (turned := _turned(part, stated)) is not None:
            written = json.dumps(turned, separators=(",", ":"), ensure_ascii=False)
            return {**fields, name: written if isinstance(inner, str) else turned}
    return None


def _raised(fields: dict[str, object], key: str, by: int) -> dict[str, object]:
    value = int(str(fields[key])) + by
    return {**fields, key: value if isinstance(fields[key], int) else str(value)}
