"""Re-extraction: the warehouse from the archive alone, as the extractor of today reads it, without any network.

    plan (visits never read, or read otherwise) → read (sealed processes, each document once) → load → release

Of many visits that saw the same bytes in the same light only one is read: the others share its facts. What was read
goes into a journal at once, so that a re-extraction that was cut off goes on where it was. No step asks a clock or a
network, so the same archive and extractor give the same warehouse; nor does a re-extraction leave a row in `runs`,
which tell what was collected and when.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import IO, Any, NamedTuple
from zoneinfo import ZoneInfo

from crawlers.archive.reader import ArchiveReader
from crawlers.portals import Portal, Registry
from flows.data_directory import DataDirectory
from flows.extraction.version import EXTRACTOR_VERSION
from flows.loading.accounts import Account, portals_of, read_accounts, registries
from flows.loading.batches import (
    Job,
    Rows,
    add_rows,
    bodies,
    interrupted_run,
    lost_job,
    read_job,
    reading_of,
    visit_row,
)
from flows.loading.documents import Address, visits
from flows.loading.jsonl import write_rows
from flows.loading.run_logs import read_candidates
from flows.loading.sealed import in_sealed_processes
from flows.loading.seed_rows import seed_rows
from flows.loading.told_before import readings_told
from flows.operation.progress import observer

TEXTS_IN_A_BATCH = 2000
"""A batch is loaded in one transaction, and its rows lie in memory while it is written."""

_BEIJING = ZoneInfo("Asia/Shanghai")


class CannotReextract(Exception):  # noqa: N818 - the message says what is lacking
    """What was asked for cannot be done with this archive, registry and warehouse."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Reextraction:
    """What is to be read anew."""

    data: DataDirectory
    registry: Path | None = None
    """None for the registries that the archive holds; each portal as the last run knew it."""
    default_registry: Path | None = None
    """For an archive that holds none."""
    portals: tuple[str, ...] = ()
    """Ids; empty for all."""
    since: date | None = None
    """Only visits from that day in Beijing on."""
    workers: int = 1
    rebuild: bool = False
    """Start from an empty warehouse and believe nothing that the last release says."""


class Outcome(NamedTuple):
    """What a re-extraction did."""

    visits: int
    """Visits that had to be told anew."""
    read: int
    """Documents that were read for it."""
    resumed: int
    """Documents that a re-extraction before this one had read already."""
    written: int
    """Texts that went into the warehouse with their facts; the others were there, just so."""
    problems: tuple[str, ...]
    """A sentence for each document that could not be read."""
    release: str | None
    """None when the last release is what the archive says already."""


class Visit(NamedTuple):
    """An address as a run saw it, and the digest of what its reading depends on."""

    run_id: str
    address: Address
    reading: str


def reextract(order: Reextraction) -> Outcome:
    """Bring the warehouse to what today's extractor reads in the archive, and release it.

    The caller holds the data directory. Raises CannotReextract, GateRefused, or what a broken archive raises."""
    order.data.place().prepare()
    return _Work(order).run()


