"""From a run's captures to a batch of rows for the warehouse: `data/runs/RUN/facts/`."""

from __future__ import annotations

import hashlib
import json
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from crawlers.archive.capture_log import CaptureLog, NoSuchCapture
from crawlers.archive.captures import Capture
from crawlers.archive.codings import Undecodable
from crawlers.archive.reader import ArchiveReader, BrokenCapture
from crawlers.archive.store import NoSuchFile
from crawlers.portals import load_registry
from flows.data_directory import DataDirectory
from flows.extraction.document.genre import decide
from flows.extraction.facts import Document, Unreadable
from flows.extraction.measure import measure
from flows.extraction.version import EXTRACTOR_VERSION
from flows.extraction.words import search_words
from flows.loading.accounts import read_accounts
from flows.loading.documents import READABLE, Address, Body, ReadBody, Reading, read_address, visits
from flows.loading.jsonl import write_rows
from flows.loading.load import loaded_runs
from flows.loading.run_logs import RunLogs, run_of
from flows.loading.sealed import LONGEST_S, in_sealed_processes
from flows.loading.seed_rows import seed_rows
from flows.loading.told_before import Told, ToldProblem, told_before

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
    store = data.store()
    log_names = {run_of(name) for name in store.names("captures", ".jsonl")}
    cut_off = sorted(log_names - done - {this_run})
    accounts = read_accounts(store) if cut_off else {}
    for run_id in cut_off:
        folder = batch_folder(data, run_id)
        if (folder / "runs.jsonl").exists():
            continue
        if run_id in accounts:
            write_rows(folder / "runs.jsonl", [accounts[run_id].run])
            write_rows(folder / "portal_runs.jsonl", accounts[run_id].portals)
        elif captures := list(CaptureLog.read(store, run_id=run_id)):
            write_rows(folder / "runs.jsonl", [interrupted_run(run_id, captures)])
    folder = batch_folder(data, this_run)
    write_rows(folder / "runs.jsonl", [run_row])
    write_rows(folder / "portal_runs.jsonl", portal_rows)
    return [*(run_id for run_id in cut_off if (batch_folder(data, run_id) / "runs.jsonl").exists()), this_run]


