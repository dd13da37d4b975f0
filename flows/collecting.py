"""Collect: crawls of the portals as subprocesses, one a shard.

Scrapy's reactor starts once in a process, and a crawl that dies must not take the flow with it; hence a process of its
own, in a process group of its own, so that stopping a run stops every crawl within seconds.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.loading.jsonl import read_rows
from flows.operation.sentences import counted

GRACE_S = 20.0
"""How long a crawl may take to close its archive after SIGTERM before it is killed."""

Event = Mapping[str, Any]


class CrawlFailedError(RuntimeError):
    """The crawl itself failed (portals that block or do not answer are no failure of the crawl)."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Shard:
    """Portals that one crawl reads; all portals of a host are in the same shard, so politeness stays local."""

    number: int
    portal_ids: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the Prefect UI calls it."""
        return f"shard {self.number}, {counted(len(self.portal_ids), 'portal')}"


@dataclass(frozen=True, slots=True)
class CrawlJob:
    """What one crawl is told."""

    run_id: str
    shard: Shard
    registry: Path
    archive: str
    """Root of the archive, a folder or an fsspec URL."""
    archive_staging: Path
    """Where files of a remote archive are written before they are uploaded."""
    out: Path
    contact: str
    mode: str = "nightly"
    from_year: int | None = None
    to_year: int | None = None


def cut_into_shards(portals: Iterable[tuple[str, str]], count: int) -> list[Shard]:
    """Spread (portal id, host) pairs over at most `count` shards by a hash of the host; the same host, the same shard,
    on every machine and every night."""
    members: dict[int, list[str]] = defaultdict(list)
    for portal_id, host in portals:
        members[int.from_bytes(hashlib.sha256(host.encode()).digest()[:4], "big") % count].append(portal_id)
    return [Shard(number, tuple(members[number])) for number in sorted(members)]


async def collect(job: CrawlJob, on_event: Callable[[Event], None], timeout_s: float) -> list[dict[str, Any]]:
    """Run one crawl to its end and return its portal rows (run_id, portal_id, state, reason, requests, captures,
    candidates). Raises CrawlFailedError with the crawl's last words. When cancelled, the crawl is told to close its
    archive and is killed if it does not."""
    job.out.mkdir(parents=True, exist_ok=True)
    job_file = job.out / "job.json"
    job_file.write_text(
        json.dumps(
            {
                "run_id": job.run_id,
                "shard": str(job.shard.number),
                "registry": str(job.registry),
                "portals": list(job.shard.portal_ids),
                "archive": job.archive,
                "archive_staging": str(job.archive_staging),
                "out": str(job.out),
                "contact": job.contact,
                "mode": job.mode,
                "from_year": job.from_year,
                "to_year": job.to_year,
            },
            ensure_ascii=False,
            indent=1,
        ),
        encoding="utf-8",
    )
    log = job.out / "crawl.log"
    with log.open("ab") as log_handle:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "crawlers.collect",
            str(job_file),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=log_handle,
            start_new_session=True,
            limit=2**20,
        )
    try:
        async with asyncio.timeout(timeout_s):
            assert process.stdout is not None
            async for line in process.stdout:
                event = _parse_event(line)
                if event is not None:
                    on_event(event)
            code = await process.wait()
    except TimeoutError:
        await _stop(process)
        raise CrawlFailedError(
            f"The crawl of shard {job.shard.number} took longer than {timeout_s:.0f} s and was stopped; "
            f"what it archived is kept. Its log is {log}."
        ) from None
    except asyncio.CancelledError:
        await _stop(process)
        raise
    if code < 0:
        raise CrawlFailedError(
            f"The crawl of shard {job.shard.number} was ended by {signal.Signals(-code).name}; what it archived is "
            f"kept (log: {log})."
        )
    if code != 0:
        raise CrawlFailedError(f"The crawl of shard {job.shard.number} failed: {_last_words(log)} (log: {log})")
    return list(read_rows(job.out / "portals.jsonl"))


def _parse_event(line: bytes) -> Event | None:
    """A progress event, or None for a line that is none (a library that prints does no harm)."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


async def _stop(process: asyncio.subprocess.Process) -> None:
    """End the crawl's whole process group: asked first, killed after the grace."""
    if process.returncode is not None:
        return
    _signal_group(process.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(GRACE_S):
            # The pipe must be drained, or a crawl that still prints would wait for a reader for ever.
            if process.stdout is not None:
                await process.stdout.read()
            await process.wait()
    except TimeoutError:
        _signal_group(process.pid, signal.SIGKILL)
        await process.wait()


def _signal_group(leader: int, number: signal.Signals) -> None:
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return
