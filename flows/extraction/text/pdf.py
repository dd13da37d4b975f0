"""PDF: lines in reading order with their places, paragraphs rejoined by layout, page furniture dropped, pages kept."""

from __future__ import annotations

import ctypes
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flows.extraction.document.headline import find_title, is_paper_label, joined_title
from flows.extraction.facts import Unreadable
from flows.extraction.text.draft import Draft
from flows.extraction.text.typography import close_han, one_line, squeeze

MOST_PAGES = 400
MOST_SIGNS = 100_000
"""Signs that a page may have; a full one has two thousand."""
MOST_DRAWN = 3 * 1024 * 1024
"""Bytes that the drawing instructions of one page may unpack to: pdfium reads them to the end before it answers."""
MOST_UNPACKED = 128 * 1024 * 1024
"""Bytes that fonts, tables and instructions may unpack to in all."""

_PAGE_NUMBER = re.compile(
    r"^[—\-–―－~·\s]*(?:第?\s*\d{1,4}\s*页?(?:\s*[/,，共]\s*共?\s*\d{1,4}\s*页?)?)[—\-–―－~·\s]*$|^[—\-–―－]\s*[ivxIVX]+\s*[—\-–―－]$"
)
_HEADING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|第[一二三四五六七八九十]+[章节条])"
)
_NUMBERED = re.compile(r"^(?:\d{1,2}[.．、](?!\d)|[（(]\d{1,2}[）)])")
_ENDS = "。！？；：…”’）)》】"
_DATE = re.compile(r"^(?:(?:19|20)\d\d|[〇○零一二三四五六七八九十]{4})年.{1,3}月.{1,3}日$")


