"""Fetching: one address of a portal, asked with every courtesy and safeguard, archived, judged.

Whatever is asked goes through `Fetcher.fetch`: the allow-list and robots.txt at each step of a redirect, one request at
a time to a host with its pause, conditional headers for what the archive holds, limits of size and time, a retry where
the fault may pass, and the end of all questions to a host that blocks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response

from crawlers.archive.captures import Capture, Role, Verdict
from crawlers.bodies import CutShortError, TooLargeError, to_text, unpack
from crawlers.judging import MOST_HOPS, CrawlJudge
from crawlers.past import Past
from crawlers.politeness import Turns
from crawlers.portals import Portal
from crawlers.robots import Robots, read_robots
from crawlers.urls import host_key, join, sendable
from crawlers.verdicts import LEADS_ON, REDIRECTS, size_limit

RETRIES = 2
RETRY_PAUSE_S = 5.0
LONGEST_REST_S = 300.0
BLOCKS_UNTIL_LEFT_ALONE = 2
SILENCES_UNTIL_GIVEN_UP = 3
"""Addresses in a row from which no answer came."""
ERRORS_UNTIL_GIVEN_UP = 10
"""Addresses in a row that were answered with a server's error; single broken pages are common."""
FILES_AT_ONCE = 2
"""Attachments under way at the same time, of all hosts: each may hold tens of megabytes."""
_FAULTS = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)


class HostGivenUpError(Exception):
    """Nothing more is asked of a host in this run: it blocks, does not answer, or its robots.txt cannot be read."""

    def __init__(self, verdict: Verdict, sentence: str) -> None:
        super().__init__(sentence)
        self.verdict: Verdict = verdict


@dataclass(frozen=True, slots=True)
class Fetched:
    """The outcome of asking one address, after redirects."""

    verdict: Verdict
    reason: str | None
    url: str
    """The address that answered in the end."""
    capture: Capture | None = None
    content: bytes = b""
    """The body with its content coding undone; empty unless the verdict is ok."""
    content_type: str | None = None

    @property
    def text(self) -> str:
        """The body as text."""
        return to_text(self.content, self.content_type)


@dataclass(slots=True)
class HostRecord:
    """How a host behaved in this run."""

    blocks: int = 0
    silences: int = 0
    errors: int = 0
    given_up: HostGivenUpError | None = None


@dataclass(slots=True)
class Tally:
    """What a portal cost."""

    requests: int = 0
    captures: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)


Download = Callable[[Request], Awaitable[Response]]
Refuse = Callable[[Request, str], Capture]


