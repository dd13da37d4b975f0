"""A page and the file that it leads to, as one document."""

from __future__ import annotations

from dataclasses import fields, replace

from flows.extraction.facts import Document

_FROM_PAGE_FIRST = ("published_on", "published_time", "source", "site_id_code")
"""What a page says of its file and a file seldom says of itself; the file's own word is taken where the page is silent."""
_FROM_FILE_FIRST = (
    "title",
    "inferred_title",
    "document_number",
    "signed_on",
    "delivered_on",
    "issuer",
    "region",
    "region_code",
    "level",
    "report_year",
)


def with_file(page: Document, file: Document) -> Document:
    """The file's text under the page's publication data. Text, sections and pages are the file's; attachments are the
    page's; each metadata field comes from the one that is the better witness, else from the other, and `provenance`
    says which word it was, with `file:` or `page:` before it."""
    known = {field.name for field in fields(Document)}
    chosen: dict[str, object] = {}
    provenance: dict[str, str] = {}
    for names, first, second in (
        (_FROM_PAGE_FIRST, ("page", page), ("file", file)),
        (_FROM_FILE_FIRST, ("file", file), ("page", page)),
    ):
        for name in names:
            assert name in known
            for whose, document in (first, second):
                value = getattr(document, name)
                if value is not None:
                    chosen[name] = value
                    if name in document.provenance:
                        provenance[name] = f"{whose}:{document.provenance[name]}"
                    break
    if chosen.get("title") is not None:
        chosen["inferred_title"] = None
    return replace(
        file,
        **chosen,  # type: ignore[arg-type]  # the names are fields of Document, checked above
        attachments=page.attachments,
        provenance=provenance,
        warnings=(*page.warnings, *file.warnings),
        lead=False,
    )
