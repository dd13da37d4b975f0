"""`fazhi run`: the nightly job, once, in the foreground."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from flows.nightly import NightOutcome

STATE_STYLE = {"ok": "green", "empty": "yellow", "drift": "red", "blocked": "red", "unreachable": "red"}

TRY_THESE = (
    "SELECT title, issuer, report_year, published_on FROM reports ORDER BY region_code, report_year",
    "SELECT report_id, indicator, value, unit, evidence FROM observations ORDER BY indicator LIMIT 20",
    "SELECT report_id, rule, stated, computed, verdict, arithmetic FROM checks WHERE verdict = 'mismatch'",
)


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
    portals: Annotated[Path | None, typer.Option("--portals", help="Registry of portals (YAML).")] = None,
    portal: Annotated[list[str] | None, typer.Option("--portal", help="Only this portal; may be repeated.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Data directory; FAZHI_DATA, else ./data.")] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Serve the two sample portals and crawl them.")] = False,
    night: Annotated[int, typer.Option("--night", min=1, max=2, help="With --sample: which night to serve.")] = 1,
) -> None:
    """The nightly job once: collect, extract, load, release, report."""
    from flows.settings import Settings

    settings = Settings()
    console = Console(stderr=True)
    folder = (data or settings.data).resolve()
    with contextlib.ExitStack() as stack:
        if sample:
            from crawlers.sample import serve

            registry = stack.enter_context(serve(night=night))
            console.print(f"The sample portals of night {night} are open on this machine.")
        else:
            registry = _registry(portals or settings.portals)
        outcome = run_night(folder, registry, tuple(portal or ()), settings.contact, settings, console)
    tell(outcome, console)
    console.print("\nTry:", style="bold")
    option = f" --data {data}" if data else ""
    for query in TRY_THESE:
        typer.echo(f'fazhi sql{option} "{query}"')
    raise typer.Exit(outcome.exit_code)


def _registry(path: Path | None) -> Path:
    from importlib.resources import as_file, files

    if path is not None:
        return path.resolve()
    with as_file(files("seeds").joinpath("portals.yaml")) as seed:
        return seed


def run_night(
    data: Path, registry: Path, portals: tuple[str, ...], contact: str, settings: Any, console: Console
) -> NightOutcome:
    """Run the flow in this process, with bars; returns how it went."""
    import asyncio
    from datetime import UTC, datetime

    from crawlers.portals import load_registry
    from flows.data_directory import DataDirectory
    from flows.orchestration import prepare

    # What can be known to be wrong is said before two seconds go into importing Prefect.
    load_registry(registry).select(portals)
    directory = DataDirectory(data)
    directory.prepare()
    with directory.locked():
        pass
    server = prepare()
    console.print(f"Shown in the Prefect UI at {server.removesuffix('/api')}." if server else "No Prefect server runs.")

    from flows.nightly import Night, new_run_id, nightly
    from flows.progress import observed_by

    run_id = new_run_id("nightly", datetime.now(UTC))
    instructions = Night(
        data=data,
        registry=registry,
        portals=portals,
        contact=contact,
        shards=settings.shards,
        crawl_timeout_s=settings.crawl_timeout_s,
    )
    with bars(console) as drawn, observed_by(drawn):
        return asyncio.run(nightly(instructions, run_id))


def tell(outcome: NightOutcome, console: Console) -> None:
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
            console.print(f"  {word:8} {escape(item.title)} [dim]{escape(item.report_id)}[/]")
    for problem in report.problems:
        console.print(f"  [yellow]{problem.kind}[/] {escape(problem.sentence)}")
    for sentence in report.failures:
        console.print(f"  [red]failed[/] {escape(sentence)}")
    console.print(f"{report.reports} reports, {report.observations} observations in {outcome.release}")
