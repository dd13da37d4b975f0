"""Small fictional portals, one a platform, each with its own way of listing: home page, navigation, lists, articles.

Every portal holds the annual report of one issuer among look-alikes, behind the first page of its list.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.crawlers.loopback_portal import Answer, article, html

COUNTY = "清溪县"
REPORT = f"{COUNTY}人民政府2024年度法治政府建设情况报告"
LOOK_ALIKES = (
    f"{COUNTY}2025年法治政府建设工作要点",
    f"{COUNTY}人民政府2024年政府信息公开工作年度报告",
    f"一图读懂{COUNTY}2024年度法治政府建设情况报告",
    f"{COUNTY}召开法治政府建设推进会",
    f"{COUNTY}法治政府建设示范创建实施方案",
    "关于做好2024年度法治政府建设年度报告工作的通知",
)
NAVIGATION = (
    ("首页", "/"),
    ("要闻动态", "/xwdt/"),
    ("办事服务", "/bsfw/"),
    ("互动交流", "/hdjl/"),
    ("走进清溪", "/zjqx/"),
)
HEX = "0123456789abcdef0123456789abcde"


@dataclass(frozen=True)
class UnknownPortal:
    """A portal and what a probe of its home page should say of it."""

    pages: dict[str, Answer]
    family: str
    report: str
    """The path of the report."""
    column: str
    """The path of the column that holds it."""


def home(*pairs: tuple[str, str], body: str = "") -> Answer:
    items = "".join(f"<li><a href='{url}'>{name}</a></li>" for name, url in (*NAVIGATION, *pairs))
    return html(f"<ul>{items}</ul>{body}", title=f"{COUNTY}人民政府")


def listing(paths: list[str], titles: list[str], after: str = "") -> Answer:
    return html(f"<ul>{items(paths, titles)}</ul>{after}", title="列表")


def items(paths: list[str], titles: list[str]) -> str:
    return "".join(
        f"<li><a href='{path}'>{title}</a><span>2025-01-{28 - number:02}</span></li>"
        for number, (path, title) in enumerate(zip(paths, titles, strict=True))
    )


def answer(value: object) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), headers={"Content-Type": "application/json"})


def articles(paths: list[str], titles: list[str]) -> dict[str, Answer]:
    return {path: article(title) for path, title in zip(paths, titles, strict=True)}


FIRST, SECOND = list(LOOK_ALIKES[:4]), [*LOOK_ALIKES[4:], REPORT]


def trs() -> UnknownPortal:
    """Two indexes deep, pages joined only by a call in a script."""
    folder = "/zwgk/fdzdgk/fzjs/"
    one = [f"{folder}202501/t2025012{n}_77{n}.html" for n in range(4)]
    two = [f"{folder}202501/t2025011{n}_88{n}.html" for n in range(3)]
    pager = "<script>createPageHTML(2, {}, 'index', 'html');</script>"
    pages = {
        "/": home(("政务公开", "/zwgk/")),
        "/zwgk/": html("<a href='./fdzdgk/'>法定主动公开内容</a><a href='./zfgz/'>政府规章</a>"),
        "/zwgk/fdzdgk/": html("<a href='./ghjh/'>规划计划</a><a href='./fzjs/'>法治政府建设</a>"),
        folder: listing(one, FIRST, pager.format(0)),
        f"{folder}index_1.html": listing(two, SECOND, pager.format(1)),
    }
    return UnknownPortal(pages | articles([*one, *two], [*FIRST, *SECOND]), "trs", two[2], folder)


def trs_search() -> UnknownPortal:
    """The report stands in a column that no link leads to: only the site's search knows it."""
    hidden = "/dzbm/sfj/t20112233.shtml"
    shown = [f"/xwdt/t2011220{n}.shtml" for n in range(4)]
    found = {"data": {"middle": {"listAndBox": [
        {"data": {"title_no_tag": REPORT, "time": "2025-01-10 09:00:00", "url": hidden}},
        {"data": {"title_no_tag": LOOK_ALIKES[0], "time": "2025-01-09 09:00:00", "url": shown[0]}},
    ]}, "pager": {"total": 2}}}  # fmt: skip
    pages = {
        "/": home(body="<a href='/irs-c-web/search.shtml?code=18abc0f1e2d&dataTypeId=5'>搜索</a>"),
        "/xwdt/": listing(shown, FIRST),
        "/irs/front/search": answer(found),
        hidden: article(REPORT),
    }
    return UnknownPortal(pages, "trs", hidden, "/xwdt/")


