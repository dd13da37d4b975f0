"""Where on a page its body stands: markers and names of the platforms first, then the block that holds the prose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce

from lxml import etree

from flows.extraction.text.chrome import chrome, is_edge, is_named_chrome
from flows.extraction.text.lines import lines_of
from flows.extraction.text.tree import Element, Weights, body_of, length, names_of, rank_of, text_of

_HOLDERS = frozenset(
    ("div", "section", "article", "main", "td", "form", "ucapcontent", "body", "center", "dd", "li", "font", "span",
     "blockquote", "pre", "ul", "ol", "table")
)  # fmt: skip
_ASIDE = frozenset(("nav", "aside", "footer", "dialog"))
_FILES = (".pdf", ".doc", ".docx", ".wps", ".ofd", ".xls", ".xlsx", ".zip", ".rar")
_OF_SITE = re.compile(r"ICP备|公网安备|网站标识码|版权所有|技术支持|网站地图|本网站|免责声明|浏览器|分辨率")
_GOES_ON = re.compile(r"(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)])[\u4e00-\u9fff]")

ENOUGH = 0.88
"""Share of the prose of a block that one of its parts must hold to stand for the whole of it."""


@dataclass(slots=True)
class Found:
    """The element that holds the body; `sure` if its name or a marker says so; `doubt` a sentence if there is any."""

    element: Element
    sure: bool
    doubt: str | None = None


def find_container(root: Element, marked: Element | None, weights: Weights) -> Found | None:
    """The container of the body; None if the page shows no text."""
    body = body_of(root)
    if marked is not None and weights.plain.get(marked, 0) >= 40:
        return Found(marked, sure=True)
    named = _named(body, weights)
    dense = densest(body, weights)
    if named is None:
        if dense is not None and weights.plain[dense] >= 20:
            return Found(dense, sure=False)
        return Found(body, sure=False) if weights.plain.get(body, 0) >= 20 else None
    if dense is None or dense is named or any(above is dense for above in named.iterancestors()):
        # The densest block is the container or lies around it: doubted only where it holds far more prose.
        if dense is not None and dense is not named and weights.prose[dense] > 2 * weights.prose[named] + 300:
            return Found(
                dense,
                sure=False,
                doubt="The container named for the body holds less than half of the prose around it; all was read.",
            )
        return Found(named, sure=not _is_broad(named))
    if any(above is named for above in dense.iterancestors()):
        whole = _is_broad(named) or _holds_title_beside(named, dense)
        return Found(dense, sure=False) if whole else Found(named, sure=True)
    if weights.prose[dense] > 3 * weights.prose[named] + 200:
        return Found(
            dense,
            sure=False,
            doubt="The container named for the body holds far less than another part; that was read.",
        )
    return Found(named, sure=not _is_broad(named))


def _is_broad(element: Element) -> bool:
    """Whether the element's name is one that pages give to their whole middle part as well as to a body."""
    known = chrome()
    rank = rank_of(element, known.ranks)
    return rank is not None and rank >= known.broad_from


def _holds_title_beside(named: Element, dense: Element) -> bool:
    """Whether the page's title stands in the container, but not in the block that holds its prose: it holds the whole
    article then, with its date line, its buttons and what readers say of it."""
    headings = list(named.iter("h1"))
    return len(headings) == 1 and not any(above is dense for above in headings[0].iterancestors())


