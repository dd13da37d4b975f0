"""Evidence: from an observation back to the bytes that a portal sent, each step verified on the way.

    observation → words at their place in the text → text → page or file → record in a WARC file

The record is read at its offset and its digest recomputed; the archived bytes are read again by the extractor and must
give the same text and the same observation.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

from crawlers.archive.capture_log import CaptureLog, NoSuchCapture
from crawlers.archive.captures import Capture
from crawlers.archive.codings import Undecodable
from crawlers.archive.reader import ArchiveReader, BrokenCapture, Proof, prove
from crawlers.archive.store import NoSuchFile
from flows.data_directory import DataDirectory
from flows.extraction.version import EXTRACTOR_VERSION
from flows.loading.accounts import portals_of, read_accounts, registries
from flows.loading.batches import Job, Rows, bodies, lost_job, read_job
from flows.loading.documents import Address, visits
from flows.loading.run_logs import read_candidates
from flows.loading.sealed import in_sealed_processes
from flows.operation.progress import observer

MEASURE = ("indicator", "value", "value_high", "unit", "bound", "period", "scope", "start", "end", "evidence")
"""What an observation says and where; read again, it must say the same."""

_SENTENCE_END = re.compile(r"[。！？；\n]")


class NoSuchObservation(Exception):  # noqa: N818 - the name is at fault
    """The warehouse has no observation, or more than one, that answers to the name."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Evidence:
    """An observation, where it stands, where its bytes lie, and what is wrong with any of it."""

    observation: Mapping[str, Any]
    """Its row of `named_observations`."""
    text: Mapping[str, Any]
    """Title, issuer, portal, address, time, digest, extractor and capture of the text that holds it."""
    para_no: int | None
    page: int | None
    """Of a paginated file."""
    paragraph: str
    sentence: str
    proof: Proof | None
    """None where the bytes cannot be proved."""
    faults: tuple[str, ...]
    """A sentence for everything that does not hold; none: all of it was verified."""


class _Text(NamedTuple):
    """A text of the warehouse, with its observations and paragraphs."""

    row: dict[str, Any]
    observations: list[dict[str, Any]]
    paragraphs: list[dict[str, Any]]
    capture: dict[str, Any] | None
    """The row of `captures` that the warehouse has of the capture which showed it."""


def evidence_of(data: DataDirectory, name: str) -> Evidence:
    """The evidence of the observation that begins with `name`; raises NoSuchObservation."""
    with contextlib.closing(_open(data)) as release:
        found = _rows(
            release, "SELECT * FROM named_observations WHERE starts_with(observation_id, ?) LIMIT 2", name.lower()
        )
        if len(found) != 1:
            what = "More than one observation begins" if found else "No observation begins"
            raise NoSuchObservation(
                f'{what} with {name}: `fazhi sql "SELECT observation_id, report_id, indicator FROM observations"` '
                "lists them."
            )
        text = next(_texts(release, found))
    (evidence,) = _verify([text], data, workers=0)
    return evidence


def all_evidence(data: DataDirectory, workers: int) -> Iterator[Evidence]:
    """The evidence of every observation of the warehouse, of former versions as well."""
    with contextlib.closing(_open(data)) as release:
        observations = _rows(
            release, "SELECT * FROM named_observations ORDER BY report_id, text_digest, start, indicator"
        )
        texts = list(_texts(release, observations))
    observer().stage("verify", len(texts))
    yield from _verify(texts, data, workers)


def _verify(texts: list[_Text], data: DataDirectory, workers: int) -> Iterator[Evidence]:
    """Evidence for the observations of texts; documents are read in so many processes, with none in this one."""
    store = data.store()
    portal_ids = {str(text.row["portal_id"]) for text in texts}
    archive = ArchiveReader(store, CaptureLog.read(store, portal_ids=portal_ids))
    found = _addresses(archive)
    # The visit that first showed a text is the one that it was read from.
    sources = [found.get((text.row["url"], text.row["seen_at"])) for text in texts]
    jobs = (Job(address, bodies(address, archive), "") for address in sources if address is not None)
    read = iter(in_sealed_processes(read_job, jobs, workers, lost_job) if workers else map(read_job, jobs))
    for text, address in zip(texts, sources, strict=True):
        rows = next(read) if address is not None else None
        yield from _judge(text, archive, rows)
        observer().step("verify", {"portal": text.row["portal_id"], "url": text.row["url"]})


def _addresses(archive: ArchiveReader) -> dict[tuple[str, datetime], Address]:
    """Every visit of the archive, by its address and time."""
    portals = portals_of(registries(archive.store, read_accounts(archive.store).values()))
    every = visits(archive.log, read_candidates(archive.store), portals)
    return {
        (address.url, datetime.fromisoformat(address.article.fetched_at)): address
        for _, asked in every
        for address in asked
    }