def nfcms() -> UnknownPortal:
    """Under the catalogue of a department, pages counted from one."""
    folder = "/qxsfj/gkmlpt0/fzjs/"
    one = [f"{folder}content/post_810{n}.html" for n in range(4)]
    two = [f"{folder}content/post_800{n}.html" for n in range(3)]
    pages = {
        "/": home(("部门频道", "/bmpd/index.html"), body="<meta name='NFCMS-SITE' content='1'><!-- NFCMS_SITE_ID -->"),
        "/bmpd/index.html": html("<a href='/qxsfj/index.html'>县司法局</a><!-- NFCMS_SITE_ID -->"),
        "/qxsfj/index.html": html(f"<a href='{folder}index.html'>依法行政</a><!-- NFCMS_SITE_ID -->"),
        f"{folder}index.html": listing(one, FIRST, "<a class='next' href='index_2.html'>下一页</a>"),
        f"{folder}index_2.html": listing(two, SECOND),
    }
    return UnknownPortal(pages | articles([*one, *two], [*FIRST, *SECOND]), "nfcms", two[2], f"{folder}index.html")


def gkmlpt() -> UnknownPortal:
    """A shell whose categories stand in a script and whose lists are an interface."""
    paths = [f"/gkmlpt/content/8/8{n:03}/post_8{n:03}000.html" for n in range(7)]
    records = [
        {"id": n, "title": title, "display_publish_time": 1736900000 - n * 86400, "url": path, "publisher": COUNTY}
        for n, (path, title) in enumerate(zip(paths, [*FIRST, *SECOND], strict=True))
    ]
    tree = [{"id": 3, "name": "机构职能", "children": []},
            {"id": 4, "name": "规划总结", "children": [{"id": 121, "name": "法治政府建设年度报告"}]}]  # fmt: skip
    config = f"<script>window._CONFIG = {{SID: '200999', TREE: {json.dumps(tree)}, SERVICE_AREA_ID: 2}};</script>"
    pages = {
        "/": home(("政府信息公开", "/gkmlpt/index"), body="<!-- NFCMS_SITE_ID -->"),
        "/gkmlpt/index": html(f"<div id='app'></div>{config}", title="政府信息公开目录"),
        "/gkmlpt/api/all/121?page=1&sid=200999": answer({"classify": {"id": 121}, "total": 7, "articles": records}),
    }
    column = "/gkmlpt/api/all/121?page=1&sid=200999"
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "gkmlpt", paths[6], column)


def hanweb_jpage() -> UnknownPortal:
    """The first group stands in the page, the others come from a proxy as XML."""
    one = [f"/art/2025/1/{20 - n}/art_7751_33{n}.html" for n in range(4)]
    two = [f"/art/2025/1/{10 - n}/art_7751_22{n}.html" for n in range(3)]

    def store(paths: list[str], titles: list[str]) -> str:
        rows = [items([path], [title]) for path, title in zip(paths, titles, strict=True)]
        records = "".join(f"<record><![CDATA[{row}]]></record>" for row in rows)
        return f"<datastore><totalrecord>7</totalrecord><recordset>{records}</recordset></datastore>"

    script = "<script>var param_9 = {col:1,appid:1,webid:27,path:'/',columnid:7751,unitid:52001,perPage:4};</script>"
    proxy = "/module/web/jpage/dataproxy.jsp?startrecord=5&endrecord=16&perpage=4"
    group = f"<div id='52001'><script type='text/xml'>{store(one, FIRST)}</script></div>"
    pages = {
        "/": home(("政务公开", "/col/col7700/index.html"), body="<!--<$[站点]>begin-->"),
        "/col/col7700/index.html": html("<a href='/col/col7751/index.html'>法治政府建设年度报告</a>"),
        "/col/col7751/index.html": html(group + script),
        proxy: Answer(store(two, SECOND).encode(), headers={"Content-Type": "text/xml; charset=utf-8"}),
    }
    column = "/col/col7751/index.html"
    return UnknownPortal(pages | articles([*one, *two], [*FIRST, *SECOND]), "hanweb", two[2], column)


