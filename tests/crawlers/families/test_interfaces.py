"""Lists behind interfaces: what each answers, and the request for the page after."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from crawlers.families.answers import following
from crawlers.families.generic import Generic
from crawlers.families.gkmlpt import Gkmlpt
from crawlers.families.hanweb import Hanweb
from crawlers.families.lonsun import Lonsun
from crawlers.families.reading import ListReading, NextPage, Page
from crawlers.families.site_search import search_requests
from crawlers.families.trs import Trs
from crawlers.families.ucap import Ucap

PROXY = "http://www.anlan.example/module/web/jpage/dataproxy.jsp"
FORM = b"col=1&appid=1&webid=27&path=%2F&columnid=3377&unitid=52001"


def told(reading: ListReading) -> list[tuple[str, str, str | None]]:
    return [(urlsplit(entry.url).path, entry.title, entry.listed_on) for entry in reading.entries]


def jpage(start: int, end: int, numbers: list[int], total: int = 130) -> Page:
    records = "".join(
        f"<record><![CDATA[<li><a href='/art/2024/3/{n % 28 + 1}/art_3377_{n}.html'>安澜市第{n}号文件的标题</a>"
        f"<b>2024-\n03-\n{n % 28 + 1:02}</b></li>]]></record>"
        for n in numbers
    )
    text = f"<datastore><totalrecord>{total}</totalrecord><recordset>{records}</recordset></datastore>"
    asked = NextPage(f"{PROXY}?startrecord={start}&endrecord={end}&perpage=2", "POST", FORM, {"Referer": "http://r/"})
    return Page(asked.url, text, "text/xml", asked)


def test_jpage_answers_are_read_and_counted_on() -> None:
    reading = Hanweb().read(jpage(7, 12, [7, 8, 9, 10, 11, 12]))
    assert told(reading)[0] == ("/art/2024/3/8/art_3377_7.html", "安澜市第7号文件的标题", "2024-03-08")
    assert len(reading.entries) == 6
    assert reading.total == 130
    assert reading.next_page is not None
    assert dict(parse_qsl(urlsplit(reading.next_page.url).query)) == {
        "startrecord": "13", "endrecord": "18", "perpage": "2",
    }  # fmt: skip
    assert (reading.next_page.method, reading.next_page.body) == ("POST", FORM)


def test_the_record_that_a_jpage_group_repeats_from_the_one_before_is_dropped() -> None:
    reading = Hanweb().read(jpage(7, 12, [6, 7, 8, 9, 10, 11, 12]))
    assert [entry.url.rsplit("_", 1)[1] for entry in reading.entries] == [f"{n}.html" for n in range(7, 13)]


def test_the_first_jpage_group_keeps_its_first_record() -> None:
    reading = Hanweb().read(jpage(1, 6, [1, 2, 3, 4, 5, 6, 7]))
    assert len(reading.entries) == 7


def test_jpage_ends_at_its_total() -> None:
    assert Hanweb().read(jpage(7, 12, [7, 8], total=8)).next_page is None


def test_an_empty_jpage_answer_ends_the_list() -> None:
    reading = Hanweb().read(jpage(7, 12, []))
    assert (reading.entries, reading.next_page) == ((), None)


def test_the_next_group_that_a_page_names_is_followed_as_it_stands() -> None:
    text = (
        '<datastore><nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&amp;columnid=a9F%2B&unitid=zZ">'
        "</a>]]></nextgroup><recordset><record><![CDATA[<a href='/art/2024/3/1/art_1_2.html'>某某规定的标题</a>"
        "<span>2024-03-01</span>]]></record></recordset></datastore>"
    )
    reading = Hanweb().read(Page("http://www.anlan.example/col/col7/index.html", text))
    assert reading.next_page is not None
    assert reading.next_page.url == f"{PROXY}?page=1&columnid=a9F%2B&unitid=zZ"


JPAAS = """<html><body><script src="/jpaas-publish-server/x.js"></script>
<ul id="list" queryData="{'webId':'1f2e','pageId':'88ab',
'tplSetId':'77cd','parseType':'bulidstatic','pageType':'column','tagId':'信息列表'}"></ul></body></html>"""


