"""The one entry from bytes to a document: kind of file by magic bytes, its reader, then metadata and outline."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flows.extraction.document.headline import drop_repeated, find_title, joined_title, tidy_title
from flows.extraction.facts import Document, Listing, Unreadable
from flows.extraction.text.draft import Draft
from flows.extraction.text.encodings import decode, unpack, without_mark
from flows.extraction.text.typography import one_line, squeeze

_HTML = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|meta|div|table|title|script|span|p|br)\b", re.I)


def read(content: bytes, *, content_type: str | None = None, listing: Listing = Listing()) -> Document:  # noqa: B008 - frozen
    """The clean text and metadata of one page or file.

    `content`: the bytes as served (gzip that nobody announced is unpacked). `content_type`: the header, for its charset
    only; the kind of file is told by magic bytes. `listing`: what the crawl knows of the document.
    Raises Unreadable, with a verdict word and a sentence, where the bytes hold no text that can be trusted.
    """
    return _document(_opened_draft(content, content_type, listing), listing)


def read_pages(pages: Sequence[tuple[bytes, str | None]], *, listing: Listing = Listing()) -> Document:  # noqa: B008
    """The document whose body is cut over several pages: each page's bytes and Content-Type, the first page first.

    Title, dates and source are the first page's. A further page that cannot be read, or that only repeats what stands
    before it, is left out with a warning. Raises Unreadable where the first page holds no text.
    """
    first, *further = pages
    if not further:
        return read(first[0], content_type=first[1], listing=listing)
    draft = _opened_draft(*first, listing)
    for number, page in enumerate(further, start=2):
        try:
            other = _opened_draft(*page, listing)
        except Unreadable as refusal:
            draft.warnings.append(f"Page {number} of the body cannot be read: {refusal}")
            continue
        title = draft.title or other.title
        lines = list(other.body)
        if title is not None:
            _remove(lines, [], drop_repeated(title, lines))
        if set(lines) <= set(draft.body):
            draft.warnings.append(f"Page {number} of the body only repeats the pages before it; it was left out.")
            continue
        draft.body += lines
        known = {file.url for file in draft.attachments}
        draft.attachments += [file for file in other.attachments if file.url not in known]
    return _document(draft, listing)


def _opened_draft(content: bytes, content_type: str | None, listing: Listing) -> Draft:
    if not content.strip():
        raise Unreadable("empty", "The file is empty; fetch it again.")
    return _draft(unpack(content), content_type, listing)


def kind_of(content: bytes) -> str:
    """The kind of file by its magic bytes: pdf, zip, ole, rtf, image, html or plain."""
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")) and not _HTML.search(
        content[:2048]
    ):
        return "image"
    if content.startswith((b"Rar!", b"7z\xbc\xaf")):
        return "archive"
    if _HTML.search(content[:8192]) or content.startswith((b"<?xml",)):
        return "html"
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or without_mark(content):
        return "html" if b"<\x00" in content[:400] or b"\x00<" in content[:400] else "plain"
    return "plain"


def _draft(content: bytes, content_type: str | None, listing: Listing, *, packed: bool = False) -> Draft:
    kind = kind_of(content)
    if kind == "zip" and not packed:
        from flows.extraction.text.packed import packed_document

        inner = packed_document(content)
        if inner is not None:
            name, document = inner
            draft = _draft(document, None, listing, packed=True)
            draft.warnings.insert(0, f"The file is a zip; {name} in it was read.")
            return draft
    if kind == "pdf":
        from flows.extraction.text.pdf import read_pdf

        return read_pdf(content)
    if kind in ("zip", "ole", "rtf"):
        from flows.extraction.text.office import read_office

        return read_office(content, kind)
    if kind == "image":
        raise Unreadable("no_text_layer", "The file is a picture; have it read by a person or by OCR.")
    if kind == "archive":
        raise Unreadable("wrong_type", "The file is a packed archive (rar or 7z); unpack it and read the files in it.")
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff") or without_mark(content)
    if not wide and content.count(b"\x00", 0, 4096) > 40:
        raise Unreadable(
            "wrong_type", "The bytes are neither text nor a kind of file that is read; look at it by hand."
        )
    decoded = decode(content, content_type)
    if kind == "html":
        from flows.extraction.text.html import read_html

        draft = read_html(decoded.text, base_url=listing.url)
    else:
        from flows.extraction.text.plain import read_plain

        draft = read_plain(decoded.text)
    draft.warnings[:0] = decoded.warnings
    return draft


def _document(draft: Draft, listing: Listing) -> Document:
    from flows.extraction.document.metadata import decide, is_placeholder
    from flows.extraction.document.outline import outline, table_of_contents

    body, pages = list(draft.body), list(draft.pages)
    title = tidy_title(one_line(draft.title)) if draft.title else None
    if title is not None and is_placeholder(title):
        title = None
    if title is None and draft.kind != "pdf":
        span = _own_title(draft, body)
        if span is not None:
            title = tidy_title(joined_title(body[span[0] : span[1]]))
            draft.title_from = "text"
            _remove(body, pages, list(range(*span)))
    if title is not None:
        _remove(body, pages, drop_repeated(title, body))
    _remove(body, pages, list(table_of_contents(body)))
    if not body and title is None:
        raise Unreadable("no_text", "The page shows no text; look at it in a browser: it may be built by scripts.")
    data = decide(draft, title, body, listing)
    lines = ([title] if title is not None else []) + body
    text = "\n".join(lines)
    return Document(
        text=text,
        title=title,
        inferred_title=data.inferred_title,
        published_on=data.published_on,
        published_time=data.published_time,
        source=data.source,
        document_number=data.document_number,
        signed_on=data.signed_on,
        delivered_on=data.delivered_on,
        issuer=data.issuer,
        region=data.region,
        region_code=data.region_code,
        level=data.level,
        report_year=data.report_year,
        site_id_code=draft.site_id_code,
        sections=outline(text, title_lines=1 if title is not None else 0),
        attachments=tuple(draft.attachments),
        pages=tuple(([draft.title_page] if title is not None else []) + pages) if pages else (),
        provenance=data.provenance,
        warnings=tuple(dict.fromkeys([*draft.warnings, *data.warnings])),
    )


def _own_title(draft: Draft, body: list[str]) -> tuple[int, int] | None:
    """The span of the body's first lines that are the title, where nothing above the body shows one."""
    named = [
        squeeze(name)
        for name in (draft.meta.get("articletitle"), draft.meta.get("data.title"), draft.page_title)
        if name
    ]
    for start in range(min(6, len(body))):
        joined = ""
        for length in range(1, 4):
            if start + length > len(body):
                break
            joined += squeeze(body[start + length - 1])
            if len(joined) >= 6 and any(
                joined == name
                or (
                    len(joined) >= 12
                    and name.startswith(joined)
                    and draft.page_title
                    and squeeze(draft.page_title) == name
                )
                for name in named
            ):
                return start, start + length
    return find_title(body)


def _remove(body: list[str], pages: list[int], positions: list[int]) -> None:
    for position in sorted(positions, reverse=True):
        del body[position]
        if pages:
            del pages[position]
