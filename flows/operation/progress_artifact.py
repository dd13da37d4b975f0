"""How far a crawl has come, as a progress bar in the Prefect UI."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from httpx import HTTPError
from prefect import get_run_logger
from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact

from flows.operation.progress import Observer, observed_by, observer

EVERY_S = 15.0
"""How often the bar moves at most: each move is a request to the server."""


class _Counter:
    """Counts the portals that are done, and passes everything on."""

    def __init__(self, inner: Observer) -> None:
        self.inner = inner
        self.done = 0

    def stage(self, name: str, total: int | None) -> None:
        self.inner.stage(name, total)

    def step(self, name: str, event: Mapping[str, Any]) -> None:
        self.inner.step(name, event)
        self.done += event.get("event") == "portal_done"


@contextlib.asynccontextmanager
async def shown(portals: int) -> AsyncIterator[None]:
    """A bar for the portals that are visited inside the block."""
    counter = _Counter(observer())
    bar = await acreate_progress_artifact(0.0, key="visited", description=f"0 of {portals} portals visited")

    async def draw(done: int) -> None:
        told = f"{done} of {portals} portals visited"
        try:
            await aupdate_progress_artifact(bar, 100.0 * done / max(portals, 1), description=told)
        except HTTPError as fault:
            # A night is worth more than its bar.
            get_run_logger().warning("The bar of visited portals stands still: %s", str(fault).partition("\n")[0])

    async def move() -> None:
        shown_as = 0
        while True:
            await asyncio.sleep(EVERY_S)
            if counter.done > shown_as:
                shown_as = counter.done
                await draw(shown_as)

    mover = asyncio.create_task(move())
    try:
        with observed_by(counter):
            yield
    finally:
        mover.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await mover
    await draw(counter.done)
