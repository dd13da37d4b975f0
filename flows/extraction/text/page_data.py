"""The document that a page holds as data for its scripts: JSON in a script, a template, a text area.

Pages of platforms that build their text in the browser repeat it in one of these; no platform is named here: the
document is the record with the longest prose, and what stands in the same record under the usual names is its title,
date, source, number and files.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flows.extraction.facts import Attachment
from flows.extraction.text.tree import Element
from flows.extraction.text.typography import drop_surrogates, one_line

LEAST_HAN = 40
MOST_DECODED = 40
MOST_VALUES = 50_000

_HAN = re.compile(r"[\u4e00-\u9fff]")
_OPENS = re.compile(r"[{\[]\s*(?=[\"{\[])")
_QUOTED = re.compile(r"JSON\.parse\(\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')")
_PROPERTY = re.compile(r"[\"']?([A-Za-z_]\w{0,40})[\"']?\s*[:=]\s*(\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')")
_TEMPLATE_TYPES = ("text/html", "text/template", "text/x-template", "text/plain", "text/x-handlebars")

_TITLES = ("title", "articletitle", "doctitle", "infotitle", "newstitle", "contenttitle", "bt", "subject", "name")
_DATES = (
    "date", "pubdate", "publishdate", "publishtime", "publishedtime", "publishedtimestr", "pubtime", "docpubtime",
    "docreltime", "releasetime", "releasedate", "fbsj", "fbrq", "showtime", "displaytime", "createtime", "createdate",
)  # fmt: skip
_SOURCES = ("source", "contentsource", "docsource", "docsourcename", "infosource", "origin", "sourcename", "ly")
_NUMBERS = ("documentnumber", "filenum", "fileno", "filenumber", "docno", "wh", "wenhao")
_FILES = ("attachment", "attachments", "attachmentlist", "files", "filelist", "annex", "fj", "fjlist", "appendix")
_ADDRESSES = ("url", "path", "href", "link", "fileurl", "filepath", "downloadurl")


@dataclass(slots=True)
class PageData:
    """A document as a page's data gives it; `content` is HTML or text."""

    content: str
    han: int
    """Han characters of the content."""
    title: str | None = None
    dates: dict[str, str] = field(default_factory=dict)
    """Dates as written, and epochs, by the names they have there."""
    source: str | None = None
    document_number: str | None = None
    attachments: list[Attachment] = field(default_factory=list)


def page_data(root: Element) -> PageData | None:
    """The document with the longest prose in the data of the page, before its scripts are dropped; None without one."""
    best: PageData | None = None
    for element in root.iter("script", "template", "textarea"):
        text = "".join(element.itertext()) if element.tag != "script" else element.text or ""
        if len(text) < LEAST_HAN or (_sampled_han(text) < LEAST_HAN and "\\u" not in text):
            continue
        for found in _documents(element, text):
            if best is None or found.han > best.han:
                best = found
    return best


def _sampled_han(text: str) -> int:
    return len(_HAN.findall(text, 0, 400_000))


def _documents(element: Element, text: str) -> Iterator[PageData]:
    kind = (element.get("type") or "").lower()
    if element.tag != "script" or kind in _TEMPLATE_TYPES:
        content = html.unescape(text) if element.tag == "textarea" else text
        if element.tag == "template" and len(element):
            from lxml import etree

            content = etree.tostring(element, encoding="unicode", method="html")
        if (han := _prose(content)) >= LEAST_HAN:
            yield PageData(content, han)
        return
    some = False
    for value in _json_in(text):
        for record in _records(value):
            if found := _document(record):
                some = True
                yield found
    if not some and (found := _document(_properties(text))):
        yield found


def _json_in(text: str) -> Iterator[Any]:
    """The JSON values in a script, outermost first, those that stand in a string for JSON.parse among them."""
    decoder = json.JSONDecoder(strict=False)
    for quoted in _QUOTED.finditer(text):
        try:
            yield json.loads(_literal(quoted[1]), strict=False)
        except (json.JSONDecodeError, RecursionError):
            continue
    at = tried = 0
    while tried < MOST_DECODED and (match := _OPENS.search(text, at)):
        tried += 1
        try:
            value, at = decoder.raw_decode(text, match.start())
        except (json.JSONDecodeError, RecursionError):
            at = match.end()
            continue
        yield value


def _literal(quoted: str) -> str:
    """The value of a string literal of a script."""
    body = quoted[1:-1]
    body = re.sub(r"\\x([0-9A-Fa-f]{2})", lambda found: f"\\u00{found[1]}", body)
    body = re.sub(r"\\(?![\"\\/bfnrtu])", "", body).replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n")
    if quoted[0] == "'":
        body = re.sub(r'(?<!\\)"', r"\"", body)
    try:
        return str(json.loads(f'"{body}"', strict=False))
    except json.JSONDecodeError:
        return body


def _records(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value."""
    stack, seen = [value], 0
    while stack and seen < MOST_VALUES:
        here = stack.pop()
        seen += 1
        if isinstance(here, dict):
            yield here
            stack.extend(here.values())
        elif isinstance(here, list):
            stack.extend(here)


def _properties(text: str) -> dict[str, Any]:
    """Names and string values in a script that is no JSON, the longest of each name."""
    found: dict[str, Any] = {}
    for number, match in enumerate(_PROPERTY.finditer(text)):
        if number > MOST_VALUES:
            break
        value = _literal(match[2])
        if len(value) > len(found.get(match[1], "")):
            found[match[1]] = value
    return found


def _prose(content: str) -> int:
    """Han characters of the content, if it holds sentences."""
    return len(_HAN.findall(content)) if "。" in content or "；" in content else 0


def _document(record: dict[str, Any]) -> PageData | None:
    """The document that a record is, where one of its values is prose."""
    content, han = "", 0
    for value in record.values():
        if isinstance(value, str) and len(value) >= LEAST_HAN and (size := _prose(value)) > han:
            content, han = value, size
    if han < LEAST_HAN:
        return None
    named = {re.sub(r"[^a-z]", "", str(name).lower()): value for name, value in record.items()}

    def first(names: tuple[str, ...]) -> str | None:
        for name in names:
            value = named.get(name)
            if isinstance(value, str) and value.strip() and value != content and len(value) <= 300:
                return drop_surrogates(one_line(re.sub(r"<[^>]{0,200}>", "", value)))
        return None

    found = PageData(drop_surrogates(content), han, first(_TITLES), {}, first(_SOURCES), first(_NUMBERS))
    for name, value in record.items():
        if isinstance(value, int) and value > 0 and not isinstance(value, bool):
            found.dates[name] = str(value)
    if day := first(_DATES):
        found.dates["date"] = day
    for name in _FILES:
        entries = named.get(name)
        for entry in entries if isinstance(entries, list) else ():
            if not isinstance(entry, dict):
                continue
            parts = {re.sub(r"[^a-z]", "", str(key).lower()): value for key, value in entry.items()}
            address = next((parts[key] for key in _ADDRESSES if isinstance(parts.get(key), str)), None)
            if address:
                label = next((parts[key] for key in ("name", "filename", "title") if parts.get(key)), "")
                found.attachments.append(Attachment(url=address, name=one_line(str(label))))
    return found
