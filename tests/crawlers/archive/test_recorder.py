"""Scrapy's part: what the archive holds is what went over the wire, whatever the middlewares make of it."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from scrapy import Request
from scrapy.utils.test import get_crawler

from crawlers.archive.check import check
from crawlers.archive.reader import ArchiveReader
from crawlers.archive.recorder import Recorder
from crawlers.archive.store import Store
from crawlers.archive.writer import ArchiveClosed
from tests.crawlers.archive.exchanges import writer
from tests.crawlers.archive.odd_server import ANSWERS, GZIPPED, PAGE, serving


class Crawled:
    """An archive, and what the spider saw."""

    def __init__(self, root: Path, *options: str) -> None:
        with serving() as self.base:
            command = [sys.executable, "-m", "tests.crawlers.archive.crawl_odd_server", str(root), self.base, *options]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=_ROOT)
        self.code = done.returncode
        self.log = done.stderr
        self.seen: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
        self.archive = ArchiveReader(root)


_ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    return Crawled(tmp_path_factory.mktemp("archive"), "refuse")


def test_the_archive_is_sound_and_holds_every_exchange_once(crawled: Crawled) -> None:
    assert crawled.code == 0, crawled.log
    assert check(Store(crawled.archive.store.root)).findings == []
    urls = [row.url.removeprefix(crawled.base) for row in crawled.archive.log]
    wanted = [path.decode() for path in ANSWERS] + ["/mute", "http://127.0.0.1:1/", "/forbidden"]
    assert sorted(urls) == sorted(wanted)


WIRE = [
    ("/robots.txt", 404, "missing", b""),
    ("/list?page=2&q=%E6%B3%95&page=3", 200, "ok", PAGE),
    ("/gzip", 200, "ok", GZIPPED),
    ("/repeated", 200, "ok", PAGE),
    ("/chunked", 200, "ok", b"abcde"),
    ("/moved", 302, "ok", b""),
    ("/unmodified", 304, "ok", b""),
    ("/challenge", 412, "missing", b"<script></script>"),
    ("/error", 500, "missing", b"oops"),
    ("/empty", 200, "ok", b""),
    ("/nothing", 204, "ok", b""),
    ("/no-phrase", 200, "ok", PAGE),
    ("/cut", 200, "truncated", b"abc"),
    ("/big", 200, "too_large", b""),
    ("/slow", 200, "truncated", b""),
]


@pytest.mark.parametrize(("path", "status", "verdict", "body"), WIRE, ids=[row[0] for row in WIRE])
def test_status_verdict_and_body_as_sent(crawled: Crawled, path: str, status: int, verdict: str, body: bytes) -> None:
    row = crawled.archive.log.of_url(crawled.base + path)[0]
    assert (row.status, row.verdict, row.portal_id, row.role, row.via) == (
        status,
        verdict,
        "yunxi",
        "article",
        f"{crawled.base}/",
    )
    assert crawled.archive.open(row).body == body


@pytest.mark.parametrize("path", [path.decode() for path in ANSWERS])
def test_head_is_byte_for_byte_what_the_server_wrote(crawled: Crawled, path: str) -> None:
    row = crawled.archive.log.of_url(crawled.base + path)[0]
    block = zlib.decompress(crawled.archive.raw(row), zlib.MAX_WBITS + 16).partition(b"\r\n\r\n")[2]
    sent = ANSWERS[path.encode()].partition(b"\r\n\r\n")[0]
    written = block.partition(b"\r\n\r\n")[0]
    assert written.replace(b"X-Archive-Orig-Transfer-Encoding", b"Transfer-Encoding") == sent


def test_ip_address_and_request_as_sent_are_kept(crawled: Crawled) -> None:
    wanted = crawled.base + "/list?page=2&q=%E6%B3%95&page=3"
    name = next(iter(crawled.archive.log)).warc_file
    with crawled.archive.store.open(name) as file:
        (found,) = [
            (record.http_headers.status_line, dict(record.http_headers.items()), record.headers["WARC-IP-Address"])
            for record in ArchiveIterator(file, record_types=WarcRecordType.request)
            if record.headers["WARC-Target-URI"] == wanted
        ]
    line, headers, address = found
    assert line == "GET /list?page=2&q=%E6%B3%95&page=3 HTTP/1.1"
    assert headers["Host"] == crawled.base.removeprefix("http://")
    assert "Accept-Encoding" in headers
    assert address == "127.0.0.1"


SILENT = [
    ("/mute", "unreachable", "DownloadTimeoutError"),
    ("http://127.0.0.1:1/", "unreachable", "DownloadConnectionRefusedError"),
    ("/forbidden", "refused", "robots.txt forbids it."),
]


@pytest.mark.parametrize(("path", "verdict", "reason"), SILENT, ids=[row[0] for row in SILENT])
def test_an_exchange_without_an_answer_is_archived(crawled: Crawled, path: str, verdict: str, reason: str) -> None:
    (row,) = crawled.archive.log.of_url(path if "://" in path else crawled.base + path)
    assert (row.status, row.verdict, row.payload_digest) == (None, verdict, None)
    assert row.reason is not None
    assert row.reason.startswith(reason)


def test_the_spider_gets_the_capture_with_answer_and_failure(crawled: Crawled) -> None:
    assert {outcome["capture"] for outcome in crawled.seen} <= {row.capture_id for row in crawled.archive.log}
    errors = {outcome["url"].removeprefix(crawled.base): outcome.get("error") for outcome in crawled.seen}
    assert {path: error for path, error in errors.items() if error} == {
        "/big#part": "DownloadCancelledError",
        "/slow#part": "DownloadTimeoutError",
        "/mute#part": "DownloadTimeoutError",
        "http://127.0.0.1:1/": "DownloadConnectionRefusedError",
    }


def test_no_response_that_was_not_archived_reaches_the_spider(tmp_path: Path) -> None:
    crawled = Crawled(tmp_path, "disk-full")
    assert crawled.code == 3
    assert "The disk is full." in crawled.log
    captures = [row.capture_id for row in crawled.archive.log]
    assert len(captures) == 3
    answered = [outcome["capture"] for outcome in crawled.seen if "body" in outcome]
    assert set(answered) <= set(captures)
    assert check(Store(tmp_path)).sound


def test_an_answer_after_the_end_is_no_fault_of_the_archive(tmp_path: Path) -> None:
    out = writer(tmp_path)
    recorder = Recorder(get_crawler(), out)
    out.close()
    late = Request("http://127.0.0.1:1/late", meta={"portal_id": "yunxi", "role": "article"})
    with pytest.raises(ArchiveClosed):
        recorder.refuse(late, "robots.txt forbids it.")
    assert recorder.failure is None
    assert "capture" not in late.meta
