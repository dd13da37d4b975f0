"""Release without pause while two readers count, and kill -9 some loaders at random moments.

`python -m tests.benchmarks.warehouse.kill_releases [RELEASES [KILLS]]`: 500 releases, 50 of them killed. Every batch
tells ten observations a report, so a reader that counts anything else has seen a half."""

from __future__ import annotations

import json
import multiprocessing
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.warehouse.batches import digest, night, write
from warehouse.load import load
from warehouse.release import NoRelease, Staging, open_release

OBSERVATIONS = 10


def batch(folder: Path, number: int) -> Path:
    """A batch of one new report with ten observations."""
    words = [f"第{place}项{number}件" for place in range(OBSERVATIONS)]
    text = "\n".join(words)
    key = {"report_id": f"990100-云川市{number}局-2024", "text_digest": digest(text)}
    observations = [
        {**key, "indicator": "x", "value": number, "bound": "exact", "start": text.index(one),
         "end": text.index(one) + len(one), "evidence": one, "confidence": 1}
        for one in words
    ]  # fmt: skip
    version = {**key, "text": text, "capture_id": f"c{number}", "seen_at": night(1), "extractor_version": "1",
               "portal_id": "p", "url": f"https://p.example/{number}", "report_year": 2024}  # fmt: skip
    return write(folder, {"report_versions": [version], "observations": observations})


def release(root: Path, folder: Path) -> None:
    """Load one batch and publish."""
    with Staging(root) as staging:
        load(staging.connection, folder)
        staging.publish(folder.name)


def read(root: Path, stop: Any, told: Path) -> None:
    """Count until told to stop; write down how often, and all that was wrong."""
    counts, faults, most = 0, [], 0
    while not stop.is_set():
        try:
            with open_release(root) as connection:
                reports, observations, distinct = connection.execute(
                    "SELECT (SELECT count(*) FROM reports), (SELECT count(*) FROM observations), "
                    "(SELECT count(DISTINCT report_id) FROM reports)"
                ).fetchone() or (0, 0, 0)
            if observations != OBSERVATIONS * reports or distinct != reports or reports < most:
                faults.append(f"{reports} reports, {observations} observations after {most} reports")
            counts, most = counts + 1, reports
        except NoRelease:
            continue
        except Exception as fault:  # noqa: BLE001 - whatever a reader meets is what this measures
            faults.append(f"{type(fault).__name__}: {fault}")
    told.write_text(json.dumps({"counts": counts, "faults": faults}), encoding="utf-8")


def main(releases: int = 500, kills: int = 50, seed: int = 20260401) -> int:
    """Print what came of it; 1 when anything is wrong."""
    chance = random.Random(seed)
    doomed = set(chance.sample(range(1, releases), kills))
    apart = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as place:
        root, started, usual = Path(place) / "warehouse", time.perf_counter(), 0.5
        stop = apart.Event()
        readers = [apart.Process(target=read, args=(root, stop, Path(place) / f"reader-{n}.json")) for n in range(2)]
        for reader in readers:
            reader.start()
        killed = 0
        for number in range(releases):
            folder = batch(Path(place) / "batches" / str(number), number)
            if number in doomed:
                loader = multiprocessing.get_context("fork").Process(target=release, args=(root, folder))
                loader.start()
                loader.join(chance.uniform(0, 1.2 * usual))
                killed += loader.is_alive()
                loader.kill()
                loader.join()
            # The next run recovers by itself, and loads again what was killed.
            begun = time.perf_counter()
            release(root, folder)
            usual = time.perf_counter() - begun
        stop.set()
        for reader in readers:
            reader.join()
        told = [json.loads((Path(place) / f"reader-{n}.json").read_text(encoding="utf-8")) for n in range(2)]
        with open_release(root) as connection:
            end = connection.execute("SELECT count(*), count(DISTINCT report_id) FROM reports").fetchone()
    faults = [fault for one in told for fault in one["faults"]]
    if end != (releases, releases):
        faults.append(f"{end} reports at the end, not {releases}")
    print(
        f"{releases} releases, {kills} loaders doomed, {killed} of them killed while they worked, "
        f"{sum(one['counts'] for one in told)} counts by two readers, {len(faults)} faults, "
        f"{time.perf_counter() - started:.0f} s"
    )
    for fault in faults[:10]:
        print(" ", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
