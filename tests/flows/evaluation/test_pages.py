"""A set of pages is scored by its gold: strings found and leaked, fields right, refusals as expected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows.evaluation.pages import NoPages, PageScore, evaluate

PAGE = """<html><head><meta charset="utf-8"><title>白石乡春耕简报</title></head><body><div class="nav">首页</div>
<h1>白石乡春耕简报</h1><div class="info">发布时间：2024-03-11 来源：白石乡</div>
<div id="zoom"><p>全乡备足种子，落实机具，春耕生产有序推进。</p><p>下一步将加强田间管理。</p></div></body></html>"""
GOLD = {
    "file": "one.html",
    "title": "白石乡春耕简报", "published": "2024-03-11", "published_time": None, "source": "白石乡",
    "document_number": None, "with": ["全乡备足种子，落实机具，春耕生产有序推进。", "下一步将加强田间管理。"],
    "without": ["首页", "发布时间"], "exact": True,
}  # fmt: skip


def scored(folder: Path, page: str = PAGE, **changed: Any) -> PageScore:
    for name in ("html", "gold"):
        (folder / name).mkdir()
    (folder / "html" / "one.html").write_text(page, encoding="utf-8")
    (folder / "gold" / "one.json").write_text(json.dumps({**GOLD, **changed}), encoding="utf-8")
    (score,) = evaluate(folder)
    (found,) = score.pages
    return found


def test_a_page_that_is_read_right_has_no_misses(tmp_path: Path) -> None:
    page = scored(tmp_path)
    assert (page.found, page.leaked, page.misses) == (2, 0, [])
    assert all(page.fields.values())


WRONG = {
    # what the gold says otherwise · the miss
    "a lost string": ({"with": ["没有的一句。"], "exact": False}, "body string is missing: 没有的一句。"),
    "a leaked string": ({"without": ["田间管理"]}, "chrome string leaks: 田间管理"),
    "another date": ({"published": "2024-03-12"}, "published: wanted 2024-03-12, got 2024-03-11"),
    "a file": ({"attachments": [{"name": "表", "href": "/a.pdf"}]}, "attachments: wanted ['/a.pdf'], got []"),
    "more text than the gold's": ({"with": GOLD["with"][:1]}, "text: "),
    "no refusal": ({"verdict": "no_text"}, "is not refused: wanted no_text"),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "miss"), WRONG.values(), ids=WRONG.keys())
def test_each_miss_is_named(tmp_path: Path, changed: dict[str, Any], miss: str) -> None:
    assert any(line.startswith(miss) for line in scored(tmp_path, **changed).misses)


def test_a_refusal_that_the_gold_wants_is_right(tmp_path: Path) -> None:
    page = scored(tmp_path, "<html><body></body></html>", verdict="no_text", **{"with": [], "without": []})
    assert (page.fields, page.misses) == ({"verdict": True}, [])


def test_a_folder_without_gold_is_no_set_of_pages(tmp_path: Path) -> None:
    with pytest.raises(NoPages):
        evaluate(tmp_path)
