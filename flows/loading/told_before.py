"""What the release tells already: a page that is read as on a night before gives the same facts, and is not read again.

Most nights most pages answer 304. Their reading (see `reading_of`) is one that the release knows, with the report or
the problem that came of it; only that they were seen again is new.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from warehouse.place import Place

if TYPE_CHECKING:
    import duckdb

PASSING = ("archive", "fault")
"""Kinds of problems that may be gone when the same bytes are read by the same extractor once more."""


class ToldReport(NamedTuple):
    """The report that came of a reading."""

    report_id: str
    text_digest: str
    source: str
    """Address of the capture that holds the text: the page's own, or that of one of its files."""


class ToldProblem(NamedTuple):
    """The problem that came of a reading."""

    kind: str
    sentence: str


Told = ToldReport | ToldProblem | None
"""What came of a reading; None: it is no annual report."""


def told_before(place: Place, readings: Iterable[str]) -> dict[str, Told]:
    """Of so many readings those that the current release knows, each with what came of it."""
    wanted = sorted(set(readings))
    if not wanted or not place.has_release():
        return {}
    with contextlib.closing(place.open()) as release:
        if not _knows_visits(release):
            return {}
        rows = release.execute(
            """SELECT v.reading, s.report_id, s.text_digest, c.url, p.kind, p.sentence
               FROM (FROM visits SEMI JOIN (SELECT unnest(?::VARCHAR[]) AS reading) USING (reading)
                     QUALIFY row_number() OVER (PARTITION BY reading ORDER BY seen_at DESC, capture_id) = 1) v
               LEFT JOIN sightings s ON s.portal_id = v.portal_id AND s.url = v.url AND s.seen_at = v.seen_at
               LEFT JOIN captures c ON c.capture_id = s.capture_id
               LEFT JOIN problems p ON p.capture_id = v.capture_id""",
            [wanted],
        ).fetchall()
    return {
        reading: ToldReport(report_id, digest, url) if report_id else ToldProblem(kind, sentence) if kind else None
        for reading, report_id, digest, url, kind, sentence in rows
        if kind not in PASSING and (report_id is None or url is not None)
    }


def readings_told(release: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """By capture_id of the page, the reading of each visit, save those whose problem may pass."""
    if not _knows_visits(release):
        return {}
    rows = release.execute(
        """SELECT capture_id, reading FROM visits v
           WHERE NOT EXISTS (FROM problems p WHERE p.capture_id = v.capture_id AND list_contains(?, p.kind))""",
        [list(PASSING)],
    ).fetchall()
    return dict(rows)


def _knows_visits(release: duckdb.DuckDBPyConnection) -> bool:
    """A release of an earlier program has no such table: all is to be read."""
    return release.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'visits'").fetchone() is not None
