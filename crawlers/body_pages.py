"""The further pages of an article whose body is cut over several: their addresses, from the article's own pager."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawlers.urls import join

MOST_PAGES = 20

_PATH = re.compile(r"(?P<folder>.*/)(?P<stem>[^/]+)\.(?P<ending>s?html?)", re.IGNORECASE)
_PAGER = re.compile(r"createPageHTML\(([^()]{1,200})\)")
_LINK = re.compile(r"<a\b[^>]{0,400}?\bhref\s*=\s*[\"']?([^\"'\s>]{1,400})", re.IGNORECASE)


def find_body_pages(html: str, url: str) -> tuple[str, ...]:
    """The addresses of the second and further pages of the article at `url`, in order; empty where it has one page.

    Further pages bear the article's own name with a number behind it (`post_123_2.html`), as links or, on TRS, as the
    arguments of `createPageHTML(3, 0, "t20240311_99", "shtml")`. Numbers between those that are linked are filled in.
    """
    own = _PATH.fullmatch(urlsplit(url).path)
    if own is None:
        return ()
    stem, ending = own["stem"], own["ending"]
    numbers: set[int] = set()
    for call in _PAGER.finditer(html):
        arguments = [part.strip().strip("\"'") for part in call[1].split(",")]
        counts = [int(part) for part in arguments if part.isdecimal() and len(part) < 3]
        if stem in arguments and counts:
            numbers.update(range(1, counts[0]))
    further = re.compile(rf"{re.escape(own['folder'] + stem)}_(\d{{1,2}})\.{re.escape(ending)}", re.IGNORECASE)
    for link in _LINK.finditer(html) if f"{stem}_" in html else ():
        target = join(url, link[1]) if stem in link[1] else None
        if target and (found := further.fullmatch(urlsplit(target).path)):
            numbers.add(int(found[1]))
    numbers = {number for number in numbers if 0 < number <= MOST_PAGES}
    if not numbers:
        return ()
    names = (f"{stem}_{number}.{ending}" for number in range(min(numbers), max(numbers) + 1))
    return tuple(address for name in names if (address := join(url, name)))
