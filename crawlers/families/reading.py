"""What a family reads from a list page: the seam between families (which read) and spiders (which fetch).

A family is a pure reader. It gets the decoded text of a page and says which entries the page lists and what has to be
asked for the next page. It fetches nothing, judges no title and keeps no state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class NextPage:
    """A request that leads on: the next page of a list, the data behind a shell, a page of search results."""

    url: str
    """Absolute."""
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    links: tuple[str, ...] = ()
    """How the asking page writes the addresses of the records it is answered with: `/detail.html?id={id}`."""
    numbered: str = ""
    """The address with `{page}` where its path counts pages; empty where the query or the body does, or nothing."""
    rows: int = field(default=0, compare=False)
    """Entries of the list's first page; 0 of that page itself."""
    given: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Of a script that is asked for: the values that its page gives to names."""


@dataclass(frozen=True, slots=True)
class Page:
    """A fetched page, decoded."""

    url: str
    """Absolute, after redirects: relative links are joined to it."""
    text: str
    """The body as text; HTML, XML or JSON."""
    content_type: str | None = None
    """The Content-Type header as sent."""
    asked: NextPage | None = None
    """The `next_page` of an earlier reading that led here; None for a column's own address."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list."""

    url: str
    """Absolute, as linked (not yet canonical)."""
    title: str
    """As the list shows it, the `title` attribute where the text is cut short; blanks collapsed."""
    listed_on: str | None = None
    """The date beside the entry, `YYYY-MM-DD`; None if none is shown."""


@dataclass(frozen=True, slots=True)
class ColumnLink:
    """A link to a list (栏目) that may hold the reports."""

    url: str
    name: str


@dataclass(frozen=True, slots=True)
class ListReading:
    """What one page of a list says."""

    entries: tuple[Entry, ...] = ()
    """In the order of the page, each address once."""
    next_page: NextPage | None = None
    """What to ask for the page after this one; None when this is the last."""
    total: int | None = None
    """Entries in the whole list, where the page says so."""
    columns: tuple[ColumnLink, ...] = ()
    """Links to further lists, where the page is an index of columns."""
    warnings: tuple[str, ...] = ()
    """One sentence each for what was there and could not be read: a list container without entries, fields gone."""


@runtime_checkable
class Family(Protocol):
    """A platform that lists in its own way."""

    @property
    def name(self) -> str:
        """The word that the registry uses, lower case."""
        ...

    def recognise(self, page: Page) -> str | None:
        """The evidence that a page comes from this platform, in a few words; None if it does not."""
        ...

    def read(self, page: Page) -> ListReading:
        """Read a list page. Never raises for what stands in the page: what cannot be read is a warning."""
        ...
