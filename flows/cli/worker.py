"""`fazhi worker`: run what a Prefect server elsewhere asks for."""

from __future__ import annotations

import os
from typing import Annotated

import typer


def worker(
    queue: Annotated[
        str, typer.Option("--queue", help="shards: crawls; coordinator: nightly, backfill, reextract and upkeep.")
    ] = "shards",
    pool: Annotated[str, typer.Option("--pool", help="Work pool of the deployments.")] = "fazhi",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Runs side by side; no limit without it.")] = None,
) -> None:
    """Run the flows of a work pool on this machine until Ctrl-C. PREFECT_API_URL names the server."""
    import asyncio

    from flows.operation.orchestration import answers, prepare
    from flows.operation.server import ServerError
    from flows.settings import Settings

    # As in `fazhi serve`: a service's log is its terminal.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "INFO")
    api = prepare(Settings().directory().prefect)
    if api is None or not answers(api):
        where = f" at {api}: start it, or correct PREFECT_API_URL" if api else ": name one in PREFECT_API_URL"
        raise ServerError(f"No Prefect server answers{where}.")

    from flows.operation.worker import work

    asyncio.run(work(pool, [queue], limit, typer.echo))
    typer.echo("Ended; nothing runs on.", err=True)
