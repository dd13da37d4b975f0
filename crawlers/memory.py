"""What earlier nights left in the archive: validators, lists that were read, candidates, and what to ask again when.

Everything is read from the logs under the archive root: `captures/` (what was fetched), `candidates/` (what lists
named) and `columns/` (how far lists were read). A log that is lost costs a fuller reading, never a document.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crawlers.archive.capture_log import CaptureLog, NoSuchCapture
from crawlers.archive.captures import Capture
from crawlers.archive.codings import Undecodable
from crawlers.archive.reader import ArchiveReader, BrokenCapture
from crawlers.archive.store import NoSuchFile, Store
from crawlers.families.reading import NextPage
from crawlers.urls import document_key, host_key

logger = logging.getLogger(__name__)

CANDIDATES = "candidates"
COLUMNS = "columns"
_CLOSED_FILES = ("warc", ".warc.gz")

EVERY_NIGHT_FOR = timedelta(days=14)
"""A report is asked again each night for so long after it was first archived."""
THEN_EVERY = timedelta(days=30)
"""And then at least this often; a full answer, too, is asked for at least this often."""
LOOK_BACK_EVERY = timedelta(days=30)
"""How often the pages behind the first are read again for what was published late or back-dated."""
RESUME_WITHIN = timedelta(days=7)
"""A deep reading that was cut off is taken up where it was for so long, and one that was finished is not repeated."""
BLOCKED_NIGHTS_UNTIL_REST = 3
"""A host that blocked on so many nights in a row is left alone …"""
REST = timedelta(days=3)
"""… for so long, and then asked once more."""
_SLACK = timedelta(hours=6)
"""Nights do not start at the same minute."""
_ANSWERS = ("ok", "not_modified", "missing", "soft_missing")
"""Verdicts that answer the question; after any other a document is asked for again in the next run."""


@dataclass(frozen=True, slots=True)
class Validators:
    """The conditions under which a known answer need not be sent again."""

    capture_id: str
    headers: Mapping[str, str]
    payload_digest: str | None
    """Of the answer."""


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
    digest: str | None = None
    """The payload digest of its own page as it was read."""
    back_to: int | None = None
    """The year at which its deep reading stopped; None if that had no bound."""
    go_on: NextPage | None = None
    """Where a deep reading that was cut off goes on."""


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
    """Whether the archive holds it."""
    failed: bool = False
    """Whether it, or a file of it, did not come when it was last asked for."""


@dataclass(slots=True)
class _History:
    first_ok: datetime | None = None
    last_full: datetime | None = None
    last_answer: datetime | None = None
    last_run: str = ""
    failed: bool = False
    failed_files: dict[str, str] = field(default_factory=dict)
    """Address → the run in which it failed."""
    missing_nights: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _HostPast:
    blocked_nights: int = 0
    last_run: str = ""
    last_at: str = ""
    reason: str = ""


class Memory:
    """The memory of a crawl's portals."""

    def __init__(
        self,
        captures: CaptureLog,
        candidates: Mapping[str, dict[str, dict[str, Any]]],
        columns: Mapping[tuple[str, str], ColumnMemory],
        store: Store,
    ) -> None:
        self._captures = captures
        self._reader = ArchiveReader(store, captures)
        self._candidates = candidates
        self._fetch_urls = {row["fetch_url"] for rows in candidates.values() for row in rows.values()}
        self._columns = columns
        self._bodies = frozenset(store.names(*_CLOSED_FILES))
        """The WARC files that exist."""
        self._histories: dict[str, _History] = {}
        self._origins: dict[str, str] = {}
        """Address that answered → address that was asked, where they differ."""
        self._hosts: dict[tuple[str, int | None], _HostPast] = {}
        for capture in sorted(captures, key=lambda row: row.fetched_at):
            self._learn(capture)

    @classmethod
    def read(cls, store: Store, portal_ids: list[str], log: CaptureLog | None = None) -> Memory:
        """Read the logs of an archive, the capture log unless it is given; raises BadCaptureLog or BadLogError."""
        log = log or CaptureLog.read(store, portal_ids=portal_ids)
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
                    shell=row["shell"],
                    digest=row["digest"],
                    back_to=row["back_to"],
                    go_on=_request(row["go_on"]) if row["go_on"] else None,
                )
        return cls(log, candidates, columns, store)

    def _learn(self, capture: Capture) -> None:
        self._learn_of_host(capture)
        answered = capture.verdict in _ANSWERS
        moved = answered and capture.status is not None and 300 <= capture.status < 400 and capture.status != 304
        if moved:
            return
        if capture.role == "attachment" and capture.via:
            history = self._histories.setdefault(self._origins.get(capture.via, capture.via), _History())
            if answered:
                history.failed_files.pop(capture.url, None)
            else:
                history.failed_files[capture.url] = capture.run_id
        if capture.role != "article":
            return
        # An article that was asked under another address: the final hop says under which.
        if capture.via is not None and capture.via != capture.url and capture.via in self._fetch_urls:
            self._origins[capture.url] = capture.via
        history = self._histories.setdefault(self._origins.get(capture.url, capture.url), _History())
        history.last_run = capture.run_id
        history.failed = not answered
        if not answered:
            return
        when = datetime.fromisoformat(capture.fetched_at)
        history.last_answer = when
        if capture.verdict in ("missing", "soft_missing"):
            history.missing_nights.add(capture.run_id)
            return
        history.first_ok = history.first_ok or when
        history.missing_nights.clear()
        if capture.verdict == "ok":
            history.last_full = when

    def _learn_of_host(self, capture: Capture) -> None:
        if capture.role == "robots":
            return
        host = self._hosts.setdefault(host_key(capture.url), _HostPast())
        if capture.verdict in ("ok", "not_modified"):
            host.blocked_nights = 0
        elif capture.verdict == "blocked":
            host.blocked_nights += capture.run_id != host.last_run or not host.blocked_nights
            host.last_run, host.last_at, host.reason = capture.run_id, capture.fetched_at, capture.reason or "blocked"

    def rest_of(self, url: str, now: datetime) -> str | None:
        """Say why the host of an address is left alone tonight; None if it may be asked."""
        host = self._hosts.get(host_key(url))
        if host is None or host.blocked_nights < BLOCKED_NIGHTS_UNTIL_REST:
            return None
        until = datetime.fromisoformat(host.last_at) + REST - _SLACK
        if now >= until:
            return None
        return (
            f"{host_key(url)[0]} blocked on {host.blocked_nights} nights in a row ({host.reason}); "
            f"it is left alone until {until:%Y-%m-%d}."
        )

    def content_of(self, capture: Capture) -> bytes:
        """Return the body that a 304 of this run vouches for; empty, with a warning, if the archive cannot give it."""
        try:
            return self._reader.content(capture)
        except (BrokenCapture, NoSuchCapture, NoSuchFile, Undecodable) as error:
            logger.warning("%s was not modified, but the archive cannot give its body: %s", capture.url, error)
            return b""

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
            return Validators(capture.capture_id, headers, body.payload_digest) if headers else None
        return None

    def _body_of(self, capture: Capture) -> Capture | None:
        """Return the capture whose record holds the bytes, if its file exists."""
        if capture.refers_to is not None:
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

    def due(self, portal_id: str, now: datetime) -> Iterator[Address]:
        """Yield the known documents to ask tonight: those that did not come when they were last asked for, each report
        in its first 14 nights, and every one at least every 30 days, then without conditions. One that was missing on
        two nights waits 30 days. Of several addresses of one document one is asked, the one that is known to answer."""
        documents: dict[str, list[tuple[dict[str, Any], _History]]] = {}
        for row in self.candidates(portal_id).values():
            if row["decision"] != "not_report":
                history = self._histories.get(row["fetch_url"], _History())
                documents.setdefault(document_key(row["url"]), []).append((row, history))
        for addresses in documents.values():
            row, history = min(addresses, key=lambda address: _doubt(address[1]))
            if _is_due(history, now):
                yield _address(row, history, now)


def _doubt(history: _History) -> int:
    """How doubtful it is that an address answers: 0 it did, 1 nobody knows, 2 it is missing."""
    return 2 if history.missing_nights else 0 if history.first_ok else 1


def _is_due(history: _History, now: datetime) -> bool:
    lately = history.last_answer is not None and history.last_answer > now - THEN_EVERY + _SLACK
    if _failed(history):
        return True
    if len(history.missing_nights) >= 2:
        return not lately
    young = history.first_ok is None or now - history.first_ok <= EVERY_NIGHT_FOR + _SLACK
    return young or bool(history.missing_nights) or not lately


def _failed(history: _History) -> bool:
    return history.failed or history.last_run in history.failed_files.values()


def _address(row: Mapping[str, Any], history: _History, now: datetime) -> Address:
    return Address(
        url=row["fetch_url"],
        title=row["title"],
        list_url=row["list_url"],
        decision=row["decision"],
        conditional=history.last_full is not None and history.last_full > now - THEN_EVERY + _SLACK,
        known=history.first_ok is not None,
        failed=_failed(history),
    )


def _request(row: Mapping[str, Any]) -> NextPage:
    return NextPage(
        row["url"], row["method"], row["body"].encode() if row["body"] is not None else None, row["headers"]
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
