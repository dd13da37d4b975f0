"""The way on from one page of a list to the next, in every notation that the platforms use."""

from __future__ import annotations

import pytest

from crawlers.families.eportal import Eportal
from crawlers.families.generic import Generic
from crawlers.families.nfcms import Nfcms
from crawlers.families.paging import stated_total
from crawlers.families.reading import Page
from crawlers.families.trs import Trs, script_paging
from crawlers.families.vsb import Vsb

ROW = '<ul><li><a href="./t20250118_1001.html">青禾市2024年度法治政府建设情况报告</a><span>2025-01-18</span></li></ul>'

CALLS = [
    ("0-based with a total", 'createPageHTML(3, 0, "index", "shtml", 20);', "index_1.shtml", 20),
    ("0-based without a total", 'createPageHTML(25,0,"index","html");', "index_1.html", None),
    ("0-based in the middle", "createPageHTML(25, 3, 'index', 'htm');", "index_4.htm", None),
    ("0-based at the end", 'createPageHTML(3, 2, "index", "shtml", 20);', None, 20),
    ("one page", 'createPageHTML(1, 0, "index", "shtml", 4);', None, 4),
    ("an element first, 1-based", "createPageHTML('page_div',10, 1,'zwgklist','shtml',200);", "zwgklist_2.shtml", 200),
    ("an element first, at the end", "createPageHTML('page_div',10,10,'zwgklist','shtml',200);", None, 200),
    ("a name of its own", 'createPageHTML(9, 0, "index_7035", "shtml");', "index_7035_1.shtml", None),
    ("the short call", 'createPage(12,0,"index","html");', "index_1.html", None),
    ("numbers in quotes are a name", 'createPageHTML(50,0,"list","shtml", "1000");', "list_1.shtml", None),
    ("the pages of an article's body", 'createPageHTML(1,0,"t20190918_693227","shtml");', None, None),
    ("two counts in variables", "var currentPage = 2; var countPage = 7;", "index_3.html", None),
    ("a configuration", "pagination_script_config = { total: 5, current: 0 };", "index_1.html", None),
]


@pytest.mark.parametrize(("name", "script", "following", "total"), CALLS, ids=[case[0] for case in CALLS])
def test_trs_pagers_of_every_shape(name: str, script: str, following: str | None, total: int | None) -> None:
    page = Page("http://www.yunling.example/fzzfjs/ndbg/", f"{ROW}<script>{script}</script>")
    next_page, stated = script_paging(page)
    expected = None if following is None else f"http://www.yunling.example/fzzfjs/ndbg/{following}"
    assert (next_page.url if next_page else None, stated) == (expected, total)


def test_trs_pages_of_a_column_without_a_final_slash_lie_below_it() -> None:
    page = Page("http://www.yunling.example/fzzfjs", f'{ROW}<script>createPageHTML(3,0,"index","html");</script>')
    next_page = Trs().read(page).next_page
    assert next_page is not None and next_page.url == "http://www.yunling.example/fzzfjs/index_1.html"


LINKS = [
    ("rel", '<a rel="next" href="p2.html">2</a>', "http://www.x.example/zwgk/p2.html"),
    ("link element", '<link rel="next" href="/zwgk/p2.html">', "http://www.x.example/zwgk/p2.html"),
    ("下一页", '<a href="list_2.html">下一页</a>', "http://www.x.example/zwgk/list_2.html"),
    ("下页", '<a href="list_2.html"> 下页 &gt;</a>', "http://www.x.example/zwgk/list_2.html"),
    ("an arrow", '<a href="?page=2">&raquo;</a>', "http://www.x.example/zwgk/list.html?page=2"),
    ("a title on an image", '<a href="?page=2" title="下一页"><img src="n.gif"></a>', "http://www.x.example/zwgk/list.html?page=2"),
    ("numbers, this one no link", '<b>1</b> <a href="?p=2">2</a> <a href="?p=3">3</a>', "http://www.x.example/zwgk/list.html?p=2"),
    ("numbers, this one a link", '<a href="list.html">1</a><a href="?p=2">[2]</a>', "http://www.x.example/zwgk/list.html?p=2"),
    ("numbers, this one a dead link", '<a href="?p=1">1</a><a href="#">2</a><a href="?p=3">3</a>', "http://www.x.example/zwgk/list.html?p=3"),
    ("the last page", '<a href="?p=1">1</a><a href="?p=2">2</a><b>3</b>', None),
    ("a next link to this page", '<a href="list.html">下一页</a>', None),
    ("a next link by script", '<a href="javascript:go(2)">下一页</a>', None),
    ("none", "<p>共3条</p>", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "html", "following"), LINKS, ids=[case[0] for case in LINKS])
def test_any_pager(name: str, html: str, following: str | None) -> None:
    page = Page("http://www.x.example/zwgk/list.html", f"<html><body>{ROW}{html}</body></html>")
    next_page = Generic().read(page).next_page
    assert (next_page.url if next_page else None) == following


def test_an_nfcms_pager_without_a_next_link_counts_on_to_its_last_page() -> None:
    pager = '<a class="last" href="http://www.qinghe.example/zwgk/index_4.html">最后一页</a>'
    page = Page("http://www.qinghe.example/zwgk/index_3.html", f"<html>{ROW}{pager}</html>")
    next_page = Nfcms().read(page).next_page
    assert next_page is not None and next_page.url == "http://www.qinghe.example/zwgk/index_4.html"
    last = Page("http://www.qinghe.example/zwgk/index_4.html", page.text)
    assert Nfcms().read(last).next_page is None


