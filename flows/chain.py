"""The chain that every pass over the portals goes through: collect, extract, load, release, report.

    collect (a subprocess a shard) → extract (captures not yet in the warehouse) → load and release → morning report

What an interrupted run archived is not lost: a run whose captures the warehouse does not hold yet is extracted and
loaded by the next one. Tasks are minutes, not pages: Prefect's server needs some 33 ms for each task.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from prefect import get_run_logger, task
from prefect.runtime import flow_run, task_run
from pydantic import BaseModel, ConfigDict, model_validator

from crawlers.archive.salvage import salvage
from crawlers.portals import load_registry
from flows.collecting import CrawlFailedError, CrawlJob, Shard, collect, cut_into_shards
from flows.data_directory import DataDirectory
from flows.loading.accounts import archive_account
from flows.loading.batches import pending_runs, write_batch
from flows.loading.jsonl import read_rows
from flows.loading.load import Loaded, load_and_release
from flows.operation.alarms import Alarm, overdue, overdue_alarms, portal_alarms, raise_alarms
from flows.operation.morning_report import MorningReport, show
from flows.operation.orchestration import stay_with_runner
from flows.operation.progress import in_thread, observer
from flows.operation.progress_artifact import shown
from flows.operation.sentences import TROUBLED, counted, tell
from flows.run_ids import new_run_id, spoken
from flows.settings import Settings
from flows.shards import ShardOrder, collect_elsewhere, end_leftovers, portal_rows, publish_registry
from flows.turns import turn_of_flow
from warehouse.release import GateRefused

Flow = Literal["nightly", "backfill"]
Outcome = Literal["ok", "partial", "failed"]


class Order(BaseModel):
    """What a pass over the portals is told."""

    model_config = ConfigDict(frozen=True)

    data: Path
    archive: str | None = None
    """Root of the archive where it is not under `data`."""
    warehouse: str | None = None
    """The lake, where the warehouse is one."""
    lake_data: str | None = None
    """Where a new lake keeps its data; None for its place under `data`."""
    registry: Path
    portals: tuple[str, ...] = ()
    """Ids; empty for all of the registry."""
    contact: str
    shards: int = 2
    processes: int = 1
    """Processes that extract side by side."""
    crawl_timeout_s: float = 4 * 3600.0
    wait_s: float = 0.0
    """How long it waits for another run that works in the data directory."""
    on_workers: bool = False
    """Shards are crawled by the workers of the Prefect server's pool; otherwise here."""
    from_year: int | None = None
    to_year: int | None = None
    """Report years that a backfill looks for, both included; None for a nightly pass."""

    @model_validator(mode="after")
    def _years_in_order(self) -> Order:
        if self.from_year is not None and self.to_year is not None and self.from_year > self.to_year:
            raise ValueError(f"the years {self.from_year} to {self.to_year} run backwards")
        return self

    @classmethod
    def from_settings(cls, settings: Settings, **changes: Any) -> Order:
        """The order that the settings give; `changes` win."""
        given: dict[str, Any] = {
            "data": settings.data.resolve(),
            "archive": settings.directory().archive_url,
            "warehouse": settings.warehouse,
            "lake_data": settings.directory().lake_data,
            "registry": settings.registry(),
            "contact": settings.contact,
            "shards": settings.shards,
            "processes": settings.processes,
            "crawl_timeout_s": settings.crawl_timeout_s,
            "wait_s": settings.wait_s,
            "on_workers": settings.on_workers,
        }
        return cls.model_validate(given | changes)

    @property
    def directory(self) -> DataDirectory:
        """Where all state lies."""
        return DataDirectory(self.data, self.archive, self.warehouse, self.lake_data)


