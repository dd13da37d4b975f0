"""What a night asks for, and what it leaves in peace: nights under a clock that the test turns."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from crawlers.candidates import EVERY_YEAR, Years
from crawlers.lists import Mode
from tests.crawlers.loopback_portal import Answer, article, html, listing
from tests.crawlers.nights import BASE, Night, Nights

REPORT = "青山市人民政府2024年度法治政府建设年度报告"


def report(branch: str, year: int = 2024) -> str:
    return f"青山市{branch}局{year}年度法治政府建设年度报告"


def pages_of(entries: list[tuple[str, str]], size: int = 3) -> dict[str, Answer | None]:
    """A list cut into pages `/fz/`, `/fz/index_1.html` …, each with its own validator, and the articles."""
    pages: dict[str, Answer | None] = {path: article(title) for path, title in entries}
    parts = [entries[start : start + size] for start in range(0, len(entries), size)]
    for number, part in enumerate(parts):
        after = f'<a href="/fz/index_{number + 1}.html">下一页</a>' if number + 1 < len(parts) else ""
        path = "/fz/" if not number else f"/fz/index_{number}.html"
        pages[path] = listing(part, after=after, etag=f'"{[*part, number]}"'.encode("unicode-escape").decode())
    return pages


def news(count: int, start: int = 0) -> list[tuple[str, str]]:
    return [(f"/n/{number}.html", f"市司法局召开第{number}次工作会议") for number in range(start, start + count)]


def run(nights: Nights, mode: Mode = "nightly", years: Years = EVERY_YEAR, stop_after: int | None = None) -> Night:
    return asyncio.run(nights.run(mode, years, stop_after))


# -- the list -------------------------------------------------------------------------------------------------------


def test_the_first_night_reads_every_page(tmp_path: Path):
    nights = Nights(tmp_path, pages_of([("/r/1.html", REPORT), *news(7)]))
    assert run(nights).asked == ["/fz/ 200", "/fz/index_1.html 200", "/fz/index_2.html 200", "/r/1.html 200"]


def test_a_night_with_nothing_new_asks_for_the_first_page_and_the_young_report(tmp_path: Path):
    nights = Nights(tmp_path, pages_of([("/r/1.html", REPORT), *news(7)]))
    run(nights)
    assert run(nights.later(days=1)).asked == ["/fz/ 304", "/r/1.html 304"]


def test_a_list_without_validators_costs_one_request_too(tmp_path: Path):
    pages = pages_of([("/r/1.html", REPORT), *news(7)])
    for answer in pages.values():
        assert answer is not None
        answer.etag = None
    nights = Nights(tmp_path, pages)
    run(nights)
    assert run(nights.later(days=1)).asked == ["/fz/ 200", "/r/1.html 200"]


def test_pages_are_turned_while_they_name_what_is_unknown(tmp_path: Path):
    nights = Nights(tmp_path, pages_of([("/r/1.html", REPORT), *news(11)]))
    run(nights)
    fresh = [("/r/2.html", report("水务")), *news(3, start=20)]
    nights.pages |= pages_of([*fresh, ("/r/1.html", REPORT), *news(11)])
    asked = run(nights.later(days=1)).asked
    # Two pages hold the four new entries; the third holds nothing new, and there it ends.
    assert asked[:3] == ["/fz/ 200", "/fz/index_1.html 200", "/fz/index_2.html 200"]
    assert sorted(asked[3:]) == ["/r/1.html 304", "/r/2.html 200"]


def test_the_look_back_finds_what_was_published_late(tmp_path: Path):
    nights = Nights(tmp_path, pages_of([("/r/1.html", REPORT), *news(8)]))
    run(nights)
    # Back-dated: it appears on the second page, and the first page does not change.
    nights.pages |= pages_of([("/r/1.html", REPORT), *news(3), ("/r/2.html", report("水务")), *news(5, start=3)])
    assert "/r/2.html" not in run(nights.later(days=1)).paths()
    assert "/r/2.html" not in run(nights.later(days=28)).paths()
    assert "/r/2.html 200" in run(nights.later(days=2)).asked


def test_a_list_that_begins_with_the_oldest_is_read_to_its_end_every_night(tmp_path: Path):
    def pages(years: range) -> dict[str, Answer | None]:
        rows = [
            f"<li><a href='/r/{year}.html'>{report('水务', year)}</a><span>{year + 1}-02-01</span></li>"
            for year in years
        ]
        parts = [rows[:3], rows[3:]]
        first = html(f"<ul>{''.join(parts[0])}</ul><a href='/fz/index_1.html'>下一页</a>", etag='"1"')
        articles: dict[str, Answer | None] = {f"/r/{year}.html": article(report("水务", year)) for year in years}
        return articles | {"/fz/": first, "/fz/index_1.html": html(f"<ul>{''.join(parts[1])}</ul>", etag=f'"{years}"')}

    nights = Nights(tmp_path, pages(range(2019, 2024)))
    run(nights)
    nights.pages |= pages(range(2019, 2025))
    assert "/r/2024.html 200" in run(nights.later(days=1)).asked


def test_a_page_that_was_archived_but_never_read_is_asked_for_again(tmp_path: Path):
    nights = Nights(tmp_path, pages_of([("/r/1.html", REPORT), *news(1)]))
    run(nights)
    nights.pages |= pages_of([("/r/2.html", report("水务")), ("/r/1.html", REPORT), *news(1)])
    night = run(nights.later(days=1))
    assert "/r/2.html 200" in night.asked
    # A crash between archive and memory: the list's new page is archived, what it named is lost.
    for log in ("candidates", "columns"):
        sorted((tmp_path / log).iterdir())[-1].unlink()
    assert run(nights.later(days=1)).asked[:1] == ["/fz/ 200"]


def test_columns_that_were_looked_for_in_vain_are_looked_for_again_a_week_later(tmp_path: Path):
    nights = Nights(tmp_path, {"/": html("<p>正在建设</p>")}, columns=())
    assert run(nights).asked[0] == "/ 200"
    quiet = run(nights.later(days=1))
    assert (quiet.asked, quiet.outcome.state) == ([], "empty")
    nights.pages |= {"/": html('<a href="/fz/">法治政府建设年度报告</a>')} | pages_of([("/r/1.html", REPORT), *news(2)])
    assert "/r/1.html 200" in run(nights.later(days=7)).asked


def test_a_copy_on_a_host_that_the_registry_does_not_name_is_no_report_and_is_not_asked(tmp_path: Path):
    copy = ("http://www.copies.example/r/1.html", REPORT)
    nights = Nights(tmp_path, pages_of([copy, *news(1)]))
    assert run(nights).asked == ["/fz/ 200"]
    assert '"foreign_host"' in next((tmp_path / "candidates").iterdir()).read_text("utf-8")


def test_one_report_at_two_addresses_is_asked_for_once(tmp_path: Path):
    twins = [("/fz/content/post_7.html", REPORT), ("/gkmlpt/content/0/0/mpost_7.html", REPORT)]
    nights = Nights(tmp_path, pages_of(twins))
    assert run(nights).asked == ["/fz/ 200", "/fz/content/post_7.html 200"]
    assert run(nights.later(days=1)).asked == ["/fz/ 304", "/fz/content/post_7.html 304"]


def test_a_twin_that_comes_later_is_asked_for_when_the_first_address_is_gone(tmp_path: Path):
    first, twin = "/fz/content/post_7.html", "/gkmlpt/content/0/0/post_7.html"
    nights = Nights(tmp_path, pages_of([(first, REPORT)]))
    run(nights)
    nights.pages |= pages_of([(twin, REPORT), (first, REPORT)])
    assert run(nights.later(days=1)).asked == ["/fz/ 200", f"{first} 304"]
    nights.pages[first] = Answer(b"gone", 404)
    assert run(nights.later(days=1)).asked == ["/fz/ 304", f"{first} 404"]
    assert run(nights.later(days=1)).asked == ["/fz/ 304", f"{twin} 200"]


# -- the reports ----------------------------------------------------------------------------------------------------


def test_a_report_is_asked_again_for_fourteen_nights_and_then_every_thirty_days(tmp_path: Path):
    nights = Nights(tmp_path, pages_of([("/r/1.html", REPORT), *news(1)]))
    run(nights)
    asked_on = {}
    for day in range(1, 120):
        answers = [line.split()[1] for line in run(nights.later(days=1)).asked if line.startswith("/r/1.html")]
        if answers:
            asked_on[day] = answers[0]
    assert list(asked_on) == [*range(1, 15), 44, 74, 104]
    # A 304 is a claim: thirty days after the last whole answer it is not taken for one.
    assert {day for day, answer in asked_on.items() if answer == "200"} == {44, 74, 104}


def test_a_silent_revision_is_fetched(tmp_path: Path):
    nights = Nights(tmp_path, pages_of([("/r/1.html", REPORT), *news(1)]))
    run(nights)
    revised = article(REPORT)
    revised.etag = '"revised"'
    nights.pages["/r/1.html"] = revised
    assert run(nights.later(days=1)).asked == ["/fz/ 304", "/r/1.html 200"]


def test_a_304_is_verified_by_a_whole_answer_after_thirty_days(tmp_path: Path):
    nights = Nights(tmp_path, pages_of([("/r/1.html", REPORT), *news(1)]))
    run(nights)
    for _ in range(10):
        run(nights.later(days=1))
    # The server is wrong: the page changes and its validator does not.
    lying = article(REPORT.replace("2024", "二〇二四"))
    before = nights.pages["/r/1.html"]
    assert before is not None
    lying.etag = before.etag
    nights.pages["/r/1.html"] = lying
    assert "/r/1.html 304" in run(nights.later(days=1)).asked
    assert "/r/1.html 200" in run(nights.later(days=33)).asked


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        pytest.param(None, "unreachable", id="no-answer"),
        pytest.param(Answer(b"oops", 500), "unreachable", id="server-error"),
        pytest.param(Answer(b"", 403), "blocked", id="forbidden"),
        pytest.param(Answer(b"", 200), "truncated", id="empty"),
    ],
)
def test_what_failed_is_asked_again_every_night_until_it_comes(tmp_path: Path, fault: Answer | None, verdict: str):
    nights = Nights(tmp_path, pages_of([("/r/1.html", REPORT), *news(1)]) | {"/r/1.html": fault})
    for _ in range(5):
        night = run(nights)
        assert "/r/1.html" in night.paths()
        assert night.captures[-1].verdict == verdict
        nights.later(days=20)
    nights.pages["/r/1.html"] = article(REPORT)
    assert "/r/1.html 200" in run(nights).asked


def test_a_report_that_fails_at_its_thirty_days_is_asked_again_the_next_night(tmp_path: Path):
    nights = Nights(tmp_path, pages_of([("/r/1.html", REPORT), *news(1)]))
    run(nights)
    run(nights.later(days=20))
    sound = nights.pages["/r/1.html"]
    nights.pages["/r/1.html"] = Answer(b"oops", 500)
    assert "/r/1.html 500" in run(nights.later(days=30)).asked
    nights.pages["/r/1.html"] = sound
    assert "/r/1.html 200" in run(nights.later(days=1)).asked


@pytest.mark.parametrize(
    "address", [BASE + "/r/1.html", BASE.replace("http:", "https:") + "/r/1.html#top"], ids=["as asked", "otherwise"]
)
def test_a_person_closes_what_fails(tmp_path: Path, address: str):
    nights = Nights(tmp_path, pages_of([("/r/1.html", REPORT), *news(1)]) | {"/r/1.html": Answer(b"", 500)})
    run(nights)
    nights.facts = {"closed": [address]}
    assert run(nights.later(days=1)).asked == ["/fz/ 304"]


def test_what_fails_does_not_keep_the_rest_waiting(tmp_path: Path):
    entries = [(f"/r/{number}.html", report(branch)) for number, branch in enumerate("甲乙丙丁戊")]
    broken: dict[str, Answer | None] = {f"/r/{number}.html": None for number in range(3)}
    nights = Nights(tmp_path, pages_of(entries, size=9) | broken)
    first = run(nights)
    assert first.outcome.state == "unreachable"
    asked = run(nights.later(days=1)).asked
    assert [line for line in asked if line.endswith(" 200")] == ["/r/3.html 200", "/r/4.html 200"]


def test_a_report_that_is_gone_is_asked_for_on_another_night_and_then_rests(tmp_path: Path):
    nights = Nights(tmp_path, pages_of([("/r/1.html", REPORT), *news(1)]))
    run(nights)
    nights.pages["/r/1.html"] = Answer(b"gone", 404)
    verdicts = []
    for _ in range(4):
        night = run(nights.later(days=1))
        verdicts.append([capture.verdict for capture in night.captures if capture.role == "article"])
    assert verdicts == [["missing"], ["missing"], [], []]
    assert "/r/1.html 404" in run(nights.later(days=30)).asked


def test_a_404_on_one_night_alone_is_forgotten(tmp_path: Path):
    nights = Nights(tmp_path, pages_of([("/r/1.html", REPORT), *news(1)]))
    run(nights)
    sound = nights.pages["/r/1.html"]
    for _ in range(3):
        nights.pages["/r/1.html"] = Answer(b"gone", 404)
        assert "/r/1.html 404" in run(nights.later(days=1)).asked
        nights.pages["/r/1.html"] = sound
        assert "/r/1.html 304" in run(nights.later(days=1)).asked


# -- files ----------------------------------------------------------------------------------------------------------

PDF = Answer(b"%PDF-1.4\n" + b"x" * 600 + b"\n%%EOF\n", headers={"Content-Type": "application/pdf"}, etag='"pdf"')


def with_file() -> dict[str, Answer | None]:
    lead = html('<div class="content"><p>附件：<a href="/f/1.pdf">附件.pdf</a></p></div>', title=REPORT, etag='"lead"')
    return pages_of([("/r/1.html", REPORT), *news(1)]) | {"/r/1.html": lead, "/f/1.pdf": PDF}


def test_a_file_is_asked_again_with_its_unchanged_page(tmp_path: Path):
    nights = Nights(tmp_path, with_file())
    assert run(nights).asked == ["/fz/ 200", "/r/1.html 200", "/f/1.pdf 200"]
    assert run(nights.later(days=1)).asked == ["/fz/ 304", "/r/1.html 304", "/f/1.pdf 304"]


def test_a_file_that_a_stopped_run_did_not_fetch_is_fetched_by_the_next(tmp_path: Path):
    nights = Nights(tmp_path, with_file())
    assert run(nights, stop_after=2).asked == ["/fz/ 200", "/r/1.html 200"]
    assert run(nights.later(hours=1)).asked == ["/fz/ 304", "/r/1.html 304", "/f/1.pdf 200"]


def test_a_file_that_failed_is_asked_again_though_its_page_is_old(tmp_path: Path):
    nights = Nights(tmp_path, with_file() | {"/f/1.pdf": html("<h1>出错了，请稍后再试</h1>")})
    assert "documents or files did not come (1 wrong_type)" in str(run(nights).outcome.reason)
    nights.later(days=20)
    assert "/f/1.pdf" in run(nights).paths()
    nights.pages["/f/1.pdf"] = PDF
    assert "/f/1.pdf 200" in run(nights.later(days=1)).asked
    assert run(nights.later(days=1)).asked == ["/fz/ 304"]


# -- hosts that block -----------------------------------------------------------------------------------------------


def test_a_host_that_blocks_night_after_night_is_left_alone_for_days(tmp_path: Path):
    wall = Answer(b"<script>$_ts={}</script>", 412)
    nights = Nights(tmp_path, {"/fz/": wall})
    asked_on = []
    for day in range(12):
        night = run(nights)
        assert night.outcome.state == "blocked"
        if night.captures:
            asked_on.append(day)
        else:
            assert "nights in a row" in str(night.outcome.reason)
        nights.later(days=1)
    assert asked_on == [0, 1, 2, 5, 8, 11]
    nights.pages = pages_of([("/r/1.html", REPORT)])
    assert run(nights.later(days=2)).outcome.state == "ok"
    assert run(nights.later(days=1)).captures


# -- backfill -------------------------------------------------------------------------------------------------------


def dated(count: int, year: int, start: int = 0) -> str:
    return "".join(
        f'<li><a href="/r/{year}-{number}.html">{report(f"第{number}", year - 1)}</a><span>{year}-03-01</span></li>'
        for number in range(start, start + count)
    )


def yearly(first: int, last: int) -> dict[str, Answer | None]:
    """One page a year, the newest first."""
    pages: dict[str, Answer | None] = {}
    years = range(last, first - 1, -1)
    for place, year in enumerate(years):
        after = f'<a href="/fz/index_{place + 1}.html">下一页</a>' if year > first else ""
        path = "/fz/" if not place else f"/fz/index_{place}.html"
        pages[path] = html(f"<ul>{dated(2, year)}</ul>{after}", etag=f'"{year}"')
        pages |= {f"/r/{year}-{number}.html": article(report(f"第{number}", year - 1)) for number in range(2)}
    return pages


def test_a_backfill_reads_all_pages_back_to_its_first_year(tmp_path: Path):
    nights = Nights(tmp_path, yearly(2010, 2025))
    night = run(nights, "backfill", Years(2021, 2023))
    lists = [path for path in night.paths() if path.startswith("/fz/")]
    # The pages of 2025 to 2021, and two whose entries are all older.
    assert len(lists) == 7
    assert {path[3:7] for path in night.paths() if path.startswith("/r/")} == {"2022", "2023", "2024"}
    assert night.outcome.reason is None


def test_a_backfill_says_which_years_no_list_names(tmp_path: Path):
    nights = Nights(tmp_path, yearly(2022, 2025))
    night = run(nights, "backfill", Years(2018, 2025))
    assert night.outcome.state == "ok"
    assert night.outcome.reason == "No list names a report for 2018, 2019, 2020, 2025."


def test_a_stopped_backfill_goes_on_where_it_was(tmp_path: Path):
    nights = Nights(tmp_path, yearly(1990, 2025))
    nights.pages["/"] = html("<p>首页</p>")
    first = run(nights, "backfill", Years(1990, 2025), stop_after=26)
    assert first.paths()[-1] == "/fz/index_24.html"
    second = run(nights.later(hours=3), "backfill", Years(1990, 2025))
    assert second.paths()[:3] == ["/", "/fz/", "/fz/index_25.html"]
    assert len([path for path in second.paths() if path.startswith("/r/")]) == 70
    third = run(nights.later(hours=3), "backfill", Years(1990, 2025))
    assert third.asked == ["/ 200", "/fz/ 304"]


def test_a_backfill_leaves_in_peace_what_the_archive_holds(tmp_path: Path):
    nights = Nights(tmp_path, yearly(2020, 2025))
    run(nights)
    assert [path for path in run(nights.later(days=10), "backfill", Years(2015, 2025)).paths() if "/r/" in path] == []


def test_a_report_that_moved_is_read_where_its_page_leads(tmp_path: Path):
    pages = pages_of([("/r/1.html", REPORT), *news(2)])
    for path, target in (("/r/1.html", "/neu/1.html"), ("/neu/1.html", "/neu/2.html")):
        pages[path] = html(f"<meta http-equiv='refresh' content='3;url={target}'>页面已迁移，3秒后自动跳转", title="")
    pages["/neu/2.html"] = article(REPORT)
    night = run(Nights(tmp_path, pages))
    assert night.asked == ["/fz/ 200", "/r/1.html 200", "/neu/1.html 200", "/neu/2.html 200"]
    assert [(row.verdict, row.via) for row in night.captures if row.role == "article"] == [
        ("soft_missing", f"{BASE}/fz/"),
        ("soft_missing", f"{BASE}/r/1.html"),
        ("ok", f"{BASE}/r/1.html"),
    ]


def test_a_page_that_leads_to_itself_in_a_circle_is_left(tmp_path: Path):
    pages = pages_of([("/r/1.html", REPORT), *news(2)])
    pages["/r/1.html"] = html("<script>location.href = '/r/2.html'</script>", title="")
    pages["/r/2.html"] = html("<script>location.href = '/r/1.html'</script>", title="")
    assert run(Nights(tmp_path, pages)).asked == ["/fz/ 200", "/r/1.html 200", "/r/2.html 200"]


def test_a_search_that_robots_txt_forbids_gives_way_to_another(tmp_path: Path):
    hidden = {
        "page": {"total": 1, "content": [{"DOCTITLE": REPORT, "DOCPUBURL": "/r/1.html", "PUBDATE": "2025-01-08"}]}
    }
    engines = (
        "<a href='/irs-c-web/search.shtml?code=18abc0'>搜索</a><a href='/igs/front/search.jhtml?siteId=3'>检索</a>"
    )
    search = (
        "/igs/front/search/list.html?siteId=3&searchWord=%E6%B3%95%E6%B2%BB%E6%94%BF%E5%BA%9C%E5%BB%BA%E8%AE%BE"
        "&pageNumber=1&pageSize=20&orderProperty=PUBDATE&orderDirection=desc"
    )
    pages: dict[str, Answer | None] = {
        "/robots.txt": Answer(b"User-agent: *\nDisallow: /irs/"),
        "/": html(f"<a href='/gg/'>通知公告</a>{engines}"),
        "/gg/": listing(news(4)),
        search: Answer(json.dumps(hidden).encode(), headers={"Content-Type": "application/json"}),
        "/r/1.html": article(REPORT),
    }
    night = run(Nights(tmp_path, pages, columns=()))
    assert night.outcome.state == "ok"
    assert night.asked[-1] == "/r/1.html 200"
    assert not any("/irs/" in path for path in night.asked)