def test_a_jpaas_shell_leads_to_its_first_page() -> None:
    next_page = Hanweb().read(Page("https://www.anlan.example/zwgk/fzzfjs/index.html", JPAAS)).next_page
    assert next_page is not None
    parts = urlsplit(next_page.url)
    query = parse_qs(parts.query)
    assert parts.path == "/api-gateway/jpaas-publish-server/front/page/build/unit"
    assert (query["webId"], query["pageId"], query["tplSetId"], query["tagId"]) == (
        ["1f2e"],
        ["88ab"],
        ["77cd"],
        ["信息列表"],
    )
    assert json.loads(query["paramJson"][0]) == {"pageNo": 1, "pageSize": 15}


def test_a_jpaas_answer_holds_html_and_leads_to_the_page_after() -> None:
    shell = Page("https://www.anlan.example/zwgk/fzzfjs/index.html", JPAAS)
    asked = Hanweb().read(shell).next_page
    assert asked is not None
    rows = (
        "<ul><li><a href='/zwgk/art/2025/art_0123456789abcdef0123456789abcdef.html' "
        "title='安澜市商务局2024年度法治政府建设情况报告'>安澜市…</a><span>2025-02-03</span></li></ul>"
    )
    answer = json.dumps({"success": True, "data": {"html": f"{rows}<script>count: '31'</script>"}})
    reading = Hanweb().read(Page(asked.url, answer, "application/json", asked))
    assert told(reading) == [
        (
            "/zwgk/art/2025/art_0123456789abcdef0123456789abcdef.html",
            "安澜市商务局2024年度法治政府建设情况报告",
            "2025-02-03",
        )
    ]
    assert reading.next_page is not None
    assert json.loads(parse_qs(urlsplit(reading.next_page.url).query)["paramJson"][0]) == {"pageNo": 2, "pageSize": 15}


QUERY_LIST = """<html><body><div id="380"></div><script>
var params = {
  current: 1, unitid: '380', webSiteCode: ['qhsthj'], channelCode: ['col77'], dataBefore: '', perPage: '15',
  notReturnContent:false, titleMax: '34',
};
loadPageData(params, '380');</script></body></html>"""


def test_a_query_list_shell_leads_to_a_form() -> None:
    next_page = Hanweb().read(Page("http://sthj.qinghe.example/col/col77/index.html", QUERY_LIST)).next_page
    assert next_page is not None
    assert (next_page.url, next_page.method) == ("http://sthj.qinghe.example/queryList", "POST")
    form = dict(parse_qsl((next_page.body or b"").decode(), keep_blank_values=True))
    assert form["webSiteCode[]"] == "qhsthj"
    assert form["channelCode[]"] == "col77"
    assert (form["current"], form["perPage"], form["unitid"]) == ("1", "15", "380")


def test_a_query_list_answer_is_read_and_turned() -> None:
    asked = NextPage("http://sthj.qinghe.example/queryList", "POST", b"current=1&unitid=380&perPage=15", {})
    records = [
        {"title": "青禾市生态环境局2024年度法治政府建设情况报告", "pubDate": "2025-02-20 09:00",
         "urls": "{\"pc\":\"/qhsthj/col/col77/content/content_19.html\"}"},
    ]  # fmt: skip
    answer = json.dumps({"code": "200", "data": {"total": 40, "results": records}})
    reading = Hanweb().read(Page(asked.url, answer, "application/json", asked))
    assert told(reading) == [
        ("/qhsthj/col/col77/content/content_19.html", "青禾市生态环境局2024年度法治政府建设情况报告", "2025-02-20")
    ]
    assert reading.next_page is not None and reading.next_page.body == b"current=2&unitid=380&perPage=15"