@dataclass(slots=True)
class Line:
    """A line of a page: text, box in points, size of its signs, page from 1."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    page: int

    @property
    def middle(self) -> float:
        """The middle of the line, in points from the left."""
        return (self.left + self.right) / 2


def read_pdf(content: bytes) -> Draft:
    """The document of a PDF. Unreadable: `encrypted damaged too_large no_text_layer` (a scan), `mojibake` (no map)."""
    import pypdfium2

    _bound(content)
    try:
        file = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as fault:
        if "password" in str(fault).lower():
            raise Unreadable(
                "encrypted", "The PDF asks for a password; get it from the publisher in an open form."
            ) from fault
        raise Unreadable("damaged", "The PDF cannot be opened: it is damaged or cut off; fetch it again.") from fault
    try:
        count = len(file)
        if count > MOST_PAGES:
            raise Unreadable(
                "too_large",
                f"The PDF has {count} pages, more than the {MOST_PAGES} that are read; it is hardly one report.",
            )
        pages: list[list[Line]] = []
        for number in range(count):
            try:
                pages.append(_lines_of(file[number], number + 1))
            except pypdfium2.PdfiumError as fault:
                raise Unreadable(
                    "damaged", f"Page {number + 1} of the PDF cannot be read; fetch the file again."
                ) from fault
    finally:
        file.close()
    return layout(pages, "PDF")


_CHUNK = 1 << 16
_STREAM = re.compile(rb"stream\r?\n")


def _bound(content: bytes) -> None:
    """Refuse a PDF whose packed parts would unpack without measure. Pictures are not unpacked to read a text."""
    whole = 0
    for match in _STREAM.finditer(content):
        head = content[max(0, match.start() - 1000) : match.start()]
        head = head[head.rfind(b" obj") + 1 :]
        if b"FlateDecode" not in head or b"/Width" in head:
            continue
        limit = MOST_UNPACKED - whole if b"/Length1" in head or b"/Type" in head else MOST_DRAWN
        size = _unpacked_size(content, match.end(), limit)
        if size > limit:
            raise Unreadable(
                "too_large", "A part of the PDF unpacks to more than any page of a report holds; look at it by hand."
            )
        whole += size


def _unpacked_size(content: bytes, start: int, limit: int) -> int:
    """How many bytes the packed stream unpacks to; no more are unpacked than shows that it is over the limit."""
    unpacker, size = zlib.decompressobj(), 0
    for at in range(start, len(content), _CHUNK):
        packed = content[at : at + _CHUNK]
        # At the end of the stream zlib leaves what follows it in `unconsumed_tail`, for ever.
        while packed and not unpacker.eof:
            try:
                size += len(unpacker.decompress(packed, _CHUNK))
            except zlib.error:
                return size  # damaged or encrypted: pdfium will say so
            packed = unpacker.unconsumed_tail
            if size > limit:
                return size
        if unpacker.eof:
            break
    return size


def layout(pages: list[list[Line]], kind: str) -> Draft:
    """The document of pages of lines: furniture dropped, paragraphs rejoined. Unreadable if the lines are no text."""
    pages = [_merge(page) for page in pages]
    _judge("".join(line.text for page in pages for line in page), len(pages), kind)
    _drop_furniture(pages)
    paragraphs = _paragraphs([line for page in pages for line in page])
    draft = Draft(body=[], kind="pdf")
    texts = [text for text, _ in paragraphs]
    span = find_title(texts)
    if span is not None and all(is_paper_label(text) for text in texts[: span[0]]):
        draft.labels = texts[: span[0]]
        draft.title = joined_title(texts[span[0] : span[1]])
        draft.title_page = paragraphs[span[0]][1]
        draft.title_from = "text"
        paragraphs = paragraphs[span[1] :]
    elif paragraphs and is_paper_label(texts[0]) and not _HEADING.match(texts[0]):
        draft.labels = texts[:1]
        paragraphs = paragraphs[1:]
    draft.body = [text for text, _ in paragraphs]
    draft.pages = [page for _, page in paragraphs]
    if not draft.body:
        raise Unreadable("no_text_layer", f"The {kind} holds no text; have it read by a person or by OCR.")
    return draft


def _judge(text: str, pages: int, kind: str) -> None:
    squeezed = squeeze(text)
    if text.count("(cid:") > 3:
        raise Unreadable(
            "mojibake",
            f"The {kind}'s fonts carry no character map, so its text is no text; have it read by a person or OCR.",
        )
    han = sum(1 for sign in squeezed if "\u4e00" <= sign <= "\u9fff")
    strange = sum(
        1
        for sign in squeezed
        if "\ue000" <= sign <= "\uf8ff" or sign == "\ufffd" or "\u0080" <= sign <= "\u009f" or sign < " "
    )
    if len(squeezed) < 20 * max(1, min(pages, 3)) // 2 or (han < 10 and len(squeezed) < 200):
        raise Unreadable(
            "no_text_layer", f"The {kind} is a scan without a text layer; have it read by a person or by OCR."
        )
    if strange > 0.05 * len(squeezed):
        raise Unreadable(
            "mojibake", f"The {kind}'s text does not decode to readable signs; have it read by a person or by OCR."
        )


def _lines_of(page: Any, number: int) -> list[Line]:
    """The lines of a page from top to bottom, by the boxes of their signs."""
    from pypdfium2 import raw

    textpage = page.get_textpage()
    handle = textpage.raw
    count = raw.FPDFText_CountChars(handle)
    if count > MOST_SIGNS:
        raise Unreadable("too_large", f"Page {number} of the PDF has {count} signs; it is no page of a report.")
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    lines: list[list[tuple[str, float, float, float, float]]] = [[]]
    for at in range(max(0, count)):
        code = raw.FPDFText_GetUnicode(handle, at)
        if code in (10, 13):
            if lines[-1]:
                lines.append([])
            continue
        if code in (0, 0xFFFE, 0xFFFF) or 0xD800 <= code <= 0xDFFF:
            continue
        if not raw.FPDFText_GetCharBox(handle, at, left, right, bottom, top):
            continue
        lines[-1].append((chr(code), left.value, right.value, bottom.value, top.value))
    textpage.close()
    found: list[Line] = []
    for signs in lines:
        inked = [sign for sign in signs if not sign[0].isspace() and sign[2] > sign[1]]
        if not inked:
            continue
        size = sorted(max(sign[2] - sign[1], sign[4] - sign[3]) for sign in inked)[len(inked) * 3 // 4]
        found.append(
            Line(
                text=_spell(signs, size),
                left=min(sign[1] for sign in inked),
                right=max(sign[2] for sign in inked),
                bottom=min(sign[3] for sign in inked),
                top=max(sign[4] for sign in inked),
                size=size,
                page=number,
            )
        )
    return found


def _spell(signs: list[tuple[str, float, float, float, float]], size: float) -> str:
    """The signs as text; a gap of more than two signs is a tab (a table column)."""
    parts: list[str] = []
    last: float | None = None
    for sign, left, right, _, _ in signs:
        if sign.isspace():
            parts.append(" ")
            continue
        if last is not None and left - last > 2.2 * size and right > left:
            parts.append("\t")
        parts.append(sign)
        if right > left:
            last = right
    cells = [close_han(one_line(cell)) for cell in "".join(parts).split("\t")]
    return "\t".join(cell for cell in cells if cell)


def _merge(lines: list[Line]) -> list[Line]:
    """Pieces of one printed line put together, lines sorted from top to bottom."""
    lines = sorted(lines, key=lambda line: (-round(line.bottom + line.top, 1), line.left))
    merged: list[Line] = []
    for line in lines:
        if merged:
            before = merged[-1]
            overlap = min(before.top, line.top) - max(before.bottom, line.bottom)
            if overlap > 0.5 * min(before.top - before.bottom, line.top - line.bottom) and (
                line.left >= before.right - 2 or line.right <= before.left + 2
            ):
                first, second = (before, line) if before.left <= line.left else (line, before)
                gap = "\t" if second.left - first.right > 2.2 * max(first.size, second.size) else ""
                before.text = (
                    close_han(one_line(first.text + gap + second.text)) if not gap else first.text + gap + second.text
                )
                before.left, before.right = min(before.left, line.left), max(before.right, line.right)
                before.bottom, before.top = min(before.bottom, line.bottom), max(before.top, line.top)
                before.size = max(before.size, line.size)
                continue
        merged.append(line)
    return [line for line in merged if line.text]


def _drop_furniture(pages: list[list[Line]]) -> None:
    """Drop page numbers and the heads and feet that recur on most pages."""
    shapes: Counter[str] = Counter()
    for page in pages:
        shapes.update({re.sub(r"\d+", "0", squeeze(line.text)) for line in page[:2] + page[-2:]})
    for page in pages:
        for end in (0, -1):
            for _ in range(2):
                if not page:
                    break
                line = page[end]
                shape = re.sub(r"\d+", "0", squeeze(line.text))
                runs = shapes[shape] >= max(2, 0.4 * len(pages)) and len(shape) < 60
                if _PAGE_NUMBER.match(line.text) or runs:
                    page.pop(end)
                else:
                    break


def _paragraphs(lines: list[Line]) -> list[tuple[str, int]]:
    """Paragraphs with the page each begins on: by indent, line width, gaps and punctuation."""
    if not lines:
        return []
    size = sorted(line.size for line in lines)[len(lines) // 2]
    long = [line for line in lines if line.right - line.left > 12 * size] or lines
    margin = Counter(round(line.left / 4) for line in long).most_common(1)[0][0] * 4.0
    margin = min((line.left for line in long if abs(line.left - margin) < 5), default=margin)
    edge = sorted(line.right for line in long)[int(len(long) * 0.9)]
    pitches = sorted(
        before.bottom - line.bottom
        for before, line in pairwise(lines)
        if before.page == line.page and before.bottom > line.bottom
    )
    pitch = pitches[len(pitches) // 2] if pitches else 2 * size
    paragraphs: list[tuple[str, int]] = []
    before: Line | None = None
    for line in lines:
        if before is not None and _goes_on(before, line, paragraphs[-1][0], margin, edge, size, pitch):
            text, page = paragraphs[-1]
            glue = (
                " "
                if text[-1:].isascii() and text[-1:].isalnum() and line.text[:1].isascii() and line.text[:1].isalpha()
                else ""
            )
            paragraphs[-1] = (close_han(one_line(text + glue + line.text)), page)
        else:
            paragraphs.append((line.text, line.page))
        before = line
    return paragraphs


def _goes_on(before: Line, line: Line, text: str, margin: float, edge: float, size: float, pitch: float) -> bool:
    """Whether the line continues the paragraph that the line before it belongs to."""
    if "\t" in line.text or "\t" in before.text:
        return False
    if _DATE.match(squeeze(line.text)) or _HEADING.match(line.text):
        return False
    indented = line.left > margin + 1.2 * size
    full = before.right > edge - 2.2 * size
    centred = _is_centred(before, margin, edge, size) and _is_centred(line, margin, edge, size)
    if centred and before.page == line.page:
        alike = abs(before.size - line.size) < 0.12 * max(before.size, line.size)
        near = before.bottom - line.bottom < 2.2 * max(before.size, line.size)
        return alike and near and before.text[-1] not in _ENDS
    if abs(before.size - line.size) > 0.25 * max(before.size, line.size):
        return False
    if before.page == line.page and before.bottom - line.bottom > 1.7 * pitch:
        return False
    if _NUMBERED.match(line.text) and indented:
        return False
    return not indented and full


def _is_centred(line: Line, margin: float, edge: float, size: float) -> bool:
    middle = (margin + edge) / 2
    return line.left > margin + 1.5 * size and line.right < edge - 1.0 * size and abs(line.middle - middle) < 2.0 * size
