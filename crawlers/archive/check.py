"""Holding an archive against itself: every digest recomputed, every offset read, every revisit resolved, the capture
log against the WARCs."""

from __future__ import annotations

import fcntl
import hashlib
import re
from base64 import b32encode
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from crawlers.archive import capture_log
from crawlers.archive.captures import Capture
from crawlers.archive.index import NotACapture, bare, capture_from, open_names, warc_names
from crawlers.archive.records import Damage, DamageKind, Record, read_records
from crawlers.archive.store import OPEN_SUFFIX, Store

_OPENING = re.compile(rb'\{"capture_id":"([0-9a-f-]{36})",')
_BATCH = 4 << 20
"""Bytes of records that are hashed at a time."""

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
        self.open_files: set[str] = set()
        self.lines: dict[str, tuple[bytes, str]] = {}
        """Lines of the capture log not yet met in a WARC, by capture_id, with the log file that holds them."""
        self.ids: dict[str, str] = {}
        """Record id → where it stands."""
        self.digests: dict[str, str | None] = {}
        """Bare id → payload digest, of response records."""
        self.references: list[tuple[str, int, str | None, str | None]] = []
        """File and offset of each revisit, what it refers to, its payload digest."""
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
    state.open_files = _open_files(state)
    with ThreadPoolExecutor(max_workers=1) as hashers:
        for name in names:
            _check_file(state, name, hashers)
            state.report.size += store.size(name)
            if on_progress is not None:
                on_progress(state.report.size, total)
    state.report.files = len(names)
    _resolve(state)
    return state.report


def _read_log(state: _Checking) -> None:
    for name in state.store.names(capture_log.FOLDER, ".jsonl"):
        for number, line in enumerate(state.store.lines(name), 1):
            where = f"{name} line {number}"
            if not line.endswith(b"\n"):
                state.find("bad_log", name, None, f"{where} was cut short; `fazhi archive salvage` mends it.")
                break
            # Most lines turn out to be what their record says, byte for byte; only the others are looked into.
            opening = _OPENING.match(line)
            try:
                capture_id = opening[1].decode() if opening else capture_log.capture_of(line, where).capture_id
            except capture_log.BadCaptureLog as error:
                state.find("bad_log", name, None, str(error))
                continue
            if capture_id in state.lines:
                state.find("twice", name, None, f"Capture {capture_id} stands twice in the capture log.")
            state.lines[capture_id] = (line, name)


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


def _check_file(state: _Checking, name: str, hashers: ThreadPoolExecutor) -> None:
    """Read a file and check its records in order; digests are computed beside the reading, some records at a time."""
    at_work: deque[tuple[list[Record | Damage], Future[list[list[str]]]]] = deque()
    with state.store.open(name) as file:
        batch: list[Record | Damage] = []
        weight = 0
        for found in read_records(file):
            batch.append(found)
            weight += len(found.block) if isinstance(found, Record) else 0
            if weight >= _BATCH:
                at_work.append((batch, hashers.submit(_wrong_digests, batch)))
                batch, weight = [], 0
                if len(at_work) > 2:
                    _take(state, name, at_work.popleft())
        at_work.append((batch, hashers.submit(_wrong_digests, batch)))
    while at_work:
        _take(state, name, at_work.popleft())


def _take(state: _Checking, name: str, done: tuple[list[Record | Damage], Future[list[list[str]]]]) -> None:
    batch, wrong = done
    for found, digests in zip(batch, wrong.result(), strict=True):
        if isinstance(found, Damage):
            state.find(found.kind, name, found.offset, found.sentence)
            continue
        for sentence in digests:
            state.find("wrong_digest", name, found.offset, sentence)
        _check_record(state, name, found)


def _wrong_digests(batch: list[Record | Damage]) -> list[list[str]]:
    """For each of the batch, one sentence for every digest that its bytes do not have."""
    return [[] if isinstance(found, Damage) else list(_digests_of(found)) for found in batch]


