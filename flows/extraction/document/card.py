"""The card of a document: its metadata, and where each field was taken from."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.extraction.facts import Level


@dataclass(slots=True)
class Metadata:
    """Every metadata field of a document; provenance names for each where it was taken from."""

    title: str | None = None
    inferred_title: str | None = None
    published_on: str | None = None
    published_time: str | None = None
    source: str | None = None
    document_number: str | None = None
    signed_on: str | None = None
    delivered_on: str | None = None
    issuer: str | None = None
    region: str | None = None
    region_code: str | None = None
    level: Level | None = None
    report_year: int | None = None
    provenance: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