class _Work:
    def __init__(self, order: Reextraction) -> None:
        self.order = order
        self.archive = ArchiveReader(order.data.store())
        if not len(self.archive.log):
            raise CannotReextract(f"There is no capture in the archive {order.data.archive}.")
        self.accounts = read_accounts(self.archive.store)
        self.folder = order.data.runs / "reextract"
        self.known_runs: set[str] = set()
        """Runs that the last release has a row of."""
        self.readings: dict[str, str] = {}
        """By capture_id of the page, how the last release has it read for good."""
        self._ask_release()

    def run(self) -> Outcome:
        latest, portals = self._registries()
        candidates = list(read_candidates(self.archive.store))
        told_runs = set() if self.order.rebuild else self.known_runs
        visited = self._visits(candidates, portals)
        new_runs = sorted({capture.run_id for capture in self.archive.log} | self.accounts.keys())
        new_runs = [] if self._partial else [run_id for run_id in new_runs if run_id not in told_runs]
        if not visited and not new_runs:
            return Outcome(0, 0, 0, 0, (), None)
        with Journal(self.folder / f"journal-{EXTRACTOR_VERSION}.jsonl") as journal:
            resumed = len({visit.reading for visit in visited if visit.reading in journal})
            read = self._read(visited, journal)
            batches = self.folder / "batches"
            shutil.rmtree(batches, ignore_errors=True)
            problems = _write_batches(batches, visited, journal)
            logs = self._logs(new_runs, candidates)
            for table, lines in (logs | seed_rows(latest)).items():
                write_rows(batches / "0000" / f"{table}.jsonl", lines)
        written, release = self._load(batches)
        shutil.rmtree(self.folder)
        return Outcome(len(visited), read, resumed, written, problems, release)

    @property
    def _partial(self) -> bool:
        return bool(self.order.portals or self.order.since)

    def _ask_release(self) -> None:
        place = self.order.data.place()
        if not place.has_release():
            if self._partial:
                raise CannotReextract(
                    f"There is no release in {place.root} to bring up to date: leave out --portal and --since."
                )
            return
        if self._partial and self.order.rebuild:
            raise CannotReextract("A rebuild takes the whole archive: leave out --rebuild, or --portal and --since.")
        with contextlib.closing(place.open()) as release:
            self.known_runs = {str(row[0]) for row in release.execute("SELECT run_id FROM runs").fetchall()}
            if not self.order.rebuild:
                self.readings = readings_told(release)

    def _registries(self) -> tuple[Registry, Mapping[str, Portal]]:
        """The registry in force, for the seed tables, and every portal of the archive, for reading."""
        given = self.order.registry or (None if self.accounts else self.order.default_registry)
        found = registries(self.archive.store, self.accounts.values(), given)
        if not found:
            raise CannotReextract("The archive holds no registry: name one with --portals.")
        portals = portals_of(found)
        captured = {capture.portal_id for capture in self.archive.log}
        if unknown := sorted(captured - portals.keys()):
            raise CannotReextract(
                f"The archive holds captures of {', '.join(unknown)}, but {found[0].path} does not know them: "
                "name a registry that does with --portals."
            )
        if strange := sorted(set(self.order.portals) - captured):
            raise CannotReextract(f"The archive holds no capture of the portal {', '.join(strange)}.")
        return found[0], portals

    def _visits(self, candidates: list[dict[str, Any]], portals: Mapping[str, Portal]) -> list[Visit]:
        """The visits that are to be told, oldest run first."""
        found = []
        for run_id, asked in visits(self.archive.log, candidates, portals):
            if self._partial and run_id not in self.known_runs:
                continue  # the next run, or a whole re-extraction, loads it with all its portals
            for address in asked:
                if not self._wanted(address):
                    continue
                reading = reading_of(address, self.archive.log)
                if self.readings.get(address.article.capture_id) != reading:
                    found.append(Visit(run_id, address, reading))
        return found

    def _wanted(self, address: Address) -> bool:
        seen_on = datetime.fromisoformat(address.article.fetched_at).astimezone(_BEIJING).date()
        since = self.order.since
        return (since is None or seen_on >= since) and (
            not self.order.portals or address.portal.id in self.order.portals
        )

    def _read(self, visited: list[Visit], journal: Journal) -> int:
        """Read one visit of each reading that the journal lacks; returns how many."""
        to_read = {visit.reading: visit for visit in reversed(visited) if visit.reading not in journal}
        ordered = list(reversed(to_read.values()))
        observer().stage("read", len(ordered))
        jobs = (Job(visit.address, bodies(visit.address, self.archive), visit.run_id) for visit in ordered)
        for visit, rows in zip(ordered, in_sealed_processes(read_job, jobs, self.order.workers, lost_job), strict=True):
            journal.append(visit, rows)
            observer().step("read", {"portal": visit.address.portal.id, "url": visit.address.url})
        return len(ordered)

    def _logs(self, run_ids: list[str], candidates: list[dict[str, Any]]) -> Rows:
        """What whole runs left in the archive besides documents."""
        wanted = set(run_ids)
        captures = [capture for capture in self.archive.log if capture.run_id in wanted]
        by_run = sorted(captures, key=lambda capture: capture.run_id)
        captures_of = {run_id: list(rows) for run_id, rows in groupby(by_run, key=lambda capture: capture.run_id)}
        accounts: list[Account] = [self.accounts[run_id] for run_id in run_ids if run_id in self.accounts]
        runs = [dict(account.run) for account in accounts]
        # A rebuilt warehouse keeps the rows of the runs that the last release knew.
        runs += [
            interrupted_run(run_id, captures_of[run_id])
            for run_id in run_ids
            if run_id not in self.accounts and run_id not in self.known_runs
        ]
        return {
            "runs": runs,
            "portal_runs": [dict(row) for account in accounts for row in account.portals],
            "captures": [asdict(capture) for capture in captures],
            "candidates": [row for row in candidates if row["run_id"] in wanted],
        }

    def _load(self, batches: Path) -> tuple[int, str]:
        from warehouse.load import load

        folders = sorted(batches.iterdir())
        observer().stage("load", len(folders))
        written = 0
        with self.order.data.place().staging(rebuild=self.order.rebuild) as staging:
            for folder in folders:
                written += load(staging.connection, folder)
                observer().step("load", {})
            return written, staging.publish("reextract").where