class Fetcher:
    """Asks addresses for the portals of one crawl.

    `download` sends one request and returns the answer or raises Scrapy's download exceptions; `refuse` archives that
    a request was not sent. Both leave the capture in `request.meta["capture"]`.
    """

    def __init__(
        self,
        download: Download,
        refuse: Refuse,
        *,
        judge: CrawlJudge,
        agent: str,
        past: Past,
        turns: Turns,
        timeout_s: float = 60.0,
        on_capture: Callable[[Capture], None] | None = None,
    ) -> None:
        self._download = download
        self._refuse = refuse
        self._judge = judge
        self._agent = agent
        self._past = past
        self._turns = turns
        self._timeout_s = timeout_s
        self._on_capture = on_capture
        self._robots: dict[str, Robots] = {}
        self._robots_locks: dict[str, asyncio.Lock] = {}
        self._hosts: dict[str, HostRecord] = {}
        self._room_for_files = asyncio.Semaphore(FILES_AT_ONCE)
        self.tallies: dict[str, Tally] = {}

    async def fetch(
        self,
        portal: Portal,
        url: str,
        role: Role,
        *,
        via: str | None = None,
        conditional: bool = False,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        announced: str | None = None,
    ) -> Fetched:
        """Ask an address and follow its redirects; `announced` is the title that a list gave it. Raises
        HostGivenUpError when the host is not asked any more."""
        url = sendable(url)
        first, trail = url, [url]
        origin = via
        while True:
            if not portal.may_ask(url):
                return self._refused(
                    portal, url, role, via, f"{urlsplit(url).netloc} is no host that the registry names for {portal.id}"
                )
            robots = await self.robots(portal, url)
            if robots.unreachable is not None:
                raise self._give_up(_host(url), "unreachable", robots.unreachable)
            if not robots.allows(url):
                return self._refused(portal, url, role, via, "robots.txt forbids this address")
            self._judge.trails[url] = trail
            if announced:
                self._judge.announced[url] = announced
            try:
                fetched = await self._ask_patiently(portal, url, role, origin, conditional, method, body, headers)
            finally:
                self._judge.trails.pop(url, None)
                self._judge.announced.pop(url, None)
            target = _target(fetched)
            if target is None or (fetched.verdict != "ok" and (target in trail or len(trail) > MOST_HOPS)):
                return fetched
            trail.append(target)
            url, origin = target, first
            if method != "GET":
                method, body = "GET", None

    async def robots(self, portal: Portal, url: str) -> Robots:
        """Return the rules of the host that an address is on, asking for them once a run."""
        parts = urlsplit(url)
        key = f"{parts.scheme}://{parts.netloc}"
        async with self._robots_locks.setdefault(key, asyncio.Lock()):
            if key not in self._robots:
                self._turns.slow_to(_host(url), portal.delay_s)
                self._robots[key] = await self._ask_robots(portal, f"{key}/robots.txt")
                self._turns.slow_to(_host(url), self._robots[key].delay_s)
        return self._robots[key]

    async def _ask_robots(self, portal: Portal, url: str) -> Robots:
        """Ask for robots.txt; redirects are followed within the registry's hosts only, five at most (RFC 9309)."""
        for _ in range(6):
            if not portal.may_ask(url):
                return Robots(self._agent)  # led away: RFC 9309 lets that count as unavailable
            try:
                fetched = await self._ask_patiently(portal, url, "robots", None, False, "GET", None, None)
            except HostGivenUpError as error:
                return Robots(self._agent, unreachable=f"{error}; without its robots.txt nothing else may be asked")
            if (target := _target(fetched)) is not None:
                url = target
                continue
            status = fetched.capture.status if fetched.capture else None
            return read_robots(self._agent, status, fetched.content, fault=fetched.reason)
        return Robots(self._agent)

    async def _ask_patiently(
        self,
        portal: Portal,
        url: str,
        role: Role,
        via: str | None,
        conditional: bool,
        method: str,
        body: bytes | None,
        headers: Mapping[str, str] | None,
    ) -> Fetched:
        """Ask one address, again after a pause where the fault may pass."""
        host = _host(url)
        record = self._hosts.setdefault(host, HostRecord())
        for attempt in range(RETRIES + 1):
            if record.given_up is not None:
                raise record.given_up
            fetched = await self._ask(portal, url, role, via, conditional, method, body, headers)
            if not _may_pass(fetched):
                break
            if attempt < RETRIES:
                self._turns.rest(host, max(portal.delay_s, min(RETRY_PAUSE_S, portal.delay_s * 3)) * 2**attempt)
        self._keep_account(record, host, role, fetched)
        return fetched

    def _keep_account(self, record: HostRecord, host: str, role: Role, fetched: Fetched) -> None:
        """Note how a host answered, and give it up where that is enough."""
        if fetched.verdict == "blocked":
            record.blocks += 1
            record.silences = record.errors = 0
            if record.blocks >= BLOCKS_UNTIL_LEFT_ALONE and role != "robots":
                self._give_up(host, "blocked", f"{host} blocks: {fetched.reason}")
        elif _may_pass(fetched):
            answered = fetched.capture is not None and fetched.capture.status is not None
            record.errors += answered
            record.silences = 0 if answered else record.silences + 1
            if record.silences >= SILENCES_UNTIL_GIVEN_UP or record.errors >= ERRORS_UNTIL_GIVEN_UP:
                self._give_up(host, "unreachable", f"{host} does not answer: {fetched.reason}")
        else:
            record.silences = record.errors = 0
            if role != "robots":
                record.blocks = 0

    async def _ask(
        self,
        portal: Portal,
        url: str,
        role: Role,
        via: str | None,
        conditional: bool,
        method: str,
        body: bytes | None,
        headers: Mapping[str, str] | None,
    ) -> Fetched:
        """Send one request, in its turn."""
        meta: dict[str, Any] = {
            "portal_id": portal.id,
            "role": role,
            "via": via,
            "cookiejar": portal.id,
            "verbatim_url": True,
            "download_timeout": self._timeout_s,
            "download_maxsize": size_limit(role, url),
        }
        request_headers = dict(headers or {})
        known = self._past.validators(url) if conditional and method == "GET" else None
        if known is not None:
            meta["revalidates"] = known.capture_id
            request_headers |= known.headers
        request = Request(
            url,
            method=method,
            body=body or b"",
            headers=request_headers,
            meta=meta,
            dont_filter=True,
        )
        host = _host(url)
        self._turns.slow_to(host, portal.delay_s)
        response: Response | None = None
        room = self._room_for_files if role == "attachment" else nullcontext()
        async with self._turns.turn(host), room:
            tally = self.tallies.setdefault(portal.id, Tally())
            tally.requests += 1
            try:
                response = await self._download(request)
            except _FAULTS as error:
                if "capture" not in request.meta:
                    raise RuntimeError(f"{url} was asked but not archived ({error}).") from error
        capture: Capture = request.meta["capture"]
        self._note(capture)
        if response is not None and response.status in (429, 503):
            self._turns.rest(host, _retry_after(response))
        content = b""
        if response is not None and capture.verdict == "ok":
            content = _content(response, size_limit(role, url))
        return Fetched(capture.verdict, capture.reason, url, capture, content, capture.content_type)

    def _refused(self, portal: Portal, url: str, role: Role, via: str | None, sentence: str) -> Fetched:
        meta = {"portal_id": portal.id, "role": role, "via": via}
        capture = self._refuse(Request(url, meta=meta, dont_filter=True), sentence)
        self._note(capture)
        return Fetched("refused", sentence, url, capture)

    def _note(self, capture: Capture) -> None:
        tally = self.tallies.setdefault(capture.portal_id, Tally())
        tally.captures += 1
        tally.verdicts[capture.verdict] = tally.verdicts.get(capture.verdict, 0) + 1
        if self._on_capture is not None:
            self._on_capture(capture)

    def _give_up(self, host: str, verdict: Verdict, sentence: str) -> HostGivenUpError:
        record = self._hosts.setdefault(host, HostRecord())
        if record.given_up is None:
            record.given_up = HostGivenUpError(verdict, sentence)
        return record.given_up


