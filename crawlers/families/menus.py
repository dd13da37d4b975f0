"""Menus that a page's script asks an interface for: the request, and the columns that its answer names.

Such an answer is a tree of objects, each with the name of a column and its address, or with the number by which the
script that shows them writes one: `'<a href="/channel/' + item.id + '.html">'`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin

from crawlers.families.answers import is_answer
from crawlers.families.asked_by_script import requests_of
from crawlers.families.navigation import page_links
from crawlers.families.reading import ColumnLink, NextPage, Page
from crawlers.families.records import decoded, made_address, objects, told_address
from crawlers.families.rows import collapse

MOST_REQUESTS = 2
"""Requests of one page that may bring a menu, and are made at most."""
_MENU = re.compile(r"nav|menu|channel|column|catalog|catelog|categor|tree|lanmu|node|site|class|dict", re.IGNORECASE)
_NAMES = (
    "channelName",
    "columnName",
    "catalogName",
    "menuName",
    "nodeName",
    "className",
    "name",
    "title",
    "text",
    "label",
)
_NAMED = re.compile(r"name$|title$|^(?:text|label|caption)$", re.IGNORECASE)
_LONGEST_NAME = 30


def menu_requests(page: Page) -> tuple[NextPage, ...]:
    """What the scripts of a page ask for that may be a menu, by what its address is called, in their order."""
    return requests_of(page, _MENU)[:MOST_REQUESTS]


def menu_links(page: Page) -> tuple[ColumnLink, ...]:
    """Every named link of a page; of an answer in JSON, the columns that it names."""
    return (read_menu(page) or page_links(page)) if is_answer(page) else page_links(page)


def read_menu(page: Page) -> tuple[ColumnLink, ...]:
    """The columns that an answer names and gives an address for, in its order."""
    value = decoded(page.text)
    base = page.asked.headers.get("Referer", page.url) if page.asked else page.url
    links = page.asked.links if page.asked else ()
    return tuple(dict.fromkeys(_columns(value, base, links))) if value is not None else ()


def _columns(value: object, base: str, links: tuple[str, ...]) -> Iterator[ColumnLink]:
    for record in objects(value):
        name = _name(record)
        # A number that the script writes into an address goes before a path that means something to the system alone.
        address = made_address(record, links) or told_address(record)
        if not name or not address:
            continue
        try:
            yield ColumnLink(urljoin(base, address), name)
        except ValueError:
            continue


def _name(record: Mapping[str, object]) -> str:
    others = (name for name in record if name not in _NAMES and _NAMED.search(name))
    for field in (*_NAMES, *others):
        value = record.get(field)
        if isinstance(value, str) and (plain := collapse(html.unescape(re.sub(r"<[^>]+>", "", value)))):
            return plain if len(plain) <= _LONGEST_NAME else ""
    return ""
