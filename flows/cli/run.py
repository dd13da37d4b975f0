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
from rich.table import Table

if TYPE_CHECKING:
    from flows.chain import Order, RunOutcome

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
        order = prepared(data, portals, portal, console)

        from flows.nightly import nightly

        outcome = watched(lambda: nightly(order), console)
    tell(outcome, console)
    if outcome.report.reports:
        _suggest(data, console)
    raise typer.Exit(outcome.exit_code)


def _suggest(data: Path | None, console: Console) -> None:
    console.print("\nTry:", style="bold")
    command = "uv run fazhi" if "UV" in os.environ else "fazhi"
    option = f" --data {shlex.quote(str(data))}" if data else ""
    for query in TRY_THESE:
        typer.echo(f'{command} sql{option} "{query}"')


def prepared(data: Path | None, portals: Path | None, portal: list[str] | None, console: Console) -> Order:
    """The order that the options give. What can be known to be wrong is said before two seconds go into importing
    Prefect."""
    from crawlers.portals import load_registry
    from flows.data_directory import DataDirectory
    from flows.orchestration import prepare
    from flows.settings import Settings

    given: dict[str, Any] = {name: value for name, value in (("data", data), ("portals", portals)) if value is not None}
    settings = Settings(**given)
    load_registry(settings.registry()).select(portal or ())
    directory = DataDirectory(settings.data.resolve())
    directory.prepare()
    with directory.locked():
        pass
    server = prepare()
    console.print(f"Shown in the Prefect UI at {server.removesuffix('/api')}." if server else "No Prefect server runs.")

    from flows.chain import Order

    return Order.from_settings(settings, portals=tuple(portal or ()))


def watched(flow: Callable[[], Coroutine[Any, Any, Result]], console: Console) -> Result:
    """Run a flow in this process, with bars; returns what it returns."""
    import asyncio

    from flows.progress import observed_by

    with bars(console) as drawn, observed_by(drawn):
        return asyncio.run(flow())


def tell(outcome: RunOutcome, console: Console) -> None:
    """The night in a table and a few lines."""
    report = outcome.report
    table = Table("portal", "state", "requests", "new", "revised", "reason", title=f"Run {outcome.run_id}")
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
