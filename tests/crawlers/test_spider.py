"""The one spider: what the visits of many portals mean to one another."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

from crawlers.archive.store import Store
from crawlers.candidates import EVERY_YEAR
from crawlers.fetching import Fetcher
from crawlers.judging import CrawlJudge
from crawlers.memory import Memory
from crawlers.portals import Portal, Registry
from crawlers.spiders.portal import PortalSpider


class _Spider(PortalSpider):
    visited: list[str]

    async def _visit(self, portal: Portal, fetcher: Fetcher, room: asyncio.Semaphore) -> None:
        if portal.id == "a":
            raise ValueError("what nobody thought of")
        await asyncio.sleep(0)
        self.visited.append(portal.id)


def test_a_fault_in_one_visit_fails_the_crawl_and_ends_no_other(tmp_path: Path) -> None:
    registry = Registry(
        portals=tuple(Portal(id=one, name=one, region_code="990100", base_url=f"http://{one}.example") for one in "abc")
    )
    said: dict[str, Any] = {"run_id": "r", "shard": "0", "mode": "nightly", "years": EVERY_YEAR, "agent": "x"}
    spider = _Spider(
        **said,
        registry=registry,
        memory=Memory.read(Store(tmp_path), []),
        judge=CrawlJudge({}),
        logs=tmp_path,
        out=tmp_path,
        timeout_s=1.0,
        say=cast(Any, lambda event: None),
    )
    spider.visited = []

    async def run() -> None:
        async for _ in spider.start():
            pass

    asyncio.run(run())
    assert spider.visited == ["b", "c"]
    assert [str(fault) for fault in spider.faults] == ["what nobody thought of"]
