"""`fazhi indicators`: the catalogue, whether it can be used, and what reports count beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from flows.extraction.gaps import Unclaimed

app = typer.Typer(
    help="The indicators: what the catalogue holds, and what reports count beyond it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


class NoFile(Exception):  # noqa: N818 - told in its sentence
    """There is no such file."""

    exit_code = 2


@app.command("list")
def list_indicators(
    dimension: Annotated[str | None, typer.Option("--dimension", help="Only of this dimension.")] = None,
) -> None:
    """The indicators of the catalogue."""
    from flows.extraction.catalogue import load_catalogue

    catalogue = load_catalogue()
    if dimension is not None and dimension not in catalogue.dimensions:
        typer.echo(f"There is no dimension {dimension}; there are {', '.join(catalogue.dimensions)}.", err=True)
        raise typer.Exit(2)
    table = Table("code", "name", "kind", "unit", "units")
    shown = [one for one in catalogue.indicators.values() if dimension in (None, one.dimension)]
    for one in shown:
        table.add_row(one.code, one.name_zh, one.kind, one.unit, " ".join(sorted(one.units)))
    Console().print(table)
    typer.echo(f"{len(shown)} indicators, version {catalogue.version}.")


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="A catalogue file; the project's own when left out.")] = None,
) -> None:
    """Read a catalogue and say whether it can be used, or which line is wrong."""
    from flows.extraction.catalogue import load_catalogue, read_catalogue
    from flows.extraction.indicators import Matcher

    if file is not None and not file.is_file():
        raise NoFile(f"{file} is no file; give the path of a catalogue such as seeds/indicators.yaml.")
    catalogue = load_catalogue() if file is None else read_catalogue(file.read_text("utf-8"), str(file))
    Matcher(catalogue)
    phrasings = sum(len(one.phrasings) for one in catalogue.indicators.values())
    typer.echo(f"{len(catalogue.indicators)} indicators with {phrasings} phrasings: usable.")


@app.command()
def gaps(
    files: Annotated[list[Path] | None, typer.Argument(help="Reports to read; the warehouse when left out.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Data directory; FAZHI_DATA, else ./data.")] = None,
    least: Annotated[int, typer.Option("--least", min=1, help="Leave out what fewer reports count.")] = 1,
    top: Annotated[int, typer.Option("--top", min=1, help="How many to show.")] = 50,
) -> None:
    """What reports count and the catalogue does not hold, the most frequent first."""
    from flows.extraction.gaps import group

    figures = _of_files(files) if files else _of_warehouse(data)
    found = [gap for gap in group(figures) if gap.reports >= least]
    table = Table("reports", "times", "what is counted", "unit", "in a sentence")
    for gap in found[:top]:
        table.add_row(str(gap.reports), str(gap.statements), escape(gap.words), gap.unit, escape(gap.examples[0]))
    Console().print(table)
    typer.echo(f"{len(found)} kinds of figures beyond the catalogue" + (f", {top} shown." if len(found) > top else "."))


def _of_files(files: list[Path]) -> Iterator[Unclaimed]:
    from flows.extraction.gaps import unclaimed
    from flows.extraction.measure import measure
    from flows.extraction.read import read

    for file in files:
        if not file.is_file():
            raise NoFile(f"{file} is no file; give paths of saved pages or documents.")
        document = read(file.read_bytes())
        measures = measure(document)
        yield from unclaimed(file.name, document.text, measures.quantities, measures.observations, document.sections)


def _of_warehouse(data: Path | None) -> Iterator[Unclaimed]:
    from flows.extraction.facts import Quantity, Section
    from flows.extraction.gaps import unclaimed
    from flows.extraction.indicators import observe
    from flows.settings import Settings
    from warehouse.release import open_release

    with open_release((data or Settings().data) / "warehouse") as connection:
        reports = connection.execute("SELECT report_id, text FROM reports ORDER BY report_id").fetchall()
        for report_id, text in reports:
            sections = [
                Section(*row)
                for row in connection.execute(
                    'SELECT ordinal, level, marker, title, start, "end", dimension, part FROM sections'
                    " WHERE report_id = ? ORDER BY ordinal",
                    [report_id],
                ).fetchall()
            ]
            quantities = [
                Quantity(*row)
                for row in connection.execute(
                    'SELECT ordinal, start, "end", text, value, value_high, unit, bound, kind, direction, subject,'
                    " period, section, optional, page FROM quantities WHERE report_id = ? ORDER BY ordinal",
                    [report_id],
                ).fetchall()
            ]
            # Read anew, not from the release: the catalogue may have grown since.
            yield from unclaimed(report_id, text, quantities, observe(text, quantities, sections), sections)