def interrupted_run(run_id: str, captures: Iterable[Capture]) -> dict[str, Any]:
    """The `runs` row of a run that was cut off before it could say how it went; it made at least one capture."""
    return {
        "run_id": run_id,
        "flow": run_id.rsplit("-", 1)[-1],
        "started_at": min(capture.fetched_at for capture in captures),
        "outcome": "interrupted",
    }


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
    store = data.store()
    logs = RunLogs.read(store, run_id)
    archive = ArchiveReader(store, logs.captures)
    rows: Rows = {
        "captures": [asdict(capture) for capture in logs.captures if capture.run_id == run_id],
        "candidates": [row for row in logs.candidates if row["run_id"] == run_id],
    }
    every = visits(logs.captures, logs.candidates, {portal.id: portal for portal in registry.portals})
    found = next((asked for name, asked in every if name == run_id), [])
    readings = [reading_of(address, logs.captures) for address in found]
    rows["visits"] = [visit_row(*pair, run_id) for pair in zip(found, readings, strict=True)]
    told = told_before(data.place(), readings)
    anew = [address for address, reading in zip(found, readings, strict=True) if reading not in told]
    worth = max(1, min(processes, len(anew) // WORTH_A_PROCESS))
    jobs = (Job(address, bodies(address, archive), run_id) for address in anew)
    read = in_sealed_processes(read_job, jobs, worth, lost_job)
    for address, reading in zip(found, readings, strict=True):
        add_rows(rows, told_rows(address, told[reading], run_id) if reading in told else next(read))
        on_step({"url": address.url, "portal": address.portal.id})
    folder = batch_folder(data, run_id)
    for table, lines in (rows | seed_rows(registry)).items():
        write_rows(folder / f"{table}.jsonl", lines)
    return folder


def reading_of(address: Address, log: CaptureLog) -> str:
    """Digest of all that the outcome of reading an address depends on: the extractor, the records that hold the bytes
    of its page and files, what lists and registry said. Equal readings give equal facts."""

    def source(capture: Capture) -> tuple[str, str, str | None]:
        origin = log.get(capture.refers_to) if capture.refers_to else capture
        return capture.url, origin.capture_id, capture.content_type or origin.content_type

    depends_on = (
        EXTRACTOR_VERSION,
        address.url,
        asdict(address.listing()),
        (address.candidate or {}).get("decision"),
        (address.article.verdict in READABLE) or (address.article.verdict, address.article.reason),
        [source(capture) for capture in address.captures],
    )
    return hashlib.sha256(json.dumps(depends_on, ensure_ascii=False).encode("utf-8")).hexdigest()[:32]


def visit_row(address: Address, reading: str, run_id: str) -> dict[str, Any]:
    """The row of `visits` for an address that a run asked for."""
    return {
        "run_id": run_id,
        "portal_id": address.portal.id,
        "url": address.url,
        "capture_id": address.article.capture_id,
        "seen_at": address.article.fetched_at,
        "reading": reading,
    }


def add_rows(rows: Rows, more: Rows) -> None:
    """Add rows to rows, table by table."""
    for table, added in more.items():
        rows.setdefault(table, []).extend(added)


class Job(NamedTuple):
    """An address to read, with all the bytes that it takes: the process that reads it needs nothing else."""

    address: Address
    bodies: Mapping[str, Body | ArchiveFault]
    """By capture_id."""
    run_id: str


class ArchiveFault(Exception):  # noqa: N818 - the message is the archive's own
    """A capture whose bytes the archive cannot give."""


def bodies(address: Address, archive: ArchiveReader) -> dict[str, Body | ArchiveFault]:
    """The bodies of an address's captures, or why there are none."""
    found: dict[str, Body | ArchiveFault] = {}
    for capture in address.captures:
        if capture.verdict in READABLE:
            try:
                found[capture.capture_id] = archive.body(capture)
            except (BrokenCapture, NoSuchCapture, NoSuchFile, Undecodable) as fault:
                found[capture.capture_id] = ArchiveFault(str(fault))
    return found


def read_job(job: Job) -> Rows:
    """The rows that one address adds to a batch; a fault of the extractor is a row of `problems`."""

    def body(capture: Capture) -> Body:
        found = job.bodies[capture.capture_id]
        if isinstance(found, ArchiveFault):
            raise found
        return found

    address = job.address
    try:
        return address_rows(address, body, job.run_id)
    except ArchiveFault as fault:
        return _problem(address, job.run_id, "archive", f"{address.url}: {fault} Run `fazhi archive check`.")
    except Exception as fault:  # noqa: BLE001 - one document that breaks the extractor must not cost the night its others
        last = traceback.extract_tb(fault.__traceback__)[-1]
        return _problem(
            address,
            job.run_id,
            "fault",
            f"Reading {address.url} broke the extractor ({type(fault).__name__}: {fault}; {Path(last.filename).name} "
            f"line {last.lineno}); its bytes are archived, and `fazhi reextract` reads them again once that is mended.",
        )


def lost_job(job: Job) -> Rows:
    """The rows for an address whose page or file brought the process that read it down."""
    return _problem(
        job.address,
        job.run_id,
        "fault",
        f"Reading {job.address.url} took more than {LONGEST_S:.0f} s or broke the process that read it; its bytes are "
        "archived, and `fazhi reextract` reads them again once that is mended.",
    )


def address_rows(address: Address, body: ReadBody, run_id: str) -> Rows:
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
    if capture.verdict not in READABLE:
        return _problem(address, run_id, capture.verdict, capture.reason or f"{address.url} was {capture.verdict}.")
    try:
        reading = read_address(address, body)
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


def told_rows(address: Address, told: Told, run_id: str) -> Rows:
    """The rows of an address whose reading the release tells already: it was seen once more."""
    if told is None:
        return {}
    if isinstance(told, ToldProblem):
        return _problem(address, run_id, told.kind, told.sentence)
    source = next(capture for capture in address.captures if capture.url == told.source)
    return {"sightings": [_sighting(address, source, told.report_id, told.text_digest)]}


def _sighting(address: Address, source: Capture, report_id: str, digest: str) -> dict[str, Any]:
    return {
        "report_id": report_id,
        "text_digest": digest,
        "portal_id": address.portal.id,
        "url": address.url,
        "seen_at": address.article.fetched_at,
        "capture_id": source.capture_id,
    }


def document_rows(identity: str, reading: Reading, address: Address) -> Rows:
    """A report's version with all its facts, and the sighting."""
    document = reading.document
    digest = text_digest(document.text)
    key = {"report_id": identity, "text_digest": digest}
    sighting = _sighting(address, reading.capture, identity, digest)
    measures = measure(document)
    pages = document.pages or (None,) * (document.text.count("\n") + 1)
    return {
        "sightings": [sighting],
        "report_versions": [
            {
                **sighting,
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
