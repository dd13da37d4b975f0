"""Columns found from a home page alone, on portals that keep their navigation in every way."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawlers.archive.captures import Role
from crawlers.discovery import MOST_PAGES_OPENED, Discovery
from crawlers.fetching import Fetched
from crawlers.portals import Portal

BASE = "http://www.linhe.example"
Pages = Mapping[str, str]


def rows(*titles: str, folder: str = ".", more: str = "") -> str:
    """A list of articles with dates."""
    items = "".join(
        f"<li><a href='{folder}/t202502{number + 10}_{zlib.crc32(title.encode())}.html'>{title}</a>"
        f"<span>2025-02-{number + 10}</span></li>"
        for number, title in enumerate(titles)
    )
    return f"<html><head><title>列表</title></head><body><ul>{items}</ul>{more}</body></html>"


def links(*pairs: tuple[str, str], body: str = "") -> str:
    anchors = "".join(f"<li><a href='{url}'>{name}</a></li>" for name, url in pairs)
    return f"<html><body><ul>{anchors}</ul>{body}</body></html>"


REPORT = "临河县人民政府2024年度法治政府建设工作报告"
OTHER_REPORT = "临河县水利局2024年度法治政府建设情况报告"
NOISE = ("临河县春季植树活动开展", "临河县召开安全生产会议", "临河县2025年政府工作报告", "关于中秋节放假的通知")
NAVIGATION = (
    ("首页", "/"), ("要闻动态", "/xw/"), ("办事服务", "/bs/"), ("互动交流", "/hd/"), ("走进临河", "/zj/"),
    ("政务公开", "/zwgk/"), ("通知公告", "/tzgg/"), ("财政预决算", "/cz/"), ("政府信息公开年报", "/nb/"),
)  # fmt: skip
COLUMN = rows("临河县2025年法治政府建设工作要点", REPORT, "临河县法治政府建设示范创建方案", *NOISE)
NEWS = rows(*NOISE)
PLAIN: Pages = {"/xw/": NEWS, "/bs/": NEWS, "/hd/": NEWS, "/zj/": NEWS, "/cz/": NEWS, "/nb/": NEWS, "/tzgg/": NEWS}


def look(pages: Pages, **facts: Any) -> tuple[list[tuple[str, str]], list[str], Discovery]:
    """What is found, as paths and names, and the paths that were asked."""
    asked: list[str] = []

    async def ask(url: str, role: Role, **_: Any) -> Fetched:
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        asked.append(path)
        if path not in pages:
            return Fetched("missing", "the host answered 404", url)
        answer = pages[path]
        if answer in ("blocked", "unreachable"):
            return Fetched(answer, f"the host is {answer}", url)  # type: ignore[arg-type]
        if answer.startswith("-> "):
            return await ask(BASE + answer[3:], role)
        kind = "text/javascript" if path.endswith(".js") else "text/html; charset=utf-8"
        return Fetched("ok", None, url, content=answer.encode(), content_type=kind)

    portal = Portal.model_validate(
        {"id": "linhe", "name": "临河县人民政府", "region_code": "990100", "base_url": BASE} | facts
    )
    discovery = Discovery(portal, ask)
    asyncio.run(discovery.look())
    return [(column.url.removeprefix(BASE), column.name) for column in discovery.found.values()], asked, discovery


def menu(script: str) -> str:
    return f"<html><body><div id='nav'></div><script>{script}</script></body></html>"


SHAPES: dict[str, tuple[Pages, str]] = {
    "behind a door to the home page's own file": (
        {
            "/": "<html><script>window.location.replace('/index.html')</script></html>",
            "/index.html": links(*NAVIGATION, ("法治政府建设", "/fzzfjs/")),
            "/fzzfjs/": COLUMN,
        },
        "/fzzfjs/",
    ),
    "linked from the home page": (
        {"/": links(*NAVIGATION, ("法治政府建设", "/fzzfjs/")), "/fzzfjs/": COLUMN},
        "/fzzfjs/",
    ),
    "linked by a picture that says nothing": (
        {"/": links(*NAVIGATION, body="<a href='/zt/fzzf/'><img src='a.jpg' alt=''></a>"), "/zt/fzzf/": COLUMN},
        "/zt/fzzf/",
    ),
    "linked only by more, beside its heading": (
        {
            "/": links(*NAVIGATION, body="<div><h3>法治政府建设<a href='/f7/'>更多&gt;&gt;</a></h3><ul></ul></div>"),
            "/f7/": COLUMN,
        },
        "/f7/",
    ),
    "below an index, under a name that says nothing, beside a crowd of other links": (
        {
            "/": links(*NAVIGATION, *((f"直属单位{n}", f"/dw/{n}/") for n in range(60))),
            "/zwgk/": links(("法定主动公开内容", "/zwgk/nr/")),
            "/zwgk/nr/": links(("机构职能", "/zwgk/nr/1/"), ("其他", "/zwgk/nr/2/")),
            "/zwgk/nr/2/": rows(REPORT, *NOISE),
        },
        "/zwgk/nr/2/",
    ),
    "on a home page that sends telephones elsewhere": (
        {
            "/": links(*NAVIGATION, ("法治政府建设", "/fzzfjs/"))
            + "<script>if (/Android/.test(navigator.userAgent)) location.href = '/wap/index.html';</script>",
            "/wap/index.html": "<p>手机版</p>",
            "/fzzfjs/": COLUMN,
        },
        "/fzzfjs/",
    ),
    "linked only by a picture": (
        {
            "/": links(*NAVIGATION, body="<a href='/zt/fz/'><img src='a.jpg' alt='法治政府建设'></a>"),
            "/zt/fz/": COLUMN,
        },
        "/zt/fz/",
    ),
    "two indexes deep": (
        {
            "/": links(*NAVIGATION),
            "/zwgk/": links(("机构职能", "/zwgk/jg/"), ("法定主动公开内容", "/zwgk/fdzdgk/")),
            "/zwgk/fdzdgk/": links(("规划信息", "/zwgk/fdzdgk/gh/"), ("法治政府建设年度报告", "/zwgk/fdzdgk/c1/")),
            "/zwgk/fdzdgk/c1/": COLUMN,
        },
        "/zwgk/fdzdgk/c1/",
    ),
    "four indexes deep under names that say nothing": (
        {
            "/": links(*NAVIGATION),
            "/zwgk/": links(("县直部门", "/bm/")),
            "/bm/": links(("县司法局", "/bm/sfj/"), ("县水利局", "/bm/slj/")),
            "/bm/sfj/": links(("工作信息", "/bm/sfj/gz/")),
            "/bm/sfj/gz/": links(("依法治县", "/bm/sfj/gz/7/")),
            "/bm/sfj/gz/7/": COLUMN,
        },
        "/bm/sfj/gz/7/",
    ),
    "in a column named 依法行政": (
        {"/": links(*NAVIGATION), "/zwgk/": links(("依法行政", "/zwgk/7/")), "/zwgk/7/": COLUMN},
        "/zwgk/7/",
    ),
    "in a column of annual reports": (
        {"/": links(*NAVIGATION), "/zwgk/": links(("年度报告", "/zwgk/8/")), "/zwgk/8/": COLUMN},
        "/zwgk/8/",
    ),
    "among the notices": ({"/": links(*NAVIGATION), "/tzgg/": COLUMN}, "/tzgg/"),
    "in 规划总结": (
        {"/": links(*NAVIGATION), "/zwgk/": links(("规划总结", "/zwgk/9/")), "/zwgk/9/": COLUMN},
        "/zwgk/9/",
    ),
    "in a column of another name": (
        {"/": links(*NAVIGATION), "/zwgk/": links(("基层动态", "/zwgk/10/")), "/zwgk/10/": COLUMN},
        "/zwgk/10/",
    ),
    "named column holds only plans, another the report": (
        {
            "/": links(*NAVIGATION, ("法治政府建设", "/fz/")),
            "/fz/": rows("临河县2025年法治政府建设工作要点"),
            "/zwgk/": links(("工作报告", "/zwgk/gzbg/")),
            "/zwgk/gzbg/": COLUMN,
        },
        "/zwgk/gzbg/",
    ),
    "on the third page of the column": (
        {
            "/": links(*NAVIGATION, ("法治政府建设", "/fz/")),
            "/fz/": rows(*NOISE, more="<a href='index_1.html'>下一页</a>"),
            "/fz/index_1.html": rows("临河县部署普法工作一", more="<a href='index_2.html'>下一页</a>"),
            "/fz/index_2.html": COLUMN,
        },
        "/fz/",
    ),
    "behind a splash page": (
        {
            "/": "<html><head><meta http-equiv='refresh' content='3;url=/main/index.html'></head></html>",
            "/main/index.html": links(*NAVIGATION, ("法治政府建设", "/fz/")),
            "/fz/": COLUMN,
        },
        "/fz/",
    ),
    "behind a script that leads on": (
        {
            "/": "<script>window.location.href = 'home.shtml';</script>",
            "/home.shtml": links(*NAVIGATION, ("法治政府建设", "/fz/")),
            "/fz/": COLUMN,
        },
        "/fz/",
    ),
    "in a frameset": (
        {
            "/": "<frameset cols='200,*'><frame src='left.htm'><frame src='right.htm'></frameset>",
            "/left.htm": links(*NAVIGATION, ("法治政府建设", "/fz/")),
            "/right.htm": NEWS,
            "/fz/": COLUMN,
        },
        "/fz/",
    ),
    "list in a frame of the column": (
        {
            "/": links(*NAVIGATION, ("法治政府建设", "/fz/")),
            "/fz/": "<html><body><h1>法治政府建设</h1><iframe src='/list/88.html'></iframe></body></html>",
            "/list/88.html": COLUMN,
        },
        "/list/88.html",
    ),
    "menu in an inline script of objects": (
        {
            "/": menu("var m=[{id:1,name:'政务公开',url:'/zwgk/',sub:[{id:7,name:'法治政府建设',i:1,url:'/fz/'}]}]"),
            "/fz/": COLUMN,
        },
        "/fz/",
    ),
    "menu in JSON with the address first": (
        {
            "/": menu('var m=[{"link":"/xw/","title":"新"},{"link":"/fz/","target":"_blank","title":"法治政府建设"}]'),
            "/fz/": COLUMN,
        },
        "/fz/",
    ),
    "menu written by document.write": (
        {"/": menu("document.write('<a href=\\'/fz/\\'>法治政府建设<\\/a>');"), "/fz/": COLUMN},
        "/fz/",
    ),
    "menu in a script of its own": (
        {
            "/": "<html><script src='/js/jquery.min.js'></script><script src='/js/nav.js'></script></html>",
            "/js/nav.js": "addMenu('政务公开','/zwgk/');addMenu('法治政府建设','/fz/');",
            "/fz/": COLUMN,
        },
        "/fz/",
    ),
    "menu with names in escapes": (
        {"/": menu('var m=[{"n":"\\u6cd5\\u6cbb\\u653f\\u5e9c\\u5efa\\u8bbe","u":"\\/fz\\/"}]'), "/fz/": COLUMN},
        "/fz/",
    ),
    "menu of blocks with clicks": (
        {"/": links(*NAVIGATION, body="<div onclick=\"window.open('/fz/')\">法治政府建设</div>"), "/fz/": COLUMN},
        "/fz/",
    ),
    "menu of links that call a function": (
        {"/": links(*NAVIGATION, body="<a href=\"javascript:toUrl('/fz/','_self')\">法治政府建设</a>"), "/fz/": COLUMN},
        "/fz/",
    ),
    "menu of choices": (
        {"/": links(*NAVIGATION, body="<select><option value='/fz/'>法治政府建设</option></select>"), "/fz/": COLUMN},
        "/fz/",
    ),
    "image map": (
        {"/": links(*NAVIGATION, body="<map><area href='/fz/' alt='法治政府建设'></map>"), "/fz/": COLUMN},
        "/fz/",
    ),
    "only in the site map": (
        {
            "/": links(*NAVIGATION, ("网站地图", "/wzdt/")),
            "/wzdt/": links(("旅游", "/ly/"), ("法治政府建设", "/fz/")),
            "/fz/": COLUMN,
        },
        "/fz/",
    ),
    "only in sitemap.xml": (
        {
            "/": "<html><body>欢迎光临</body></html>",
            "/sitemap.xml": f"<urlset><loc>{BASE}/x/</loc><url><loc>{BASE}/zwgk/fzzfjs/</loc></url></urlset>",
            "/zwgk/fzzfjs/": COLUMN,
        },
        "/zwgk/fzzfjs/",
    ),
    "moved": (
        {
            "/": links(*NAVIGATION, ("法治政府建设", "/old/list.html")),
            "/old/list.html": "-> /new/fz/",
            "/new/fz/": COLUMN,
        },
        "/new/fz/",
    ),
    "told by where a report lies": (
        {
            "/": links(*NAVIGATION, body=rows(REPORT, folder="/a/b/202502")),
            "/a/b/": COLUMN,
        },
        "/a/b/",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("pages", "column"), SHAPES.values(), ids=SHAPES.keys())
def test_the_column_is_found(pages: Pages, column: str) -> None:
    found, asked, _ = look({**PLAIN, **pages})
    assert column in [path for path, _ in found]
    assert len(asked) <= MOST_PAGES_OPENED + 2


def test_only_lists_with_reports_of_their_own_are_watched() -> None:
    pages = {
        **PLAIN,
        "/": links(*NAVIGATION, ("法治政府建设", "/zwgk/fz/"), body=rows(REPORT, folder="/zwgk/fz/zf")),
        "/zwgk/": rows(REPORT, *NOISE, folder="/zwgk/fz/zf", more=links(("法治政府建设", "/zwgk/fz/"))),
        "/zwgk/fz/": links(("县政府", "zf/"), ("县直部门", "bm/"), body=rows(REPORT, folder="zf")),
        "/zwgk/fz/zf/": rows(REPORT, "临河县2025年法治政府建设工作要点"),
        "/zwgk/fz/bm/": rows(OTHER_REPORT),
    }
    found, _, _ = look(pages)
    assert sorted(found) == [("/zwgk/fz/bm/", "法治政府建设/县直部门"), ("/zwgk/fz/zf/", "法治政府建设/县政府")]


def test_beside_a_list_with_reports_one_of_news_is_not_watched() -> None:
    pages = {
        **PLAIN,
        "/": links(*NAVIGATION, ("法治政府建设", "/fz/")),
        "/fz/": links(("工作动态", "dt/"), ("年度报告", "bg/"), ("普法", "pf/")),
        "/fz/dt/": rows("临河县召开依法行政推进会", "临河县依法行政经验交流", "临河县部署依法行政工作"),
        "/fz/pf/": rows(*NOISE),
        "/fz/bg/": COLUMN,
    }
    assert look(pages)[0] == [("/fz/bg/", "法治政府建设/年度报告")]


def test_a_column_is_called_as_its_own_page_calls_it() -> None:
    crumbs = "<div class='x'>您现在的位置： <a href='/'>首页</a> &gt; 政务公开 &gt; 法治政府建设 &gt; 年度报告</div>"
    pages = {**PLAIN, "/": links(*NAVIGATION, ("法治政府建设", "/f/")), "/f/": COLUMN + crumbs}
    assert look(pages)[0] == [("/f/", "法治政府建设/年度报告")]


def test_where_no_report_is_found_lists_of_notices_are_watched() -> None:
    found, _, _ = look({**PLAIN, "/": links(*NAVIGATION)})
    assert ("/tzgg/", "通知公告") in found
    assert not {"/cz/", "/nb/", "/bs/"} & {path for path, _ in found}


def test_a_named_column_that_does_not_come_is_watched_all_the_same() -> None:
    found, _, _ = look({**PLAIN, "/": links(*NAVIGATION, ("法治政府建设", "/f/")), "/f/": "blocked"})
    assert ("/f/", "法治政府建设") in found


def test_a_dead_link_is_no_column() -> None:
    found, _, _ = look({**PLAIN, "/": links(*NAVIGATION, ("法治政府建设", "/f/"))})
    assert "/f/" not in [path for path, _ in found]


def test_other_hosts_are_named_and_never_asked() -> None:
    pages = {**PLAIN, "/": links(*NAVIGATION, ("法治政府建设", "http://zwgk.linhe.example/fz/"))}
    found, asked, discovery = look(pages)
    assert discovery.elsewhere == ["http://zwgk.linhe.example/fz/"]
    assert all(path != "/fz/" for path in asked) and all("fz" not in path for path, _ in found)


def test_a_maze_ends() -> None:
    pages = {"/": links(*((f"栏目{n}号", f"/c{n}/") for n in range(60)))}
    pages |= {f"/c{n}/": links(*((f"子栏目{n}之{m}", f"/c{n}/{m}/") for m in range(60))) for n in range(60)}
    assert len(look(pages)[1]) <= MOST_PAGES_OPENED + 5


def test_a_home_page_that_does_not_come_is_the_answer() -> None:
    async def ask(url: str, role: Role, **_: Any) -> Fetched:
        return Fetched("blocked", "a script challenge", url)

    portal = Portal(id="x", name="x", region_code="990100", base_url=BASE)
    assert asyncio.run(Discovery(portal, ask).look()).verdict == "blocked"


def test_bodies_of_a_catalogue_have_columns_of_their_own() -> None:
    bodies = (("青石镇", "/bm/qs/"), ("县司法局", "/bm/sf/"), ("县财政局", "/bm/cz/"))
    pages = {
        "/": links(*NAVIGATION, ("镇街部门", "/bm/")),
        "/zwgk/": links(("法治政府建设", "/zwgk/fz/")),
        "/zwgk/fz/": COLUMN,
        "/bm/": links(*bodies),
    }
    for name, path in bodies:
        pages |= {path: links(("法治政府建设", "fz/")), f"{path}fz/": rows(f"{name}2024年法治政府建设年度报告", *NOISE)}
    found, _, _ = look(PLAIN | pages)
    assert sorted(path for path, _ in found) == ["/bm/cz/fz/", "/bm/qs/fz/", "/bm/sf/fz/", "/zwgk/fz/"]


def test_a_catalogue_whose_bodies_have_no_columns_is_left() -> None:
    bodies = [(f"第{sign}镇", f"/bm/{n}/") for n, sign in enumerate("一二三四五六七八九十")]
    pages = {
        "/": links(*NAVIGATION, ("乡镇街道", "/bm/")),
        "/zwgk/": links(("法治政府建设", "/zwgk/fz/")),
        "/zwgk/fz/": COLUMN,
        "/bm/": links(*bodies),
        **{path: links(("简介", "jj/")) for _, path in bodies},
    }
    found, asked, _ = look(PLAIN | pages)
    assert [path for path, _ in found] == ["/zwgk/fz/"]
    assert sum(path.startswith("/bm/") and path != "/bm/" for path in asked) == 4


def test_blocks_of_a_named_page_are_read_where_they_have_more() -> None:
    towns = [f"{sign}河镇2024年度法治政府建设年度报告" for sign in "甲乙丙丁"]
    index = "".join(
        f"<div><h3>{name}<a href='{folder}/'>更多&gt;&gt;</a></h3><ul><li><a href='{folder}/t20250211_{number}.html'>"
        f"{title}</a><span>2025-02-11</span></li></ul></div>"
        for name, folder, title, number in (("县级", "xj", REPORT, 1), ("乡镇", "xz", towns[0], 2))
    )
    pages = {
        "/": links(*NAVIGATION, ("法治政府建设年报", "/fz/")),
        "/fz/": f"<html><body>{index}</body></html>",
        "/fz/xj/": rows(REPORT),
        "/fz/xz/": rows(*towns),
    }
    found, _, _ = look(PLAIN | pages)
    assert {"/fz/xj/", "/fz/xz/"} <= {path for path, _ in found}


def test_bodies_whose_reports_stand_in_lists_of_other_names_are_looked_into_to_the_last() -> None:
    bodies = [(f"第{sign}镇", f"/bm/{n}/") for n, sign in enumerate("一二三四五六")]
    pages = {
        "/": links(*NAVIGATION, ("部门及乡镇信息公开目录", "/bm/")),
        "/zwgk/": links(("法治政府建设", "/zwgk/fz/")),
        "/zwgk/fz/": COLUMN,
        "/bm/": links(*bodies),
    }
    for name, path in bodies:
        pages |= {path: links(("规划总结", "gh/")), f"{path}gh/": rows(f"{name}2024年法治政府建设年度报告", *NOISE)}
    found, _, _ = look(PLAIN | pages)
    assert sorted(path for path, _ in found) == [*(f"/bm/{n}/gh/" for n in range(6)), "/zwgk/fz/"]


def test_a_report_behind_the_first_page_of_a_general_list_is_found_where_nothing_else_is() -> None:
    pages = {
        "/": links(("首页", "/"), ("政府工作", "/zfgz/")),
        "/zfgz/": rows(*NOISE, more="<a href='/zfgz/2.html'>下一页</a>"),
        "/zfgz/2.html": rows(REPORT, "临河县政务督查通报"),
    }
    assert [path for path, _ in look(pages)[0]] == ["/zfgz/"]


def test_a_home_page_that_only_a_browser_fills_is_a_dead_end() -> None:
    shell = "<html><body><div id='app'></div><script src='/app.1f.js'></script></body></html>"
    found, _, discovery = look({"/": shell})
    assert (found, discovery.dead_end) == ([], True)