class Journal:
    """What was read, by reading, on disk as soon as it is there. A line that a kill tore is read again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: dict[str, int] = {}
        self._file: IO[bytes]

    def __enter__(self) -> Journal:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        for other in self._path.parent.glob("journal-*.jsonl"):
            if other != self._path:
                other.unlink()  # another extractor's
        self._file = self._path.open("a+b")
        self._file.seek(0)
        whole = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            self._places[json.loads(line)["reading"]] = whole
            whole += len(line)
        self._file.truncate(whole)
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __contains__(self, reading: str) -> bool:
        return reading in self._places

    def append(self, visit: Visit, rows: Rows) -> None:
        """Keep the rows that reading a visit gave."""
        line = {"reading": visit.reading, "captures": _captures(visit.address), "rows": rows}
        self._places[visit.reading] = self._file.seek(0, 2)
        self._file.write((json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8"))
        self._file.flush()

    def rows_for(self, visit: Visit) -> Rows:
        """The rows of a visit: those of the one that was read, with this one's run, time and captures."""
        self._file.seek(self._places[visit.reading])
        line = json.loads(self._file.readline())
        own = dict(zip(line["captures"], _captures(visit.address), strict=True))
        seen_at = visit.address.article.fetched_at
        rows: Rows = line["rows"]
        for table in ("sightings", "report_versions", "problems", "missing"):
            for row in rows.get(table, ()):
                row["capture_id"] = own[row["capture_id"]]
                row.update(
                    (name, value) for name, value in (("run_id", visit.run_id), ("seen_at", seen_at)) if name in row
                )
        return rows


def _captures(address: Address) -> list[str]:
    return [capture.capture_id for capture in address.captures]


def _write_batches(folder: Path, visited: Iterable[Visit], journal: Journal) -> tuple[str, ...]:
    """Write the rows of all visits as batches; returns the sentences of the problems, each once. The facts of a reading
    are written with its first visit, which later ones share."""
    problems: dict[str, None] = {}
    for number, batch in enumerate(_batches_of(visited, journal), start=1):
        problems.update((row["sentence"], None) for row in batch.get("problems", ()))
        for table, lines in batch.items():
            write_rows(folder / f"{number:04}" / f"{table}.jsonl", lines)
    return tuple(problems)


def _batches_of(visited: Iterable[Visit], journal: Journal) -> Iterator[Rows]:
    told: set[str] = set()
    batch: Rows = {}
    for visit in visited:
        rows = journal.rows_for(visit)
        if visit.reading in told:
            rows = {table: rows[table] for table in ("sightings", "problems", "missing") if table in rows}
        told.add(visit.reading)
        add_rows(batch, {"visits": [visit_row(visit.address, visit.reading, visit.run_id)]})
        add_rows(batch, rows)
        if len(batch.get("report_versions", ())) >= TEXTS_IN_A_BATCH:
            yield batch
            batch = {}
    if batch:
        yield batch
