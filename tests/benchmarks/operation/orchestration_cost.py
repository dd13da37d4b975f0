"""What Prefect costs in a night: `python -m tests.benchmarks.operation.orchestration_cost [--portals 1000]`.

Runs one night of simulated portals under `fazhi serve` and adds up the CPU seconds of its processes while it lasts:
crawls and reading processes are work; the server and the runner are Prefect's whole; of the flow's own process, what an
empty flow of one task costs (measured first, in the same way) is Prefect's, and the rest, loading the warehouse, is
work.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from tests.benchmarks.operation.rig import FINAL, children, command_of, rig

PORTALS_PORT = 9350
TICK = os.sysconf("SC_CLK_TCK")
KINDS = {
    "crawlers.collect": "crawl",
    "flows.operation.server": "server",
    "multiprocessing": "reading",
    "flows.loading.sealed": "reading",
    "prefect": "flow",
    "flows.cli serve": "runner",
}
"""What a process is, by words of its command line; the first that fits."""


def cpu_s(pid: int) -> float:
    """CPU seconds of a process without its children; 0 when it is gone."""
    with contextlib.suppress(OSError):
        stat = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / TICK
    return 0.0


def kind_of(pid: int) -> str:
    command = command_of(pid)
    return next((kind for words, kind in KINDS.items() if words in command), "other")


def empty_flow_s(api: str) -> float:
    """CPU seconds of a process that runs a flow of five empty tasks on the server."""
    code = (
        "import asyncio\nfrom prefect import flow, task\n@task\nasync def t(n): return n\n"
        "@flow(log_prints=False)\nasync def f():\n for n in range(5): await t(n)\nasyncio.run(f())\n"
        "import time; print(time.process_time())"
    )
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PREFECT_API_URL": api, "PREFECT_LOGGING_LEVEL": "CRITICAL"},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--portals", type=int, default=1000)
    parser.add_argument("--folder", type=Path)
    told = parser.parse_args()
    root = told.folder or Path(tempfile.mkdtemp(prefix="fazhi-cost-"))
    with rig(root, 4351) as trial:
        trial.open_portals(told.portals, PORTALS_PORT, "--answer-s", "0.02")
        served = trial.serve()
        empty = empty_flow_s(trial.api)
        spent: dict[tuple[int, str], float] = {}
        before = {pid: cpu_s(pid) for pid in (served.pid, *children(served.pid, ""))}
        begun = time.monotonic()
        run = trial.run_flow()
        while trial.state(run) not in FINAL:
            for pid in (served.pid, *children(served.pid, "")):
                spent[pid, kind_of(pid)] = cpu_s(pid) - before.get(pid, 0.0)
            time.sleep(0.5)
        wall = time.monotonic() - begun
        state = trial.state(run)
        # The server goes on writing for a while after the run is over.
        time.sleep(20)
        for pid in (served.pid, *children(served.pid, "")):
            spent[pid, kind_of(pid)] = cpu_s(pid) - before.get(pid, 0.0)
        requests = len(trial.requests())
    total: dict[str, float] = defaultdict(float)
    for (_, kind), seconds in spent.items():
        total[kind] += seconds
    whole = sum(total.values())
    prefects = total["server"] + total["runner"] + min(empty, total["flow"])
    print(f"{told.portals} portals, {requests} requests, {wall:.0f} s, {state}")
    for kind, seconds in sorted(total.items(), key=lambda item: -item[1]):
        print(f"  {kind:8} {seconds:7.1f} CPU s  {100 * seconds / whole:5.1f} %")
    print(f"  an empty flow of five tasks costs its process {empty:.1f} CPU s")
    print(f"Prefect's share: {prefects:.1f} of {whole:.1f} CPU s, {100 * prefects / whole:.1f} %")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
