"""Scrapy's part of the archive: every exchange of a crawl goes to the archive before anything else sees it.

Scrapy's own middlewares decompress and redirect above the downloader, so the recorder sits below them, as the download
handler of http and https. Settings:

    EXTENSIONS = {"crawlers.archive.recorder.Recorder": 0}
    DOWNLOAD_HANDLERS = {"http": "crawlers.archive.recorder.RecordingHandler",
                         "https": "crawlers.archive.recorder.RecordingHandler"}
    ARCHIVE_WRITER = a function without arguments that opens the ArchiveWriter; the recorder closes it with the crawl
    DOWNLOAD_FAIL_ON_DATALOSS = False  (a body cut short is archived as far as it came, WARC-Truncated: disconnect)

Request.meta: `portal_id`, `role` and optionally `via` and `revalidates` (the capture_id whose validators the request
carries) go in; `capture` (a Capture) comes out, for answers (`response.meta`) and failures (`failure.request.meta`)
alike. A redirect or retry copies the meta, so `capture` is always the latest exchange of that chain.

When the archive cannot be written, the crawl ends: `Recorder.failure` holds the error, the reason of closing is
`archive_failed`, and no response that was not archived reaches a spider.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from scrapy import Request, signals
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.web.client import _HTTP11ClientFactory

from crawlers.archive.captures import Capture
from crawlers.archive.exchange import Exchange, Headers, Judgement, Truncation
from crawlers.archive.writer import ArchiveClosed, ArchiveWriter

logger = logging.getLogger(__name__)

IDLE_CONNECTION_S = 30
"""Seconds after which a connection that nothing is asked over is closed."""


class Recorder:
    """Holds the writer of a crawl and closes it with the crawl."""

    def __init__(self, crawler: Crawler, writer: ArchiveWriter) -> None:
        self.writer = writer
        self.failure: Exception | None = None
        """The error that ended the crawl because the archive could not be written."""
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Recorder:
        """Open the writer by ARCHIVE_WRITER; raises ValueError without one."""
        # A function, because settings are deep-copied, which an open file cannot be.
        open_writer: Callable[[], ArchiveWriter] | None = crawler.settings.get("ARCHIVE_WRITER")
        if open_writer is None:
            raise ValueError("The setting ARCHIVE_WRITER is missing: a crawl without an archive must not start.")
        recorder = cls(crawler, open_writer())
        crawler.signals.connect(recorder._close, signal=signals.engine_stopped)
        return recorder

    def record(self, request: Request, exchange: Exchange, judgement: Judgement | None = None) -> Capture:
        """Archive an exchange and leave its capture in `request.meta`; raises ArchiveWriteFailed and ends the crawl.
        Raises ArchiveClosed for an answer to a crawl that was stopped: it was in flight when the archive was closed."""
        if self.failure is not None:
            raise self.failure
        try:
            capture = self.writer.record(exchange, judgement)
        except ArchiveClosed:
            raise
        except Exception as error:
            self.failure = error
            logger.error("%s", error)
            engine = self._crawler.engine
            if engine is not None:
                from scrapy.utils.defer import _schedule_coro

                _schedule_coro(engine.close_spider_async(reason="archive_failed"))
            raise
        request.meta["capture"] = capture
        stats = self._crawler.stats
        if stats is not None:
            stats.inc_value("archive/captures")
            stats.inc_value(f"archive/verdict/{capture.verdict}")
        return capture

    def refuse(self, request: Request, sentence: str) -> Capture:
        """Archive that a request was not sent, and why (robots.txt, the safety rules)."""
        exchange = _exchange(request, datetime.now(UTC), sent=False, error=sentence)
        return self.record(request, exchange, Judgement("refused", sentence))

    def _close(self) -> None:
        self.writer.close()


class RecordingHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler, listening to the wire: request head, status line and headers as they were."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._recorder: Recorder | None = None
        self._pool._factory = _WireFactory
        # Thousands of hosts are asked a few things each: their connections must not pile up until Scrapy's 240 s pass.
        self._pool.cachedConnectionTimeout = IDLE_CONNECTION_S

    async def download_request(self, request: Request) -> Response:
        """Fetch, archive, and only then hand the response on."""
        recorder = self._recorder
        if recorder is None:
            recorder = self._recorder = crawler_recorder(self._crawler)
        agent = _WireAgent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        sent_at = datetime.now(UTC)
        try:
            with wrap_twisted_exceptions():
                response = await maybe_deferred_to_future(agent.download_request(request))
        except Exception as error:
            recorder.record(request, _failed(request, sent_at, agent, error))
            raise
        recorder.record(request, _answered(request, sent_at, agent, response))
        return response


def crawler_recorder(crawler: Crawler) -> Recorder:
    """Return the crawl's recorder; raises RuntimeError when the extension was not loaded."""
    recorder = crawler.get_extension(Recorder)
    if recorder is None:
        raise RuntimeError("The extension crawlers.archive.recorder.Recorder is not loaded: nothing would be archived.")
    return recorder


