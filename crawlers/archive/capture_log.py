"""The capture log: one row a capture, written as it goes, and the look-ups over it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import IO

from crawlers.archive.captures import ROLES, VERDICTS, Capture
from crawlers.archive.store import Store

FOLDER = "captures"
_FIELDS = tuple(field.name for field in fields(Capture))
_NAMES = frozenset(_FIELDS)
_PORTAL = re.compile(rb'"portal_id": ?"([0-9A-Za-z_.-]+)"')
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class BadCaptureLog(Exception):  # noqa: N818 - says what is the matter, as the reader meets it
    """A line of the capture log that is no capture."""

    exit_code = 1


class NoSuchCapture(Exception):  # noqa: N818 - says what is the matter, as the reader meets it
    """Nothing in the archive answers to that name."""

    exit_code = 1


def line_of(capture: Capture) -> bytes:
    """Return the log line of a capture: JSON in the order of the fields, UTF-8, with its newline."""
    return (_ENCODE({name: getattr(capture, name) for name in _FIELDS}) + "\n").encode("utf-8")


def capture_of(line: bytes, where: str) -> Capture:
    """Read one log line; raises BadCaptureLog naming `where`."""
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BadCaptureLog(f"{where} is not JSON ({error}); run `fazhi archive index` to rebuild the log.") from error
    if not isinstance(row, dict) or row.keys() != _NAMES:
        raise BadCaptureLog(f"{where} has not the fields of a capture; run `fazhi archive index` to rebuild the log.")
    if row["verdict"] not in VERDICTS or row["role"] not in ROLES:
        raise BadCaptureLog(f"{where} has verdict {row['verdict']!r} and role {row['role']!r}; one of them is unknown.")
    return Capture(**row)


def read_log(
    store: Store, names: Iterable[str] | None = None, *, portal_ids: Container[str] | None = None
) -> Iterator[Capture]:
    """Yield every capture of the log, or those of some portals, file after file in the order of their names.

    A last line without its newline was cut by a crash and is passed over (its record is found again by salvage);
    any other bad line raises BadCaptureLog, of another portal only where it does not say whose it is.
    """
    for name in store.names(FOLDER, ".jsonl") if names is None else names:
        for number, line in enumerate(store.lines(name), 1):
            if not line.endswith(b"\n"):
                break
            # A shard wants a part of a long log: most lines are put aside before they are parsed.
            whose = _PORTAL.search(line) if portal_ids is not None else None
            if whose is not None and portal_ids is not None and whose[1].decode() not in portal_ids:
                continue
            capture = capture_of(line, f"{name} line {number}")
            if portal_ids is None or capture.portal_id in portal_ids:
                yield capture


def free_name(store: Store, name: str) -> str:
    """Return the name, or the next `NAME.2.jsonl`, `NAME.3.jsonl` that is not taken in the archive."""
    part = 1
    free = name
    while store.exists(free):
        part += 1
        free = f"{name.removesuffix('.jsonl')}.{part}.jsonl"
    return free


class LogWriter:
    """Appends captures to one log file, each line handed to the system at once.

    It holds a shared lock, so that a salvage can tell a log that is being written from one that a crash left.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            file: IO[bytes] = path.open("ab", buffering=0)
            fcntl.flock(file, fcntl.LOCK_SH)
            if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                break
            file.close()  # a salvage put another file in its place meanwhile
        self._file = file
        self.path = path
        _drop_cut_line(path)

    def append(self, capture: Capture) -> None:
        """Write one line."""
        self._file.write(line_of(capture))

    def close(self) -> None:
        """Make the lines durable and close."""
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()


@contextlib.contextmanager
def sole_hold(path: Path) -> Iterator[bool]:
    """Hold a log for oneself for as long as the block runs; gives False when somebody is writing it."""
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _drop_cut_line(path: Path) -> None:
    """Take away a last line that a crash cut short, so that the next line starts on its own."""
    with path.open("r+b") as file:
        data = file.read()
        whole = data.rfind(b"\n") + 1
        if whole != len(data):
            file.truncate(whole)


class CaptureLog:
    """The captures of an archive in memory, with the look-ups.

    `run_id` and `portal_ids` narrow what is held. Later rows win where two have the same capture_id (there are none in
    a sound archive).
    """

    def __init__(self, captures: Iterable[Capture]) -> None:
        self._by_id: dict[str, Capture] = {}
        self._by_url: dict[str, list[Capture]] = {}
        self._by_digest: dict[str, list[Capture]] = {}
        for capture in captures:
            self._by_id[capture.capture_id] = capture
            self._by_url.setdefault(capture.url, []).append(capture)
            if capture.payload_digest is not None:
                self._by_digest.setdefault(capture.payload_digest, []).append(capture)
        for rows in self._by_url.values():
            rows.sort(key=lambda row: row.fetched_at)

    @classmethod
    def read(cls, store: Store, *, run_id: str | None = None, portal_ids: Iterable[str] | None = None) -> CaptureLog:
        """Read the log of an archive; raises BadCaptureLog."""
        portals = None if portal_ids is None else set(portal_ids)
        return cls(
            capture for capture in read_log(store, portal_ids=portals) if run_id is None or capture.run_id == run_id
        )

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Capture]:
        return iter(self._by_id.values())

    def get(self, name: str) -> Capture:
        """Return the capture with that capture_id or record id (`<urn:uuid:…>`); a prefix of eight characters or more
        that fits one capture alone will do. Raises NoSuchCapture."""
        wanted = name.strip().removeprefix("<").removesuffix(">").removeprefix("urn:uuid:")
        if wanted in self._by_id:
            return self._by_id[wanted]
        fitting = [row for key, row in self._by_id.items() if key.startswith(wanted)] if len(wanted) >= 8 else []
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise NoSuchCapture(f"{len(fitting)} captures begin with {wanted}; give more of the id.")
        raise NoSuchCapture(f"No capture {name} is in the capture log.")

    def of_url(self, url: str) -> list[Capture]:
        """Return the captures of an address, oldest first."""
        return list(self._by_url.get(url, ()))

    def at(self, url: str, time: str | datetime) -> Capture:
        """Return the capture of an address nearest in time; raises NoSuchCapture."""
        moment = datetime.fromisoformat(time) if isinstance(time, str) else time
        rows = self._by_url.get(url)
        if not rows:
            raise NoSuchCapture(f"No capture of {url} is in the capture log.")
        return min(rows, key=lambda row: abs(datetime.fromisoformat(row.fetched_at) - moment))

    def with_digest(self, digest: str) -> list[Capture]:
        """Return the captures whose payload has that digest (`sha1:…`), in the order of the log."""
        return list(self._by_digest.get(digest, ()))