def hanweb_jpaas() -> UnknownPortal:
    """A shell whose list is HTML inside the JSON of a gateway."""
    paths = [f"/zwgk/art/2025/art_{HEX}{n}.html" for n in range(7)]
    query = "'webId':'1f2e','pageId':'88ab','tplSetId':'77cd','parseType':'bulidstatic','tagId':'list'"
    unit = (
        "/api-gateway/jpaas-publish-server/front/page/build/unit?webId=1f2e&pageId=88ab&tplSetId=77cd&tagId=list"
        "&parseType=bulidstatic&pageType=column&paramJson=%7B%22pageNo%22%3A{}%2C%22pageSize%22%3A15%7D"
    )
    rows = items(paths, [*FIRST, *SECOND])
    body = f"<script src='/jpaas-publish-server/x.js'></script><ul queryData=\"{{{query}}}\"></ul>"
    pages = {
        "/": home(("法治政府建设", "/zwgk/fz/index.html")),
        "/zwgk/fz/index.html": html(body),
        unit.format(1): answer({"success": True, "data": {"html": f"<ul>{rows}</ul><i>count: '7'</i>"}}),
    }
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "hanweb", paths[6], "/zwgk/fz/index.html")


def ucap() -> UnknownPortal:
    """A list that an interface answers for, by the number of the channel."""
    paths = [f"/fzzf/202501/{HEX}{n}.shtml" for n in range(7)]
    records = [
        {"title": title, "url": path, "publishedTimeStr": f"2025-01-{28 - n} 10:00:00"}
        for n, (path, title) in enumerate(zip(paths, [*FIRST, *SECOND], strict=True))
    ]
    channel = "5f0c1e7a9b3d4c2e8f6a1b0c9d8e7f6a"
    interface = f"/common/search/{channel}?page={{}}&_pageSize=15&_isAgg=true&_isJson=true&_template=index"
    meta = f"<meta name='channelId' content='{channel}'><div id='UCAP-CONTENT'></div>"
    pages = {
        "/": home(("依法行政", "/fzzf/list.shtml")),
        "/fzzf/list.shtml": html(meta),
        interface.format(1): answer({"data": {"total": 7, "page": 1, "rows": 15, "results": records}}),
    }
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "ucap", paths[6], "/fzzf/list.shtml")


def vsb() -> UnknownPortal:
    """Pages count down, the last is numbered one."""
    one = [f"/info/1021/9{n}.htm" for n in range(4)]
    two = [f"/info/1021/8{n}.htm" for n in range(3)]
    count = "<td id='fanye77'>共7条&nbsp;&nbsp;{}/2</td>"
    pages = {
        "/": home(("政务公开", "/zwgk.htm"), body="<div id='vsb_content'></div>"),
        "/zwgk.htm": html("<a href='zwgk/fzjs.htm'>法治建设</a><div id='vsb_content'></div>"),
        "/zwgk/fzjs.htm": listing(one, FIRST, count.format(1) + "<a class='Next' href='fzjs/1.htm'>下页</a>"),
        "/zwgk/fzjs/1.htm": listing(two, SECOND, count.format(2)),
    }
    return UnknownPortal(pages | articles([*one, *two], [*FIRST, *SECOND]), "vsb", two[2], "/zwgk/fzjs.htm")


