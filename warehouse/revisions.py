"""The history of a report: which of its texts counts at which time, and what changed between two of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Seen(NamedTuple):
    """An address at a time: it showed a text, or (text_digest None) answered that it is missing."""

    seen_at: datetime
    portal_id: str
    url: str
    capture_id: str
    run_id: str | None
    """Run of a missing answer; None for a sighting."""
    text_digest: str | None


@dataclass(slots=True)
class Appearance:
    """An address of a report."""

    portal_id: str
    url: str
    first_seen_at: datetime
    last_seen_at: datetime
    text_digest: str
    capture_id: str
    """The capture that first showed its present text."""
    gone_at: datetime | None = None
    misses: set[str] = field(default_factory=set)
    """Runs that missed it since it was last seen."""


class Version(NamedTuple):
    """A text that counted from a time on."""

    text_digest: str
    portal_id: str
    url: str
    capture_id: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """What became of a report."""

    appearances: tuple[Appearance, ...]
    versions: tuple[Version, ...]
    primary: Appearance
    removed: bool
    """Whether every appearance is gone."""


def history(events: Iterable[Seen]) -> History | None:
    """The history that a report's sightings tell; None if it was never seen.

    The text of the primary appearance counts: the one seen first among those still there (when all are gone, the last
    primary). A new version begins where the text that counts changes, whether the page was edited or the primary left.
    An appearance is gone with its second miss, in another run than the first and no sighting between; a sighting brings
    it back. The order in which events are given does not matter."""
    appearances: dict[str, Appearance] = {}
    versions: list[Version] = []
    primary: Appearance | None = None
    for event in sorted(events, key=lambda event: (event.seen_at, event.url, event.capture_id)):
        known = appearances.get(event.url)
        if event.text_digest is None:
            if known is None or known.gone_at is not None:
                continue
            known.misses.add(event.run_id or event.capture_id)
            if len(known.misses) > 1:
                known.gone_at = event.seen_at
        elif known is None:
            appearances[event.url] = Appearance(
                event.portal_id, event.url, event.seen_at, event.seen_at, event.text_digest, event.capture_id
            )
        else:
            if known.text_digest != event.text_digest:
                known.text_digest, known.capture_id = event.text_digest, event.capture_id
            known.last_seen_at, known.portal_id = event.seen_at, event.portal_id
            known.gone_at = None
            known.misses.clear()
        there = [appearance for appearance in appearances.values() if appearance.gone_at is None]
        primary = min(there, key=lambda appearance: (appearance.first_seen_at, appearance.url), default=primary)
        if primary is not None and (not versions or versions[-1].text_digest != primary.text_digest):
            versions.append(
                Version(primary.text_digest, primary.portal_id, primary.url, primary.capture_id, event.seen_at)
            )
    if primary is None:
        return None
    ordered = tuple(sorted(appearances.values(), key=lambda appearance: appearance.url))
    return History(ordered, tuple(versions), primary, all(appearance.gone_at for appearance in ordered))


class Change(NamedTuple):
    """Paragraphs that a text gained and lost against the one before: (number in its own text, from 1; words)."""

    added: tuple[tuple[int, str], ...]
    removed: tuple[tuple[int, str], ...]

    def as_json(self) -> dict[str, list[dict[str, int | str]]]:
        """`{"added": [{"para_no", "text"}], "removed": […]}`."""
        return {
            name: [{"para_no": number, "text": text} for number, text in paragraphs]
            for name, paragraphs in (("added", self.added), ("removed", self.removed))
        }


def change(before: str, after: str) -> Change:
    """What changed from one text to the next, paragraph by paragraph."""
    old, new = before.split("\n"), after.split("\n")
    added: list[tuple[int, str]] = []
    removed: list[tuple[int, str]] = []
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind != "equal":
            removed.extend(_numbered(old, old_start, old_end))
            added.extend(_numbered(new, new_start, new_end))
    return Change(tuple(added), tuple(removed))


def _numbered(paragraphs: Sequence[str], start: int, end: int) -> Iterable[tuple[int, str]]:
    return ((number + 1, paragraphs[number]) for number in range(start, end))
