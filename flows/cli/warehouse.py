"""Ways into the warehouse: `fazhi sql`, `ask`, `search`, `diff`, `coverage`, `dictionary`, on the read-only release."""

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

    from warehouse.search import Hit

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


def ask(
    number: Annotated[int | None, typer.Argument(help="Number of the question; without it they are listed.")] = None,
    given: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="Its parameters, as year=2024 region=广东省.")
    ] = None,
    data: DataOption = None,
    shape: ShapeOption = Shape.table,
) -> None:
    """Answer one of the questions that ship with the warehouse."""
    from warehouse import questions
    from warehouse.release import open_release

    if number is None:
        show(("", "问题", "question"), [(one.number, one.title, one.english) for one in questions.questions().values()])
        return
    words = {}
    for word in given or ():
        name, sign, value = word.partition("=")
        if not sign:
            raise QueryRefused(f"{word!r} is no parameter: write NAME=VALUE, as year=2024.")
        words[name] = value
    with open_release(warehouse_root(data)) as connection:
        answer = questions.ask(connection, number, words)
    question = questions.questions()[number]
    if shape is Shape.table:
        typer.echo(f"{question.title}\n{question.sentence}", err=True)
        for parameter in question.parameters:
            typer.echo(f"  {parameter.name}={words.get(parameter.name, '')} ({parameter.meaning})", err=True)
    show(answer.names, answer.rows, shape)


def search(
    words: Annotated[str, typer.Argument(help="Words; with --exact a phrase, with --regexp a regular expression.")],
    exact: Annotated[bool, typer.Option("--exact", help="Paragraphs that hold the phrase just so.")] = False,
    regexp: Annotated[bool, typer.Option("--regexp", help="Paragraphs that match the expression (RE2).")] = False,
    region: Annotated[str | None, typer.Option("--region", help="Code or name, with all below it.")] = None,
    level: Annotated[
        str | None, typer.Option("--level", help="province, prefecture, county, township or department.")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", help="The year reported on.")] = None,
    dimension: Annotated[
        str | None, typer.Option("--dimension", help="Only under headings of this dimension of the catalogue.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many hits.")] = 20,
    data: DataOption = None,
    shape: ShapeOption = Shape.table,
) -> None:
    """Search the latest texts: ranked by words, or exact."""
    from warehouse import search as engine
    from warehouse.release import open_release

    if exact and regexp:
        raise QueryRefused("--exact and --regexp cannot stand together: choose one.")
    filters = engine.Filters(region=region, level=level, year=year, dimension=dimension)
    with open_release(warehouse_root(data)) as connection:
        if exact or regexp:
            hits = engine.exact(connection, words, filters, kind="regexp" if regexp else "phrase", limit=limit)
        else:
            from flows.extraction.words import search_words

            hits = engine.ranked(connection, search_words(words), filters, limit=limit)
    if shape is Shape.table:
        _tell_hits(hits)
    else:
        names = ("report_id", "title", "region", "report_year", "url", "score", "para_no", "text", "marked")
        rows = [(*hit[:6], passage.para_no, passage.text, passage.marked()) for hit in hits for passage in hit.passages]
        show(names, rows, shape)


def _tell_hits(hits: Sequence[Hit]) -> None:
    from rich.text import Text

    console = Console()
    for hit in hits:
        score = "" if hit.score is None else f" [dim]{hit.score:.2f}[/]"
        console.print(f"[bold]{escape(hit.title)}[/] {escape(hit.report_id)}{score}", soft_wrap=True)
        console.print(f"  [dim]{escape(hit.url)}[/]", soft_wrap=True)
        for passage in hit.passages:
            if sys.stdout.isatty():
                told = Text(passage.text)
                for start, end in passage.spans:
                    told.stylize("bold yellow", start, end)
            else:
                told = Text(passage.marked())
            console.print(Text(f"  ¶{passage.para_no} ").append_text(told), soft_wrap=True)
    typer.echo(f"{len(hits)} reports", err=True)
