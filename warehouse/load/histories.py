"""Histories of reports: which text was seen where and when becomes versions, appearances and a state."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import duckdb

from warehouse.quoting import quoted_text
from warehouse.revisions import History, Seen, change, history

_STATES = """
    CREATE OR REPLACE TEMP TABLE states (
        report_id VARCHAR, text_digest VARCHAR, version INTEGER, versions INTEGER, status VARCHAR, portal_id VARCHAR,
        url VARCHAR, capture_id VARCHAR, first_seen_at TIMESTAMPTZ, last_seen_at TIMESTAMPTZ)"""
_NAME_STATES = """
    INSERT INTO report_states BY NAME
    SELECT s.*, coalesce(t.title, t.inferred_title, t.list_title) AS title, t.issuer, t.region_code, t.region, t.level,
           t.report_year, t.published_on
    FROM states s JOIN texts t USING (report_id, text_digest) ORDER BY report_id"""


def write_histories(connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
    """Delete and insert versions, appearances and states of the touched reports."""
    versions: list[dict[str, Any]] = []
    appearances: list[dict[str, Any]] = []
    states: list[dict[str, Any]] = []
    histories = list(_histories(connection))
    changes = _changes(connection, histories, scratch)
    for report_id, told in histories:
        versions.extend(_version_rows(report_id, told, changes))
        appearances.extend(_appearance_rows(report_id, told))
        states.append(_state_row(report_id, told))
    for stored, rows in (("text_versions", versions), ("appearances", appearances)):
        connection.execute(f"DELETE FROM {stored} AS t USING touched AS b WHERE t.report_id = b.report_id")
        _insert_rows(connection, stored, rows, scratch / f"{stored}.jsonl")
    connection.execute("DELETE FROM report_states AS t USING touched AS b WHERE t.report_id = b.report_id")
    connection.execute(_STATES)
    _insert_rows(connection, "states", states, scratch / "states.jsonl")
    connection.execute(_NAME_STATES)


def _histories(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, History]]:
    """Report and history, for each touched report that was ever seen with a text the warehouse holds.

    Where an address never missed, only the first and the last sight of a run of equal texts matter."""
    rows = connection.execute(
        """WITH missed AS (
               SELECT DISTINCT s.report_id, m.seen_at, m.portal_id, m.url, m.capture_id,
                      coalesce(m.run_id, c.run_id, m.capture_id) AS run_id
               FROM (SELECT DISTINCT report_id, url FROM sightings SEMI JOIN touched USING (report_id)) s
               JOIN missing m ON m.url = s.url LEFT JOIN captures c ON c.capture_id = m.capture_id
           ),
           seen AS (
               SELECT s.report_id, s.seen_at, s.portal_id, s.url, s.capture_id, s.text_digest,
                      lag(text_digest) OVER byaddress AS before, lead(text_digest) OVER byaddress AS after
               FROM sightings s SEMI JOIN touched USING (report_id) SEMI JOIN texts USING (report_id, text_digest)
               WINDOW byaddress AS (PARTITION BY s.report_id, s.url ORDER BY s.seen_at, s.capture_id)
           )
           SELECT report_id, seen_at, portal_id, url, capture_id, NULL AS run_id, text_digest FROM seen
           WHERE before IS DISTINCT FROM text_digest OR after IS DISTINCT FROM text_digest
              OR url IN (SELECT url FROM missed)
           UNION ALL SELECT report_id, seen_at, portal_id, url, capture_id, run_id, NULL FROM missed
           ORDER BY report_id"""
    ).fetchall()
    for report_id, events in groupby(rows, key=lambda row: str(row[0])):
        told = history(Seen(*row[1:]) for row in events)
        if told is not None:
            yield report_id, told


_Step = tuple[str, str, str]
"""A report and the digests of two of its versions that follow each other."""


def _changes(
    connection: duckdb.DuckDBPyConnection, histories: Iterable[tuple[str, History]], scratch: Path
) -> dict[_Step, str]:
    """What changed at each step of the histories, as JSON: as it stands there already, else from the two texts."""
    steps = {
        (report_id, before.text_digest, after.text_digest)
        for report_id, told in histories
        for before, after in pairwise(told.versions)
    }
    if not steps:
        return {}
    known = connection.execute(
        """SELECT v.report_id, b.text_digest, v.text_digest, v.change
           FROM text_versions v SEMI JOIN touched USING (report_id)
           JOIN text_versions b ON b.report_id = v.report_id AND b.version = v.version - 1"""
    ).fetchall()
    changes = {(report_id, before, after): changed for report_id, before, after, changed in known}
    needed = sorted(steps - changes.keys())
    # All texts at once: each further query would read the texts of the whole warehouse anew.
    connection.execute("CREATE OR REPLACE TEMP TABLE compared (report_id VARCHAR, text_digest VARCHAR)")
    keys = sorted({(report_id, digest) for report_id, *digests in needed for digest in digests})
    rows = [{"report_id": report_id, "text_digest": digest} for report_id, digest in keys]
    _insert_rows(connection, "compared", rows, scratch / "compared.jsonl")
    # Found by the numbers of their rows, the words are read without reading all others; the new ones lie apart.
    texts = {
        (report_id, digest): text
        for new in ("SEMI", "ANTI")
        for report_id, digest, text in connection.execute(
            f"""SELECT report_id, text_digest, text FROM texts
                JOIN (SELECT t.rowid AS row FROM texts t SEMI JOIN compared USING (report_id, text_digest)
                      {new} JOIN incoming USING (report_id, text_digest)) ON row = texts.rowid"""
        ).fetchall()
    }
    for report_id, before, after in needed:
        changed = change(texts[report_id, before], texts[report_id, after])
        changes[report_id, before, after] = json.dumps(changed.as_json(), ensure_ascii=False)
    return changes


def _version_rows(report_id: str, told: History, changes: Mapping[_Step, str]) -> Iterator[dict[str, Any]]:
    before: str | None = None
    for number, version in enumerate(told.versions, start=1):
        yield {
            "report_id": report_id,
            "version": number,
            **version._asdict(),
            "latest": number == len(told.versions),
            "change": None if before is None else json.loads(changes[report_id, before, version.text_digest]),
        }
        before = version.text_digest


def _appearance_rows(report_id: str, told: History) -> Iterator[dict[str, Any]]:
    for appearance in told.appearances:
        row = asdict(appearance)
        for name in ("text_digest", "capture_id", "misses"):
            del row[name]
        yield {"report_id": report_id, **row}


def _state_row(report_id: str, told: History) -> dict[str, Any]:
    last = told.versions[-1]
    return {
        "report_id": report_id,
        "text_digest": last.text_digest,
        "version": len(told.versions),
        "versions": len(told.versions),
        "status": "removed_at_source" if told.removed else "current",
        "portal_id": told.primary.portal_id,
        "url": told.primary.url,
        "capture_id": last.capture_id,
        "first_seen_at": min(appearance.first_seen_at for appearance in told.appearances),
        "last_seen_at": max(appearance.last_seen_at for appearance in told.appearances),
    }


def _insert_rows(
    connection: duckdb.DuckDBPyConnection, stored: str, rows: Sequence[Mapping[str, Any]], path: Path
) -> None:
    """Insert by way of a JSON Lines file: far faster than row by row."""
    if not rows:
        return
    with path.open("w", encoding="utf-8") as lines:
        for row in rows:
            told = json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=lambda time: time.isoformat())
            lines.write(told + "\n")
    types = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE table_name = ? AND database_name IN ('temp', current_database())",
        [stored],
    ).fetchall()
    columns = ", ".join(f"{quoted_text(name)}: {quoted_text(kind)}" for name, kind in types)
    connection.execute(
        f"INSERT INTO {stored} BY NAME SELECT * FROM read_json(?, columns={{{columns}}}, format='newline_delimited', "
        "timestampformat='iso')",
        [str(path)],
    )
