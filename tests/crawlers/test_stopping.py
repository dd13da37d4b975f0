"""A crawl that is stopped closes its archive, and the next one goes on from there."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.crawlers.crawling import crawl, entry
from tests.crawlers.loopback_portal import article, listing, serve

BRANCHES = "甲乙丙丁戊己庚辛壬癸"
REPORTS = [
    (f"/{number}.html", f"青山市{branch}局2024年度法治政府建设年度报告") for number, branch in enumerate(BRANCHES)
]
PAGES = {"/fz/": listing(REPORTS)} | {path: article(title) for path, title in REPORTS}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_stopped_crawl_leaves_a_closed_archive(tmp_path: Path, number: signal.Signals):
    with serve(PAGES) as portal:

        def stop(process: subprocess.Popen[bytes]) -> None:
            while len(portal.asked) < 5:
                assert process.poll() is None, "the crawl ended before it could be stopped"
                time.sleep(0.01)
            process.send_signal(number)

        registry = entry("qingshan", portal.base, columns=[portal.base + "/fz/"], delay_s=0.2)
        stopped = crawl(tmp_path, registry, run=1, stop=stop)
        asked = len(portal.asked)
        resumed = crawl(tmp_path, registry, run=2)
    assert stopped.code == 1
    assert "was stopped before 1 of 1 portals were done (qingshan)" in stopped.last_words
    assert [path.suffix for path in (tmp_path / "archive" / "warc").iterdir()] == [".gz", ".gz"]
    assert 5 <= asked < len(PAGES)
    assert resumed.code == 0
    fetched = {row["url"] for run in (stopped, resumed) for row in run.captures if row["verdict"] == "ok"}
    assert {portal.base + path for path in PAGES} <= fetched
    whole = [row["url"] for run in (stopped, resumed) for row in run.captures if row["status"] == 200]
    assert len(set(whole) - {portal.base + "/fz/"}) == len(REPORTS)
