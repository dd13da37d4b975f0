"""Any number of simulated portals on loopback, each at an address of its own in 127/8, as one process:
`python -m tests.benchmarks.operation.many_portals COUNT PORT FOLDER [--answer-s S] [--delay-s S]` until SIGTERM.

Writes FOLDER/portals.yaml, and appends one JSON line a request to FOLDER/requests.jsonl: begun and done (seconds),
host, path, status and the process that asked (by the port of its connection).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import http
import json
import signal
import time
from pathlib import Path

import yaml

REPORTS = 2
"""Reports of each portal; the last is of 2024."""
PARAGRAPHS = 90
"""Paragraphs of a report, unless told otherwise: they make the text of a usual one, some 8,000 characters."""


def host_of(number: int) -> str:
    """A portal's address; those with the same first digits lie in one network."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def name_of(number: int) -> str:
    digits = "零一二三四五六七八九"
    return "".join(digits[int(digit)] for digit in f"{number:04d}") + "县人民政府"


def registry(count: int, port: int, delay_s: float) -> dict[str, object]:
    return {
        "portals": [
            {
                "id": f"sim{number:05d}",
                "name": name_of(number) + "门户网站",
                "region": name_of(number)[:5],
                "region_code": f"{980000 + number:06d}" if number < 19_999 else "999999",
                "level": "county",
                "base_url": f"http://{host_of(number)}:{port}",
                "columns": [{"name": "法治政府建设", "url": f"http://{host_of(number)}:{port}/fzzf/index.html"}],
                "delay_s": delay_s,
            }
            for number in range(count)
        ]
    }


def title_of(name: str, year: int) -> str:
    return f"{name}{year}年法治政府建设年度报告"


def page(name: str, path: str, paragraphs: int = PARAGRAPHS) -> str | None:
    """The text of a page, None if there is none."""
    head = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{name}</title></head><body>'
    years = range(2025 - REPORTS, 2025)
    if path == "/fzzf/index.html":
        rows = "".join(
            f'<li><a href="/fzzf/{year}.html" title="{title_of(name, year)}">{title_of(name, year)}</a>'
            f"<span>{year + 1}-02-1{year % 10}</span></li>"
            for year in years
        )
        return f'{head}<div class="list"><ul>{rows}</ul></div></body></html>'
    found = next((year for year in years if path == f"/fzzf/{year}.html"), None)
    if found is None:
        return None
    return f"{head}{article(name, found, paragraphs)}</body></html>"


def article(name: str, year: int, paragraphs: int) -> str:
    seed = int.from_bytes(hashlib.sha256(f"{name}{year}".encode()).digest()[:4], "big")
    body = "".join(
        f"<p>{year}年，{name}开展行政执法检查{seed % 900 + 100 + step}次，办结行政复议案件{seed % 90 + step}件，"
        f"其中维持{seed % 40 + step}件；审查行政规范性文件{step + 3}件，组织旁听庭审{step + 1}次。</p>"
        for step in range(paragraphs)
    )
    return (
        f"<h1>{title_of(name, year)}</h1><div class='info'>发布时间：{year + 1}-02-1{year % 10} 来源：{name}</div>"
        f"<div class='content'><p>根据《法治政府建设实施纲要》要求，现将{year}年法治政府建设情况报告如下。</p>"
        f"<p>一、主要举措和成效</p>{body}<p>{name}</p><p>{year + 1}年2月1日</p></div>"
    )


class Portals:
    """All portals behind one socket: the Host header says which one is asked."""

    def __init__(self, count: int, answer_s: float, paragraphs: int, log: Path) -> None:
        self.names = {host_of(number): name_of(number) for number in range(count)}
        self.answer_s = answer_s
        self.paragraphs = paragraphs
        self.log = log.open("a", encoding="utf-8", buffering=1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                begun = time.time()
                await asyncio.sleep(self.answer_s)
                path = head[0].split(" ")[1]
                headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in head[1:])}
                host = headers.get("host", "").partition(":")[0]
                status, answer = self.answer(host, path, headers)
                writer.write(answer)
                await writer.drain()
                asked_by = writer.get_extra_info("peername")[1]
                row = {"begun": begun, "done": time.time(), "host": host, "path": path, "status": status}
                self.log.write(json.dumps(row | {"from": asked_by}) + "\n")
        writer.close()

    def answer(self, host: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        name = self.names.get(host)
        if path == "/robots.txt":
            text: str | None = "User-agent: *\nDisallow: /admin/\n"
        else:
            text = page(name, path, self.paragraphs) if name else None
        body = (text or "<html><body>404</body></html>").encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if text is not None and headers.get("if-none-match") == etag:
            status, body = 304, b""
        else:
            status = 200 if text is not None else 404
        kind = "text/plain" if path == "/robots.txt" else "text/html; charset=utf-8"
        lines = f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}\r\nContent-Type: {kind}\r\nETag: {etag}\r\n"
        return status, f"{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("port", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--answer-s", type=float, default=0.05, help="how long an answer takes")
    parser.add_argument("--delay-s", type=float, default=0.1, help="pause that the registry asks for")
    parser.add_argument("--paragraphs", type=int, default=PARAGRAPHS, help="length of a report")
    told = parser.parse_args()
    told.folder.mkdir(parents=True, exist_ok=True)
    entries = registry(told.count, told.port, told.delay_s)
    portals = Portals(told.count, told.answer_s, told.paragraphs, told.folder / "requests.jsonl")
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    server = await asyncio.start_server(portals.serve, "0.0.0.0", told.port, backlog=1024)
    # Written last: whoever waits for the file finds the portals open.
    (told.folder / "portals.yaml").write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
    await stop.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
