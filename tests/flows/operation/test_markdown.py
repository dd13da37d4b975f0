import re

import pytest

from flows.operation.markdown import address, plain, render, word
from flows.operation.morning_report import Coverage, MorningReport, PortalLine, ProblemLine, ReportLine, as_markdown

HOSTILE = "[click](https://evil.example) <script>alert(1)</script> | `rm -rf` **x**\n# head $a$ &amp;"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("云溪市2024年报告", "云溪市2024年报告"),
        ("a | b", "a \\| b"),
        ("<img src=x>", "\\<img src=x\\>"),
        ("[t](u)", "\\[t\\]\\(u\\)"),
        ("a\n\n# b", "a \\# b"),
        ("`code`", "\\`code\\`"),
        ("&lt;", "\\&lt;"),
        ("see https://evil.example", "see https\u200b://evil.example"),
    ],
    ids=["words", "pipe", "tag", "link", "heading", "code", "entity", "bare-address"],
)
def test_text_from_the_net_is_no_markup(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://www.example.cn/a/t20250101_1.html?x=1&y=2", "https://www.example.cn/a/t20250101_1.html?x=1&y=2"),
        ("https://www.example.cn/a) [b](c", "https://www.example.cn/a%29%20%5Bb%5D%28c"),
        ("https://www.example.cn/a|b", "https://www.example.cn/a%7Cb"),
        ("javascript:alert(1)", "#"),
        ("data:text/html,x", "#"),
    ],
    ids=["as-it-is", "bracket", "pipe", "script", "data"],
)
def test_an_address_stays_inside_its_link(url: str, target: str) -> None:
    assert address(url) == target


@pytest.mark.parametrize(
    ("text", "argument"),
    [
        ("sim-2024", "sim-2024"),
        ("990100-云溪市人民政府-2024", "'990100-云溪市人民政府-2024'"),
        ("a'; rm -rf /; '", "'a'\"'\"'; rm -rf /; '\"'\"''"),
        ("a`id`\nb", "'aid b'"),
        ("$(id)", "'$(id)'"),
    ],
    ids=["plain", "chinese", "quote", "backtick", "substitution"],
)
def test_a_command_takes_it_as_one_word(text: str, argument: str) -> None:
    assert word(text) == argument


def report(**changes: object) -> MorningReport:
    line = ReportLine(
        report_id="990100-云溪市'`人民政府-2024",
        title=HOSTILE,
        portal_id="yunxi",
        url="https://www.example.cn/a)<script>",
        published_on="2025-04-02",
        version=2,
        observations=1,
        added=1,
    )
    told: dict[str, object] = {
        "run_id": "r1",
        "outcome": "partial",
        "failures": (HOSTILE,),
        "portals": (
            PortalLine(
                portal_id="yunxi",
                name=HOSTILE,
                base_url="https://www.example.cn",
                state="drift",
                reason=HOSTILE,
                requests=1,
                captures=1,
                candidates=0,
                reports_new=0,
                reports_revised=0,
            ),
        ),
        "new": (line,),
        "revised": (line,),
        "removed": (line,),
        "late": (line,),
        "coverage": Coverage(report_year=2024, published=1, late=1),
        "problems": (
            ProblemLine(portal_id="yunxi", url=HOSTILE, kind="identity", sentence=HOSTILE, capture_id="`x`; id"),
        ),
        "reports": 1,
        "observations": 1,
    }
    return MorningReport.model_validate(told | changes)


def test_nothing_from_a_page_is_markup_in_the_morning_report() -> None:
    text = as_markdown(report())
    assert not re.search(r"(?<!\\)(<script|\]\(https://evil|\*\*x|# head|`rm)", text)


def test_commands_of_revised_reports_stand_below_their_table() -> None:
    lines = as_markdown(report()).splitlines()
    row = next(number for number, line in enumerate(lines) if line.startswith("| [") and "+1 −0" in line)
    assert "fazhi diff" not in lines[row]
    assert any(line.startswith("fazhi diff ") for line in lines[row:])


def test_a_long_night_shows_its_first_lines_and_says_how_many_there_are() -> None:
    line = report().new[0]
    text = as_markdown(report(new=(line,) * 205, late=()))
    assert text.count("2025-04-02") == 200
    assert "\n5 more: `fazhi sql" in text


def test_a_quiet_night_needs_nobody() -> None:
    quiet = report(failures=(), portals=(), new=(), revised=(), removed=(), late=(), problems=())
    assert quiet.for_a_person == 0
    assert quiet.summary == "0 reports are new, 0 revised, 0 removed; nothing needs a person."
    assert "## What needs a person\nNothing." in as_markdown(quiet)


def test_a_night_begins_with_its_outcome_and_the_states_of_its_portals() -> None:
    told = report()
    sound = told.portals[0].model_copy(update={"state": "ok", "requests": 4})
    told = report(portals=(*told.portals, sound, sound), failures=(), removed=(), problems=(), revised=())
    assert told.summary == "1 report is new, 0 revised, 0 removed; 1 thing needs a person."
    assert as_markdown(told).splitlines()[:5] == [
        "# r1",
        "",
        "- **partial**: some portals were not read as they should be.",
        "- 9 requests to 3 portals: 2 ok, 1 drift.",
        "- **1** new, **0** revised and **0** removed reports, of the new ones **1** late.",
    ]


def test_an_unknown_name_in_a_template_is_an_error() -> None:
    with pytest.raises(Exception, match="is undefined"):
        render("morning_report.md.j2")
