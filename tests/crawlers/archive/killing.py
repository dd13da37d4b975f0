"""Killing a writer at random moments, again and again on one archive, and what must hold after each salvage."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from crawlers.archive.capture_log import CaptureLog
from crawlers.archive.check import check
from crawlers.archive.index import rebuild
from crawlers.archive.salvage import salvage
from crawlers.archive.store import Store

ENDLESS = Path(__file__).with_name("endless_writer.py")


@dataclass
class Killings:
    """What the rounds came to."""

    relied_upon: set[str] = field(default_factory=set)
    """Captures whose call had returned before the kill."""
    captures: int = 0
    revisits: int = 0
    torn_bytes: int = 0
    torn_files: int = 0
    rows_added: int = 0
    faults: list[str] = field(default_factory=list)


def kill_and_salvage(root: Path, rounds: int, seed: int, *, same_run: bool = False) -> Killings:
    """Start a writer, kill -9 it, salvage, check; `rounds` times on the same archive."""
    chance = random.Random(seed)
    done = Killings()
    store = Store(root)
    for number in range(rounds):
        run_id = "20260401T040000-nightly" if same_run else f"20260401T{number:06d}-nightly"
        command = [sys.executable, str(ENDLESS), str(root), run_id, str(seed + number)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join(sorted(done.relied_upon)[:50]))
        process.stdin.close()
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.25))
        process.kill()
        lines = process.stdout.read().split("\n")
        process.wait()
        done.relied_upon.update(line for line in lines[:-1] if line)
        result = salvage(store)
        done.rows_added += result.rows_added
        done.torn_bytes += sum(file.bytes_cut for file in result.files)
        done.torn_files += sum(file.bytes_cut > 0 for file in result.files)
        report = check(store)
        done.faults += [f"round {number}: {finding}" for finding in report.findings]
        done.captures, done.revisits = report.captures, report.revisits
    log = CaptureLog.read(store)
    lost = done.relied_upon - {row.capture_id for row in log}
    done.faults += [f"lost: {capture}" for capture in sorted(lost)]
    for name, rows in rebuild(store).items():
        if sorted(row.capture_id for row in rows) != sorted(
            row.capture_id
            for row in log
            if row.warc_file.startswith(f"warc/{name.removeprefix('captures/').removesuffix('.jsonl')}-")
        ):
            done.faults.append(f"the log {name} is not what the WARCs say")
    return done
