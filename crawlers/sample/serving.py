"""The sample portals on loopback: two small servers, one a portal, on ports of 127.0.0.1."""

from __future__ import annotations

import contextlib
import email.utils
import errno
import http.server
import secrets
import socketserver
import tempfile
import threading
import urllib.parse
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path, PurePosixPath

import yaml

from crawlers.sample.documents import LAST_NIGHT, SamplePortal, sample_portals
from crawlers.sample.pages import TOKEN, VISITS, Resource, render_portal

ADDRESS = "127.0.0.1"
DEFAULT_PORT = 8990
"""The first portal's; the second has the next. The same ports night after night, so that addresses stay the same."""
DELAY_S = 0.1
# What page chrome names and nobody needs here: answered with an empty body.
_ASSETS = {".css": "text/css", ".js": "application/javascript", ".png": "image/png", ".jpg": "image/jpeg"}


class PortTakenError(Exception):
    """A port asked for is in use."""

    exit_code = 2

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} of {ADDRESS} is in use; choose another with --port, or 0 for free ones.")


@dataclass(frozen=True, slots=True)
class Request:
    """One request that a sample portal answered."""

    portal: str
    method: str
    path: str
    status: int
    user_agent: str


@dataclass
class SamplePortals:
    """The open portals. `night` may be set while they are open; `requests` is what they were asked so far."""

    base_urls: Mapping[str, str]
    """Portal id to base URL, without a slash at the end."""
    registry: Path
    """A registry file with the two entries."""
    night: int
    requests: list[Request] = field(default_factory=list)

    @property
    def entries(self) -> list[dict[str, object]]:
        """The registry entries, as the file has them."""
        return registry_entries(self.base_urls)


def registry_entries(base_urls: Mapping[str, str]) -> list[dict[str, object]]:
    """The registry entries of the sample portals at these base URLs."""
    return [
        {
            "id": portal.id,
            "name": portal.name,
            "region": portal.region,
            "region_code": portal.region_code,
            "level": portal.level,
            "host": portal.host,
            "base_url": base_urls[portal.id],
            "columns": [
                {
                    "name": portal.column_name,
                    "url": f"{base_urls[portal.id]}{portal.column}index.{portal.extension}",
                }
            ],
            "delay_s": DELAY_S,
        }
        for portal in sample_portals()
    ]


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, port: int, portal: SamplePortal) -> None:
        self.portal = portal
        self.open: SamplePortals | None = None
        self.visits: Counter[str] = Counter()
        self.lock = threading.Lock()
        self._rendered: dict[int, Mapping[str, Resource]] = {}
        super().__init__((ADDRESS, port), _Handler)

    def server_bind(self) -> None:
        # Not HTTPServer's own: it asks the name service for the name of the address.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = ADDRESS, self.server_address[1]

    @property
    def base_url(self) -> str:
        return f"http://{ADDRESS}:{self.server_port}"

    def resources(self) -> Mapping[str, Resource]:
        night = self.open.night if self.open is not None else 1
        with self.lock:
            if night not in self._rendered:
                self._rendered[night] = render_portal(self.portal, self.base_url, night)
            return self._rendered[night]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: _Server

    def version_string(self) -> str:
        return "nginx"

    def log_message(self, format: str, *args: object) -> None:
        """Requests are kept in `SamplePortals.requests`, not printed."""

    def do_GET(self) -> None:
        """Answer with the body."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with the headers alone."""
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        portal = self.server.portal
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path) or "/"
        resources = self.server.resources()
        index = f"index.{portal.extension}"
        found = resources.get(path + index if path.endswith("/") else path)
        suffix = PurePosixPath(path).suffix
        if found is None and f"{path}/{index}" in resources:
            self._reply(301, b"", "text/html", with_body, [("Location", f"{self.server.base_url}{path}/")])
        elif found is None and suffix in _ASSETS:
            self._reply(200, b"", _ASSETS[suffix], with_body, [])
        elif found is None:
            page = "<html><head><title>404</title></head><body><h1>您访问的页面不存在</h1></body></html>"
            kind = f"text/html; charset={portal.encoding}"
            self._reply(404, page.encode(portal.encoding), kind, with_body, [])
        else:
            self._found(path, found, with_body)

    def _found(self, path: str, resource: Resource, with_body: bool) -> None:
        modified = email.utils.format_datetime(resource.modified, usegmt=True)
        validators = [("Last-Modified", modified), ("ETag", resource.etag)]
        if self._unchanged(resource):
            self._reply(304, b"", None, False, validators)
            return
        body = resource.body
        if resource.live:
            with self.server.lock:
                self.server.visits[path] += 1
                visits = 120 + self.server.visits[path]
            body = body.replace(TOKEN.encode(), secrets.token_hex(8).encode())
            body = body.replace(VISITS.encode(), str(visits).encode())
        self._reply(200, body, resource.content_type, with_body, validators)

    def _unchanged(self, resource: Resource) -> bool:
        wanted = self.headers.get("If-None-Match")
        if wanted is not None:
            known = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
            return "*" in known or resource.etag.removeprefix("W/") in known
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            moment = email.utils.parsedate_to_datetime(since)
        except ValueError:
            return False
        return resource.modified <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC))

    def _reply(
        self, status: int, body: bytes, kind: str | None, with_body: bool, headers: list[tuple[str, str]]
    ) -> None:
        opened = self.server.open
        if opened is not None:
            agent = self.headers.get("User-Agent", "")
            opened.requests.append(Request(self.server.portal.id, self.command, self.path, status, agent))
        self.send_response(status)
        if kind is not None:
            self.send_header("Content-Type", kind)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if with_body and body:
            self.wfile.write(body)


@contextlib.contextmanager
def open_sample_portals(night: int = 1, *, port: int | None = None) -> Iterator[SamplePortals]:
    """Serve both portals for as long as the block runs.

    `port` is the first portal's, the second takes the next; 0 means free ones; None means the usual ones, or free
    ones where those are in use. Raises PortTakenError for a port that was asked for, ValueError for an unknown night.
    """
    if not 1 <= night <= LAST_NIGHT:
        raise ValueError(f"the sample has nights 1 to {LAST_NIGHT}, not {night}")
    with contextlib.ExitStack() as stack:
        servers = _listen(stack, port)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fazhi-sample-")))
        base_urls = {server.portal.id: server.base_url for server in servers}
        registry = folder / "portals.yaml"
        entries = {"portals": registry_entries(base_urls)}
        registry.write_text(yaml.safe_dump(entries, allow_unicode=True, sort_keys=False), encoding="utf-8")
        opened = SamplePortals(base_urls, registry, night)
        for server in servers:
            server.open = opened
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield opened


def _listen(stack: contextlib.ExitStack, port: int | None) -> list[_Server]:
    wanted = DEFAULT_PORT if port is None else port
    servers: list[_Server] = []
    for offset, portal in enumerate(sample_portals()):
        try:
            server = _Server(wanted + offset if wanted else 0, portal)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            if port is not None:
                raise PortTakenError(wanted + offset) from error
            server = _Server(0, portal)
        stack.callback(server.server_close)
        servers.append(server)
    return servers


@contextlib.contextmanager
def serve(night: int = 1, *, port: int | None = None) -> Iterator[Path]:
    """Serve both portals for as long as the block runs; gives the path of a registry that names them."""
    with open_sample_portals(night, port=port) as opened:
        yield opened.registry
