"""`fazhi backfill`: the reports of earlier years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from flows.cli.rows import folding
from flows.cli.run import (
    ArchiveOption,
    DataOption,
    NoWaitOption,
    PortalOption,
    PortalsOption,
    WarehouseOption,
    checked_settings,
    tell,
    watched,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.backfill import BackfillOutcome, Gap


def backfill(
    from_year: Annotated[int, typer.Option("--from", min=1990, max=2100, help="First report year.")],
    to_year: Annotated[int, typer.Option("--to", min=1990, max=2100, help="Last report year.")],
    portals: PortalsOption = None,
    portal: PortalOption = None,
    data: DataOption = None,
    archive: ArchiveOption = None,
    warehouse: WarehouseOption = None,
    no_wait: NoWaitOption = False,
) -> None:
    """Read all list pages for the reports of these years, and say which were not found."""
    if from_year > to_year:
        raise typer.BadParameter(f"The years {from_year} to {to_year} run backwards.", param_hint="--from")
    console = Console(stderr=True)
    settings = checked_settings(
        portal, console, no_wait, data=data, portals=portals, archive=archive, warehouse=warehouse
    )

    async def flow() -> BackfillOutcome:
        from flows.backfill import BackfillOutcome, backfill, gaps
        from flows.chain import Order, RunFailedError

        try:
            return await backfill(from_year, to_year, Order.from_settings(settings, portals=tuple(portal or ())))
        except RunFailedError as fault:
            visited = [line.portal_id for line in fault.outcome.report.portals]
            missed = gaps(settings.directory().place(), visited, from_year, to_year)
            return BackfillOutcome(run=fault.outcome, gaps=missed)

    outcome = watched(flow, settings, console)
    tell(outcome.run, console)
    _tell_gaps(outcome.gaps, console)
    raise typer.Exit(outcome.run.exit_code)


def _tell_gaps(gaps: Sequence[Gap], console: Console) -> None:
    if not gaps:
        console.print("Every report of these years was found.")
        return
    years: dict[tuple[str, str], list[str]] = {}
    for gap in gaps:
        years.setdefault((gap.portal_id, gap.name), []).append(str(gap.year))
    table = folding("portal", "government", "no report found for", title="Not found")
    for (portal_id, name), missing in years.items():
        table.add_row(portal_id, escape(name), " ".join(missing))
    console.print(table)
