"""WACZ: a part of the archive as one file to share, which ReplayWeb.page, pywb and others open.

The records are copied member by member, byte for byte, so record ids and digests stay what the archive says; what a
revisit refers to comes along. Format: WACZ 1.1.1.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from crawlers.archive.capture_log import CaptureLog
from crawlers.archive.captures import Capture
from crawlers.archive.index import bare, cdxj_lines
from crawlers.archive.reader import ArchiveReader
from crawlers.archive.records import Damage, Record, walk
from crawlers.archive.store import OPEN_SUFFIX
from crawlers.archive.warc import describe_software

_LINES_A_BLOCK = 3000
"""Lines of the index in one gzip member (ZipNum)."""
_A_LOOK = 8192
"""Bytes in which a warcinfo or a request fits, as a rule."""


class NothingToExport(Exception):  # noqa: N818 - says what is the matter, as the reader meets it
    """No capture fits what was asked for."""

    exit_code = 1


def choose(log: CaptureLog, *, portal_id: str | None = None, urls: Iterable[str] | None = None) -> list[Capture]:
    """Return the captures of a portal, or of some addresses with what they led to and the page that led to them.

    Attachments are captures whose `via` is one of the addresses; the lists are what the `via` of the addresses names.
    What revisits refer to is added. Raises NothingToExport.
    """
    wanted = None if urls is None else set(urls)
    leading = set() if wanted is None else {row.via for url in wanted for row in log.of_url(url) if row.via}
    chosen = {
        row.capture_id: row
        for row in log
        if (portal_id is None or row.portal_id == portal_id)
        and (wanted is None or row.url in wanted or row.via in wanted or row.url in leading)
    }
    if not chosen:
        raise NothingToExport("No capture fits; `fazhi portals list` names the portals, the capture log the addresses.")
    for row in list(chosen.values()):
        if row.refers_to is not None and row.refers_to not in chosen:
            chosen[row.refers_to] = log.get(row.refers_to)
    return sorted(chosen.values(), key=lambda row: (row.warc_file, row.offset))


def export(
    archive: ArchiveReader,
    captures: Iterable[Capture],
    path: Path,
    *,
    title: str,
    titles: Mapping[str, str] | None = None,
    created: datetime | None = None,
) -> int:
    """Write captures to a WACZ file, which must not exist; returns how many. `titles` names pages by address.

    Raises FileExistsError, NoSuchFile or BrokenCapture.
    """
    rows = list(captures)
    partial = path.with_name(path.name + OPEN_SUFFIX)
    with path.open("xb"):
        pass  # the name is ours
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as target:
            resources: list[dict[str, object]] = []

            def add(name: str, data: bytes) -> None:
                # A fixed date: the same captures give the same file, but for the time of making in datapackage.json.
                target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
                resources.append(
                    {"name": name.rsplit("/", 1)[-1].lower(), "path": name, "hash": _sha256(data), "bytes": len(data)}
                )

            moved: list[Capture] = []
            for warc_file in sorted({row.warc_file for row in rows}):
                data, there = _copy(archive, warc_file, [row for row in rows if row.warc_file == warc_file])
                add(f"archive/{warc_file.rsplit('/', 1)[-1]}", data)
                moved += there
            index, blocks = _zipnum(cdxj_lines(moved))
            add("indexes/index.cdx.gz", index)
            add("indexes/index.idx", blocks)
            add("pages/pages.jsonl", _pages(rows, titles or {}))
            package = {
                "profile": "data-package",
                "wacz_version": "1.1.1",
                "title": title,
                "software": describe_software(),
                "created": (created or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "resources": list(resources),
            }
            described = json.dumps(package, ensure_ascii=False, indent=2).encode("utf-8")
            add("datapackage.json", described)
            digest = {"path": "datapackage.json", "hash": _sha256(described)}
            add("datapackage-digest.json", json.dumps(digest, indent=2).encode("utf-8"))
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise
    return len(rows)


def _copy(archive: ArchiveReader, warc_file: str, rows: list[Capture]) -> tuple[bytes, list[Capture]]:
    """The warcinfo of a file and the records of some captures with their requests; and the rows as they stand there."""
    out = BytesIO()
    there: list[Capture] = []
    with archive.store.open(warc_file) as file:
        first = next(walk(file, chunk=_A_LOOK), None)
        if isinstance(first, Record) and first.type == "warcinfo":
            file.seek(0)
            out.write(file.read(first.length))
        for row in rows:
            there.append(replace(row, offset=out.tell()))
            out.write(archive.raw(row))
            behind = next(walk(file, row.offset + row.length, chunk=_A_LOOK), None)
            if behind is None or isinstance(behind, Damage) or behind.type != "request":
                continue
            if bare(behind.field("warc-concurrent-to") or "") == row.capture_id:
                file.seek(behind.offset)
                out.write(file.read(behind.length))
    return out.getvalue(), there


def _zipnum(lines: Iterable[str]) -> tuple[bytes, bytes]:
    """A CDXJ index in gzip blocks, and the index of the blocks."""
    every = list(lines)
    index = BytesIO()
    blocks = ["!meta 0 " + json.dumps({"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}) + "\n"]
    for number in range(0, len(every), _LINES_A_BLOCK):
        data = "".join(every[number : number + _LINES_A_BLOCK]).encode("utf-8")
        member = gzip.compress(data, mtime=0)
        place = {"offset": index.tell(), "length": len(member), "digest": _sha256(member), "filename": "index.cdx.gz"}
        surt, moment, _ = every[number].split(" ", 2)
        blocks.append(f"{surt} {moment} {json.dumps(place)}\n")
        index.write(member)
    return index.getvalue(), "".join(blocks).encode("utf-8")


def _pages(rows: Iterable[Capture], titles: Mapping[str, str]) -> bytes:
    """The pages that a reader would open: articles and files that came, newest last."""
    lines: list[dict[str, str]] = [{"format": "json-pages-1.0", "id": "pages", "title": "Pages"}]
    for row in sorted(rows, key=lambda row: row.fetched_at):
        if row.role in ("article", "attachment") and row.verdict in ("ok", "not_modified"):
            page = {"id": row.capture_id, "url": row.url, "ts": row.fetched_at}
            lines.append(page | {"title": titles.get(row.url, row.url)})
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode("utf-8")


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
