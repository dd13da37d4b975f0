"""What earlier nights left in the archive: validators, lists that were read, candidates, and what to ask again when.

Everything is read from the logs under the archive root: `captures/` (what was fetched), `candidates/` (what lists
named) and `columns/` (how far lists were read). A log that is lost costs a fuller reading, never a document.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crawlers.archive.capture_log import CaptureLog
from crawlers.archive.captures import Capture
from crawlers.archive.store import Store

CANDIDATES = "candidates"
COLUMNS = "columns"
_CLOSED_FILES = ("warc", ".warc.gz")

EVERY_NIGHT_FOR = timedelta(days=14)
"""A report is asked again each night for so long after it was first archived."""
THEN_EVERY = timedelta(days=30)
"""And then at least this often; a full answer, too, is asked for at least this often."""
LOOK_BACK_EVERY = timedelta(days=30)
"""How often the pages behind the first are read again for what was published late or back-dated."""
_SLACK = timedelta(hours=6)
"""Nights do not start at the same minute."""


@dataclass(frozen=True, slots=True)
class Validators:
    """The conditions under which a known answer need not be sent again."""

    capture_id: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ColumnMemory:
    """How a column was last read."""

    name: str
    found_at: datetime | None
    """When it was found by looking; None for a column of the registry."""
    family: str
    complete: bool
    """Every page was read, or the bound was reached."""
    entries: int
    """Entries on its first page."""
    dated: int
    """Of these, with a date."""
    read_at: datetime
    """When its first page was last read in full."""
    deep_at: datetime | None
    """When all its pages were last read."""
    shell: bool = False
    """Its own page lists nothing and leads to an interface that does: that page unchanged says nothing of the list."""


@dataclass(frozen=True, slots=True)
class Address:
    """A document address to ask."""

    url: str
    title: str
    list_url: str
    decision: str
    conditional: bool
    """Whether the archive's copy may be vouched for by a 304."""
    known: bool
    """Whether it was fetched before."""


@dataclass(slots=True)
class _History:
    first_ok: datetime | None = None
    last_ok: datetime | None = None
    last_full: datetime | None = None
    last_asked: datetime | None = None
    missing_nights: set[str] = field(default_factory=set)


