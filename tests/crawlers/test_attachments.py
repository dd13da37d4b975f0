"""The files of an article page that are fetched: those that may carry its report."""

from __future__ import annotations

import pytest

from crawlers.attachments import find_attachments

URL = "http://www.qingshan.example/fz/1.html"
FILE = "<a href='/upload/2025/fz.docx'>点击下载</a>"
DOWNLOAD = (
    "<li>附件【<a href='/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=8F2'>"
    "青山市卫生健康局2024年法治政府建设年度报告.docx</a>】已下载</li>"
)
TEXT = "青山市坚持依法行政，全面推进法治政府建设。" * 60


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (FILE, ["/upload/2025/fz.docx"]),
        (f"<form name='_newscontent_fromname'><div id='vsb_content'>{FILE}</div></form>", ["/upload/2025/fz.docx"]),
        (f"<form>{DOWNLOAD}</form>",
         ["/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=8F2"]),
        (f"<form action='/s'><input name='q'>热词：青山市年报.docx</form>{FILE}", ["/upload/2025/fz.docx"]),
        (f"<p>{TEXT}</p>{FILE}", []),
        (f"<p>{TEXT}</p>{DOWNLOAD}",
         ["/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=8F2"]),
        (f"<div class='footer'>{FILE}</div>", []),
        ("<a href='/upload/ys.docx'>青山市2024年预算公开表</a>", []),
    ],
    ids=["a lead", "an article in a form", "a download in a form", "beside a search", "beside a text",
         "beside a text, named as a report", "in the footer", "named as something else"],
)  # fmt: skip
def test_files_that_are_fetched(body: str, found: list[str]) -> None:
    files = find_attachments(f"<html><body><h1>报告</h1>{body}</body></html>", URL)
    assert [file.url.removeprefix("http://www.qingshan.example") for file in files] == found
