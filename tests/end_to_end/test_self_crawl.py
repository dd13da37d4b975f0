"""The archive of the sample nights: exactly the exchanges that the portals saw, and every reader reads the same."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.end_to_end.nights import Night

pytestmark = pytest.mark.end_to_end


class Read(NamedTuple):
    """A record as a reader of WARC files sees it."""

    offset: int
    type: str
    record_id: str
    url: str | None
    block: str
    """SHA-256 of the block."""


def by_fastwarc(path: Path) -> Iterator[Read]:
    from fastwarc.warc import ArchiveIterator

    with path.open("rb") as file:
        for record in ArchiveIterator(file, parse_http=False):
            block = hashlib.sha256(record.reader.read()).hexdigest()
            headers = record.headers
            yield Read(
                record.stream_pos,
                headers["WARC-Type"],
                headers["WARC-Record-ID"],
                headers.get("WARC-Target-URI"),
                block,
            )


def by_warcio(path: Path) -> Iterator[Read]:
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as file:
        records = ArchiveIterator(file, no_record_parse=True)
        for record in records:
            block = hashlib.sha256(record.raw_stream.read()).hexdigest()
            headers = record.rec_headers
            yield Read(
                records.get_record_offset(),
                record.rec_type,
                headers.get_header("WARC-Record-ID"),
                headers.get_header("WARC-Target-URI"),
                block,
            )


@pytest.fixture(scope="module")
def warcs(nights: dict[int, Night], two_nights_data: Path) -> list[Path]:
    assert nights[2].exit_code == 0, nights[2].printed
    return sorted((two_nights_data / "archive" / "warc").iterdir())


def test_warcio_and_fastwarc_read_the_same(warcs: list[Path]) -> None:
    for path in warcs:
        assert list(by_warcio(path)) == list(by_fastwarc(path))


def test_cdxj_indexer_finds_what_the_capture_log_says(warcs: list[Path], two_nights_data: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("cdxj-indexer"), *warcs], capture_output=True, text=True, check=True
    )
    indexed = [json.loads(line.split(" ", 2)[2]) for line in done.stdout.splitlines()]
    logs = sorted((two_nights_data / "archive" / "captures").iterdir())
    logged = [json.loads(line) for log in logs for line in log.read_text("utf-8").splitlines()]
    assert Counter((row["url"], row["filename"], int(row["offset"]), int(row["length"])) for row in indexed) == Counter(
        (row["url"], row["warc_file"].rsplit("/", 1)[-1], row["offset"], row["length"])
        for row in logged
        if row["status"] is not None
    )


@pytest.mark.parametrize("night", [1, 2])
def test_each_exchange_is_there_once(nights: dict[int, Night], warcs: list[Path], night: int) -> None:
    from fastwarc.warc import ArchiveIterator

    runs = sorted({path.name.rsplit("-", 2)[0] for path in warcs})
    answers: Counter[tuple[str, int]] = Counter()
    types: Counter[str] = Counter()
    profiles: Counter[str] = Counter()
    for path in warcs:
        if not path.name.startswith(runs[night - 1]):
            continue
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                kind = record.headers["WARC-Type"]
                types[kind] += 1
                if kind in ("response", "revisit"):
                    parts = urlsplit(record.headers["WARC-Target-URI"])
                    target = parts.path + (f"?{parts.query}" if parts.query else "")
                    answers[target, int(record.http_headers.status_code)] += 1
                if kind == "revisit":
                    profiles[record.headers["WARC-Profile"].rsplit("/", 1)[-1]] += 1
    seen = nights[night].requests
    assert answers == Counter((request.path, request.status) for request in seen)
    assert types["request"] == len(seen) == types["response"] + types["revisit"]
    assert types["warcinfo"] == len([path for path in warcs if path.name.startswith(runs[night - 1])])
    assert set(types) <= {"warcinfo", "request", "response", "revisit"}
    assert profiles["server-not-modified"] == len([request for request in seen if request.status == 304])
