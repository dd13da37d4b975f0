"""A night with nothing new on a thousand portals: `python -m tests.benchmarks.crawl.quiet_night [PORTALS]`.

The first night fills the archive; the second, measured, is to ask one thing of each column. robots.txt, which is read
first on every host and every night, and reports in their first fourteen nights are counted apart.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.benchmarks.crawl.measuring import measure, site, write_job

LISTS, ENTRIES = 2, 2
KINDS = ("list", "robots", "article")
MOST_REQUESTS, MOST_BYTES = 1.05, 500_000_000


def main(portals: int = 1_000) -> int:
    """Print requests, CPU and memory of the second night."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with site(portals, LISTS, ENTRIES) as running:
            measure("-m", "crawlers.collect", str(write_job(folder, running, 1)))
        with site(portals, LISTS, ENTRIES) as running:
            cost = measure("-m", "crawlers.collect", str(write_job(folder, running, 2)))
        rows = [json.loads(line) for line in (folder / "out2" / "portals.jsonl").read_text("utf-8").splitlines()]
    asked = {kind: sum(count for key, count in running.asked.items() if kind in key) for kind in KINDS}
    per_column = asked["list"] / portals
    print(f"portals          {portals:,}: {dict(Counter(row['state'] for row in rows))}")
    print(f"requests         {asked['list']:,} for lists, {per_column:.2f} a column (goal {MOST_REQUESTS})")
    print(f"counted apart    {asked['robots']:,} for robots.txt, {asked['article']:,} for reports asked again")
    each = cost.cpu_s / portals * 1000
    print(f"CPU              {cost.cpu_s:.1f} s, {each:.1f} ms a portal; {cost.wall_s:.0f} s in all")
    print(f"peak memory      {cost.peak_bytes / 1e6:.0f} MB (goal {MOST_BYTES / 1e6:.0f})")
    return 0 if per_column <= MOST_REQUESTS and cost.peak_bytes < MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
