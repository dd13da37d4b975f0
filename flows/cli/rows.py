"""How the rows of an answer are printed."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table

from flows.operation.sentences import counted

SHORT_CELLS = 24
"""Columns of the terminal; what is wider may be folded, and has at least so much room, or half of it where it then
takes few lines."""
FEW_LINES = 4


class Shape(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    jsonl = "jsonl"


ShapeOption = Annotated[Shape, typer.Option("--format", help="table for people, csv or jsonl for programs.")]


def folding(*headings: str, title: str | None = None) -> Table:
    """A table to be filled of which nothing is cut off: the first column, which names the row, keeps to one line, the
    others are folded."""
    table = Table(title=title)
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading == headings[0])
    return table


def show(names: Sequence[str], rows: Sequence[Sequence[Any]], shape: Shape = Shape.table) -> None:
    """Print rows on stdout."""
    if shape is Shape.csv:
        import csv

        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    elif shape is Shape.jsonl:
        for row in rows:
            typer.echo(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=str))
    else:
        console = Console(width=None if sys.stdout.isatty() else 200)
        told = [[_told(value) for value in row] for row in rows]
        for drawn in _drawn(names, told, console.width):
            console.print(drawn)
        typer.echo(counted(len(rows), "row"), err=True)


def _told(value: object) -> str:
    """A value as people write it; a count has no decimals."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "" if value is None else str(value)


def _drawn(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[RenderableType]:
    """Rows as a table whose short columns keep to one line; record by record where that leaves the long ones too little
    room. No word of a row is left out."""
    widest = [max((cell_len(row[at]) for row in rows), default=0) for at in range(len(names))]
    long = [cells > SHORT_CELLS for cells in widest]
    headers = [_folded(name, cells) for name, cells in zip(names, widest, strict=True)]
    least = [max(cells, *map(cell_len, header.split("\n"))) for header, cells in zip(headers, widest, strict=True)]
    room = width - 3 * len(names) - 1 - sum(cells for cells, folds in zip(least, long, strict=True) if not folds)
    each = room // (sum(long) or 1)
    few = each >= SHORT_CELLS // 2 and max(widest, default=0) <= FEW_LINES * each
    if room >= 0 and (few or each >= SHORT_CELLS or not any(long)):
        table = Table()
        for header, cells, folds in zip(headers, least, long, strict=True):
            table.add_column(escape(header), overflow="fold", width=None if folds else cells)
        for row in rows:
            table.add_row(*map(escape, row))
        yield table
        return
    for number, row in enumerate(rows, start=1):
        yield Rule(f"row {number}", align="left")
        record = Table(show_header=False, box=None, pad_edge=False)
        record.add_column(style="bold", no_wrap=True)
        record.add_column(overflow="fold")
        for name, value in zip(names, row, strict=True):
            record.add_row(escape(name), escape(value))
        yield record


def _folded(name: str, cells: int) -> str:
    """The name of a column of so many cells on as many lines as it needs, cut behind its underscores."""
    first, *parts = re.findall("[^_]*_|[^_]+", name) or [name]
    lines = [first]
    for part in parts:
        if cell_len(lines[-1] + part) <= max(cells, SHORT_CELLS // 2):
            lines[-1] += part
        else:
            lines.append(part)
    return "\n".join(lines)
