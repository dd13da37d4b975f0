"""Candidates: what lists name, judged by title; what may be a report is to be fetched, and all of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from crawlers.families.reading import Entry
from crawlers.memory import Address, Candidate, Memory
from crawlers.portals import Column, Portal
from crawlers.titles import judge_title
from crawlers.urls import canonical_url, document_key, sendable

MOST_ENTRIES_OF_A_PAGE = 2_000
"""Entries of one list page that are taken; a page with more is no list of documents."""

Row = dict[str, Any]


class Years(NamedTuple):
    """The years whose reports are looked for, both included; None for no bound."""

    first: int | None = None
    last: int | None = None

    def hold(self, year: int | None) -> bool:
        """Tell whether a report of that year is looked for; one of an unknown year is."""
        return year is None or ((self.first or year) <= year <= (self.last or year))


class Taken(NamedTuple):
    """What the entries of one page were."""

    fresh: int
    """How many were not known before."""
    keys: set[str]
    """The document keys of all."""


EVERY_YEAR = Years()


@dataclass(slots=True)
class Candidates:
    """The candidates of one portal in one run. `write` appends a row to the log that later nights read."""

    portal: Portal
    memory: Memory
    run_id: str
    now: Callable[[], datetime]
    write: Callable[[Row], None]
    years: Years = EVERY_YEAR
    to_fetch: dict[str, Address] = field(default_factory=dict)
    """By document key: what may be a report and was not known as that before."""
    seen: dict[str, Candidate] = field(default_factory=dict)
    """What the lists of this run say, by canonical address."""
    _known_documents: set[str] | None = None

    def take(self, column: Column, entries: Iterable[Entry]) -> Taken:
        """Judge the entries of a page, write what is new about them, and queue what may be a report."""
        fresh, keys = 0, set()
        known = self.memory.candidates(self.portal.id)
        for entry in tuple(entries)[:MOST_ENTRIES_OF_A_PAGE]:
            row = self._judge(column, entry)
            candidate = Candidate.of(row)
            key = document_key(candidate.url)
            keys.add(key)
            before = known.get(candidate.url)
            fresh += before is None and candidate.url not in self.seen
            if candidate.url in self.seen:
                continue
            self.seen[candidate.url] = candidate
            if before is None or _told(before) != _told(candidate):
                self.write(row)
            new = before is None or not before.may_be_report
            if new and candidate.may_be_report and self.is_wanted(candidate) and key not in self._documents():
                address = Address(candidate.fetch_url, candidate.title, column.url, candidate.decision)
                self.to_fetch.setdefault(key, address)
        return Taken(fresh, keys)

    def _documents(self) -> set[str]:
        """The document keys of what may be a report and is known from earlier nights, at whichever address."""
        if self._known_documents is None:
            known = self.memory.candidates(self.portal.id).values()
            self._known_documents = {document_key(one.url) for one in known if one.may_be_report}
        return self._known_documents

    def is_wanted(self, candidate: Candidate) -> bool:
        """Tell whether a candidate reports on one of the years looked for."""
        return self.years == EVERY_YEAR or self.years.hold(year_of(candidate))

    def _judge(self, column: Column, entry: Entry) -> Row:
        address = sendable(self.portal.at_home(entry.url))
        verdict = judge_title(entry.title, column=column.name)
        decision, reason = str(verdict.decision), verdict.reason
        if decision != "not_report" and not self.portal.may_ask(address):
            decision, reason = "not_report", "foreign_host"
        return {
            "run_id": self.run_id,
            "portal_id": self.portal.id,
            "url": canonical_url(address, base_url=self.portal.base_url),
            "fetch_url": address,
            "title": entry.title,
            "listed_on": entry.listed_on,
            "list_url": column.url,
            "decision": decision,
            "reason": reason,
            "seen_at": iso(self.now()),
        }

    def keys_of(self, column: Column) -> set[str]:
        """Return the document keys of what earlier nights found in a column."""
        known = self.memory.candidates(self.portal.id).values()
        return {document_key(one.url) for one in known if one.list_url == column.url}

    def every(self) -> list[Candidate]:
        """Return what lists say of every candidate, tonight and on all nights before."""
        return list((dict(self.memory.candidates(self.portal.id)) | self.seen).values())


def _told(candidate: Candidate) -> tuple[str, str, str | None]:
    return candidate.title, candidate.decision, candidate.listed_on


def year_of(candidate: Candidate) -> int | None:
    """Return the year that a candidate reports on: its title says it, or else the date of the list does (a report
    comes out in the year after); None if neither does."""
    named = judge_title(candidate.title).year
    if named is not None:
        return named
    return int(candidate.listed_on[:4]) - 1 if candidate.listed_on else None


def iso(when: datetime) -> str:
    """Return an aware UTC time as the logs write it."""
    return when.isoformat(timespec="microseconds").replace("+00:00", "Z")