class RunOutcome(BaseModel):
    """How a run went."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    outcome: Outcome
    release: str
    report: MorningReport

    @property
    def exit_code(self) -> int:
        """0 done · 1 a crawl failed · 4 some portals blocked, drifted or unreachable."""
        return {"ok": 0, "failed": 1, "partial": 4}[self.outcome]


class RunFailedError(RuntimeError):
    """A crawl failed; what the others brought is released."""

    exit_code = 1

    def __init__(self, outcome: RunOutcome) -> None:
        super().__init__(f"{' '.join(outcome.report.failures)} What was archived is released.")
        self.outcome = outcome


def run_name() -> str:
    """What the Prefect UI calls a run of these flows: its flow, its night in Beijing, and how many portals."""
    told = flow_run.parameters
    order = told.get("order") or Order.from_settings(Settings())
    count = len(order.portals) or len(load_registry(order.registry))
    years = f" of {told['from_year']} to {told['to_year']}" if "from_year" in told else ""
    # A runner has the process ready some seconds before its time.
    now = datetime.now(UTC)
    start = max(now, flow_run.scheduled_start_time or now)
    return f"{spoken(new_run_id(f'{flow_run.flow_name}{years}', start))}, {counted(count, 'portal')}"


@task(task_run_name="collect {job.shard.name}", log_prints=False)
async def collect_shard(job: CrawlJob, timeout_s: float) -> list[dict[str, Any]]:
    """Crawl one shard; returns its portal rows."""
    listener, log = observer(), get_run_logger()

    def hear(event: Mapping[str, Any]) -> None:
        listener.step("collect", event)
        tell(event, log)

    return await collect(job, hear, timeout_s)


@task(task_run_name="collect shard {order.number} on a worker")
async def collect_shard_elsewhere(order: ShardOrder, directory: DataDirectory) -> list[dict[str, Any]]:
    """Have one shard crawled by a worker; returns its portal rows."""
    return await collect_elsewhere(order, directory.store())


@task(task_run_name=lambda: f"extract {spoken(task_run.parameters['run_id'])}")
async def extract_run(order: Order, run_id: str) -> Path:
    """Read a run's captures into a batch of facts; returns the batch's folder."""
    documents = 0

    def step(event: Mapping[str, Any]) -> None:
        nonlocal documents
        documents += 1
        observer().step("extract", event)

    batch = await in_thread(write_batch, order.directory, order.registry, run_id, step, order.processes)
    addresses = counted(documents, "address was", "addresses were")
    get_run_logger().info("%s visited; what they say lies in %s.", addresses, batch)
    return batch


@task(task_run_name="load and release")
async def load_release(order: Order, run_id: str, batches: list[Path]) -> Loaded:
    """Load the batches into a staging copy, pass the gate, swap the release."""
    loaded = await asyncio.to_thread(load_and_release, order.directory, run_id, batches)
    get_run_logger().info("The gate let it pass: the release is %s.", loaded.release)
    return loaded


async def pass_over_portals(order: Order, flow_name: Flow) -> RunOutcome:
    """One pass from the portals to a release. Raises GateRefused when the gate refuses the release, the last release
    then stays in place; and RunFailedError, after all else is done, when a crawl failed."""
    stay_with_runner()
    data = order.directory
    data.prepare()
    async with turn_of_flow(data, flow_name, order.wait_s, get_run_logger().warning):
        started = datetime.now(UTC)
        run_id = new_run_id(flow_name, started)
        registry = load_registry(order.registry)
        chosen = registry.select(order.portals) if order.portals else registry
        await asyncio.to_thread(salvage, data.store())
        shards = cut_into_shards([(portal.id, portal.shard_host) for portal in chosen], order.shards)
        observer().stage("collect", len(chosen))
        async with shown(len(chosen)):
            rows, failures = await _collect_all(order, flow_name, run_id, shards)
        for sentence in failures:
            get_run_logger().error(sentence)
        if failures:
            # What a crawl that was killed left open belongs to this run, and is read with it.
            await asyncio.to_thread(salvage, data.store())
        troubled = [row for row in rows if row["state"] in TROUBLED]
        outcome: Outcome = "failed" if failures else "partial" if troubled else "ok"
        run_row = {
            "run_id": run_id,
            "flow": flow_name,
            "started_at": started.isoformat(),
            "finished_at": datetime.now(UTC).isoformat(),
            "outcome": outcome,
            "counts": {
                "portals": len(rows),
                "requests": sum(row["requests"] or 0 for row in rows),
                "captures": sum(row["captures"] or 0 for row in rows),
            },
        }
        await asyncio.to_thread(archive_account, data.store(), run_row, rows, order.registry)
        pending = await asyncio.to_thread(pending_runs, data, run_row, rows)
        observer().stage("extract", None)
        batches = [await extract_run(order, pending_id) for pending_id in pending]
        observer().stage("load", None)
        place = data.place()
        before = overdue(place)
        try:
            loaded = await load_release(order, run_id, batches)
        except GateRefused as refusal:
            raise_alarms([Alarm("fazhi.release.refused", run_id, f"{run_id}: {refusal}")])
            raise
        late = overdue_alarms(before, overdue(place), run_id)
        raise_alarms([*portal_alarms(place, run_id), *late])
        report = MorningReport.read(place, run_id, outcome, failures)
        await show(report)
        get_run_logger().info(report.summary)
    ended = RunOutcome(run_id=run_id, outcome=outcome, release=loaded.release, report=report)
    if failures:
        raise RunFailedError(ended)
    return ended


async def _collect_all(
    order: Order, flow_name: Flow, run_id: str, shards: list[Shard]
) -> tuple[list[dict[str, Any]], list[str]]:
    """All shards side by side; the portal rows of those that ended well, and a sentence for each that failed."""
    data = order.directory
    if order.on_workers:
        return await _collect_on_workers(order, flow_name, run_id, shards)
    jobs = [
        CrawlJob(
            run_id=run_id,
            shard=shard,
            registry=order.registry,
            archive=data.archive,
            archive_staging=data.archive_staging,
            out=data.runs / run_id / f"crawl-{shard.number}",
            contact=order.contact,
            mode=flow_name,
            from_year=order.from_year,
            to_year=order.to_year,
        )
        for shard in shards
    ]
    results = await asyncio.gather(*(collect_shard(job, order.crawl_timeout_s) for job in jobs), return_exceptions=True)
    rows: list[dict[str, Any]] = []
    failures: list[str] = []
    for job, result in zip(jobs, results, strict=True):
        if isinstance(result, CrawlFailedError):
            failures.append(str(result))
            rows += read_rows(job.out / "portals.jsonl")
        elif isinstance(result, BaseException):
            raise result
        else:
            rows += result
    return rows, failures


async def _collect_on_workers(
    order: Order, flow_name: Flow, run_id: str, shards: list[Shard]
) -> tuple[list[dict[str, Any]], list[str]]:
    """As _collect_all, each shard on whichever worker is free."""
    data = order.directory
    store = data.store()
    if left := await end_leftovers():
        get_run_logger().warning("%d shards of a run that was cut off still ran and were ended.", left)
    registry = publish_registry(store, order.registry)
    orders = [
        ShardOrder(
            run_id=run_id,
            number=shard.number,
            portals=shard.portal_ids,
            registry=registry,
            archive=data.archive,
            contact=order.contact,
            mode=flow_name,
            from_year=order.from_year,
            to_year=order.to_year,
            timeout_s=order.crawl_timeout_s,
        )
        for shard in shards
    ]
    asked = (collect_shard_elsewhere(one, data) for one in orders)
    rows: list[dict[str, Any]] = []
    failures: list[str] = []
    for one, result in zip(orders, await asyncio.gather(*asked, return_exceptions=True), strict=True):
        if isinstance(result, CrawlFailedError):
            failures.append(str(result))
            rows += portal_rows(store, run_id, one.number)
        elif isinstance(result, BaseException):
            raise result
        else:
            rows += result
    return rows, failures
