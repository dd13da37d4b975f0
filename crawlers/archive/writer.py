"""The WARC writer: every exchange as records of WARC/1.1, one gzip member a record, in files that are never rewritten.

    writer = ArchiveWriter(store, run_id=…, shard=…, operator=…, contact=…, judge=…)
    capture = writer.record(exchange)
    writer.close()

A capture is one record that stands for the exchange (response, revisit or, if no answer came, metadata) and the request
record concurrent to it. What the WARC standard has no field for (run, portal, role, via, verdict, reason) stands in
`Fazhi-…` fields of the first, so that the capture log can be rebuilt from the WARCs alone. The standard bids readers
ignore fields they do not know.
"""

from __future__ import annotations

import fcntl
import os
import platform
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.archive import capture_log
from crawlers.archive.captures import Capture
from crawlers.archive.exchange import Exchange, Headers, Judge, Judgement, digest_of
from crawlers.archive.store import OPEN_SUFFIX, Store, sync_folder

FOLDER = "warc"
SUFFIX = ".warc.gz"
ROLL_AT = 1_000_000_000
"""Bytes after which a file is closed and the next one opened."""

PROFILE_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
PROFILE_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"

KNOWN_LIMITS = (
    "Transfer codings (chunked) are undone before storing and the header is kept as X-Archive-Orig-Transfer-Encoding; "
    "content codings are stored as sent. "
    "A header folded over several lines is joined into one. "
    "Interim 1xx responses, TLS certificates and trailers are not stored."
)


class ArchiveWriteFailed(Exception):  # noqa: N818 - says what is the matter, as the reader meets it
    """A record could not be written; what was written before it is whole."""

    exit_code = 1


class ArchiveClosed(Exception):  # noqa: N818 - as above
    """An exchange came after the archive was closed: its crawl has ended, and the next one asks again."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Original:
    """A response record that a revisit may refer to: it exists, in a file that is closed and safe."""

    capture_id: str
    url: str
    fetched_at: str
    payload_digest: str


class Originals:
    """The originals known to a writer, by payload digest and by the captures that lead to them."""

    def __init__(self) -> None:
        self._by_digest: dict[str, Original] = {}
        self._by_capture: dict[str, Original] = {}

    @classmethod
    def of(cls, store: Store, log: capture_log.CaptureLog) -> Originals:
        """Collect the originals among the captures whose file is closed."""
        closed = set(store.names(FOLDER, SUFFIX))
        originals = cls()
        for capture in sorted(log, key=lambda row: (row.fetched_at, row.capture_id)):
            if capture.warc_file in closed:
                originals.add(capture)
        return originals

    def add(self, capture: Capture) -> None:
        """Learn a capture of a closed file; captures without a whole body are passed over."""
        if capture.refers_to is not None:
            original = self._by_capture.get(capture.refers_to)
            if original is not None:
                self._by_capture[capture.capture_id] = original
            return
        if capture.status is None or capture.payload_digest is None or capture.verdict in ("truncated", "too_large"):
            return
        original = Original(capture.capture_id, capture.url, capture.fetched_at, capture.payload_digest)
        self._by_capture[capture.capture_id] = original
        self._by_digest.setdefault(capture.payload_digest, original)

    def with_digest(self, digest: str) -> Original | None:
        """Return the first original with these bytes."""
        return self._by_digest.get(digest)

    def behind(self, capture_id: str | None) -> Original | None:
        """Return the original that a capture is or refers to."""
        return None if capture_id is None else self._by_capture.get(capture_id)


class _Head(StatusAndHeaders):  # type: ignore[misc]
    """An HTTP head that is written as it was read; warcio's own would re-encode and percent-escape it."""

    def __init__(self, head: bytes) -> None:
        super().__init__("", [])
        self._head = head

    def compute_headers_buffer(self, header_filter: Any = None) -> None:
        self.headers_buff = self._head

    def __bool__(self) -> bool:
        return True


@dataclass(slots=True)
class _OpenFile:
    name: str
    """The name it will have in the archive."""
    path: Path
    descriptor: int
    size: int
    warcinfo_id: str
    captures: list[Capture]


