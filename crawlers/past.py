"""The past: what the captures of earlier nights say of documents, files and hosts, without keeping those captures.

An archive grows by the night, what has to be remembered does not: of each address its last good capture and the body
that it vouches for, of each document how and when it answered, of each host whether it blocks.
"""

from __future__ import annotations

import logging
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawlers.archive.capture_log import CaptureLog, NoSuchCapture
from crawlers.archive.captures import Capture
from crawlers.archive.codings import Undecodable
from crawlers.archive.reader import ArchiveReader, BrokenCapture
from crawlers.archive.store import WARC_FOLDER, WARC_SUFFIX, NoSuchFile, Store
from crawlers.urls import host_key

logger = logging.getLogger(__name__)

EVERY_NIGHT_FOR = timedelta(days=14)
"""A report is asked again each night for so long after it was first archived."""
THEN_EVERY = timedelta(days=30)
"""And then at least this often; a full answer, too, is asked for at least this often."""
BLOCKED_NIGHTS_UNTIL_REST = 3
"""A host that blocked on so many nights in a row is left alone …"""
REST = timedelta(days=3)
"""… for so long, and then asked once more."""
SLACK = timedelta(hours=6)
"""Nights do not start at the same minute."""

_ANSWERS = ("ok", "not_modified", "missing", "soft_missing")
"""Verdicts that answer the question; after any other a document is asked for again in the next run."""


@dataclass(frozen=True, slots=True)
class Validators:
    """The conditions under which a known answer need not be sent again."""

    capture_id: str
    """Of the capture that holds the answer's bytes."""
    headers: Mapping[str, str]
    payload_digest: str | None
    """Of the answer."""


@dataclass(slots=True)
class History:
    """How a document answered on earlier nights."""

    first_ok: datetime | None = None
    last_full: datetime | None = None
    """When its bytes last came, rather than a 304."""
    last_answer: datetime | None = None
    last_run: str = ""
    failed: bool = False
    """It did not come when it was last asked for."""
    failed_files: dict[str, str] = field(default_factory=dict)
    """Address of a file or a further page → the run in which it failed."""
    missing_nights: set[str] = field(default_factory=set)
    """Runs in a row in which it was missing."""

    @property
    def is_open(self) -> bool:
        """Whether it, or a part of it, did not come when it was last asked for."""
        return self.failed or self.last_run in self.failed_files.values()

    @property
    def doubt(self) -> int:
        """How doubtful it is that it answers: 0 it did, 1 nobody knows, 2 it is missing."""
        return 2 if self.missing_nights else 0 if self.first_ok else 1

    def is_due(self, now: datetime) -> bool:
        """Tell whether to ask for it tonight: it did not come when it was last asked for, or it is in its first 14
        nights, or 30 days have passed. One that was missing on two nights waits those 30 days."""
        lately = self.last_answer is not None and self.last_answer > now - THEN_EVERY + SLACK
        if self.is_open:
            return True
        if len(self.missing_nights) >= 2:
            return not lately
        young = self.first_ok is None or now - self.first_ok <= EVERY_NIGHT_FOR + SLACK
        return young or bool(self.missing_nights) or not lately

    def may_vouch(self, now: datetime) -> bool:
        """Tell whether a 304 will do: its bytes came within the last 30 days."""
        return self.last_full is not None and self.last_full > now - THEN_EVERY + SLACK


@dataclass(slots=True)
class _HostPast:
    blocked_nights: int = 0
    last_run: str = ""
    last_at: str = ""
    reason: str = ""


