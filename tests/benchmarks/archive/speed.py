"""How fast the archive is written, checked and read again: `python -m tests.benchmarks.archive.speed [EXCHANGES]`.

Each figure stands beside that of a peer measured in turns with it in the same run, best of several rounds:

- writing: an exchange as response and request, against warcio alone writing the same two records
- checking: `archive check`, against fastwarc reading the same files with all digests
- re-extraction: documents of the sample portals in sealed processes, one against two, after the processes have started
"""

from __future__ import annotations

import io
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from crawlers.archive.captures import Capture
from crawlers.archive.check import check
from crawlers.archive.exchange import Exchange
from crawlers.archive.store import Store
from crawlers.portals import Portal
from crawlers.sample.documents import sample_portals, sample_reports
from crawlers.sample.pages import render_portal
from flows.loading.batches import Job, Rows, read_job
from flows.loading.documents import Address
from flows.loading.sealed import in_sealed_processes
from tests.crawlers.archive.exchanges import BASE, NOON, exchange, writer

ROUNDS = 3
GOALS = {"written": 0.9, "checked": 0.8, "scaling": 1.8}


def pages(count: int) -> list[Exchange]:
    """Answers of some 30 KB that compress like a portal's pages, no two alike."""
    chance = random.Random(20260401)
    words = [chr(chance.randrange(0x4E00, 0x9FA5)) + chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(3000)]
    return [
        exchange(f"/content/post_{number}.html", body="<p>".join(chance.choices(words, k=3300)).encode())
        for number in range(count)
    ]


def times(task: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall seconds of a task."""
    cpu, wall = time.process_time(), time.perf_counter()
    task()
    return time.process_time() - cpu, time.perf_counter() - wall


def write_ours(root: Path, exchanges: list[Exchange]) -> None:
    """An archive of these exchanges."""
    out = writer(root)
    for item in exchanges:
        out.record(item)
    out.close()


def write_warcio(path: Path, exchanges: list[Exchange]) -> None:
    """The same records by warcio, and nothing else."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with path.open("wb") as file:
        out = WARCWriter(file, gzip=True, warc_version="1.1")
        for item in exchanges:
            headers = [(name.decode(), value.decode()) for name, value in item.response_headers]
            response = out.create_warc_record(
                item.url,
                "response",
                payload=io.BytesIO(item.body),
                http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
            )
            asked = [(name.decode(), value.decode()) for name, value in item.request_headers]
            request = out.create_warc_record(
                item.url,
                "request",
                payload=io.BytesIO(b""),
                http_headers=StatusAndHeaders(f"GET {item.target} HTTP/1.1", asked, is_http_request=True),
            )
            out.write_request_response_pair(request, response)


def read_fastwarc(root: Path) -> None:
    """Every record with its digests, by fastwarc."""
    from fastwarc.warc import ArchiveIterator

    for path in sorted((root / "warc").iterdir()):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                record.verify_block_digest()
                if "WARC-Payload-Digest" in record.headers:
                    record.verify_payload_digest()


def jobs(count: int) -> list[Job]:
    """Documents of the sample portals, again and again."""
    found = []
    for sample in sample_portals():
        portal = Portal(id=sample.id, name=sample.name, region_code=sample.region_code, base_url="http://127.0.0.1:9")
        resources = render_portal(sample, portal.base_url, 1)
        for report in sample_reports():
            path = report.file or report.path
            if report.portal != sample.id:
                continue
            capture = Capture(
                capture_id=report.key,
                run_id="20260401T040000Z-nightly",
                portal_id=portal.id,
                url=portal.base_url + path,
                fetched_at=f"{NOON:%Y-%m-%dT%H:%M:%S.%fZ}",
                role="article",
                via=BASE,
                status=200,
                verdict="ok",
                reason=None,
                content_type=resources[path].content_type,
                payload_digest=None,
                etag=None,
                last_modified=None,
                warc_file="warc/a.warc.gz",
                offset=0,
                length=0,
                record_id=f"<urn:uuid:{report.key}>",
                refers_to=None,
            )
            bodies = {report.key: (resources[path].body, resources[path].content_type)}
            address = Address(portal, capture.url, capture, (), (), {"decision": "report", "title": report.title})
            found.append(Job(address, bodies, capture.run_id))
    return list(islice(cycle(found), count))


def documents_a_second(documents: list[Job], processes: int) -> tuple[float, float]:
    """Documents a wall second, and a CPU second of the reading processes, once these have started."""
    results = in_sealed_processes(_timed, documents, processes, lambda job: ({}, 0.0))
    warm = 4 * processes
    for _ in range(warm):
        next(results)
    began = time.perf_counter()
    spent = [seconds for _, seconds in results]
    return len(spent) / (time.perf_counter() - began), len(spent) / sum(spent)


def _timed(job: Job) -> tuple[Rows, float]:
    began = time.process_time()
    rows = read_job(job)
    return rows, time.process_time() - began


def main(count: int = 600) -> int:
    """Print the table; 1 when a goal is missed."""
    exchanges = pages(count)
    least: dict[str, tuple[float, float]] = {}

    def measure(name: str, task: Callable[[], object]) -> None:
        cpu, wall = times(task)
        known = least.get(name, (cpu, wall))
        least[name] = min(known[0], cpu), min(known[1], wall)

    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ROUNDS):
            root = Path(folder) / f"{turn}"
            measure("ours", lambda root=root: write_ours(root, exchanges))  # type: ignore[misc]
            measure("warcio", lambda root=root: write_warcio(root / "peer.warc.gz", exchanges))  # type: ignore[misc]
        unpacked = sum(len(item.body) for item in exchanges) / 1e6
        for _ in range(2 * ROUNDS):
            measure("check", lambda: check(Store(root)))
            measure("fastwarc", lambda: read_fastwarc(root))
    documents = jobs(count)
    read = {processes: documents_a_second(documents, processes) for processes in (1, 2)}
    ratios = {
        "written": least["warcio"][0] / least["ours"][0],
        "checked": least["fastwarc"][1] / least["check"][1],
        "scaling": read[2][0] / read[1][0],
    }
    table = Table("what", "ours", "peer", "ratio", "goal", title=f"{count} exchanges, load {os.getloadavg()[0]:.1f}")
    rows = [
        (
            "written",
            f"{2 * count / least['ours'][0]:.0f} records/CPU s",
            f"{2 * count / least['warcio'][0]:.0f} (warcio)",
        ),
        ("checked", f"{unpacked / least['check'][1]:.0f} MB/s", f"{unpacked / least['fastwarc'][1]:.0f} (fastwarc)"),
        ("scaling", f"{read[2][0]:.0f} documents/s in two", f"{read[1][0]:.0f} in one"),
    ]
    for name, ours, peer in rows:
        table.add_row(name, ours, peer, f"{ratios[name]:.2f}", f"{GOALS[name]}")
    Console().print(table)
    print(f"check takes {least['check'][0] / least['fastwarc'][0]:.2f} times the CPU time of fastwarc.")
    print(f"{read[1][1]:.1f} documents a core second.")
    return 1 if any(ratios[name] < goal for name, goal in GOALS.items()) else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