class ArchiveWriter:
    """Writes the exchanges of one shard of one run.

    `store` is the archive root (a Store, a path or an fsspec URL). `judge` says what each capture is. `originals` are
    what revisits may refer to; by default every closed capture of the archive, or of `portal_ids` alone. `clock`
    returns an aware UTC datetime and `new_id` a UUID string; both are there for tests. Not safe for threads.
    """

    def __init__(
        self,
        store: Store | str | os.PathLike[str],
        *,
        run_id: str,
        shard: str,
        operator: str,
        contact: str,
        judge: Judge,
        portal_ids: list[str] | None = None,
        originals: Originals | None = None,
        robots: str = "obeyed: robots.txt of every host is read first (RFC 9309)",
        software: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: str(uuid4()),
        roll_at: int = ROLL_AT,
    ) -> None:
        for what, value in (("run id", run_id), ("shard", shard)):
            if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._-]*", value):
                raise ValueError(
                    f"The {what} {value!r} becomes part of file names: letters, digits, dot, _ and - only."
                )
        self.store = store if isinstance(store, Store) else Store(store)
        self.run_id = run_id
        self.shard = shard
        if originals is None:
            originals = Originals.of(self.store, capture_log.CaptureLog.read(self.store, portal_ids=portal_ids))
        self.originals = originals
        self._operator = operator
        self._contact = contact
        self._judge = judge
        self._robots = robots
        self._software = software or describe_software()
        self._clock = clock
        self._new_id = new_id
        self._roll_at = roll_at
        self._serial = 0
        self._closed = False
        self._file: _OpenFile | None = None
        self._log = capture_log.LogWriter(self.store.staging / capture_log.FOLDER / f"{run_id}-{shard}.jsonl")

    def record(self, exchange: Exchange, judgement: Judgement | None = None) -> Capture:
        """Judge an exchange, write its records and its row, and return the row.

        `judgement` is for what only the caller can know; otherwise the judge is asked. Raises ArchiveWriteFailed when
        the disk does not take it, ArchiveClosed after `close`; the archive is then as it was before the call.
        """
        if self._closed:
            raise ArchiveClosed(f"{exchange.url} was answered after the archive of {self.run_id} was closed.")
        if judgement is None:
            judgement = self._judge(exchange)
        file = self._file if self._file is not None else self._open()
        capture_id = self._new_id()
        request_id = self._new_id() if exchange.sent else None
        date = warc_date(exchange.fetched_at)
        digest: str | None = None
        original: Original | None = None
        if exchange.status == 304:
            original = self.originals.behind(exchange.revalidates)
            digest = original.payload_digest if original else digest_of(exchange.body)
        elif exchange.status is not None:
            digest = digest_of(exchange.body)
            if exchange.body and exchange.truncated is None:
                original = self.originals.with_digest(digest)

        fields: dict[str, str | None] = {
            "WARC-Type": "metadata" if exchange.status is None else "revisit" if original else "response",
            "WARC-Record-ID": urn(capture_id),
            "WARC-Date": date,
            "WARC-Target-URI": exchange.url,
            "WARC-Warcinfo-ID": urn(file.warcinfo_id),
            "WARC-Concurrent-To": urn(request_id) if request_id else None,
            "WARC-IP-Address": exchange.ip,
            "WARC-Truncated": exchange.truncated if exchange.status is not None else None,
        }
        if original is not None:
            fields |= {
                "WARC-Profile": PROFILE_NOT_MODIFIED if exchange.status == 304 else PROFILE_SAME_PAYLOAD,
                "WARC-Refers-To": urn(original.capture_id),
                "WARC-Refers-To-Target-URI": original.url,
                "WARC-Refers-To-Date": original.fetched_at,
            }
        fields |= {
            "WARC-Payload-Digest": digest,
            "Fazhi-Run": self.run_id,
            "Fazhi-Portal": exchange.portal_id,
            "Fazhi-Role": exchange.role,
            "Fazhi-Via": exchange.via,
            "Fazhi-Verdict": judgement.verdict,
            "Fazhi-Reason": judgement.reason,
        }

        out = BytesIO()
        if exchange.status is None:
            note = {"error": exchange.error or judgement.reason, "via": exchange.via}
            _write(out, "metadata", fields, b"", _warc_fields(note), "application/warc-fields")
        else:
            head = _response_head(exchange)
            body = b"" if original is not None else exchange.body
            _write(out, "revisit" if original else "response", fields, head, body, "application/http; msgtype=response")
        length = out.tell()
        if request_id is not None:
            request_fields = {
                "WARC-Type": "request",
                "WARC-Record-ID": urn(request_id),
                "WARC-Date": date,
                "WARC-Target-URI": exchange.url,
                "WARC-Warcinfo-ID": urn(file.warcinfo_id),
                "WARC-Concurrent-To": urn(capture_id),
                "WARC-IP-Address": exchange.ip,
                "WARC-Payload-Digest": digest_of(exchange.request_body),
            }
            request_type = "application/http; msgtype=request"
            _write(out, "request", request_fields, _request_head(exchange), exchange.request_body, request_type)

        capture = Capture(
            capture_id=capture_id,
            run_id=self.run_id,
            portal_id=exchange.portal_id,
            url=exchange.url,
            fetched_at=date,
            role=exchange.role,
            via=one_line(exchange.via),
            status=exchange.status,
            verdict=judgement.verdict,
            reason=one_line(judgement.reason),
            content_type=exchange.header("content-type"),
            payload_digest=digest,
            etag=exchange.header("etag"),
            last_modified=exchange.header("last-modified"),
            warc_file=file.name,
            offset=file.size,
            length=length,
            record_id=urn(capture_id),
            refers_to=original.capture_id if original else None,
        )
        self._append(file, out.getvalue())
        file.captures.append(capture)
        self._log.append(capture)
        if file.size >= self._roll_at:
            self._close_file()
        return capture

    def close(self) -> None:
        """Make everything durable and give the open file its name. May be called twice; nothing is recorded after."""
        self._closed = True
        self._close_file()
        self._log.close()
        if self.store.local is None:
            self._publish_logs()

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> _OpenFile:
        folder = self.store.staging / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            name = f"{FOLDER}/{self.run_id}-{self.shard}-{self._serial:05d}{SUFFIX}"
            self._serial += 1
            path = self.store.staging / (name + OPEN_SUFFIX)
            if self.store.exists(name):
                continue
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
            except FileExistsError:
                continue  # left open by a crash, or another writer's: salvage will see to it
            break
        # The lock tells salvage that someone is still writing; the system drops it when the process dies. A salvage
        # that held the lock first has taken the empty file away.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if not path.exists():
            os.close(descriptor)
            return self._open()
        sync_folder(folder)
        file = _OpenFile(name, path, descriptor, 0, self._new_id(), [])
        out = BytesIO()
        fields = {
            "WARC-Type": "warcinfo",
            "WARC-Record-ID": urn(file.warcinfo_id),
            "WARC-Date": warc_date(self._clock()),
            "WARC-Filename": name.rsplit("/", 1)[-1],
        }
        info = {
            "software": self._software,
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "operator": self._operator,
            "http-header-from": self._contact,
            "robots": self._robots,
            "isPartOf": self.run_id,
            "fazhi-run": self.run_id,
            "fazhi-shard": self.shard,
            "known-limits": KNOWN_LIMITS,
        }
        _write(out, "warcinfo", fields, b"", _warc_fields(info), "application/warc-fields")
        self._append(file, out.getvalue())
        self._file = file
        return file

    def _append(self, file: _OpenFile, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(file.descriptor, view) :]
        except OSError as error:
            os.ftruncate(file.descriptor, file.size)
            raise ArchiveWriteFailed(
                f"The archive cannot write {file.path}: {error.strerror}; free some space and run again."
            ) from error
        file.size += len(data)

    def _close_file(self) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        os.fsync(file.descriptor)
        self.store.publish(file.path, file.name)
        os.close(file.descriptor)
        for capture in file.captures:
            self.originals.add(capture)

    def _publish_logs(self) -> None:
        """Upload the logs of this run and shard, the captures' and the crawl's own beside it.

        A second writer of the same run and shard gets names of its own.
        """
        for path in sorted(self.store.staging.glob(f"*/{self.run_id}-{self.shard}.jsonl")):
            name = f"{path.parent.name}/{path.name}"
            self.store.publish(path, capture_log.free_name(self.store, name))


