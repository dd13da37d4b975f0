"""Bringing home what a crash left open: whole records are kept, the torn end is cut off, the capture log is mended."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from crawlers.archive import capture_log
from crawlers.archive.captures import Capture
from crawlers.archive.index import captures_of, log_name_of, open_names, replace_log, warc_names
from crawlers.archive.records import Damage, Record, walk
from crawlers.archive.store import OPEN_SUFFIX, Store, sync_folder


@dataclass(frozen=True, slots=True)
class SalvagedFile:
    """What became of one file that was left open."""

    name: str
    records: int
    """Whole records kept."""
    bytes_cut: int
    """Bytes of torn or foreign matter that were left out."""
    sentence: str


@dataclass(slots=True)
class Salvage:
    """What a salvage found and did."""

    files: list[SalvagedFile] = field(default_factory=list)
    in_use: list[str] = field(default_factory=list)
    """Files that a live crawl is writing; they were left alone."""
    rows_added: int = 0
    """Rows that the capture log lacked."""
    rows_dropped: int = 0
    """Rows of the capture log whose record was lost."""


def salvage(store: Store) -> Salvage:
    """Close every WARC file that a crash left open and mend the capture log of its run and shard.

    Safe beside live crawls: a writer holds a lock on its file. Safe to repeat, and to be killed half-way. Files of a
    remote archive are sought in the staging folder and uploaded.
    """
    result = Salvage()
    here = Store(store.staging)
    for name in open_names(here):
        path = store.staging / (name + OPEN_SUFFIX)
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue  # its writer closed it meanwhile
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                result.in_use.append(name)
                continue
            result.files.append(_close(store, here, name, path, descriptor))
        finally:
            os.close(descriptor)
    busy = {_log_stem(name) for name in result.in_use}
    _mend_logs(store, {file.name for file in result.files if file.records}, busy, result)
    return result


def _close(store: Store, here: Store, name: str, path: Path, descriptor: int) -> SalvagedFile:
    records: list[Record] = []
    damages: list[Damage] = []
    with path.open("rb") as file:
        for found in walk(file):
            if isinstance(found, Record):
                records.append(Record(found.offset, found.length, {}, b""))
            else:
                damages.append(found)
    size = path.stat().st_size
    kept = sum(record.length for record in records)
    if not records:
        path.unlink()
        sync_folder(path.parent)
        return SalvagedFile(name, 0, size, "It held no whole record and was taken away.")
    end = records[-1].offset + records[-1].length
    if kept == end:
        if end != size:
            os.ftruncate(descriptor, end)
        os.fsync(descriptor)
        whole = path
    else:
        # Something is wrong in the middle: copy the whole records to a fresh file, keep the damaged one for a person.
        whole = path.with_name(path.name.removesuffix(OPEN_SUFFIX) + ".salvaged" + OPEN_SUFFIX)
        with path.open("rb") as source, whole.open("wb") as target:
            for record in records:
                source.seek(record.offset)
                target.write(source.read(record.length))
            target.flush()
            os.fsync(target.fileno())
    if store.local is not None and _same_file(whole, store.local / name):
        whole.unlink()  # the crash came between giving the name and taking the temporary one away
    else:
        store.publish(whole, name)
    if whole != path:
        path.rename(path.with_name(path.name.removesuffix(OPEN_SUFFIX) + ".damaged"))
        sync_folder(path.parent)
        return SalvagedFile(
            name, len(records), size - kept, f"{damages[0].sentence} The damaged file is kept beside it."
        )
    cut = f"Its last {size - end} bytes were a torn record." if end != size else "It was whole."
    return SalvagedFile(name, len(records), size - end, cut)


def _same_file(one: Path, other: Path) -> bool:
    return other.exists() and one.samefile(other)


def _log_stem(name: str) -> str:
    """RUN-SHARD of a WARC file's name."""
    return name.rsplit("/", 1)[-1].rsplit("-", 1)[0]


def _mend_logs(store: Store, salvaged: set[str], busy: set[str], result: Salvage) -> None:
    """Make the log files of the salvaged WARCs say what the WARCs say."""
    logs: dict[str, list[str]] = {}
    for name in warc_names(store):
        if name in salvaged or any(_log_stem(name) == _log_stem(other) for other in salvaged):
            logs.setdefault(log_name_of(store, name), []).append(name)
    for log_name, names in logs.items():
        if store.local is None:
            _mend_staged(store, log_name, names, result)
            continue
        path = store.local / log_name
        present = _rows(path)
        if log_name.removeprefix(f"{capture_log.FOLDER}/").removesuffix(".jsonl") in busy:
            # A live crawl of the same run and shard appends to this log: add what is missing, rewrite nothing.
            _append_missing(
                path, present, [row for name in names if name in salvaged for row in captures_of(store, name)], result
            )
            continue
        rows = [row for name in names for row in captures_of(store, name)]
        known = {row.capture_id for row in rows}
        result.rows_added += len(known - set(present))
        result.rows_dropped += len(set(present) - known)
        replace_log(store, log_name, rows)


def _rows(path: Path) -> dict[str, Capture]:
    if not path.exists():
        return {}
    return {
        row.capture_id: row
        for row in capture_log.read_log(Store(path.parent.parent), [f"{path.parent.name}/{path.name}"])
    }


def _append_missing(path: Path, present: dict[str, Capture], rows: Iterable[Capture], result: Salvage) -> None:
    with path.open("ab") as file:
        for row in rows:
            if row.capture_id not in present:
                file.write(capture_log.line_of(row))
                result.rows_added += 1


def _mend_staged(store: Store, log_name: str, names: list[str], result: Salvage) -> None:
    """For a remote archive: publish the rows that no published log holds, under the next free name."""
    published = {row.capture_id for row in capture_log.read_log(store)}
    rows = [row for name in names for row in captures_of(store, name) if row.capture_id not in published]
    result.rows_added += len(rows)
    staged = store.staging / log_name
    if staged.exists():
        staged.unlink()
    if rows:
        data = b"".join(map(capture_log.line_of, rows))
        store.publish_bytes(data, capture_log.free_name(store, log_name))
