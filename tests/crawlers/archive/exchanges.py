"""Exchanges about a fictional portal, and a writer under a fixed clock and fixed ids."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import brotli

from crawlers.archive.exchange import Exchange, Judgement
from crawlers.archive.writer import ArchiveWriter

NOON = datetime(2026, 4, 1, 4, 0, 0, 123456, tzinfo=UTC)
BASE = "http://www.yunxi.example.cn"
HTML = ((b"Content-Type", b"text/html; charset=utf-8"),)
PAGE = "<html><title>云溪市2025年法治政府建设年度报告</title></html>".encode()


def exchange(path: str = "/", **changes: Any) -> Exchange:
    """An answered exchange for a path of the portal."""
    values: dict[str, Any] = {
        "portal_id": "yunxi",
        "role": "article",
        "via": f"{BASE}/fzzf/index.html",
        "url": BASE + path,
        "fetched_at": NOON,
        "request_headers": ((b"Host", b"www.yunxi.example.cn"), (b"User-Agent", b"fazhi-test")),
        "status": 200,
        "phrase": b"OK",
        "response_headers": HTML,
        "body": PAGE,
        "ip": "192.0.2.7",
    }
    return Exchange(**(values | changes))


def judge(seen: Exchange) -> Judgement:
    """A small policy of the tests' own."""
    if not seen.sent:
        return Judgement("refused", "robots.txt forbids it.")
    if seen.status is None:
        return Judgement("unreachable", "No answer came: 连接被拒绝.")
    if seen.truncated:
        return Judgement("truncated", "The body was cut short.")
    if seen.status == 304:
        return Judgement("not_modified", None)
    if seen.status == 404:
        return Judgement("missing", "The server says 404.")
    if seen.status == 412:
        return Judgement("blocked", "A script challenge stands before the page.")
    return Judgement("ok", None)


def ids(prefix: str = "0") -> Iterator[str]:
    """UUIDs that count."""
    return (f"{prefix * 8}-0000-4000-8000-{number:012d}" for number in count(1))


def writer(root: Path, run_id: str = "20260401T040000-nightly", *, prefix: str = "0", **changes: Any) -> ArchiveWriter:
    """A writer whose clock stands still and whose ids count."""
    supply = ids(prefix)
    values: dict[str, Any] = {
        "run_id": run_id,
        "shard": "0",
        "operator": "云溪法治研究所",
        "contact": "archive@yunxi.example.cn",
        "judge": judge,
        "software": "fazhi/test",
        "clock": lambda: NOON,
        "new_id": lambda: next(supply),
    }
    return ArchiveWriter(root, **(values | changes))


def one_of_each() -> list[Exchange]:
    """What a crawl meets in its first night."""
    compressed = gzip.compress(PAGE, mtime=0)
    return [
        exchange("/robots.txt", role="robots", via=None, status=404, phrase=b"Not Found", body=b""),
        exchange("/fzzf/index.jsp?page=2&q=%E6%B3%95%E6%B2%BB&page=3", role="list"),
        exchange(
            "/repeated",
            response_headers=(*HTML, (b"Set-Cookie", b"a=1"), (b"x-Lower", b"\xe4\xba\x91"), (b"Set-Cookie", b"b=2")),
        ),
        exchange(
            "/gzip",
            response_headers=(*HTML, (b"Content-Encoding", b"gzip"), (b"ETag", b'"g1"')),
            body=compressed,
        ),
        exchange(
            "/brotli",
            response_headers=(
                *HTML,
                (b"content-encoding", b"br"),
                (b"Last-Modified", b"Wed, 01 Apr 2026 01:00:00 GMT"),
            ),
            body=brotli.compress(PAGE),
        ),
        exchange("/chunked", response_headers=(*HTML, (b"Transfer-Encoding", b"chunked"))),
        exchange(
            "/moved", status=301, phrase=b"Moved Permanently", response_headers=((b"Location", b"/there"),), body=b""
        ),
        exchange("/no-phrase", status=200, phrase=b"", protocol="HTTP/1.0"),
        exchange("/challenge", status=412, phrase=b"Precondition Failed", body=b"<script>x()</script>"),
        exchange("/cut", body=PAGE[:20], truncated="disconnect"),
        exchange("/posted", method="POST", request_body=b"page=2", role="list"),
        exchange("/silent", status=None, body=b"", response_headers=(), ip=None, error="DNS: no such host"),
        exchange("/forbidden", status=None, body=b"", response_headers=(), ip=None, sent=False),
    ]


def second_night() -> list[Exchange]:
    """What a crawl meets when the archive knows the portal: an unmodified page and a copy of known bytes."""
    later = NOON + timedelta(days=1)
    return [
        exchange(
            "/gzip",
            fetched_at=later,
            status=304,
            phrase=b"Not Modified",
            body=b"",
            response_headers=((b"ETag", b'"g1"'),),
            revalidates="00000000-0000-4000-8000-000000000008",
        ),
        exchange(
            "/copy-of-gzip",
            fetched_at=later,
            body=gzip.compress(PAGE, mtime=0),
            response_headers=(*HTML, (b"Content-Encoding", b"gzip")),
        ),
        exchange("/new", fetched_at=later, body=PAGE + b"<!-- 2 -->"),
    ]


def write(root: Path, exchanges: list[Exchange], **changes: Any) -> None:
    """Write exchanges and close."""
    with writer(root, **changes) as out:
        for item in exchanges:
            out.record(item)
