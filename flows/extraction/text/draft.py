"""What the reader of one format hands on: body lines and everything the page says about itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.extraction.facts import Attachment


@dataclass(slots=True)
class Draft:
    """The body of one page or file before its metadata is decided."""

    body: list[str]
    """Paragraphs, chrome removed, the title not among them where `title` is set."""
    title: str | None = None
    """The title as the page shows it, wherever it stands."""
    title_from: str = "heading"
    meta: dict[str, str] = field(default_factory=dict)
    """Meta tags by lower-case name, first non-empty value, comment markers and page data under the same names."""
    page_title: str | None = None
    """The `<title>` element without its site suffix."""
    labels: list[str] = field(default_factory=list)
    """Lines before the body that are not body: date line, source, crumbs; those behind the title first."""
    labels_after: list[str] = field(default_factory=list)
    """Lines behind the body that are not body."""
    table: dict[str, str] = field(default_factory=dict)
    """The information table of the page: 索引号, 文号, 发布机构, …"""
    attachments: list[Attachment] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    """Of a paginated file: the page of each body line, from 1."""
    title_page: int = 1
    site_id_code: str | None = None
    warnings: list[str] = field(default_factory=list)
    kind: str = "html"
