"""Pages per CPU second, against bare Scrapy on the same site: `python -m tests.benchmarks.crawl.throughput [ROUNDS]`.

Ours is the whole nightly crawl of portals never seen before: robots.txt, lists read by family, titles judged, every
byte archived, every answer judged, attachments looked for. Bare Scrapy downloads the same pages and keeps nothing.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.crawl.measuring import Cost, measure, site, write_job

HOSTS, LISTS, ENTRIES = 8, 10, 20
GOAL = 0.80


def main(rounds: int = 3) -> int:
    """Print pages per CPU second of both, in turns, and the ratio of the medians."""
    rates: dict[str, list[float]] = {"fazhi": [], "scrapy": []}
    for _ in range(rounds):
        with site(HOSTS, LISTS, ENTRIES) as running:
            bare = measure(
                "-m", "tests.benchmarks.crawl.bare", *(f"{running.base(host)}/fz/index.html" for host in range(HOSTS))
            )
        note(rates["scrapy"], "scrapy", json.loads(bare.said[-1])["pages"], bare)
        with tempfile.TemporaryDirectory() as folder, site(HOSTS, LISTS, ENTRIES) as running:
            ours = measure("-m", "crawlers.collect", str(write_job(Path(folder), running, 1)))
            note(rates["fazhi"], "fazhi", json.loads(ours.said[-1])["requests"], ours)
    ratio = statistics.median(rates["fazhi"]) / statistics.median(rates["scrapy"])
    print(f"fazhi / scrapy: {ratio:.2f} pages per CPU second (goal {GOAL:.2f})")
    return 0 if ratio >= GOAL else 1


def note(rates: list[float], who: str, pages: int, cost: Cost) -> None:
    """Keep a rate and print its row."""
    rates.append(pages / cost.cpu_s)
    print(
        f"{who:7} {pages:6,} pages {cost.cpu_s:6.2f} s CPU {cost.wall_s:6.2f} s "
        f"{pages / cost.cpu_s:6.0f} pages/CPU s {cost.peak_bytes / 1e6:4.0f} MB"
    )


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
