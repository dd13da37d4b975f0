"""Holding an archive against itself: every digest recomputed, every offset read, every revisit resolved, the capture
log against the WARCs."""

from __future__ import annotations

import fcntl
import hashlib
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from crawlers.archive import capture_log
from crawlers.archive.captures import Capture
from crawlers.archive.index import NotACapture, bare, capture_from, open_names, warc_names
from crawlers.archive.records import Damage, DamageKind, Record, walk
from crawlers.archive.store import OPEN_SUFFIX, Store

FindingKind = (
    DamageKind
    | Literal[
        "wrong_digest",
        "no_digest",
        "twice",
        "refers_to_nothing",
        "refers_to_other_bytes",
        "not_a_capture",
        "log_lacks_record",
        "log_without_record",
        "log_differs",
        "bad_log",
        "left_open",
    ]
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    kind: FindingKind
    file: str
    offset: int | None
    sentence: str


@dataclass(slots=True)
class Report:
    """What a check read and what it found."""

    files: int = 0
    records: int = 0
    captures: int = 0
    revisits: int = 0
    size: int = 0
    """Bytes of WARC read, compressed."""
    notes: list[str] = field(default_factory=list)
    """What is worth knowing and no fault."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


class _Checking:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.report = Report()
        self.rows: dict[str, tuple[Capture, str]] = {}
        """Capture log rows not yet met in a WARC, with the log file that holds them."""
        self.ids: dict[str, str] = {}
        """Record id → where it stands."""
        self.digests: dict[str, str | None] = {}
        """Bare id → payload digest, of response records."""
        self.references: list[tuple[Record, str]] = []
        self.partners: list[tuple[str, str]] = []

    def find(self, kind: FindingKind, file: str, offset: int | None, sentence: str) -> None:
        self.report.findings.append(Finding(kind, file, offset, sentence))


def check(store: Store, on_progress: Callable[[int, int], None] | None = None) -> Report:
    """Check a whole archive; `on_progress` is called with the bytes read and the bytes there are.

    Files that a live crawl is writing are noted and left alone; files that a crash left open are a finding.
    """
    state = _Checking(store)
    names = warc_names(store)
    total = sum(store.size(name) for name in names)
    _read_log(state)
    live = _open_files(state)
    for name in names:
        _check_file(state, name)
        state.report.size += store.size(name)
        if on_progress is not None:
            on_progress(state.report.size, total)
    state.report.files = len(names)
    _resolve(state)
    for row, log_name in state.rows.values():
        if row.warc_file not in live:
            where = f"{row.warc_file} at {row.offset}"
            state.find("log_without_record", log_name, None, f"Capture {row.capture_id} should stand in {where}.")
    return state.report


def _read_log(state: _Checking) -> None:
    for name in state.store.names(capture_log.FOLDER, ".jsonl"):
        for number, line in enumerate(state.store.lines(name), 1):
            where = f"{name} line {number}"
            if not line.endswith(b"\n"):
                state.find("bad_log", name, None, f"{where} was cut short; `fazhi archive salvage` mends it.")
                break
            try:
                row = capture_log.capture_of(line, where)
            except capture_log.BadCaptureLog as error:
                state.find("bad_log", name, None, str(error))
                continue
            if row.capture_id in state.rows:
                state.find("twice", name, None, f"Capture {row.capture_id} stands twice in the capture log.")
            state.rows[row.capture_id] = (row, name)


def _open_files(state: _Checking) -> set[str]:
    """Note the files that are being written, find those that nobody writes any more; return the names of all."""
    here = Store(state.store.staging)
    names = set(open_names(here))
    for name in sorted(names):
        with here.open(name + OPEN_SUFFIX) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                state.report.notes.append(f"{name} is being written by a crawl and was not checked.")
            else:
                state.find("left_open", name, None, "A crash left this file open; run `fazhi archive salvage`.")
    return names


def _check_file(state: _Checking, name: str) -> None:
    with state.store.open(name) as file:
        for found in walk(file):
            if isinstance(found, Damage):
                state.find(found.kind, name, found.offset, found.sentence)
            else:
                _check_record(state, name, found)


def _check_record(state: _Checking, name: str, record: Record) -> None:
    state.report.records += 1
    where = f"{name} at {record.offset}"
    if not record.record_id:
        state.find("not_a_record", name, record.offset, "The record has no WARC-Record-ID.")
    elif record.record_id in state.ids:
        elsewhere = state.ids[record.record_id]
        state.find("twice", name, record.offset, f"The record {record.record_id} stands in {elsewhere} as well.")
    else:
        state.ids[record.record_id] = where
    _check_digests(state, name, record)
    if record.type == "response":
        state.digests[bare(record.record_id)] = record.field("WARC-Payload-Digest")
    if record.type == "revisit":
        state.report.revisits += 1
        state.references.append((record, name))
    if (partner := record.field("WARC-Concurrent-To")) is not None:
        state.partners.append((partner, where))
    try:
        capture = capture_from(record, name)
    except NotACapture as error:
        state.find("not_a_capture", name, record.offset, str(error))
        return
    if capture is None:
        return
    state.report.captures += 1
    row, log_name = state.rows.pop(capture.capture_id, (None, ""))
    if row is None:
        state.find("log_lacks_record", name, record.offset, f"The capture log has no row for {capture.capture_id}.")
    elif row != capture:
        odd = [field for field in Capture.__slots__ if getattr(row, field) != getattr(capture, field)]
        state.find(
            "log_differs",
            log_name,
            None,
            f"The row of {capture.capture_id} differs from its record in {', '.join(odd)}; the record is right.",
        )


def _check_digests(state: _Checking, name: str, record: Record) -> None:
    block = record.field("WARC-Block-Digest")
    if block is None:
        state.find("no_digest", name, record.offset, f"The {record.type} record has no WARC-Block-Digest.")
    elif not fits(block, record.block):
        state.find("wrong_digest", name, record.offset, f"The block of the {record.type} record does not fit {block}.")
    payload = record.field("WARC-Payload-Digest")
    # The payload digest of a revisit is that of bytes elsewhere.
    if payload is not None and record.type != "revisit" and not fits(payload, record.payload()):
        state.find(
            "wrong_digest", name, record.offset, f"The payload of the {record.type} record does not fit {payload}."
        )


def _resolve(state: _Checking) -> None:
    for record, name in state.references:
        target = record.field("WARC-Refers-To")
        if target is None or bare(target) not in state.digests:
            said = target or record.field("WARC-Refers-To-Target-URI") or "nothing"
            state.find("refers_to_nothing", name, record.offset, f"The revisit refers to {said}, no response here.")
        elif state.digests[bare(target)] != record.field("WARC-Payload-Digest"):
            state.find(
                "refers_to_other_bytes", name, record.offset, f"The revisit and {target} differ in payload digest."
            )
    for partner, where in state.partners:
        if partner not in state.ids:
            state.report.notes.append(
                f"The record in {where} has lost its partner {partner}: a crash cut the exchange."
            )


def fits(digest: str, data: bytes) -> bool:
    """Tell whether a WARC digest (`sha1:` in base32, or another algorithm, or hexadecimal) is that of the data."""
    algorithm, _, value = digest.partition(":")
    try:
        made = hashlib.new(algorithm.lower().replace("-", ""), data, usedforsecurity=False)
    except ValueError:
        return False
    return value.upper() == b32encode(made.digest()).decode("ascii") or value.lower() == made.hexdigest()
