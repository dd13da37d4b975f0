"""What Prefect costs in a night: `python -m tests.benchmarks.operation.orchestration_cost [--portals 1000]`.

Runs one night of simulated portals under `fazhi serve` and adds up the CPU seconds of its processes while it lasts:
crawls and reading processes are work; the server and the runner are Prefect's whole; of the flow's own process, what an
empty flow of five tasks costs (measured first, in the same way) is Prefect's, and the rest, which loads the warehouse,
is work. The server's part is told apart: what it spends when nothing runs, in as long a time, and what the run adds.
The run is watched through its process, since every question to the server would be paid for here.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from tests.benchmarks.operation.many_portals import PARAGRAPHS
from tests.benchmarks.operation.rig import children, command_of, rig, wait_until

PORTALS_PORT = 9350
TICK = os.sysconf("SC_CLK_TCK")
IDLE_S = 60.0
"""How long an idle server is watched before the night."""
AFTER_S = 20.0
"""How long the server goes on writing when a run is over."""
KINDS = {
    "crawlers.collect": "crawl",
    "flows.operation.server": "server",
    "multiprocessing": "reading",
    "prefect": "flow",
    "flows.cli serve": "runner",
}
"""What a process is, by words of its command line; the first that fits."""
EMPTY_FLOW = """
import asyncio, time
from prefect import flow, task
@task
async def t(n): return n
@flow
async def f():
    for n in range(5): await t(n)
asyncio.run(f())
print(time.process_time())
"""


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
    done = subprocess.run(
        [sys.executable, "-c", EMPTY_FLOW],
        env=os.environ | {"PREFECT_API_URL": api, "PREFECT_LOGGING_LEVEL": "CRITICAL"},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])


class Meter:
    """CPU seconds by kind of process, of everything below one, since the meter was made."""

    def __init__(self, top: int) -> None:
        self.top = top
        self.before = {pid: cpu_s(pid) for pid in (top, *children(top, ""))}
        self.spent: dict[tuple[int, str], float] = {}

    def read(self) -> dict[str, float]:
        for pid in (self.top, *children(self.top, "")):
            self.spent[pid, kind_of(pid)] = cpu_s(pid) - self.before.get(pid, 0.0)
        total: dict[str, float] = defaultdict(float)
        for (_, kind), seconds in self.spent.items():
            total[kind] += seconds
        return total


def flow_runs(served: int) -> bool:
    """Whether a process of a flow is below this one."""
    return any(kind_of(pid) == "flow" for pid in children(served, "prefect"))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--portals", type=int, default=1000)
    parser.add_argument("--paragraphs", type=int, default=PARAGRAPHS, help="length of a report")
    parser.add_argument("--folder", type=Path)
    told = parser.parse_args()
    root = told.folder or Path(tempfile.mkdtemp(prefix="fazhi-cost-"))
    with rig(root, 4325) as trial:
        trial.open_portals(told.portals, PORTALS_PORT, "--answer-s", "0.02", "--paragraphs", str(told.paragraphs))
        served = trial.serve().pid
        empty = empty_flow_s(trial.api)
        time.sleep(AFTER_S)
        idle = Meter(served)
        time.sleep(IDLE_S)
        rates = {kind: seconds / IDLE_S for kind, seconds in idle.read().items()}
        meter = Meter(served)
        begun = time.monotonic()
        run = trial.run_flow()
        wait_until("the start of the night", lambda: flow_runs(served))
        while flow_runs(served):
            meter.read()
            time.sleep(1)
        wall = time.monotonic() - begun
        time.sleep(AFTER_S)
        total = meter.read()
        state = trial.state(run)
        requests = len(trial.requests())
    whole = sum(total.values())
    prefects = total["server"] + total["runner"] + min(empty, total["flow"])
    print(f"{told.portals} portals, {requests} requests, {wall:.0f} s, {state}")
    for kind, seconds in sorted(total.items(), key=lambda item: -item[1]):
        print(f"  {kind:8} {seconds:7.1f} CPU s  {100 * seconds / whole:5.1f} %")
    for kind in ("server", "runner"):
        without = rates[kind] * (wall + AFTER_S)
        print(f"  of the {kind}'s, {without:.1f} CPU s would have been spent with nothing to do, the run adds the rest")
    print(f"  an empty flow of five tasks costs its process {empty:.1f} CPU s")
    print(f"Prefect's share: {prefects:.1f} of {whole:.1f} CPU s, {100 * prefects / whole:.1f} %")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
