import gzip
from datetime import UTC, datetime

import pytest

from crawlers.archive.exchange import Exchange
from crawlers.verdicts import is_file_address, judge, kind_of, silence

URL = "http://www.qingshan.example/fzzfjs/content/post_1.html"
BODY = "法治政府建设情况报告正文。" * 60
PAGE = f"<html><head><title>报告</title></head><body><p>{BODY}</p></body></html>".encode()
PDF = b"%PDF-1.4\n" + b"x" * 500 + b"\n%%EOF\n"


def exchange(status=200, body=PAGE, *, url=URL, role="article", headers=(), **more):
    return Exchange(
        portal_id="qingshan",
        role=role,
        via=None,
        url=url,
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        status=status,
        response_headers=tuple((name.encode(), value.encode()) for name, value in headers),
        body=body,
        **more,
    )


def page(text):
    return f"<html><body>{text}</body></html>".encode()


REDIRECT_HOME = exchange(302, b"", headers=[("Location", "/index.html")])
CASES = [
    pytest.param(exchange(), "ok", id="a-page"),
    pytest.param(exchange(304, b"", revalidates="x"), "not_modified", id="304"),
    pytest.param(exchange(304, b""), "wrong_type", id="304-unasked"),
    pytest.param(exchange(404, page("没有")), "missing", id="404"),
    pytest.param(exchange(410, b""), "missing", id="410"),
    pytest.param(exchange(403, page("forbidden")), "blocked", id="403"),
    pytest.param(exchange(405, b""), "blocked", id="405"),
    pytest.param(
        exchange(412, b"<meta id='9' content='x' r='m'><script>$_ts={};$_ts.nsd=1</script>"), "blocked", id="412-script"
    ),
    pytest.param(exchange(412, b""), "blocked", id="412-bare"),
    pytest.param(exchange(521, b"<script>document.cookie='__jsl_clearance_s=1'</script>"), "blocked", id="521"),
    pytest.param(
        exchange(200, b"<script>document.cookie='__jsl_clearance_s=1'</script>"), "blocked", id="challenge-as-200"
    ),
    pytest.param(
        exchange(200, page(f"<script>$_ts=window['$_ts'];$_ts.cd='x'</script><p>{BODY}</p>")),
        "ok",
        id="a-page-with-its-guards-script",
    ),
    pytest.param(exchange(202, page("<script>1</script>")), "blocked", id="202"),
    pytest.param(exchange(200, page("<title>请稍候…</title><script>x</script>")), "blocked", id="please-wait"),
    pytest.param(
        exchange(200, b"<script>document.cookie='_g='+f(7)+';path=/';location.reload(true);</script>"),
        "blocked",
        id="a-cookie-set-by-script",
    ),
    pytest.param(
        exchange(200, b"<script>document.cookie='x=1';window.location.href=window.location.href</script>", role="list"),
        "blocked",
        id="a-cookie-set-by-script-for-a-list",
    ),
    pytest.param(
        exchange(200, b"<script>document.cookie='lang=zh';location.href='/zh/'</script>", role="home"),
        "ok",
        id="a-door-that-sets-a-cookie",
    ),
    pytest.param(
        exchange(
            200,
            b"<script>function skin(n){document.cookie='skin='+n;location.reload()}</script><a href='/fzzfjs/'>%s</a>"
            % "法治政府建设".encode(),
            role="home",
        ),
        "ok",
        id="a-page-whose-skin-may-be-chosen",
    ),
    pytest.param(
        exchange(
            200,
            b"<script>function skin(n){document.cookie='skin='+n;location.reload()}</script><div id=app></div>"
            b"<script src='/static/app.js'></script>",
            role="home",
        ),
        "ok",
        id="a-shell-whose-skin-may-be-chosen",
    ),
    pytest.param(exchange(429, b""), "blocked", id="429"),
    pytest.param(exchange(500, b"oops"), "unreachable", id="500"),
    pytest.param(exchange(None, b"", error="no route"), "unreachable", id="no-answer"),
    pytest.param(exchange(None, b"", sent=False, error="robots.txt forbids this address"), "refused", id="not-sent"),
    pytest.param(exchange(200, page("您访问的页面不存在或已被删除")), "soft_missing", id="soft-404"),
    pytest.param(exchange(200, b"<title>404 Not Found</title><body>sorry</body>"), "soft_missing", id="soft-404-title"),
    pytest.param(
        exchange(200, page(f"<p>{BODY}</p><p>您访问的页面不存在</p>")), "ok", id="soft-404-words-in-a-long-text"
    ),
    pytest.param(exchange(200, b"<html></html>"), "soft_missing", id="stub"),
    pytest.param(exchange(200, page("<div id=app></div><script src=a.js></script>")), "soft_missing", id="shell"),
    pytest.param(
        exchange(200, page(f"<div id=app></div><script>var state = {{text: '{'依法行政，' * 60}'}}</script>")),
        "ok",
        id="a text in the data of a shell",
    ),
    pytest.param(exchange(200, page("<iframe src='report.pdf'></iframe>")), "ok", id="page-that-shows-a-file"),
    pytest.param(
        exchange(200, b"<meta http-equiv='refresh' content='0;url=/fz/2.html'>"), "soft_missing", id="a-page-leads-on"
    ),
    pytest.param(REDIRECT_HOME, "soft_missing", id="article-leads-home"),
    pytest.param(exchange(301, b"", headers=[("Location", "/b/post_1.html")]), "ok", id="moved"),
    pytest.param(exchange(302, b""), "wrong_type", id="redirect-to-nowhere"),
    pytest.param(exchange(200, b""), "truncated", id="empty"),
    pytest.param(exchange(200, PAGE, truncated="disconnect"), "truncated", id="cut-by-the-peer"),
    pytest.param(exchange(200, PAGE, truncated="length"), "too_large", id="over-the-limit"),
    pytest.param(exchange(200, gzip.compress(PAGE), headers=[("Content-Encoding", "gzip")]), "ok", id="gzip"),
    pytest.param(
        exchange(200, gzip.compress(PAGE)[:-20], headers=[("Content-Encoding", "gzip")]), "truncated", id="gzip-cut"
    ),
    pytest.param(
        exchange(200, gzip.compress(bytes(20_000_000)), headers=[("Content-Encoding", "gzip")]),
        "too_large",
        id="gzip-bomb",
    ),
    pytest.param(exchange(200, PDF, url=URL + "/a.pdf", role="attachment"), "ok", id="pdf"),
    pytest.param(exchange(200, PDF[:-8], url=URL + "/a.pdf", role="attachment"), "truncated", id="pdf-cut"),
    pytest.param(exchange(200, PAGE, url=URL + "/a.pdf", role="attachment"), "wrong_type", id="html-for-a-pdf"),
    pytest.param(
        exchange(200, page("请输入验证码"), url=URL + "/a.pdf", role="attachment"), "blocked", id="captcha-for-a-pdf"
    ),
    pytest.param(
        exchange(200, b"PK\x03\x04" + b"x" * 200, url=URL + "/a.docx", role="attachment"), "truncated", id="docx-cut"
    ),
    pytest.param(exchange(200, b"\x89PNG\r\n\x1a\n"), "wrong_type", id="image-for-a-page"),
    pytest.param(exchange(200, b"", role="robots"), "ok", id="empty-robots"),
    pytest.param(exchange(200, b'{"articles": []}', role="list"), "ok", id="json-list"),
]


