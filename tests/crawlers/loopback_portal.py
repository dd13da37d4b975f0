"""A portal on loopback whose pages are a table: path → answer. Takes note of every request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import IO
from urllib.parse import unquote


@dataclass
class Answer:
    """What a path answers with. `write` takes over the body, as it likes."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = None
    write: Callable[[IO[bytes]], None] | None = None
    cookie: str | None = None
    """Who comes without it is sent to the same address once more, with it."""


@dataclass
class Portal:
    """A running portal: `pages` may be changed while it runs."""

    base: str
    pages: dict[str, Answer]
    asked: list[tuple[float, str, int]]
    """Monotonic time, path, status: in the order in which they were answered."""

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]

    def shortest_gap(self) -> float:
        times = sorted(moment for moment, _, _ in self.asked)
        return min((later - earlier for earlier, later in pairwise(times)), default=float("inf"))


def html(body: str, *, title: str = "青山市人民政府", etag: str | None = None) -> Answer:
    text = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"
    return Answer(text.encode(), headers={"Content-Type": "text/html; charset=utf-8"}, etag=etag)


def listing(entries: list[tuple[str, str]], *, after: str = "", etag: str | None = None) -> Answer:
    rows = "".join(
        f'<li><a href="{url}" title="{title}">{title}</a><span>2025-02-{number % 28 + 1:02d}</span></li>'
        for number, (url, title) in enumerate(entries)
    )
    return html(f'<div class="list"><ul>{rows}</ul></div>{after}', title="法治政府建设", etag=etag)


def article(title: str) -> Answer:
    text = "".join(
        f"<p>一年来，青山市坚持依法行政，开展执法检查{number}次，办结案件{number}件。</p>" for number in range(40)
    )
    return html(f"<h1>{title}</h1><div class='content'>{text}</div>", title=title, etag=f'"{len(title)}"')


@contextmanager
def serve(pages: dict[str, Answer], *, address: str = "127.0.0.1") -> Iterator[Portal]:
    """Serve the pages; a path that is not there answers 404. What a POST sends may stand behind its path: `/a x=1`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def do_GET(self, sent: str = "") -> None:
            moment = time.monotonic()
            missing = Answer(b"<h1>404</h1>", 404, {"Content-Type": "text/html"})
            answer = portal.pages.get(f"{self.path} {sent}", portal.pages.get(self.path, missing))
            answer = portal.pages.get(unquote(self.path), answer) if answer is missing else answer
            status = answer.status
            if answer.etag and self.headers.get("If-None-Match") == answer.etag:
                status = 304
            if answer.cookie and answer.cookie not in (self.headers.get("Cookie") or ""):
                status = 302
                answer = Answer(status=302, headers={"Location": self.path, "Set-Cookie": f"{answer.cookie}; Path=/"})
            portal.asked.append((moment, self.path, status))
            self.send_response(status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.etag:
                self.send_header("ETag", answer.etag)
            if answer.write is None and status != 304 and "Content-Length" not in answer.headers:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if status == 304:
                return
            try:
                if answer.write is not None:
                    self.close_connection = True
                    answer.write(self.wfile)
                else:
                    self.wfile.write(answer.body)
                    self.close_connection = self.close_connection or "Content-Length" in answer.headers
            except OSError:
                self.close_connection = True

        def do_POST(self) -> None:
            self.do_GET(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # the crawler hangs up on what is too large or too slow

    server = Server((address, 0), Handler)
    portal = Portal(f"http://{address}:{server.server_address[1]}", pages, [])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()
