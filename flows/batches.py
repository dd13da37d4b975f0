"""From a run's captures to a batch of rows for the warehouse: `data/runs/RUN/facts/`."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from crawlers.archive.capture_log import CaptureLog
from crawlers.archive.captures import Capture
from crawlers.archive.reader import ArchiveReader
from crawlers.archive.store import Store
from crawlers.portals import load_registry
from flows.data_directory import DataDirectory
from flows.documents import Address, Reading, addresses, read_address
from flows.extraction.facts import Document, Unreadable
from flows.extraction.genre import decide
from flows.extraction.measure import measure
from flows.extraction.version import EXTRACTOR_VERSION
from flows.extraction.words import search_words
from flows.jsonl import read_rows, write_rows
from flows.loading import loaded_runs
from flows.seed_rows import seed_rows

WORTH_A_PROCESS = 16
"""Documents below which starting a process (some two seconds) costs more than it saves."""

Rows = dict[str, list[dict[str, Any]]]

METADATA = (
    "title",
    "inferred_title",
    "issuer",
    "region_code",
    "region",
    "level",
    "report_year",
    "published_on",
    "published_time",
    "signed_on",
    "delivered_on",
    "source",
    "document_number",
    "site_id_code",
)
"""Fields of a document that are columns of a version."""


def text_digest(text: str) -> str:
    """SHA-256, in hex, of the UTF-8 text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def report_id(document: Document) -> str | None:
    """`{region_code}-{issuer}-{report_year}`; None if the text does not tell one of them."""
    if not (document.region_code and document.issuer and document.report_year):
        return None
    return f"{document.region_code}-{document.issuer}-{document.report_year}"


def batch_folder(data: DataDirectory, run_id: str) -> Path:
    """Where a run's batch lies."""
    return data.runs / run_id / "facts"


def pending_runs(
    data: DataDirectory, run_row: Mapping[str, Any], portal_rows: Iterable[Mapping[str, Any]]
) -> list[str]:
    """Runs whose captures the release does not hold, this one last; each with its `runs` and `portal_runs` rows laid
    in its batch. A run that was cut off before it could say how it went is called `interrupted`."""
    done = loaded_runs(data)
    this_run = str(run_row["run_id"])
    log_names = {path.name.rsplit("-", 1)[0] for path in (data.archive / "captures").glob("*.jsonl")}
    cut_off = sorted(log_names - done - {this_run})
    for run_id in cut_off:
        folder = batch_folder(data, run_id)
        if not (folder / "runs.jsonl").exists():
            started = _first_capture(data, run_id)
            if started is None:
                continue
            write_rows(
                folder / "runs.jsonl",
                [
                    {
                        "run_id": run_id,
                        "flow": _flow_of(run_id),
                        "started_at": started,
                        "outcome": "interrupted",
                    }
                ],
            )
    folder = batch_folder(data, this_run)
    write_rows(folder / "runs.jsonl", [run_row])
    write_rows(folder / "portal_runs.jsonl", portal_rows)
    return [*(run_id for run_id in cut_off if (batch_folder(data, run_id) / "runs.jsonl").exists()), this_run]


def _flow_of(run_id: str) -> str:
    return run_id.rsplit("-", 1)[-1]


def _first_capture(data: DataDirectory, run_id: str) -> str | None:
    times = [capture.fetched_at for capture in CaptureLog.read(Store(data.archive), run_id=run_id)]
    return min(times, default=None)


def write_batch(
    data: DataDirectory,
    registry_path: Path,
    run_id: str,
    on_step: Callable[[Mapping[str, Any]], None],
    processes: int = 1,
) -> Path:
    """Read a run's captures into its batch; returns the folder. The same archive and extractor give the same rows,
    however many processes share the work."""
    registry = load_registry(registry_path)
    archive = ArchiveReader(data.archive)
    captures = [capture for capture in archive.log if capture.run_id == run_id]
    candidates = list(_candidates(data, run_id))
    rows: Rows = {
        "captures": [asdict(capture) for capture in captures],
        "candidates": [row for row in candidates if row["run_id"] == run_id],
    }
    found = addresses(run_id, archive.log, candidates, {portal.id: portal for portal in registry.portals})
    jobs = [(str(data.archive), address, _with_originals(address, archive.log), run_id) for address in found]
    for address, more in zip(found, _in_processes(jobs, processes), strict=True):
        for table, added in more.items():
            rows.setdefault(table, []).extend(added)
        on_step({"url": address.url, "portal": address.portal.id})
    folder = batch_folder(data, run_id)
    for table, lines in (rows | seed_rows(registry)).items():
        write_rows(folder / f"{table}.jsonl", lines)
    return folder


Job = tuple[str, Address, tuple[Capture, ...], str]
"""Archive root, address, the captures it needs, run."""


