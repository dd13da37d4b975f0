"""Where on a page its body stands: markers and names of the platforms first, then the block that holds the prose."""

from __future__ import annotations

from dataclasses import dataclass

from flows.extraction.chrome import chrome, is_edge, is_named_chrome
from flows.extraction.lines import lines_of
from flows.extraction.tree import Element, Weights, body_of, names_of, rank_of, text_of

_HOLDERS = frozenset(
    (
        "div",
        "section",
        "article",
        "main",
        "td",
        "form",
        "ucapcontent",
        "body",
        "center",
        "dd",
        "li",
        "font",
        "span",
        "blockquote",
    )
)
_FILES = (".pdf", ".doc", ".docx", ".wps", ".ofd", ".xls", ".xlsx", ".zip", ".rar")


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
        return Found(named, sure=True)
    if any(above is named for above in dense.iterancestors()):
        return Found(named, sure=True)
    if weights.prose[dense] > 3 * weights.prose[named] + 200:
        return Found(
            dense,
            sure=False,
            doubt="The container named for the body holds far less than another part; that was read.",
        )
    return Found(named, sure=True)


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


def densest(body: Element, weights: Weights) -> Element | None:
    """The smallest block that holds nearly all of the page's prose; a second copy of the same text does not count."""
    here = body
    if not weights.prose.get(here):
        return _longest(body, weights)
    while True:
        whole = weights.prose[here]
        children = sorted((child for child in here if child in weights.prose), key=lambda child: -weights.prose[child])
        children = [child for child in children if weights.prose[child] > 0]
        if not children:
            break
        first = children[0]
        held = weights.prose[first]
        rest = whole - held
        for other in children[1:]:
            if weights.prose[other] > 0.5 * held and _repeats(other, first):
                rest -= weights.prose[other]
                if _precedes(other, first):
                    first = other
        if held < 0.88 * (held + rest) or (first.tag not in _HOLDERS and not _holds_blocks(first)):
            break
        here = first
    while here.tag not in _HOLDERS and here.getparent() is not None:
        here = here.getparent()
    return _with_siblings(here, weights)


def _with_siblings(element: Element, weights: Weights) -> Element:
    """The block around it, where what stands beside it is text of the body too: forms, tables, a signature."""
    for _ in range(3):
        parent = element.getparent()
        if parent is None or parent.tag in ("body", "html") or parent not in weights.plain:
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
            if child is not element and isinstance(child.tag, str) and not is_named_chrome(names_of(child))
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
        child = max(
            (child for child in here if child in weights.plain), key=lambda child: weights.plain[child], default=None
        )
        if (
            child is None
            or weights.plain[child] < 0.7 * weights.plain[here]
            or (child.tag not in _HOLDERS and not _holds_blocks(child))
        ):
            return here if weights.plain.get(here, 0) >= 20 else None
        here = child


def _holds_blocks(element: Element) -> bool:
    return element.tag in ("table", "tbody", "tr", "ul", "ol", "dl")


def _repeats(one: Element, other: Element) -> bool:
    first, second = "".join(text_of(one).split()), "".join(text_of(other).split())
    return len(first) > 60 and len(second) > 60 and (first[20:60] in second or second[20:60] in first)


def _precedes(one: Element, other: Element) -> bool:
    following = one.getnext()
    while following is not None:
        if following is other:
            return True
        following = following.getnext()
    return False
