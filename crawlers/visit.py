"""A visit: everything that one run asks of one portal, from robots.txt to the last attachment, and the state it is in.

robots.txt → columns (found from the home page where the registry names none) → lists, page after page while they name
what is not known → titles judged → documents that may be reports, known ones conditionally → their files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from crawlers.archive.captures import Role
from crawlers.attachments import find_attachments
from crawlers.families.columns import column_links, column_rank
from crawlers.families.known import GENERIC, family_of
from crawlers.families.reading import Entry, Family, ListReading, NextPage, Page
from crawlers.fetching import Fetched, Fetcher, HostGivenUpError
from crawlers.memory import LOOK_BACK_EVERY, Address, ColumnMemory, Memory
from crawlers.portals import Column, Portal
from crawlers.titles import judge_title
from crawlers.urls import canonical_url, document_key, host_key
from crawlers.verdicts import kind_of

State = Literal["ok", "empty", "drift", "blocked", "unreachable"]
Mode = Literal["nightly", "backfill", "probe"]
"""A probe finds and reads the columns, two pages of each, and asks for no document."""

MOST_PAGES = 200
"""Pages of one column that one visit reads at most."""
PAGES_OF_A_PROBE = 2
"""Pages of one column that a probe reads: enough to see that the pager works."""
MOST_COLUMNS_FOUND = 12
"""Columns that discovery watches at most, and pages it asks to find them."""
MOST_ENTRIES_OF_A_PAGE = 2_000
"""Entries of one list page that are taken; a page with more is no list of documents."""
MOST_FILES = 10
"""Files of one article that are fetched at most."""

Row = dict[str, Any]


@dataclass(slots=True)
class _ColumnOutcome:
    """How the reading of one column went."""

    column: Column
    state: Literal["read", "unchanged", "empty", "drift", "blocked", "unreachable"]
    sentence: str = ""


@dataclass(slots=True)
class Outcome:
    """The state of a portal after a visit."""

    state: State
    reason: str | None
    candidates: int = 0


@dataclass(slots=True)
class Visit:
    """One portal in one run. `write_candidate` and `write_column` append a row to the logs that later nights read."""

    portal: Portal
    fetcher: Fetcher
    memory: Memory
    run_id: str
    now: Callable[[], datetime]
    write_candidate: Callable[[Row], None]
    write_column: Callable[[Row], None]
    mode: Mode = "nightly"
    _outcomes: list[_ColumnOutcome] = field(default_factory=list)
    _listed: dict[str, Address] = field(default_factory=dict)
    """Documents to fetch by document key."""
    _seen: dict[str, Row] = field(default_factory=dict)
    """Candidate rows of this visit by canonical address."""
    _asked: set[str] = field(default_factory=set)
    _pages: dict[str, Fetched] = field(default_factory=dict)
    """First pages of columns that finding them has fetched already."""
    _found_at: datetime | None = None
    """When this visit looked for columns."""

    async def run(self) -> Outcome:
        """Make the visit. Never raises for what the portal does."""
        try:
            robots = await self.fetcher.robots(self.portal, self.portal.base_url)
            if robots.unreachable is not None:
                return Outcome("unreachable", f"{_sentence(robots.unreachable)}")
            columns = await self._columns()
            for column in columns:
                await self._read_column(column)
            if self._outcomes and all(outcome.state in ("drift", "unreachable") for outcome in self._outcomes):
                for column in self.portal.old_columns:
                    await self._read_column(column, old=True)
            if self.mode != "probe":
                await self._fetch_documents()
        except HostGivenUpError as end:
            state: State = "blocked" if end.verdict == "blocked" else "unreachable"
            return Outcome(state, _sentence(str(end)), self._candidates())
        return self._outcome(columns)

    # -- columns ------------------------------------------------------------------------------------------------

    async def _columns(self) -> list[Column]:
        """Return the columns to read: the registry's, else those found before, else those found now."""
        if self.portal.columns:
            return list(self.portal.columns)
        known = self.memory.columns_found(self.portal.id)
        columns = [Column(url=url, name=column.name) for url, column in known.items()]
        latest = max((column.found_at for column in known.values() if column.found_at), default=None)
        if latest is not None and self.mode == "nightly" and self.now() - latest < LOOK_BACK_EVERY:
            return columns
        self._found_at = self.now()
        found = {document_key(column.url): column for column in columns}
        for column in await self._discover():
            found.setdefault(document_key(column.url), column)
        return list(found.values())

    async def _discover(self) -> list[Column]:
        """Find the columns from the home page: links named after the subject, else indexes that may lead to them."""
        home = await self._fetch(self.portal.base_url + "/", "home")
        if home.verdict != "ok":
            self._outcomes.append(self._failed(Column(url=self.portal.base_url + "/", name="home page"), home))
            return []
        found: dict[str, Column] = {}
        asked = {document_key(home.url)}
        indexes = self._add_columns(home, found)
        while indexes and not found and len(asked) < MOST_COLUMNS_FOUND:
            index = indexes.pop(0)
            if document_key(index.url) in asked:
                continue
            asked.add(document_key(index.url))
            fetched = await self._fetch(index.url, "list", via=home.url)
            if fetched.verdict == "ok":
                self._add_columns(fetched, found)
        for column in list(found.values()):
            await self._discover_below(column, found)
        if not found:
            self._outcomes.append(
                _ColumnOutcome(
                    Column(url=self.portal.base_url),
                    "empty",
                    "no link of the home page is named after 法治政府建设; name the columns in the registry",
                )
            )
        return list(found.values())

    def _add_columns(self, fetched: Fetched, found: dict[str, Column]) -> list[Column]:
        """Add the columns that a page links to; returns the indexes that may lead to more."""
        indexes = []
        for link in column_links(_page(fetched)):
            url = self.portal.at_home(link.url)
            rank = column_rank(link.name, url) if self.portal.may_ask(url) else 0
            if rank >= 3 and len(found) < MOST_COLUMNS_FOUND:
                found.setdefault(document_key(url), Column(url=url, name=link.name))
            elif rank in (1, 2):
                indexes.append(Column(url=url, name=link.name))
        return indexes

    async def _discover_below(self, column: Column, found: dict[str, Column]) -> None:
        """Add the columns that a column leads to, and keep its page for the reading. A column that moved is watched
        where it is now."""
        fetched = await self._fetch(column.url, "list", via=self.portal.base_url + "/")
        if fetched.verdict != "ok":
            return
        del found[document_key(column.url)]
        moved = column.model_copy(update={"url": fetched.url})
        found.setdefault(document_key(moved.url), moved)
        self._pages[moved.url] = fetched
        for link in column_links(_page(fetched)):
            url = self.portal.at_home(link.url)
            below = url.startswith(moved.url.rsplit("/", 1)[0] + "/")
            wanted = below or column_rank(link.name, url) >= 3
            if wanted and self.portal.may_ask(url) and len(found) < MOST_COLUMNS_FOUND:
                found.setdefault(document_key(url), Column(url=url, name=f"{column.name}/{link.name}"))

    async def _read_column(self, column: Column, *, old: bool = False) -> None:
        outcome = await self._read_pages(column, self.memory.column(self.portal.id, column.url))
        if not (old and outcome.state in ("empty", "drift", "unreachable")):
            self._outcomes.append(outcome)

    async def _read_pages(self, column: Column, before: ColumnMemory | None) -> _ColumnOutcome:
        started = self.now()
        deep = (
            self.mode == "backfill"
            or before is None
            or not before.complete
            or before.deep_at is None
            or started - before.deep_at >= LOOK_BACK_EVERY
        )
        asked, via = NextPage(column.url), None
        family: Family | None = None
        first: ListReading | None = None
        met: set[str] = set()
        complete = shell = False
        trouble: _ColumnOutcome | None = None
        for number in range(1, (PAGES_OF_A_PROBE if self.mode == "probe" else MOST_PAGES) + 1):
            fetched = self._pages.pop(asked.url, None) or await self._fetch(
                asked.url,
                "list",
                via=via,
                conditional=not deep and not (number == 1 and before is not None and before.shell),
                method=asked.method,
                body=asked.body,
                headers=asked.headers,
            )
            if fetched.verdict == "not_modified" and before is not None:
                return _ColumnOutcome(column, "unchanged")
            if fetched.verdict != "ok":
                trouble = self._failed(column, fetched, before if number == 1 else None)
                break
            page = _page(fetched, asked if number > 1 else None)
            family = family or self._family_of(page)
            reading = _read(family, page)
            fresh, keys = self._take(column, reading.entries[:MOST_ENTRIES_OF_A_PAGE])
            if number == 1 and not reading.entries and reading.next_page is not None and not reading.warnings:
                shell = self.portal.may_ask(self.portal.at_home(reading.next_page.url))
            if first is None and not (shell and number == 1):
                first = reading
                if (drift := self._drift(column, reading, keys, before)) is not None:
                    return drift
            repeated = bool(keys) and keys <= met
            met |= keys
            if reading.next_page is None or repeated or (not reading.entries and first is not None):
                complete = True
                break
            if not deep and not fresh and first is not None:
                break
            asked, via = reading.next_page, fetched.url
            if not self.portal.may_ask(self.portal.at_home(asked.url)):
                complete = True
                break
        else:
            complete = True
        if first is None or family is None:
            assert trouble is not None
            return trouble
        found_at = self._found_at or (before.found_at if before else None)
        self.write_column(
            {
                "run_id": self.run_id,
                "portal_id": self.portal.id,
                "url": column.url,
                "name": column.name,
                "found_at": _iso(found_at) if found_at else None,
                "family": family.name,
                "shell": shell,
                "complete": (complete or not deep) and trouble is None,
                "entries": len(first.entries),
                "dated": sum(entry.listed_on is not None for entry in first.entries),
                "read_at": _iso(started),
                "deep_at": _iso(started)
                if deep and complete
                else _iso(before.deep_at)
                if before and before.deep_at
                else None,
            }
        )
        if trouble is not None:
            return trouble
        if first.warnings and not first.entries and not first.columns:
            return _ColumnOutcome(column, "drift", f"the list {column.url} cannot be read: {first.warnings[0]}")
        if not first.entries:
            return _ColumnOutcome(column, "empty", f"the list {column.url} has no entries")
        return _ColumnOutcome(column, "read")

    def _family_of(self, page: Page) -> Family:
        return family_of(page, self.portal.family)

    def _take(self, column: Column, entries: tuple[Entry, ...]) -> tuple[int, set[str]]:
        """Judge the entries of a page, write what is new about them, and queue what may be a report. Returns how many
        were not known before, and the keys of all."""
        fresh, keys = 0, set()
        known = self.memory.candidates(self.portal.id)
        for entry in entries:
            address = self.portal.at_home(entry.url)
            url = canonical_url(address, base_url=self.portal.base_url)
            key = document_key(url)
            keys.add(key)
            before = known.get(url) or self._seen.get(url)
            fresh += before is None
            verdict = judge_title(entry.title, column=column.name)
            decision, reason = str(verdict.decision), verdict.reason
            if decision != "not_report" and not self.portal.may_ask(address):
                decision, reason = "not_report", "foreign_host"
            row: Row = {
                "run_id": self.run_id,
                "portal_id": self.portal.id,
                "url": url,
                "fetch_url": address,
                "title": entry.title,
                "listed_on": entry.listed_on,
                "list_url": column.url,
                "decision": decision,
                "reason": reason,
                "seen_at": _iso(self.now()),
            }
            changed = before is None or any(
                before.get(name) != row[name] for name in ("title", "decision", "listed_on")
            )
            if changed and url not in self._seen:
                self.write_candidate(row)
            self._seen.setdefault(url, row)
            if decision != "not_report" and (url not in known or known[url]["decision"] == "not_report"):
                self._listed.setdefault(key, Address(address, entry.title, column.url, decision, False, False))
        return fresh, keys

    def _drift(
        self, column: Column, reading: ListReading, keys: set[str], before: ColumnMemory | None
    ) -> _ColumnOutcome | None:
        """Say whether a list that was read before cannot be read any more."""
        if before is None or not before.entries:
            return None
        if not reading.entries:
            why = f" {reading.warnings[0]}" if reading.warnings else ""
            return _ColumnOutcome(
                column,
                "drift",
                f"the list {column.url} had {before.entries} entries and now none can be read.{why}".rstrip("."),
            )
        if before.dated >= 3 and not any(entry.listed_on for entry in reading.entries):
            return _ColumnOutcome(column, "drift", f"the entries of {column.url} had dates and now have none")
        known = {
            document_key(row["url"])
            for row in self.memory.candidates(self.portal.id).values()
            if row["list_url"] == column.url
        }
        if len(known) >= 3 and not keys & known and len(reading.entries) < max(3, before.entries):
            return _ColumnOutcome(column, "drift", f"none of the entries that {column.url} had is there any more")
        return None

    def _failed(self, column: Column, fetched: Fetched, before: ColumnMemory | None = None) -> _ColumnOutcome:
        if fetched.verdict == "blocked":
            return _ColumnOutcome(column, "blocked", fetched.reason or "the host blocks")
        if fetched.verdict == "refused":
            return _ColumnOutcome(column, "blocked", f"{column.url} was not asked: {fetched.reason}")
        if fetched.verdict in ("unreachable", "truncated", "too_large"):
            return _ColumnOutcome(column, "unreachable", f"{column.url} could not be read: {fetched.reason}")
        gone = "is not there" if before is None else "was there before and is gone"
        return _ColumnOutcome(column, "drift", f"the list {column.url} {gone}: {fetched.reason or fetched.verdict}")

    # -- documents ----------------------------------------------------------------------------------------------

    async def _fetch_documents(self) -> None:
        due = {document_key(address.url): address for address in self.memory.due(self.portal.id, self.now())}
        for key, address in {**self._listed, **due}.items():
            if key in self._asked:
                continue
            self._asked.add(key)
            await self._fetch_document(address)

    async def _fetch_document(self, address: Address) -> None:
        fetched = await self._fetch(
            address.url, "article", via=address.list_url, conditional=address.conditional, announced=address.title
        )
        if fetched.verdict == "ok" and kind_of(fetched.content) == "html":
            files = find_attachments(fetched.text, fetched.url, wanted=address.decision)
            for file in files[:MOST_FILES]:
                await self._fetch_file(self.portal.at_home(file.url), fetched.url, address.conditional)
        elif fetched.verdict == "not_modified":
            for capture in self.memory.files_of(fetched.url):
                await self._fetch_file(capture.url, fetched.url, True)

    async def _fetch_file(self, url: str, via: str, conditional: bool) -> None:
        key = document_key(url)
        if key in self._asked:
            return
        self._asked.add(key)
        # A host of attachments may be left alone without giving up the portal's own.
        try:
            await self._fetch(url, "attachment", via=via, conditional=conditional, headers={"Referer": via})
        except HostGivenUpError:
            if host_key(url) == host_key(self.portal.base_url):
                raise

    async def _fetch(
        self,
        url: str,
        role: Role,
        *,
        via: str | None = None,
        conditional: bool = False,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        announced: str | None = None,
    ) -> Fetched:
        return await self.fetcher.fetch(
            self.portal,
            url,
            role,
            via=via,
            conditional=conditional,
            method=method,
            body=body,
            headers=headers,
            announced=announced,
        )

    # -- outcome ------------------------------------------------------------------------------------------------

    def _candidates(self) -> int:
        """How many documents that may be reports this visit saw for the first time."""
        return len(self._listed)

    def _outcome(self, columns: list[Column]) -> Outcome:
        """The worst state of the columns is the portal's, so that a person sees it."""
        count = self._candidates()
        for state in ("blocked", "drift", "unreachable"):
            if bad := [outcome for outcome in self._outcomes if outcome.state == state]:
                rest = len(self._outcomes) - len(bad)
                more = f" ({rest} of {len(self._outcomes)} columns were read)" if rest else ""
                return Outcome(_as_state(state), _sentence(f"{bad[0].sentence}{more}"), count)
        rows = [*self._seen.values(), *self.memory.candidates(self.portal.id).values()]
        if any(row["decision"] != "not_report" for row in rows):
            return Outcome("ok", None, count)
        empty = [outcome.sentence for outcome in self._outcomes if outcome.state == "empty"]
        if empty:
            return Outcome("empty", _sentence(empty[0]), count)
        entries = len(self._seen) or len(self.memory.candidates(self.portal.id))
        return Outcome(
            "empty",
            f"{len(columns)} columns were read and none of their {entries} titles is that of an annual report.",
            count,
        )


def _as_state(state: str) -> State:
    return "blocked" if state == "blocked" else "drift" if state == "drift" else "unreachable"


def _sentence(text: str) -> str:
    text = text.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if text else text


def _page(fetched: Fetched, asked: NextPage | None = None) -> Page:
    return Page(fetched.url, fetched.text, fetched.content_type, asked)


def _read(family: Family, page: Page) -> ListReading:
    """Read a list by its family, and by the generic reader where the family finds nothing."""
    reading = family.read(page)
    if reading.entries or family is GENERIC:
        return reading
    generic = GENERIC.read(page)
    return generic if generic.entries else reading


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="microseconds").replace("+00:00", "Z")
