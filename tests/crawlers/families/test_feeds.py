"""Lists as XML: RSS, Atom, and files of a platform's own making."""

from __future__ import annotations

import pytest

from crawlers.families.generic import Generic
from crawlers.families.known import read_by, recognise
from crawlers.families.reading import Page

FOLDER = "https://www.baiyang.example/fzzf/"
TITLE = "白杨市2024年法治政府建设年度报告"
FEEDS = {
    "RSS": f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>法治政府建设</title>
      <link>/fzzf/</link><item><title><![CDATA[{TITLE}]]></title><link>/fzzf/1.html</link>
      <pubDate>Tue, 18 Feb 2025 10:00:00 +0800</pubDate><description><![CDATA[<p>略</p>]]></description></item>
      </channel></rss>""",
    "Atom": f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>法治政府建设</title><entry><title>{TITLE}</title>
      <link href="https://www.baiyang.example/fzzf/1.html"/><updated>2025-02-18T10:00:00+08:00</updated></entry></feed>""",
    "its own": f"""<?xml version="1.0" encoding="GBK"?><!-- made at night --><list><row><docTitle>{TITLE}</docTitle>
      <url>./1.html</url><pubTime>2025-02-18 10:00</pubTime></row></list>""",
}


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_is_read_like_any_list(name: str) -> None:
    page = Page(f"{FOLDER}list.xml", FEEDS[name], "text/xml")
    (entry,) = read_by(recognise(page).family, page).entries
    assert (entry.url, entry.title, entry.listed_on) == (f"{FOLDER}1.html", TITLE, "2025-02-18")


def test_a_page_without_rows_leads_to_the_feed_that_it_names() -> None:
    head = "<link rel='alternate' type='application/rss+xml' href='rss.xml'>"
    reading = Generic().read(Page(FOLDER, f"<html><head>{head}</head><body><ul id='list'></ul></body></html>"))
    assert reading.next_page is not None
    assert reading.next_page.url == f"{FOLDER}rss.xml"


@pytest.mark.parametrize(
    "text",
    ["<?xml version='1.0'?><!DOCTYPE html><html><body><article><item>x</item></article></body></html>", "<rss><item>"],
    ids=["XHTML", "cut off"],
)
def test_what_is_no_feed_lists_nothing(text: str) -> None:
    assert Generic().read(Page(FOLDER, text)).entries == ()
