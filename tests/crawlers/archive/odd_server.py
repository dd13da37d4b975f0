"""A server on loopback that answers in all the ways a portal does, byte for byte as written here."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
from collections.abc import Iterator

PAGE = "<html><title>云溪市法治政府建设年度报告</title></html>".encode()
GZIPPED = gzip.compress(PAGE, mtime=0)


def _answer(status: bytes, headers: list[bytes], body: bytes = b"") -> bytes:
    return b"HTTP/1.1 " + status + b"\r\n" + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


def _plain(status: bytes, body: bytes, *headers: bytes) -> bytes:
    return _answer(status, [*headers, b"Content-Length: %d" % len(body)], body)


ANSWERS: dict[bytes, bytes] = {
    b"/robots.txt": _plain(b"404 Not Found", b""),
    b"/list?page=2&q=%E6%B3%95&page=3": _plain(b"200 OK", PAGE, b"Content-Type: text/html"),
    b"/gzip": _plain(b"200 OK", GZIPPED, b"content-TYPE: text/html", b"Content-Encoding: gzip"),
    b"/repeated": _plain(b"200 All Right Then", PAGE, b"X-b: 1", b"Set-Cookie: a=1", b"X-a: 2", b"set-cookie: b=2"),
    b"/chunked": _answer(b"200 OK", [b"Transfer-Encoding: chunked"], b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
    b"/moved": _plain(b"302 Moved for a While", b"", b"Location: /gzip"),
    b"/unmodified": _answer(b"304 Not Modified", [b'ETag: "e"']),
    b"/challenge": _plain(b"412 Precondition Failed", b"<script></script>"),
    b"/error": _plain(b"500 Internal Server Error", b"oops"),
    b"/empty": _plain(b"200 OK", b""),
    b"/nothing": _answer(b"204 No Content", []),
    b"/no-phrase": _plain(b"200", PAGE),
    b"/cut": _answer(b"200 OK", [b"Content-Length: 1000"], b"abc"),
    b"/big": _plain(b"200 OK", b"a" * 50_000),
    b"/slow": _answer(b"200 OK", [b"Content-Length: 1000"], b"abc"),
}

NEVER_ENDING = (b"/mute", b"/slow")
"""Not a byte is answered, or not the last."""


def _serve(listener: socket.socket, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_talk, args=(connection, stop), daemon=True).start()


def _talk(connection: socket.socket, stop: threading.Event) -> None:
    with connection:
        buffer = b""
        while not stop.is_set():
            while b"\r\n\r\n" not in buffer:
                try:
                    data = connection.recv(65536)
                except OSError:
                    return
                if not data:
                    return
                buffer += data
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            path = head.split(b" ")[1]
            connection.sendall(ANSWERS.get(path, b""))
            if path in NEVER_ENDING:
                _wait_until_closed(connection)
            if path in (b"/cut", *NEVER_ENDING):
                return


def _wait_until_closed(connection: socket.socket) -> None:
    """By the other side: how long that has patience is its own affair."""
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Serve for as long as the block runs; gives the base address."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, stop), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        stop.set()
