"""OFD (GB/T 33190): the text of its pages in reading order."""

from __future__ import annotations

import posixpath
import zipfile
from typing import Any

from flows.extraction.facts import Unreadable
from flows.extraction.text.draft import Draft
from flows.extraction.text.packages import xml_of
from flows.extraction.text.pdf import MOST_PAGES, Line, layout


def read_ofd(package: zipfile.ZipFile) -> Draft:
    """The document of an OFD package, its paragraphs rejoined by layout as those of a PDF."""
    root = xml_of(package, "OFD.xml")
    bodies = [node.text or "" for node in root.iter("{*}DocRoot")]
    if not bodies:
        raise Unreadable("damaged", "The OFD file names no document; fetch it again.")
    pages: list[list[Line]] = []
    for body in bodies:
        start = body.strip().lstrip("/")
        document = xml_of(package, start)
        folder = posixpath.dirname(start)
        for page in document.iter("{*}Page"):
            place = page.get("BaseLoc")
            if len(pages) >= MOST_PAGES:
                raise Unreadable(
                    "too_large", f"The OFD file has more than the {MOST_PAGES} pages that are read; it is no report."
                )
            if place:
                pages.append(_lines(xml_of(package, _join(folder, place)), len(pages) + 1))
    return layout(pages, "OFD file")


def _join(folder: str, place: str) -> str:
    return posixpath.normpath(place.lstrip("/") if place.startswith("/") else posixpath.join(folder, place))


def _numbers(text: str | None) -> list[float]:
    found = []
    for part in (text or "").split():
        try:
            found.append(float(part))
        except ValueError:
            continue
    return found


def _lines(page: Any, number: int) -> list[Line]:
    """Text objects as lines; OFD counts millimetres from the top, a line counts from below."""
    lines: list[Line] = []
    for thing in page.iter("{*}TextObject"):
        box = _numbers(thing.get("Boundary"))
        text = "".join(code.text or "" for code in thing.iter("{*}TextCode"))
        if len(box) < 4 or not text.strip():
            continue
        size = (_numbers(thing.get("Size")) or [box[3]])[0] or 1.0
        first = next(iter(thing.iter("{*}TextCode")))
        left = box[0] + (_numbers(first.get("X")) or [0.0])[0]
        top = box[1] + max(0.0, (_numbers(first.get("Y")) or [size])[0] - size)
        width = min(box[2], size * len(text.strip())) or size * len(text.strip())
        lines.append(
            Line(
                text=text.strip(), left=left, right=left + width, bottom=-(top + size), top=-top, size=size, page=number
            )
        )
    return lines
