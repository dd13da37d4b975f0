"""Articles as records of JSON: in the answer of an interface, or written into a page for its own script to show.

Platforms call the fields differently and mean the same: a title, an address, a date.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from crawlers.families.dates import dates_in
from crawlers.families.dialects import dialect_of
from crawlers.families.reading import Entry, Page
from crawlers.families.rows import collapse, is_pager

_TITLES = ("title_no_tag", "DOCTITLE", "BT", "title", "doctitle", "docTitle", "showTitle", "name", "mc")
_DATES = ("display_publish_time", "time", "PUBDATE", "FBRQ", "pubtimeStr", "publishedTimeStr", "pubDate", "docreltime",
          "DOCRELTIME", "docRelTime", "publishTime", "releaseTime", "publish_time",
          "date", "dates", "created_at")  # fmt: skip
_ADDRESSES = ("url", "DOCPUBURL", "docpuburl", "docPubUrl", "puburl", "post_url", "href", "link", "urls")
# What else a field may be called, where none has a known name. Of several dates the one of publication is meant.
_TITLED = re.compile(r"title|subject|headline|biaoti|topic|(?:doc|info|article|news)_?name$", re.IGNORECASE)
_ADDRESSED = re.compile(r"url|href|link|path|address", re.IGNORECASE)
_DATED = re.compile(r"time|date|day$|rq$|sj$|(?:publish|release|create|update|issue)d?_?(?:at|on)$", re.IGNORECASE)
_PUBLISHED = re.compile(r"pub|release|issue|show|display|post|fb|send|write", re.IGNORECASE)
_PICTURED = re.compile(r"\.(?:jpe?g|png|gif|bmp|webp|mp4)(?:\?|$)", re.IGNORECASE)
_TOTALS = (
    "total",
    "totalElements",
    "totalCount",
    "totalrecord",
    "totalRecord",
    "TOTALNUM",
    "post_count",
    "totalNum",
    "totalSize",
    "recordCount",
    "count",
)
_PAGES = (
    "pageCount",
    "totalPages",
    "totalPage",
    "pages",
    "pageTotal",
    "pageTotals",
    "page_count",
    "countPage",
    "lastPage",
)
_ARRAY = re.compile(r"\[\s*\{\s*[\"'\w]")
_DAY = re.compile(r"20\d\d[-./]\d{1,2}[-./]\d{1,2}(?:[ T][\d:.]+(?:Z|\+\d\d:?\d\d)?)?")
_PLACE = re.compile(r"(?:https?:/)?(?:\.{0,2}/|[\w-]+/)[\w./?&=%-]+")
_HAN_TITLE = re.compile(r"[一-鿿]{5}")
_BRACKET = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[\[\]{}]""")
_LONGEST_LITERAL = 200_000
"""Characters of a script's array that are read at most; four times as many of all in a page."""
_CHINA_TIME = timedelta(hours=8)
_LONGEST_SEARCH = 400
"""Places in a page where an array of records may begin that are tried at most."""


def decoded(text: str) -> object | None:
    """The value of an answer in JSON, with a byte order mark, raw line breaks or the call of JSONP around it forgiven;
    None if it is none."""
    text = text.strip().lstrip("\ufeff").strip()
    call = re.match(r"^[\w$.]+\s*\((.*)\)\s*;?$", text, re.DOTALL)
    try:
        value: object = json.loads(call.group(1) if call else text, strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def objects(value: object) -> Iterator[Mapping[str, object]]:
    """Every object in a value, the outer before the inner."""
    waiting = [value]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, dict):
            yield part
            waiting = [*part.values(), *waiting]
        elif isinstance(part, list):
            waiting = [*part, *waiting]


def read_records(value: object, base: str, links: tuple[str, ...] = ()) -> tuple[Entry, ...]:
    """An entry for every object that has a title and an address, each address once. `links` say how the addresses of
    records are made that have none: `/detail.html?id={id}`."""
    entries: dict[str, Entry] = {}
    for record in map(_flat, objects(value)):
        plain = collapse(html.unescape(re.sub(r"<[^>]+>", "", _title(record))))
        if len(plain) < 2 or is_pager(plain):
            continue
        address = told_address(record)
        # An address that says its place by itself goes before the one that the page makes of it.
        if address is None or not re.match(r"https?://|/", address):
            address = made_address(record, links) or address
        if address is None:
            continue
        try:
            url = urljoin(base, address)
        except ValueError:
            continue
        entries.setdefault(url, Entry(url, plain, record_date(record)))
    return tuple(entries.values())


def _title(record: Mapping[str, object]) -> str:
    known = next((t for k in _TITLES if isinstance(t := record.get(k), str) and t.strip()), None)
    if known is not None:
        return known
    named = [value for name, value in record.items() if isinstance(value, str) and _TITLED.search(name)]
    return max(named or filter(_HAN_TITLE.search, _terse(record)), key=len, default="")


def made_address(record: Mapping[str, object], links: tuple[str, ...]) -> str | None:
    """The address that the page writes for a record: the first whose fields the record has."""
    for link in links:
        names = re.findall(r"\{(\w+)\}", link)
        values = {name: record.get(name) for name in names}
        if all(isinstance(value, str | int) and str(value).strip() for value in values.values()):
            for name, value in values.items():
                link = link.replace(f"{{{name}}}", str(value))
            return link
    return None


