"""What a body's container holds for its reader's hand: rows of buttons, players, boxes that lead to other pages.

They are told by their structure, so that a site's own names for them need not be known.
"""

from __future__ import annotations

import re
from itertools import islice

from flows.extraction.text.chrome import chrome, is_chrome
from flows.extraction.text.tree import Element, Weights, cut, length, text_of
from flows.extraction.text.typography import squeeze

_BLOCKS = frozenset(("div", "p", "ul", "ol", "dl", "li", "td", "section", "aside", "form", "table", "center"))
_SENTENCE = re.compile(r"[。；！？，]")
_NAMES_A_FILE = re.compile(r"附件|《|\.(?:pdf|docx?|wps|xlsx?|ofd|zip|rar)\b", re.I)
_COUNTER = re.compile(r"[\d\s(（)）\[\]【】|｜/·:：,+-]*")
_PLAYING = re.compile(r"\d:\d\d|倍速|语速|音量|静音|全屏|(?:播放|暂停)|不支持")

LONGEST_ROW = 60
"""Signs that a row of buttons may have."""
LONGEST_BOX = 300
"""Signs that a box of links may have."""
MOST_TOOLS = 12
"""Forms, players and tables of contents of one page that are looked at, and elements around a player."""


def cut_controls(container: Element, weights: Weights) -> None:
    """Cut rows of buttons, boxes of links to other pages and tables of contents out of a container."""
    contents = 0
    for element in list(container.iter(*_BLOCKS)):
        if element is container or element.getparent() is None or weights.prose.get(element, 0):
            continue
        links = weights.links.get(element, 0)
        if not links or links > LONGEST_BOX:
            continue
        if _is_row_of_buttons(element, weights) or _is_box(element, weights):
            cut(element)
        elif contents < MOST_TOOLS and _leads_into_page(element, weights):
            contents += 1
            if _repeats_headings(element, container):
                cut(element)


def _is_row_of_buttons(element: Element, weights: Weights) -> bool:
    """Whether all that the element says stands on links that lead nowhere: they call a script."""
    if weights.links[element] > LONGEST_ROW or weights.plain[element] > LONGEST_ROW:
        return False
    text = text_of(element)
    if _SENTENCE.search(text) or _NAMES_A_FILE.search(text):
        return False
    buttons = list(element.iter("a"))
    # One alone may be a heading that an anchor stands around.
    if len(buttons) < 2 or not all(_calls_script(button) for button in buttons):
        return False
    rest = "".join(piece for node in element.iter() for piece in _beside_links(node, element) if piece)
    return _COUNTER.fullmatch(rest) is not None or is_chrome(text)


def _beside_links(node: Element, top: Element) -> tuple[str | None, str | None]:
    """The text in a node, and behind it, that stands on no link."""
    linked = next(node.iterancestors("a"), None) is not None
    return (
        None if linked or node.tag == "a" else node.text,
        None if linked or node is top else node.tail,
    )


def _calls_script(link: Element) -> bool:
    href = (link.get("href") or "").strip().lower()
    if href.startswith("javascript:") or link.get("onclick"):
        return True
    return href in ("", "#") and not link.get("name") and length(text_of(link)) <= 8


def _is_box(element: Element, weights: Weights) -> bool:
    """Whether the element leads to other pages under a heading of its own, or says so by it: 相关阅读, 延伸阅读."""
    head = next((text for piece in element.itertext() if (text := squeeze(piece))), "")
    if len(head) > 12 or _NAMES_A_FILE.search(head):
        return False
    if weights.links[element] < 2 * (weights.plain[element] - len(head)):
        return False
    if chrome().tail.fullmatch(head) is not None:
        return True
    pages = [link for link in element.iter("a") if _leads_to_page(link)]
    return (
        element.tag in ("div", "section", "ul", "dl", "table")
        and len(pages) >= 2
        and len(pages) == sum(1 for _ in element.iter("a"))
        and 2 <= weights.plain[element] <= 12
        and weights.plain[element] == len(head)
    )


def _leads_to_page(link: Element) -> bool:
    href = (link.get("href") or "").strip().lower().split("?")[0]
    return length(text_of(link)) >= 8 and (not href or href.endswith(_PAGE_ENDS)) and not href.startswith("#")


_PAGE_ENDS = ("html", "htm", "shtml", "jsp", "asp", "aspx", "php", "/")


def _leads_into_page(element: Element, weights: Weights) -> bool:
    """Whether all links of the element, two at least, lead to places of this page."""
    if weights.plain[element] > 12 or element.tag == "li":
        return False
    links = list(element.iter("a"))
    return len(links) >= 2 and all((link.get("href") or "").strip().startswith("#") for link in links)


def _repeats_headings(element: Element, container: Element) -> bool:
    """Whether all that the element's links say stands in the container again."""
    whole = squeeze(text_of(container))
    return all(whole.count(squeeze(text_of(link))) >= 2 for link in element.iter("a"))


def cut_tools(root: Element) -> None:
    """Cut the controls that stand around films and sounds, and forms that readers fill in.

    Before what no reader sees is dropped: the fields and players that tell of them are dropped with it.
    """
    for form in list(islice(root.iter("form"), MOST_TOOLS)):
        fields = (field for field in form.iter("input", "textarea") if (field.get("type") or "text") == "text")
        text = text_of(form)
        if next(fields, None) is not None and "。" not in text and length(text) <= LONGEST_BOX:
            cut(form)
    for medium in list(islice(root.iter("video", "audio"), MOST_TOOLS)):
        if (player := _player_around(medium)) is not None and player.getparent() is not None:
            cut(player)


def _player_around(medium: Element) -> Element | None:
    """The largest element around it that holds nothing but controls; None where the page's text begins at once."""
    found = None
    for above in islice(medium.iterancestors(), MOST_TOOLS):
        text = text_of(above)
        if length(text) > LONGEST_ROW or _SENTENCE.search(text) or above.tag in ("body", "html"):
            break
        if _PLAYING.search(text):
            found = above
    return found
