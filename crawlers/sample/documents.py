"""The documents of the sample portals: reports and look-alikes, as their source text says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

LAST_NIGHT = 2


@dataclass(frozen=True, slots=True)
class SamplePortal:
    """A fictional portal, as portals.yaml states it. `column` is the path of the watched column, with slashes."""

    id: str
    family: str
    name: str
    region: str
    region_code: str
    level: str
    host: str
    site_id_code: str
    column: str
    column_name: str
    encoding: str
    extension: str
    page_size: int
    disallowed: str
    menu: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SampleDocument:
    """A document of a sample portal. `paragraphs` are the body, without the title; table rows have tabs.

    `is_report` parts the annual reports from their look-alikes. `file` is the path of the PDF that holds the text,
    where the page itself only leads to it. Dates are YYYY-MM-DD. `changed_on_night` is the night from which this
    text is served.
    """

    key: str
    portal: str
    path: str
    title: str
    published_on: str
    published_time: str
    source: str
    paragraphs: tuple[str, ...]
    is_report: bool
    issuer: str | None = None
    report_year: int | None = None
    level: str | None = None
    region_code: str | None = None
    document_number: str | None = None
    signed_on: str | None = None
    file: str | None = None
    hidden_copy: bool = False
    changed_on_night: int = 1

    @property
    def clean_text(self) -> str:
        """The text that extraction should yield: title first, one paragraph a line."""
        return "\n".join((self.title, *self.paragraphs))

    @property
    def report_id(self) -> str:
        """The id under which the warehouse should know the report."""
        return f"{self.region_code}-{self.issuer}-{self.report_year}"


def _folder() -> Traversable:
    return files("crawlers.sample").joinpath("texts")


def _load(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


@cache
def sample_portals() -> tuple[SamplePortal, ...]:
    """The two portals, the prefecture's first."""
    entries = _load(files("crawlers.sample").joinpath("portals.yaml").read_text(encoding="utf-8"))["portals"]
    return tuple(
        SamplePortal(**{**entry, "menu": tuple((name, path) for name, path in entry["menu"])}) for entry in entries
    )


@cache
def _first_texts() -> tuple[tuple[int, SampleDocument], ...]:
    """Every document with the night on which it first stands in its list."""
    found = []
    for file in sorted(_folder().iterdir(), key=lambda item: item.name):
        if file.name.endswith(".md"):
            found.append(_report(file.name.removesuffix(".md"), file.read_text(encoding="utf-8")))
    for entry in _load(_folder().joinpath("lookalikes.yaml").read_text(encoding="utf-8")):
        fields: Mapping[str, Any] = {
            **entry,
            "published_on": str(entry["published_on"]),
            "paragraphs": tuple(entry["paragraphs"]),
        }
        found.append((1, SampleDocument(key=entry["path"], is_report=False, **fields)))
    return tuple(found)


def _report(key: str, source: str) -> tuple[int, SampleDocument]:
    _, head, body = source.split("---\n", 2)
    fields = _load(head)
    night = fields.pop("first_night", 1)
    fields.pop("kind")
    for name in ("published_on", "signed_on"):
        fields[name] = str(fields[name]) if fields[name] else None
    paragraphs = tuple(body.strip("\n").split("\n"))
    return night, SampleDocument(key=key, is_report=True, paragraphs=paragraphs, changed_on_night=night, **fields)


@cache
def _revisions() -> Mapping[str, tuple[Mapping[str, str], ...]]:
    entries = _load(_folder().joinpath("revisions.yaml").read_text(encoding="utf-8"))
    return {key: tuple(changes) for key, changes in entries.items()}


def _revised(document: SampleDocument) -> SampleDocument:
    text = "\n".join(document.paragraphs)
    for change in _revisions()[document.key]:
        if text.count(change["from"]) != 1:
            raise ValueError(f"revisions.yaml: {document.key} does not hold {change['from']!r} exactly once")
        text = text.replace(change["from"], change["to"])
    return replace(document, paragraphs=tuple(text.split("\n")), changed_on_night=2)


def sample_documents(night: int = 1) -> tuple[SampleDocument, ...]:
    """Every document that the portals hold on that night (1 or 2), newest first."""
    if not 1 <= night <= LAST_NIGHT:
        raise ValueError(f"the sample has nights 1 to {LAST_NIGHT}, not {night}")
    held = [document for first, document in _first_texts() if first <= night]
    if night > 1:
        held = [_revised(document) if document.key in _revisions() else document for document in held]
    return tuple(sorted(held, key=lambda one: (one.published_on, one.published_time, one.path), reverse=True))


def sample_reports(night: int = 1) -> tuple[SampleDocument, ...]:
    """The annual reports that a crawl of that night must find: six on night 1, seven on night 2."""
    return tuple(document for document in sample_documents(night) if document.is_report)