class Memory:
    """The memory of a crawl's portals."""

    def __init__(
        self,
        captures: CaptureLog,
        candidates: Mapping[str, dict[str, dict[str, Any]]],
        columns: Mapping[tuple[str, str], ColumnMemory],
        bodies: frozenset[str],
    ) -> None:
        self._captures = captures
        self._candidates = candidates
        self._columns = columns
        self._bodies = bodies
        """The WARC files that exist."""
        self._files: dict[str, dict[str, Capture]] = {}
        self._histories: dict[str, _History] = {}
        for capture in sorted(captures, key=lambda row: row.fetched_at):
            if capture.role == "article":
                self._learn(capture)
            elif capture.role == "attachment" and capture.via and capture.verdict in ("ok", "not_modified"):
                self._files.setdefault(capture.via, {})[capture.url] = capture

    @classmethod
    def read(cls, store: Store, portal_ids: list[str]) -> Memory:
        """Read the logs of an archive; raises BadCaptureLog or BadLogError."""
        wanted = set(portal_ids)
        candidates: dict[str, dict[str, dict[str, Any]]] = {}
        for row in _rows(store, CANDIDATES):
            if row.get("portal_id") in wanted:
                candidates.setdefault(row["portal_id"], {})[row["url"]] = row
        columns: dict[tuple[str, str], ColumnMemory] = {}
        for row in _rows(store, COLUMNS):
            if row.get("portal_id") in wanted:
                columns[row["portal_id"], row["url"]] = ColumnMemory(
                    name=row["name"],
                    found_at=datetime.fromisoformat(row["found_at"]) if row["found_at"] else None,
                    family=row["family"],
                    complete=row["complete"],
                    entries=row["entries"],
                    dated=row["dated"],
                    read_at=datetime.fromisoformat(row["read_at"]),
                    deep_at=datetime.fromisoformat(row["deep_at"]) if row["deep_at"] else None,
                    shell=row.get("shell", False),
                )
        return cls(
            CaptureLog.read(store, portal_ids=portal_ids), candidates, columns, frozenset(store.names(*_CLOSED_FILES))
        )

    def _learn(self, capture: Capture) -> None:
        moved = capture.status is not None and 300 <= capture.status < 400 and capture.status != 304
        for url in {capture.url, capture.via or capture.url}:
            history = self._histories.setdefault(url, _History())
            when = datetime.fromisoformat(capture.fetched_at)
            history.last_asked = when
            if moved:
                continue
            if capture.verdict in ("ok", "not_modified"):
                history.first_ok = history.first_ok or when
                history.last_ok = when
                history.missing_nights.clear()
                if capture.verdict == "ok":
                    history.last_full = when
            elif capture.verdict in ("missing", "soft_missing"):
                history.missing_nights.add(capture.run_id)

    def validators(self, url: str) -> Validators | None:
        """Return the conditions for an address, if the archive holds the body that a 304 would vouch for."""
        for capture in reversed(self._captures.of_url(url)):
            if capture.verdict not in ("ok", "not_modified") or capture.status not in (200, 304):
                continue
            body = self._body_of(capture)
            if body is None:
                continue
            etag, modified = capture.etag or body.etag, capture.last_modified or body.last_modified
            headers = {}
            if etag:
                headers["If-None-Match"] = etag
            if modified:
                headers["If-Modified-Since"] = modified
            return Validators(capture.capture_id, headers) if headers else None
        return None

    def _body_of(self, capture: Capture) -> Capture | None:
        """Return the capture whose record holds the bytes, if its file exists."""
        if capture.refers_to is not None:
            from crawlers.archive.capture_log import NoSuchCapture

            try:
                capture = self._captures.get(capture.refers_to)
            except NoSuchCapture:
                return None
        elif capture.status == 304:
            return None
        return capture if capture.warc_file in self._bodies else None

    def column(self, portal_id: str, url: str) -> ColumnMemory | None:
        """Return how a column was last read, None if never."""
        return self._columns.get((portal_id, url))

    def columns_found(self, portal_id: str) -> dict[str, ColumnMemory]:
        """Return the columns of a portal that were found by looking, by address."""
        return {
            url: column
            for (portal, url), column in self._columns.items()
            if portal == portal_id and column.found_at is not None
        }

    def candidates(self, portal_id: str) -> Mapping[str, dict[str, Any]]:
        """Return the latest row of each candidate of a portal, by canonical address."""
        return self._candidates.get(portal_id, {})

    def files_of(self, url: str) -> list[Capture]:
        """Return the latest readable capture of each file that an article led to."""
        return list(self._files.get(url, {}).values())

    def due(self, portal_id: str, now: datetime) -> Iterator[Address]:
        """Yield the known documents to ask tonight: those never fetched well, each report in its first 14 nights, and
        every one at least every 30 days, then without conditions. One that was missing on two nights waits 30 days."""
        for row in self.candidates(portal_id).values():
            if row["decision"] == "not_report":
                continue
            address = self._due_address(row, now)
            if address is not None:
                yield address

    def _due_address(self, row: Mapping[str, Any], now: datetime) -> Address | None:
        history = self._histories.get(row["fetch_url"], _History())
        long_ago = now - THEN_EVERY + _SLACK
        asked_lately = history.last_asked is not None and history.last_asked > long_ago
        if len(history.missing_nights) >= 2 and asked_lately:
            return None
        young = history.first_ok is None or now - history.first_ok < EVERY_NIGHT_FOR
        if not young and asked_lately and not history.missing_nights:
            return None
        return Address(
            url=row["fetch_url"],
            title=row["title"],
            list_url=row["list_url"],
            decision=row["decision"],
            conditional=history.last_full is not None and history.last_full > long_ago,
            known=history.first_ok is not None,
        )


class BadLogError(Exception):
    """A line of a log under the archive root that is no row."""

    exit_code = 1


def _rows(store: Store, folder: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a log folder; a last line that a crash cut short is passed over."""
    for name in store.names(folder, ".jsonl"):
        for number, line in enumerate(store.lines(name), 1):
            if not line.endswith(b"\n"):
                break
            try:
                row = json.loads(line)
            except ValueError as error:
                raise BadLogError(f"{name} line {number} is not JSON ({error}); take the line out.") from error
            yield row
