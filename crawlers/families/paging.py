"""The link to the next page of a list, by rel, by its text, or by its number."""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import urldefrag, urljoin

from lxml import html

from crawlers.families.reading import NextPage, Page
from crawlers.families.rows import base_of, collapse, link_target, parse, text_of

_NEXT = re.compile(
    r"^[\s\[【<«]*(?:下一?页|下一頁|下頁|后一?页|后页|next(?:\s*page)?|(?:点击)?加载更多|[>›»]{1,2})[\s\]】>»›]*$",
    re.IGNORECASE,
)
_OFFER = re.compile(r">\s*(?:点击)?(?:加载更多|更多加载|下一?页|后一?页)[\s>»›]*<")
_CLICKED = "//*[@onclick or @data-url or @data-href][not(self::a)]"
_TOTAL = re.compile(
    r"(?:共有?|总计|总共|合计)\s*(\d{1,7})\s*(?:条|篇|项|个文件|个?记录|件)|(?:总记录数?|记录总数)\s*[:：]?\s*(\d{1,7})"
)
_PAGE_ADDRESS = re.compile(r"\.(?:s?html?|jsp|php|aspx?)\b|[?/&]", re.IGNORECASE)
_NOTHING = re.compile(r"暂无(?:数据|内容|信息|相关)|没有(?:找到|查到|相关|符合)|无相关(?:数据|内容|信息)|共\s*0\s*条")


def next_link(page: Page) -> NextPage | None:
    """The next page that a page links to; None if it links to none."""
    document = parse(page.text)
    if document is None:
        return None
    here, base = plain(page.url), base_of(document, page.url)
    for element in document.iter("link", "a"):
        if "next" in (element.get("rel") or "").lower().split():
            linked = link_target(element, base)
            if linked and plain(linked) != here:
                return NextPage(linked)
    anchors = [a for a in document.iter("a") if isinstance(a, html.HtmlElement)]
    clicked = [e for e in document.xpath(_CLICKED) if isinstance(e, html.HtmlElement)]
    for anchor in [*anchors, *clicked]:
        text = collapse(text_of(anchor)) or collapse(anchor.get("title") or anchor.get("aria-label") or "")
        if _NEXT.match(text) and (target := link_target(anchor, base)) and plain(target) != here:
            return NextPage(target)
    return _by_number(anchors, page.url, base) or _by_choice(document, page.url, base)


def offers_more(page: Page) -> bool:
    """True if a page has a button for what comes after what it shows, wherever that leads."""
    return _OFFER.search(page.text) is not None


def _by_choice(document: html.HtmlElement, url: str, base: str) -> NextPage | None:
    """The page that a choice offers after the chosen one."""
    for select in document.iter("select"):
        options = [(option.get("value") or "").strip() for option in select.iter("option")]
        if len(options) < 2 or not all(_PAGE_ADDRESS.search(value) for value in options):
            continue
        chosen = [number for number, option in enumerate(select.iter("option")) if option.get("selected") is not None]
        here = [number for number, value in enumerate(options) if plain(urljoin(base, value)) == plain(url)]
        at = (chosen or here or [0])[0]
        if at + 1 < len(options) and _counts(collapse(text_of(select))):
            return NextPage(urljoin(base, options[at + 1]))
    return None


def _counts(text: str) -> bool:
    """True if numbers rise by one from one to the next, as those of pages do."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    return len(numbers) > 1 and all(after == before + 1 for before, after in pairwise(numbers))


def _by_number(anchors: list[html.HtmlElement], url: str, base: str) -> NextPage | None:
    """The page numbered one higher than this: the pager's number that is no link, or leads here, is this page's."""
    numbered = [(int(t), a) for a in anchors if (t := collapse(text_of(a)).strip("[] ")).isdigit() and len(t) <= 4]
    if not numbered:
        return None
    here = plain(url)
    current = next((n for n, a in numbered if (there := link_target(a, base)) and plain(there) == here), None)
    if current is None:
        marked = [n for n, a in numbered if link_target(a, base) is None]
        current = marked[0] if marked else _gap([n for n, _ in numbered])
    for number, anchor in numbered:
        if number == current + 1 and (target := link_target(anchor, base)):
            return NextPage(target)
    return None


def _gap(numbers: list[int]) -> int:
    """The number missing from a pager that starts at one: the current page is often no link."""
    return next((n for n in range(1, max(numbers) + 1) if n not in numbers), max(numbers))


def plain(url: str) -> str:
    """A page's address without what does not change the page: scheme, fragment, index file, final slash."""
    bare = urldefrag(url).url.split("://", 1)[-1]
    return re.sub(r"(?:/index\.s?html?|/)$", "", bare)


def stated_total(text: str) -> int | None:
    """The number of entries in the whole list, as the page states it; 0 where it says that there is nothing."""
    text = re.sub(r"<(script|style)\b.*?</\1\s*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    if found := _TOTAL.search(re.sub(r"<[^>]{0,200}>", "", text)):
        return int(found.group(1) or found.group(2))
    return 0 if _NOTHING.search(text) else None