def urn(identifier: str) -> str:
    """Return the WARC-Record-ID of a UUID."""
    return f"<urn:uuid:{identifier}>"


def warc_date(moment: datetime) -> str:
    """Return an aware datetime as UTC with microseconds and a Z; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"The time {moment} has no time zone; the archive keeps UTC.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def one_line(text: str | None) -> str | None:
    """Return the text with every run of white space as one blank, None for none: WARC fields stand on one line."""
    return " ".join(text.split()) or None if text is not None else None


def describe_software() -> str:
    """Return names and versions of what writes the archive."""
    parts = [f"{name}/{version(name)}" for name in ("fazhi", "scrapy", "twisted", "warcio")]
    return " ".join([*parts, f"Python/{platform.python_version()}"])


def _warc_fields(values: Mapping[str, str | None]) -> bytes:
    return "".join(f"{name}: {one_line(value)}\r\n" for name, value in values.items() if value).encode("utf-8")


def _response_head(exchange: Exchange) -> bytes:
    status_line = f"{exchange.protocol} {exchange.status} ".encode("ascii") + exchange.phrase
    return _head(status_line.rstrip(b" ") if not exchange.phrase else status_line, exchange.response_headers)


def _request_head(exchange: Exchange) -> bytes:
    return _head(f"{exchange.method} {exchange.target} HTTP/1.1".encode(), exchange.request_headers)


def _head(first_line: bytes, headers: Headers) -> bytes:
    lines = [first_line]
    for name, value in headers:
        # The body is stored without its chunk framing: a reader that believed the header would misread it.
        if name.lower() == b"transfer-encoding":
            name = b"X-Archive-Orig-" + name
        lines.append(name + b": " + value)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _write(
    out: BytesIO, record_type: str, fields: Mapping[str, str | None], head: bytes, body: bytes, content_type: str
) -> None:
    """Append one record, as a gzip member of its own."""
    rec_headers = [(name, line) for name, value in fields.items() if (line := one_line(value))]
    rec_headers.append(("WARC-Block-Digest", digest_of(head + body)))
    record = ArcWarcRecord(
        "warc",
        record_type,
        StatusAndHeaders("", rec_headers, protocol="WARC/1.1"),
        BytesIO(body),
        _Head(head) if head else None,
        content_type,
        len(body),
    )
    record.payload_length = len(body)
    WARCWriter(out, gzip=True, warc_version="WARC/1.1").write_record(record)
