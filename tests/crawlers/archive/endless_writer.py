"""A process that archives as fast as it can until it is killed: ROOT RUN_ID SEED; its files are small, so they roll.

It prints one line a capture when the call has returned, which is the moment a crawl may rely on it.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime

from crawlers.archive.exchange import Exchange, Judgement
from crawlers.archive.writer import ArchiveWriter


def main(root: str, run_id: str, seed: int) -> None:
    """Write until killed."""
    chance = random.Random(seed)
    shared = [chance.randbytes(size) for size in (50, 5_000, 200_000)]
    writer = ArchiveWriter(
        root,
        run_id=run_id,
        shard="0",
        operator="tests",
        contact="tests",
        judge=lambda exchange: Judgement("ok" if exchange.status == 200 else "not_modified", None),
        roll_at=400_000,
    )
    known: list[str] = [capture for capture in (line.strip() for line in sys.stdin) if capture]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    number = 0
    while True:
        number += 1
        unmodified = known and chance.random() < 0.2
        body = b"" if unmodified else chance.choice([*shared, chance.randbytes(chance.randrange(1, 60_000))])
        capture = writer.record(
            Exchange(
                portal_id="yunxi",
                role="article",
                via=None,
                url=f"http://www.yunxi.example.cn/{run_id}/{number}",
                fetched_at=datetime.now(UTC),
                status=304 if unmodified else 200,
                body=body,
                revalidates=chance.choice(known) if unmodified else None,
            )
        )
        sys.stdout.write(f"{capture.capture_id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
