"""The tree of a page: parsed whatever its faults, rid of what no reader sees, each element weighed once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from lxml import etree

from flows.extraction.facts import Unreadable
from flows.extraction.text.chrome import chrome, is_named_chrome

Element = Any  # lxml's element proxy; its stubs tell too little to be of use here.

SKIP = frozenset(
    (
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "select",
        "option",
        "input",
        "button",
        "textarea",
        "object",
        "embed",
        "audio",
        "video",
        "canvas",
        "svg",
        "map",
        "link",
        "meta",
        "head",
        "title",
        "base",
    )
)
BLOCK = frozenset(
    (
        "p",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "aside",
        "nav",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "center",
        "form",
        "fieldset",
        "figure",
        "figcaption",
        "address",
        "table",
        "tbody",
        "thead",
        "tfoot",
        "tr",
        "td",
        "th",
        "caption",
        "hr",
        "br",
        "details",
        "summary",
        "ucapcontent",
        "ucaptitle",
        "publishtime",
        "body",
        "html",
    )
)
MOST_ELEMENTS = 200_000
MOST_SIGNS = 4_000_000
"""Signs that the markup of a page may have, pictures written into it and swollen tags left out; the longest pages of
portals have some hundred thousand."""

_END_TAGS = re.compile(r"</(?:html|body)\s*>|<!DOCTYPE[^>]{0,300}>", re.I)
# A picture written into the page, and a tag with more attributes than any reader of pages writes.
_PICTURE = re.compile(r"data:[\w.+-]{1,60}/[\w.+-]{1,60};base64,[A-Za-z0-9+/=%\s]*+", re.I)
_SWOLLEN = re.compile(r"<([A-Za-z][\w:-]{0,20})[^<>]{20000,}+>")
# References to one half of a pair or to a control: no character at all.
_NO_SIGN = re.compile(
    r"&#(?:[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2}|0*(?:55(?:29[6-9]|[3-9]\d\d)|56\d{3}|57(?:[0-2]\d\d|3[0-3]\d|34[0-3]))|"
    r"[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2\d|3[01]));"
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|"
    r"(?:^|[;\s])(?:left|top|text-indent|margin-left)\s*:\s*-\d{4,}(?:\.\d+)?px|"
    r"(?:^|[;\s])(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$)(?=.{0,300}overflow)|clip\s*:\s*rect\(0",
    re.I,
)
_PROSE = re.compile(r"[，。；、！？,;]")


def parse(text: str) -> Element:
    """The root of the page. Unreadable: `no_text` where there is no markup to speak of, `too_large`."""
    if "base64," in text:
        text = _PICTURE.sub("", text)
    text = _SWOLLEN.sub(r"<\1>", text)
    if len(text) > MOST_SIGNS:
        raise Unreadable("too_large", f"The page has {len(text)} signs; it is no document.")
    # What stands behind a first </html> is thrown away by parsers that believe it; old gazette pages hold two,
    # and footers are pasted in as whole documents.
    markup = _NO_SIGN.sub("", _END_TAGS.sub("", _CONTROLS.sub("", text))).encode("utf-8", "ignore")
    parser = etree.HTMLParser(encoding="utf-8", remove_pis=True, huge_tree=True, recover=True)
    try:
        root = etree.fromstring(markup, parser) if markup.strip() else None
    except (etree.XMLSyntaxError, ValueError, AssertionError) as fault:
        raise Unreadable("no_text", "The page holds no HTML that can be read; look at it by hand.") from fault
    if root is None:
        raise Unreadable("no_text", "The page holds no HTML that can be read; look at it by hand.")
    for template in list(root.iter("template")):
        if template.get("shadowrootmode") or template.get("shadowroot"):
            template.tag = "div"  # a browser shows what it holds
    return root


def body_of(root: Element) -> Element:
    """The body, or the root where the page has none."""
    body = root.find("body")
    return root if body is None else body


def text_of(element: Element) -> str:
    """All text in the element, as it stands."""
    return "".join(element.itertext()) if isinstance(element.tag, str) else ""


def length(text: str | None) -> int:
    """Signs of the text that are no blanks."""
    return len("".join(text.split())) if text else 0


def names_of(element: Element) -> list[str]:
    """The classes of the element and its id."""
    names = (element.get("class") or "").split()
    if identity := element.get("id"):
        names.append(identity)
    return names


def cut(element: Element) -> None:
    """Take the element out of its tree; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def wrap_between_markers(root: Element) -> Element | None:
    """Put what stands between the comment markers of a platform into an element of its own, in its place."""
    starts = chrome().markers
    for comment in list(root.iter(etree.Comment)):
        wanted = starts.get((comment.text or "").strip())
        parent = comment.getparent()
        if wanted is None or parent is None:
            continue
        held: list[Element] = []
        sibling = comment.getnext()
        while sibling is not None and not (sibling.tag is etree.Comment and (sibling.text or "").strip() == wanted):
            held.append(sibling)
            sibling = sibling.getnext()
        if sibling is None:
            continue
        if length(comment.tail) + sum(length(text_of(part)) + length(part.tail) for part in held) < 40:
            continue
        wrapper = etree.Element("div")
        wrapper.text, comment.tail = comment.tail, None
        comment.addnext(wrapper)
        for part in held:
            wrapper.append(part)
        return wrapper
    return None


