"""The WARC writer: every exchange as records of WARC/1.1, one gzip member a record, in files that are never rewritten.

    writer = ArchiveWriter(store, run_id=…, shard=…, operator=…, contact=…, judge=…)
    capture = writer.record(exchange)
    writer.close()

While a file is written it has a name of its own; closing it makes it durable and gives it its name in the archive.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from crawlers.archive import capture_log
from crawlers.archive.captures import Capture
from crawlers.archive.exchange import Exchange, Judge, Judgement, digest_of
from crawlers.archive.originals import Original, Originals
from crawlers.archive.store import OPEN_SUFFIX, WARC_FOLDER, WARC_SUFFIX, Store, sync_folder
from crawlers.archive.warc import describe_software, exchange_records, info_record, one_line, urn, warc_date

ROLL_AT = 1_000_000_000
"""Bytes after which a file is closed and the next one opened."""


class ArchiveWriteFailed(Exception):  # noqa: N818 - says what is the matter, as the reader meets it
    """A record could not be written; what was written before it is whole."""

    exit_code = 1


class ArchiveClosed(Exception):  # noqa: N818 - as above
    """An exchange came after the archive was closed: its crawl has ended, and the next one asks again."""

    exit_code = 1


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
        digest, original = self._payload(exchange)
        records, length = exchange_records(
            exchange,
            judgement,
            run_id=self.run_id,
            warcinfo_id=file.warcinfo_id,
            capture_id=capture_id,
            request_id=request_id,
            digest=digest,
            original=original,
        )
        capture = Capture(
            capture_id=capture_id,
            run_id=self.run_id,
            portal_id=exchange.portal_id,
            url=exchange.url,
            fetched_at=warc_date(exchange.fetched_at),
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
        self._append(file, records)
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

    def _payload(self, exchange: Exchange) -> tuple[str | None, Original | None]:
        """The digest of the body, and the record that has these bytes already."""
        if exchange.status is None:
            return None, None
        if exchange.status == 304:
            original = self.originals.behind(exchange.revalidates)
            return original.payload_digest if original else digest_of(exchange.body), original
        digest = digest_of(exchange.body)
        whole = bool(exchange.body) and exchange.truncated is None
        return digest, self.originals.with_digest(digest) if whole else None

    def _open(self) -> _OpenFile:
        folder = self.store.staging / WARC_FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            name = f"{WARC_FOLDER}/{self.run_id}-{self.shard}-{self._serial:05d}{WARC_SUFFIX}"
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
        told = {
            "software": self._software,
            "operator": self._operator,
            "http-header-from": self._contact,
            "robots": self._robots,
            "isPartOf": self.run_id,
            "fazhi-run": self.run_id,
            "fazhi-shard": self.shard,
        }
        self._append(file, info_record(name, file.warcinfo_id, self._clock(), told))
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