def lonsun() -> UnknownPortal:
    """A list that is asked for label by label."""
    paths = [f"/public/6601/7{n}.html" for n in range(7)]
    label = (
        "/site/label/8888?IsAjax=1&dataType=html&labelName=publicInfoList&siteId=66&pageSize=4&pageIndex={}"
        "&action=list&isDate=true&dateFormat=yyyy-MM-dd&organId=6601&type=4&catId=88"
    )
    script = f"<script>$.get('{label.format(1)}');</script>"
    pages = {
        "/": home(("政府信息公开", "/openness/index.html")),
        "/openness/index.html": html("<a href='/public/column/6601?type=4&catId=88'>法治政府建设</a>"),
        "/public/column/6601?type=4&catId=88": html(f"<div class='xxgk'></div>{script}"),
        label.format(1): listing(paths[:4], FIRST, "<script>var pageCount = 2;</script>"),
        label.format(2): listing(paths[4:], SECOND, "<script>var pageCount = 2;</script>"),
    }
    column = "/public/column/6601?type=4&catId=88"
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "lonsun", paths[6], column)


def eportal() -> UnknownPortal:
    """Pages of one address that differ by their query."""
    module = f"{HEX}f"
    column = "/eportal/ui?pageId=4511"
    paths = [f"/eportal/ui?pageId=4511&articleKey=77{n}&columnId=12" for n in range(7)]
    second = f"/eportal/ui?pageId=4511&currentPage=2&moduleId={module}&staticRequest=yes"
    pager = f"<span>共2页</span><script>var moduleId='{module}';</script>"
    pages = {
        "/": home(("法治政府建设", column)),
        column: listing(paths[:4], FIRST, pager),
        second: listing(paths[4:], SECOND, pager),
    }
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "eportal", paths[6], column)


def nameless() -> UnknownPortal:
    """A platform of its own: a menu in a script, a table, the next page by a choice."""
    paths = [f"/show.asp?id=7{n}" for n in range(7)]
    rows = [f"<tr><td>·</td><td><a href='{path}'>{title}</a></td><td>[2025/1/{28 - n}]</td></tr>"
            for n, (path, title) in enumerate(zip(paths, [*FIRST, *SECOND], strict=True))]  # fmt: skip
    choice = "<select onchange='go(this.value)'><option value='list.asp?c=9&p=1' selected>第1页</option>"
    choice += "<option value='list.asp?c=9&p=2'>第2页</option></select>"
    pages = {
        "/": html("<div id='menu'></div><script src='/js/menu.js'></script>", title=f"{COUNTY}人民政府"),
        "/js/menu.js": Answer(b"menu.push(['\\u6cd5\\u6cbb\\u653f\\u5e9c\\u5efa\\u8bbe','/list.asp?c=9']);",
                              headers={"Content-Type": "application/javascript"}),
        "/list.asp?c=9": html(f"<table>{''.join(rows[:4])}</table>{choice}"),
        "/list.asp?c=9&p=2": html(f"<table>{''.join(rows[4:])}</table>"),
    }  # fmt: skip
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "generic", paths[6], "/list.asp?c=9")


def asked_in_json() -> UnknownPortal:
    """A shell whose script asks for its list by a POST in JSON; its records have no addresses and fields of its own."""
    paths = [f"/zwgk/show.html?id=9{n}" for n in range(7)]
    records = [
        {"articleId": f"9{n}", "infoTitle": title, "pubDay": f"2025-01-{28 - n} 10:00", "createTime": "2020-01-01"}
        for n, title in enumerate([*FIRST, *SECOND])
    ]
    script = """<script>var channelId = '4021';
    function load(pageNum) { $.ajax({url: '/api/article/page', type: 'POST', contentType: 'application/json',
      data: JSON.stringify({channelId: channelId, pageNum: pageNum, pageSize: 4}), success: function (r) {
        r.data.rows.forEach(function (a) {
          $('#list').append('<a href="/zwgk/show.html?id=' + a.articleId + '">' + a.infoTitle); }); }}); }
    </script>"""
    asked = '/api/article/page {{"channelId": "4021", "pageNum": {}, "pageSize": 4}}'
    pages = {
        "/": home(("政务公开", "/zwgk/index.html")),
        "/zwgk/index.html": html("<a href='/zwgk/fz.html'>法治政府建设</a>"),
        "/zwgk/fz.html": html(f"<ul id='list'></ul>{script}"),
        asked.format(1): answer({"code": 200, "data": {"total": 7, "rows": records[:4]}}),
        asked.format(2): answer({"code": 200, "data": {"total": 7, "rows": records[4:]}}),
    }
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "generic", paths[6], "/zwgk/fz.html")


