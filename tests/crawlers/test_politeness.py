"""One request at a time to a host, with its pause, robots.txt first: seen from the server."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import IO

from tests.crawlers.crawling import crawl, entry
from tests.crawlers.loopback_portal import Answer, article, listing, serve

REPORTS = [
    (f"/{number}.html", f"青山市{branch}局2024年度法治政府建设年度报告") for number, branch in enumerate("甲乙丙丁")
]
ROBOTS = Answer(b"User-agent: *\nDisallow: /1.html\n", headers={"Content-Type": "text/plain"})


def test_a_host_is_asked_one_thing_at_a_time_after_its_pause_and_nothing_that_robots_forbids(tmp_path: Path):
    under_way, most = threading.Semaphore(0), []

    def slowly(out: IO[bytes]) -> None:
        under_way.release()
        time.sleep(0.1)
        most.append(under_way._value)
        out.write(article(REPORTS[0][1]).body)
        under_way.acquire()

    html = {"Content-Type": "text/html; charset=utf-8"}
    pages = {path: Answer(headers=html, write=slowly) for path, _ in REPORTS}
    with serve({"/robots.txt": ROBOTS, "/fz/": listing(REPORTS)} | pages) as portal:
        columns = [portal.base + "/fz/"]
        # Two entries of one host share its turns.
        registry = entry("qingshan", portal.base, columns=columns, delay_s=0.3) + entry(
            "qingshan-ju", portal.base, columns=columns, delay_s=0.1
        )
        outcome = crawl(tmp_path, registry)
    assert outcome.code == 0
    assert portal.paths()[0] == "/robots.txt"
    assert portal.paths().count("/robots.txt") == 1
    assert "/1.html" not in portal.paths()
    assert portal.paths().count("/2.html") == 2
    assert set(most) == {1}
    assert portal.shortest_gap() >= 0.3
    assert outcome.verdicts("qingshan")["1.html"] == "refused"
