"""Shards on other machines: a crawl as a flow run of its own, on whichever worker is free.

The coordinator puts the registry into the archive and asks for one run of `collect` a shard. A worker reads the
registry there, crawls, uploads what it archived, and leaves the portals' rows beside it, where the coordinator finds
them. Nothing but the archive and the Prefect server is shared.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

from prefect import flow, get_client, get_run_logger
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName, FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import arun_deployment
from prefect.runtime import flow_run
from prefect.states import Cancelled, Cancelling
from pydantic import BaseModel, ConfigDict

from crawlers.archive.salvage import salvage
from crawlers.archive.store import AlreadyThere, NoSuchFile, Store
from flows.collecting import CrawlFailedError, CrawlJob, Shard, collect
from flows.data_directory import DataDirectory
from flows.operation.orchestration import stay_with_runner
from flows.operation.sentences import tell
from flows.run_ids import spoken
from flows.settings import Settings

DEPLOYMENT = "collect/collect"
POLL_S = 3.0
CANCEL_S = 25.0
"""How long a worker may take to end a run that is cancelled: its crawl closes its archive first. Less than the 30 s
that Prefect gives the coordinator, when that is what is cancelled."""
TRIES = 2
"""How often a shard is asked for: a worker may die, and the archive remembers what it had."""
_ROWS = "shards"


class ShardOrder(BaseModel):
    """What a worker is told."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    number: int
    portals: tuple[str, ...]
    registry: str
    """Name of the registry in the archive."""
    archive: str
    contact: str
    mode: str
    from_year: int | None = None
    to_year: int | None = None
    timeout_s: float


def publish_registry(store: Store, registry: Path) -> str:
    """Put a registry into the archive, once; returns its name there."""
    text = registry.read_bytes()
    name = f"registries/{hashlib.sha256(text).hexdigest()[:16]}.yaml"
    with contextlib.suppress(AlreadyThere):
        store.publish_bytes(text, name)
    return name


def run_name() -> str:
    """What the Prefect UI calls a crawl of one shard: its number, and whose it is."""
    order: ShardOrder = flow_run.parameters["order"]
    return f"collect shard {order.number} of {spoken(order.run_id)}"


@flow(name="collect", flow_run_name=run_name)
async def collect_on_worker(order: ShardOrder) -> int:
    """Crawl one shard here; returns how many portals were visited. Raises CrawlFailedError."""
    stay_with_runner()
    settings = Settings()
    data = DataDirectory(settings.data.resolve(), order.archive)
    data.prepare()
    store = data.store()
    # What an earlier crawl on this machine left open when it was killed.
    await asyncio.to_thread(salvage, store)
    out = data.runs / order.run_id / f"crawl-{order.number}"
    out.mkdir(parents=True, exist_ok=True)
    registry = out / "registry.yaml"
    with store.open(order.registry) as file:
        registry.write_bytes(file.read())
    log = get_run_logger()
    job = CrawlJob(
        run_id=order.run_id,
        shard=Shard(order.number, order.portals),
        registry=registry,
        archive=order.archive,
        archive_staging=data.archive_staging,
        out=out,
        contact=order.contact,
        mode=order.mode,
        from_year=order.from_year,
        to_year=order.to_year,
    )
    try:
        await collect(job, lambda event: tell(event, log), order.timeout_s)
    finally:
        rows = (out / "portals.jsonl").read_bytes() if (out / "portals.jsonl").exists() else b""
        await asyncio.to_thread(store.replace, _rows_name(order.run_id, order.number), rows)
    return rows.count(b"\n")


async def collect_elsewhere(order: ShardOrder, store: Store) -> list[dict[str, Any]]:
    """Have a shard crawled by a worker; returns its portal rows. Raises CrawlFailedError when no worker could."""
    for left in reversed(range(TRIES)):
        run = await _run_to_its_end(order)
        if run.state is not None and run.state.is_completed():
            return portal_rows(store, order.run_id, order.number)
        if left and run.state is not None and run.state.is_crashed():
            get_run_logger().warning("Shard %d is asked for again: %s", order.number, run.state.message)
            continue
        break
    message = run.state.message if run.state is not None else "it has no state"
    raise CrawlFailedError(f"The crawl of shard {order.number} ended in run {run.name}: {message}")


def portal_rows(store: Store, run_id: str, number: int) -> list[dict[str, Any]]:
    """The portals' rows that a worker left; none if it left none."""
    try:
        return [json.loads(line) for line in store.lines(_rows_name(run_id, number))]
    except NoSuchFile:
        return []


async def end_leftovers() -> int:
    """Cancel the shards that a coordinator that died has left running, so that no host is asked by two; how many."""
    async with get_client() as client:
        runs = await client.read_flow_runs(
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[DEPLOYMENT.rpartition("/")[2]])),
            flow_run_filter=FlowRunFilter.model_validate(
                {"state": {"type": {"any_": ["RUNNING", "PENDING", "SCHEDULED", "CANCELLING"]}}}
            ),
        )
    await asyncio.gather(*(_cancel(run) for run in runs))
    return len(runs)


async def _run_to_its_end(order: ShardOrder) -> FlowRun:
    run = await arun_deployment(DEPLOYMENT, parameters={"order": order.model_dump(mode="json")}, timeout=0)
    try:
        async with get_client() as client:
            while run.state is None or not run.state.is_final():
                await asyncio.sleep(POLL_S)
                run = await client.read_flow_run(run.id)
    except asyncio.CancelledError:
        # The server may be gone; a worker that no longer hears of it is ended by the next run.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CANCEL_S):
                await _cancel(run)
        raise
    return run


async def _cancel(run: FlowRun) -> None:
    """Cancel a run and wait until its worker has ended it; a run whose worker is gone is called cancelled."""
    async with get_client() as client:
        await client.set_flow_run_state(run.id, Cancelling())
        for _ in range(round(CANCEL_S / POLL_S)):
            if run.state is not None and run.state.is_final():
                return
            await asyncio.sleep(POLL_S)
            run = await client.read_flow_run(run.id)
        await client.set_flow_run_state(run.id, Cancelled(message="No worker ended it."), force=True)


def _rows_name(run_id: str, number: int) -> str:
    return f"{_ROWS}/{run_id}-{number}.jsonl"
