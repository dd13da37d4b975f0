"""Discovery: the columns of a portal of which only the home page is known, and the request to its own search."""

from __future__ import annotations

from dataclasses import dataclass, field

from crawlers.families.columns import column_links, column_rank
from crawlers.families.known import recognise
from crawlers.families.reading import NextPage, Page
from crawlers.fetching import Fetched
from crawlers.lists import Ask
from crawlers.portals import Column, Portal
from crawlers.urls import document_key

MOST_COLUMNS = 12
"""Columns that are watched at most, and pages that are asked to find them."""
WORDS = "法治政府建设"
"""What the site's own search is asked for."""


@dataclass(slots=True)
class Discovery:
    """Finds the columns of one portal."""

    portal: Portal
    ask: Ask
    found: dict[str, Column] = field(default_factory=dict)
    """By document key."""
    pages: dict[str, Fetched] = field(default_factory=dict)
    """The pages of columns that were fetched in finding them, by address."""
    search: NextPage | None = None
    """What to ask of the site's own search, where its family has one."""

    async def look(self) -> Fetched:
        """Look for the columns from the home page: links named after the subject, else indexes that may lead to them.
        Returns the home page as it was fetched; if it is not ok, nothing is found."""
        home = await self.look_home()
        if home.verdict != "ok":
            return home
        asked = {document_key(home.url)}
        indexes = self._add_columns(home)
        while indexes and not self.found and len(asked) < MOST_COLUMNS:
            index = indexes.pop(0)
            if document_key(index.url) in asked:
                continue
            asked.add(document_key(index.url))
            fetched = await self.ask(index.url, "list", via=home.url)
            if fetched.verdict == "ok":
                self._add_columns(fetched)
        for column in list(self.found.values()):
            await self._look_below(column)
        return home

    async def look_home(self) -> Fetched:
        """Ask for the home page and see whether it leads to a search."""
        home = await self.ask(self.portal.base_url + "/", "home")
        if home.verdict == "ok":
            page = _page(home)
            self.search = recognise(page).family.search(page, WORDS)
        return home

    def _add_columns(self, fetched: Fetched) -> list[Column]:
        """Add the columns that a page links to; returns the indexes that may lead to more."""
        indexes = []
        for link in column_links(_page(fetched)):
            url = self.portal.at_home(link.url)
            rank = column_rank(link.name, url) if self.portal.may_ask(url) else 0
            if rank >= 3 and len(self.found) < MOST_COLUMNS:
                self.found.setdefault(document_key(url), Column(url=url, name=link.name))
            elif rank in (1, 2):
                indexes.append(Column(url=url, name=link.name))
        return indexes

    async def _look_below(self, column: Column) -> None:
        """Add the columns that a column leads to, and keep its page for the reading. A column that moved is watched
        where it is now."""
        fetched = await self.ask(column.url, "list", via=self.portal.base_url + "/")
        if fetched.verdict != "ok":
            return
        del self.found[document_key(column.url)]
        moved = column.model_copy(update={"url": fetched.url})
        self.found.setdefault(document_key(moved.url), moved)
        self.pages[moved.url] = fetched
        for link in column_links(_page(fetched)):
            url = self.portal.at_home(link.url)
            below = url.startswith(moved.url.rsplit("/", 1)[0] + "/")
            wanted = below or column_rank(link.name, url) >= 3
            if wanted and self.portal.may_ask(url) and len(self.found) < MOST_COLUMNS:
                self.found.setdefault(document_key(url), Column(url=url, name=f"{column.name}/{link.name}"))


def _page(fetched: Fetched) -> Page:
    return Page(fetched.url, fetched.text, fetched.content_type)
