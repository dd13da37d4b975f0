"""Ways into the read-only release: `fazhi sql`, `ask`, `search`, `diff`, `coverage`, `dictionary`, `export`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from flows.cli.rows import Shape, ShapeOption, show
from flows.cli.run import WarehouseOption

if TYPE_CHECKING:
    import duckdb

    from warehouse.place import Place
    from warehouse.questions import Question
    from warehouse.search import Hit

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Data directory; FAZHI_DATA, else ./data.", show_default=False)
]


STATES = ("published", "late", "missing", "not_due", "blocked", "unknown")
"""States of a cell of coverage."""


class QueryRefused(Exception):  # noqa: N818 - the query is at fault
    """The release cannot answer the query as it was put."""

    exit_code = 2


def place(data: Path | None, warehouse: str | None = None) -> Place:
    """The warehouse that was given or set, a lake or releases under the data directory."""
    from flows.settings import Settings

    return Settings.under(data=data, warehouse=warehouse).directory().place()


def fetched(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object] | Mapping[str, object] = ()
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows; raises QueryRefused with the engine's words where the query is wrong."""
    import duckdb

    try:
        result = connection.execute(query, parameters or None)
        return [column[0] for column in result.description or ()], result.fetchall()
    except duckdb.Error as fault:
        # The first paragraph is a sentence; the rest draws where in the query.
        raise QueryRefused(" ".join(str(fault).split("\n\n")[0].split())) from fault


def sql(
    query: Annotated[str | None, typer.Argument(help="One query; without it the DuckDB prompt opens.")] = None,
    data: DataOption = None,
    warehouse: WarehouseOption = None,
    shape: ShapeOption = Shape.table,
) -> None:
    """Ask the release in SQL. Nothing can be written into it."""
    asked = place(data, warehouse)
    if query is None:
        _prompt(asked)
    with asked.open() as connection:
        if asked.lake:
            _refuse_all_but_reading(connection, query or "")
        # A query reads the release and nothing else: no file is written, attached or fetched.
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        names, rows = fetched(connection, query or "")
    show(names, rows, shape)


