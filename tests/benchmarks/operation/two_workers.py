"""One worker against two, on a Prefect server with PostgreSQL, an archive on SeaweedFS (S3), and a lake as warehouse:
`python -m tests.benchmarks.operation.two_workers [--portals 200] [--shards 6] [--answer-s 8]`.

Every worker is a process with a data directory of its own; nothing is shared but the server and the bucket. Prints the
time of the collection with one and with two workers, whether both warehouses are that of one machine alone, and whether
any host was asked by two workers at once. The portals take long to answer, so that it is their time that is measured
and not this machine's.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.benchmarks.operation.postgres import postgres
from tests.benchmarks.operation.rig import Rig, facts, fazhi, rig, same
from tests.crawlers.archive.seaweed import s3_server

PORTALS_PORT = 9330
SERVER_PORT = 4329
POSTGRES_PORT = 55440


def run_night(trial: Rig, name: str, **environment: str) -> float:
    """`fazhi run` with a data directory of its own; its seconds."""
    begun = time.monotonic()
    told = ("--data", str(trial.folder / name), "--portals", str(trial.portals_file))
    trial.do(f"run-{name}", *fazhi("run", *told), **environment)
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
        postgres(root / "postgres", POSTGRES_PORT) as database,
    ):
        trial.environment |= keys
        trial.open_portals(told.portals, PORTALS_PORT, "--answer-s", "0.1")
        run_night(trial, "alone")
        alone = facts(trial.folder / "alone")
        print(f"one machine alone: {len(alone['reports'])} reports", flush=True)
        trial.end()
        trial.portals_file.unlink()
        trial.open_portals(told.portals, PORTALS_PORT, "--answer-s", str(told.answer_s))

        trial.serve_work_pool(database.for_prefect)
        seconds = {}
        for count in (1, 2):
            forget_requests(trial)
            name = f"with-{count}"
            workers = [trial.work(f"{name}-{number}", "shards") for number in range(count)]
            lake = database.lake(f"lake{count}")
            run_night(trial, name, FAZHI_ON_WORKERS="1", FAZHI_ARCHIVE=f"s3://fazhi/{name}", FAZHI_WAREHOUSE=lake)
            seconds[count] = collecting_s(trial)
            verdict = same(alone, facts(trial.folder / name, lake))
            print(
                f"{count} workers: {seconds[count]:.0f} s of collecting, {len(trial.requests())} requests, "
                f"{overlaps(trial.requests())} to a host that was being asked, warehouse {verdict}",
                flush=True,
            )
            trial.end(*workers)
        print(f"two workers are {seconds[1] / seconds[2]:.2f} times as fast as one", flush=True)
        trial.end()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
