"""Opening a capture: its head and body from the WARC, revisits followed to the record that holds the bytes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

from crawlers.archive.capture_log import CaptureLog
from crawlers.archive.captures import Capture
from crawlers.archive.codings import decode
from crawlers.archive.exchange import Headers, digest_of
from crawlers.archive.store import OPEN_SUFFIX, NoSuchFile, Store


class BrokenCapture(Exception):  # noqa: N818 - says what is the matter, as the reader meets it
    """A capture whose bytes are not what the capture log says."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Opened:
    """A capture with its bytes."""

    capture: Capture
    bytes_from: Capture
    """The capture whose record holds the body: this one, or the one it refers to."""
    status_line: str | None
    headers: Headers
    body: bytes
    """As sent, Content-Encoding and all."""

    @property
    def content(self) -> bytes:
        """The body decoded; raises Undecodable."""
        return decode(self.body, self.header("content-encoding"))

    @property
    def content_type(self) -> str | None:
        """The Content-Type, for a 304 that of the answer it vouches for."""
        return self.header("content-type")

    def header(self, name: str) -> str | None:
        """The first header of that name, given in lower case, as Latin-1 and stripped; None if there is none."""
        wanted = name.encode("ascii")
        return next((v.decode("latin-1").strip() for k, v in self.headers if k.lower() == wanted), None)


class ArchiveReader:
    """An archive to read from: `root` is a Store, a path or an fsspec URL. The capture log is read when first asked."""

    def __init__(self, root: Store | str | os.PathLike[str], log: CaptureLog | None = None) -> None:
        self.store = root if isinstance(root, Store) else Store(root)
        if log is not None:
            self.__dict__["log"] = log

    @cached_property
    def log(self) -> CaptureLog:
        """The capture log of the whole archive."""
        return CaptureLog.read(self.store)

    def open(self, capture: Capture | str) -> Opened:
        """Open a capture, given as row, capture_id or record id.

        The body of a revisit comes from the record it refers to; its headers are its own, and what a 304 left out
        (Content-Encoding, Content-Type) is the original's. Raises NoSuchCapture, NoSuchFile or BrokenCapture.
        """
        if isinstance(capture, str):
            capture = self.log.get(capture)
        own = self._record(capture)
        status_line, headers, body = _message(own, capture)
        if capture.refers_to is None:
            return Opened(capture, capture, status_line, headers, body)
        original = self.log.get(capture.refers_to)
        if original.refers_to is not None:
            raise BrokenCapture(
                f"Capture {capture.capture_id} refers to {original.capture_id}, which is a revisit itself."
            )
        _, first_headers, body = _message(self._record(original), original)
        known = {name.lower() for name, _ in headers}
        if capture.status == 304:
            headers += tuple((name, value) for name, value in first_headers if name.lower() not in known)
        return Opened(capture, original, status_line, headers, body)

    def content(self, capture: Capture | str) -> bytes:
        """Return the decoded body of a capture; raises what `open` raises, or Undecodable."""
        return self.open(capture).content

    def body(self, capture: Capture | str) -> tuple[bytes, str | None]:
        """Return the decoded body of a capture and its Content-Type; raises what `content` raises."""
        opened = self.open(capture)
        return opened.content, opened.content_type

    def raw(self, capture: Capture) -> bytes:
        """Return the compressed record of a capture, from the closed file or from the one still open."""
        try:
            return self.store.read_range(capture.warc_file, capture.offset, capture.length)
        except NoSuchFile:
            path = Path(self.store.staging / (capture.warc_file + OPEN_SUFFIX))
            if not path.exists():
                raise
            with path.open("rb") as file:
                file.seek(capture.offset)
                return file.read(capture.length)

    def _record(self, capture: Capture) -> Any:
        from fastwarc.warc import ArchiveIterator

        data = self.raw(capture)
        where = f"{capture.warc_file} at {capture.offset}"
        try:
            record = next(iter(ArchiveIterator(BytesIO(data), parse_http=capture.status is not None)), None)
        except OSError as error:
            raise BrokenCapture(f"No record can be read from {where}: {error}.") from error
        if record is None:
            raise BrokenCapture(f"There is no record in {where}.")
        if record.record_id != capture.record_id:
            raise BrokenCapture(f"The record in {where} is {record.record_id}, not {capture.record_id}.")
        return record


@dataclass(frozen=True, slots=True)
class Proof:
    """What was held against the bytes, for one capture: all of it fits, or BrokenCapture was raised."""

    capture_id: str
    url: str
    fetched_at: str
    warc_file: str
    offset: int
    length: int
    record_id: str
    """The record that holds the bytes; for a revisit another capture's."""
    payload_digest: str
    """Recomputed from the bytes just read."""
    size: int
    """Bytes of the body as sent."""


def prove(archive: ArchiveReader, capture: Capture | str) -> tuple[Proof, bytes]:
    """Prove the bytes of a capture: read the record at its offset, find its record id, recompute the digest.

    Returns the proof and the decoded body, so that what was derived from it can be held against the same bytes.
    Raises BrokenCapture, NoSuchCapture, NoSuchFile or Undecodable.
    """
    opened = archive.open(capture)
    row, source = opened.capture, opened.bytes_from
    digest = digest_of(opened.body)
    if row.payload_digest is None:
        raise BrokenCapture(f"Capture {row.capture_id} has no body: its verdict is {row.verdict}.")
    if digest != row.payload_digest:
        raise BrokenCapture(
            f"The body in {source.warc_file} at {source.offset} has digest {digest}; the log says {row.payload_digest}."
        )
    proof = Proof(
        row.capture_id,
        row.url,
        row.fetched_at,
        source.warc_file,
        source.offset,
        source.length,
        source.record_id,
        digest,
        len(opened.body),
    )
    return proof, opened.content


def _message(record: Any, capture: Capture) -> tuple[str | None, Headers, bytes]:
    if capture.status is None:
        return None, (), record.reader.read()
    headers = record.http_headers
    body = record.reader.read()
    return headers.status_line, tuple(headers.items_bytes()), body