def _flat(record: Mapping[str, object]) -> Mapping[str, object]:
    """A record with the fields of its direct parts: some keep title and date in one of their own."""
    inner = [part for part in record.values() if isinstance(part, dict)]
    return {**{key: value for part in inner for key, value in part.items()}, **record} if inner else record


def told_address(record: Mapping[str, object]) -> str | None:
    """The address that a record has of its own."""
    for key in _ADDRESSES:
        value = record.get(key)
        if isinstance(value, str) and value.startswith("{"):
            # Addresses by device: {"pc": "/col/…", "wap": …}.
            value = decoded(value)
        if isinstance(value, dict):
            value = value.get("pc") or next(iter(value.values()), None)
        if isinstance(value, str) and re.match(r"https?://|\.{0,2}/", value.strip()):
            return value.strip()
    for key, value in record.items():
        if isinstance(value, str) and _ADDRESSED.search(key) and not _PICTURED.search(value):
            address = value.strip()
            if re.match(r"https?://|\.{0,2}/\w", address) or dialect_of(address) is not None:
                return address
    return next((value for value in _terse(record) if _PLACE.fullmatch(value) and not _PICTURED.search(value)), None)


def _terse(record: Mapping[str, object]) -> tuple[str, ...]:
    """The texts of a record that has a day: its fields may have names of one letter."""
    texts = tuple(value.strip() for value in record.values() if isinstance(value, str))
    return texts if any(map(_DAY.fullmatch, texts)) else ()


def record_date(record: Mapping[str, object]) -> str | None:
    """The date of a record, written out or in seconds or milliseconds of the epoch, as the day in China."""
    others = [key for key in record if key not in _DATES and _DATED.search(key)]
    for key in (*_DATES, *sorted(others, key=lambda key: _PUBLISHED.search(key) is None)):
        value = record.get(key)
        if isinstance(value, dict):
            value = next((v for v in value.values() if isinstance(v, str) and dates_in(v)), None)
        if isinstance(value, str) and (found := dates_in(value)):
            return found[0]
        if isinstance(value, str) and value.isdigit() and len(value) >= 9:
            value = int(value)
        if isinstance(value, int) and 10**8 < value < 10**14:
            seconds = value / 1000 if value > 10**11 else value
            return (datetime.fromtimestamp(seconds, UTC) + _CHINA_TIME).date().isoformat()
    return next((day for value in _terse(record) if _DAY.fullmatch(value) for day in dates_in(value)), None)


def record_total(value: object) -> int | None:
    """The number of records in the whole list, as the answer states it."""
    for record in objects(value):
        for key in _TOTALS:
            stated = record.get(key)
            if isinstance(stated, int) and not isinstance(stated, bool):
                return stated
            if isinstance(stated, str) and stated.isdigit():
                return int(stated)
    return None


def record_pages(value: object) -> int | None:
    """The number of pages of the whole list, as the answer states it."""
    for record in objects(value):
        for key in _PAGES:
            stated = record.get(key)
            if isinstance(stated, str) and stated.isdigit():
                stated = int(stated)
            if isinstance(stated, int) and not isinstance(stated, bool) and stated > 0:
                return stated
    return None


def _end_of_array(text: str) -> int | None:
    """Where the array that a text begins with is over; None if it is not."""
    depth = 0
    for sign in _BRACKET.finditer(text):
        depth += (sign.group() in "[{") - (sign.group() in "]}")
        if depth == 0 and sign.group() in "]}":
            return sign.end()
    return None


def _literal(text: str) -> object:
    """An array of objects as scripts may write one: bare names, single quotes, a comma too many."""
    quoted = re.sub(r"'((?:[^'\\\n]|\\.)*)'", lambda m: json.dumps(m.group(1).replace("\\'", "'")), text)
    named = re.sub(r"([{,]\s*)([A-Za-z_]\w*)\s*:", r'\1"\2":', quoted)
    return decoded(re.sub(r",\s*([}\]])", r"\1", named))


def written_arrays(text: str) -> Iterator[object]:
    """The arrays of objects that the scripts of a page hold, as far as they can be read."""
    decoder = json.JSONDecoder(strict=False)
    reached, left = 0, _LONGEST_LITERAL * 4
    for number, start in enumerate(_ARRAY.finditer(text)):
        if number >= _LONGEST_SEARCH:
            return
        if start.start() < reached:
            continue
        try:
            value, reached = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            part = text[start.start() : start.start() + min(_LONGEST_LITERAL, left)]
            end = _end_of_array(part)
            left -= end or len(part)
            value = _literal(part[:end]) if end is not None else None
            reached = start.start() + end if value is not None and end is not None else reached
        yield value


def written_records(page: Page) -> tuple[Entry, ...]:
    """The entries of the longest array of records that a page's scripts hold."""
    best: tuple[Entry, ...] = ()
    for value in written_arrays(page.text):
        best = max(best, tuple(entry for entry in read_records(value, page.url) if entry.listed_on), key=len)
    return best