def _refuse_all_but_reading(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """A lake's own folder stays open to a query, so a query must not write at all."""
    import duckdb

    try:
        kinds = {statement.type for statement in connection.extract_statements(query)}
    except duckdb.Error:
        return  # whoever runs it says what is wrong with it
    if kinds - {duckdb.StatementType.SELECT}:
        raise QueryRefused("A lake answers SELECT alone: `fazhi export` writes files.")


def _prompt(asked: Place) -> None:
    """Become the DuckDB command line on the release, or Harlequin where that alone is installed."""
    import os
    import shutil

    if asked.lake:
        _prompt_on_lake(asked.lake)
    release = asked.file()

    # Programs beside this Python come first: those of the pinned version.
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    for name, options in (("duckdb", ["-readonly"]), ("harlequin", ["--read-only", "--locale", "C"])):
        if program := shutil.which(name, path=places):
            os.execv(program, [program, *options, str(release)])
    raise QueryRefused(
        f"Neither duckdb nor harlequin is installed: give a query, or open {release} read-only yourself."
    )


def _prompt_on_lake(lake: str) -> None:
    """Become the DuckDB command line on the lake, opened for reading."""
    import os
    import shutil

    from warehouse.lake import prompt_script

    program = shutil.which("duckdb", path=str(Path(sys.executable).parent))
    if program is None:
        raise QueryRefused("The DuckDB command line of this version is not installed: give a query.")
    # In memory, for the script may hold keys, and the words of a command are for all to see.
    script = os.memfd_create("lake.sql", 0)
    os.write(script, prompt_script(lake).encode("utf-8"))
    # By the number of this process, for the program may be one that starts another.
    os.execv(program, [program, "-init", f"/proc/{os.getpid()}/fd/{script}"])


def notebook(
    data: DataOption = None,
    warehouse: WarehouseOption = None,
    port: Annotated[int | None, typer.Option("--port", help="Port on this machine; else one that is free.")] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Open no browser, only say the address.")] = False,
) -> None:
    """Open the questions and plots as a marimo notebook in the browser."""
    import os
    from importlib.util import find_spec

    asked = place(data, warehouse)
    asked.open().close()
    if find_spec("marimo") is None or find_spec("altair") is None:
        raise QueryRefused("marimo is not installed: uv sync --extra analyst.")
    page = Path(__file__).parents[2] / "warehouse" / "notebook.py"
    environment = os.environ | {"FAZHI_DATA": str(asked.root.parent), "FAZHI_WAREHOUSE": asked.lake or ""}
    options = [*(["--port", str(port)] if port else []), *(["--headless"] if headless else [])]
    os.execve(sys.executable, [sys.executable, "-m", "marimo", "run", *options, str(page)], environment)


def diff(
    report: Annotated[str, typer.Argument(help="A report_id, as in `reports`.")],
    data: DataOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """What changed between the versions of a report, and which observations moved."""

    with place(data, warehouse).open() as connection:
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
        changed = json.loads(change) if change else {"added": [], "removed": []}
        for sign, style, name in (("-", "red", "removed"), ("+", "green", "added")):
            for paragraph in changed[name]:
                console.print(f"[{style}]{sign} ¶{paragraph['para_no']} {escape(paragraph['text'])}[/]", soft_wrap=True)
        for row in moved:
            if row[0] == version:
                _, indicator, scope, period, before, now, *_ = row
                about = " ".join(str(part) for part in (scope, period) if part)
                told = " ".join(part for part in (indicator, about) if part)
                console.print(f"  [yellow]{escape(told)}[/] {before or '—'} → {now or '—'}", soft_wrap=True)
    if len(versions) == 1:
        console.print("The text has not changed since it was first seen.")


def coverage(
    year: Annotated[int | None, typer.Option("--year", help="Only this report year.")] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="Code or name, with all below it; 44 is Guangdong.")
    ] = None,
    state: Annotated[str | None, typer.Option("--state", help="Only cells in this state, with their names.")] = None,
    data: DataOption = None,
    warehouse: WarehouseOption = None,
    shape: ShapeOption = Shape.table,
) -> None:
    """Who published on time, late or not at all: counts a year and level, or with --state the cells themselves."""
    from warehouse.questions import refuse_unknown_region

    if state is not None and state not in STATES:
        raise QueryRefused(f"There is no state {state!r}: it is one of {', '.join(STATES)}.")
    given = {"year": year, "region": region, "state": state}
    where = (
        "($year IS NULL OR report_year = $year) AND in_region(region_code, $region) "
        "AND ($state IS NULL OR state = $state)"
    )
    counts = ", ".join(f"count(*) FILTER (WHERE state = '{name}') AS {name}" for name in STATES)
    query = (
        f"SELECT report_year, level, {counts} FROM coverage WHERE {where} GROUP BY ALL ORDER BY ALL"
        if state is None
        else "SELECT report_year, region_code, region, level, issuer, state, published_on, days_after_1_april, "
        f"report_id FROM coverage WHERE {where} ORDER BY report_year, region_code, level, issuer"
    )
    with place(data, warehouse).open() as connection:
        refuse_unknown_region(connection, region)
        names, rows = fetched(connection, query, given)
    show(names, rows, shape)


