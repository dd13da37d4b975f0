"""Write rows as an Excel workbook: typed cells, words that never run as formulas, and a sheet that explains columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_WIDEST = 31
"""Characters that the name of a sheet takes."""


def write_workbook(
    path: Path,
    name: str,
    batches: Iterable[Sequence[Sequence[Any]]],
    columns: Sequence[tuple[str, str, str]],
    most_rows: int,
) -> None:
    """Write the rows on sheets of at most `most_rows`, then a sheet 字段说明 with each column's name, type and meaning.

    Times lose their zone, which Excel does not know: they are UTC. Control characters, which a workbook cannot hold,
    are left out."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    head = [column for column, _, _ in columns]
    written, sheet = most_rows, None
    for row in _rows(batches):
        if written >= most_rows or sheet is None:
            sheet = book.create_sheet(_sheet_name(name, len(book.sheetnames)))
            sheet.freeze_panes = "A2"
            sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}1"
            sheet.append(_cells(sheet, head))
            written = 0
        sheet.append(_cells(sheet, row))
        written += 1
    if sheet is None:
        sheet = book.create_sheet(_sheet_name(name, 0))
        sheet.append(_cells(sheet, head))
    explained = book.create_sheet("字段说明")
    explained.freeze_panes = "A2"
    for letter, width in (("A", 24), ("B", 28), ("C", 100)):
        explained.column_dimensions[letter].width = width
    for line in (("column", "type", "meaning"), *columns):
        explained.append(_cells(explained, line))
    book.save(path)


def _rows(batches: Iterable[Sequence[Sequence[Any]]]) -> Iterator[Sequence[Any]]:
    for batch in batches:
        yield from batch


def _sheet_name(name: str, number: int) -> str:
    tail = f" {number + 1}" if number else ""
    return name[: _WIDEST - len(tail)] + tail


def _cells(sheet: Any, row: Sequence[Any]) -> list[Any]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cells: list[Any] = []
    for value in row:
        if isinstance(value, str):
            cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value))
            cell.data_type = "s"
            cells.append(cell)
        elif isinstance(value, datetime) and value.tzinfo is not None:
            cells.append(value.astimezone(UTC).replace(tzinfo=None))
        else:
            cells.append(value)
    if cells and cells[-1] is None:
        # Without a cell in its last column, a row is shorter than the head for those who read it row by row.
        blank = WriteOnlyCell(sheet)
        blank.number_format = "@"
        cells[-1] = blank
    return cells
