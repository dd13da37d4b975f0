"""What an extractor, ours or a peer, makes of a page: what all of them are judged by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flows.extraction.facts import Listing


@dataclass(frozen=True, slots=True)
class Reading:
    """What an extractor made of one page; None for a field that it does not give."""

    text: str = ""
    title: str | None = None
    published: str | None = None
    published_time: str | None = None
    source: str | None = None
    document_number: str | None = None
    signed_date: str | None = None
    issuer: str | None = None
    region_level: str | None = None
    report_year: str | None = None
    attachments: tuple[str, ...] = ()


Extract = Callable[[bytes, Listing], Reading]
