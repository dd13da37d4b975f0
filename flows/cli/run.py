"""`fazhi run`: the nightly job, once, in the foreground."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from flows.cli.rows import folding

if TYPE_CHECKING:
    from flows.chain import RunOutcome
    from flows.settings import Settings

STATE_STYLE = {"ok": "green", "empty": "yellow", "drift": "red", "blocked": "red", "unreachable": "red"}

TRY_THESE = (
    "SELECT title, issuer, report_year, published_on FROM reports ORDER BY region_code, report_year",
    "SELECT report_id, indicator, value, unit, evidence FROM observations ORDER BY indicator LIMIT 20",
    "SELECT report_id, rule, stated, computed, verdict, arithmetic FROM checks WHERE verdict = 'mismatch'",
)


Result = TypeVar("Result")

PortalsOption = Annotated[Path | None, typer.Option("--portals", help="Registry of portals (YAML).")]
PortalOption = Annotated[list[str] | None, typer.Option("--portal", help="Only this portal; may be repeated.")]
DataOption = Annotated[Path | None, typer.Option("--data", help="Data directory; FAZHI_DATA, else ./data.")]
ArchiveOption = Annotated[
    str | None,
    typer.Option("--archive", help="Archive root, a folder or an fsspec URL; FAZHI_ARCHIVE, else DATA/archive."),
]
WarehouseOption = Annotated[
    str | None,
    typer.Option(
        "--warehouse",
        help="A lake, ducklake:postgres:dbname=… host=…; FAZHI_WAREHOUSE, else releases in DATA/warehouse.",
        show_default=False,
    ),
]
NoWaitOption = Annotated[
    bool, typer.Option("--no-wait", help="Fail at once where another run works in the data directory.")
]


class Interrupted(Exception):  # noqa: N818 - someone wished it
    """Ctrl-C, after everything was closed."""

    exit_code = 130


class Bars:
    """Progress of a run, drawn in the terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def stage(self, name: str, total: int | None) -> None:
        """A bar for a stage; the stage before it is done."""
        self.finish()
        self._tasks[name] = self._progress.add_task(name, total=total, note="")

    def step(self, name: str, event: Mapping[str, Any]) -> None:
        """Move the bar: a portal that is done counts, everything else only says what is going on."""
        task = self._tasks.get(name)
        if task is None:
            return
        done = 1 if event.get("event") == "portal" or name != "collect" else 0
        note = " ".join(str(event[key]) for key in ("portal", "portal_id", "verdict", "url") if event.get(key))
        self._progress.update(task, advance=done, note=escape(note)[:70])

    def finish(self) -> None:
        """All bars are full."""
        for task in self._tasks.values():
            total = self._progress.tasks[task].total
            completed = self._progress.tasks[task].completed
            self._progress.update(task, total=total or completed or 1, completed=total or completed or 1, note="")


@contextlib.contextmanager
def bars(console: Console) -> Iterator[Bars]:
    """Progress bars for as long as the block runs."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:8}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[note]}"),
    )
    with Progress(*columns, console=console) as progress:
        drawn = Bars(progress)
        yield drawn
        drawn.finish()


def run(
    portals: PortalsOption = None,
    portal: PortalOption = None,
    data: DataOption = None,
    archive: ArchiveOption = None,
    warehouse: WarehouseOption = None,
    no_wait: NoWaitOption = False,
    sample: Annotated[bool, typer.Option("--sample", help="Serve the two sample portals and crawl them.")] = False,
    night: Annotated[int, typer.Option("--night", min=1, max=2, help="With --sample: which night to serve.")] = 1,
) -> None:
    """The nightly job once: collect, extract, load, release, report."""
    console = Console(stderr=True)
    with contextlib.ExitStack() as stack:
        if sample:
            from crawlers.sample import serve

            portals = stack.enter_context(serve(night=night))
            console.print(f"The sample portals of night {night} are open on this machine.")
        settings = checked_settings(
            portal, console, no_wait, data=data, portals=portals, archive=archive, warehouse=warehouse
        )

        async def flow() -> RunOutcome:
            from flows.chain import Order, RunFailedError
            from flows.nightly import nightly

            try:
                return await nightly(Order.from_settings(settings, portals=tuple(portal or ())))
            except RunFailedError as fault:
                return fault.outcome

        outcome = watched(flow, settings, console)
    tell(outcome, console)
    if outcome.report.reports:
        _suggest(data, warehouse, console)
    raise typer.Exit(outcome.exit_code)


def _suggest(data: Path | None, warehouse: str | None, console: Console) -> None:
    console.print("\nTry:", style="bold")
    command = "uv run fazhi" if "UV" in os.environ else "fazhi"
    given = {"--data": data, "--warehouse": warehouse}
    option = "".join(f" {name} {shlex.quote(str(value))}" for name, value in given.items() if value)
    for query in TRY_THESE:
        typer.echo(f'{command} sql{option} "{query}"')


def checked_settings(portal: list[str] | None, console: Console, no_wait: bool, **options: Any) -> Settings:
    """The settings with these options over them. What can be known to be wrong is said here, before seconds go into
    starting Prefect: the registry, the portals' names, the data directory; another run in it is waited for."""
    from crawlers.portals import load_registry
    from flows.settings import Settings
    from flows.turns import turn

    settings = Settings.under(**options, wait_s=0 if no_wait else None)
    load_registry(settings.registry()).select(portal or ())
    directory = settings.directory()
    directory.prepare()
    with turn(directory, "a run by hand", settings.wait_s, lambda sentence: console.print(sentence, soft_wrap=True)):
        pass
    return settings


