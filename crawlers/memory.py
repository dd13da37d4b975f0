"""What earlier nights left in the archive: what lists named, how far they were read, and what to ask again when.

Everything is read from the logs under the archive root: `captures/` (what was fetched), `candidates/` (what lists
named) and `columns/` (how far lists were read, and when columns were looked for in vain). A log that is lost costs a
fuller reading, never a document.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crawlers.archive.capture_log import read_log
from crawlers.archive.store import Store
from crawlers.families.reading import NextPage
from crawlers.past import History, Past
from crawlers.urls import document_key

CANDIDATES = "candidates"
COLUMNS = "columns"

LOOK_BACK_EVERY = timedelta(days=30)
"""How often the pages behind the first are read again for what was published late or back-dated."""
LOOK_AGAIN_AFTER = timedelta(days=7)
"""How long a portal on which no column was found is left in peace."""
RESUME_WITHIN = timedelta(days=7)
"""A deep reading that was cut off is taken up where it was for so long, and one that was finished is not repeated."""


@dataclass(frozen=True, slots=True)
class ColumnMemory:
    """How a column was last read."""

    name: str
    found_at: datetime | None
    """When it was found by looking; None for a column of the registry."""
    family: str
    complete: bool
    """Every page was read, or the bound was reached."""
    entries: int
    """Entries on its first page."""
    dated: int
    """Of these, with a date."""
    read_at: datetime
    """When its first page was last read in full."""
    deep_at: datetime | None
    """When all its pages were last read."""
    shell: bool
    """Its own page lists nothing and leads to an interface that does: that page unchanged says nothing of the list."""
    digest: str | None
    """The payload digest of its own page as it was read."""
    back_to: int | None
    """The year at which its deep reading stopped; None if that had no bound."""
    oldest_first: bool
    """What is new stands on the last page."""
    go_on: NextPage | None
    """Where a deep reading that was cut off goes on."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What lists say of a document: the part of a candidate's row that later nights need."""

    url: str
    """Canonical."""
    fetch_url: str
    title: str
    listed_on: str | None
    list_url: str
    decision: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Candidate:
        """Take what is needed of a row; one of many thousands, so strings that repeat are kept once."""
        url = row["url"]
        fetch_url = url if row["fetch_url"] == url else row["fetch_url"]
        listed_on = sys.intern(row["listed_on"]) if row["listed_on"] else None
        list_url, decision = sys.intern(row["list_url"]), sys.intern(row["decision"])
        return cls(url, fetch_url, row["title"], listed_on, list_url, decision)

    @property
    def may_be_report(self) -> bool:
        """Whether it is to be fetched."""
        return self.decision != "not_report"


@dataclass(frozen=True, slots=True)
class Address:
    """A document address to ask."""

    url: str
    title: str
    list_url: str
    decision: str
    conditional: bool = False
    """Whether the archive's copy may be vouched for by a 304."""
    known: bool = False
    """Whether the archive holds it."""
    failed: bool = False
    """Whether it, or a file of it, did not come when it was last asked for."""

    @classmethod
    def of(cls, candidate: Candidate, history: History, now: datetime) -> Address:
        """The address of a candidate that earlier nights know."""
        return cls(
            candidate.fetch_url,
            candidate.title,
            candidate.list_url,
            candidate.decision,
            conditional=history.may_vouch(now),
            known=history.first_ok is not None,
            failed=history.is_open,
        )


