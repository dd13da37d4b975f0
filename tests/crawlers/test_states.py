"""The state of a portal after a night, and the reason that a person reads."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.crawlers.loopback_portal import Answer, article, html, listing
from tests.crawlers.nights import BASE, Night, Nights

REPORT = "青山市人民政府2024年度法治政府建设年度报告"
NEWS = [(f"/n/100{number}.html", f"青山市司法局召开第{number}次行政执法监督工作会议") for number in range(5)]
LIST = {"/fz/": listing([("/r/1.html", REPORT), *NEWS]), "/r/1.html": article(REPORT)}
UNDATED = html("<div class='list'><ul>" + "".join(f'<li><a href="{url}">{title}</a></li>' for url, title in NEWS))
OTHERS = listing([(f"/x/{number}.html", f"青山市图书馆第{number}期少儿读书活动公告") for number in range(3)])
WALL = Answer(b"<script>$_ts={}</script>", 412)

Pages = dict[str, Answer | None]


def nights_of(tmp_path: Path, *nights: Pages) -> Night:
    """The last of some nights."""
    portal = Nights(tmp_path, {})
    for number, pages in enumerate(nights):
        portal.pages = pages
        night = asyncio.run(portal.later(days=1 if number else 0).run())
    return night


@pytest.mark.parametrize(
    ("nights", "state", "reason"),
    [
        pytest.param([LIST], "ok", None, id="ok"),
        pytest.param([LIST, LIST], "ok", None, id="ok-and-nothing-new"),
        pytest.param(
            [
                {"/fz/": listing([("/r/1.html", REPORT), *NEWS], after="<a href='/fz/index_1.html'>下一页</a>")}
                | {"/r/1.html": article(REPORT)}
            ],
            "ok",
            f"{BASE}/fz/ leads on to {BASE}/fz/index_1.html, which is not there.",
            id="ok-but-a-page-behind-is-missing",
        ),
        pytest.param(
            [LIST | {"/r/1.html": Answer(b"", 500)}],
            "ok",
            "1 documents or files did not come (1 unreachable) and will be asked for again.",
            id="ok-but-a-document-is-missing",
        ),
        pytest.param(
            [{"/fz/": listing(NEWS)}],
            "empty",
            "1 column was read and none of the 5 titles is that of an annual report.",
            id="no-title-is-a-reports",
        ),
        pytest.param(
            [{"/fz/": html("<div class='list'><ul></ul><p>暂无信息</p></div>")}],
            "empty",
            f"The list {BASE}/fz/ has no entries.",
            id="a-list-without-entries",
        ),
        pytest.param(
            [LIST, {"/fz/": html("<div class='neu'></div>")}],
            "drift",
            f"The list {BASE}/fz/ had 6 entries and now none can be read.",
            id="entries-vanished",
        ),
        pytest.param(
            [LIST, LIST | {"/fz/": UNDATED}],
            "drift",
            f"The entries of {BASE}/fz/ had dates and now have none.",
            id="dates-vanished",
        ),
        pytest.param(
            [LIST, {"/fz/": html("<div>共6条</div><script src='/js/main.js'></script>"), "/js/main.js": Answer(b"")}],
            "drift",
            f"The list {BASE}/fz/ had 6 entries and now none can be read. The page states 6 entries and shows none",
            id="entries-vanished-and-no-script-tells-of-them",
        ),
        pytest.param(
            [LIST, {"/fz/": OTHERS}],
            "drift",
            f"None of the entries that {BASE}/fz/ had is there any more.",
            id="other-entries",
        ),
        pytest.param(
            [LIST, {}],
            "drift",
            f"The list {BASE}/fz/ was there before and is gone: the host says there is no such page (404).",
            id="list-gone",
        ),
        pytest.param(
            [{}],
            "drift",
            f"The list {BASE}/fz/ is not there: the host says there is no such page (404).",
            id="list-never-there",
        ),
        pytest.param(
            [LIST, {"/fz/": WALL}], "blocked", "A script challenge (瑞数) stands before the page.", id="blocked"
        ),
        pytest.param(
            [{"/robots.txt": Answer(b"User-agent: *\nDisallow: /"), "/fz/": LIST["/fz/"]}],
            "blocked",
            f"{BASE}/fz/ was not asked: robots.txt forbids this address.",
            id="forbidden-by-robots-txt",
        ),
        pytest.param(
            [{"/robots.txt": None}],
            "unreachable",
            "www.qingshan.example refuses connections: no web server listens on port 80; "
            "without its robots.txt nothing else may be asked.",
            id="no-answer",
        ),
        pytest.param(
            [{"/fz/": Answer(b"", 502)}],
            "unreachable",
            f"{BASE}/fz/ could not be read: the host answered 502.",
            id="server-error",
        ),
    ],
)
def test_state(tmp_path: Path, nights: list[Pages], state: str, reason: str | None):
    outcome = nights_of(tmp_path, *nights).outcome
    assert outcome.state == state
    assert (outcome.reason or "").startswith(reason or "")
    assert reason or not outcome.reason


def test_what_was_collected_stays_known_while_a_portal_drifts(tmp_path: Path):
    portal = Nights(tmp_path, dict(LIST))
    asyncio.run(portal.run())
    portal.pages["/fz/"] = html("<p>改版中</p>")
    assert "/r/1.html 304" in asyncio.run(portal.later(days=1).run()).asked
    portal.pages["/fz/"] = LIST["/fz/"]
    assert asyncio.run(portal.later(days=1).run()).outcome.state == "ok"
