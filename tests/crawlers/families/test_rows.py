"""Entries of a list, whatever its markup: titles, dates, and what is no entry."""

from __future__ import annotations

import pytest

from crawlers.families.columns import column_links, column_rank
from crawlers.families.dates import date_beside, dates_in, is_only_date
from crawlers.families.reading import Page
from crawlers.families.rows import read_rows

A, B, C = (
    "青禾市2024年度法治政府建设情况报告",
    "青禾市召开法治政府建设推进会",
    "青禾市教育局2023年度法治政府建设年度报告",
)
EXPECTED = [(A, "2025-01-20"), (B, "2024-12-06"), (C, "2024-02-29")]


def rows(row: str, *dates: str, between: str = "") -> str:
    """The three entries in one markup: `{n}` number, `{title}`, `{short}` cut, `{date}`."""
    shorts = ("青禾市2024年度法治…", "青禾市召开...", "青禾市教育局…")
    return between.join(
        row.format(n=n, title=title, short=shorts[n - 1], date=dates[n - 1] if dates else date)
        for n, (title, date) in enumerate(EXPECTED, 1)
    )


LINK = '<a href="{n}.html">{title}</a>'
MARKUPS = {
    "list items": f"<ul>{rows(f'<li>{LINK}<span>{{date}}</span></li>')}</ul>",
    "dates first": f"<ul>{rows(f'<li><em>{{date}}</em>{LINK}</li>')}</ul>",
    "table rows": "<table><tr><th>标题</th><th>日期</th></tr>"
    + rows(f"<tr><td>{LINK}</td><td>{{date}}</td></tr>", "2025年1月20日", "2024年12月6日", "2024年2月29日")
    + "</table>",
    "two dates a row": f"<table>{rows(f'<tr><td>{LINK}</td><td>2023-01-02</td><td>{{date}}</td></tr>')}</table>",
    "definition list": f"<dl>{rows(f'<dt>{LINK}</dt><dd>{{date}}</dd>')}</dl>",
    "flat with breaks": f"<div>{rows(f'{LINK} ({{date}})<br>')}</div>",
    "flat, dates first": f"<div>{rows(f'{{date}} {LINK}', between='<br>')}</div>",
    "links around rows": "<div>"
    + rows(
        '<a href="{n}.html"><h3>{title}</h3><p>摘要文字。</p><i>{date}</i></a>',
        "2025.01.20",
        "2024.12.06",
        "2024.02.29",
    )
    + "</div>",
    "a column before": "<ul>" + rows(f'<li><a href="/tz/">[通知公告]</a>{LINK}<b>{{date}}</b></li>') + "</ul>",
    "cards with a day": "<ul>"
    + rows(
        f"<li><p>{{date}}</p>{LINK}</li>",
        *(f"<b>{d}</b><i>{m}</i>" for d, m in (("20", "2025-01"), ("06", "2024-12"), ("29", "2024-02"))),
    )
    + "</ul>",
    "broken over lines": "<ul>"
    + rows(f"<li>{LINK}<span>{{date}}</span></li>", "[\n2025-\n01-20 ]", "[\n2024-12-06 ]", "[ 2024-02-29 ]")
    + "</ul>",
    "cut short with titles": "<ul>" + rows('<li><a href="{n}.html" title="{title}">{short}</a>{date}</li>') + "</ul>",
    "in a comment": f"<ul><!--{rows(f'<li>{LINK}<b>{{date}}</b></li>')}--></ul>",
    "a picture twice": "<ul>"
    + rows(f'<li><a href="{{n}}.html"><img src="a.jpg"></a>{LINK}<i>{{date}}</i></li>')
    + "</ul>",
    "opened by a script": "<ul>"
    + rows('<li><a href="javascript:void(0)" onclick="window.open(\'{n}.html\')">{title}</a>{date}</li>')
    + "</ul>",
    "unclosed items": f"<UL>{rows(f'<LI>{LINK} {{date}}')}</UL>",
}
MENU = "".join(f'<a href="/m{n}/index.html">栏目名称{n}</a>' for n in range(9))


@pytest.mark.parametrize("markup", MARKUPS.values(), ids=MARKUPS)
def test_rows_in_any_markup(markup: str) -> None:
    page = Page("http://www.qinghe.example/zwgk/list.html", f"<html><body><div>{MENU}</div>{markup}</body></html>")
    entries = read_rows(page)
    assert [(entry.title, entry.listed_on) for entry in entries] == EXPECTED
    assert [entry.url for entry in entries] == [f"http://www.qinghe.example/zwgk/{n}.html" for n in (1, 2, 3)]


def test_a_list_of_one_row_is_a_list() -> None:
    page = Page("http://x.example/", f'<div>{MENU}</div><ul><li><a href="1.html">{A}</a>2025-01-20</li></ul>')
    assert [entry.title for entry in read_rows(page)] == [A]


def test_articles_without_dates_are_told_by_their_addresses() -> None:
    text = (
        f'<div>{MENU}</div><ul><li><a href="/info/1/22.htm">{A}</a></li><li><a href="/info/1/21.htm">{C}</a></li></ul>'
    )
    assert [(e.title, e.listed_on) for e in read_rows(Page("http://x.example/", text))] == [(A, None), (C, None)]