def dictionary(
    name: Annotated[str | None, typer.Argument(help="Only this table or view.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="The whole dictionary as a Markdown page.")] = False,
    data: DataOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """What every table, view, macro and column means."""
    from warehouse.dictionary import as_markdown

    with place(data, warehouse).open() as connection:
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
        list[str] | None,
        typer.Argument(
            metavar="[--NAME VALUE]...", help="Its parameters, as --year 2024 --region 广东省 or year=2024."
        ),
    ] = None,
    data: DataOption = None,
    warehouse: WarehouseOption = None,
    shape: ShapeOption = Shape.table,
) -> None:
    """Answer one of the questions that ship with the warehouse."""
    from warehouse import questions

    if number is None:
        _list_questions(questions.questions().values(), shape)
        return
    words = named(given or ())
    with place(data, warehouse).open() as connection:
        answer = questions.ask(connection, number, words)
    question = questions.questions()[number]
    if shape is Shape.table:
        typer.echo(f"{question.title}\n{question.sentence}", err=True)
        for parameter in question.parameters:
            typer.echo(f"  {parameter.name}={words.get(parameter.name, '')} ({parameter.meaning})", err=True)
    show(answer.names, answer.rows, shape)


def _list_questions(known: Iterable[Question], shape: Shape) -> None:
    if shape is not Shape.table:
        rows = [(one.number, one.title, one.english, one.sentence) for one in known]
        show(("number", "title", "english", "sentence"), rows, shape)
        return
    console = Console()
    for one in known:
        names = " ".join(f"--{parameter.name}" for parameter in one.parameters)
        console.print(f"[bold]{one.number:>2}  {escape(one.title)}[/]\n    {escape(one.english)}", soft_wrap=True)
        console.print(f"    [dim]{escape(one.sentence)}\n    {escape(names)}[/]", soft_wrap=True)


def named(words: Sequence[str]) -> dict[str, str]:
    """Parameters of a question, given as `--year 2024`, `--year=2024` or `year=2024`, by name."""
    found = {}
    rest = [word for word in words if word != "--param"]
    while rest:
        word = rest.pop(0)
        name, sign, value = word.removeprefix("--").partition("=")
        if not sign:
            if not word.startswith("--") or not rest:
                raise QueryRefused(f"{word!r} is no parameter with a value: write --year 2024.")
            value = rest.pop(0)
        found[name] = value
    return found


class ExportShape(StrEnum):
    """What an export is written as."""

    parquet = "parquet"
    csv = "csv"
    xlsx = "xlsx"
    jsonl = "jsonl"


def export(
    tables: Annotated[
        list[str] | None, typer.Argument(help="Tables or views; without any the whole release is exported.")
    ] = None,
    shape: Annotated[
        ExportShape,
        typer.Option("--format", help="parquet or jsonl for programs, csv or xlsx for spreadsheets."),
    ] = ExportShape.parquet,
    question: Annotated[int | None, typer.Option("--question", help="The answer to this question instead.")] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="A parameter of the question.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder to write; without it one under exports/ in the data directory.")
    ] = None,
    data: DataOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Write the release, some tables or an answer as files, with a datapackage.json that explains them."""
    from warehouse.export import ExportRefused
    from warehouse.export import export as write

    if question is None and param:
        raise ExportRefused("--param belongs to --question.")
    if question is not None and tables:
        raise ExportRefused("Export either tables or the answer to a question.")
    asked = place(data, warehouse)
    what = [f"question-{question}"] if question is not None else list(tables or ["whole"])
    folder = to or asked.root.parent / "exports" / f"{'-'.join(what)}-{shape.value}"
    done = write(
        asked,
        shape.value,
        folder,
        tables=tables or (),
        question=question,
        given=named(param or ()),
    )
    show(("table", "rows"), list(done.rows.items()))
    typer.echo(f"Written to {done.folder}, explained in datapackage.json there.")


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
    warehouse: WarehouseOption = None,
    shape: ShapeOption = Shape.table,
) -> None:
    """Search the latest texts: ranked by words, or exact."""
    from warehouse import search as engine

    if exact and regexp:
        raise QueryRefused("--exact and --regexp cannot stand together: choose one.")
    filters = engine.Filters(region=region, level=level, year=year, dimension=dimension)
    with place(data, warehouse).open() as connection:
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
