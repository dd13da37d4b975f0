"""Every family reads its frozen list page as its golden says, and fails loudly when the template changes."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from crawlers.families.dialects import dialect_of
from crawlers.families.known import FAMILIES, GENERIC, UnknownFamilyError, family_named, read_by, recognise
from crawlers.families.reading import Family, ListReading, Page

FROZEN = Path(__file__).parent / "frozen"
NAMES = [family.name for family in FAMILIES]


def golden(name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((FROZEN / name / "golden.json").read_text("utf-8"))
    return answer


def page(name: str, kind: str) -> Page:
    return Page(golden(name)[f"{kind}_url"], (FROZEN / name / f"{kind}.html").read_text("utf-8"), "text/html")


def told(reading: ListReading) -> list[list[str | None]]:
    return [[entry.url, entry.title, entry.listed_on] for entry in reading.entries]


@pytest.mark.parametrize("name", NAMES)
def test_every_family_has_a_frozen_list_an_article_and_a_golden(name: str) -> None:
    assert {path.name for path in (FROZEN / name).iterdir()} >= {"list.html", "article.html", "golden.json"}


def test_every_frozen_folder_belongs_to_a_family() -> None:
    assert {path.name for path in FROZEN.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_list_is_recognised_by_its_evidence(name: str) -> None:
    found = recognise(page(name, "list"))
    assert (found.family.name, found.evidence) == (name, golden(name)["evidence"])


@pytest.mark.parametrize("name", NAMES)
def test_the_list_is_read_as_the_golden_says(name: str) -> None:
    expected = golden(name)
    reading = family_named(name).read(page(name, "list"))
    assert told(reading) == expected["entries"]
    assert reading.total == expected["total"]
    if expected["next"] is None:
        assert reading.next_page is None
    else:
        assert reading.next_page is not None
        assert reading.next_page.url == expected["next"]["url"]
        assert reading.next_page.method == expected["next"].get("method", "GET")
        assert (reading.next_page.body or b"").decode() == expected["next"].get("body", "")
        assert {**reading.next_page.headers, **expected["next"].get("headers", {})} == dict(reading.next_page.headers)
    assert reading.warnings == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_article_is_told_by_its_address(name: str) -> None:
    dialect = dialect_of(golden(name)["article_url"])
    assert (dialect.name if dialect else None) == golden(name)["dialect"]


@pytest.mark.parametrize("name", NAMES)
def test_an_article_is_not_read_as_a_list(name: str) -> None:
    assert family_named(name).read(page(name, "article")).entries == ()


def renamed(html: str) -> str:
    """Every class and id under another name, each distinct name under one new name."""
    names: dict[str, str] = {}
    counter = itertools.count(1)

    def rename(match: re.Match[str]) -> str:
        words = [names.setdefault(word, f"m{next(counter)}") for word in match.group(3).split()]
        return f"{match.group(1)}{match.group(2)}{' '.join(words)}{match.group(2)}"

    return re.sub(r"""(\s(?:class|id)\s*=\s*)(["'])(.*?)\2""", rename, html)


@pytest.mark.parametrize("name", NAMES)
def test_a_renamed_template_is_read_all_the_same_or_reported(name: str) -> None:
    whole = page(name, "list")
    changed = Page(whole.url, renamed(whole.text), whole.content_type)
    assert changed.text != whole.text or name == "generic"
    for family in (family_named(name), recognise(changed).family, GENERIC):
        reading = family.read(changed)
        assert told(reading) == golden(name)["entries"] or reading.warnings or reading.next_page, family.name


def words_of(html: str) -> list[str]:
    """Every class, id and name, and every word of a script: whatever a reader may lean on."""
    attributes = re.findall(r"""\s(?:class|id|name)\s*=\s*["'](.*?)["']""", html)
    scripts = re.findall(r"<script\b[^>]*>(.*?)</script>", html, re.DOTALL)
    return sorted({word for text in (*attributes, *scripts) for word in re.findall(r"[A-Za-z_][\w-]{2,}", text)})


@pytest.mark.parametrize("name", NAMES)
def test_no_single_name_that_changes_makes_a_silent_zero(name: str) -> None:
    whole = page(name, "list")
    silent = []
    for word in words_of(whole.text):
        changed = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", f"q7{word[::-1]}", whole.text)
        for family in (family_named(name), recognise(Page(whole.url, changed)).family):
            reading = read_by(family, Page(whole.url, changed))
            if told(reading) != golden(name)["entries"] and not reading.warnings and reading.next_page is None:
                silent.append((word, family.name))
    assert silent == []


@pytest.mark.parametrize("name", NAMES)
def test_a_list_whose_links_vanished_is_no_silent_zero(name: str) -> None:
    whole = page(name, "list")
    emptied = re.sub(r"<a\b[^>]*>|</a>", "", whole.text)
    emptied = re.sub(r"createPage\w*\([^)]*\)", "", emptied)
    for family in (family_named(name), GENERIC):
        reading = family.read(Page(whole.url, emptied, whole.content_type))
        assert reading.entries == ()
        assert reading.warnings or reading.next_page, family.name


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "plain words",
        "{",
        "[]",
        "<",
        "<a href='http://[bad'>坏的链接地址在这里</a>",
        "\ud800",
        "<html></html>",
        "{}",
        "<ul>" * 3000,
    ],
    ids=["empty", "blank", "words", "brace", "array", "angle", "bad address", "surrogate", "bare", "object", "deep"],
)
def test_no_page_makes_a_reader_fail(name: str, text: str) -> None:
    for url in ("http://www.qinghe.example/zwgk/", golden(name)["list_url"]):
        assert family_named(name).read(Page(url, text)).entries == ()


@pytest.mark.parametrize("family", FAMILIES, ids=NAMES)
def test_a_family_has_the_shape_of_the_seam(family: Family) -> None:
    assert isinstance(family, Family)


def test_an_unknown_family_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownFamilyError, match=r"'wordpress'.*nfcms.*generic"):
        family_named("wordpress")
