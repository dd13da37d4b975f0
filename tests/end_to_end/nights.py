"""A night on the sample portals: the whole job once, in a process of its own, and what it left."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from crawlers.sample import SamplePortals
from crawlers.sample.serving import Request


@dataclass(frozen=True)
class Night:
    """What one night left: exit code, what was printed, requests, and the rows of `reports`."""

    exit_code: int
    printed: str
    requests: tuple[Request, ...]
    reports: dict[str, dict[str, Any]]
    checks: tuple[tuple[str, str], ...]


def run(opened: SamplePortals, data: Path, night: int) -> Night:
    opened.night = night
    opened.requests.clear()
    done = fazhi("run", "--portals", str(opened.registry), "--data", str(data))
    with duckdb.connect(str(data / "warehouse" / "fazhi.duckdb"), read_only=True) as connection:
        cursor = connection.execute("SELECT * FROM reports")
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        checks = connection.execute("SELECT report_id, verdict FROM checks").fetchall()
    return Night(
        done.returncode,
        done.stdout + done.stderr,
        tuple(opened.requests),
        {row["report_id"]: row for row in rows},
        tuple((str(report), str(verdict)) for report, verdict in checks),
    )


def fazhi(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-c", "from flows.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "COLUMNS": "200"},
        check=False,
    )
