"""Receivers on loopback that alerts can be sent to: one takes HTTP posts, one takes mail."""

from __future__ import annotations

import contextlib
import http.server
import json
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Received:
    """The address, and what came in so far."""

    address: str
    messages: list[Any] = field(default_factory=list)


@contextlib.contextmanager
def _open(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def web_receiver(port: int = 0) -> Iterator[Received]:
    """Takes JSON posts."""
    received = Received("")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.messages.append(json.loads(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with _open(http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)) as taken:
        received.address = f"http://127.0.0.1:{taken}/robot?key=secret"
        yield received


@contextlib.contextmanager
def mail_receiver() -> Iterator[Received]:
    """Takes mail by SMTP; each message is its text."""
    received = Received("")

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                word = line.split()[0].upper() if line.split() else b""
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = []
                    while (text := self.rfile.readline()) not in (b".\r\n", b""):
                        lines.append(text)
                    received.messages.append(b"".join(lines).decode())
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                if word == b"QUIT":
                    return

    with _open(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        received.address = f"mailto://127.0.0.1:{port}?from=fazhi@example.org&to=operator@example.org&mode=insecure"
        yield received