def test_a_date_without_a_year_takes_it_from_the_address() -> None:
    text = (
        f'<ul><li>[11-07]<a href="./201611/t20161107_3.htm">{A}</a></li><li>[11-06]<a href="/x/1.htm">{B}</a></li></ul>'
    )
    assert [e.listed_on for e in read_rows(Page("http://x.example/", text))] == ["2016-11-07"]


def test_links_are_joined_to_the_base_element() -> None:
    text = f'<head><base href="http://x.example/a/b/"></head><body><li><a href="1.html">{A}</a>2025-01-20</li></body>'
    assert [e.url for e in read_rows(Page("http://x.example/list.html", text))] == ["http://x.example/a/b/1.html"]


def test_menus_pagers_and_foreign_schemes_are_no_entries() -> None:
    letter, pager = '<a href="mailto:a@b.example">给青禾市政府写信</a>', '<a href="list_2.html">下一页</a>'
    text = f"<div>{MENU}</div><p>{letter} 2025-01-20</p><p>{pager} 2025-01-20</p>"
    assert read_rows(Page("http://x.example/list.html", text)) == ()


@pytest.mark.parametrize(
    ("text", "url", "expected"),
    [
        ("发布日期：2025-01-20 有效期至：2026-01-01", "", "2025-01-20"),
        ("2025年1月2日 至", "", "2025-01-02"),
        ("2025-13-40", "", None),
        ("20250120", "", "2025-01-20"),
        ("01-20", "http://x.example/202501/t20250120_1.html", "2025-01-20"),
        ("01-20", "http://x.example/1.html", None),
        ("12:30:05", "http://x.example/202501/t20250120_1.html", None),
        ("文号 12345678901", "", None),
    ],
)
def test_the_date_beside_a_link(text: str, url: str, expected: str | None) -> None:
    assert date_beside(text, url) == expected


def test_texts_that_are_only_a_date() -> None:
    assert is_only_date("[ 2025-01-20 ]")
    assert is_only_date("发布时间：2025-01-20")
    assert not is_only_date("2025-01-20 发布的通知")
    assert dates_in("2024-01-02 和 2025年3月4日") == ["2024-01-02", "2025-03-04"]


@pytest.mark.parametrize(
    ("name", "url", "rank"),
    [
        ("法治政府建设年度报告", "/zwgk/abc/", 4),
        ("法治政府建设", "/zwgk/abc/", 3),
        ("依法行政", "/x/", 3),
        ("年度报告", "/zwgk/fzzfjs/ndbg/", 3),
        ("市直部门", "/zwgk/fzzfjs/szbm/", 3),
        ("年度报告", "/x/y/", 2),
        ("政务公开", "/x/", 1),
        ("通知公告", "/x/", 1),
        ("信息公开年报", "/zwgk/fzzfjs/", 0),
        ("走进青禾", "/zjqh/", 0),
    ],
)
def test_columns_are_ranked_by_name_and_slug(name: str, url: str, rank: int) -> None:
    assert column_rank(name, f"http://x.example{url}") == rank


def test_the_likeliest_column_comes_first_and_each_stands_once() -> None:
    text = (
        '<a href="/zwgk/">政务公开</a><a href="/zwgk/fz/">法治政府建设</a>'
        '<a href="/zwgk/fz/index.html">法治政府建设</a><a href="/x/content/post_9.html">法治政府建设问答</a>'
    )
    links = column_links(Page("http://x.example/", text))
    assert [(link.name, link.url) for link in links] == [
        ("法治政府建设", "http://x.example/zwgk/fz/"),
        ("政务公开", "http://x.example/zwgk/"),
    ]


def test_a_link_that_calls_a_function_leads_where_the_function_goes() -> None:
    link = "<li><a href=\"javascript:openInfo('8{n}','7')\">{title}</a><span>{date}</span></li>"
    code = "<script>function openInfo(id, cid) { window.open('/info/' + cid + '/' + id + '.html'); }</script>"
    entries = read_rows(Page("http://www.qinghe.example/fz/", f"<html><ul>{rows(link)}</ul>{code}</html>"))
    assert [(entry.url, entry.title) for entry in entries] == [
        (f"http://www.qinghe.example/info/7/8{n}.html", title) for n, title in enumerate((A, B, C), 1)
    ]


def test_rows_without_dates_are_entries_where_their_addresses_are_alike() -> None:
    listed = "".join(f"<p>· <a href='/show/c{n}a/page'>{title}</a></p>" for n, title in enumerate((A, B, C), 1))
    menu = "".join(
        f"<p><a href='/{name}'>{title}</a></p>" for name, title in (("a", "关于我们的网站"), ("b", "联系我们的方式"))
    )
    entries = read_rows(Page("http://www.qinghe.example/fz/", f"<html><div>{listed}</div><div>{menu}</div></html>"))
    assert [entry.title for entry in entries] == [A, B, C]
