"""Portals on loopback that cost next to nothing to serve: run as a process, so that their CPU is not the crawler's.

`python -m tests.benchmarks.crawl.site LISTS ENTRIES PORT` serves a portal on every loopback address, with a column of
LISTS pages of ENTRIES reports and some news, prints `ready`, and on SIGTERM prints what was asked as one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections import Counter
from hashlib import sha1

NEWS = 18
"""Entries of a list page that are no reports."""
SENTENCE = "一年来，坚持依法行政，推进严格规范公正文明执法，开展执法检查1260次，办结行政复议案件315件。"
NAVIGATION = "".join(f'<li><a href="/c{number}/index.html">栏目{number}</a></li>' for number in range(60))


def address_of(host: int) -> str:
    """The loopback address of a portal: each a host of its own, as politeness sees it."""
    return f"127.1.{host // 250}.{host % 250 + 1}"


def page(title: str, body: str) -> bytes:
    """A page with the furniture of a government site around its body."""
    head = f'<head><meta charset="utf-8"><meta name="ArticleTitle" content="{title}"><title>{title}</title></head>'
    foot = "<div class='foot'>主办：青山市人民政府办公室 网站标识码：9901000001</div>"
    return f"<!DOCTYPE html><html>{head}<body><ul class='nav'>{NAVIGATION}</ul>{body}{foot}</body></html>".encode()


def list_page(number: int, lists: int, entries: int) -> bytes:
    """Page `number`, from 0, of a column."""
    reports = [(number * entries + row, title_of(number * entries + row)) for row in range(entries)]
    news = [(900_000 + number * NEWS + row, f"市司法局召开第{row}次行政执法工作会议") for row in range(NEWS)]
    rows = "".join(
        f'<li><a href="/fz/content/post_{post}.html" title="{title}">{title}</a>'
        f"<span>2025-03-{post % 28 + 1:02d}</span></li>"
        for post, title in [*reports, *news]
    )
    following = f'<a class="next" href="/fz/index_{number + 2}.html">下一页</a>' if number + 1 < lists else ""
    return page("法治政府建设", f'<div class="list"><ul>{rows}</ul><div class="page">{following}</div></div>')


def title_of(number: int) -> str:
    """The title of a report."""
    return f"青山市第{number}街道办事处2024年度法治政府建设年度报告"


def article(number: int) -> bytes:
    """The page of a report, some 25 KB."""
    paragraphs = "".join(f"<p>{section}、{SENTENCE}</p>" for section in range(120))
    return page(title_of(number), f"<h1>{title_of(number)}</h1><div class='content'>{paragraphs}</div>")


def pages_of(lists: int, entries: int) -> dict[str, bytes]:
    """Every page of a portal by path."""
    pages = {f"/fz/content/post_{number}.html": article(number) for number in range(lists * entries)}
    for number in range(lists):
        pages["/fz/index.html" if not number else f"/fz/index_{number + 1}.html"] = list_page(number, lists, entries)
    pages["/robots.txt"] = b"User-agent: *\nDisallow: /search/\n"
    return pages


async def serve(lists: int, entries: int, port: int) -> None:
    """Serve until SIGTERM."""
    answers = {path: (body, f'"{sha1(body).hexdigest()[:16]}"') for path, body in pages_of(lists, entries).items()}
    asked: Counter[str] = Counter()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode()
                body, etag = answers.get(path, (b"", ""))
                status = "404 Not Found" if not body else "200 OK"
                if etag and etag.encode() in head:
                    status, body = "304 Not Modified", b""
                asked[f"{status[:3]} {'robots' if 'robots' in path else 'article' if 'post_' in path else 'list'}"] += 1
                kind = "text/plain" if path.endswith(".txt") else "text/html; charset=utf-8"
                lines = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
                writer.write((lines + (f"ETag: {etag}\r\n" if etag else "") + "\r\n").encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "0.0.0.0", port, backlog=512)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    print("ready", flush=True)
    await ended.wait()
    server.close()
    print(json.dumps(asked), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(*map(int, sys.argv[1:])))
