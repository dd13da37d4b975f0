"""The one spider: visits every portal of a shard, each in its own time, and leaves logs and states."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from scrapy import Request, Spider
from scrapy.http import Response

from crawlers.archive.captures import Capture
from crawlers.archive.recorder import crawler_recorder
from crawlers.candidates import Years
from crawlers.fetching import Fetcher, Tally
from crawlers.judging import CrawlJudge
from crawlers.lists import Mode
from crawlers.memory import CANDIDATES, COLUMNS, Memory
from crawlers.politeness import Turns
from crawlers.portals import Portal, Registry
from crawlers.visit import Visit

AT_ONCE = 64
"""Portals visited at the same time; a host is asked one thing at a time whatever this says."""


class JsonLines:
    """Appends rows to a JSONL file, each handed to the system at once; the file appears with its first row."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def write(self, row: dict[str, Any]) -> None:
        """Append one row."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("ab", buffering=0)
        self._file.write((json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8"))

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()


class PortalSpider(Spider):
    """Visits portals. It drives the downloader itself, portal by portal: what to ask next depends on the answer, and
    one request at a time to a host leaves a queue nothing to do."""

    name = "portal"

    def __init__(
        self,
        *,
        run_id: str,
        shard: str,
        registry: Registry,
        memory: Memory,
        judge: CrawlJudge,
        logs: Path,
        out: Path,
        mode: Mode,
        years: Years,
        agent: str,
        timeout_s: float,
        say: Callable[[dict[str, Any]], None],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.run_id = run_id
        self.registry = registry
        self.memory = memory
        self.judge = judge
        self.mode = mode
        self.years = years
        self.agent = agent
        self.timeout_s = timeout_s
        self.say = say
        self.candidates_log = JsonLines(logs / CANDIDATES / f"{run_id}-{shard}.jsonl")
        self.columns_log = JsonLines(logs / COLUMNS / f"{run_id}-{shard}.jsonl")
        self.portals_log = JsonLines(out / "portals.jsonl")
        self.faults: list[BaseException] = []
        """What went wrong in the crawl itself, as opposed to a portal."""
        self.left_alone = 0
        """Portals of which nothing was asked, for their hosts have blocked on several nights."""
        self.unfinished: set[str] = {portal.id for portal in registry}

    async def start(self) -> AsyncIterator[Any]:
        """Visit all portals; yields nothing, for nothing is scheduled."""
        fetcher = Fetcher(
            self._download,
            self._refuse,
            judge=self.judge,
            agent=self.agent,
            past=self.memory.past,
            turns=Turns(),
            timeout_s=self.timeout_s,
            on_capture=self._tell,
        )
        room = asyncio.Semaphore(AT_ONCE)
        visits = [asyncio.ensure_future(self._visit(portal, fetcher, room)) for portal in self.registry]
        try:
            # A fault in the visit of one portal fails the crawl, and costs no other portal its own visit.
            ends = await asyncio.gather(*visits, return_exceptions=True)
            self.faults += [end for end in ends if isinstance(end, Exception)]
        finally:
            for visit in visits:
                visit.cancel()
        return
        yield  # makes this an iterator, as Scrapy asks

    async def _visit(self, portal: Portal, fetcher: Fetcher, room: asyncio.Semaphore) -> None:
        async with room:
            self.say({"event": "portal_started", "portal_id": portal.id, "name": portal.name})
            visit = Visit(
                portal,
                fetcher,
                self.memory,
                self.run_id,
                lambda: datetime.now(UTC),
                self.candidates_log.write,
                self.columns_log.write,
                self.mode,
                self.years,
            )
            outcome = await visit.run()
            self.left_alone += outcome.left_alone
            tally = fetcher.tallies.get(portal.id, Tally())
            row = {
                "run_id": self.run_id,
                "portal_id": portal.id,
                "state": outcome.state,
                "reason": outcome.reason,
                "requests": tally.requests,
                "captures": tally.captures,
                "candidates": outcome.candidates,
            }
            self.portals_log.write(row)
            self.unfinished.discard(portal.id)
            self.say({"event": "portal_done", **row, "verdicts": tally.verdicts})

    async def _download(self, request: Request) -> Response:
        assert self.crawler.engine is not None
        return await self.crawler.engine.download_async(request)

    def _refuse(self, request: Request, sentence: str) -> Capture:
        return crawler_recorder(self.crawler).refuse(request, sentence)

    def _tell(self, capture: Capture) -> None:
        self.say(
            {
                "event": "capture",
                "portal_id": capture.portal_id,
                "role": capture.role,
                "url": capture.url,
                "status": capture.status,
                "verdict": capture.verdict,
            }
        )

    def closed(self, reason: str) -> None:
        """Close the logs."""
        for log in (self.candidates_log, self.columns_log, self.portals_log):
            log.close()
