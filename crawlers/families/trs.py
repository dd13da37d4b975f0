"""TRS (拓尔思) WCM and 海云: static lists, page 2 is `index_1`, told by a call `createPageHTML(…)` in a script."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from crawlers.families.answers import is_answer, read_answer
from crawlers.families.dialects import dialect_of
from crawlers.families.lists import read_list
from crawlers.families.reading import ListReading, NextPage, Page

_CALL = re.compile(r"\bcreatePage\w*\(\s*([^()]*\d[^()]*)\)")
_ARGUMENT = re.compile(r"""["']([^"']*)["']|(\d+)""")
_COUNT = re.compile(r"(?:var\s+)?(?:countPage|nPageCount|pageCount)\s*=\s*[\"']?(\d+)")
_CURRENT = re.compile(r"(?:var\s+)?(?:currentPage|nCurrIndex|curPage)\s*=\s*[\"']?(\d+)")
_CONFIG = re.compile(r"pagination_script_config\b[^;]*?\btotal[\"']?\s*[:=]\s*[\"']?(\d+)", re.DOTALL)
_LINKS = re.compile(r"""href=["'][^"']*/(?:\d{6}/)?t(?:\d{8}_\d+|\d{7,8})\.s?html?["']""")
_MARK = re.compile(r"TRS_Editor|_trs_ta_js|/was5/web/|TRS_AUTOADD|trs_web", re.IGNORECASE)
_FILE = re.compile(r"([^/]+?)(?:_(\d+))?\.(s?html?)$")


class Trs:
    """Lists of links to `t….shtml` pages, paged from nought."""

    name = "trs"

    def recognise(self, page: Page) -> str | None:
        """By its pager's script, its marks, or links to its articles."""
        if call := _CALL.search(page.text):
            return f"script {call.group()[:60]}"
        links = len(_LINKS.findall(page.text))
        if links >= 3:
            return f"{links} links to t….shtml pages"
        mark = _MARK.search(page.text)
        return f"mark {mark.group()}" if mark else None

    def read(self, page: Page) -> ListReading:
        """Read a column page, a page of search results, or the answer of the site's search."""
        if is_answer(page):
            return read_answer(page)
        next_page, total = script_paging(page)
        return read_list(page, next_page=next_page, total=total)


def script_paging(page: Page) -> tuple[NextPage | None, int | None]:
    """The page after this one and the number of entries, from the pager's arguments, whatever their order."""
    path = urlsplit(page.url).path
    file = _FILE.search(path)
    for call in _CALL.finditer(page.text):
        texts = [a for a, b in _ARGUMENT.findall(call.group(1)) if not b]
        numbers = [int(b) for _, b in _ARGUMENT.findall(call.group(1)) if b]
        # With the element's name first, pages count from one; without it, from nought.
        from_one = call.group(1).lstrip()[:1] in "'\"" and len(texts) > 2
        texts = texts[1:] if from_one else texts
        if len(numbers) < 2 or len(texts) < 2 or dialect_of(urljoin(page.url, f"{texts[0]}.{texts[1]}")):
            continue
        pages, current = numbers[0], numbers[1]
        following = current + 1
        more = following <= pages if from_one else following < pages
        total = numbers[2] if len(numbers) > 2 else None
        target = urljoin(_folder(page.url), f"{texts[0]}_{following}.{texts[1]}")
        return (NextPage(target) if more else None), total
    count = _COUNT.search(page.text) or _CONFIG.search(page.text)
    if count and (file or path.endswith("/")):
        name, number, ending = file.groups() if file else ("index", None, "html")
        at = _CURRENT.search(page.text)
        current = int(at.group(1)) if at else int(number or 0)
        if current + 1 < int(count.group(1)):
            return NextPage(urljoin(_folder(page.url), f"{name}_{current + 1}.{ending}")), None
    return None, None


def _folder(url: str) -> str:
    """The address of the folder that a page lies in, with its slash even where the address lacks it."""
    last = urlsplit(url).path.rsplit("/", 1)[-1]
    return url if not last or "." in last else f"{url}/"
