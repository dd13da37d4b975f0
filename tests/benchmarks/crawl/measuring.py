"""Processes measured: CPU seconds and peak memory of a crawl, against a site that is a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.crawl.site import address_of


@dataclass
class Site:
    """A running site, and after its end what was asked of it."""

    hosts: int
    port: int
    asked: dict[str, int] = field(default_factory=dict)

    def base(self, host: int) -> str:
        return f"http://{address_of(host)}:{self.port}"


@dataclass(frozen=True)
class Cost:
    """What a process took."""

    cpu_s: float
    wall_s: float
    peak_bytes: int
    said: list[str]


@contextmanager
def site(hosts: int, lists: int, entries: int, port: int = 8971) -> Iterator[Site]:
    """Serve a site while the block runs."""
    sizes = [str(size) for size in (lists, entries, port)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.crawl.site", *sizes], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", "the site could not be served"
    running = Site(hosts, port)
    try:
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        running.asked = json.loads(process.stdout.readline())
        process.wait()


def measure(*command: str) -> Cost:
    """Run a Python module to its end; raises RuntimeError when it fails."""
    start = time.monotonic()
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = [line for line in process.stdout if not line.startswith('{"event": "capture"')]
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss * 1024, said)


def write_job(folder: Path, running: Site, night: int) -> Path:
    """Write the registry of a site's portals and the job of one night; returns the job file."""
    portals = [
        {
            "id": f"p{host}",
            "name": f"青山市第{host}局",
            "region_code": "990100",
            "base_url": running.base(host),
            "delay_s": 0,
            "columns": [f"{running.base(host)}/fz/index.html"],
        }
        for host in range(running.hosts)
    ]
    (folder / "portals.yaml").write_text(json.dumps({"portals": portals}, ensure_ascii=False), "utf-8")
    job: dict[str, Any] = {
        "run_id": f"2026010{night}T000000Z-bench",
        "shard": "0",
        "registry": str(folder / "portals.yaml"),
        "archive": str(folder / "archive"),
        "out": str(folder / f"out{night}"),
        "contact": "mailto:bench@fazhi.example",
    }
    path = folder / f"job{night}.json"
    path.write_text(json.dumps(job), "utf-8")
    return path
