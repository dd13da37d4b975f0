"""A visit: everything that one run asks of one portal, from robots.txt to the last attachment, and the state it is in.

robots.txt → columns (found from the home page where the registry names none) → lists, page after page while they name
what is not known → titles judged → documents that may be reports, known ones conditionally → their files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Literal

from crawlers.attachments import find_attachments
from crawlers.body_pages import find_body_pages
from crawlers.candidates import EVERY_YEAR, Candidates, Row, Years, iso, year_of
from crawlers.discovery import Discovery
from crawlers.fetching import Fetched, Fetcher, HostGivenUpError
from crawlers.lists import Ask, ColumnOutcome, ListReader, Mode
from crawlers.memory import LOOK_BACK_EVERY, Address, Candidate, Memory
from crawlers.portals import Column, Portal
from crawlers.urls import document_key, host_key
from crawlers.verdicts import kind_of

State = Literal["ok", "empty", "drift", "blocked", "unreachable"]

MOST_FILES = 10
"""Files of one article that are fetched at most."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state of a portal after a visit."""

    state: State
    reason: str | None
    candidates: int = 0
    """Documents that may be reports and were not known before."""
    left_alone: bool = False
    """Nothing was asked, for the host has blocked on several nights."""


@dataclass(slots=True)
class Visit:
    """One portal in one run. `write_candidate` and `write_column` append a row to the logs that later nights read;
    `years` are those whose reports a backfill looks for."""

    portal: Portal
    fetcher: Fetcher
    memory: Memory
    run_id: str
    now: Callable[[], datetime]
    write_candidate: Callable[[Row], None]
    write_column: Callable[[Row], None]
    mode: Mode = "nightly"
    years: Years = EVERY_YEAR
    _ask: Ask = field(init=False)
    _candidates: Candidates = field(init=False)
    _lists: ListReader = field(init=False)
    _outcomes: list[ColumnOutcome] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set)
    """Document keys."""
    _unread: Counter[str] = field(default_factory=Counter)
    """Documents and files that did not come, by verdict."""

    def __post_init__(self) -> None:
        self._ask = partial(self.fetcher.fetch, self.portal)
        self._candidates = Candidates(self.portal, self.memory, self.run_id, self.now, self.write_candidate, self.years)
        self._lists = ListReader(
            self.portal,
            self._ask,
            self.memory,
            self._candidates,
            self.run_id,
            self.now,
            self.write_column,
            self.mode,
        )

    async def run(self) -> Outcome:
        """Make the visit. Never raises for what the portal does."""
        rest = self.memory.past.rest_of(self.portal.base_url, self.now()) if self.mode == "nightly" else None
        if rest is not None:
            return Outcome("blocked", rest, left_alone=True)
        try:
            robots = await self.fetcher.robots(self.portal, self.portal.base_url)
            if robots.unreachable is not None:
                return Outcome("unreachable", _sentence(robots.unreachable))
            columns = await self._columns()
            for column in columns:
                self._outcomes.append(await self._lists.read(column))
            if self._outcomes and all(outcome.state in ("drift", "unreachable") for outcome in self._outcomes):
                await self._read_old_columns()
            if self.mode != "probe":
                await self._fetch_documents()
        except HostGivenUpError as end:
            state: State = "blocked" if end.verdict == "blocked" else "unreachable"
            return Outcome(state, _sentence(str(end)), len(self._candidates.to_fetch))
        return self._outcome(columns)

    # -- columns ------------------------------------------------------------------------------------------------

    async def _columns(self) -> list[Column]:
        """Return the columns to read: the registry's, else those found before, else those found now."""
        discovery = Discovery(self.portal, self._ask)
        if self.portal.columns:
            if self.mode == "backfill":
                await discovery.look_home()
                await self._search(discovery)
            return list(self.portal.columns)
        known = self.memory.columns_found(self.portal.id)
        columns = [Column(url=url, name=column.name) for url, column in known.items()]
        latest = max((column.found_at for column in known.values() if column.found_at), default=None)
        if latest is not None and self.mode == "nightly" and self.now() - latest < LOOK_BACK_EVERY:
            return columns
        home_page = Column(url=self.portal.base_url + "/", name="home page")
        vain = self.memory.looked_in_vain(self.portal.id, self.now()) if self.mode == "nightly" else None
        if vain is not None and not columns:
            sentence = f"no column was found on {vain:%Y-%m-%d}; it is looked for again a week later"
            self._outcomes.append(ColumnOutcome(home_page, "empty", sentence))
            return []
        self._lists.found_at = self.now()
        home = await discovery.look()
        self._lists.fetched = discovery.pages
        if home.verdict != "ok":
            failed = self._lists.failed(home_page, home)
            # A home page that is not there is no list that changed.
            self._outcomes.append(replace(failed, state="unreachable") if failed.state == "drift" else failed)
            return columns
        await self._search(discovery)
        if not discovery.found and not columns:
            sentence = "no page that the home page leads to is named after 法治政府建设 or lists an annual report"
            if discovery.elsewhere:
                sentence = f"{discovery.elsewhere[0]} is on a host that the entry does not name in allow_hosts"
            if discovery.dead_end:
                sentence = (
                    "the home page leads nowhere that can be read without a browser; name the columns in the entry"
                )
            self._outcomes.append(ColumnOutcome(home_page, "drift" if discovery.dead_end else "empty", sentence))
            if self.mode != "probe" and not discovery.elsewhere and not discovery.dead_end:
                looked = {"run_id": self.run_id, "portal_id": self.portal.id, "looked_at": iso(self.now())}
                self.write_column(looked)
        found = {document_key(column.url): column for column in columns}
        return list((discovery.found | found).values())

    async def _search(self, discovery: Discovery) -> None:
        """Ask the site's own search, which finds reports in whichever column they stand: the best one that is there and
        that robots.txt allows. A search that does not answer is no fault of the portal's lists."""
        robots = await self.fetcher.robots(self.portal, self.portal.base_url)
        for request in discovery.searches if self.mode != "probe" else ():
            if robots.allows(request.url) and (await self._lists.search(request)).state != "drift":
                return

    async def _read_old_columns(self) -> None:
        for column in self.portal.old_columns:
            outcome = await self._lists.read(column)
            if outcome.state in ("read", "unchanged", "blocked"):
                self._outcomes.append(outcome)

    # -- documents ----------------------------------------------------------------------------------------------

    async def _fetch_documents(self) -> None:
        """Fetch what is new, then what is due again; what failed before comes last, lest it keep the rest waiting."""
        due = sorted(self.memory.due(self.portal.id, self.now()), key=lambda address: address.failed)
        if self.mode == "backfill":
            every = self._candidates.every()
            wanted = {one.fetch_url for one in every if self._candidates.is_wanted(one)}
            due = [address for address in due if not address.known and address.url in wanted]
        again = {document_key(address.url): address for address in due}
        fresh = {key: address for key, address in self._candidates.to_fetch.items() if key not in again}
        for key, address in {**fresh, **again}.items():
            if key not in self._asked and not self.portal.is_closed(address.url):
                self._asked.add(key)
                await self._fetch_document(address)

    async def _fetch_document(self, address: Address) -> None:
        fetched = await self._ask(
            address.url, "article", via=address.list_url, conditional=address.conditional, announced=address.title
        )
        if fetched.verdict == "ok":
            content = fetched.content
        elif fetched.verdict == "not_modified" and fetched.capture is not None:
            content = self.memory.past.content_of(fetched.capture)
        else:
            self._unread[fetched.verdict] += fetched.verdict not in ("missing", "soft_missing")
            return
        if kind_of(content) != "html":
            return
        page = Fetched("ok", None, fetched.url, content=content, content_type=fetched.content_type)
        for further in find_body_pages(page.text, fetched.url):
            told = await self._ask(
                self.portal.at_home(further), "further_page", via=fetched.url, conditional=address.conditional
            )
            self._unread[told.verdict] += told.verdict not in ("ok", "not_modified", "missing", "soft_missing")
        files = find_attachments(page.text, fetched.url, wanted=address.decision)
        for file in files[:MOST_FILES]:
            await self._fetch_file(self.portal.at_home(file.url), fetched.url, address.conditional)

    async def _fetch_file(self, url: str, via: str, conditional: bool) -> None:
        key = document_key(url)
        if key in self._asked or self.portal.is_closed(url):
            return
        self._asked.add(key)
        # A host of attachments may be left alone without giving up the portal's own.
        try:
            fetched = await self._ask(url, "attachment", via=via, conditional=conditional, headers={"Referer": via})
        except HostGivenUpError as end:
            if host_key(url) == host_key(self.portal.base_url):
                raise
            self._unread[end.verdict] += 1
        else:
            self._unread[fetched.verdict] += fetched.verdict not in ("ok", "not_modified", "missing", "soft_missing")

    # -- outcome ------------------------------------------------------------------------------------------------

    def _outcome(self, columns: list[Column]) -> Outcome:
        """The worst state of the columns is the portal's, so that a person sees it."""
        count = len(self._candidates.to_fetch)
        for state in ("blocked", "drift", "unreachable"):
            if bad := [outcome for outcome in self._outcomes if outcome.state == state]:
                rest = len(self._outcomes) - len(bad)
                more = f" ({rest} of {len(self._outcomes)} columns were read)" if rest else ""
                return Outcome(_as_state(state), _sentence(f"{bad[0].sentence}{more}"), count)
        every = self._candidates.every()
        if any(one.may_be_report for one in every):
            return Outcome("ok", self._remarks(every), count)
        empty = [outcome.sentence for outcome in self._outcomes if outcome.state == "empty"]
        if empty:
            return Outcome("empty", _sentence(empty[0]), count)
        what = "1 column was" if len(columns) == 1 else f"{len(columns)} columns were"
        sentence = f"{what} read and none of the {len(every)} titles is that of an annual report"
        return Outcome("empty", _sentence(sentence), count)

    def _remarks(self, every: list[Candidate]) -> str | None:
        """What a person may want to know of a portal that is well."""
        remarks = [outcome.sentence for outcome in self._outcomes if outcome.sentence and outcome.state == "read"]
        if unread := +self._unread:
            told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(unread.items()))
            remarks.append(f"{unread.total()} documents or files did not come ({told}) and will be asked for again")
        if self.mode == "backfill" and self.years.first and self.years.last:
            named = {year_of(one) for one in every if one.may_be_report}
            years = [str(year) for year in range(self.years.first, self.years.last + 1) if year not in named]
            if years:
                remarks.append(f"no list names a report for {', '.join(years)}")
        return " ".join(_sentence(remark) for remark in remarks) or None


def _as_state(state: str) -> State:
    return "blocked" if state == "blocked" else "drift" if state == "drift" else "unreachable"


def _sentence(text: str) -> str:
    """The text with its full stop, and a capital where it begins with a word rather than with an address."""
    text = text.strip().rstrip(".")
    start = text.partition(" ")[0]
    return f"{text[:1].upper() if start.isalpha() else text[:1]}{text[1:]}." if text else text
