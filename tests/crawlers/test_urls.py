import pytest

from crawlers.urls import canonical_url, document_key, join, same_place, sendable


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(
            "HTTP://WWW.Example.GOV.cn:80/a.html#top", "http://www.example.gov.cn/a.html", id="case-port-anchor"
        ),
        pytest.param("http://a.gov.cn:8100/x", "http://a.gov.cn:8100/x", id="port-that-is-not-the-schemes"),
        pytest.param(
            "http://a.gov.cn/c/content/mpost_12.html", "http://a.gov.cn/c/content/post_12.html", id="mobile-post"
        ),
        pytest.param(
            "http://a.gov.cn/202501/t20250102_7_wap.html", "http://a.gov.cn/202501/t20250102_7.html", id="wap"
        ),
        pytest.param("http://a.gov.cn/fz/index.html", "http://a.gov.cn/fz/", id="index"),
        pytest.param("http://a.gov.cn/n/2019092/1/index.shtml", "http://a.gov.cn/n/2019092/1/", id="index-shtml"),
        pytest.param("http://a.gov.cn/art.html?xxgkhide=1&utm_source=x", "http://a.gov.cn/art.html", id="query-noise"),
        pytest.param("http://a.gov.cn/v?id=7&t=1712345678901&_=0.61", "http://a.gov.cn/v?id=7", id="against-caches"),
        pytest.param("http://a.gov.cn/v?id=7&from=timeline", "http://a.gov.cn/v?id=7", id="shared"),
        pytest.param(
            "http://a.gov.cn/v?from=law&t=3", "http://a.gov.cn/v?from=law&t=3", id="names-of-noise-that-say-which"
        ),
        pytest.param("http://a.gov.cn/v?b=2&a=1", "http://a.gov.cn/v?a=1&b=2", id="query-sorted"),
        pytest.param("http://a.gov.cn/a;jsessionid=9F?id=3", "http://a.gov.cn/a?id=3", id="session"),
        pytest.param("http://a.gov.cn/%E6%B3%95.html", "http://a.gov.cn/%E6%B3%95.html", id="escaped-stays"),
        pytest.param("http://a.gov.cn/法.html", "http://a.gov.cn/%E6%B3%95.html", id="unescaped-is-escaped"),
        pytest.param("http://a.gov.cn//b/./c.html", "http://a.gov.cn/b/c.html", id="slashes-and-dots"),
    ],
)
def test_canonical_form(url, expected):
    assert canonical_url(url) == expected
    assert canonical_url(expected) == expected


def test_scheme_follows_the_portal_on_its_own_host_alone():
    assert canonical_url("https://a.gov.cn/1.html", base_url="http://a.gov.cn") == "http://a.gov.cn/1.html"
    assert canonical_url("https://b.gov.cn/1.html", base_url="http://a.gov.cn") == "https://b.gov.cn/1.html"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(
            "http://a.gov.cn/zwgk/content/post_9306638.html",
            "https://www.a.gov.cn/gkmlpt/content/9/9306/mpost_9306638.html",
            True,
            id="gkmlpt-twin",
        ),
        pytest.param("http://a.gov.cn/fz", "https://a.gov.cn/fz/", True, id="scheme-and-slash"),
        pytest.param("http://a.gov.cn/columns/9/1.html", "http://a.gov.cn/wap/columns/9/1.html", True, id="wap-folder"),
        pytest.param(
            "http://a.gov.cn/info/1031/2345.htm",
            "http://a.gov.cn/content.jsp?urltype=news.NewsContentUrl&wbtreeid=1031&wbnewsid=2345",
            True,
            id="vsb-by-path-and-by-query",
        ),
        pytest.param(
            "http://a.gov.cn/info/1031/2345.htm", "http://a.gov.cn/info/1031/2346.htm", False, id="vsb-other-news"
        ),
        pytest.param(
            "http://a.gov.cn/content/post_1.html", "http://b.gov.cn/content/post_1.html", False, id="other-host"
        ),
        pytest.param(
            "http://a.gov.cn/content/post_1.html", "http://a.gov.cn/content/post_2.html", False, id="other-post"
        ),
        pytest.param("http://a.gov.cn/ui?articleKey=1", "http://a.gov.cn/ui?articleKey=2", False, id="other-query"),
    ],
)
def test_one_document_at_two_addresses(one, other, same):
    assert (document_key(one) == document_key(other)) is same


@pytest.mark.parametrize(
    ("base", "link", "expected"),
    [
        pytest.param(
            "http://a.gov.cn/fz/index.html", "./202501/t1.html", "http://a.gov.cn/fz/202501/t1.html", id="dot"
        ),
        pytest.param("http://a.gov.cn/fz/", "../../../x.html", "http://a.gov.cn/x.html", id="above-the-root"),
        pytest.param("http://a.gov.cn/fz/", " \n/y.html ", "http://a.gov.cn/y.html", id="blanks"),
        pytest.param("https://a.gov.cn/", "//b.gov.cn/z", "https://b.gov.cn/z", id="no-scheme"),
        pytest.param("http://a.gov.cn/", "javascript:void(0)", None, id="script"),
        pytest.param("http://a.gov.cn/", "mailto:x@a.gov.cn", None, id="mail"),
        pytest.param("http://a.gov.cn/", "#top", None, id="anchor"),
        pytest.param("http://a.gov.cn/", "file:///etc/passwd", None, id="file"),
        pytest.param("http://a.gov.cn/", "http://[broken", None, id="broken"),
        pytest.param("http://a.gov.cn/", "http://a.gov.cn:port/", None, id="port-no-number"),
    ],
)
def test_links_are_joined(base, link, expected):
    assert join(base, link) == expected


def test_http_and_https_on_their_own_ports_are_one_place():
    assert same_place("http://a.gov.cn:80/x", "https://A.gov.cn/y")
    assert not same_place("http://a.gov.cn:8080/x", "http://a.gov.cn/x")


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://a.gov.cn/fz/t1.html?a=1&b=%E6%B3%95#top", "http://a.gov.cn/fz/t1.html?a=1&b=%E6%B3%95#top"),
        ("http://a.gov.cn/附件 1.pdf", "http://a.gov.cn/%E9%99%84%E4%BB%B6%201.pdf"),
        ("http://a.gov.cn/s?word=法治", "http://a.gov.cn/s?word=%E6%B3%95%E6%B2%BB"),
        (" http://a.gov.cn/v?id=1\r\n&c=2\t", "http://a.gov.cn/v?id=1&c=2"),
    ],
    ids=["as it stands", "a path in Chinese", "a query in Chinese", "line breaks"],
)
def test_an_address_is_sent_in_signs_that_may_be_sent(url, sent):
    assert sendable(url) == sent
