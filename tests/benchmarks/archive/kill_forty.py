"""Kill -9 at forty moments of writing, then salvage and check: `python -m tests.benchmarks.archive.kill_forty`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.crawlers.archive.killing import kill_and_salvage


def main(rounds: int = 40, seed: int = 20260401) -> int:
    """Print what the rounds came to; 1 when anything is wrong."""
    faults = 0
    for same_run in (False, True):
        with tempfile.TemporaryDirectory() as root:
            done = kill_and_salvage(Path(root), rounds, seed, same_run=same_run)
        kind = "one run restarted" if same_run else "a run each"
        print(
            f"{kind}: {rounds} kills, {done.captures} captures in the archive, {len(done.relied_upon)} relied upon, "
            f"{done.revisits} revisits, {done.torn_files} torn files, {done.torn_bytes} bytes cut off, "
            f"{done.rows_added} log rows restored, {len(done.faults)} faults"
        )
        for fault in done.faults:
            print(" ", fault)
        faults += len(done.faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