def test_records_written_into_a_page_are_read() -> None:
    listed = json.dumps(
        [
            {
                "title": "青禾市生态环境局2024年度法治政府建设情况报告",
                "pubDate": "2025-02-20 09:00",
                "url": "/c/1.html",
            },
            {
                "title": "<p>青禾市生态环境局2023年度法治政府建设情况报告</p>",
                "pubDate": "2024-02-21",
                "url": "/c/2.html",
            },
        ],
        ensure_ascii=False,
    )
    page = Page(
        "http://sthj.qinghe.example/col/col77/index.html", f"<html><script>var d = {{list: {listed}}};</script></html>"
    )
    assert told(Hanweb().read(page)) == [
        ("/c/1.html", "青禾市生态环境局2024年度法治政府建设情况报告", "2025-02-20"),
        ("/c/2.html", "青禾市生态环境局2023年度法治政府建设情况报告", "2024-02-21"),
    ]


def gkmlpt(number: int, articles: list[dict[str, object]], total: int) -> Page:
    asked = NextPage(f"http://www.qinghe.example/gkmlpt/api/all/121?page={number}&sid=200999")
    answer = {
        "classify": {"id": 121, "name": "法治政府建设年度报告", "post_count": total},
        "articles": articles,
        "total": total,
    }
    return Page(asked.url, json.dumps(answer), "application/json", asked)


def test_gkmlpt_articles_are_read_with_the_date_that_is_shown() -> None:
    article: dict[str, object] = {
        "id": 8123456, "title": "青禾市水务局2024年度法治政府建设年度报告", "publisher": "青禾市水务局",
        "date": 1737561600, "display_publish_time": 1736438400, "created_at": "2025-01-23 10:00:00",
        "url": "http://www.qinghe.example/gkmlpt/content/8/8123/post_8123456.html",
    }  # fmt: skip
    unshown = {
        **article,
        "display_publish_time": 0,
        "url": "http://www.qinghe.example/gkmlpt/content/8/8123/post_8123457.html",
    }
    reading = Gkmlpt().read(gkmlpt(1, [article, unshown], 2))
    assert told(reading) == [
        ("/gkmlpt/content/8/8123/post_8123456.html", "青禾市水务局2024年度法治政府建设年度报告", "2025-01-10"),
        ("/gkmlpt/content/8/8123/post_8123457.html", "青禾市水务局2024年度法治政府建设年度报告", "2025-01-23"),
    ]
    assert (reading.total, reading.next_page) == (2, None)


def test_gkmlpt_turns_a_hundred_at_a_time() -> None:
    articles: list[dict[str, object]] = [
        {"title": f"青禾市第{n}号公开文件", "date": "2024-05-06", "url": f"/gkmlpt/content/8/8123/post_{n}.html"}
        for n in range(8123000, 8123100)
    ]
    second = Gkmlpt().read(gkmlpt(1, articles, 230)).next_page
    assert second is not None and second.url == "http://www.qinghe.example/gkmlpt/api/all/121?page=2&sid=200999"
    assert Gkmlpt().read(gkmlpt(3, articles[:30], 230)).next_page is None


def test_a_gkmlpt_catalogue_without_a_category_of_its_own_is_read_whole() -> None:
    shell = '<script>window._CONFIG = {SID: \'2\', TREE: [{"id":5,"name":"机构职能","children":[]}]};</script>'
    next_page = Gkmlpt().read(Page("http://www.qinghe.example/szj/gkmlpt/index", shell)).next_page
    assert next_page is not None and next_page.url == "http://www.qinghe.example/szj/gkmlpt/api/all/0?page=1&sid=2"


def test_a_gkmlpt_answer_that_is_no_list_is_reported() -> None:
    page = Page("http://www.qinghe.example/gkmlpt/api/all/1?page=1&sid=2", '{"message": "not found"}')
    assert Gkmlpt().read(page).warnings


def test_a_ucap_shell_leads_to_the_interface_of_its_channel() -> None:
    shell = (
        '<html><head><meta name="channelId" content="0a1b2c3d4e5f4a5b"></head><body><div id="list"></div></body></html>'
    )
    next_page = Ucap().read(Page("http://www.hailan.example/x/list.shtml", shell)).next_page
    assert next_page is not None
    assert next_page.url.startswith("http://www.hailan.example/common/search/0a1b2c3d4e5f4a5b?page=1&_pageSize=15&")


