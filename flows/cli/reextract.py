"""`fazhi reextract`: the warehouse from the archive."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from flows.cli.run import ArchiveOption, DataOption, NoWaitOption, WarehouseOption, bars

TOLD_PROBLEMS = 20
"""Sentences that are printed; all stand in the warehouse."""


def reextract(
    data: DataOption = None,
    archive: ArchiveOption = None,
    warehouse: WarehouseOption = None,
    portals: Annotated[
        Path | None, typer.Option("--portals", help="Registry of portals (YAML); else those in the archive.")
    ] = None,
    portal: Annotated[list[str] | None, typer.Option("--portal", help="Only this portal; may be repeated.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Only what was seen from this day on.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=256, help="Processes that read; else the setting.")
    ] = None,
    no_wait: NoWaitOption = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Start from an empty warehouse.")] = False,
) -> None:
    """Read the archive again with today's extractor and release what it says; no network is used.

    Only visits that were read by another extractor, or never, are read, and only texts whose facts differ are
    rewritten. Killed half-way, it goes on where it was.
    """
    from flows.loading.rereading import Reextraction
    from flows.loading.rereading import reextract as read_again
    from flows.loading.sealed import forbid_network
    from flows.operation.progress import observed_by
    from flows.settings import Settings
    from flows.turns import turn

    settings = Settings.under(data=data, archive=archive, warehouse=warehouse, wait_s=0 if no_wait else None)
    directory = settings.directory()
    if directory.store().local is not None:
        forbid_network()  # here as in the processes that read; only a remote archive has to be reached
    order = Reextraction(
        data=directory,
        registry=portals or settings.portals,
        default_registry=settings.registry(),
        portals=tuple(portal or ()),
        since=since.date() if since else None,
        workers=workers or settings.processes,
        rebuild=rebuild,
    )
    console = Console(stderr=True)
    with (
        turn(directory, "reextract", settings.wait_s, lambda sentence: console.print(sentence, soft_wrap=True)),
        bars(console) as drawn,
        observed_by(drawn),
    ):
        outcome = read_again(order)
    if outcome.release is None:
        typer.echo("The release is what today's extractor reads in the archive: nothing to do.")
        return
    for sentence in outcome.problems[:TOLD_PROBLEMS]:
        console.print(f"  [yellow]problem[/] {escape(sentence)}")
    if len(outcome.problems) > TOLD_PROBLEMS:
        console.print(f"  and {len(outcome.problems) - TOLD_PROBLEMS} more, in the table problems.")
    resumed = f" ({outcome.resumed} more had been read before)" if outcome.resumed else ""
    typer.echo(
        f"{outcome.visits} visits told anew, {outcome.read} documents read{resumed}, {outcome.written} texts written, "
        f"{len(outcome.problems)} problems: {outcome.release}"
    )
