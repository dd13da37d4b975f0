"""`fazhi serve`: the flows on their schedules, with a Prefect server if none is configured."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from flows.cli.rows import folding

if TYPE_CHECKING:
    from datetime import datetime

    from flows.data_directory import DataDirectory
    from flows.operation.alarms import AlarmName


class Scheduled(StrEnum):
    """Flows that have a schedule."""

    nightly = "nightly"
    upkeep = "upkeep"


def serve(
    portals: Annotated[Path | None, typer.Option("--portals", help="Registry of portals (YAML).")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Data directory; FAZHI_DATA, else ./data.")] = None,
    host: Annotated[str, typer.Option("--host", help="Where the server listens; not loopback: with a password.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the server.")] = 4200,
    try_now: Annotated[
        Scheduled | None, typer.Option("--try-now", help="Move this flow's schedule to the next minute, to try it out.")
    ] = None,
) -> None:
    """Run nightly, backfill, reextract and upkeep on their schedules until Ctrl-C. Starts a Prefect server on this
    machine unless PREFECT_API_URL names one or one answers."""
    import asyncio

    from crawlers.portals import load_registry
    from flows.operation.server import demand_password
    from flows.settings import Settings

    given = {name: value for name, value in (("data", data), ("portals", portals)) if value is not None}
    settings = Settings(**given)
    count = len(load_registry(settings.registry()))
    directory = settings.directory()
    directory.prepare()
    demand_password(host)
    # Every run is a process of its own and reads the settings anew.
    os.environ["FAZHI_DATA"] = str(directory.root)
    os.environ["FAZHI_PORTALS"] = str(settings.registry())
    console = Console(stderr=True)
    console.print(f"{count} portals of {settings.registry()}, data in {directory.root}.", highlight=False)
    asyncio.run(_serve(directory, host, port, try_now.value if try_now else None, console))
    console.print("Ended; nothing runs on.")


async def _serve(directory: DataDirectory, host: str, port: int, try_now: str | None, console: Console) -> None:
    import contextlib

    from flows.operation.orchestration import answers, prepare
    from flows.operation.server import ServerError, api_address, running_server

    # A service's log is its terminal: there, unlike in `fazhi run`, Prefect's own lines say what runs and how it ends.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "INFO")
    async with contextlib.AsyncExitStack() as stack:
        api = prepare(directory.prefect, api_address(host, port))
        if api is None:
            console.print("Starting a Prefect server …")
            server = await stack.enter_async_context(
                running_server(
                    host,
                    port,
                    directory.prefect / "server.log",
                    lambda told: _tell("fazhi.server.restarted", "server", told, console),
                )
            )
            api = os.environ["PREFECT_API_URL"] = server.api
        elif not answers(api):
            raise ServerError(f"No Prefect server answers at {api}: start it, or leave PREFECT_API_URL out.")
        console.print(f"Prefect UI: {api.removesuffix('/api')}", highlight=False)

        from flows.operation.serving import minded, serve_flows

        with minded(directory.prefect / "serving", lambda told: _tell("fazhi.serve.restarted", "serve", told, console)):
            await serve_flows(try_now, lambda moment: _show_plans(try_now, moment, console))


def _tell(name: AlarmName, about: str, told: str, console: Console) -> None:
    from flows.operation.alarms import Alarm, raise_alarms

    raise_alarms([Alarm(name, about, told)])
    console.print(told, style="red", markup=False, soft_wrap=True)


def _show_plans(try_now: str | None, moment: datetime | None, console: Console) -> None:
    from flows.operation.serving import PLANS, TIME_ZONE

    table = folding("flow", f"when ({TIME_ZONE})", "what")
    for plan in PLANS:
        when = ", ".join(schedule.said for schedule in plan.schedules)
        if moment and plan.name == try_now:
            when = f"{moment:%H:%M}, once"
        table.add_row(plan.name, when or "when asked", plan.description)
    console.print(table)
    console.print("Serving until Ctrl-C.")
