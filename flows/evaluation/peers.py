"""Other extractors, read by the same rule as ours: those that are installed."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec

from flows.evaluation.reading import Extract, Reading
from flows.extraction.facts import Listing


def installed() -> dict[str, Extract]:
    """The peers by name; readability, resiliparse and GNE only where the development extra `peers` is installed."""
    found: dict[str, Extract] = {"trafilatura fast": _trafilatura_fast, "trafilatura": _trafilatura}
    if find_spec("readability"):
        found["readability-lxml"] = _readability
    if find_spec("resiliparse"):
        found["resiliparse"] = _resiliparse
    if find_spec("gne"):
        found["GNE"] = _gne
    return found


def _trafilatura_fast(content: bytes, listing: Listing) -> Reading:
    return _by_trafilatura(content, listing, fast=True)


def _trafilatura(content: bytes, listing: Listing) -> Reading:
    return _by_trafilatura(content, listing, fast=False)


def _by_trafilatura(content: bytes, listing: Listing, *, fast: bool) -> Reading:
    from trafilatura import bare_extraction

    document = bare_extraction(content, url=listing.url, fast=fast, include_comments=False, with_metadata=True)
    if document is None:
        return Reading()
    found = document if isinstance(document, dict) else document.as_dict()
    return Reading(text=found.get("text") or "", title=found.get("title"), published=found.get("date"))


def _text(markup: str) -> str:
    import lxml.html

    return str(lxml.html.fromstring(markup).xpath("string()")) if markup.strip() else ""


def _decoded(content: bytes) -> str:
    from flows.extraction.text.encodings import decode

    return decode(content).text


def _readability(content: bytes, listing: Listing) -> Reading:
    readability = import_module("readability")
    document = readability.Document(_decoded(content))
    try:
        return Reading(text=_text(document.summary()), title=document.short_title())
    except readability.readability.Unparseable:
        return Reading()


def _resiliparse(content: bytes, listing: Listing) -> Reading:
    tree = import_module("resiliparse.parse.html").HTMLTree.parse(_decoded(content))
    text = import_module("resiliparse.extract.html2text").extract_plain_text(tree, main_content=True)
    return Reading(text=text, title=tree.title)


def _gne(content: bytes, listing: Listing) -> Reading:
    nothing = import_module("gne.exceptions").NoContentException
    try:
        found = import_module("gne").GeneralNewsExtractor().extract(_decoded(content))
    except nothing:
        return Reading()
    day = re.match(r"\d{4}-\d\d-\d\d", found.get("publish_time") or "")
    return Reading(text=found.get("content") or "", title=found.get("title"), published=day[0] if day else None)
