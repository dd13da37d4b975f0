"""`fazhi indicators`: the catalogue, whether it can be used, and what reports count beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.cli.rows import folding

if TYPE_CHECKING:
    from flows.extraction.meaning.gaps import Unclaimed

READABLE = frozenset((".html", ".htm", ".txt", ".pdf", ".doc", ".docx", ".wps", ".ofd"))
"""Names that a folder's reports have."""

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
    from flows.extraction.meaning.catalogue import load_catalogue

    catalogue = load_catalogue()
    if dimension is not None and dimension not in catalogue.dimensions:
        typer.echo(f"There is no dimension {dimension}; there are {', '.join(catalogue.dimensions)}.", err=True)
        raise typer.Exit(2)
    table = folding("code", "name", "kind", "unit", "units")
    shown = [one for one in catalogue.indicators.values() if dimension in (None, one.dimension)]
    for one in shown:
        table.add_row(one.code, one.name_zh, one.kind, one.unit, " ".join(sorted(one.units)))
    Console().print(table)
    typer.echo(f"{len(shown)} indicators, version {catalogue.version}.")


@app.command()
def show(code: Annotated[str, typer.Argument(help="Code of an indicator, such as litigation.loss_rate.")]) -> None:
    """One indicator: what it means, by which words it is seen, what is not it."""
    from flows.extraction.meaning.catalogue import load_catalogue

    catalogue = load_catalogue()
    one = catalogue.indicators.get(code)
    if one is None:
        near = [known for known in catalogue.indicators if code.split(".")[-1] in known]
        hint = f"; there is {', '.join(near)}" if near else "; `fazhi indicators list` names them"
        typer.echo(f"There is no indicator {code}{hint}.", err=True)
        raise typer.Exit(2)
    dimension = catalogue.dimensions[one.dimension]
    table = Table(show_header=False, box=None)
    table.add_row("code", one.code)
    table.add_row("name", f"{one.name_zh} · {one.name_en}")
    table.add_row("dimension", f"{one.dimension} · {dimension['name_zh']}")
    for framework, title in catalogue.frameworks.items():
        if framework in dimension:
            table.add_row("", escape(f"{title}: {dimension[framework]}"))
    table.add_row("kind, unit", f"{one.kind}, {one.unit}; stated in {' '.join(sorted(one.units))}")
    for phrasing in one.phrasings:
        parts = {"says": phrasing.says, "clause": phrasing.clause, "sentence": phrasing.sentence}
        parts |= {"after": phrasing.after, "about": phrasing.about}
        words = [
            f"{region} {' + '.join('|'.join(group) for group in groups)}" for region, groups in parts.items() if groups
        ]
        table.add_row(phrasing.name.rpartition("/")[2], escape(" · ".join(words)))
    shared = set.intersection(*(set(phrasing.excludes) for phrasing in one.phrasings))
    if shared:
        table.add_row("look-alikes", escape("|".join(word for word in one.phrasings[0].excludes if word in shared)))
    for relation in one.relations:
        table.add_row("relation", escape(", ".join(f"{key} {value}" for key, value in relation.items())))
    if one.note:
        table.add_row("note", escape(one.note))
    Console().print(table)


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="A catalogue file; the project's own when left out.")] = None,
) -> None:
    """Read a catalogue and say whether it can be used, or which line is wrong."""
    from flows.extraction.meaning.catalogue import load_catalogue, read_catalogue
    from flows.extraction.meaning.matcher import Matcher

    if file is not None and not file.is_file():
        raise NoFile(f"{file} is no file; give the path of a catalogue such as seeds/indicators.yaml.")
    catalogue = load_catalogue() if file is None else read_catalogue(file.read_text("utf-8"), str(file))
    Matcher(catalogue)
    phrasings = sum(len(one.phrasings) for one in catalogue.indicators.values())
    typer.echo(f"{len(catalogue.indicators)} indicators with {phrasings} phrasings: usable.")


@app.command()
def gaps(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Reports, or folders of reports, to read; the warehouse when left out.")
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Data directory; FAZHI_DATA, else ./data.")] = None,
    least: Annotated[int, typer.Option("--least", min=1, help="Leave out what fewer reports count.")] = 1,
    top: Annotated[int, typer.Option("--top", min=1, help="How many to show.")] = 50,
) -> None:
    """What reports count and the catalogue does not hold, the most frequent first."""
    from flows.extraction.meaning.gaps import group

    figures = _of_files(files) if files else _of_warehouse(data)
    found = [gap for gap in group(figures) if gap.reports >= least]
    table = Table("reports", "times", "what is counted", "unit", "in a sentence")
    for gap in found[:top]:
        table.add_row(str(gap.reports), str(gap.statements), escape(gap.words), gap.unit, escape(gap.examples[0]))
    Console().print(table)
    typer.echo(f"{len(found)} kinds of figures beyond the catalogue" + (f", {top} shown." if len(found) > top else "."))


def _of_files(files: list[Path]) -> Iterator[Unclaimed]:
    from flows.extraction.facts import Unreadable
    from flows.extraction.meaning.gaps import unclaimed
    from flows.extraction.measure import measure
    from flows.extraction.read import read

    for file in _reports(files):
        try:
            document = read(file.read_bytes())
        except Unreadable as unreadable:
            typer.echo(f"{file} is left out: {unreadable}", err=True)
            continue
        measures = measure(document)
        yield from unclaimed(str(file), document.text, measures.quantities, measures.observations, document.sections)


def _reports(files: list[Path]) -> Iterator[Path]:
    """The files themselves and all in the folders, by their paths."""
    for path in files:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.is_file() and one.suffix.lower() in READABLE)
        elif path.is_file():
            yield path
        else:
            raise NoFile(f"{path} is no file; give paths of saved pages or documents, or folders of them.")


def _of_warehouse(data: Path | None) -> Iterator[Unclaimed]:
    from flows.extraction.facts import Quantity, Section
    from flows.extraction.meaning.gaps import unclaimed
    from flows.extraction.meaning.indicators import observe
    from flows.settings import Settings

    with Settings.under(data=data).directory().place().open() as connection:
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