def test_a_ucap_answer_is_read_and_turned() -> None:
    asked = NextPage("http://www.hailan.example/common/search/0a1b2c3d4e5f4a5b?page=1&_pageSize=15&_isJson=true")
    results = [{"title": "海岚市<em>法治</em>政府建设2024年度报告",
                "url": "/c/202501/0123456789abcdef0123456789abcdef.shtml",
                "publishedTimeStr": "2025-01-09 10:00:00", "content": "全文"}]  # fmt: skip
    answer = json.dumps({"data": {"total": 31, "page": 1, "rows": 15, "results": results}})
    reading = Ucap().read(Page(asked.url, answer, "application/json", asked))
    assert told(reading) == [
        ("/c/202501/0123456789abcdef0123456789abcdef.shtml", "海岚市法治政府建设2024年度报告", "2025-01-09")
    ]
    assert reading.next_page is not None and "page=2&" in reading.next_page.url


def test_a_lonsun_shell_leads_to_its_label() -> None:
    shell = "<script>var siteId = 880011, organId = 6601, catId = 77120;</script><div>publicInfoList</div>"
    next_page = Lonsun().read(Page("http://www.linhuai.example/public/column/6601", shell)).next_page
    assert next_page is not None
    query = dict(parse_qsl(urlsplit(next_page.url).query))
    assert (query["siteId"], query["organId"], query["catId"], query["pageIndex"]) == ("880011", "6601", "77120", "1")


HOME = '<html><a href="/irs-c-web/search.shtml?code=18a0b1c2d3e&amp;dataTypeId=1">站内搜索</a></html>'


def test_the_irs_search_is_asked_by_the_code_of_the_site() -> None:
    (asked, *_) = search_requests(Page("http://www.yunling.example/", HOME), "法治政府建设")
    body = json.loads(asked.body or b"")
    assert (asked.url, asked.method) == ("http://www.yunling.example/irs/front/search", "POST")
    assert (body["code"], body["searchWord"], body["searchBy"], body["pageNo"]) == (
        "18a0b1c2d3e",
        "法治政府建设",
        "title",
        1,
    )


def test_a_home_page_without_a_code_has_no_search() -> None:
    assert search_requests(Page("http://www.yunling.example/", "<html></html>"), "法治") == ()


def test_an_irs_answer_is_read_and_turned() -> None:
    (asked, *_) = search_requests(Page("http://www.yunling.example/", HOME), "法治政府建设")
    found = {
        "title": "云岭县2024年度<em>法治政府建设</em>工作报告",
        "title_no_tag": "云岭县2024年度法治政府建设工作报告",
        "time": "2025-01-18 09:00:00",
        "url": "http://www.yunling.example/fzzfjs/t1.shtml",
    }
    boxes = [{"data": found}]
    answer = json.dumps({"code": 200, "data": {"middle": {"listAndBox": boxes, "total": 45}}})
    reading = Trs().read(Page(asked.url, answer, "application/json", asked))
    assert told(reading) == [("/fzzfjs/t1.shtml", "云岭县2024年度法治政府建设工作报告", "2025-01-18")]
    assert reading.next_page is not None and json.loads(reading.next_page.body or b"")["pageNo"] == 2


def test_an_igs_answer_is_read_and_turned() -> None:
    asked = NextPage("http://www.x.example/igs/front/search/list.html?index=file2&pageNumber=1&pageSize=10&siteId=14")
    content = [{"DOCTITLE": "白石县2024年度法治政府建设情况报告", "PUBDATE": "2025-02-01T00:00:00.000+0800",
                "DOCPUBURL": "http://www.x.example/a/t20250201_1.html", "DOCCONTENT": "全文"}]  # fmt: skip
    answer = json.dumps({"page": {"content": content, "total": 11, "totalPages": 2}})
    reading = Trs().read(Page(asked.url, answer, "application/json", asked))
    assert told(reading) == [("/a/t20250201_1.html", "白石县2024年度法治政府建设情况报告", "2025-02-01")]
    assert reading.next_page is not None and "pageNumber=2" in reading.next_page.url


