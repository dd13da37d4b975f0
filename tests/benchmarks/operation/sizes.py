"""What a night costs and what it leaves, and what that comes to for many portals:
`python -m tests.benchmarks.operation.sizes [--small 20] [--large 100]`.

Runs two nights over a small and a large number of simulated portals, each with two reports of usual length; the
difference tells the cost of a portal, free of what every run costs. The table multiplies: ten reports a portal, four
requests a portal and night.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

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


def night(trial: Rig) -> Cost:
    before = folder_size(trial.data / "archive")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "flows.cli", "run", "--data", str(trial.data), "--portals"]
    subprocess.run([*command, str(trial.portals_file)], check=True, capture_output=True, env=os.environ)
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    release = (trial.data / "warehouse" / "fazhi.duckdb").resolve().stat().st_size
    return Cost(cpu, folder_size(trial.data / "archive") - before, release)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", type=int, default=20)
    parser.add_argument("--large", type=int, default=100)
    told = parser.parse_args()
    nights: dict[int, list[Cost]] = {}
    for count in (told.small, told.large):
        with rig(Path(tempfile.mkdtemp(prefix="fazhi-sizes-")), 4371) as trial:
            trial.open_portals(count, PORTALS_PORT, "--answer-s", "0.02", "--paragraphs", "90")
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
