"""Ways into the warehouse: `fazhi sql`, `diff`, `coverage` and `dictionary`, all on the read-only release."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    import duckdb

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Data directory; FAZHI_DATA, else ./data.", show_default=False)
]


class Shape(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    jsonl = "jsonl"


ShapeOption = Annotated[Shape, typer.Option("--format", help="table for people, csv or jsonl for programs.")]


class QueryRefused(Exception):  # noqa: N818 - the query is at fault
    """The release cannot answer the query as it was put."""

    exit_code = 2


def warehouse_root(data: Path | None) -> Path:
    """The warehouse under the data directory that was given or set."""
    from flows.settings import Settings

    return (data or Settings().data).resolve() / "warehouse"


def fetched(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object] | Mapping[str, object] = ()
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows; raises QueryRefused with the engine's words where the query is wrong."""
    import duckdb

    try:
        result = connection.execute(query, parameters or None)
        return [column[0] for column in result.description or ()], result.fetchall()
    except duckdb.Error as fault:
        raise QueryRefused(str(fault)) from fault


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
        table = Table(*(escape(name) for name in names))
        for row in rows:
            table.add_row(*("" if value is None else escape(str(value)) for value in row))
        Console(width=None if sys.stdout.isatty() else 200).print(table)
        typer.echo(f"{len(rows)} rows", err=True)


def sql(
    query: Annotated[str | None, typer.Argument(help="One query; without it the DuckDB prompt opens.")] = None,
    data: DataOption = None,
    shape: ShapeOption = Shape.table,
) -> None:
    """Ask the release in SQL. Nothing can be written into it."""
    from warehouse.release import NoRelease, open_release, release_path

    root = warehouse_root(data)
    if query is None:
        release = release_path(root)
        if not release.exists():
            raise NoRelease(f"There is no release at {release} yet: `fazhi run` makes one.")
        _prompt(release)
    with open_release(root) as connection:
        names, rows = fetched(connection, query or "")
    show(names, rows, shape)


def _prompt(release: Path) -> None:
    """Become the DuckDB command line on the release."""
    import os
    from importlib.util import find_spec

    found = find_spec("duckdb_cli")
    program = Path(found.origin).with_name("duckdb") if found and found.origin else None
    if program is None or not program.exists():
        raise QueryRefused(f"The DuckDB prompt is not installed: give a query, or open {release} read-only yourself.")
    os.execv(program, [str(program), "-readonly", str(release.resolve())])


def diff(
    report: Annotated[str, typer.Argument(help="A report_id, as in `reports`.")],
    data: DataOption = None,
) -> None:
    """What changed between the versions of a report, and which observations moved."""
    from warehouse.release import open_release

    with open_release(warehouse_root(data)) as connection:
        _, versions = fetched(
            connection,
            "SELECT version, seen_at, url, change FROM report_versions WHERE report_id = ? ORDER BY version",
            [report],
        )
        if not versions:
            raise QueryRefused(f"No report is called {report}: `fazhi sql 'SELECT report_id FROM reports'` lists them.")
        _, moved = fetched(
            connection,
            """SELECT version, indicator, scope, period, value_before, value_now, evidence_before, evidence_now
               FROM moved_observations WHERE report_id = ? ORDER BY version, indicator""",
            [report],
        )
    console = Console()
    for version, seen_at, url, change in versions:
        console.print(f"[bold]version {version}[/] seen {seen_at:%Y-%m-%d %H:%M} at {escape(url)}", soft_wrap=True)
        told = json.loads(change) if change else {"added": [], "removed": []}
        for sign, style, name in (("-", "red", "removed"), ("+", "green", "added")):
            for paragraph in told[name]:
                console.print(f"[{style}]{sign} ¶{paragraph['para_no']} {escape(paragraph['text'])}[/]", soft_wrap=True)
        for row in moved:
            if row[0] == version:
                _, indicator, scope, period, before, now, *_ = row
                about = " ".join(str(part) for part in (scope, period) if part)
                console.print(f"  [yellow]{indicator}[/] {escape(about)} {before} → {now}", soft_wrap=True)
    if len(versions) == 1:
        console.print("The text has not changed since it was first seen.")


def coverage(
    year: Annotated[int | None, typer.Option("--year", help="Only this report year.")] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="Only regions whose code begins so; 44 is Guangdong.")
    ] = None,
    state: Annotated[str | None, typer.Option("--state", help="Only cells in this state, with their names.")] = None,
    data: DataOption = None,
    shape: ShapeOption = Shape.table,
) -> None:
    """Who published on time, late or not at all: counts a year and level, or with --state the cells themselves."""
    from warehouse.release import open_release

    given = {"year": year, "region": (region or "") + "%", "state": state}
    where = "($year IS NULL OR report_year = $year) AND region_code LIKE $region AND ($state IS NULL OR state = $state)"
    counts = ", ".join(
        f"count(*) FILTER (WHERE state = '{name}') AS {name}"
        for name in ("published", "late", "missing", "not_due", "blocked", "unknown")
    )
    query = (
        f"SELECT report_year, level, {counts} FROM coverage WHERE {where} GROUP BY ALL ORDER BY ALL"
        if state is None
        else "SELECT report_year, region_code, region, level, issuer, state, published_on, days_after_1_april, "
        f"report_id FROM coverage WHERE {where} ORDER BY report_year, region_code, level, issuer"
    )
    with open_release(warehouse_root(data)) as connection:
        names, rows = fetched(connection, query, given)
    show(names, rows, shape)


def dictionary(
    name: Annotated[str | None, typer.Argument(help="Only this table or view.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="The whole dictionary as a Markdown page.")] = False,
    data: DataOption = None,
) -> None:
    """What every table, view, macro and column means."""
    from warehouse.dictionary import as_markdown
    from warehouse.release import open_release

    with open_release(warehouse_root(data)) as connection:
        if markdown:
            typer.echo(as_markdown(connection), nl=False)
            return
        names, rows = fetched(
            connection,
            "SELECT name, kind, column_name, type, meaning FROM dictionary WHERE $name IS NULL OR name = $name",
            {"name": name},
        )
    show(names, rows)
