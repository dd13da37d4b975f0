"""Lists: one column read page after page, as far as there is something unknown, and what it means if it cannot be.

A nightly reading asks for the first page conditionally and goes on while a page names what is not known. A deep reading
goes to the end: the first time, when the last one did not get there, every 30 days (what was published late or
back-dated stands behind the first page), and in a backfill. A deep reading that is cut off is taken up where it was.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from crawlers.candidates import Candidates, Row, iso
from crawlers.families.asked_by_script import is_by_script
from crawlers.families.known import family_of, read_by
from crawlers.families.reading import Family, ListReading, NextPage, Page
from crawlers.fetching import Fetched
from crawlers.memory import LOOK_BACK_EVERY, RESUME_WITHIN, ColumnMemory, Memory
from crawlers.portals import Column, Portal
from crawlers.verdicts import NO_BODY

Mode = Literal["nightly", "backfill", "probe"]
"""A probe finds and reads the columns, two pages of each, and asks for no document."""

MOST_PAGES: dict[Mode, int] = {"nightly": 200, "backfill": 2_000, "probe": 2}
"""Pages of one column that one run reads at most; two are enough to see that a pager works."""
MOST_PAGES_OF_A_SEARCH = 10
_FEWEST_DAYS = 3
MOST_SHELLS = 2
"""Pages that may lead on to a list before it begins: the page around it, and that page's script."""
PAGES_BETWEEN_NOTES = 10
"""How often a deep reading notes how far it got."""


Ask = Callable[..., Awaitable[Fetched]]
"""Fetcher.fetch for one portal."""


@dataclass(frozen=True, slots=True)
class ColumnOutcome:
    """How the reading of one column went."""

    column: Column
    state: Literal["read", "unchanged", "empty", "drift", "blocked", "unreachable"]
    sentence: str = ""


@dataclass(slots=True)
class _Reading:
    """One reading of one column, as far as it got."""

    column: Column
    before: ColumnMemory | None
    started: datetime
    deep: bool
    family: Family | None = None
    first: ListReading | None = None
    """The first page that lists anything."""
    digest: str | None = None
    """Of the column's own page as it was read."""
    shown: ListReading | None = None
    """Of that page, where it could not be read and only its scripts may tell more."""
    pages: int = 0
    keys: set[str] = field(default_factory=set)
    shell: int = 0
    """Pages before the list's own: a shell, its script."""
    beside: bool = False
    """The page's script asks for a list beside what the page shows."""
    oldest_first: bool = False
    """What is new stands on the last page."""
    whole: bool = False
    """Every page was read, or the bound was reached."""
    go_on: NextPage | None = None
    """The page after the last one that was read."""
    too_old: int = 0
    """Pages in a row whose entries are all older than the years looked for."""


