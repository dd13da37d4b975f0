"""trafilatura as the second reader of every page: what it reads and we do not is kept, where the two differ is said."""

from __future__ import annotations

import re
from copy import deepcopy

import lxml.html
from lxml import etree

from flows.extraction.text.chrome import is_edge
from flows.extraction.text.draft import Draft
from flows.extraction.text.tree import Element
from flows.extraction.text.typography import one_line, squeeze

# Inline elements say nothing about where a line ends, and cost trafilatura most of its time.
_INLINE = (
    "span",
    "font",
    "strong",
    "b",
    "em",
    "i",
    "u",
    "ins",
    "big",
    "small",
    "sup",
    "sub",
    "a",
    "o:p",
    "st1:chsdate",
    "label",
)
_LEAST = 200
MOST_SIGNS = 300_000
MOST_ELEMENTS = 12_000


def is_too_long(page: Element) -> bool:
    """Whether the tree is more than trafilatura reads within a second or two; no report is as long."""
    elements = sum(1 for _ in page.iter())
    return elements > MOST_ELEMENTS or sum(map(len, page.itertext())) > MOST_SIGNS


def trafilatura_lines(page: Element) -> list[str]:
    """The lines that trafilatura reads from the tree, blanks tidied."""
    from trafilatura import extract

    found = extract(page, fast=True, include_comments=False, favor_recall=True, deduplicate=False)
    lines = (part.removeprefix("- ").replace("|", " ") for part in (found or "").split("\n"))
    return [line for part in lines if (line := one_line(part))]


def _small_page(part: Element) -> Element:
    """A page that holds a copy of the part and nothing else, without inline markup and attributes."""
    etree.strip_tags(copy := deepcopy(part), *_INLINE)
    copy.tail = None
    for element in copy.iter(etree.Element):
        element.attrib.clear()
    copy.tag = "article"
    markup = etree.tostring(copy, encoding="unicode", method="html")
    return lxml.html.document_fromstring(f"<html><body>{markup}</body></html>")


def second_look(container: Element, lines: list[str], draft: Draft) -> list[str]:
    """The lines of a sure container and what trafilatura reads in it beside them; a warning where the two differ."""
    ours = squeeze("".join(lines))
    if len(ours) < _LEAST:
        return lines
    page = _small_page(container)
    if is_too_long(page):
        draft.warnings.append("The text is too long to be read a second time; nothing was held against it.")
        return lines
    theirs = trafilatura_lines(page)
    if not theirs:
        return lines
    kept = list(lines)
    known = [squeeze(line) for line in lines]
    missing: list[str] = []
    place = 0
    for line in theirs:
        text = squeeze(line)
        at = next((position for position in range(place, len(kept)) if text and text in known[position]), None)
        if at is not None:
            place = at
        elif (
            len(text) >= 10
            and text not in ours
            and not is_edge(line)
            and not all(squeeze(cell) in ours for cell in line.split())
        ):
            place = min(place + 1, len(kept))
            kept.insert(place, line)
            known.insert(place, text)
            missing.append(line)
    if missing:
        draft.warnings.append(
            f"trafilatura reads {len(missing)} lines more; they were kept, the first: {missing[0][:40]}"
        )
    read = squeeze("".join(theirs))
    alone = [line for line in lines if "\t" not in line and len(line) >= 40 and squeeze(line)[:40] not in read]
    if sum(map(len, alone)) > 0.3 * len(ours):
        draft.warnings.append(
            f"trafilatura lacks {len(alone)} lines of the text; they were kept, the first: {alone[0][:40]}"
        )
    return kept


def second_reading(root: Element, lines: list[str], draft: Draft) -> list[str]:
    """The lines of a container found by density, held against trafilatura's reading of the whole page."""
    if is_too_long(root):
        draft.warnings.append("The page is too long to be read a second time; nothing was held against it.")
        return lines
    whole = lxml.html.document_fromstring(etree.tostring(root, encoding="unicode", method="html"))
    etree.strip_tags(whole, *(tag for tag in _INLINE if tag != "a"))  # links tell it what is a menu
    for cell in whole.iter("td", "th"):
        # Spans do not change what it reads, and cost it minutes where a page spans hundreds of rows.
        for name in ("colspan", "rowspan"):
            if name in cell.attrib:
                del cell.attrib[name]
    theirs = trafilatura_lines(whole)
    ours = squeeze("".join(lines))
    new = [
        line
        for line in theirs
        if squeeze(line) not in ours and not is_edge(line, frame=True) and re.search(r"[，。；]", line)
    ]
    gained = sum(len(squeeze(line)) for line in new)
    if gained > _LEAST and gained > 2 * len(ours):
        draft.warnings.append(
            "The densest part of the page holds far less than trafilatura reads; its reading was taken."
        )
        return theirs
    if gained > _LEAST:
        draft.warnings.append(
            f"trafilatura reads {gained} signs beside the body that are not in the text, the first: {new[0][:40]}"
        )
    return lines