class Past:
    """What earlier nights left. Captures are learned in the order of time; `asked` are the addresses under which
    documents were asked for."""

    def __init__(self, store: Store, asked: Container[str]) -> None:
        self._store = store
        self._asked = asked
        self._closed_files = frozenset(store.names(WARC_FOLDER, WARC_SUFFIX))
        self._last: dict[str, Capture] = {}
        """By address, the last good capture."""
        self._bodies: dict[str, Capture] = {}
        """By capture_id, those whose record holds bytes that a last good capture stands for, and at times more."""
        self._histories: dict[str, History] = {}
        self._origins: dict[str, str] = {}
        """Address that answered → address that was asked, where they differ."""
        self._hosts: dict[tuple[str, int | None], _HostPast] = {}

    def learn(self, capture: Capture) -> None:
        """Take note of a capture."""
        if capture.verdict in ("ok", "not_modified") and capture.status in (200, 304):
            self._keep(capture)
        if capture.role != "robots":
            self._learn_of_host(capture)
        answered = capture.verdict in _ANSWERS
        moved = answered and capture.status is not None and 300 <= capture.status < 400 and capture.status != 304
        if moved:
            return
        if capture.role in ("attachment", "further_page") and capture.via:
            files = self._history_of(capture.via).failed_files
            if answered:
                files.pop(capture.url, None)
            else:
                files[capture.url] = capture.run_id
        elif capture.role == "article":
            # An article that was asked under another address: the final hop says under which.
            if capture.via is not None and capture.via != capture.url and capture.via in self._asked:
                self._origins[capture.url] = capture.via
            self._learn_of_article(self._history_of(capture.url), capture, answered)

    def _keep(self, capture: Capture) -> None:
        if capture.refers_to is None and capture.status == 200:
            self._bodies[capture.capture_id] = capture
        self._last[capture.url] = capture
        if len(self._bodies) > 2 * len(self._last) + 1000:
            self._forget()

    def _forget(self) -> None:
        """Let go of bodies that no last capture stands for."""
        needed = {capture.refers_to or capture.capture_id for capture in self._last.values()}
        self._bodies = {key: capture for key, capture in self._bodies.items() if key in needed}

    def _history_of(self, url: str) -> History:
        return self._histories.setdefault(self._origins.get(url, url), History())

    def _learn_of_article(self, history: History, capture: Capture, answered: bool) -> None:
        history.last_run = capture.run_id
        history.failed = not answered
        if not answered:
            return
        history.last_answer = when = datetime.fromisoformat(capture.fetched_at)
        if capture.verdict in ("missing", "soft_missing"):
            history.missing_nights.add(capture.run_id)
            return
        history.missing_nights.clear()
        history.first_ok = history.first_ok or when
        if capture.verdict == "ok":
            history.last_full = when

    def _learn_of_host(self, capture: Capture) -> None:
        host = self._hosts.setdefault(host_key(capture.url), _HostPast())
        if capture.verdict in ("ok", "not_modified"):
            host.blocked_nights = 0
        elif capture.verdict == "blocked":
            host.blocked_nights += capture.run_id != host.last_run or not host.blocked_nights
            host.last_run, host.last_at, host.reason = capture.run_id, capture.fetched_at, capture.reason or "blocked"

    def bodies(self) -> CaptureLog:
        """Return the captures whose bytes later nights may refer to."""
        self._forget()
        return CaptureLog(self._bodies.values())

    def history(self, url: str) -> History:
        """Return how the document asked for at an address answered; an empty history if it never was."""
        return self._histories.get(url, History())

    def validators(self, url: str) -> Validators | None:
        """Return the conditions for an address, if the archive holds the body that a 304 would vouch for."""
        last = self._last.get(url)
        body = self._bodies.get(last.refers_to or last.capture_id) if last else None
        if last is None or body is None or body.warc_file not in self._closed_files:
            return None
        etag, modified = last.etag or body.etag, last.last_modified or body.last_modified
        headers = {}
        if etag:
            headers["If-None-Match"] = etag
        if modified:
            headers["If-Modified-Since"] = modified
        return Validators(body.capture_id, headers, body.payload_digest) if headers else None

    def content_of(self, capture: Capture) -> bytes:
        """Return the body that a 304 of this run vouches for; empty, with a warning, if the archive cannot give it."""
        body = self._bodies.get(capture.refers_to or "")
        try:
            if body is None:
                raise NoSuchCapture(f"it has no capture {capture.refers_to}.")
            return ArchiveReader(self._store, CaptureLog([body])).content(capture)
        except (BrokenCapture, NoSuchCapture, NoSuchFile, Undecodable) as error:
            logger.warning("%s was not modified, but the archive cannot give its body: %s", capture.url, error)
            return b""

    def rest_of(self, url: str, now: datetime) -> str | None:
        """Say why the host of an address is left alone tonight; None if it may be asked."""
        host = self._hosts.get(host_key(url))
        if host is None or host.blocked_nights < BLOCKED_NIGHTS_UNTIL_REST:
            return None
        until = datetime.fromisoformat(host.last_at) + REST - SLACK
        if now >= until:
            return None
        return (
            f"{host_key(url)[0]} blocked on {host.blocked_nights} nights in a row ({host.reason}); "
            f"it is left alone until {until:%Y-%m-%d}."
        )
