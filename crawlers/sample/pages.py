"""The pages of a sample portal, rendered from its documents: what stands at which path on which night."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from crawlers.sample.documents import SampleDocument, SamplePortal, sample_documents

TOKEN = "@TOKEN@"
VISITS = "@VISITS@"
# The nights themselves: what a night changed is newer than what stood there before.
_NIGHTS = {1: datetime(2025, 3, 25, tzinfo=UTC), 2: datetime(2025, 3, 26, tzinfo=UTC)}


@dataclass(frozen=True, slots=True)
class Resource:
    """What a path answers. `body` of an article holds the marks TOKEN and VISITS, filled anew on every fetch."""

    body: bytes
    content_type: str
    modified: datetime
    live: bool = False

    @property
    def etag(self) -> str:
        """The validator: weak where a token or counter differs on every fetch."""
        digest = f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'
        return f"W/{digest}" if self.live else digest


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, or a run of table rows."""

    text: str
    rows: tuple[tuple[str, ...], ...] = ()


@cache
def _templates() -> Environment:
    return Environment(loader=PackageLoader("crawlers.sample", "templates"), autoescape=True, undefined=StrictUndefined)


def _blocks(paragraphs: Sequence[str]) -> tuple[_Block, ...]:
    found: list[_Block] = []
    rows: list[tuple[str, ...]] = []
    for paragraph in (*paragraphs, ""):
        if "\t" in paragraph:
            rows.append(tuple(paragraph.split("\t")))
            continue
        if rows:
            found.append(_Block("", tuple(rows)))
            rows = []
        if paragraph:
            found.append(_Block(paragraph))
    return tuple(found)


def render_portal(portal: SamplePortal, base_url: str, night: int) -> Mapping[str, Resource]:
    """Every path of the portal, with what it answers on that night; `base_url` has no slash at its end."""
    return dict(_resources(portal, base_url, night))


def _resources(portal: SamplePortal, base: str, night: int) -> Iterator[tuple[str, Resource]]:
    documents = [one for one in sample_documents(night) if one.portal == portal.id]
    index = f"index.{portal.extension}"
    newest = _NIGHTS[max(one.changed_on_night for one in documents)]

    def page(template: str, path: str, modified: datetime, *, live: bool = False, **facts: object) -> Resource:
        up = "../" * (path.count("/") - 1) or "./"
        text = (
            _templates()
            .get_template(f"{portal.family}/{template}.html")
            .render(portal=portal, base=base, up=up, **facts)
        )
        kind = "text/html" if portal.encoding != "utf-8" else "text/html; charset=utf-8"
        return Resource(text.encode(portal.encoding), kind, modified, live)

    yield f"/{index}", page("home", "/", newest, documents=documents)
    yield (
        "/robots.txt",
        Resource(f"User-agent: *\nDisallow: {portal.disallowed}\n".encode(), "text/plain; charset=utf-8", _NIGHTS[1]),
    )

    pages = -(-len(documents) // portal.page_size)
    for number in range(1, pages + 1):
        shown = documents[(number - 1) * portal.page_size : number * portal.page_size]
        # NFCMS counts its list pages from index_2, TRS from index_1.
        behind = number if portal.family == "nfcms" else number - 1
        name = index if number == 1 else f"index_{behind}.{portal.extension}"
        path = portal.column + name
        facts: dict[str, Any] = {"documents": shown, "page": number, "pages": pages, "total": len(documents)}
        yield path, page("list", path, newest, **facts)

    for position, document in enumerate(documents):
        newer = documents[position - 1] if position else None
        older = documents[position + 1] if position + 1 < len(documents) else None
        facts = {"document": document, "blocks": _blocks(document.paragraphs), "newer": newer, "older": older}
        modified = _modified(document)
        resource = page("article", document.path, modified, live=True, **facts)
        yield document.path, resource
        if portal.family == "nfcms":  # the mobile twin of a post
            yield document.path.replace("/post_", "/mpost_"), resource
        if document.file is not None:
            body = files("crawlers.sample").joinpath("texts", f"{document.key}.pdf").read_bytes()
            yield document.file, Resource(body, "application/pdf", modified)

    folders = {path for _, path in portal.menu} | {"/qt/wzdt/", "/qt/lxwm/"}
    above = portal.column[: portal.column.rstrip("/").rindex("/") + 1]
    for folder in sorted(folders | {above}):
        yield folder + index, page("plain", folder, _NIGHTS[1], sub=folder == above)


def _modified(document: SampleDocument) -> datetime:
    if document.changed_on_night > 1:
        return _NIGHTS[document.changed_on_night]
    return datetime.fromisoformat(document.published_on).replace(hour=9, tzinfo=UTC)
