"""One worker against two, on a Prefect server with PostgreSQL and an archive on SeaweedFS (S3):
`python -m tests.benchmarks.operation.two_workers [--portals 200] [--shards 6] [--answer-s 8]`.

Every worker is a process with a data directory of its own; nothing is shared but the server and the bucket. Prints the
time of the collection with one and with two workers, whether both warehouses are that of one machine alone, and whether
any host was asked by two workers at once.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.benchmarks.operation.postgres import postgres
from tests.benchmarks.operation.rig import Rig, facts, rig, same, wait_until
from tests.crawlers.archive.seaweed import s3_server

PORTALS_PORT = 9330
SERVER_PORT = 4341
ROOT = Path(__file__).parents[3]


def fazhi(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "flows.cli", *arguments)


def prefect(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "prefect", "--no-prompt", *arguments)


def run_night(trial: Rig, name: str, **environment: str) -> float:
    """`fazhi run` with a data directory of its own; its seconds."""
    trial.environment |= environment
    begun = time.monotonic()
    told = ("--data", str(trial.folder / name), "--portals", str(trial.portals_file))
    process = trial.start(f"run-{name}", *fazhi("run", *told))
    process.wait(1800)
    for key in environment:
        trial.environment.pop(key)
    if process.returncode:
        raise RuntimeError(f"the night {name} failed: {trial.folder / f'run-{name}.log'}")
    return time.monotonic() - begun


def collecting_s(trial: Rig) -> float:
    """Seconds between the first and the last request of the portals' log."""
    rows = trial.requests()
    return float(max(row["done"] for row in rows) - min(row["begun"] for row in rows))


def overlaps(rows: list[dict[str, Any]]) -> int:
    """Requests that a host was asked over one connection while another of them was still being answered."""
    by_host = defaultdict(list)
    for row in rows:
        by_host[row["host"]].append((row["begun"], row["done"]))
    count = 0
    for spans in by_host.values():
        spans.sort()
        count += sum(later[0] < earlier[1] - 0.001 for earlier, later in pairwise(spans))
    return count


def forget_requests(trial: Rig) -> None:
    (trial.folder / "portals" / "requests.jsonl").write_text("")


def work(trial: Rig, number: int, name: str) -> subprocess.Popen[bytes]:
    """Start a worker for one shard at a time, as on a machine of its own."""
    home = trial.folder / f"worker-{name}-{number}"
    trial.environment |= {"FAZHI_DATA": str(home / "data"), "PREFECT_HOME": str(home / "prefect")}
    command = ("worker", "start", "--pool", "fazhi", "--work-queue", "shards", "--limit", "1", "--name", f"w{number}")
    process = trial.start(f"worker-{name}-{number}", *prefect(*command))
    trial.environment.pop("FAZHI_DATA")
    trial.environment.pop("PREFECT_HOME")
    return process


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--portals", type=int, default=200)
    parser.add_argument("--shards", type=int, default=6)
    parser.add_argument("--answer-s", type=float, default=8.0)
    parser.add_argument("--folder", type=Path)
    told = parser.parse_args()
    root = told.folder or Path(tempfile.mkdtemp(prefix="fazhi-workers-"))
    root.mkdir(exist_ok=True, parents=True)
    (root / "s3").mkdir()
    with (
        rig(root / "trial", SERVER_PORT, FAZHI_SHARDS=str(told.shards)) as trial,
        s3_server(root / "s3") as keys,
        postgres(root / "postgres", 5439) as database,
    ):
        trial.environment |= keys
        trial.open_portals(told.portals, PORTALS_PORT, "--answer-s", "0.1")
        run_night(trial, "alone")
        alone = facts(trial.folder / "alone")
        print(f"one machine alone: {len(alone['reports'])} reports", flush=True)
        portals = trial.processes[0]
        portals.terminate()
        portals.wait()
        trial.portals_file.unlink()
        trial.open_portals(told.portals, PORTALS_PORT, "--answer-s", str(told.answer_s))

        server = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": database, "PREFECT_HOME": str(root / "server")}
        trial.environment |= server
        trial.start("server", sys.executable, "-m", "flows.operation.server", "127.0.0.1", str(SERVER_PORT))
        for key in server:
            trial.environment.pop(key)
        wait_until("the server", lambda: trial.ask("/health"))
        trial.environment |= {"PREFECT_API_URL": trial.api, "PREFECT_HOME": str(root / "client")}
        for command in (
            ("work-pool", "create", "fazhi", "--type", "process"),
            ("deploy", "--all", "--prefect-file", str(ROOT / "deploy" / "prefect.yaml")),
        ):
            done = subprocess.run(prefect(*command), env=os.environ | trial.environment, cwd=ROOT, check=False)
            if done.returncode:
                raise RuntimeError(f"prefect {command[0]} failed")

        seconds = {}
        for count in (1, 2):
            forget_requests(trial)
            name = f"with-{count}"
            workers = [work(trial, number, name) for number in range(count)]
            run_night(trial, name, FAZHI_ON_WORKERS="1", FAZHI_ARCHIVE=f"s3://fazhi/{name}")
            seconds[count] = collecting_s(trial)
            verdict = same(alone, facts(trial.folder / name))
            print(
                f"{count} workers: {seconds[count]:.0f} s of collecting, {len(trial.requests())} requests, "
                f"{overlaps(trial.requests())} to a host that was being asked, warehouse {verdict}",
                flush=True,
            )
            for worker in workers:
                worker.terminate()
                worker.wait()
        print(f"two workers are {seconds[1] / seconds[2]:.2f} times as fast as one")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