def asked_by_file() -> UnknownPortal:
    """The script that asks stands in a file, the number of the column in the page."""
    paths = [f"/gk/c/9{n}0.html" for n in range(7)]
    code = """$(function () { get(1); });
    function get(page) { $.getJSON('/gk/list.do?column=' + COLUMN + '&page=' + page + '&size=15', show); }"""
    records = [
        {"title": title, "url": path, "time": f"2025-01-{28 - n}"}
        for n, (path, title) in enumerate(zip(paths, [*FIRST, *SECOND], strict=True))
    ]
    pages = {
        "/": home(("信息公开", "/gk/")),
        "/gk/": html("<a href='/gk/fz/'>法治政府建设</a>"),
        "/gk/fz/": html("<div id='list'></div><script>var COLUMN = '77';</script><script src='/js/list.js'></script>"),
        "/js/list.js": Answer(code.encode(), headers={"Content-Type": "application/javascript"}),
        "/gk/list.do?column=77&page=1&size=15": answer({"list": records, "count": 7}),
    }
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "generic", paths[6], "/gk/fz/")


def counted_in_path() -> UnknownPortal:
    """The script's request has the number of the page in its path; only the page after the last says which that is."""
    paths = [f"/fzjs/2025/7{n}.html" for n in range(7)]
    records = [
        {"id": f"7{n}", "title": title, "url": path, "date": f"2025-01-{28 - n}"}
        for n, (path, title) in enumerate(zip(paths, [*FIRST, *SECOND], strict=True))
    ]
    script = """<script>var column = 31; new Vue({el: '#app', methods: {load(page) {
      axios.get('/api/list/' + column + '/' + page + '.json').then(r => this.list = r.data.list); }}});</script>"""
    pages = {
        "/": home(("法治政府建设", "/fzjs/")),
        "/fzjs/": html(f"<div id='app'><p v-for='one in list'>{{{{one.title}}}}</p></div>{script}"),
        "/api/list/31/1.json": answer({"list": records[:4]}),
        "/api/list/31/2.json": answer({"list": records[4:]}),
    }
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "generic", paths[6], "/fzjs/")


def menu_by_interface() -> UnknownPortal:
    """Every page is a shell: an interface names the columns, another lists them, and a script writes the addresses."""
    paths = [f"/article/5{n}.html" for n in range(7)]
    code = """$.get('/api/site/channels', {site: 3}, function (tree) { tree.data.forEach(function (one) {
      $('#menu').append('<a href="/channel/' + one.channelId + '.html">' + one.channelName + '</a>'); }); });
    function list(pageNo) { $.getJSON('/api/article/list', {channel: CHANNEL, pageNo: pageNo, pageSize: 4}, show); }
    function show(r) { r.rows.forEach(function (one) {
      $('#list').append('<a href="/article/' + one.articleId + '.html">'); }); }"""
    tree = [
        {"channelId": 1, "channelName": "新闻中心", "children": [{"channelId": 11, "channelName": "清溪要闻"}]},
        {"channelId": 2, "channelName": "政务公开", "children": [{"channelId": 21, "channelName": "法治政府建设"}]},
    ]
    records = [
        {"articleId": f"5{n}", "title": title, "publishDate": f"2025-01-{28 - n}"}
        for n, title in enumerate([*FIRST, *SECOND])
    ]
    asked = "/api/article/list?channel=21&pageNo={}&pageSize=4"
    shell = "<div id='menu'></div><div id='app'></div>{}<script src='/static/common.js'></script>"
    pages = {
        "/": html(shell.format(""), title=f"{COUNTY}人民政府"),
        "/static/common.js": Answer(code.encode(), headers={"Content-Type": "application/javascript"}),
        "/api/site/channels?site=3": answer({"data": tree}),
        "/channel/11.html": html(shell.format("<script>window.CHANNEL = 11;</script>")),
        "/channel/21.html": html(shell.format("<script>window.CHANNEL = 21;</script>")),
        asked.format(1): answer({"total": 7, "rows": records[:4]}),
        asked.format(2): answer({"total": 7, "rows": records[4:]}),
    }
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "generic", paths[6], "/channel/21.html")


