"""From captures to documents: which bytes make up the text at an address, and what kind of text it is.

An address is an article page with its further pages and the files that belong to it. Its document is the text of the
pages, or, where the page only leads to a file, the file's text with the page's metadata. An answer 304, or one whose
bytes are known, stands for the bytes of the capture it refers to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from crawlers.archive.captures import Capture
from crawlers.bodies import to_text
from crawlers.body_pages import find_body_pages
from crawlers.portals import Portal
from crawlers.urls import canonical_url
from crawlers.verdicts import kind_of
from flows.extraction.facts import Document, Listing, Unreadable
from flows.extraction.read import read, read_pages
from flows.extraction.text.attachments import adopt, lead

Body = tuple[bytes, str | None]
"""A decoded body and its Content-Type."""

ReadBody = Callable[[Capture], Body]
"""The body of a capture, revisits resolved."""

READABLE = frozenset({"ok", "not_modified"})
"""Verdicts of captures whose bytes, or the bytes they vouch for, are what was asked for."""


@dataclass(frozen=True, slots=True)
class Address:
    """An article address as one run saw it."""

    portal: Portal
    url: str
    """Canonical."""
    article: Capture
    """The last capture of the article page in this run."""
    pages: tuple[Capture, ...]
    """The latest readable capture of each further page that its body ever had."""
    files: tuple[Capture, ...]
    """The latest readable capture of each of its attachments."""
    candidate: Mapping[str, Any] | None
    """The row of the candidate log that led here."""

    @property
    def captures(self) -> tuple[Capture, ...]:
        """All captures whose bytes a reading may need, the article page first."""
        return self.article, *self.pages, *self.files

    def listing(self) -> Listing:
        """What is known of the document before it is read."""
        row = self.candidate or {}
        return Listing(
            url=self.article.url,
            portal_id=self.portal.id,
            portal_name=self.portal.name,
            region=self.portal.region,
            region_code=self.portal.region_code,
            level=self.portal.level,
            list_title=row.get("title"),
            listed_on=row.get("listed_on"),
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """A document and the capture that holds its text."""

    document: Document
    capture: Capture


def visits(
    log: Iterable[Capture], candidates: Iterable[Mapping[str, Any]], portals: Mapping[str, Portal]
) -> Iterator[tuple[str, list[Address]]]:
    """Each run, oldest first, with its article addresses in the order in which they were asked.

    Of several captures of one address in a run the last one counts. A file that the run did not ask for stands as a run
    before saw it, and so does what the lists said of an address. Captures of portals that are not among `portals` are
    passed over."""
    rows_of: dict[str, list[Mapping[str, Any]]] = {}
    for row in candidates:
        rows_of.setdefault(row["run_id"], []).append(row)
    listed: dict[tuple[str, str], Mapping[str, Any]] = {}
    pages: dict[str, dict[str, Capture]] = {}
    files: dict[str, dict[str, Capture]] = {}
    ordered = sorted(log, key=lambda row: (row.run_id, row.fetched_at))
    captures_of = {run_id: list(captures) for run_id, captures in groupby(ordered, key=lambda row: row.run_id)}
    for run_id in sorted(captures_of.keys() | rows_of.keys()):
        listed.update(((row["portal_id"], row["url"]), row) for row in rows_of.get(run_id, ()))
        articles: dict[tuple[str, str], Capture] = {}
        origins: dict[tuple[str, str], tuple[str, str]] = {}
        for capture in captures_of.get(run_id, ()):
            if _is_redirect(capture):
                continue
            if capture.role == "attachment" and capture.via and capture.verdict in READABLE:
                files.setdefault(capture.via, {})[capture.url] = capture
            elif capture.role == "further_page" and capture.via and capture.verdict in READABLE:
                pages.setdefault(capture.via, {})[capture.url] = capture
            elif capture.role == "article" and capture.portal_id in portals:
                key = capture.portal_id, canonical_url(capture.url)
                articles[key] = capture
                if key not in listed and capture.via:
                    # The answer to a redirect stands at another address than the one that was listed.
                    origins[key] = capture.portal_id, canonical_url(capture.via)
        yield (
            run_id,
            [
                Address(
                    portal=portals[key[0]],
                    url=key[1],
                    article=capture,
                    pages=tuple(pages.get(capture.url, {}).values()),
                    files=tuple(files.get(capture.url, {}).values()),
                    candidate=listed.get(key) or listed.get(origins.get(key, key)),
                )
                for key, capture in articles.items()
            ],
        )


def _is_redirect(capture: Capture) -> bool:
    return capture.status is not None and 300 <= capture.status < 400 and capture.status != 304


def read_address(address: Address, body: ReadBody) -> Reading:
    """Read the document at an address. Raises Unreadable when neither the page nor any of its files holds a text."""
    listing = address.listing()
    page: Document | None = None
    refusal: Unreadable | None = None
    try:
        page = _read_page(address, body, listing)
    except Unreadable as fault:
        refusal = fault
    named = lead(page) if page is not None else None
    if page is not None and named is None:
        return Reading(page, address.article)
    # The file that the page names comes first; the others are asked only if it cannot be read.
    for capture in sorted(address.files, key=lambda row: named is None or row.url != named.url):
        try:
            file = _read(capture, body, listing)
        except Unreadable as fault:
            refusal = fault
            continue
        return Reading(adopt(page, file) if page is not None else file, capture)
    if page is not None and refusal is None:
        return Reading(page, address.article)
    raise refusal or Unreadable("no_text", f"{address.url} holds no text and leads to no file that could be read.")


def _read_page(address: Address, body: ReadBody, listing: Listing) -> Document:
    """The article page with the further pages that its own pager names; one that never came is a warning."""
    first = body(address.article)
    if kind_of(first[0]) != "html":
        return read(first[0], content_type=first[1], listing=listing)
    came = {canonical_url(capture.url): capture for capture in address.pages}
    named = [address.portal.at_home(url) for url in find_body_pages(to_text(*first), address.article.url)]
    further = [came[canonical_url(url)] for url in named if canonical_url(url) in came]
    page = read_pages([first, *(body(capture) for capture in further)], listing=listing)
    absent = [url for url in named if canonical_url(url) not in came]
    told = (f"The further page {url} of the body did not come: the text lacks what stands there." for url in absent)
    return replace(page, warnings=(*page.warnings, *told))


def _read(capture: Capture, body: ReadBody, listing: Listing) -> Document:
    content, content_type = body(capture)
    return read(content, content_type=content_type, listing=listing)
