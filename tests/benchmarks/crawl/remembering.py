"""What it costs a crawl to know what earlier nights fetched: `python -m tests.benchmarks.crawl.remembering [CAPTURES]`.

Writes a capture log of CAPTURES (1,000,000) captures of 100 portals, once of as many addresses and once of 60,000 that
are asked night after night, and reads the memory of all portals, of half of them and of one, each in a process of its
own: CPU seconds and peak memory.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

from crawlers.archive.capture_log import line_of
from crawlers.archive.captures import Capture
from crawlers.archive.store import Store
from crawlers.memory import Memory

PORTALS = 100
ASKED_AGAIN = 60_000


def write(root: Path, captures: int, addresses: int) -> None:
    """The log of an archive that holds nothing else."""
    (root / "captures").mkdir(parents=True)
    with (root / "captures" / "20260401T040000-nightly-0.jsonl").open("wb") as log:
        for number in range(captures):
            at = number % addresses
            host, uuid = f"p{at % PORTALS}", f"00000000-0000-4000-8000-{number:012d}"
            log.write(
                line_of(
                    Capture(
                        capture_id=uuid,
                        run_id="20260401T040000-nightly",
                        portal_id=host,
                        url=f"https://{host}.example/zwgk/fzzfjs/art_{at}.html",
                        fetched_at="2026-04-01T04:00:00.000000Z",
                        role="article",
                        via=f"https://{host}.example/zwgk/fzzfjs/index.html",
                        status=200,
                        verdict="ok",
                        reason=None,
                        content_type="text/html; charset=utf-8",
                        payload_digest=f"sha1:{at:032d}",
                        etag=f'"{at:x}"',
                        last_modified="Wed, 01 Apr 2026 01:00:00 GMT",
                        warc_file="warc/20260401T040000-nightly-0-00000.warc.gz",
                        offset=number * 900,
                        length=850,
                        record_id=f"<urn:uuid:{uuid}>",
                        refers_to=None,
                    )
                )
            )


def read(root: Path, portals: int) -> None:
    """Print what the memory of so many portals costs."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    Memory.read(Store(root), [f"p{number}" for number in range(portals)])
    spent = time.process_time() - start
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"  {portals:>3} of {PORTALS} portals{spent:>10.1f} CPU s{more:>8.0f} MB", flush=True)


def main(captures: int) -> None:
    """Write both logs and read them."""
    for what, addresses in (("asked night after night", min(ASKED_AGAIN, captures)), ("each its own", captures)):
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch) / "archive"
            write(root, captures, addresses)
            size = sum(path.stat().st_size for path in root.rglob("*.jsonl")) / 2**20
            print(f"{captures:,} captures of {addresses:,} addresses ({what}), {size:.0f} MB of log")
            for portals in (PORTALS, PORTALS // 2, 1):
                process = multiprocessing.get_context("spawn").Process(target=read, args=(root, portals))
                process.start()
                process.join()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
