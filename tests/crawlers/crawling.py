"""Runs a crawl as the flows do: a job file, a process, an archive."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEASURED = """
import atexit, pathlib, re, runpy, sys
peak = pathlib.Path(sys.argv.pop(1))
status = pathlib.Path("/proc/self/status")
atexit.register(lambda: peak.write_text(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]))
runpy.run_module("crawlers.collect", run_name="__main__", alter_sys=True)
"""
"""A crawl that leaves its own peak of memory in a file: what wait4 tells counts its parent's, from before the exec."""


@dataclass(frozen=True)
class Crawl:
    code: int
    last_words: str
    states: dict[str, dict[str, Any]]
    captures: list[dict[str, Any]]
    """Of this run."""
    candidates: list[dict[str, Any]]
    """Of this run."""
    peak_memory: int | None
    """Bytes; None of a crawl that was killed."""
    archive: Path
    run_id: str

    def verdicts(self, portal_id: str) -> dict[str, str]:
        """The last verdict of each path."""
        return {row["url"].split("/", 3)[3]: row["verdict"] for row in self.captures if row["portal_id"] == portal_id}


def crawl(
    folder: Path, registry: str, *, run: int = 1, mode: str = "nightly", timeout_s: float = 60.0, stop: Any = None
) -> Crawl:
    """Run one crawl over `folder/archive`. `stop`, called with the process, may end it early."""
    (folder / "portals.yaml").write_text(registry, encoding="utf-8")
    run_id, out = f"20250101T00000{run}Z-test", folder / f"out{run}"
    job = {
        "run_id": run_id,
        "shard": "0",
        "registry": str(folder / "portals.yaml"),
        "portals": [],
        "archive": str(folder / "archive"),
        "out": str(out),
        "contact": "mailto:crawler@fazhi.example",
        "mode": mode,
        "timeout_s": timeout_s,
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    (folder / "peak").unlink(missing_ok=True)
    with (folder / "crawl.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", MEASURED, str(folder / "peak"), str(folder / "job.json")],
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        if stop is not None:
            stop(process)
        process.wait()
    words = (folder / "crawl.log").read_text(encoding="utf-8").strip().splitlines()
    archive = folder / "archive"
    return Crawl(
        process.returncode,
        words[-1] if words else "",
        {row["portal_id"]: row for row in _rows(out / "portals.jsonl")},
        _rows(archive / "captures" / f"{run_id}-0.jsonl"),
        _rows(archive / "candidates" / f"{run_id}-0.jsonl"),
        int((folder / "peak").read_text()) * 1024 if (folder / "peak").exists() else None,
        archive,
        run_id,
    )


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def entry(portal_id: str, base: str, **facts: Any) -> str:
    """One registry entry."""
    values = {
        "id": portal_id,
        "name": f"{portal_id}市人民政府",
        "region_code": "990100",
        "base_url": base,
        "delay_s": 0.05,
    }
    return "- " + json.dumps(values | facts, ensure_ascii=False) + "\n"
