"""Choosing: of the lists that were read in search of a portal's columns, those that are watched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from crawlers.families.reading import NextPage
from crawlers.portals import Column

MOST_LESSER_COLUMNS = 6
"""Lists of notices and the like that are watched at most, where no list with a report is found."""
FEWEST_ENTRIES = 3
"""Entries with dates by which a list is known for one, whatever it is called."""
_NOTICES = re.compile(r"通知|公告|公示|动态|文件|报告|总结|[规计]划|年报|法治|法规|政策|其他")


@dataclass(slots=True)
class ReadList:
    """A page that was opened and read as a list."""

    column: Column
    rank: int
    """Of its name."""
    legible: bool = False
    listless: bool = False
    """It shows nothing that looks like a list."""
    entries: set[str] = field(default_factory=set)
    dated: int = 0
    reports: set[str] = field(default_factory=set)
    """Entries that are reports by their titles."""
    rest: NextPage | None = None
    """The page after those that were read."""
    likely: set[str] = field(default_factory=set)
    """Those, and the ones that only their text can decide."""

    @property
    def depth(self) -> int:
        """How deep its page lies in the site."""
        return urlsplit(self.column.url).path.count("/")


def chosen(lists: Sequence[ReadList]) -> list[ReadList]:
    """Of the lists that were read, those to watch: named after the subject, or showing a report that no such list
    shows; lists of notices where there is neither, for that is where reports come out unannounced."""
    named = [one for one in lists if one.rank >= 3 and (one.entries or not (one.legible or one.listless))]
    named = named or [one for one in lists if one.rank >= 3 and not one.legible]
    watched = _without_repeats(sorted(named, key=lambda one: (one.rank, len(one.likely), one.depth)))
    covered = {key for one in watched for key in one.likely}
    if covered:  # beside a list with reports, one of news or of plans is not worth a request a night
        watched = [one for one in watched if one.likely or one.rank == 4 or len(one.entries) < FEWEST_ENTRIES]
    for one in sorted(lists, key=lambda one: (-one.depth, -len(one.likely))):
        if one.rank < 3 and not one.likely <= covered:
            watched.append(one)
            covered |= one.likely
    if not covered:
        notices = [
            one for one in lists if one.rank < 3 and one.dated >= FEWEST_ENTRIES and _NOTICES.search(one.column.name)
        ]
        watched += sorted(notices, key=lambda one: (-one.rank, -len(one.entries)))[:MOST_LESSER_COLUMNS]
    return watched


def _without_repeats(lists: list[ReadList]) -> list[ReadList]:
    """The lists, the last given first, without those whose entries all stand in the others: the index above several."""
    kept = list(lists)
    for one in lists:
        others = {key for other in kept if other is not one for key in other.entries}
        if one.entries and one.entries <= others:
            kept.remove(one)
    return kept[::-1]