@pytest.mark.parametrize(("given", "verdict"), CASES)
def test_verdict(given, verdict):
    judgement = judge(given)
    assert judgement.verdict == verdict
    assert judgement.reason or verdict in ("ok", "not_modified")


@pytest.mark.parametrize(
    ("url", "is_file"),
    [
        ("http://a.example/P020.pdf", True),
        ("http://a.example/module/download/downfile.jsp?classid=0&filename=1.pdf", True),
        ("http://a.example/x.html", False),
        ("http://a.example/fz/", False),
    ],
)
def test_file_addresses(url, is_file):
    assert is_file_address(url) is is_file


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", "html"),
        (b"%PDF-1.7", "pdf"),
        (b"PK\x03\x04", "zip"),
        (b'{"a":1}', "json"),
        (b"<?xml version='1.0'?><datastore>", "xml"),
        ("纯文本".encode(), "text"),
    ],
)
def test_kind_by_the_first_bytes(body, kind):
    assert kind_of(body) == kind


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            "DownloadConnectionRefusedError: Connection was refused by other side: 111: Connection refused.",
            "a.example refuses connections: no web server listens on port 80",
        ),
        (
            "VerificationError(errors=[DNSMismatch(mismatched_id=DNS_ID(hostname=b'a.example'))])",
            "the certificate that a.example shows is made out to another name",
        ),
        (
            "CannotResolveHostError: DNS lookup failed: no results",
            "the name a.example cannot be resolved to an address",
        ),
        (
            "CannotResolveHostError: DNS lookup failed: a.example leads to 10.0.0.1, which is no public address",
            "a.example leads to 10.0.0.1, which is no public address: it is not asked",
        ),
        ("DownloadTimeoutError: took longer than 60 s", "a.example did not answer within the time allowed"),
        (
            "DownloadFailedError: [<twisted.python.failure.Failure OpenSSL.SSL.Error: certificate verify failed>]",
            "the certificate of a.example cannot be trusted",
        ),
        (
            "DownloadFailedError: [Failure OpenSSL.SSL.Error: [('SSL routines', '', 'dh key too small')]]",
            "no secure connection to a.example can be made: its TLS is older or other than is accepted",
        ),
        (
            "DownloadFailedError: [Failure twisted.internet.error.ConnectionDone: Connection was closed cleanly.]",
            "a.example closed the connection without an answer",
        ),
        ("DownloadFailedError: something new", "no answer came from a.example (DownloadFailedError: something new)"),
    ],
    ids=["refused", "another-name", "no-name", "private", "timeout", "certificate", "old-tls", "closed", "unknown"],
)
def test_why_no_answer_came(error, sentence):
    assert silence("http://a.example/x", error) == sentence
