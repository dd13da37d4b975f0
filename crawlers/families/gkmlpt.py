"""gkmlpt, the catalogue of open information of Guangdong: a shell in JavaScript over an interface in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from crawlers.families.answers import following, is_answer
from crawlers.families.columns import column_rank
from crawlers.families.reading import ColumnLink, ListReading, NextPage, Page
from crawlers.families.records import decoded, read_records, record_total

_BASE = re.compile(r"^(.*?/gkmlpt)(?:/|$)")
_CONFIG = re.compile(r"window\._CONFIG\s*=")
_SID = re.compile(r"""\bSID["']?\s*:\s*["']?(\d+)""")
_TREE = re.compile(r"""\bTREE["']?\s*:\s*(?=\[)""")
_EVERYTHING = 0
_PAGE_SIZE = 100


class Gkmlpt:
    """Documents are `…/gkmlpt/content/8/8123/post_8123456.html`, listed a hundred a page."""

    name = "gkmlpt"

    def recognise(self, page: Page) -> str | None:
        """By the settings of its shell, on its own path."""
        if _BASE.search(urlsplit(page.url).path) is None:
            return None
        if _CONFIG.search(page.text):
            return "window._CONFIG under /gkmlpt"
        return "an answer of /gkmlpt/api" if is_answer(page) and "/gkmlpt/api/" in page.url else None

    def read(self, page: Page) -> ListReading:
        """Read the shell (its categories, the way to the list) or an answer of the interface."""
        if is_answer(page):
            return self._answer(page)
        sid = _SID.search(page.text)
        base = _BASE.match(page.url)
        if sid is None or base is None or not _CONFIG.search(page.text):
            return ListReading(warnings=("The page carries no window._CONFIG with the site's number.",))
        nodes = list(_nodes(_tree(page.text)))
        ranked = sorted((-column_rank(name, ""), order, key, name) for order, (key, name) in enumerate(nodes))
        columns = tuple(ColumnLink(_list(base, key, sid), name) for rank, _, key, name in ranked if rank)
        chosen = ranked[0][2] if ranked and ranked[0][0] <= -3 else _EVERYTHING
        return ListReading(next_page=NextPage(_list(base, chosen, sid)), columns=columns)

    def _answer(self, page: Page) -> ListReading:
        value = decoded(page.text)
        listed = value.get("articles") if isinstance(value, dict) else None
        total = record_total(value)
        if not isinstance(listed, list) or not isinstance(value, dict):
            return ListReading(total=total, warnings=("The answer of /gkmlpt/api has no list of articles.",))
        entries = read_records(listed, page.url)
        asked = page.asked or NextPage(page.url)
        # The interface has a hundred a page and takes no size.
        more = len(listed) >= _PAGE_SIZE or (total is not None and total > len(listed))
        next_page = following(replace(asked, rows=_PAGE_SIZE), len(listed), total) if more else None
        warnings = () if entries or not listed else ("The articles of the answer have no title or no address.",)
        return ListReading(entries, next_page if entries else None, total, (), warnings)


def _list(base: re.Match[str], category: int, sid: re.Match[str]) -> str:
    return urljoin(base.group(1) + "/", f"api/all/{category}?page=1&sid={sid.group(1)}")


def _tree(text: str) -> object:
    found = _TREE.search(text)
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, found.end())[0] if found else []
    except (ValueError, RecursionError):
        return []


def _nodes(tree: object) -> Iterator[tuple[int, str]]:
    """The categories of the tree that hold documents of their own, each with its number and name."""
    waiting = list(tree) if isinstance(tree, list) else []
    while waiting:
        node = waiting.pop(0)
        if not isinstance(node, dict):
            continue
        if isinstance(node.get("id"), int) and not node.get("jump_url"):
            yield node["id"], str(node.get("name") or "")
        children = node.get("children")
        waiting += children if isinstance(children, list) else []
