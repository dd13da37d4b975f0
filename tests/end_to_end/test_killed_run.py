"""A run that is killed without a word leaves no process behind, and the next one ends as if nothing had happened."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from crawlers.sample import open_sample_portals, sample_reports
from flows.operation.orchestration import answers
from flows.operation.server import free_port

pytestmark = [pytest.mark.end_to_end, pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for processes")]

REQUESTS_BEFORE = 5
"""So much of the crawl is done when it is killed."""


@dataclass(frozen=True)
class Course:
    """How it went: what the killed run left running, and the next run."""

    crawls: list[int]
    """Crawls that ran when the run was killed."""
    orphans: list[int]
    """Those of them that lived on."""
    next_exit_code: int
    reports: set[str]
    outcomes: list[str]


def crawls_in(data: Path) -> list[int]:
    """Living crawls of this data directory."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
            if b"crawlers.collect" in command and str(data).encode() in command:
                found.append(int(entry.name))
    return found


def wait_for(holds: Callable[[], object], seconds: float) -> None:
    """Return when it holds, or when the time is over."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prefect server that both runs report to."""
    port = free_port()
    home = tmp_path_factory.mktemp("prefect")
    command = [sys.executable, "-m", "flows.operation.server", "127.0.0.1", str(port)]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "PREFECT_HOME": str(home)})
    api = f"http://127.0.0.1:{port}/api"
    wait_for(lambda: answers(api) or server.poll() is not None, 120)
    yield api
    server.terminate()
    server.wait()


@pytest.fixture(name="course", scope="module")
def _course(tmp_path_factory: pytest.TempPathFactory, api: str) -> Iterator[Course]:
    data = tmp_path_factory.mktemp("data")
    environment = {**os.environ, "PREFECT_API_URL": api}
    with open_sample_portals(port=0) as opened:
        command = [sys.executable, "-m", "flows.cli", "run", "--portals", str(opened.registry), "--data", str(data)]
        first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        wait_for(lambda: len(opened.requests) >= REQUESTS_BEFORE or first.poll() is not None, 120)
        crawls = crawls_in(data)
        first.send_signal(signal.SIGKILL)
        first.wait()
        wait_for(lambda: not crawls_in(data), 20)
        orphans = crawls_in(data)
        second = subprocess.run(command, capture_output=True, check=False, timeout=300, env=environment)
        with duckdb.connect(str(data / "warehouse" / "fazhi.duckdb"), read_only=True) as connection:
            reports = {row[0] for row in connection.execute("SELECT report_id FROM reports").fetchall()}
            outcomes = [row[0] for row in connection.execute("SELECT outcome FROM runs ORDER BY run_id").fetchall()]
        yield Course(crawls, orphans, second.returncode, reports, outcomes)


def test_its_crawls_end_with_it(course: Course) -> None:
    assert course.crawls
    assert course.orphans == []


def test_the_next_run_holds_every_report(course: Course) -> None:
    assert course.next_exit_code == 0
    assert course.reports == {report.report_id for report in sample_reports(1)}


def test_the_warehouse_knows_that_it_was_cut_off(course: Course) -> None:
    assert course.outcomes == ["interrupted", "ok"]
