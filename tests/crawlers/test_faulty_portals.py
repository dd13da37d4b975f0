"""Portals that go wrong in every way: no crash, no request off the allow-list, the right verdict, others unharmed."""

from __future__ import annotations

import gzip
import time
from pathlib import Path
from typing import IO

import pytest

from tests.crawlers.crawling import Crawl, crawl, entry
from tests.crawlers.loopback_portal import Answer, Portal, article, html, listing, serve

HTML = {"Content-Type": "text/html; charset=utf-8"}
NAMES = tuple(f"{branch}局" for branch in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地")


def title(number: int) -> str:
    return f"青山市{NAMES[number]}2024年度法治政府建设年度报告"


def endless(out: IO[bytes]) -> None:
    while True:
        out.write(b"<p>" + b"x" * 65536 + b"</p>")


def drip(out: IO[bytes]) -> None:
    while True:
        out.write(b"<p>")
        out.flush()
        time.sleep(0.25)


def faulty_pages(elsewhere: str) -> dict[str, Answer]:
    packed = gzip.compress(article("青山").body)
    gzipped = HTML | {"Content-Encoding": "gzip"}
    faults = {
        "/home.html": html("".join(f'<a href="/c{n}/">栏目{n}</a>' for n in range(60)), title="青山市政府门户网站"),
        "/loop.html": Answer(status=302, headers={"Location": "/loop.html"}),
        "/to.html": Answer(status=301, headers={"Location": "/fro.html"}),
        "/chain0.html": Answer(status=302, headers={"Location": "/chain1.html"}),
        "/passwords.html": Answer(status=302, headers={"Location": "file:///etc/passwd"}),
        "/metadata.html": Answer(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
        "/elsewhere.html": Answer(status=302, headers={"Location": f"{elsewhere}/stolen.html"}),
        "/endless.html": Answer(headers=HTML, write=endless),
        "/bomb.html": Answer(gzip.compress(bytes(30_000_000)), headers=gzipped),
        "/cut.html": Answer(packed[: len(packed) // 2], headers=gzipped),
        "/drip.html": Answer(headers=HTML, write=drip),
        "/short.html": Answer(article("青山").body, headers=HTML | {"Content-Length": "999999"}),
        "/soft404.html": html("<p>您访问的页面不存在</p>"),
        "/stub.html": html("好"),
        "/deleted.html": Answer(status=302, headers={"Location": "/"}),
        "/gone.html": Answer(b"", 404),
        "/lead.html": html(
            '<div class="content"><p>附件：<a href="/files/..%2f..%2f..%2fetc%2fx.pdf">附件.pdf</a>'
            '<a href="/files/endless.pdf">附件2.pdf</a><a href="/../../up.pdf">附件3.pdf</a></p></div>'
        ),
        "/cookie.html": Answer(article("青山市2023年度法治政府建设年度报告").body, headers=HTML, cookie="CT6T=a1"),
        "/二〇二四 年.html": article("青山市2022年度法治政府建设年度报告"),
        "/sound.html": article("青山市2024年度法治政府建设年度报告"),
    }
    rows = [(path, title(number)) for number, path in enumerate(faults)]
    rows.insert(0, ("/script.html", "&lt;script&gt;alert(1)&lt;/script&gt;工作动态"))
    beyond = {
        "/fro.html": Answer(status=301, headers={"Location": "/to.html"}),
        **{
            f"/chain{number}.html": Answer(status=302, headers={"Location": f"/chain{number + 1}.html"})
            for number in range(1, 20)
        },
    }
    return {
        "/fz/": listing(rows),
        **beyond,
        "/files/..%2f..%2f..%2fetc%2fx.pdf": html("<h1>出错了，请稍后再试</h1>" * 3),
        "/files/endless.pdf": Answer(headers={"Content-Type": "application/pdf"}, write=endless),
        "/up.pdf": Answer(b"%PDF-1.4\n" + b"x" * 1000, headers={"Content-Type": "application/pdf"}),
        **faults,
    }


def walled(wall: Answer) -> dict[str, Answer]:
    """A portal whose list is open and whose articles stand behind a wall."""
    reports = [(f"/{number}.html", title(number)) for number in range(6)]
    return {"/fz/": listing(reports)} | {path: wall for path, _ in reports}


EXPECTED = {
    "home.html": "soft_missing",
    "loop.html": "unreachable",
    "fro.html": "unreachable",
    "chain6.html": "unreachable",
    "passwords.html": "refused",
    "metadata.html": "refused",
    "elsewhere.html": "refused",
    "endless.html": "too_large",
    "bomb.html": "too_large",
    "cut.html": "truncated",
    "drip.html": "truncated",
    "short.html": "truncated",
    "%E4%BA%8C%E3%80%87%E4%BA%8C%E5%9B%9B%20%E5%B9%B4.html": "ok",
    "soft404.html": "soft_missing",
    "stub.html": "soft_missing",
    "deleted.html": "soft_missing",
    "gone.html": "missing",
    "lead.html": "ok",
    "files/..%2f..%2f..%2fetc%2fx.pdf": "wrong_type",
    "files/endless.pdf": "too_large",
    "up.pdf": "truncated",
    "cookie.html": "ok",
    "sound.html": "ok",
}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("faulty")
    many = listing([(f"/n/{number}.html", f"工作动态第{number}号通知公告") for number in range(10_000)])
    jsl = b"<script>document.cookie='__jsl_clearance_s=1;path=/'</script>"
    reports = [(f"/{number}.html", title(number)) for number in range(6)]
    with (
        serve({}, address="127.0.0.2") as elsewhere,
        serve(faulty_pages(elsewhere.base), address="127.0.0.3") as faults,
        serve({"/fz/": listing(reports[:2]), "/0.html": article(title(0)), "/1.html": article(title(1))}) as sound,
        serve({"/fz/": many}, address="127.0.0.4") as endless_list,
        serve(walled(Answer(b"<script>$_ts={}</script>", 412, HTML)), address="127.0.0.5") as wall_412,
        serve(walled(Answer(jsl, 521, HTML)), address="127.0.0.5") as wall_521,
        serve(walled(Answer(b"<script>1</script>", 202, HTML)), address="127.0.0.5") as wall_202,
        serve(walled(Answer(jsl, 200, HTML)), address="127.0.0.5") as challenge,
        serve({"/robots.txt": Answer(b"", 503), "/fz/": listing(reports)}, address="127.0.0.6") as silent,
    ):
        with serve({}, address="127.0.0.7") as dead:
            pass  # nothing listens there any more
        portals = {
            "faults": faults,
            "sound": sound,
            "many": endless_list,
            "wall-412": wall_412,
            "wall-521": wall_521,
            "wall-202": wall_202,
            "challenge": challenge,
            "silent": silent,
            "dead": dead,
        }
        registry = "".join(
            entry(name, portal.base, name="青山市人民政府", columns=[portal.base + "/fz/"])
            for name, portal in portals.items()
        )
        outcome = crawl(folder, registry, timeout_s=8.0)
        yield outcome, portals, elsewhere


def test_the_crawl_itself_works(faulty: tuple[Crawl, dict[str, Portal], Portal]):
    outcome, _, _ = faulty
    assert outcome.code == 0, outcome.last_words
    assert outcome.peak_memory is not None
    assert outcome.peak_memory < 300_000_000


@pytest.mark.parametrize(("path", "verdict"), EXPECTED.items(), ids=[path.split(".html")[0] for path in EXPECTED])
def test_verdict(faulty: tuple[Crawl, dict[str, Portal], Portal], path: str, verdict: str):
    outcome, _, _ = faulty
    assert outcome.verdicts("faults")[path] == verdict


def test_nothing_off_the_allow_list_was_asked(faulty: tuple[Crawl, dict[str, Portal], Portal]):
    _, _, elsewhere = faulty
    assert elsewhere.asked == []


def test_other_portals_are_unharmed(faulty: tuple[Crawl, dict[str, Portal], Portal]):
    outcome, _, _ = faulty
    assert outcome.states["sound"]["state"] == "ok"
    assert {path: verdict for path, verdict in outcome.verdicts("sound").items() if path.endswith("html")} == {
        "0.html": "ok",
        "1.html": "ok",
    }


def test_a_page_of_ten_thousand_links_is_bounded(faulty: tuple[Crawl, dict[str, Portal], Portal]):
    outcome, portals, _ = faulty
    assert outcome.states["many"]["state"] == "empty"
    assert portals["many"].paths() == ["/robots.txt", "/fz/"]


@pytest.mark.parametrize("name", ["wall-412", "wall-521", "wall-202", "challenge"])
def test_a_walled_host_is_left_alone(faulty: tuple[Crawl, dict[str, Portal], Portal], name: str):
    outcome, portals, _ = faulty
    assert outcome.states[name]["state"] == "blocked"
    assert portals[name].paths() == ["/robots.txt", "/fz/", "/0.html", "/1.html"]


def test_a_host_that_refuses_connections_is_named_as_such(faulty: tuple[Crawl, dict[str, Portal], Portal]):
    outcome, _, _ = faulty
    row = outcome.states["dead"]
    assert row["state"] == "unreachable"
    assert row["reason"].startswith("127.0.0.7 refuses connections: no web server listens on port ")


def test_no_name_of_a_file_comes_from_the_net(faulty: tuple[Crawl, dict[str, Portal], Portal]):
    outcome, _, _ = faulty
    names = {path.name for path in outcome.archive.rglob("*") if path.is_file()}
    assert names == {f"{outcome.run_id}-0.jsonl", f"{outcome.run_id}-0-00000.warc.gz"}


def test_a_script_in_a_title_stays_a_text(faulty: tuple[Crawl, dict[str, Portal], Portal]):
    outcome, _, _ = faulty
    row = next(row for row in outcome.candidates if row["url"].endswith("/script.html"))
    assert (row["title"], row["decision"]) == ("<script>alert(1)</script>工作动态", "not_report")


def test_a_host_whose_robots_txt_fails_is_asked_nothing_else(faulty: tuple[Crawl, dict[str, Portal], Portal]):
    outcome, portals, _ = faulty
    assert outcome.states["silent"]["state"] == "unreachable"
    assert "503" in outcome.states["silent"]["reason"]
    assert set(portals["silent"].paths()) == {"/robots.txt"}


def test_a_guard_that_only_wants_its_cookie_back_is_passed(faulty: tuple[Crawl, dict[str, Portal], Portal]):
    _, portals, _ = faulty
    assert [status for _, path, status in portals["faults"].asked if path == "/cookie.html"] == [302, 200]