def _digests_of(record: Record) -> Iterator[str]:
    block = record.field("warc-block-digest")
    if block is not None and not fits(block, record.block):
        yield f"The block of the {record.type} record does not fit {block}."
    payload = record.field("warc-payload-digest")
    if payload is None or record.type == "revisit":  # the payload digest of a revisit is that of bytes elsewhere
        return
    bytes_of_payload = record.payload()
    same = len(bytes_of_payload) == len(record.block) and payload == block
    if not same and not fits(payload, bytes_of_payload):
        yield f"The payload of the {record.type} record does not fit {payload}."


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
    payload_digest = record.field("warc-payload-digest")
    if record.field("warc-block-digest") is None:
        state.find("no_digest", name, record.offset, f"The {record.type} record has no WARC-Block-Digest.")
    if record.type == "response":
        state.digests[bare(record.record_id)] = payload_digest
    if record.type == "revisit":
        state.report.revisits += 1
        target = record.field("warc-refers-to")
        state.references.append((name, record.offset, target, payload_digest))
    if (partner := record.field("warc-concurrent-to")) is not None:
        state.partners.append((partner, where))
    try:
        capture = capture_from(record, name)
    except NotACapture as error:
        state.find("not_a_capture", name, record.offset, str(error))
        return
    if capture is None:
        return
    state.report.captures += 1
    line, log_name = state.lines.pop(capture.capture_id, (None, ""))
    if line is None:
        state.find("log_lacks_record", name, record.offset, f"The capture log has no row for {capture.capture_id}.")
    elif line != capture_log.line_of(capture):
        try:
            row = capture_log.capture_of(line, f"The row of {capture.capture_id} in {log_name}")
        except capture_log.BadCaptureLog as error:
            state.find("bad_log", log_name, None, str(error))
            return
        odd = [field for field in Capture.__slots__ if getattr(row, field) != getattr(capture, field)]
        if odd:
            state.find(
                "log_differs",
                log_name,
                None,
                f"The row of {capture.capture_id} differs from its record in {', '.join(odd)}; the record is right.",
            )


def _resolve(state: _Checking) -> None:
    for name, offset, target, digest in state.references:
        if target is None or bare(target) not in state.digests:
            said = target or "nothing"
            state.find("refers_to_nothing", name, offset, f"The revisit refers to {said}, which is no response here.")
        elif state.digests[bare(target)] != digest:
            state.find("refers_to_other_bytes", name, offset, f"The revisit and {target} differ in payload digest.")
    for partner, where in state.partners:
        if partner not in state.ids:
            state.report.notes.append(
                f"The record in {where} has lost its partner {partner}: a crash cut the exchange."
            )
    live = state.open_files
    for line, log_name in state.lines.values():
        try:
            row = capture_log.capture_of(line, f"A row in {log_name}")
        except capture_log.BadCaptureLog as error:
            state.find("bad_log", log_name, None, str(error))
            continue
        if row.warc_file not in live:
            where = f"{row.warc_file} at {row.offset}"
            state.find("log_without_record", log_name, None, f"Capture {row.capture_id} should stand in {where}.")


def fits(digest: str, data: bytes) -> bool:
    """Tell whether a WARC digest (`sha1:` in base32, or another algorithm, or hexadecimal) is that of the data."""
    algorithm, _, value = digest.partition(":")
    if algorithm == "sha1" and len(value) == 32:
        made = hashlib.sha1(data, usedforsecurity=False).digest()
        try:
            return int(value.translate(_BASE32), 32) == int.from_bytes(made, "big")
        except ValueError:
            return False
    try:
        made = hashlib.new(algorithm.lower().replace("-", ""), data, usedforsecurity=False).digest()
    except ValueError:
        return False
    return value.upper() == b32encode(made).decode("ascii") or value.lower() == made.hex()


_BASE32 = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHIJKLMNOPQRSTUV", "0189abcdefghijklmnopqrstuvwxyz"
)
"""To the digits that int() knows in base 32; anything else goes, so that a foreign character cannot pass for one."""
