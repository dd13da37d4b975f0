"""From a tree to lines as a reader sees them: blocks and `<br>` break, a row of a data table is one line with tabs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.extraction.text.tree import BLOCK, SKIP, Element, length, text_of
from flows.extraction.text.typography import flowing, one_line

_PAGE_BREAK = re.compile(r"#PAGE_BREAK#|manuscriptPage_\d+\(\)")
_VERBATIM = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.I)
_AS_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)\b", re.I)
MOST_SPAN = 60
MOST_CELLS = 200_000


def lines_of(container: Element) -> Iterator[str]:
    """The lines of the element in reading order, blanks tidied, none empty."""
    buffer: list[str] = []
    for kind, value in _walk(container):
        if kind == "text":
            buffer.append(value)
            continue
        line = flowing("".join(buffer))
        buffer.clear()
        if line:
            yield line
        if kind == "row" and value.strip():
            yield value
    line = flowing("".join(buffer))
    if line:
        yield line


def _walk(element: Element) -> Iterator[tuple[str, str]]:
    """Text pieces, breaks and table rows in reading order; iterative, as hostile pages nest deeper than Python."""
    stack: list[tuple[Element, bool]] = [(element, False)]
    verbatim = 0
    while stack:
        node, closing = stack.pop()
        tag = node.tag
        if closing:
            verbatim -= _keeps_breaks(node)
            if tag in BLOCK or _is_shown_as_block(node):
                yield "break", ""
        elif not isinstance(tag, str) or tag in SKIP:
            pass
        elif tag == "table" and is_data(node):
            yield "break", ""
            for row in rows_of(node):
                yield "row", row
        else:
            if tag in BLOCK or _is_shown_as_block(node):
                yield "break", ""
            verbatim += _keeps_breaks(node)
            if node.text:
                yield from _pieces(_PAGE_BREAK.sub("", node.text) if "_" in node.text else node.text, verbatim)
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(node))
            continue
        if node is not element and node.tail:
            yield from _pieces(node.tail, verbatim)


def _is_shown_as_block(node: Element) -> bool:
    style = node.get("style")
    return style is not None and "display" in style and _AS_BLOCK.search(style) is not None


def _keeps_breaks(node: Element) -> bool:
    """Whether a line break in the source of the element is one for its reader."""
    if node.tag in ("pre", "xmp", "listing", "plaintext"):
        return True
    style = node.get("style")
    return style is not None and "white-space" in style and _VERBATIM.search(style) is not None


def _pieces(text: str, verbatim: int) -> Iterator[tuple[str, str]]:
    if not verbatim:
        yield "text", text
        return
    for number, line in enumerate(text.splitlines() or [text]):
        if number:
            yield "break", ""
        yield "text", line
    if text.endswith("\n"):
        yield "break", ""


def is_data(table: Element) -> bool:
    """Whether the table holds data: rows of several short cells; one that only lays out the page is read as blocks."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    if max((len(row) for row in rows), default=0) < 2:
        return False
    longest = max((length(text_of(cell)) for row in rows for cell in row), default=0)
    return longest < 600 or sum(len(row) for row in rows) >= 12


def rows_of(table: Element) -> Iterator[str]:
    """The rows, cells joined by a tab; a cell that spans rows or columns stands in each, a full-width one once."""
    carried: dict[int, tuple[int, str]] = {}
    rows = list(table.iter("tr", "caption"))
    width = max((sum(_span(cell, "colspan") for cell in row if cell.tag in ("td", "th")) for row in rows), default=0)
    spent = 0
    for row in rows:
        if row.tag == "caption":
            yield one_line(text_of(row))
            continue
        cells: list[str] = []
        column = 0
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            while column in carried:
                cells.append(_carry(carried, column))
                column += 1
            text = " ".join(lines_of(cell)).replace("\t", " ")
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            for step in range(across):
                cells.append("" if step and across >= width else text)
                if down > 1:
                    carried[column] = (down - 1, "" if step and across >= width else text)
                column += 1
        while column in carried:
            cells.append(_carry(carried, column))
            column += 1
        while cells and not cells[-1]:
            cells.pop()
        spent += len(cells)
        if spent > MOST_CELLS:
            return
        if any(cells):
            yield "\t".join(cells)


def _carry(carried: dict[int, tuple[int, str]], column: int) -> str:
    left, text = carried.pop(column)
    if left > 1:
        carried[column] = (left - 1, text)
    return text


def _span(cell: Element, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(max(int(value), 1), MOST_SPAN) if value.isdecimal() and len(value) < 4 else 1
