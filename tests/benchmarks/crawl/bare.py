"""The same site read by Scrapy alone, as its tutorial writes a spider: `python -m tests.benchmarks.crawl.bare URL…`.

It follows the reports of a list, obeys robots.txt, asks each host one thing at a time, and keeps nothing: no archive,
no judgement, and not even the text of what it downloads.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response


class BareSpider(Spider):
    """Follows a column to its articles."""

    name = "bare"
    urls: list[str]

    async def start(self) -> AsyncIterator[Request]:
        for url in self.urls:
            yield Request(url)

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        if "/content/" not in response.url:
            yield from response.follow_all(css=".list a[title*=报告]", callback=self.parse)
            yield from response.follow_all(css="a.next", callback=self.parse)


if __name__ == "__main__":
    process = CrawlerProcess(
        {
            "ROBOTSTXT_OBEY": True,
            "CONCURRENT_REQUESTS": 64,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DOWNLOAD_DELAY": 0,
            "LOG_LEVEL": "WARNING",
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    crawler = process.create_crawler(BareSpider)
    process.crawl(crawler, urls=sys.argv[1:])
    process.start()
    assert crawler.stats is not None
    print(json.dumps({"pages": crawler.stats.get_value("downloader/response_count", 0)}))
