"""Pages as platforms write them: what the text must hold, what it must not, and what the page says of itself."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field

import pytest

from flows.extraction.facts import Document, Listing
from flows.extraction.read import read

FIRST = "2023年，云溪县坚持依法行政，全面推进法治政府建设，各项工作取得新进展。"
MIDDLE = "（一）行政执法更加规范。全年办理行政处罚案件326件，无一被复议纠正，案卷合格率98.5%。"
LAST = "下一步，云溪县将持续提升法治政府建设水平，为高质量发展提供法治保障。"
PROSE = [
    FIRST,
    "一、主要成效",
    MIDDLE,
    "二、存在不足",
    "基层执法力量仍然薄弱，法制审核人员不足。",
    "三、工作打算",
    LAST,
]
TITLE = "云溪县人民政府2023年法治政府建设年度报告"
PARAGRAPHS = "".join(f"<p>　　{line}</p>" for line in PROSE)
NAVIGATION = '<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li></ul></div>'
FOOTER = (
    '<div class="bottom"><p>主办：云溪县人民政府办公室　联系电话：0000-0000000</p>'
    "<p>某ICP备00000000号-1　网站标识码：9902210003</p></div>"
)


def page(body: str, *, head: str = "", title: str = TITLE) -> str:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_云溪县人民政府网</title>{head}</head>'
        f"<body>{NAVIGATION}{body}{FOOTER}</body></html>"
    )


def metas(**fields: str) -> str:
    return "".join(f'<meta name="{name}" content="{value}">' for name, value in fields.items())


@dataclass
class Case:
    html: str
    without: tuple[str, ...] = ()
    with_too: tuple[str, ...] = ()
    title: str | None = TITLE
    published: str | None = None
    time: str | None = None
    source: str | None = None
    url: str | None = None
    files: tuple[str, ...] = ()
    body: list[str] = field(default_factory=lambda: PROSE)


HEAD = '<div class="crumb">当前位置：<a href="/">首页</a> &gt; 法治政府建设</div>'

CASES = {
    "TRS editor with a style sheet in it": Case(
        page(
            f'{HEAD}<h2 class="tit">{TITLE}</h2><div class="info">日期：2024-03-11 来源：云溪县司法局 '
            f"字体：大 中 小</div>"
            f'<div class="con"><div class=TRS_Editor><style>.TRS_Editor P{{line-height:1.5;}}</style>'
            f"{PARAGRAPHS}</div></div>"
            '<div class="TRS_Editor"><p>关于我们</p></div>'
        ),
        without=("line-height", "关于我们", "字体"),
        published="2024-03-11",
        source="云溪县司法局",
    ),
    "editor shown twice, for a desk and for the elderly": Case(
        page(
            f'{HEAD}<h1>{TITLE}</h1><div class="view TRS_UEDITOR trs_web">{PARAGRAPHS}</div>'
            f'<div class="slb"><div class="view TRS_UEDITOR trs_web">{PARAGRAPHS}</div></div>',
            head=metas(PubDate="2024-03-11 00:00:00"),
        ),
        published="2024-03-11",
    ),
    "rest of the body unfolded by a button": Case(
        page(
            f"{HEAD}<h1>{TITLE}</h1><p>日期：2024-03-11</p>"
            f"<div class='fold'><div>{PARAGRAPHS.split('<p>　　二、')[0]}</div>"
            f"<div style='display:none'><p>　　二、{PARAGRAPHS.split('<p>　　二、')[1]}"
            f"<p>{'各级各部门对标对表抓好落实，确保年度任务按期完成。' * 4}</p></div><a href='#'>展开全文</a></div>",
        ),
        without=("展开全文",),
        with_too=("确保年度任务按期完成",),
        published="2024-03-11",
    ),
    "comment markers and a file by script": Case(
        page(
            f'{HEAD}<p class="con-title"><!--<$[标题]>begin-->{TITLE}<!--<$[标题]>end--></p>'
            "<p>发布日期：2024-03-11　浏览次数：<script>document.write(1)</script>　信息来源：云溪县司法局</p>"
            f'<div class="main"><!--<$[信息内容]>begin-->{PARAGRAPHS}<!--<$[信息内容]>end-->'
            '<p>附件：<a href="/module/download/downfile.jsp?classid=0&filename=ab12.pdf">统计表</a></p></div>',
        ),
        published="2024-03-11",
        source="云溪县司法局",
        without=("浏览次数", "document"),
        files=("/module/download/downfile.jsp?classid=0&filename=ab12.pdf",),
    ),
    "elements named by the platform, pages turned by script": Case(
        page(
            f"{HEAD}<UCAPTITLE>{TITLE}</UCAPTITLE><PUBLISHTIME>2024-03-11 15:04</PUBLISHTIME><UCAPCONTENT><div>"
            f"{''.join(f'<p>{line}</p>' for line in PROSE[:3])}</div><div style='display:none'>"
            f"{''.join(f'<p>{line * 4}</p>' for line in PROSE[4:5])}<p>{LAST}（第二页）{MIDDLE * 3}</p>"
            f"</div>#PAGE_BREAK#</UCAPCONTENT>"
        ),
        published="2024-03-11",
        time="15:04",
        body=PROSE[:3],
        with_too=("（第二页）",),
        without=("PAGE_BREAK",),
    ),
    "a form around everything and a counted file": Case(
        page(
            f'<form name="_newscontent_fromname">{HEAD}<h1>{TITLE}</h1><div>时间：2024年03月11日 '
            f"09:05　点击：<script></script>次</div>"
            f'<div id="vsb_content_500_u1"><div class="v_news_content">{PARAGRAPHS}</div></div>'
            "<ul><li>附件【"
            '<a href="/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=2">表.docx</a>】'
            "已下载<span>3</span>次</li></ul><p>上一条：<a href='1.htm'>别的</a></p><p>下一条：无</p></form>"
        ),
        published="2024-03-11",
        time="09:05",
        without=("已下载", "上一条", "下一条"),
        files=("/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=2",),
    ),
    "the accessibility wrapper holds the whole page": Case(
        page(
            f'<div id="barrierfree_container">{HEAD}<h1>{TITLE}</h1><p>发布时间：2024-03-11</p>'
            f'<div class="wzcon j-fontContent">{PARAGRAPHS}</div></div>'
        ),
        published="2024-03-11",
    ),
    "no name at all": Case(
        page(
            f'<div class="a1"><div class="a2">{HEAD}<div class="a3">{TITLE}</div><div>发布时间：2024-03-11 '
            f"来源：云溪县司法局</div>"
            f'<div class="a4">{PARAGRAPHS}</div><div>【打印】【关闭】</div></div></div>'
        ),
        published="2024-03-11",
        source="云溪县司法局",
        without=("打印",),
    ),
    "everything in one block": Case(
        page(
            f"<div>当前位置：首页 &gt; 公开<br>{TITLE}<br>发布时间：2024-03-11 来源：云溪县司法局<br>"
            f"{'<br>　　'.join(PROSE)}<br>"
            "扫一扫在手机打开当前页<br>打印本页</div>"
        ),
        published="2024-03-11",
        source="云溪县司法局",
        without=("扫一扫", "打印本页", "当前位置"),
    ),
    "an information table between title and body": Case(
        page(
            f'<div class="wrap"><h1>{TITLE}</h1><table><tr><td>索引号</td><td>000123/2024-5</td><td>'
            f"文号</td><td>云政〔2024〕7号</td></tr>"
            f"<tr><td>发布机构</td><td>云溪县人民政府</td><td>成文日期</td><td>2024-03-08</td></tr></table>"
            f"{PARAGRAPHS}</div>",
            head=metas(PubDate="2024-03-11"),
        ),
        published="2024-03-11",
        without=("索引号", "000123", "成文日期"),
    ),
    "title twice, once in the body": Case(
        page(
            f'<h1>{TITLE}</h1><div id="zoom"><p align=center><b>{TITLE[:7]}</b></p><p align=center>'
            f"{TITLE[7:]}</p>{PARAGRAPHS}</div>"
        ),
    ),
    "title only in the head": Case(
        page(f'<div id="zoom">{PARAGRAPHS}</div>', head=metas(ArticleTitle="信息公开内容页"), title="信息公开内容页"),
        title=None,
    ),
    "title only in the body": Case(page(f'<div id="zoom"><p>{TITLE}</p>{PARAGRAPHS}</div>', title="云溪县人民政府")),
    "a title broken in the heading": Case(
        page(f'<h1>{TITLE[:7]}<br>{TITLE[7:]}</h1><div id="zoom">{PARAGRAPHS}</div>'),
    ),
    "markup in the meta title": Case(
        page(
            f'<p class="bt">{TITLE}<div>——服务高质量发展</div></p><div id="zoom">{PARAGRAPHS}</div>',
            head=metas(ArticleTitle=f"{TITLE}&lt;div&gt;——服务高质量发展&lt;/div&gt;"),
            title="正文",
        ),
        title=f"{TITLE}——服务高质量发展",
    ),
    "share bar, counter, leaked script and exit dialog in the body": Case(
        page(
            f'<h1>{TITLE}</h1><div id="zoom">{PARAGRAPHS}<div class="share-box" id="share-1">分享到：<a>'
            f"微信</a><a>QQ空间</a></div>"
            "<p>$('#share-1').share();</p><p>浏览次数：123</p><p>您访问的链接即将离开“云溪县人民政府网”是否继续？</p>"
            "<p>.TRS_Editor P{margin:0;}</p><p>返回顶部</p></div>"
        ),
        without=("分享", "share", "浏览次数", "即将离开", "margin", "返回顶部"),
    ),
    "related list inside the container": Case(
        page(
            f'<h1>{TITLE}</h1><div class="article-content">{PARAGRAPHS}<div class="xglj"><h4>相关链接</h4>'
            f'<ul><li><a href="1.html">解读</a></li></ul></div></div>'
        ),
        without=("相关链接", "解读"),
    ),
    "words of chrome inside sentences stay": Case(
        page(
            f'<h1>{TITLE}</h1><div id="zoom">{PARAGRAPHS}<p>设立分享到群众身边的法治宣传点12个，'
            f"打印宣传册3000份，网站访问量：同比增长5%。</p>"
            f"<p>附件：1.行政执法统计表</p><p>云溪县人民政府</p><p>2024年3月8日</p><p>（责任编辑：张三）</p></div>"
        ),
        with_too=("打印宣传册3000份", "附件：1.行政执法统计表", "2024年3月8日"),
        without=("责任编辑",),
        body=[*PROSE],
    ),
    "two documents on one page": Case(
        page(f'<h1>{TITLE}</h1></body></html><div id="zoom">{PARAGRAPHS}</div>')
        + "<html><body><p>友情链接</p></body></html>",
    ),
    "a stale date in a banner": Case(
        page(
            f'<div class="banner">2019-12-03 全国文明城市</div>{HEAD}<h1>{TITLE}</h1>'
            f'<div>发布时间：2024- 03- 11 16: 05</div><div id="zoom">{PARAGRAPHS}</div>'
        ),
        published="2024-03-11",
        time="16:05",
    ),
    "the date of the head before the shown one": Case(
        page(
            f'<h1>{TITLE}</h1><div>发布时间：2024-03-12</div><div id="zoom">{PARAGRAPHS}</div>',
            head=metas(PubDate="2024-03-11 08:00"),
        ),
        published="2024-03-11",
        time="08:00",
    ),
    "the date of the address": Case(
        page(f'<h1>{TITLE}</h1><div id="zoom">{PARAGRAPHS}</div>'),
        url="http://www.yunxi.example/zwgk/202403/t20240311_99.html",
        published="2024-03-11",
    ),
    "a meta source that repeats the title": Case(
        page(
            f'<h1>{TITLE}</h1><div>来源：县司法局</div><div id="zoom">{PARAGRAPHS}</div>',
            head=metas(ContentSource=TITLE),
        ),
        source="县司法局",
    ),
    "meta tags in odd spelling": Case(
        page(
            f'<h1>{TITLE}</h1><div id="zoom">{PARAGRAPHS}</div>',
            head=f"<meta content='{TITLE}' name='ArticleTitle'><META NAME='pubdate' CONTENT='2024-03-11'>"
            f"<meta content='县府办' name='contentSource'>",
        ),
        published="2024-03-11",
        source="县府办",
    ),
}


def _read(case: Case) -> Document:
    return read(
        case.html.encode(), listing=Listing(url=case.url, region="云溪县", region_code="990221", level="county")
    )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_body_is_whole_and_clean(case: Case) -> None:
    document = _read(case)
    lines = document.text.split("\n")
    body = lines[1:] if document.title else lines
    assert [line for line in body if line in case.body] == case.body
    assert [string for string in case.with_too if string not in document.text] == []
    frame = ("首页", "政务公开", "主办", "标识码", "当前位置", *case.without)
    assert [string for string in frame if string in document.text] == []
    assert document.text.count(FIRST) == 1


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_the_page_says_of_itself(case: Case) -> None:
    document = _read(case)
    assert document.title == case.title
    assert (document.published_on, document.published_time) == (case.published, case.time)
    assert document.source == case.source
    assert tuple(file.url for file in document.attachments) == case.files


ENDS = {
    "an editor, then a phrase that nobody knows": ("<p>责任编辑：文静</p><p>云上云溪等你来看</p>", []),
    "the neighbours, then whose the text is": (
        "<p>上一篇：<a>云溪县立法计划</a></p><p>免责声明：本站部分内容来自网络，如有侵权请联系我们。</p>",
        [],
    ),
    "an editor, then how far the text is public": (
        "<p>责任编辑：文静</p><p>（此件公开发布）</p>",
        ["责任编辑：文静", "（此件公开发布）"],
    ),
    "annexes by name": ("<p>附件：</p><p>行政执法统计表</p>", ["附件：", "行政执法统计表"]),
    "a signature and a day": (
        "<p>云溪县司法局</p><p>2024年1月8日</p><p>编辑：文静</p>",
        ["云溪县司法局", "2024年1月8日"],
    ),
    "buttons": ('<div><a onclick="zan()">有用</a><span>(12)</span><a href="javascript:;">没用</a>(3)</div>', []),
    "links that lead somewhere": (
        '<p><a href="a.html">法治云溪建设规划</a><a href="b.html">法治社会建设方案</a></p>',
        ["法治云溪建设规划法治社会建设方案"],
    ),
    "a heading on an anchor": ("<p><a>附则</a></p><p>本报告由县司法局解释。</p>", ["附则", "本报告由县司法局解释。"]),
    "a box of links": ('<div><p>延伸阅读</p><p><a href="a.html">云溪县普法工作纪实</a></p></div>', []),
    "a line that is nearly a row of shares": (f"<p>分享到{'微信' * 50}群</p>", [f"分享到{'微信' * 50}群"]),
    "a line that is nearly a row of pages": (f"<p>第1页{'1' * 100}号</p>", [f"第1页{'1' * 100}号"]),
    "a film": ("<div><video></video><i>00:00 / 03:20</i><i>倍速</i></div><p>片名：云溪普法</p>", ["片名：云溪普法"]),
}


@pytest.mark.parametrize(("end", "kept"), ENDS.values(), ids=ENDS.keys())
def test_how_a_body_ends(end: str, kept: list[str]) -> None:
    document = read(page(f'<h1>{TITLE}</h1><div id="zoom">{PARAGRAPHS}{end}</div>').encode())
    assert document.text.split("\n") == [TITLE, *PROSE, *kept]


PLAIN = page(f'<h1>{TITLE}</h1><div id="zoom">{PARAGRAPHS}</div>')
BARE = PLAIN.replace('<meta charset="utf-8">', "")

ENCODED = {
    "UTF-8 declared": (PLAIN.encode(), None),
    "UTF-8 with a byte order mark": (b"\xef\xbb\xbf" + BARE.encode(), None),
    "UTF-8 undeclared": (BARE.encode(), None),
    "UTF-8 that is called gb2312": (PLAIN.replace("utf-8", "gb2312").encode(), None),
    "GBK undeclared": (BARE.encode("gbk"), None),
    "GBK by the header": (BARE.encode("gbk"), "text/html; charset=GBK"),
    "GBK that the header calls Latin-1": (BARE.encode("gbk"), "text/html; charset=ISO-8859-1"),
    "gzip that nobody announced": (gzip.compress(PLAIN.encode()), None),
    "UTF-16 with a byte order mark": (b"\xff\xfe" + BARE.encode("utf-16-le"), None),
    "UTF-16 without a byte order mark": (BARE.encode("utf-16-le"), None),
    "UTF-16 with its bytes the other way": (BARE.encode("utf-16-be"), None),
    "cut off in a sign": (PLAIN.encode()[: PLAIN.encode().rindex("主办".encode()) + 1], None),
    "one broken byte": (PLAIN.encode().replace("一、主要成效".encode(), "一、主要成效".encode() + b"\xff"), None),
    "a lone surrogate": (PLAIN.replace("一、主要成效", "一、主要成效&#55357;").encode(), None),
    "a crawler's line before the page": (b"http://yunxi.example/1.html\n\xef\xbb\xbf" + PLAIN.encode(), None),
}


@pytest.mark.parametrize(("content", "content_type"), ENCODED.values(), ids=ENCODED.keys())
def test_encodings(content: bytes, content_type: str | None) -> None:
    document = read(content, content_type=content_type)
    assert document.text.split("\n") == [TITLE, *PROSE]
    document.text.encode()


def test_undeclared_big5_is_no_gb18030() -> None:
    lines = [
        "政府堅持依法施政，全面推進法治建設，各項工作取得新的進展，市民滿意度持續提高。",
        "下一步，將繼續完善法律制度，加強執法監督，提升公共服務水平，維護社會公平正義。",
    ]
    body = "".join(f"<p>{line}</p>" for line in lines)
    html = f"<html><head><title>施政報告</title></head><body><div>{body}</div></body>"
    document = read(html.encode("big5"))
    assert document.text.split("\n")[-2:] == lines
    assert document.warnings == ("The page is Big5.",)


TABLES = {
    "plain": (
        "<table><tr><th>事项</th><th>件数</th></tr><tr><td>行政许可</td><td>1,204</td></tr></table>",
        ["事项\t件数", "行政许可\t1,204"],
    ),
    "row span": (
        "<table><tr><td rowspan=2>复议</td><td>受理</td><td>12</td></tr><tr><td>审结</td><td>10</td></tr></table>",
        ["复议\t受理\t12", "复议\t审结\t10"],
    ),
    "column span": (
        "<table><tr><td>类别</td><td colspan=2>案件（件）</td></tr><tr><td></td><td>收案</td><td>结案</td></tr>"
        "<tr><td>应诉</td><td>7</td><td>6</td></tr></table>",
        ["类别\t案件（件）\t案件（件）", "\t收案\t结案", "应诉\t7\t6"],
    ),
    "full-width heading": (
        "<table><tr><td colspan=2>行政执法统计表</td></tr><tr><td>处罚</td><td>33</td></tr></table>",
        ["行政执法统计表", "处罚\t33"],
    ),
    "paragraphs in cells": (
        "<table><tr><td><p>镇</p><p>街</p></td><td><p>&nbsp;8&nbsp;</p></td></tr><tr><td>合计</td><td>8</td>"
        "</tr></table>",
        ["镇 街\t8", "合计\t8"],
    ),
}


@pytest.mark.parametrize(("markup", "rows"), TABLES.values(), ids=TABLES.keys())
def test_tables_are_rows_with_tabs(markup: str, rows: list[str]) -> None:
    document = read(page(f'<h1>{TITLE}</h1><div id="zoom">{PARAGRAPHS}{markup}</div>').encode())
    assert document.text.split("\n") == [TITLE, *PROSE, *rows]
