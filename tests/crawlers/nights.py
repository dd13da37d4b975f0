"""Nights on a portal that is a table, under a clock that the test turns: no network, no waiting, a real archive."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.exceptions import DownloadConnectionRefusedError
from scrapy.http import Response

from crawlers.archive.capture_log import CaptureLog
from crawlers.archive.captures import Capture
from crawlers.archive.exchange import Exchange, Headers, Judgement
from crawlers.archive.store import Store
from crawlers.archive.writer import ArchiveWriter
from crawlers.candidates import EVERY_YEAR, Years
from crawlers.fetching import Fetcher
from crawlers.judging import CrawlJudge
from crawlers.lists import Mode
from crawlers.memory import Memory
from crawlers.politeness import Turns
from crawlers.portals import Portal
from crawlers.spiders.portal import JsonLines
from crawlers.visit import Outcome, Visit
from tests.crawlers.loopback_portal import Answer

BASE = "http://www.qingshan.example"


class StoppedError(Exception):
    """The run was stopped, as by SIGTERM."""


@dataclass
class Night:
    """What one run did."""

    outcome: Outcome
    asked: list[str]
    """`path status`, in order, robots.txt aside; a status of 0 where no answer came."""
    captures: list[Capture]

    def paths(self) -> list[str]:
        return [line.rsplit(" ", 1)[0] for line in self.asked]


@dataclass
class Nights:
    """A portal and its archive. `pages` may be changed between nights; a page of None does not answer at all."""

    folder: Path
    pages: dict[str, Answer | None]
    columns: tuple[str, ...] = ("/fz/",)
    facts: dict[str, Any] = field(default_factory=dict)
    now: datetime = datetime(2025, 1, 10, 2, tzinfo=UTC)
    count: int = 0

    @property
    def portal(self) -> Portal:
        entry = {"id": "qingshan", "name": "青山市人民政府", "region_code": "990100", "base_url": BASE, "delay_s": 0}
        return Portal.model_validate(entry | {"columns": [BASE + path for path in self.columns]} | self.facts)

    def later(self, **time: float) -> Nights:
        """Turn the clock forward."""
        self.now += timedelta(**time)
        return self

    async def run(self, mode: Mode = "nightly", years: Years = EVERY_YEAR, stop_after: int | None = None) -> Night:
        """Run once; `stop_after` so many requests it is stopped, and the archive closed."""
        self.count += 1
        run_id = f"{self.now:%Y%m%dT%H%M%SZ}-{self.count}"
        store, portal = Store(self.folder), self.portal
        judge = CrawlJudge({portal.id: portal})
        memory = Memory.read(store, [portal.id])
        asked: list[str] = []
        with ArchiveWriter(
            store, run_id=run_id, shard="0", operator="test", contact="test", judge=judge, clock=lambda: self.now
        ) as writer:

            def record(request: Request, judgement: Judgement | None = None, **more: Any) -> Capture:
                meta = request.meta
                exchange = Exchange(
                    portal_id=meta["portal_id"],
                    role=meta["role"],
                    via=meta.get("via"),
                    url=request.url,
                    fetched_at=self.now,
                    revalidates=meta.get("revalidates"),
                    **more,
                )
                capture = request.meta["capture"] = writer.record(exchange, judgement)
                return capture

            async def download(request: Request) -> Response:
                if stop_after is not None and len(asked) >= stop_after:
                    raise StoppedError
                path = request.url.removeprefix(BASE)
                answer = self.pages.get(path, Answer(b"<h1>404</h1>", 404))
                if answer is None:
                    asked.append(f"{path} 0")
                    record(request, error="DownloadConnectionRefusedError: Connection was refused by other side.")
                    raise DownloadConnectionRefusedError("refused")
                known = request.headers.get(b"If-None-Match")
                status = 304 if answer.etag and known == answer.etag.encode() else answer.status
                if path != "/robots.txt":
                    asked.append(f"{path} {status}")
                headers = answer.headers | ({"ETag": answer.etag} if answer.etag else {})
                body = b"" if status == 304 else answer.body
                sent: Headers = tuple((name.encode(), value.encode()) for name, value in headers.items())
                record(request, status=status, response_headers=sent, body=body)
                return Response(request.url, status=status, headers=headers, body=body, request=request)

            def refuse(request: Request, sentence: str) -> Capture:
                return record(request, Judgement("refused", sentence), sent=False, error=sentence)

            logs = [JsonLines(self.folder / kind / f"{run_id}-0.jsonl") for kind in ("candidates", "columns")]
            fetcher = Fetcher(download, refuse, judge=judge, agent="Fazhi/test", past=memory.past, turns=Turns())
            visit = Visit(portal, fetcher, memory, run_id, lambda: self.now, logs[0].write, logs[1].write, mode, years)
            try:
                outcome = await visit.run()
            except StoppedError:
                outcome = Outcome("unreachable", "stopped")
            for file in logs:
                file.close()
        return Night(outcome, asked, list(CaptureLog.read(store, run_id=run_id)))