def token_of_page() -> UnknownPortal:
    """The interface answers whoever sends the token that the page gives every visitor."""
    paths = [f"/art/c{n}x7.html" for n in range(7)]
    records = [
        {"contentId": f"c{n}x7", "contentTitle": title, "releaseDate": f"2025/01/{28 - n}"}
        for n, title in enumerate([*FIRST, *SECOND])
    ]
    script = """<script>function load(pageNo) { var token = $("meta[name='_csrf']").attr("content");
      $.ajax({url: "/front/list", type: "post", contentType: "application/json", headers: {"X-CSRF-TOKEN": token},
        data: JSON.stringify({current: pageNo, size: 4, _csrf: token}), success: function (d) {
          $("#list").append("<li><a href='/art/"+d.contentId+".html'>"+d.contentTitle+"</a></li>"); }}); }</script>"""
    asked = '/front/list {{"current": {}, "size": 4, "_csrf": "k9"}}'
    pages = {
        "/": home(("依法行政", "/col/yfxz")),
        "/col/yfxz": html(f"<meta name='_csrf' content='k9'><ul id='list'></ul>{script}"),
        asked.format(1): answer({"result": {"totalPage": 2, "list": records[:4]}}),
        asked.format(2): answer({"result": {"totalPage": 2, "list": records[4:]}}),
    }
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "generic", paths[6], "/col/yfxz")


def catalogue_tree() -> UnknownPortal:
    """A tree in a script names the columns by number; one request lists any of them, as HTML that opens by a call."""
    paths = [f"/zfxxgk/doc/6{n}.html" for n in range(7)]
    rows = [f"<tr><td><a href=\"javascript:openDoc('6{n}')\">{title}</a></td><td>2025-01-{28 - n}</td></tr>"
            for n, title in enumerate([*FIRST, *SECOND])]  # fmt: skip
    script = """<script>var zNodes = [{id: 1, pId: 0, name: '政府信息公开指南'},
      {id: 2, pId: 0, name: '法定主动公开内容', children: [{id: 27, pId: 2, name: '法治政府建设', children: []}]}];
    function load(catalogId, pageIndex) { $.post('/zfxxgk/list', {organ: $('#organ').val(), catalogId: catalogId,
      pageIndex: pageIndex, pageSize: 20}, function (html) { $('#docs').html(html); }); }
    function openDoc(id) { window.open('/zfxxgk/doc/' + id + '.html'); } load(1, 1);</script>"""
    asked = "/zfxxgk/list organ=77&catalogId=27&pageIndex={}&pageSize=20"
    pages = {
        "/": home(("政府信息公开", "/zfxxgk/")),
        "/zfxxgk/": html(f"<input type='hidden' id='organ' value='77'><div id='docs'></div>{script}"),
        asked.format(1): html(f"<table>{''.join(rows[:4])}</table>共7条"),
        asked.format(2): html(f"<table>{''.join(rows[4:])}</table>共7条"),
    }
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "generic", paths[6], "/zfxxgk/")


def clicked_rows() -> UnknownPortal:
    """Neither the menu nor the list has a link: what is clicked carries its address."""
    paths = [f"/fz/2025012{n}/10{n}.html" for n in range(7)]
    rows = [f"<li data-url='{path}'><em>{title}</em><i>2025-01-{28 - n}</i></li>"
            for n, (path, title) in enumerate(zip(paths, [*FIRST, *SECOND], strict=True))]  # fmt: skip
    pages = {
        "/": home(("政务公开", "/zwgk/")),
        "/zwgk/": html("<div onclick=\"window.open('/fz/')\"><p>法治政府建设</p></div><p data-url='/jc/'>决策公开</p>"),
        "/fz/": html(f"<ul>{''.join(rows[:4])}</ul><span data-url='/fz/index_2.html'>下一页</span>"),
        "/fz/index_2.html": html(f"<ul>{''.join(rows[4:])}</ul>"),
    }
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "generic", paths[6], "/fz/")


