"""The upkeep flow: once a week, what no night looks at.

A part of the archive is read and held against its digests, so that all of it is read once in a quarter; facts that are
in the warehouse already are removed from the runs' folders; the registry is probed; reports that the nights should have
asked for again and did not are named.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from prefect import flow, get_run_logger, task
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from pydantic import BaseModel, ConfigDict

from crawlers.archive.capture_log import CaptureLog
from crawlers.archive.reader import ArchiveReader, prove
from crawlers.archive.store import Store
from crawlers.portals import load_registry
from crawlers.probe import probe_registry
from flows.data_directory import DataDirectory
from flows.loading.batches import batch_folder
from flows.loading.load import loaded_runs
from flows.operation.markdown import render
from flows.operation.orchestration import stay_with_runner
from flows.settings import Settings
from flows.turns import turn_of_flow
from warehouse.place import Place

PARTS = 13
"""Weeks in which the whole archive is read once."""
KEEP_FACTS = timedelta(days=30)
"""How long the facts of a loaded run stay in its folder; the archive gives them again."""
ASKED_AGAIN_WITHIN = timedelta(days=33)
"""Known reports are asked for every 30 days, and a night or two may fail."""


class UnsoundArchiveError(RuntimeError):
    """The archive does not hold what its log says."""

    exit_code = 1


class Unseen(BaseModel):
    """A report whose address no night has asked for in time."""

    model_config = ConfigDict(frozen=True)

    report_id: str
    portal_id: str
    url: str
    last_seen_on: str


class Doubtful(BaseModel):
    """A portal that does not answer as its entry in the registry says."""

    model_config = ConfigDict(frozen=True)

    portal_id: str
    state: str
    reason: str


class UpkeepOutcome(BaseModel):
    """What the week's upkeep found."""

    model_config = ConfigDict(frozen=True)

    files: int
    """WARC files of the part that was checked."""
    captures: int
    broken: tuple[str, ...]
    """A sentence for each capture whose bytes are not what the log says."""
    freed_bytes: int
    doubtful: tuple[Doubtful, ...]
    unseen: tuple[Unseen, ...]
    releases: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every byte that was read is what the log says."""
        return not self.broken

    @property
    def summary(self) -> str:
        """The week in one sentence."""
        return (
            f"{self.captures} captures in {self.files} WARC files read, {len(self.broken)} broken; "
            f"{len(self.doubtful)} portals do not answer as the registry says; "
            f"{len(self.unseen)} reports were not asked for again."
        )


@dataclass(frozen=True, slots=True)
class Part:
    """What the check of a part of the archive read and found."""

    files: int
    captures: int
    broken: tuple[str, ...]


def check_part(store: Store, part: int, parts: int) -> Part:
    """Read every body in one of `parts` equal parts of the WARC files, or in all of them where they are fewer than the
    parts, and hold it against the digest in the log."""
    log = CaptureLog.read(store)
    files = sorted({row.warc_file for row in log})
    chosen = frozenset(files if len(files) < parts else files[part::parts])
    reader = ArchiveReader(store, log)
    broken: list[str] = []
    count = 0
    for row in log:
        if row.warc_file not in chosen or row.payload_digest is None:
            continue
        count += 1
        try:
            prove(reader, row)
        except Exception as fault:
            if not hasattr(type(fault), "exit_code"):
                raise
            broken.append(str(fault))
    return Part(len(chosen), count, tuple(broken))


def forget_facts(data: DataDirectory, before: datetime) -> int:
    """Remove the facts, written before `before`, of runs that the release holds; returns the bytes freed."""
    freed = 0
    for run_id in loaded_runs(data):
        folder = batch_folder(data, run_id)
        if folder.is_dir() and folder.stat().st_mtime < before.timestamp():
            freed += sum(file.stat().st_size for file in folder.iterdir())
            shutil.rmtree(folder)
    return freed


def unseen_reports(place: Place, before: datetime) -> tuple[Unseen, ...]:
    """Reports at addresses that were last asked for before `before`, on portals that the last run could read."""
    connection = place.open()
    try:
        rows = connection.execute(
            """SELECT a.report_id, a.portal_id, a.url, strftime(max(c.fetched_at), '%Y-%m-%d') AS last_seen_on
               FROM appearances a JOIN captures c ON c.url = a.url
               WHERE a.gone_at IS NULL AND a.portal_id IN (
                   SELECT portal_id FROM portal_runs JOIN runs USING (run_id)
                   QUALIFY row_number() OVER (PARTITION BY portal_id ORDER BY started_at DESC) = 1 AND state = 'ok')
               GROUP BY ALL HAVING max(c.fetched_at) < ? ORDER BY ALL""",
            [before],
        ).fetchall()
    finally:
        connection.close()
    return tuple(Unseen(report_id=row[0], portal_id=row[1], url=row[2], last_seen_on=row[3]) for row in rows)


def probe_portals(registry: Path, contact: str) -> tuple[Doubtful, ...]:
    """Ask every portal for its columns; those that do not answer as their entries say."""
    found = probe_registry(load_registry(registry), contact=contact)
    return tuple(
        Doubtful(portal_id=portal_id, state=probe.state, reason=probe.reason or "")
        for portal_id, probe in sorted(found.items())
        if probe.state != "ok"
    )


@task(task_run_name="check part {part} of {parts} of the archive")
async def check_archive(data: DataDirectory, part: int, parts: int) -> Part:
    """Read a part of the archive."""
    return await asyncio.to_thread(check_part, data.store(), part, parts)


@task(task_run_name="probe the registry", retries=1, retry_delay_seconds=600)
async def check_registry(registry: Path, contact: str) -> tuple[Doubtful, ...]:
    """Probe the portals; tried again once, for a network that was down."""
    return await asyncio.to_thread(probe_portals, registry, contact)


@task(task_run_name="remove what is loaded")
async def tidy(data: DataDirectory, before: datetime) -> int:
    """Remove facts that the release holds."""
    return await asyncio.to_thread(forget_facts, data, before)


def run_name() -> str:
    """What the Prefect UI calls a run of upkeep."""
    return f"upkeep, {datetime.now(ZoneInfo('Asia/Shanghai')):%d %b %Y}"


@flow(name="upkeep", flow_run_name=run_name)
async def upkeep(part: int | None = None) -> UpkeepOutcome:
    """The week's upkeep; `part` (0 to PARTS - 1) of the archive, else the one whose week it is.

    Raises UnsoundArchiveError after everything else is done if the archive is not what its log says."""
    stay_with_runner()
    settings = Settings()
    data = settings.directory()
    data.prepare()
    now = datetime.now(UTC)
    week = now.isocalendar().week % PARTS if part is None else part % PARTS
    log = get_run_logger()
    async with turn_of_flow(data, "upkeep", settings.wait_s, log.warning):
        checked = await check_archive(data, week, PARTS)
        doubtful = await check_registry(settings.registry(), settings.contact)
        freed = await tidy(data, now - KEEP_FACTS)
        await asyncio.to_thread(data.place().tend)
        place = data.place()
        outcome = UpkeepOutcome(
            files=checked.files,
            captures=checked.captures,
            broken=checked.broken,
            freed_bytes=freed,
            doubtful=doubtful,
            unseen=unseen_reports(place, now - ASKED_AGAIN_WITHIN) if place.has_release() else (),
            releases=tuple(sorted(path.name for path in (data.warehouse / "releases").glob("fazhi-*.duckdb"))),
        )
    log.info(outcome.summary)
    told = f"{run_name()}: {outcome.summary}"
    text = render("upkeep.md.j2", report=outcome, run=run_name())
    await acreate_markdown_artifact(key="upkeep", markdown=text, description=told)
    unseen: list[dict[str, Any]] = [report.model_dump() for report in outcome.unseen]
    await acreate_table_artifact(key="not-asked-again", table=unseen, description=told)
    if not outcome.sound:
        raise UnsoundArchiveError(
            f"{len(outcome.broken)} captures in the archive are not what the log says; the first: {outcome.broken[0]} "
            "`fazhi archive check` reads all of it; `fazhi restore` brings files back from a backup."
        )
    return outcome