class Memory:
    """The memory of a crawl's portals. `past` is what the captures say."""

    def __init__(
        self,
        past: Past,
        candidates: Mapping[str, Mapping[str, Candidate]],
        columns: Mapping[tuple[str, str], ColumnMemory],
        looks: Mapping[str, datetime],
    ) -> None:
        self.past = past
        self._looks = looks
        self._candidates = candidates
        self._columns = columns

    @classmethod
    def read(cls, store: Store, portal_ids: list[str]) -> Memory:
        """Read the logs of an archive; raises BadCaptureLog or BadLogError."""
        wanted = set(portal_ids)
        candidates: dict[str, dict[str, Candidate]] = {}
        for row in _rows(store, CANDIDATES):
            if row["portal_id"] in wanted:
                candidates.setdefault(row["portal_id"], {})[row["url"]] = Candidate.of(row)
        columns: dict[tuple[str, str], ColumnMemory] = {}
        looks: dict[str, datetime] = {}
        for row in _rows(store, COLUMNS):
            if row["portal_id"] not in wanted:
                continue
            if "looked_at" in row:
                looks[row["portal_id"]] = datetime.fromisoformat(row["looked_at"])
            else:
                columns[row["portal_id"], row["url"]] = _column(row)
        past = Past(store, {one.fetch_url for known in candidates.values() for one in known.values()})
        # Logs are named after their runs, and runs after their time.
        for capture in read_log(store, portal_ids=wanted):
            past.learn(capture)
        return cls(past, candidates, columns, looks)

    def column(self, portal_id: str, url: str) -> ColumnMemory | None:
        """Return how a column was last read, None if never."""
        return self._columns.get((portal_id, url))

    def columns_found(self, portal_id: str) -> dict[str, ColumnMemory]:
        """Return the columns of a portal that were found by looking, by address."""
        return {
            url: column
            for (portal, url), column in self._columns.items()
            if portal == portal_id and column.found_at is not None
        }

    def looked_in_vain(self, portal_id: str, now: datetime) -> datetime | None:
        """Return when no column of a portal was found, if that was lately; None if it is time to look."""
        looked = self._looks.get(portal_id)
        return looked if looked is not None and now - looked < LOOK_AGAIN_AFTER else None

    def candidates(self, portal_id: str) -> Mapping[str, Candidate]:
        """Return what lists last said of each candidate of a portal, by canonical address."""
        return self._candidates.get(portal_id, {})

    def due(self, portal_id: str, now: datetime) -> Iterator[Address]:
        """Yield the known documents to ask for tonight (History.is_due). Of several addresses of one document one is
        asked, the one that is known to answer."""
        documents: dict[str, list[tuple[Candidate, History]]] = {}
        for candidate in self.candidates(portal_id).values():
            if candidate.may_be_report:
                told = (candidate, self.past.history(candidate.fetch_url))
                documents.setdefault(document_key(candidate.url), []).append(told)
        for addresses in documents.values():
            candidate, history = min(addresses, key=lambda address: address[1].doubt)
            if history.is_due(now):
                yield Address.of(candidate, history, now)


class BadLogError(Exception):
    """A line of a log under the archive root that is no row."""

    exit_code = 1


def _column(row: Mapping[str, Any]) -> ColumnMemory:
    return ColumnMemory(
        name=row["name"],
        found_at=datetime.fromisoformat(row["found_at"]) if row["found_at"] else None,
        family=row["family"],
        complete=row["complete"],
        entries=row["entries"],
        dated=row["dated"],
        read_at=datetime.fromisoformat(row["read_at"]),
        deep_at=datetime.fromisoformat(row["deep_at"]) if row["deep_at"] else None,
        shell=row["shell"],
        digest=row["digest"],
        back_to=row["back_to"],
        oldest_first=row.get("oldest_first", False),
        go_on=_request(row["go_on"]) if row["go_on"] else None,
    )


def _request(row: Mapping[str, Any]) -> NextPage:
    body = row["body"].encode() if row["body"] is not None else None
    return NextPage(
        row["url"], row["method"], body, row["headers"], tuple(row.get("links", ())), row.get("numbered", "")
    )


def _rows(store: Store, folder: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a log folder; a last line that a crash cut short is passed over."""
    for name in store.names(folder, ".jsonl"):
        for number, line in enumerate(store.lines(name), 1):
            if not line.endswith(b"\n"):
                break
            try:
                row = json.loads(line)
            except ValueError as error:
                raise BadLogError(f"{name} line {number} is not JSON ({error}); take the line out.") from error
            yield row