def _target(fetched: Fetched) -> str | None:
    """Return where an answer that was judged well leads, or a page that only leads on; None for the end of the way."""
    if (fetched.reason or "").startswith(LEADS_ON):
        return join(fetched.url, (fetched.reason or "").removeprefix(LEADS_ON))
    if fetched.verdict != "ok" or fetched.capture is None or fetched.capture.status not in REDIRECTS:
        return None
    return join(fetched.url, urljoin(fetched.url, (fetched.reason or "").removeprefix("moved to ")))


def _may_pass(fetched: Fetched) -> bool:
    """Tell whether asking again soon may help: the host did not answer. A circle of redirects stays one."""
    moved = fetched.capture is not None and fetched.capture.status in REDIRECTS
    return fetched.verdict == "unreachable" and not moved


def _retry_after(response: Response) -> float:
    """Return the seconds that Retry-After asks for, at most LONGEST_REST_S; 0 if it names none."""
    value = (response.headers.get(b"Retry-After") or b"").decode("latin-1").strip()
    return min(float(value), LONGEST_REST_S) if value.isdigit() else 0.0


def _content(response: Response, limit: int) -> bytes:
    encoding = response.headers.get(b"Content-Encoding")
    try:
        return unpack(response.body, encoding.decode("latin-1") if encoding else None, limit)
    except (CutShortError, TooLargeError) as error:
        raise RuntimeError(f"{response.url} was judged ok but its body cannot be unpacked: {error}") from error


def _host(url: str) -> str:
    name, port = host_key(url)
    return name if port is None else f"{name}:{port}"
