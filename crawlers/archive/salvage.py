"""Bringing home what a crash left open: whole records are kept, the torn end is cut off, the capture log is mended."""

from __future__ import annotations

import fcntl
import os
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
    salvaged = {file.name for file in result.files if file.records}
    if store.local is not None:
        _mend_logs(store, store.local, salvaged, result)
    else:
        _upload_logs(store, salvaged, result)
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


def _mend_logs(store: Store, root: Path, salvaged: set[str], result: Salvage) -> None:
    """Make the log files of the salvaged WARCs say what the WARCs say."""
    stems = {_log_stem(name) for name in salvaged}
    logs: dict[str, list[str]] = {}
    for name in warc_names(store):
        if _log_stem(name) in stems:
            logs.setdefault(log_name_of(store, name), []).append(name)
    for log_name, names in logs.items():
        path = root / log_name
        path.parent.mkdir(parents=True, exist_ok=True)
        with capture_log.sole_hold(path) as alone:
            present = {row.capture_id for row in capture_log.read_log(store, [log_name])}
            rows = [row for name in names for row in captures_of(store, name)]
            missing = [row for row in rows if row.capture_id not in present]
            result.rows_added += len(missing)
            if alone:
                result.rows_dropped += len(present - {row.capture_id for row in rows})
                replace_log(store, log_name, rows)
            elif missing:
                # A live crawl of the same run and shard appends to this log: add what is missing, rewrite nothing.
                with path.open("ab") as file:
                    file.write(b"".join(map(capture_log.line_of, missing)))


def _upload_logs(store: Store, salvaged: set[str], result: Salvage) -> None:
    """For a remote archive: publish what crashed crawls left in the staging folder's logs, and rows that were lost."""
    here = Store(store.staging)
    left = here.names(capture_log.FOLDER, ".jsonl")
    if not salvaged and not left:
        return  # without reading the archive's whole log
    published = {row.capture_id for row in capture_log.read_log(store)}
    rows: dict[str, dict[str, Capture]] = {}
    for name in sorted(salvaged):
        found = rows.setdefault(log_name_of(store, name), {})
        found.update((row.capture_id, row) for row in captures_of(store, name))
    for log_name in left:
        with capture_log.sole_hold(store.staging / log_name) as alone:
            if not alone:
                continue
            kept = rows.setdefault(log_name, {})
            for row in capture_log.read_log(here, [log_name]):
                if row.warc_file not in salvaged and store.exists(row.warc_file):
                    kept.setdefault(row.capture_id, row)
            stem = log_name.rsplit("/", 1)[-1]
            for other in sorted(store.staging.glob(f"*/{stem}")):
                if other.parent.name != capture_log.FOLDER:
                    name = f"{other.parent.name}/{other.name}"
                    store.publish(other, capture_log.free_name(store, name))
            (store.staging / log_name).unlink()
    for log_name, found in rows.items():
        missing = [row for key, row in found.items() if key not in published]
        result.rows_added += len(missing)
        if missing:
            data = b"".join(map(capture_log.line_of, sorted(missing, key=lambda row: (row.warc_file, row.offset))))
            store.publish_bytes(data, capture_log.free_name(store, log_name))
