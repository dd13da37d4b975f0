"""What a night costs and what it leaves, and what that comes to for many portals:
`python -m tests.benchmarks.operation.sizes [--small 20] [--large 100]`.

Runs two nights over a small and a large number of simulated portals, each with two reports of usual length; the
difference tells the cost of a portal, free of what every run costs. The table multiplies: ten reports a portal, four
requests a portal and night.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crawlers.portals import load_registry
from flows.collecting import CrawlJob, Shard, collect
from flows.data_directory import DataDirectory
from flows.loading.accounts import archive_account
from flows.loading.batches import pending_runs, write_batch
from flows.loading.load import load_and_release
from tests.benchmarks.operation.many_portals import REPORTS
from tests.benchmarks.operation.rig import Rig, rig

PORTALS_PORT = 9370
REPORTS_A_PORTAL = 10
NIGHTS = 365 + 120
"""Runs in a year: every night, and at noon from January to April."""


@dataclass(frozen=True)
class Cost:
    """Of one run: CPU seconds of all processes, bytes that it added to the archive, bytes of the release."""

    cpu_s: float
    archive: int
    release: int

    def minus(self, other: Cost, portals: int) -> Cost:
        """The cost of one portal, from two runs that differ by `portals` of them."""
        return Cost(
            (self.cpu_s - other.cpu_s) / portals,
            (self.archive - other.archive) // portals,
            (self.release - other.release) // portals,
        )


def folder_size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def used_s() -> float:
    """CPU seconds of this process and of the children it has waited for."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


def night(trial: Rig) -> Cost:
    """The steps of a night one after the other, without Prefect, whose cost does not depend on the portals."""
    data, registry = DataDirectory(trial.data), load_registry(trial.portals_file)
    data.prepare()
    before, begun, now = folder_size(trial.data / "archive"), used_s(), datetime.now(UTC)
    run_id = f"{now:%Y%m%dT%H%M%S%f}-nightly"
    job = CrawlJob(
        run_id=run_id,
        shard=Shard(0, tuple(portal.id for portal in registry)),
        registry=trial.portals_file,
        archive=data.archive,
        archive_staging=data.archive_staging,
        out=data.runs / run_id / "crawl-0",
        contact="someone@example.org",
    )
    rows = asyncio.run(collect(job, lambda event: None, 3600))
    run = {"run_id": run_id, "flow": "nightly", "started_at": now.isoformat(), "outcome": "ok"}
    archive_account(data.store(), run, rows, trial.portals_file)
    pending_runs(data, run, rows)
    batch = write_batch(data, trial.portals_file, run_id, lambda event: None)
    release = load_and_release(data, run_id, [batch]).release.resolve().stat().st_size
    return Cost(used_s() - begun, folder_size(trial.data / "archive") - before, release)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", type=int, default=20)
    parser.add_argument("--large", type=int, default=100)
    told = parser.parse_args()
    nights: dict[int, list[Cost]] = {}
    for count in (told.small, told.large):
        with rig(Path(tempfile.mkdtemp(prefix="fazhi-sizes-")), 4326) as trial:
            trial.open_portals(count, PORTALS_PORT, "--answer-s", "0.02")
            nights[count] = [night(trial), night(trial)]
        for number, cost in enumerate(nights[count], start=1):
            print(f"{count:5} portals, night {number}: {cost}", flush=True)
    more = told.large - told.small
    first, later = (nights[told.large][number].minus(nights[told.small][number], more) for number in (0, 1))
    fixed_s = max(nights[told.small][1].cpu_s - told.small * later.cpu_s, 0.0)
    print(f"a portal with {REPORTS} new reports: {first.cpu_s:.2f} CPU s, {first.archive / 1e3:.0f} kB of archive, ")
    print(f"  {first.release / REPORTS / 1e3:.0f} kB of release a report")
    print(f"a portal where nothing is new: {later.cpu_s:.2f} CPU s, {later.archive / 1e3:.1f} kB of archive")
    print(f"a run as such: {fixed_s:.0f} CPU s")
    print(f"{'portals':>8} {'first run':>12} {'a night':>12} {'archive/year':>13} {'release':>9}")
    for portals in (50, 3_000, 50_000):
        begin = fixed_s + portals * first.cpu_s * REPORTS_A_PORTAL / REPORTS
        every = fixed_s + portals * later.cpu_s
        archive = portals * (first.archive * REPORTS_A_PORTAL / REPORTS + NIGHTS * later.archive)
        release = portals * REPORTS_A_PORTAL * first.release / REPORTS
        print(
            f"{portals:8,} {begin / 3600:8.2f} CPU h {every / 3600:8.2f} CPU h {archive / 1e9:10.1f} GB "
            f"{release / 1e9:6.1f} GB"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