@dataclass(slots=True)
class ListReader:
    """Reads the columns of one portal in one run. `write_column` appends a row to the log that later nights read."""

    portal: Portal
    ask: Ask
    memory: Memory
    candidates: Candidates
    run_id: str
    now: Callable[[], datetime]
    write_column: Callable[[Row], None]
    mode: Mode = "nightly"
    fetched: dict[str, Fetched] = field(default_factory=dict)
    """First pages that finding the columns has fetched already, by address."""
    found_at: datetime | None = None
    """When this run looked for columns; None if it did not."""

    async def read(self, column: Column) -> ColumnOutcome:
        """Read a column. Raises HostGivenUpError, having noted how far it got."""
        before = self.memory.column(self.portal.id, column.url)
        reading = _Reading(column, before, self.now(), self._is_deep(before))
        reading.oldest_first = before is not None and before.oldest_first
        try:
            outcome = await self._read_pages(reading)
        except BaseException:  # also when the run is stopped: the next one goes on from here
            self._note(reading, broken=True)
            raise
        self._note(reading, broken=outcome.state not in ("read", "unchanged", "empty"))
        return outcome

    async def search(self, request: NextPage) -> ColumnOutcome:
        """Read what the site's own search answers; nothing is remembered of it but its candidates."""
        column = Column(url=request.url, name="")
        asked: NextPage | None = request
        for _ in range(MOST_PAGES_OF_A_SEARCH):
            if asked is None or not self.portal.may_ask(self.portal.at_home(asked.url)):
                break
            fetched = await self._ask(asked, self.portal.base_url + "/")
            if fetched.verdict != "ok":
                return self.failed(column, fetched)
            page = _page(fetched, asked)
            reading = family_of(page, self.portal.family).read(page)
            if not self.candidates.take(column, reading.entries).fresh:
                break
            asked = reading.next_page
        return ColumnOutcome(column, "read")

    def _is_deep(self, before: ColumnMemory | None) -> bool:
        if before is None or not before.complete or before.deep_at is None:
            return True
        years = self.candidates.years
        if before.back_to is not None and (years.first is None or years.first < before.back_to):
            return self.mode == "backfill"
        every = RESUME_WITHIN if self.mode == "backfill" else LOOK_BACK_EVERY
        return self.now() - before.deep_at >= every

    async def _read_pages(self, reading: _Reading) -> ColumnOutcome:
        column, before = reading.column, reading.before
        resume = before.go_on if before and before.go_on and reading.started - before.read_at < RESUME_WITHIN else None
        asked, via = NextPage(column.url), None
        while reading.pages < MOST_PAGES[self.mode] + reading.shell:
            conditional = not (reading.deep or reading.oldest_first) and (
                reading.pages > 0 or self._may_stay_unread(column, before)
            )
            fetched = self.fetched.pop(asked.url, None) or await self._ask(asked, via, conditional)
            if fetched.verdict == "not_modified":
                # What stands there, and behind it, was read when the body came.
                return ColumnOutcome(column, "read" if reading.pages else "unchanged")
            absent = fetched.verdict in ("missing", "soft_missing") or fetched.reason == NO_BODY
            if absent and reading.first is not None and reading.first.entries:
                return self._ended_early(reading, asked)
            if fetched.verdict in ("missing", "soft_missing", "truncated", "wrong_type") and reading.shown is not None:
                return self._illegible(column, reading.shown, before)
            if fetched.verdict != "ok":
                return self.failed(column, fetched, None if reading.pages else before)
            page = _page(fetched, asked if reading.pages else None)
            reading.family = reading.family or family_of(page, self.portal.family)
            listed = read_by(reading.family, page)
            taken = self.candidates.take(column, listed.entries)
            following = listed.next_page
            if following is not None and not self.portal.may_ask(self.portal.at_home(following.url)):
                following = None
            if not reading.pages:
                reading.shown = listed if listed.warnings and not listed.entries else None
                reading.digest = fetched.capture.payload_digest if fetched.capture else None
            if reading.first is None and reading.shell == reading.pages < MOST_SHELLS:
                leads_on = following is not None and (not listed.warnings or is_by_script(following))
                reading.shell += leads_on and not listed.entries
            reading.pages += 1
            if reading.first is None and reading.shell < reading.pages:
                if (drift := self._drift(column, listed, taken.keys, before)) is not None:
                    return drift
                reading.first = listed
            if reading.pages == 2 and reading.first is not None and reading.deep:
                reading.oldest_first = _is_oldest_first(reading.first, listed)
            beside = reading.pages == 1 and listed.entries != () and following is not None and is_by_script(following)
            repeated = bool(taken.keys) and taken.keys <= reading.keys
            if reading.pages == 2 and reading.beside:
                # What the script brings is another list than what the page showed, or its first page once more.
                reading.shell += not repeated
                repeated = False
            reading.beside = beside
            reading.keys |= taken.keys
            reading.go_on = following
            ended = following is None or repeated or (not listed.entries and reading.first is not None)
            if ended or self._all_too_old(reading, listed):
                reading.whole = True
                reading.go_on = None
                break
            if reading.first is not None and not taken.fresh:
                behind = reading.oldest_first or (beside and before is not None and before.shell)
                if not reading.deep and not behind:
                    break
                if resume is not None:
                    following, resume = resume, None
            if reading.deep and reading.pages % PAGES_BETWEEN_NOTES == 0:
                self._note(reading)
            assert following is not None
            asked, via = following, fetched.url
        return self._outcome(reading)

    async def _ask(self, request: NextPage, via: str | None, conditional: bool = False) -> Fetched:
        return await self.ask(
            self.portal.at_home(request.url),
            "list",
            via=via,
            conditional=conditional,
            method=request.method,
            body=request.body,
            headers=request.headers,
        )

    def _may_stay_unread(self, column: Column, before: ColumnMemory | None) -> bool:
        """Tell whether a 304 for the column's own page would say that its list is as it was read: a shell says nothing
        of the list behind it, and an archived page that was never read to its end says nothing either."""
        if before is None or before.shell or before.oldest_first:
            return False
        known = self.memory.past.validators(column.url)
        return known is not None and before.digest in (None, known.payload_digest)

    def _all_too_old(self, reading: _Reading, listed: ListReading) -> bool:
        """Tell whether the list has left the years looked for: two pages in a row, for some pin old entries up."""
        first = self.candidates.years.first
        if first is None or not listed.entries:
            return False
        old = all(entry.listed_on is not None and entry.listed_on < f"{first}-01-01" for entry in listed.entries)
        reading.too_old = reading.too_old + 1 if old else 0
        return reading.too_old >= 2

    def _outcome(self, reading: _Reading) -> ColumnOutcome:
        column, first = reading.column, reading.first
        if first is None:
            return ColumnOutcome(column, "drift", f"the list {column.url} leads to no entries")
        if first.warnings and not first.entries:
            return self._illegible(column, first, None)
        if not first.entries:
            return ColumnOutcome(column, "empty", f"the list {column.url} has no entries")
        if reading.deep and not reading.whole and self.mode != "probe":
            return ColumnOutcome(column, "read", f"{column.url} has more than the {reading.pages} pages that were read")
        remark = f"{column.url}: {first.warnings[0]}" if first.warnings else ""
        return ColumnOutcome(column, "read", remark)

    def _ended_early(self, reading: _Reading, asked: NextPage) -> ColumnOutcome:
        """Say what it means that a page behind the first is not there. Where a script asks, only the page after the
        last one may tell which that is; any other list promised the page, and is read on from there next time."""
        if is_by_script(asked):
            reading.whole, reading.go_on = True, None
            return self._outcome(reading)
        remark = f"{reading.column.url} leads on to {asked.url}, which is not there"
        return ColumnOutcome(reading.column, "read", remark)

    def _note(self, reading: _Reading, *, broken: bool = False) -> None:
        """Append how far a column was read; `broken` when a page that should have come did not."""
        first, before = reading.first, reading.before
        if first is None or reading.family is None:
            return
        found_at = self.found_at or (before.found_at if before else None)
        deep_at = reading.started if reading.deep and reading.whole else before.deep_at if before else None
        back_to = self.candidates.years.first if reading.deep else before.back_to if before else None
        cut_off = not reading.whole and (reading.deep or broken)
        self.write_column(
            {
                "run_id": self.run_id,
                "portal_id": self.portal.id,
                "url": reading.column.url,
                "name": reading.column.name,
                "found_at": iso(found_at) if found_at else None,
                "family": reading.family.name,
                "shell": reading.shell > 0,
                "oldest_first": reading.oldest_first,
                "digest": reading.digest,
                "complete": not cut_off,
                "back_to": back_to,
                "go_on": _row_of(reading.go_on) if cut_off and reading.go_on else None,
                "entries": len(first.entries),
                "dated": sum(entry.listed_on is not None for entry in first.entries),
                "read_at": iso(reading.started),
                "deep_at": iso(deep_at) if deep_at else None,
            }
        )

    def _illegible(self, column: Column, listed: ListReading, before: ColumnMemory | None) -> ColumnOutcome:
        """Say that a list page cannot be read."""
        sentence = f"the list {column.url} cannot be read: {listed.warnings[0]}"
        return self._drift(column, listed, set(), before) or ColumnOutcome(column, "drift", sentence)

    def _drift(
        self, column: Column, listed: ListReading, keys: set[str], before: ColumnMemory | None
    ) -> ColumnOutcome | None:
        """Say whether a list that was read before cannot be read any more."""
        if before is None or not before.entries:
            return None
        if not listed.entries:
            why = f" {listed.warnings[0]}" if listed.warnings else ""
            sentence = f"the list {column.url} had {before.entries} entries and now none can be read.{why}"
            return ColumnOutcome(column, "drift", sentence.rstrip("."))
        if before.dated >= 3 and not any(entry.listed_on for entry in listed.entries):
            return ColumnOutcome(column, "drift", f"the entries of {column.url} had dates and now have none")
        known = self.candidates.keys_of(column)
        if len(known) >= 3 and not keys & known and len(listed.entries) < max(3, before.entries):
            return ColumnOutcome(column, "drift", f"none of the entries that {column.url} had is there any more")
        return None

    def failed(self, column: Column, fetched: Fetched, before: ColumnMemory | None = None) -> ColumnOutcome:
        """Say what it means that a list page did not come."""
        if fetched.verdict == "blocked":
            return ColumnOutcome(column, "blocked", fetched.reason or "the host blocks")
        if fetched.verdict == "refused":
            return ColumnOutcome(column, "blocked", f"{column.url} was not asked: {fetched.reason}")
        if fetched.verdict in ("unreachable", "truncated", "too_large"):
            return ColumnOutcome(column, "unreachable", f"{column.url} could not be read: {fetched.reason}")
        gone = "is not there" if before is None else "was there before and is gone"
        return ColumnOutcome(column, "drift", f"the list {column.url} {gone}: {fetched.reason or fetched.verdict}")


def _is_oldest_first(first: ListReading, second: ListReading) -> bool:
    """Tell whether the entries of a list go from old to new, over its first two pages."""
    days = [entry.listed_on for entry in (*first.entries, *second.entries) if entry.listed_on is not None]
    return len(days) >= _FEWEST_DAYS and days == sorted(days) and days[0] != days[-1]


def _row_of(request: NextPage) -> Row:
    body = request.body.decode("utf-8") if request.body is not None else None
    return {
        "url": request.url,
        "method": request.method,
        "body": body,
        "headers": dict(request.headers),
        "links": list(request.links),
        "numbered": request.numbered,
    }


def _page(fetched: Fetched, asked: NextPage | None = None) -> Page:
    return Page(fetched.url, fetched.text, fetched.content_type, asked)