def drop_unseen(root: Element) -> None:
    """Drop what no reader sees: comments, scripts, styles, elements hidden by their style.

    What hides the only body stays (a page shown when its scripts have run), and so do hidden pages of a body that is
    turned over by script, unless they repeat what is seen. Unreadable where the tree is too large to be a page.
    """
    hidden: list[Element] = []
    elements = list(root.iter())
    if len(elements) > MOST_ELEMENTS:
        raise Unreadable("too_large", f"The page has {len(elements)} elements; it is no document.")
    for element in elements:
        if not isinstance(element.tag, str) or element.tag in SKIP:
            cut(element)
        elif _is_hidden(element):
            hidden.append(element)
    if not hidden:
        return
    veiled = set(hidden)
    bodies = [element for element in named_containers(root) if length(text_of(element)) >= 20]
    covers = [
        {above for above in element.iterancestors() if above in veiled} | ({element} & veiled) for element in bodies
    ]
    spared: set[Element] = set().union(*covers) if covers and all(covers) else set()
    if not bodies:
        spared = _only_prose(root, hidden)
    inside = set(bodies)
    for element in hidden:
        if element in spared or element.getparent() is None or _is_next_page(element) or _unfolds(element):
            continue
        holder = next((above for above in element.iterancestors() if above in inside), None)
        if holder is not None and not is_named_chrome(names_of(element)) and _is_page_of(element, holder):
            continue
        cut(element)


def _only_prose(root: Element, hidden: list[Element]) -> set[Element]:
    """The hidden element that holds the page's prose and what hides it, where hardly any of it is seen."""
    longest = max(hidden, key=lambda element: _prose_of(element))
    held = _prose_of(longest)
    if held < 200 or _prose_of(body_of(root)) - held > 0.3 * held:
        return set()
    veiled = set(hidden)
    return {longest} | {above for above in longest.iterancestors() if above in veiled}


def _prose_of(element: Element) -> int:
    return sum(length(text) for text in element.itertext() if len(text) >= 10 and _PROSE.search(text))


_UNFOLD = re.compile(r"(?:展开|阅读|查看|显示|加载)(?:全文|全部|更多|剩余)")
_ORDINAL = re.compile(r"\s*([一二三四五六七八九十])、[\u4e00-\u9fff]")
_ORDER = "一二三四五六七八九十"


def _is_next_page(element: Element) -> bool:
    """Whether a hidden block goes on with what a block before it begins: its headings are numbered on."""
    own = [found[1] for text in element.itertext() if (found := _ORDINAL.match(text))]
    if not own or own[0] == "一":
        return False
    for other in element.itersiblings(element.tag, preceding=True):
        before = [found[1] for text in other.itertext() if (found := _ORDINAL.match(text))]
        if before:
            return _ORDER.index(own[0]) > _ORDER.index(before[-1])
    return False