def test_an_answer_with_raw_line_breaks_or_in_a_call_is_read() -> None:
    was = '{"docs": [{"title": "福宁市2024年度\n法治报告标题", "url": "./t20250103_2.html", "time": "2025-01-03"}]}'
    inner = '{"puburl": "http://a.example/t.html", "tip": {"title": "长山市法治报告标题", "dates": "2025-01-05"}}'
    jsonp = f'\ufeff result({{"data": [{inner}]}});'
    assert told(Trs().read(Page("http://www.x.example/was5/web/search", was)))[0][1] == "福宁市2024年度 法治报告标题"
    assert told(Trs().read(Page("http://www.x.example/jsonp/zf.jsp", jsonp))) == [
        ("/t.html", "长山市法治报告标题", "2025-01-05")
    ]


def test_an_answer_without_records_is_reported_unless_it_says_so() -> None:
    assert Trs().read(Page("http://x.example/a", '{"data": {"rows": [{"x": 1}], "total": 9}}')).warnings
    assert not Trs().read(Page("http://x.example/a", '{"data": {"rows": [], "total": 0}}')).warnings


FORM_WAS = "<form action='/was5/web/search' method='get'><input type='hidden' name='channelid' value='2291'>"
SEARCHES = {
    "IRS": (
        "<a href='/irs-c-web/search.shtml?code=18a2b3c4d5e&amp;dataTypeId=77'>搜索</a>",
        ("POST", "/irs/front/search", {"code": "18a2b3c4d5e", "dataTypeId": "77", "searchWord": "法治政府建设"}),
    ),
    "IGS": (
        "<script>var s='/igs/front/search/list.html?index=file-alias&siteId=14';</script>",
        ("GET", "/igs/front/search/list.html", {"index": "file-alias", "siteId": "14", "searchWord": "法治政府建设"}),
    ),
    "WAS": (
        "<a href='/was5/web/search?channelid=2291&templet=docs.jsp'>检索</a>",
        ("GET", "/was5/web/search", {"channelid": "2291", "templet": "docs.jsp", "searchword": "法治政府建设"}),
    ),
}


@pytest.mark.parametrize(("home", "expected"), SEARCHES.values(), ids=SEARCHES.keys())
def test_a_search_is_asked_with_what_the_home_page_says_of_it(
    home: str, expected: tuple[str, str, dict[str, str]]
) -> None:
    (asked, *_) = search_requests(Page("http://www.linhe.example/", home), "法治政府建设")
    parts = urlsplit(asked.url)
    fields = json.loads(asked.body) if asked.body else dict(parse_qsl(parts.query))
    method, path, wanted = expected
    assert (asked.method, parts.path) == (method, path)
    assert {name: fields[name] for name in wanted} == wanted


FORMS = {
    "hidden fields": (
        f"{FORM_WAS}<input name='searchword'></form>",
        "http://www.linhe.example/was5/web/search?channelid=2291&searchword=%E4%BE%9D%E6%B3%95",
    ),
    "a query in the action": (
        "<form action='so.jsp?site=3' id='searchform'><input type='text' name='wd'><input type='submit'></form>",
        "http://www.linhe.example/so.jsp?site=3&wd=%E4%BE%9D%E6%B3%95",
    ),
    "a form to log in first": (
        "<form action='/login'><input name='user'></form><form action='/search'><input type='search' name='q'></form>",
        "http://www.linhe.example/search?q=%E4%BE%9D%E6%B3%95",
    ),
    "a form of a script": ("<form action='javascript:void(0)'><input name='keyword'></form>", None),
    "no form": ("<p>欢迎</p>", None),
}


@pytest.mark.parametrize(("home", "expected"), FORMS.values(), ids=FORMS.keys())
def test_a_search_form_is_filled_in(home: str, expected: str | None) -> None:
    asked = search_requests(Page("http://www.linhe.example/", home), "依法")
    assert [request.url for request in asked] == ([expected] if expected else [])


