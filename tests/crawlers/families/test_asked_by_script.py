"""The request that a page's script would make for its list, and how the answer is read."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from crawlers.families.generic import Generic
from crawlers.families.reading import NextPage, Page

COLUMN = "https://www.qingxi.example/zwgk/fz/index.html"


def column(script: str, markup: str = "") -> Page:
    return Page(
        COLUMN, f"<html><head></head><body><div id='list'></div>{markup}<script>{script}</script></body></html>"
    )


SCRIPTS = {
    "ajax, JSON": (
        """var channelId = '4021'; var pageSize = 10;
        function load(pageNum){ $.ajax({ url: '/api/cms/page', type: 'POST', contentType: 'application/json',
          data: JSON.stringify({ "channelId": channelId, "pageNum": pageNum, "pageSize": pageSize,
            "title": "" }) }); }""",
        "POST", "/api/cms/page", {"channelId": "4021", "pageNum": 1, "pageSize": 10, "title": ""},
    ),
    "ajax, a form": (
        "$.ajax({type:'post', url:'/module/xxgk/search.jsp', data:{divid:'div9', area:'', currpage:pageNo}, async:1})",
        "POST", "/module/xxgk/search.jsp", {"divid": "div9", "area": "", "currpage": "1"},
    ),
    "post with a variable": (
        "var params = {siteId: 7, colId: $('#colId').val(), current: cur, size: 20}; $.post('/q/list.do', params, f);",
        "POST", "/q/list.do", {"siteId": "7", "colId": "88", "current": "1", "size": "20"},
    ),
    "axios get": (
        "axios.get(`/gw/article/list`, { params: { cid: '31', page: this.page, limit: 12 } }).then(show)",
        "GET", "/gw/article/list", {"cid": "31", "page": "1", "limit": "12"},
    ),
    "fetch": (
        "fetch('/gw/search', {method: 'POST', headers: {'Content-Type': 'application/json'},"
        " body: JSON.stringify({column: 31, pageNo: no})}).then(r => r.json())",
        "POST", "/gw/search", {"column": 31, "pageNo": 1},
    ),
    "an address put together": (
        "var cid=12; function go(p){ $.getJSON('/data/list.jsp?cid=' + cid + '&page=' + p + '&t=' + Math.random()); }",
        "GET", "/data/list.jsp", {"cid": "12", "page": "1", "t": ""},
    ),
    "a client with a base": (
        "const http = axios.create({ baseURL: '/portal-api', timeout: 9 });"
        " http({ url: '/content/page', method: 'get', params: { catalogId: '99', pageNo, pageSize: 10 } })",
        "GET", "/portal-api/content/page", {"catalogId": "99", "pageNo": "1", "pageSize": "10"},
    ),
    "a piece of HTML": (
        "$('#head').load('/common/header.html'); var cid = 12; $('#list').load('/xxgk/list_' + cid + '_1.html');",
        "GET", "/xxgk/list_12_1.html", {},
    ),
    "a counter beside it": (
        "$.get('/hits/add?id=3'); $.get('/weather/now?page=1');"
        " $.post('/info/getInfoList', {pageIndex: 1, pageSize: 15, catId: '9'});",
        "POST", "/info/getInfoList", {"pageIndex": "1", "pageSize": "15", "catId": "9"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_scripts_request_is_made_in_its_place(name: str) -> None:
    script, method, path, fields = SCRIPTS[name]
    asked = Generic().read(column(script, "<input type='hidden' id='colId' value='88'>")).next_page
    assert asked is not None
    assert (asked.method, urlsplit(asked.url).path) == (method, path)
    sent = asked.body.decode() if asked.body else urlsplit(asked.url).query
    read = json.loads(sent) if sent.startswith("{") else dict(parse_qsl(sent, keep_blank_values=True))
    assert read == fields


@pytest.mark.parametrize(
    "script",
    [
        "$('#menu').show(); var a = {url: 'x'};",
        "$.get('/hits/add?id=3')",
        "$.ajax({url: address, type: 'POST', data: {page: 1}})",
        "}}}])(((",
        "f({url:1," * 20_000,
        "var a = a + a; $.post(a, {page: a});" * 100,
        "",
    ],
    ids=["no request", "a counter", "no address", "broken", "without end", "in a circle", "none"],
)
def test_what_is_no_request_for_a_list_is_not_made(script: str) -> None:
    assert Generic().read(column(script)).next_page is None


def test_the_answer_is_read_whatever_it_calls_its_fields_and_paged() -> None:
    asked = NextPage("https://www.qingxi.example/api/p", "POST", b'{"pageNum": 1, "pageSize": 2}')
    records = [
        {"infoTitle": "清溪县2024年法治政府建设年度报告", "infoUrl": "/a/1.html", "createDate": "2025-01-01",
         "pubDay": "2025-02-03 10:00"},
        {"infoTitle": "清溪县2023年法治政府建设年度报告", "infoUrl": "/a/2.html", "pubDay": "2024-02-03"},
    ]  # fmt: skip
    text = json.dumps({"code": 200, "data": {"total": 3, "rows": records}})
    reading = Generic().read(Page(asked.url, text, "application/json", asked))
    assert [(entry.url, entry.listed_on) for entry in reading.entries] == [
        ("https://www.qingxi.example/a/1.html", "2025-02-03"),
        ("https://www.qingxi.example/a/2.html", "2024-02-03"),
    ]
    assert reading.next_page is not None
    assert reading.next_page.body == b'{"pageNum": 2, "pageSize": 2}'


def test_records_without_an_address_have_the_one_that_the_page_writes() -> None:
    script = """$.get('/api/list?page=1', function (d) { for (var i in d.rows) { $('#list').append(
      '<a href="/zwgk/detail.html?id=' + d.rows[i].articleId + '">' + d.rows[i].title + '</a>'); } });"""
    asked = Generic().read(column(script)).next_page
    assert asked is not None
    text = json.dumps({"rows": [{"articleId": 77, "title": "清溪县2024年法治政府建设年度报告", "time": "2025-01-09"}]})
    (entry,) = Generic().read(Page(asked.url, text, "application/json", asked)).entries
    assert entry.url == "https://www.qingxi.example/zwgk/detail.html?id=77"


def test_a_piece_of_html_is_read_and_paged() -> None:
    asked = NextPage(
        "https://www.qingxi.example/s.jsp", "POST", b"id=3&currpage=1", {"X-Requested-With": "XMLHttpRequest"}
    )
    rows = "".join(
        f"<li><a href='/art/2025/1/{n}/art_1_{n}.html'>第{n}号信息公开公告</a><b>2025-01-0{n}</b></li>" for n in (1, 2)
    )
    reading = Generic().read(Page(asked.url, f"<ul>{rows}</ul><span>共5条</span>", "text/html", asked))
    assert len(reading.entries) == 2
    assert reading.next_page is not None
    assert reading.next_page.body == b"id=3&currpage=2"


def test_the_script_of_a_shell_is_read_with_the_values_that_its_page_gives() -> None:
    shell = f"<html><script>var catalogId = '55';</script><script src='/js/list.js'></script>{' ' * 9}</html>"
    to_script = Generic().read(Page(COLUMN, shell)).next_page
    assert to_script is not None
    assert to_script.url == "https://www.qingxi.example/js/list.js"
    code = "function f(n){ $.post('/api/catalog/list', {id: catalogId, pageNo: n}, g) }"
    asked = Generic().read(Page(to_script.url, code, "application/javascript", to_script)).next_page
    assert asked is not None
    assert (asked.url, asked.body) == ("https://www.qingxi.example/api/catalog/list", b"id=55&pageNo=1")