def load_more() -> UnknownPortal:
    """A button loads what comes after; nothing says how much there is, and behind the end comes nothing at all."""
    paths = [f"/a/40{n}.html" for n in range(7)]
    button = """<a href='javascript:;' onclick='more()'>加载更多</a><script>var p = 1, cid = '88';
      function more() { p++;
      $.get('/cms/list.html?cid=' + cid + '&p=' + p, function (h) { $('#list').append(h); }); }</script>"""
    piece = {"Content-Type": "text/html; charset=utf-8"}
    pages = {
        "/": home(("依法行政", "/yfxz/")),
        "/yfxz/": listing(paths[:4], FIRST, button),
        "/cms/list.html?cid=88&p=2": Answer(items(paths[4:], SECOND).encode(), headers=piece),
        "/cms/list.html?cid=88&p=3": Answer(b"", headers=piece),
    }
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "generic", paths[6], "/yfxz/")


def list_in_a_file() -> UnknownPortal:
    """The list is an array in a file of script, whose fields have names of one letter."""
    paths = [f"/fz/202501/b{n}.html" for n in range(7)]
    records = [
        {"t": title, "u": path, "d": f"2025-01-{28 - n}"}
        for n, (path, title) in enumerate(zip(paths, [*FIRST, *SECOND], strict=True))
    ]
    pages = {
        "/": home(("法治政府", "/fz/")),
        "/fz/": html("<ul id='list'></ul><script src='/fz/data_1.js'></script>"),
        "/fz/data_1.js": Answer(
            f"var list = {json.dumps(records, ensure_ascii=False)};".encode(),
            headers={"Content-Type": "application/javascript; charset=utf-8"},
        ),
    }
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "generic", paths[6], "/fz/")


def feed() -> UnknownPortal:
    """A list that the page leaves to its feed."""
    paths = [f"/gk/2025/01/{10 + n}/{n}01.shtml" for n in range(7)]
    entries = "".join(
        f"<item><title><![CDATA[{title}]]></title><link>{path}</link><pubDate>2025-01-{28 - n}</pubDate></item>"
        for n, (path, title) in enumerate(zip(paths, [*FIRST, *SECOND], strict=True))
    )
    named = "<link rel='alternate' type='application/rss+xml' href='rss.xml'>"
    pages = {
        "/": home(("法治政府建设", "/gk/fz/")),
        "/gk/fz/": html(f"{named}<ul id='list'></ul>"),
        "/gk/fz/rss.xml": Answer(
            f"<rss><channel>{entries}</channel></rss>".encode(), headers={"Content-Type": "text/xml"}
        ),
    }
    return UnknownPortal(pages | articles(paths, [*FIRST, *SECOND]), "generic", paths[6], "/gk/fz/")


def general_list() -> UnknownPortal:
    """No column of the subject: the report stands on the second page of a general list, which a call turns."""
    one = [f"/zfgz/5{n:02}.html" for n in range(4)]
    two = [f"/zfgz/4{n:02}.html" for n in range(3)]
    pager = (
        "<form id='f' action='/zfgz/index.html'><input type='hidden' name='pageNo' value='1'></form>"
        "<a href='javascript:go(2)'>下一页</a><script>function go(n) { f.pageNo.value = n; f.submit(); }</script>"
    )
    pages = {
        "/": home(("政府工作", "/zfgz/index.html")),
        "/zfgz/index.html": listing(one, FIRST, pager),
        "/zfgz/index.html?pageNo=2": listing(two, SECOND),
    }
    return UnknownPortal(pages | articles([*one, *two], [*FIRST, *SECOND]), "generic", two[2], "/zfgz/index.html")


PORTALS = {
    make.__name__: make()
    for make in (
        trs,
        trs_search,
        nfcms,
        gkmlpt,
        hanweb_jpage,
        hanweb_jpaas,
        ucap,
        vsb,
        lonsun,
        eportal,
        nameless,
        asked_in_json,
        asked_by_file,
        counted_in_path,
        menu_by_interface,
        token_of_page,
        catalogue_tree,
        clicked_rows,
        load_more,
        list_in_a_file,
        feed,
        general_list,
    )
}