def watched(flow: Callable[[], Coroutine[Any, Any, Result]], settings: Settings, console: Console) -> Result:
    """Run a flow in this process, with bars, on the Prefect server that is configured or answers on this machine, else
    on one of its own; returns what the flow returns. `flow` imports Prefect, whose environment is set by then."""
    import asyncio

    try:
        return asyncio.run(_on_a_server(flow, settings, console))
    except KeyboardInterrupt:
        raise Interrupted("Interrupted. What was archived stays, and the next run goes on from there.") from None


async def _on_a_server(flow: Callable[[], Coroutine[Any, Any, Result]], settings: Settings, console: Console) -> Result:
    from flows.operation.orchestration import answers, prepare, send_what_is_held, why_no_server
    from flows.operation.progress import observed_by
    from flows.operation.server import ServerError, free_port, running_server

    home = settings.directory().prefect
    async with contextlib.AsyncExitStack() as stack:
        api = prepare(home)
        if api is None:
            console.print(f"{why_no_server()} One of its own is started for as long as this run lasts.")
            server = await stack.enter_async_context(
                running_server("127.0.0.1", free_port(), home / "server.log", console.print)
            )
            api = os.environ["PREFECT_API_URL"] = server.api
            stack.push_async_callback(send_what_is_held)
        else:
            console.print(f"Shown in the Prefect UI at {api.removesuffix('/api')}.")
        with bars(console) as drawn, observed_by(drawn):
            try:
                return await flow()
            except Exception as fault:
                if hasattr(type(fault), "exit_code") or answers(api):
                    raise
                raise ServerError(
                    f"The Prefect server at {api.removesuffix('/api')} no longer answers: see to it, then run "
                    "again. What was archived stays, and the next run goes on from there."
                ) from fault


def tell(outcome: RunOutcome, console: Console) -> None:
    """The night in a table and a few lines."""
    report = outcome.report
    table = folding("portal", "state", "requests", "new", "revised", "reason", title=f"Run {outcome.run_id}")
    for line in report.portals:
        style = STATE_STYLE.get(line.state, "red")
        table.add_row(
            line.portal_id,
            f"[{style}]{line.state}[/]",
            str(line.requests),
            str(line.reports_new),
            str(line.reports_revised),
            escape(line.reason or ""),
        )
    console.print(table)
    for word, lines in (("new", report.new), ("revised", report.revised), ("removed", report.removed)):
        for item in lines:
            console.print(f"  {word:8} {escape(item.title)} [dim]{escape(item.report_id)}[/]", soft_wrap=True)
    for problem in report.problems:
        console.print(f"  [yellow]{problem.kind}[/] {escape(problem.sentence)}", soft_wrap=True)
    for sentence in report.failures:
        console.print(f"  [red]failed[/] {escape(sentence)}", soft_wrap=True)
    console.print(f"{report.reports} reports, {report.observations} observations in {outcome.release}", soft_wrap=True)