def _unfolds(element: Element) -> bool:
    """Whether a hidden block is the rest of a text that a button behind it unfolds: 展开全文."""
    if _prose_of(element) < 100:
        return False
    buttons = (other for other in element.itersiblings() if length(text_of(other)) <= 12)
    parent = element.getparent()
    return (
        any(_UNFOLD.search(text_of(button)) for button in buttons)
        and parent is not None
        and _is_page_of(element, parent)
    )


_PANE = re.compile(r"tab[-_]?(?:pane|panel|con|cont|content|item|box)\w*", re.I)
MOST_PANES = 30
_CHOSEN = frozenset(("active", "on", "cur", "current", "selected", "show"))


def _is_hidden(element: Element) -> bool:
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    if style is not None and (_hides(style) or (_shrinks(style) and not any(map(_sizes_itself, element)))):
        return True
    classes = element.get("class")
    return classes is not None and "tab" in classes and _is_other_pane(element, set(classes.split()))


@lru_cache(maxsize=4096)
def _hides(style: str) -> bool:
    return _HIDDEN.search(style) is not None


_NO_SIZE = re.compile(r"font-size\s*:\s*0(?:px|pt|em|rem|%)?\s*(?:;|$)", re.I)


@lru_cache(maxsize=4096)
def _shrinks(style: str) -> bool:
    return _NO_SIZE.search(style) is not None


def _sizes_itself(element: Element) -> bool:
    """Whether the element says how large its letters or its picture are; one that does not is as its parent says."""
    return isinstance(element.tag, str) and (
        element.tag == "img" or bool(element.get("class") or element.get("style") or element.get("size"))
    )


def _is_other_pane(element: Element, names: set[str]) -> bool:
    """Whether the element is a pane of which another one is chosen, as its own class says."""
    panes = {name for name in names if _PANE.fullmatch(name)}
    if not panes or names & _CHOSEN:
        return False
    parent = element.getparent()
    beside = list(islice(parent, MOST_PANES + 1)) if parent is not None else []
    others = [set((other.get("class") or "").split()) for other in beside]
    return len(others) <= MOST_PANES and any(panes & other and other & _CHOSEN for other in others)


def _is_page_of(element: Element, holder: Element) -> bool:
    """Whether a hidden part of a body is a page of it: much text that is not also seen beside it."""
    text = "".join(text_of(element).split())
    if len(text) < 200 or not _PROSE.search(text):
        return False
    whole = "".join(text_of(holder).split())
    return whole.count(text[20:80]) < 2


def named_containers(root: Element) -> Iterator[Element]:
    """The elements whose id, class or tag is one that platforms give to bodies."""
    named = chrome().ranks
    for element in root.iter(etree.Element):
        if rank_of(element, named) is not None:
            yield element


def rank_of(element: Element, ranks: dict[str, int]) -> int | None:
    """The rank of the strongest name of the element among those that platforms give to bodies; None if it has none."""
    best = ranks.get(element.tag)
    if identity := element.get("id"):
        found = ranks.get("#" + identity)
        if found is not None and (best is None or found < best):
            best = found
    if classes := element.get("class"):
        for name in classes.split():
            found = ranks.get("." + name)
            if found is not None and (best is None or found < best):
                best = found
    return best


class Weights:
    """For every element of a tree: signs of text that is no link's, of link text, and of prose (punctuated text)."""

    def __init__(self, root: Element) -> None:
        self.plain: dict[Element, int] = {}
        self.links: dict[Element, int] = {}
        self.prose: dict[Element, int] = {}
        # Children stand behind their parents in document order, so backwards every child is weighed before its parent.
        for element in reversed(list(root.iter(etree.Element))):
            self.add(element)

    def add(self, element: Element) -> None:
        """Weigh an element whose children are weighed."""
        plain = links = prose = 0
        pieces = [element.text]
        for child in element:
            if child in self.plain:
                plain += self.plain[child]
                links += self.links[child]
                prose += self.prose[child]
            pieces.append(child.tail)
        for piece in pieces:
            if piece and (size := length(piece)):
                plain += size
                if size >= 10 and _PROSE.search(piece):
                    prose += size
        if element.tag == "a":
            links, plain, prose = links + plain, 0, 0
        self.plain[element], self.links[element], self.prose[element] = plain, links, prose