def test_every_search_that_a_page_names_may_be_asked_the_best_first() -> None:
    igs, irs = "/igs/front/search.jhtml?code=f1&siteId=31", "/irs-c-web/search.shtml?code=18abc0"
    home = Page("http://www.linhe.example/", f"<a href='{igs}'>搜索</a><a href='{irs}'>检索</a>")
    asked = search_requests(home, "依法")
    assert [urlsplit(request.url).path for request in asked] == ["/irs/front/search", "/igs/front/search/list.html"]


def test_a_search_form_that_posts_is_posted() -> None:
    home = "<form method='post' action='/search'><input type='hidden' name='s' value='1'><input name='keywords'></form>"
    (asked, *_) = search_requests(Page("http://www.linhe.example/", home), "依法")
    assert (asked.method, asked.url, asked.body) == (
        "POST", "http://www.linhe.example/search", b"s=1&keywords=%E4%BE%9D%E6%B3%95",
    )  # fmt: skip


def test_a_label_that_a_script_puts_together_is_asked_for_whole() -> None:
    script = """<script>var organ = '6601'; function load(pageIndex) { $.ajax({url: '/site/label/8888?IsAjax=1'
      + '&labelName=publicInfoList&pageSize=15&pageIndex=' + pageIndex + '&organId=' + organ + '&catId=7021'}); }"""
    page = Page("http://www.anqu.example/public/column/6601?catId=7021", f"<div>{script}</script></div>")
    asked = Lonsun().read(page).next_page
    assert asked is not None
    assert asked.url == (
        "http://www.anqu.example/site/label/8888?IsAjax=1&labelName=publicInfoList&pageSize=15&pageIndex=1"
        "&organId=6601&catId=7021"
    )


@pytest.mark.parametrize(
    ("asked", "here", "stated", "after"),
    [
        (NextPage("http://a.example/l?page=1&size=20"), 20, (45, None), "http://a.example/l?page=2&size=20"),
        (NextPage("http://a.example/l?page=3&size=20", rows=20), 5, (45, None), None),
        (NextPage("http://a.example/l?page=1&size=20"), 10, (45, None), "http://a.example/l?page=2&size=20"),
        (NextPage("http://a.example/l?page=4&size=20", rows=10), 10, (45, None), "http://a.example/l?page=5&size=20"),
        (NextPage("http://a.example/l?page=2"), 10, (None, 2), None),
        (NextPage("http://a.example/l/2.json", numbered="http://a.example/l/{page}.json"), 10, (None, None),
         "http://a.example/l/3.json"),
        (NextPage("http://a.example/l/2.json", numbered="http://a.example/l/{page}.json"), 10, (None, 2), None),
    ],
    ids=["a page more", "the last", "a size of its own", "the page before its last", "pages stated", "in the path",
         "the last in the path"],
)  # fmt: skip
def test_the_same_request_for_the_page_after(
    asked: NextPage, here: int, stated: tuple[int | None, int | None], after: str | None
) -> None:
    turned = following(asked, here, *stated)
    assert (turned.url if turned else None) == after


def test_the_state_that_a_page_is_made_of_holds_its_records() -> None:
    records = [
        {"id": n, "title": f"云港市第{n}号公告", "publishAt": f"2025-01-1{n}T02:00:00.000Z", "link": f"/open/4{n}"}
        for n in range(3)
    ]
    state = json.dumps({"list": records, "total": 7}, ensure_ascii=False)
    text = (
        f"<div id='app'></div><nav><a href='/open/page/2' rel='next'>›</a></nav><script>window.STATE={state}</script>"
    )
    reading = Generic().read(Page("http://www.yungang.example/open", text))
    assert told(reading) == [(f"/open/4{n}", f"云港市第{n}号公告", f"2025-01-1{n}") for n in range(3)]
    assert reading.next_page == NextPage("http://www.yungang.example/open/page/2")
