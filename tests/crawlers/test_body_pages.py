"""The further pages of an article: by links of its own name, by the pager's call, and nobody else's."""

from __future__ import annotations

import pytest

from crawlers.body_pages import find_body_pages

POST = "http://www.qingshi.example/zwgk/content/post_123.html"
TRS = "http://www.qingshi.example/zwgk/202403/t20240311_99.shtml"
CASES = {
    "one page": (POST, "<a href=post_122.html>上一篇</a>", []),
    "numbers": (POST, "<a href=post_123_2.html>2</a><a href='post_123_3.html'>3</a>", ["post_123_2", "post_123_3"]),
    "only the last": (POST, '<a href="post_123_3.html">尾页</a><a href="post_123_2.html">下一页</a>',
                      ["post_123_2", "post_123_3"]),
    "absolute": (POST, f'<a class=next href="{POST[:-5]}_2.html">下一页</a>', ["post_123_2"]),
    "by script": (TRS, '<script>createPageHTML(3,0,"t20240311_99","shtml");</script>',
                  ["t20240311_99_1", "t20240311_99_2"]),
    "one page by script": (TRS, '<script>createPageHTML(1,0,"t20240311_99","shtml");</script>', []),
    "the pager of a list": (TRS, '<script>createPageHTML(50,0,"index","shtml");</script>', []),
    "another article": (POST, "<a href=post_1234_2.html>2</a><a href=/other/post_123_2.html>2</a>", []),
    "a file of that name": (POST, "<a href=post_123_2.pdf>附件</a>", []),
    "no article address": ("http://www.qingshi.example/info.jsp?id=3", "<a href=info_2.html>2</a>", []),
}  # fmt: skip


@pytest.mark.parametrize(("url", "html", "names"), CASES.values(), ids=CASES.keys())
def test_further_pages_of_an_article(url: str, html: str, names: list[str]) -> None:
    assert [address.rsplit("/", 1)[1].split(".")[0] for address in find_body_pages(html, url)] == names