VSB = [
    ("the newest of six", "http://www.baishi.example/czj/tzgg.htm", "共90条 1/6", "http://www.baishi.example/czj/tzgg/5.htm"),
    ("the second of six", "http://www.baishi.example/czj/tzgg/5.htm", "共90条 2/6", "http://www.baishi.example/czj/tzgg/4.htm"),
    ("the oldest", "http://www.baishi.example/czj/tzgg/1.htm", "共90条 6/6", None),
    ("a single page", "http://www.baishi.example/czj/tzgg.htm", "共9条 1/1", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "url", "counted", "following"), VSB, ids=[case[0] for case in VSB])
def test_vsb_counts_down(name: str, url: str, counted: str, following: str | None) -> None:
    next_page = Vsb().read(Page(url, f"<html>{ROW}<td id=fanye1>{counted}</td></html>")).next_page
    assert (next_page.url if next_page else None) == following
    if next_page is not None:
        assert next_page.headers["Referer"] == url


def test_an_eportal_list_of_one_page_leads_nowhere() -> None:
    page = Page("http://j.example/eportal/ui?pageId=8", f"{ROW}共1页 <i>moduleId=0123456789abcdef0123456789abcdef</i>")
    assert Eportal().read(page).next_page is None


TOTALS = [
    ("共 23 条", 23),
    ("共有<b>7</b>条信息", 7),
    ("第1-24条/共775条信息", 775),
    ("总记录数：120", 120),
    ("暂无数据", 0),
    ("没有找到相关信息", 0),
    ("<script>var s = '共99条';</script>", None),
    ("法治政府建设", None),
]


@pytest.mark.parametrize(("text", "total"), TOTALS, ids=[case[0] for case in TOTALS])
def test_the_stated_number_of_entries(text: str, total: int | None) -> None:
    assert stated_total(text) == total


FORM = (
    "<form id='f' action='/fz/index.jhtml'><input type='hidden' name='channelId' value='7'>"
    "<input type='hidden' name='pageNo' id='pageNo' value='1'></form>"
)
CALLED = [
    (
        "a form",
        f"{FORM}<a href='javascript:go(2)'>下一页</a>"
        "<script>function go(n){ $('#pageNo').val(n); $('#f').submit(); }</script>",
        "/fz/index.jhtml?channelId=7&pageNo=2",
    ),
    (
        "an address",
        "<a onclick='toPage(2)'>下一页</a><script>var cid='9';"
        "function toPage(p) { location.href = 'list.jsp?cid=' + cid + '&p=' + p; }</script>",
        "/fz/list.jsp?cid=9&p=2",
    ),
    (
        "a function kept in a name",
        "<a href=\"javascript:void(0)\" onclick=\"jump('2')\">下页</a><a href='javascript:jump(2)'>&gt;</a>"
        "<script>jump = function(no){ window.location.replace(`index_${no}.html`) }</script>",
        "/fz/index_2.html",
    ),
    (
        "a block with an address of its own",
        "<button data-url='/fz/page/2/'>加载更多</button>",
        "/fz/page/2/",
    ),
    ("a function that is not there", "<a href='javascript:go(2)'>下一页</a>", None),
    (
        "one that does something else",
        "<a href='javascript:go(2)'>下一页</a><script>function go(n){show(n)}</script>",
        None,
    ),
]


@pytest.mark.parametrize(("name", "markup", "following"), CALLED, ids=[case[0] for case in CALLED])
def test_a_pager_that_calls_a_function(name: str, markup: str, following: str | None) -> None:
    next_page = Generic().read(Page("http://www.shahe.example/fz/", f"{ROW}{markup}")).next_page
    assert (next_page.url if next_page else None) == (f"http://www.shahe.example{following}" if following else None)


def test_pages_are_joined_to_the_base_that_the_page_names() -> None:
    markup = f"<base href='/qingyun/'>{ROW}<a href='fz/list_2.htm'>下一页</a>"
    next_page = Generic().read(Page("http://www.shahe.example/qingyun/fz/list.htm", markup)).next_page
    assert next_page is not None
    assert next_page.url == "http://www.shahe.example/qingyun/fz/list_2.htm"


def test_a_page_is_posted_back_with_its_state() -> None:
    form = (
        "<form method='post' action='List.aspx?cid=2'><input type='hidden' name='__EVENTTARGET'>"
        "<input type='hidden' name='__VIEWSTATE' value='dDw='><input type='submit' name='go' value='GO'>"
        f"{ROW}<a href=\"javascript:__doPostBack('ctl00$Pager','2')\">下一页</a></form>"
    )
    next_page = Generic().read(Page("http://www.shahe.example/fz/List.aspx?cid=2", form)).next_page
    assert next_page is not None
    assert (next_page.method, next_page.url) == ("POST", "http://www.shahe.example/fz/List.aspx?cid=2")
    assert next_page.body == b"__EVENTTARGET=ctl00%24Pager&__VIEWSTATE=dDw%3D&__EVENTARGUMENT=2"
