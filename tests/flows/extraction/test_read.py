"""Whole pages in, whole documents out."""

from __future__ import annotations

import pytest

from flows.extraction.document.genre import decide
from flows.extraction.facts import Listing, Unreadable
from flows.extraction.read import read, read_pages
from flows.extraction.text.attachments import adopt, lead

TITLE = "青石市人民政府关于2022年度法治政府建设情况的报告"
BODY = [
    "2022年，青石市深入推进依法行政，法治政府建设取得新成效。现将有关情况报告如下：",
    "一、主要工作成效",
    "（一）加强组织领导。市政府常务会议研究法治工作12次。一是压实责任。开展督察2次。二是强化培训。培训执法人员830人次。",
    "（二）规范行政执法。办理行政处罚案件1205件，审查规范性文件46件。",
    "二、存在的问题",
    "执法力量有待加强，个别单位法制审核不够规范。",
    "三、下一步工作安排",
    "继续完善依法行政制度体系，健全行政执法协调监督机制。",
]
WHERE = Listing(region="青石市", region_code="990100", portal_name="青石市人民政府门户网站", level="prefecture")

PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8">
<title>{TITLE} - 青石市人民政府门户网站</title>
<meta name="SiteName" content="青石市人民政府门户网站"><meta name="ArticleTitle" content="{TITLE}">
<meta name="PubDate" content="2023-02-17 09:30:05"><meta name="ContentSource" content="青石市司法局"></head>
<body><div class="top"><a href="/">首页</a><span>网站支持IPv6</span></div>
<div class="place">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a></div>
<h1>{TITLE}</h1><div class="attr">发布时间：2023-02-17 09:30 来源：青石市司法局 浏览次数：<span>-</span>
【字体：<a>大</a> <a>中</a> <a>小</a>】</div>
<div id="zoomcon">%s<div class="share-box">分享到：微信 微博</div></div>
<div class="info_xgfj">相关附件 <a href="/attachment/1/2.pdf">全文.pdf</a></div>
<div style="display:none" class="bbnr">{"".join(BODY)}</div>
<div class="footer">主办：青石市人民政府办公室 网站标识码：9901000001</div></body></html>"""


def page(paragraphs: str) -> bytes:
    return (PAGE % paragraphs).encode()


WRITTEN = {
    "paragraphs": "".join(f"<p>　　{line}</p>" for line in BODY),
    "line breaks": "<p>" + "<br/>\r\n　　".join(BODY) + "</p>",
    "nested spans": "".join(
        f"<p><span><span>&nbsp;&nbsp;{line[:9]}</span><b>{line[9:]}</b></span></p>" for line in BODY
    ),
    "divisions": "".join(f"<div>{line}</div>" for line in BODY),
    "a table that only lays out": "<table><tr><td>" + "".join(f"<p>{line}</p>" for line in BODY) + "</td></tr></table>",
    "title repeated over two lines": f"<p>{TITLE[:12]}</p><p>{TITLE[12:]}</p>"
    + "".join(f"<p>{line}</p>" for line in BODY),
    "blanks beside digits": "".join(f"<p>{line.replace('2022年', '2022 年')}</p>" for line in BODY),
    "back to top in the body": "".join(f"<p>{line}</p>" for line in BODY) + "<p>返回顶部</p>",
}


@pytest.mark.parametrize("paragraphs", WRITTEN.values(), ids=WRITTEN.keys())
def test_text_is_the_same_however_it_is_written(paragraphs: str) -> None:
    assert read(page(paragraphs), listing=WHERE).text.split("\n") == [TITLE, *BODY]


def test_metadata_of_a_page() -> None:
    document = read(page(WRITTEN["paragraphs"]), listing=WHERE)
    assert document.title == TITLE
    assert (document.published_on, document.published_time) == ("2023-02-17", "09:30:05")
    assert document.source == "青石市司法局"
    assert (document.issuer, document.level, document.report_year) == ("青石市人民政府", "prefecture", 2022)
    assert (document.region, document.region_code) == ("青石市", "990100")
    assert [(section.level, section.title) for section in document.sections if section.level < 3] == [
        (1, "主要工作成效"),
        (2, "加强组织领导"),
        (2, "规范行政执法"),
        (1, "存在的问题"),
        (1, "下一步工作安排"),
    ]
    assert [section.part for section in document.sections if section.level == 1] == [
        "achievements",
        "problems",
        "plans",
    ]
    assert decide(document).is_report


def test_declared_gb2312_is_read_as_gb18030() -> None:
    text = (PAGE % WRITTEN["paragraphs"]).replace("utf-8", "gb2312").replace("青石", "镕石")
    document = read(text.encode("gb18030"), listing=WHERE)
    assert document.text.startswith("镕石市人民政府")


@pytest.mark.parametrize("kind", ["pdf", "docx", "ofd", "rtf", "zip"])
def test_page_that_leads_to_a_file(kind: str) -> None:
    link = f'<a href="/attachment/7/8.{kind}">法治政府建设年度报告.{kind}</a>'
    document = read(page(f"<p>现将报告全文予以公布。</p><p>附件：{link}</p>"))
    file = lead(document)
    assert file is not None
    assert file.name == f"法治政府建设年度报告.{kind}"
    whole = adopt(document, read(page(WRITTEN["paragraphs"]), listing=WHERE))
    assert whole.published_on == "2023-02-17"
    assert lead(whole) is None


def paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>　　{line}</p>" for line in lines)


FURTHER = {
    "two pages": ([page(paragraphs(BODY[4:]))], BODY, None),
    "three pages": ([page(paragraphs(BODY[4:6])), page(paragraphs(BODY[6:]))], BODY, None),
    "the title again": ([page(f"<p>{TITLE}</p>" + paragraphs(BODY[4:]))], BODY, None),
    "the first page again": ([page(paragraphs(BODY[:4]))], BODY[:4], "only repeats"),
    "a page that went wrong": ([b"<html></html>", page(paragraphs(BODY[4:]))], BODY, "cannot be read"),
}


@pytest.mark.parametrize(("further", "body", "warning"), FURTHER.values(), ids=FURTHER.keys())
def test_a_body_over_several_pages_is_one_text(further: list[bytes], body: list[str], warning: str | None) -> None:
    pages = [(content, None) for content in (page(paragraphs(BODY[:4])), *further)]
    document = read_pages(pages, listing=WHERE)
    assert document.text.split("\n") == [TITLE, *body]
    assert (document.title, document.published_on) == (TITLE, "2023-02-17")
    assert [warning] * bool(warning) == [warning for told in document.warnings if warning and warning in told]
    assert document.sections[-1].end == len(document.text)


REFUSED = {
    "nothing": (b"", "empty"),
    "only blanks": (b"   \n", "empty"),
    "markup without text": (b"<html><body><script>app()</script><div id=app></div></body></html>", "no_text"),
    "cut-off pdf": (b"%PDF-1.7\n1 0 obj", "damaged"),
    "cut-off zip": (b"PK\x03\x04rest", "damaged"),
    "a picture": (b"\xff\xd8\xff\xe0" + b"\x00" * 50, "no_text_layer"),
    "rar": (b"Rar!\x1a\x07\x00", "wrong_type"),
}


@pytest.mark.parametrize(("content", "verdict"), REFUSED.values(), ids=REFUSED.keys())
def test_what_holds_no_text_is_refused_with_a_sentence(content: bytes, verdict: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(content)
    assert refusal.value.verdict == verdict
    assert str(refusal.value).endswith(".")
