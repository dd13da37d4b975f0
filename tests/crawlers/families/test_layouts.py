"""Lists on pages that no family knows, laid out in every way, between a menu and a footer with a date of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawlers.families.generic import Generic
from crawlers.families.reading import Page

ADDRESS = "http://www.linhe.example/zwgk/fz/"
MENU = "<div><a href='/'>首页</a><a href='/xw/'>新闻中心</a><a href='/zwgk/'>政务公开栏目</a></div>"
FOOT = "<div><a href='/about'>关于我们网站</a><a href='/map'>网站地图导航</a> 主办：临河县 2023-01-01</div>"
TITLES = (
    "临河县2024年度法治政府建设情况报告",
    "临河县召开法治政府建设推进会",
    "临河县水利局2023年度法治政府建设年度报告",
)
DATES = (("2025", "01", "20"), ("2024", "12", "06"), ("2024", "02", "29"))
DATED = [(title, "-".join(day)) for title, day in zip(TITLES, DATES, strict=True)]
UNDATED = [(title, None) for title in TITLES]


def rows(row: Callable[[int, str, str, str, str], str]) -> str:
    return "".join(row(n, title, *day) for n, (title, day) in enumerate(zip(TITLES, DATES, strict=True), 1))


def link(n: int, title: str) -> str:
    return f"<a href='/a/{n}.html'>{title}</a>"


LAYOUTS = {
    "a big day, small year and month after": "<ul>"
    + rows(lambda n, t, y, m, d: f"<li><p><b>{d}</b><em>{y}/{m}</em></p><p>{link(n, t)}</p></li>")
    + "</ul>",
    "month and day, the year after": "<ul>"
    + rows(lambda n, t, y, m, d: f"<li><p><b>{m}-{d}</b><i>{y}</i></p>{link(n, t)}</li>")
    + "</ul>",
    "the year, month and day after": "<ul>"
    + rows(lambda n, t, y, m, d: f"<li><p><b>{y}</b><i>{m}-{d}</i></p>{link(n, t)}</li>")
    + "</ul>",
    "years as headings": f"<h3>2025年</h3><ul><li>{link(1, TITLES[0])}<i>01-20</i></li></ul><h3>2024年</h3>"
    f"<ul><li>{link(2, TITLES[1])}<i>12-06</i></li><li>{link(3, TITLES[2])}<i>02-29</i></li></ul>",
    "dates in the links": rows(lambda n, t, y, m, d: f"<p>{link(n, f'[{y}-{m}-{d}]{t}')}</p>"),
    "dates with times": "<table>"
    + rows(lambda n, t, y, m, d: f"<tr><td>{n}<td>{link(n, t)}<td>司法局<td>{y}-{m}-{d} 09:30:11</tr>")
    + "</table>",
    "a definition list, dates first": "<dl>"
    + rows(lambda n, t, y, m, d: f"<dt>{y}/{m}/{d}</dt><dd>{link(n, t)}</dd>")
    + "</dl>",
    "cards with a summary that names a date": rows(
        lambda n, t, y, m, d: (
            f"<div><h4>{link(n, t)}</h4><p>现将2022-03-04以来情况公布如下{link(n, '[详情]')}</p>"
            f"<p>来源：司法局 发布时间：{y}-{m}-{d} 浏览：233</p></div>"
        )
    ),
    "records of JSON in a script": "<script>var list=["
    + rows(lambda n, t, y, m, d: f'{{"title":"{t}","url":"/a/{n}.html","pubDate":"{y}-{m}-{d} 10:00"}},')[:-1]
    + "];</script>",
    "records of a script": "<script>var list=["
    + rows(lambda n, t, y, m, d: f"{{title:'{t}',url:'/a/{n}.html',time:'{y}-{m}-{d}'}},")
    + "];</script>",
    "written by a script": "<script>"
    + rows(lambda n, t, y, m, d: f'document.writeln("<li><a href=\\"/a/{n}.html\\">{t}</a><i>{y}-{m}-{d}</i></li>");')
    + "</script>",
    "rows that are clicked": "<ul>"
    + rows(lambda n, t, y, m, d: f"<li onclick=\"location.href='/a/{n}.html'\">{t}<span>{y}-{m}-{d}</span></li>")
    + "</ul>",
    "links that call a function": "<ul>"
    + rows(lambda n, t, y, m, d: f"<li><a href='#' onclick=\"detail('/a/{n}.html')\">{t}</a><i>{y}-{m}-{d}</i></li>")
    + "</ul>",
    "years of two digits": "<ul>"
    + rows(lambda n, t, y, m, d: f"<li>{link(n, t)}<i>{y[2:]}-{m}-{d}</i></li>")
    + "</ul>",
    "dates in words": "<ul>"
    + rows(lambda n, t, y, m, d: f"<li>{link(n, t)}<i>{y}年{int(m)}月{int(d)}日</i></li>")
    + "</ul>",
    "dates turned round": "<ul>" + rows(lambda n, t, y, m, d: f"<li>{link(n, t)}<i>[{m}-{d}-{y}]</i></li>") + "</ul>",
    "a grid without rows": "<div>"
    + rows(lambda n, t, y, m, d: f"<div>{link(n, t)}</div><div>{y}-{m}-{d}</div>")
    + "</div>",
    "tables in a table": "<table>"
    + rows(lambda n, t, y, m, d: f"<tr><td><table><tr><td>·<td>{link(n, t)}<td>({y}-{m}-{d})</tr></table></tr>")
    + "</table>",
    "a catalogue with numbers and validity": "<table>"
    + rows(
        lambda n, t, y, m, d: (
            f"<tr><td>A0{n}/2024-0000{n}<td><a title='{t}' href='/a/{n}.html'>{t[:9]}...</a>"
            f"<td>{y}-{m}-{d}<td>有效</tr>"
        )
    )
    + "</table>",
    "dates for machines": "<ul>"
    + rows(lambda n, t, y, m, d: f"<li>{link(n, t)}<time datetime='{y}-{m}-{d}'>两天前</time></li>")
    + "</ul>",
    "dates in an attribute of the row": "<ul>"
    + rows(lambda n, t, y, m, d: f"<li data-date='{y}-{m}-{d}'>{link(n, t)}</li>")
    + "</ul>",
    "links of two parts": rows(
        lambda n, t, y, m, d: f"<a href='/a/{n}.html'><span>{t}</span><span>{y}-{m}-{d}</span></a>"
    ),
}


def page(inner: str) -> Page:
    return Page(ADDRESS, f"<html><body>{MENU}{inner}{FOOT}</body></html>")


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_any_layout(layout: str) -> None:
    entries = Generic().read(page(layout)).entries
    assert [(entry.title, entry.listed_on) for entry in entries] == DATED
    assert [entry.url for entry in entries] == [f"http://www.linhe.example/a/{n}.html" for n in (1, 2, 3)]


def test_dates_that_only_a_clock_can_tell_are_left_open() -> None:
    layout = "<ul>" + rows(lambda n, t, y, m, d: f"<li>{link(n, t)}<i>{n}天前</i></li>") + "</ul>"
    assert [(entry.title, entry.listed_on) for entry in Generic().read(page(layout)).entries] == UNDATED


def test_files_are_entries() -> None:
    layout = "<ul>" + rows(lambda n, t, y, m, d: f"<li><a href='/f/{n}.pdf'>{t}</a><i>{y}-{m}-{d}</i></li>") + "</ul>"
    assert [(entry.title, entry.listed_on) for entry in Generic().read(page(layout)).entries] == DATED


def test_a_menu_and_a_footer_are_no_list() -> None:
    reading = Generic().read(page("<p>欢迎访问</p>"))
    assert reading.entries == ()
    assert reading.warnings


PAGERS = {
    "a link that is clicked": (
        "<a href='javascript:void(0)' onclick=\"location.href='list_2.html'\">下一页</a>",
        "list_2.html",
    ),
    "a button": ("<button onclick=\"location.href='?p=2'\">下一页</button>", "?p=2"),
    "a word that is clicked": ("<span onclick=\"window.location='index_2.html'\">下一页</span>", "index_2.html"),
    "an address beside the link": ("<a data-url='p_2.html'>下一页</a>", "p_2.html"),
    "more of the same": ("<a href='more_2.html'>加载更多</a>", "more_2.html"),
    "a label on a drawing": ("<a aria-label='下一页' href='?page=2'><svg></svg></a>", "?page=2"),
    "a choice, none chosen": (
        "<select><option value='?p=1'>1</option><option value='?p=2'>2</option></select>",
        "?p=2",
    ),
    "a choice in the middle": (
        "<select><option value='?p=1'>第1页</option><option value='?p=2' selected>第2页</option>"
        "<option value='?p=3'>第3页</option></select>",
        "?p=3",
    ),
    "a choice of other sites": (
        "<select><option value='http://a.example/'>省政府</option><option value='http://b.example/'>市政府</option></select>",
        None,
    ),
    "a form of a script": ("<a href='#' onclick='toPage(2)'>下一页</a>", None),
}


@pytest.mark.parametrize(("pager", "following"), PAGERS.values(), ids=PAGERS)
def test_any_way_on(pager: str, following: str | None) -> None:
    next_page = Generic().read(page(LAYOUTS["dates in words"] + f"<div>{pager}</div>")).next_page
    assert (next_page.url if next_page else None) == (ADDRESS + following if following else None)