def _judge(text: _Text, archive: ArchiveReader, rows: Rows | None) -> Iterator[Evidence]:
    proof: Proof | None = None
    faults: list[str] = []
    try:
        capture = archive.log.get(text.row["capture_id"])
        faults += _differences(capture, text.capture)
        proof, _ = prove(archive, capture)
    except (BrokenCapture, NoSuchCapture, NoSuchFile, Undecodable) as fault:
        faults.append(str(fault))
    words = text.row["text"]
    if hashlib.sha256(words.encode("utf-8")).hexdigest() != text.row["text_digest"]:
        faults.append("The text in the warehouse has not the digest by which it is called.")
    again, told = _read_again(text, rows)
    faults += again
    for row in text.observations:
        own = list(faults)
        if words[row["start"] : row["end"]] != row["evidence"]:
            own.append("The words do not stand in the text where the warehouse says.")
        if told is not None and tuple(row[name] for name in MEASURE) not in told:
            own.append(
                f"The extractor {EXTRACTOR_VERSION} does not find this observation there: run `fazhi reextract`."
            )
        place = next((p for p in text.paragraphs if p["start"] <= row["start"] < p["end"]), None)
        if place is None:
            own.append("No paragraph of the warehouse holds the words.")
        yield Evidence(
            observation=row,
            text=text.row,
            para_no=place["para_no"] if place else None,
            page=place["page"] if place else None,
            paragraph=place["text"] if place else "",
            sentence=sentence_at(words, row["start"], row["end"]),
            proof=proof,
            faults=tuple(own),
        )


def _differences(capture: Capture, row: Mapping[str, Any] | None) -> Iterator[str]:
    """What the warehouse says of a capture and the archive does not."""
    if row is None:
        yield f"The warehouse does not know the capture {capture.capture_id}."
        return
    for name in (
        "run_id",
        "portal_id",
        "url",
        "status",
        "payload_digest",
        "warc_file",
        "offset",
        "length",
        "record_id",
    ):
        if row[name] != (kept := asdict(capture)[name]):
            yield f"The warehouse says {name} {row[name]} of the capture; the archive says {kept}."


def _read_again(text: _Text, rows: Rows | None) -> tuple[list[str], set[tuple[Any, ...]] | None]:
    """What is wrong with the text now that its bytes were read again, and the observations found in it."""
    if rows is None:
        seen_at = text.row["seen_at"].astimezone(UTC)
        return [f"The archive knows no visit of {text.row['url']} at {seen_at:%Y-%m-%dT%H:%M:%S.%fZ}."], None
    versions = rows.get("report_versions", [])
    if not versions:
        said = "; ".join(problem["sentence"] for problem in rows.get("problems", ())) or "no report is found in them"
        return [f"The archived bytes cannot be read again: {said}"], None
    if versions[0]["text_digest"] != text.row["text_digest"]:
        made = text.row["extractor_version"]
        why = "" if made == EXTRACTOR_VERSION else f" The text was read by {made}: run `fazhi reextract`."
        return [f"The archived bytes, read again by {EXTRACTOR_VERSION}, give another text.{why}"], None
    return [], {tuple(row[name] for name in MEASURE) for row in rows.get("observations", ())}


def sentence_at(text: str, start: int, end: int) -> str:
    """The sentence, or the sentences, of a text in which a span lies."""
    before = [match.end() for match in _SENTENCE_END.finditer(text, 0, start)]
    behind = _SENTENCE_END.search(text, max(start, end - 1))
    last = len(text) if behind is None else behind.start() + (behind[0] != "\n")
    return text[before[-1] if before else 0 : last].strip()


def _open(data: DataDirectory) -> Any:
    return data.place().open()


def _texts(release: Any, observations: Iterable[dict[str, Any]]) -> Iterator[_Text]:
    """The texts of observations, which come text by text."""
    for (report_id, text_digest), group in groupby(
        observations, key=lambda row: (row["report_id"], row["text_digest"])
    ):
        key = report_id, text_digest
        (row,) = _rows(
            release,
            """SELECT coalesce(title, inferred_title, list_title) AS title, issuer, report_year, portal_id, url,
                      seen_at, capture_id, text_digest, extractor_version, text
               FROM texts WHERE report_id = ? AND text_digest = ?""",
            *key,
        )
        paragraphs = _rows(
            release,
            """SELECT para_no, start, "end", text, page FROM text_paragraphs
               WHERE report_id = ? AND text_digest = ? ORDER BY para_no""",
            *key,
        )
        captures = _rows(release, "SELECT * EXCLUDE (fetched_at) FROM captures WHERE capture_id = ?", row["capture_id"])
        yield _Text(row, list(group), paragraphs, captures[0] if captures else None)


def _rows(release: Any, query: str, *parameters: object) -> list[dict[str, Any]]:
    result = release.execute(query, list(parameters))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