def _with_originals(address: Address, log: CaptureLog) -> tuple[Capture, ...]:
    """The captures of an address and those that its revisits refer to: all that a process needs of the log."""
    own = (address.article, *address.files)
    return (*own, *(log.get(capture.refers_to) for capture in own if capture.refers_to))


def _in_processes(jobs: Sequence[Job], processes: int) -> Iterator[Rows]:
    """The rows of each job, in the order of the jobs."""
    if processes == 1 or len(jobs) < WORTH_A_PROCESS * processes:
        yield from map(_read_job, jobs)
        return
    # A spawned process inherits no lock, thread or connection of a running flow.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_read_job, jobs, chunksize=4)


def _read_job(job: Job) -> Rows:
    root, address, captures, run_id = job
    try:
        return address_rows(address, ArchiveReader(root, CaptureLog(captures)), run_id)
    except Exception as fault:  # noqa: BLE001 - one document that breaks the extractor must not cost the night its others
        last = traceback.extract_tb(fault.__traceback__)[-1]
        return _problem(
            address,
            run_id,
            "fault",
            f"Reading {address.url} broke the extractor ({type(fault).__name__}: {fault}; {Path(last.filename).name} "
            f"line {last.lineno}); its bytes are archived, and `fazhi reextract` reads them again once that is mended.",
        )


def _candidates(data: DataDirectory, run_id: str) -> Iterator[dict[str, Any]]:
    """Candidate rows of all runs up to this one, oldest first, so that the last word on an address wins."""
    for path in sorted((data.archive / "candidates").glob("*.jsonl")):
        if path.name.rsplit("-", 1)[0] <= run_id:
            yield from read_rows(path)


def address_rows(address: Address, archive: ArchiveReader, run_id: str) -> Rows:
    """The rows that one address adds to a batch: facts and a sighting, or that it is missing, or a problem."""
    capture = address.article
    if capture.verdict in ("missing", "soft_missing"):
        return {
            "missing": [
                {
                    "run_id": run_id,
                    "portal_id": address.portal.id,
                    "url": address.url,
                    "capture_id": capture.capture_id,
                    "seen_at": capture.fetched_at,
                }
            ]
        }
    if capture.verdict not in ("ok", "not_modified"):
        return _problem(address, run_id, capture.verdict, capture.reason or f"{address.url} was {capture.verdict}.")
    try:
        reading = read_address(address, archive.content)
    except Unreadable as refusal:
        return _problem(address, run_id, refusal.verdict, str(refusal))
    decision = (address.candidate or {}).get("decision")
    verdict = decide(reading.document, address.listing())
    if not verdict.is_report and decision != "report":
        return {}
    identity = report_id(reading.document)
    if not verdict.is_report or identity is None:
        return _problem(address, run_id, "identity", f"{address.url}: {verdict.reason or 'issuer or year not found'}")
    return document_rows(identity, reading, address)


def _problem(address: Address, run_id: str, kind: str, sentence: str) -> Rows:
    return {
        "problems": [
            {
                "run_id": run_id,
                "portal_id": address.portal.id,
                "url": address.url,
                "capture_id": address.article.capture_id,
                "kind": kind,
                "sentence": sentence,
            }
        ]
    }


def document_rows(identity: str, reading: Reading, address: Address) -> Rows:
    """A report's version with all its facts, and the sighting."""
    document = reading.document
    digest = text_digest(document.text)
    key = {"report_id": identity, "text_digest": digest}
    seen = {"portal_id": address.portal.id, "url": address.url, "seen_at": address.article.fetched_at}
    measures = measure(document)
    pages = document.pages or (None,) * (document.text.count("\n") + 1)
    return {
        "sightings": [{**key, **seen, "capture_id": reading.capture.capture_id}],
        "report_versions": [
            {
                **key,
                **seen,
                "capture_id": reading.capture.capture_id,
                "extractor_version": EXTRACTOR_VERSION,
                "list_title": (address.candidate or {}).get("title"),
                "text": document.text,
                **{name: getattr(document, name) for name in METADATA},
                "attachments": [asdict(attachment) for attachment in document.attachments],
                "provenance": document.provenance,
                "warnings": list(document.warnings),
            }
        ],
        "paragraphs": [
            {**key, "para_no": number, "text": text, "page": page}
            for number, (text, page) in enumerate(zip(document.text.split("\n"), pages, strict=True), start=1)
        ],
        "sections": [{**key, **asdict(section)} for section in document.sections],
        "quantities": [{**key, **asdict(quantity)} for quantity in measures.quantities],
        "observations": [{**key, **asdict(observation)} for observation in measures.observations],
        "checks": [{**key, **asdict(check)} for check in measures.checks],
        "citations": [{**key, **asdict(citation)} for citation in measures.citations],
        "postings": [{**key, "tokens": search_words(document.text)}],
    }
