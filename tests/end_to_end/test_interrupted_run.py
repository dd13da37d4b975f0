"""A run that is interrupted closes what it wrote, and the next one ends as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pytest

from crawlers.archive.store import OPEN_SUFFIX
from crawlers.sample import open_sample_portals, sample_reports

pytestmark = pytest.mark.end_to_end

REQUESTS_BEFORE = 5
"""So much of the crawl is done when Ctrl-C comes."""


@dataclass(frozen=True)
class Course:
    """How it went: the interrupted run, what the archive held then, and the next run."""

    exit_code: int
    told: str
    left_open: list[str]
    next_exit_code: int
    reports: set[str]
    outcomes: list[str]


@pytest.fixture(name="course", scope="module")
def _course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    data = tmp_path_factory.mktemp("data")
    with open_sample_portals(port=0) as opened:
        command = [sys.executable, "-m", "flows.cli", "run", "--portals", str(opened.registry), "--data", str(data)]
        first = subprocess.Popen(
            command,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            # A shell that runs tests in the background lets them ignore Ctrl-C; here it must be heard.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            start_new_session=True,
        )
        while len(opened.requests) < REQUESTS_BEFORE and first.poll() is None:
            time.sleep(0.05)
        os.killpg(first.pid, signal.SIGINT)
        _, told = first.communicate(timeout=60)
        left_open = [path.name for path in (data / "archive").rglob(f"*{OPEN_SUFFIX}")]
        second = subprocess.run(command, capture_output=True, check=False, timeout=300)
        with duckdb.connect(str(data / "warehouse" / "fazhi.duckdb"), read_only=True) as connection:
            reports = {row[0] for row in connection.execute("SELECT report_id FROM reports").fetchall()}
            outcomes = [row[0] for row in connection.execute("SELECT outcome FROM runs ORDER BY run_id").fetchall()]
        yield Course(
            first.returncode,
            told,
            left_open,
            second.returncode,
            reports,
            outcomes,
        )


def test_it_says_so_in_one_sentence(course: Course) -> None:
    assert course.exit_code == 130
    assert "Interrupted. What was archived stays" in course.told
    assert "Traceback" not in course.told


def test_the_archive_is_closed(course: Course) -> None:
    assert course.left_open == []


def test_the_next_run_holds_every_report(course: Course) -> None:
    assert course.next_exit_code == 0
    assert course.reports == {report.report_id for report in sample_reports(1)}


def test_the_warehouse_knows_that_it_was_cut_off(course: Course) -> None:
    assert course.outcomes == ["interrupted", "ok"]
