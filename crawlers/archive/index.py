"""The capture log rebuilt from the WARCs alone, and the log written as CDXJ for pywb."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib import import_module

from crawlers.archive import capture_log
from crawlers.archive.captures import ROLES, VERDICTS, Capture
from crawlers.archive.records import Damage, Record, read_records
from crawlers.archive.store import OPEN_SUFFIX, WARC_FOLDER, WARC_SUFFIX, Store


class NotACapture(Exception):  # noqa: N818 - says what is the matter, as the reader meets it
    """A record that says it is a capture but lacks what a capture needs."""

    exit_code = 1


def capture_from(record: Record, warc_file: str) -> Capture | None:
    """Return the row of the record that stands for an exchange; None for warcinfo, requests and foreign records.

    Raises NotACapture when the Fazhi fields are there but do not make a row.
    """
    run_id = record.field("fazhi-run")
    if run_id is None or record.type not in ("response", "revisit", "metadata"):
        return None
    where = f"{warc_file} at {record.offset}"
    verdict, role = record.field("fazhi-verdict"), record.field("fazhi-role")
    if verdict not in VERDICTS or role not in ROLES:
        raise NotACapture(f"The record in {where} has verdict {verdict!r} and role {role!r}; one of them is unknown.")
    portal_id, url, date = record.field("fazhi-portal"), record.field("warc-target-uri"), record.field("warc-date")
    if portal_id is None or url is None or date is None:
        raise NotACapture(f"The record in {where} lacks its portal, its address or its date.")
    status: int | None = None
    headers: dict[str, str] = {}
    if record.type != "metadata":
        status, headers = read_head(record.block)
        if status is None:
            raise NotACapture(f"The record in {where} holds no HTTP status line.")
    refers_to = record.field("warc-refers-to")
    return Capture(
        capture_id=bare(record.record_id),
        run_id=run_id,
        portal_id=portal_id,
        url=url,
        fetched_at=date,
        role=role,
        via=record.field("fazhi-via"),
        status=status,
        verdict=verdict,
        reason=record.field("fazhi-reason"),
        content_type=headers.get("content-type"),
        payload_digest=record.field("warc-payload-digest") if status is not None else None,
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
        warc_file=warc_file,
        offset=record.offset,
        length=record.length,
        record_id=record.record_id,
        refers_to=bare(refers_to) if refers_to else None,
    )


def read_head(block: bytes) -> tuple[int | None, dict[str, str]]:
    """Return status and headers (names in lower case, first of each, Latin-1) of an HTTP response block."""
    lines = block.partition(b"\r\n\r\n")[0].split(b"\r\n")
    parts = lines[0].split(b" ", 2)
    if len(parts) < 2 or not parts[0].startswith(b"HTTP/") or not parts[1].isdigit():
        return None, {}
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1").strip())
    return int(parts[1]), headers


def bare(record_id: str) -> str:
    """Return the UUID of `<urn:uuid:…>`."""
    return record_id.strip().removeprefix("<").removesuffix(">").removeprefix("urn:uuid:")


def warc_names(store: Store) -> list[str]:
    """Return the names of the closed WARC files, in order."""
    return store.names(WARC_FOLDER, WARC_SUFFIX)


def open_names(store: Store) -> list[str]:
    """Return the names of the WARC files that are still being written, or were left open by a crash."""
    return [name.removesuffix(OPEN_SUFFIX) for name in store.names(WARC_FOLDER, WARC_SUFFIX + OPEN_SUFFIX)]


def captures_of(store: Store, name: str, *, opened: bool = False) -> Iterator[Capture]:
    """Yield the captures of one WARC file, read from its records; damaged stretches are passed over (see check)."""
    with store.open(name + OPEN_SUFFIX if opened else name) as file:
        for found in read_records(file):
            if isinstance(found, Damage):
                continue
            capture = capture_from(found, name)
            if capture is not None:
                yield capture


def log_name_of(store: Store, name: str) -> str:
    """Return the capture log that the warcinfo of a WARC file names; a foreign file's is named after the file."""
    with store.open(name) as file:
        for found in read_records(file):
            if isinstance(found, Record) and found.type == "warcinfo":
                values = dict(line.split(": ", 1) for line in found.block.decode("utf-8").splitlines() if ": " in line)
                if "fazhi-run" in values and "fazhi-shard" in values:
                    return f"{capture_log.FOLDER}/{values['fazhi-run']}-{values['fazhi-shard']}.jsonl"
            break
    return f"{capture_log.FOLDER}/{name.removeprefix(WARC_FOLDER + '/').removesuffix(WARC_SUFFIX)}.jsonl"


def rebuild(store: Store) -> dict[str, list[Capture]]:
    """Read every closed WARC and return the rows of the capture log, by log file, in the order they were written."""
    logs: dict[str, list[Capture]] = {}
    for name in warc_names(store):
        logs.setdefault(log_name_of(store, name), []).extend(captures_of(store, name))
    return logs


def replace_log(store: Store, name: str, rows: Iterable[Capture], *, dry_run: bool = False) -> bool:
    """Put a rebuilt log file in place of the one there; returns whether they differ. Equal files are left alone."""
    data = b"".join(map(capture_log.line_of, rows))
    if store.exists(name) and b"".join(store.lines(name)) == data:
        return False
    if not dry_run:
        store.replace(name, data)
    return True


def cdxj_lines(captures: Iterable[Capture]) -> Iterator[str]:
    """Yield the CDXJ lines of captures with an answer, sorted as pywb needs them, each with its newline.

    A line is `SURT TIMESTAMP JSON`; a line's mime is `warc/revisit` for a revisit.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # surt 0.3 is written with escapes that newer Pythons warn of
        surt = import_module("surt").surt

    rows = []
    for capture in captures:
        if capture.status is None:
            continue
        moment = datetime.fromisoformat(capture.fetched_at).strftime("%Y%m%d%H%M%S")
        mime = (capture.content_type or "").split(";")[0].strip() or "unk"
        fields = {
            "url": capture.url,
            "mime": "warc/revisit" if capture.refers_to else mime,
            "status": str(capture.status),
            "digest": capture.payload_digest,
            "length": str(capture.length),
            "offset": str(capture.offset),
            "filename": capture.warc_file.rsplit("/", 1)[-1],
        }
        rows.append(f"{surt(capture.url)} {moment} {json.dumps(fields, ensure_ascii=False)}\n")
    yield from sorted(rows)