def _named(body: Element, weights: Weights) -> Element | None:
    """The strongest named container with text in it; of several of one name the longest, the first of equals."""
    best: tuple[int, int] | None = None
    chosen = None
    ranks = chrome().ranks
    for element, plain in weights.plain.items():
        rank = rank_of(element, ranks)
        if rank is None or (plain < 20 and not _leads(element)) or element is body:
            continue
        # A copy of the body for another reader differs by a few signs: of equals the first one counts.
        key = (rank, -(plain // 20))
        if best is None or key < best or (key == best):
            # Weights run backwards through the page, so an equal one found later stands earlier.
            best, chosen = key, element
    if chosen is None:
        return None
    return _siblings(chosen, weights)


def _siblings(element: Element, weights: Weights) -> Element:
    """The parent, where the body is cut over containers of one name that stand side by side and differ in text."""
    parent = element.getparent()
    if parent is None or parent.tag in ("body", "html"):
        return element
    names = set(names_of(element))
    twins = [
        other
        for other in parent
        if other is not element and names & set(names_of(other)) and weights.prose.get(other, 0) >= 50
    ]
    if not twins:
        return element
    own = "".join(text_of(element).split())
    for twin in twins:
        text = "".join(text_of(twin).split())
        if text[10:60] in own or own[10:60] in text:
            return element
    return parent


def _leads(element: Element) -> bool:
    return any((link.get("href") or "").lower().split("?")[0].endswith(_FILES) for link in element.iter("a"))


# --- the block that holds the prose ----------------------------------------------------------------------------------


def densest(body: Element, weights: Weights) -> Element | None:
    """The smallest block that holds the page's prose, lists of other pages, copies and frames left out of account."""
    here = body
    if not weights.prose.get(here):
        return _longest(body, weights)
    while (inner := _bearer(here, weights)) is not None:
        here = inner
    if (run := _run_of_twins(here, weights)) is not None:
        return run
    while here.tag not in _HOLDERS and here.getparent() is not None:
        here = here.getparent()
    return _with_siblings(here, weights)


def part_with_title(container: Element, weights: Weights, titles: list[str]) -> Element:
    """The part of a container found by its density that holds the page's title and most of the text.

    What stands beside such a part, a column with headings of its own or a few words, is no part of the text.
    `titles`: what the page's head names, without blanks.
    """
    sizes = {len(title) for title in titles}
    titled = next(
        (
            element
            for element in container.iter(etree.Element)
            if weights.plain.get(element) in sizes and "".join(text_of(element).split()) in titles
        ),
        None,
    )
    if titled is None:
        return container
    for part in reversed([titled, *titled.iterancestors()]):
        above = part.getparent()
        if part is container or above is None or not any(holder is container for holder in part.iterancestors()):
            continue
        others = [child for child in above if child is not part and child in weights.plain]
        if (
            part.tag not in _HOLDERS
            or weights.plain[part] < 0.5 * weights.plain[above]
            or length(above.text) + sum(length(child.tail) for child in above)
            or not all(_is_column(other, weights) for other in others)
        ):
            break
        container = part
    return container


_SIGNED = re.compile(r"(?:19|20)\d\d年\d{1,2}月\d{1,2}日\s*$|。")


def _is_column(element: Element, weights: Weights) -> bool:
    """Whether the element may stand beside a text: a few words, or headings of its own."""
    if weights.prose[element] < 40:
        return next(element.iter("table", "img"), None) is None and not _SIGNED.search(text_of(element))
    return next(element.iter("h2", "h3", "h4", "h5", "h6"), None) is not None and not any(
        _GOES_ON.match(line) for line in lines_of(element)
    )


def _bearer(block: Element, weights: Weights) -> Element | None:
    """The part of the block that holds its prose; None where the block's parts are the paragraphs of one text."""
    parts = [
        child
        for child in block
        if weights.prose.get(child, 0) > 0 and not is_aside(child) and not is_list_of_pages(child, weights)
    ]
    if not parts:
        return None
    parts.sort(key=lambda child: -weights.prose[child])
    first = parts[0]
    # A copy is about as long as what it copies, and no page has many.
    copies = [part for part in parts[:6] if weights.prose[part] > 0.5 * weights.prose[first] and repeats(part, first)]
    first = reduce(_better_copy, copies)
    others = [part for part in parts if part not in copies]
    if first.tag not in _HOLDERS and not _holds_blocks(first):
        return None
    held = weights.prose[first]
    bare = weights.prose[block] - sum(weights.prose.get(child, 0) for child in block)
    rest = bare + sum(weights.prose[other] for other in others)
    if held >= ENOUGH * (held + rest):
        return first
    if bare > 0.1 * held or not all(_stands_apart(other, first, weights) for other in others):
        return None
    return first


def _run_of_twins(block: Element, weights: Weights) -> Element | None:
    """The pages of a text that is turned over by script, put into an element of their own: blocks of one name in a row
    that hold the block's prose."""
    parts = [child for child in block if weights.prose.get(child, 0) > 0 and not is_aside(child)]
    if len(parts) < 2 or any(part.tag not in ("div", "section") for part in parts):
        return None
    shared = set.intersection(*({(part.tag, name) for name in part.get("class", "").split()} for part in parts))
    if not shared or length(block.text) or any(length(child.tail) for child in block):
        return None
    wrapper = etree.Element("div")
    parts[0].addprevious(wrapper)
    last = parts[-1]
    following = wrapper.getnext()
    while following is not None:
        after = following.getnext()
        wrapper.append(following)
        if following is last:
            break
        following = after
    weights.add(wrapper)
    return wrapper


def is_aside(element: Element) -> bool:
    """Whether the element stands beside the text by its tag or name: navigation, footer, share bar."""
    if element.tag == "header" and next(element.iter("nav", "ul"), None) is not None:
        return True
    return element.tag in _ASIDE or is_named_chrome(names_of(element))


def is_list_of_pages(element: Element, weights: Weights) -> bool:
    """Whether the element is a list of other pages: like items, most of them led by a link, some with an abstract."""
    links = weights.links.get(element, 0)
    if not links:
        return False
    if links > 2 * weights.plain[element]:
        return True
    for holder in (element, *element):
        items: dict[tuple[str, str], list[Element]] = {}
        for child in holder:
            if isinstance(child.tag, str) and child.tag not in ("p", "br", "span", "font"):
                items.setdefault((child.tag, child.get("class") or ""), []).append(child)
        alike = max(items.values(), key=len, default=[])
        linked = [item for item in alike if _opens_with_link(item)]
        if len(linked) >= 3 and len(linked) >= 0.8 * len(alike):
            held = sum(weights.plain.get(item, 0) + weights.links.get(item, 0) for item in linked)
            if held >= 0.7 * (weights.plain[element] + links):
                return True
    return False


def _opens_with_link(item: Element) -> bool:
    """Whether the first words of the item are a link's."""
    for node in item.iter():
        if node.tag == "a" and length(text_of(node)) >= 4:
            return True
        if length(node.text):
            return False
    return False


def _stands_apart(other: Element, first: Element, weights: Weights) -> bool:
    """Whether the block is no part of the text that the first one holds: a frame of its own that does not go on."""
    if other.tag not in _HOLDERS or other.tag in ("blockquote", "pre", "font", "span"):
        return False
    names = set(names_of(other))
    if weights.prose.get(other, 0) > 0.5 * weights.prose.get(first, 0) or names & set(names_of(first)):
        return False
    if not names and not _OF_SITE.search(text_of(other)):
        return False
    return not any(_GOES_ON.match(line) for line in lines_of(other))


def _better_copy(one: Element, other: Element) -> Element:
    """Of two copies of a text the one with paragraphs, else the one that stands first."""
    first, second = _paragraphs(one), _paragraphs(other)
    if max(first, second) > 2 * min(first, second) + 2:
        return one if first > second else other
    return other if _precedes(other, one) else one


def _paragraphs(element: Element) -> int:
    return sum(1 for _ in element.iter("p", "br", "div", "tr", "li"))


def _with_siblings(element: Element, weights: Weights) -> Element:
    """The block around it, where what stands beside it is text of the body too: forms, tables, a signature."""
    for _ in range(3):
        parent = element.getparent()
        if parent is None or parent.tag in ("body", "html") or parent not in weights.plain:
            break
        others = [child for child in parent if child is not element and weights.prose.get(child, 0) > 0]
        if any(_stands_apart(other, element, weights) or is_list_of_pages(other, weights) for other in others):
            break
        plain = weights.plain[parent] - weights.plain[element]
        links = weights.links[parent] - weights.links[element]
        if plain < 8:
            element = parent if links == 0 else element
            if links:
                break
            continue
        if links > 0.1 * plain:
            break
        lines = [
            line
            for child in parent
            if child is not element and isinstance(child.tag, str) and not is_aside(child)
            for line in lines_of(child)
        ]
        framed = sum(is_edge(line, frame=True) for line in lines)
        if not lines or framed > 0.2 * len(lines) or sum(map(len, lines)) < 0.6 * plain:
            break
        element = parent
    return element


def _longest(body: Element, weights: Weights) -> Element | None:
    """Without prose (a table, a list of names): the smallest block that holds most of the text that is no link's."""
    here = body
    while True:
        parts = [
            child
            for child in here
            if weights.plain.get(child, 0) and not is_aside(child) and not is_list_of_pages(child, weights)
        ]
        child = max(parts, key=lambda child: weights.plain[child], default=None)
        if (
            child is None
            or weights.plain[child] < 0.7 * sum(weights.plain[part] for part in parts)
            or (child.tag not in _HOLDERS and not _holds_blocks(child))
        ):
            return here if weights.plain.get(here, 0) >= 20 else None
        here = child


def _holds_blocks(element: Element) -> bool:
    return element.tag in ("table", "tbody", "tr", "ul", "ol", "dl")


def repeats(one: Element, other: Element) -> bool:
    """Whether the longer of the two elements holds the text of the other."""
    if one is other:
        return True
    short, long = sorted(("".join(text_of(one).split()), "".join(text_of(other).split())), key=len)
    middle = len(short) // 2
    return len(short) > 60 and short[middle - 20 : middle + 20] in long


def _precedes(one: Element, other: Element) -> bool:
    following = one.getnext()
    while following is not None:
        if following is other:
            return True
        following = following.getnext()
    return False