class _WireParser(_LenientHTTPClientParser):
    """Keeps the status line and every header line in order, which Twisted sorts by name and splits by kind."""

    wire: _Wire

    def statusReceived(self, status: bytes) -> None:  # noqa: N802 - Twisted's name
        self.wire.status_line = status
        self.wire.response_headers = []
        super().statusReceived(status)  # type: ignore[no-untyped-call]

    def headerReceived(self, name: bytes, value: bytes) -> None:  # noqa: N802 - Twisted's name
        self.wire.response_headers.append((name, value))
        super().headerReceived(name, value)  # type: ignore[no-untyped-call]


class _Wire:
    """What passed over the connection for one request, body aside."""

    def __init__(self) -> None:
        self.request = b""
        self.status_line: bytes | None = None
        self.response_headers: list[tuple[bytes, bytes]] = []
        self.ip: str | None = None

    def request_headers(self) -> Headers:
        lines = self.request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
        return tuple((name, value.strip()) for name, _, value in (line.partition(b":") for line in lines))


class _Tee:
    """A transport that notes what is written through it."""

    def __init__(self, transport: Any, wire: _Wire) -> None:
        self._transport = transport
        self._wire = wire

    def write(self, data: bytes) -> None:
        if b"\r\n\r\n" not in self._wire.request:
            self._wire.request += data
        self._transport.write(data)

    def writeSequence(self, parts: list[bytes]) -> None:  # noqa: N802 - Twisted's name
        self.write(b"".join(parts))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class _WireProtocol(_LenientHTTP11ClientProtocol):
    """The client connection, with a wire to listen to for each request."""

    def request(self, request: Any) -> Any:
        wire = _Wire()
        write_to = request.writeTo
        request.writeTo = lambda transport: write_to(_Tee(transport, wire))
        deferred = super().request(request)
        # As Scrapy does for its own parser: the class is fixed inside Twisted, so the object changes it.
        parser: Any = self._parser
        parser.__class__ = _WireParser
        parser.wire = wire
        transport: Any = self.transport
        wire.ip = getattr(transport.getPeer(), "host", None)

        def attach(response: Any) -> Any:
            response._fazhi_wire = wire
            return response

        return deferred.addCallback(attach)


class _WireFactory(_HTTP11ClientFactory):
    noisy = False

    def buildProtocol(self, addr: Any) -> _WireProtocol:  # noqa: N802 - Twisted's name
        return _WireProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _WireAgent(_ScrapyAgent):
    """Remembers the Twisted response, so that a failure half-way through the body still shows its head."""

    head: Any = None

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        self.head = txresponse
        return super()._cb_bodyready(txresponse, request)


def _answered(request: Request, sent_at: datetime, agent: _WireAgent, response: Response) -> Exchange:
    truncated: Truncation | None = "disconnect" if "dataloss" in response.flags else None
    if "download_stopped" in response.flags:
        truncated = "unspecified"
    ip = str(response.ip_address) if response.ip_address is not None else None
    return _exchange(request, sent_at, head=agent.head, body=response.body, ip=ip, truncated=truncated)


def _failed(request: Request, sent_at: datetime, agent: _WireAgent, error: Exception) -> Exchange:
    """An answer whose head came counts as an answer without a body; otherwise there was none."""
    truncated: Truncation = (
        "length"
        if isinstance(error, DownloadCancelledError)
        else "time"
        if isinstance(error, DownloadTimeoutError)
        else "disconnect"
    )
    sentence = f"{type(error).__name__}: {error}".strip().rstrip(":")
    return _exchange(request, sent_at, head=agent.head, truncated=truncated, error=sentence)


def _exchange(
    request: Request,
    sent_at: datetime,
    *,
    head: Any = None,
    body: bytes = b"",
    ip: str | None = None,
    truncated: Truncation | None = None,
    error: str | None = None,
    sent: bool = True,
) -> Exchange:
    meta = request.meta
    try:
        portal_id, role = meta["portal_id"], meta["role"]
    except KeyError as missing:
        raise ValueError(f"The request for {request.url} has no {missing} in its meta; the archive needs it.") from None
    wire: _Wire | None = getattr(head, "_fazhi_wire", None)
    request_headers = wire.request_headers() if wire and wire.request else _scrapy_headers(request)
    status: int | None = None
    protocol, phrase = "HTTP/1.1", b""
    response_headers: Headers = ()
    if head is not None:
        status = int(head.code)
        name, major, minor = head.version
        protocol = f"{name.decode('ascii')}/{major}.{minor}"
        phrase = head.phrase
        response_headers = tuple(wire.response_headers) if wire else tuple(head.headers.getAllRawHeaders())
    return Exchange(
        portal_id=portal_id,
        role=role,
        via=meta.get("via"),
        url=request.url.partition("#")[0],
        fetched_at=sent_at,
        method=request.method,
        request_headers=request_headers,
        request_body=request.body,
        sent=sent,
        protocol=protocol,
        status=status,
        phrase=phrase,
        response_headers=response_headers,
        body=body,
        ip=ip or (wire.ip if wire else None),
        truncated=truncated,
        error=error,
        revalidates=meta.get("revalidates"),
    )


def _scrapy_headers(request: Request) -> Headers:
    """The headers Scrapy asked to send; used when the connection never came about."""
    return tuple((name, value) for name, values in request.headers.items() for value in values)
