"""A crawl in its own process (a reactor starts once): ROOT BASE_URL [disk-full] [refuse]. Prints outcomes as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess

from crawlers.archive.captures import Capture
from crawlers.archive.exchange import Exchange, Judgement
from crawlers.archive.recorder import Recorder
from crawlers.archive.writer import ArchiveWriteFailed, ArchiveWriter
from tests.crawlers.archive.odd_server import ANSWERS, NEVER_ENDING


def judge(exchange: Exchange) -> Judgement:
    """What the status says, no more."""
    if exchange.status is None:
        return Judgement("unreachable", exchange.error)
    if exchange.truncated is not None:
        return Judgement("too_large" if exchange.truncated == "length" else "truncated", exchange.error or "cut short")
    return Judgement("ok", None) if exchange.status < 400 else Judgement("missing", f"status {exchange.status}")


class FullDisk(ArchiveWriter):
    """An archive whose disk is full after three captures."""

    done = 0

    def record(self, exchange: Exchange, judgement: Judgement | None = None) -> Capture:
        self.done += 1
        if self.done > 3:
            raise ArchiveWriteFailed("The disk is full.")
        return super().record(exchange, judgement)


class OddSpider(scrapy.Spider):
    """Asks for everything once."""

    name = "odd"
    base = ""

    async def start(self) -> AsyncIterator[Any]:
        """One request a page, one that is refused, one to a port where nobody listens."""
        meta = {"portal_id": "yunxi", "role": "article", "via": f"{self.base}/"}
        for path in [*ANSWERS, b"/mute"]:
            patience = {"download_timeout": 3.0} if path in NEVER_ENDING else {}
            yield scrapy.Request(self.base + path.decode() + "#part", meta=meta | patience, errback=self.failed)
        yield scrapy.Request("http://127.0.0.1:1/", meta=dict(meta), errback=self.failed)
        recorder = self.crawler.get_extension(Recorder)
        assert recorder is not None
        if recorder.failure is None and "refuse" in sys.argv:
            recorder.refuse(scrapy.Request(f"{self.base}/forbidden", meta=dict(meta)), "robots.txt forbids it.")

    def parse(self, response: scrapy.http.Response) -> None:
        """Say what arrived."""
        told = {"url": response.url, "body": len(response.body), "capture": response.meta["capture"].capture_id}
        sys.stdout.write(json.dumps(told) + "\n")

    def failed(self, failure: Any) -> None:
        """Say what did not."""
        capture = failure.request.meta.get("capture")
        told = {"url": failure.request.url, "error": type(failure.value).__name__}
        sys.stdout.write(json.dumps(told | {"capture": capture and capture.capture_id}) + "\n")


def main(root: str, base: str) -> int:
    """Crawl; 3 when the archive failed."""
    kind = FullDisk if "disk-full" in sys.argv else ArchiveWriter
    handler = "crawlers.archive.recorder.RecordingHandler"
    process = AsyncCrawlerProcess(
        {
            "EXTENSIONS": {"crawlers.archive.recorder.Recorder": 0},
            "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
            "ARCHIVE_WRITER": lambda: kind(
                root, run_id="20260401T040000-nightly", shard="0", operator="tests", contact="tests", judge=judge
            ),
            "DOWNLOAD_FAIL_ON_DATALOSS": False,
            "DOWNLOAD_MAXSIZE": 20_000,
            "HTTPERROR_ALLOW_ALL": True,
            "RETRY_ENABLED": False,
            "COOKIES_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "ERROR",
        }
    )
    crawler = process.create_crawler(OddSpider)
    OddSpider.base = base
    process.crawl(crawler)
    process.start()
    recorder = crawler.get_extension(Recorder)
    return 3 if recorder is None or recorder.failure is not None else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
