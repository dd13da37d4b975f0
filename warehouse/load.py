"""Load a batch into the warehouse: delete and insert by natural key, in one transaction, then work out what follows."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import duckdb

from warehouse.batch import TABLES, BatchTable
from warehouse.revisions import History, Seen, change, history

STORED = {
    "portal_runs": "portal_run_log",
    "report_versions": "texts",
    "paragraphs": "text_paragraphs",
    "sections": "text_sections",
    "quantities": "text_quantities",
    "observations": "text_observations",
    "checks": "text_checks",
    "citations": "text_citations",
    "postings": "search_documents",
}
"""Batch table → stored table, where the names differ."""

FACTS = tuple(name for name, table in TABLES.items() if table.kind == "fact")

_ORDER = {
    "paragraphs": "para_no",
    "sections": "ordinal",
    "quantities": "ordinal",
    "observations": 'start, "end", indicator, quantity',
    "checks": 'start, "end", rule, stated',
    "citations": 'start, "end", cited_id',
    "postings": "doc",
}
"""What tells the facts of one text apart, and the order they lie in."""


class BatchRefused(Exception):  # noqa: N818 - the batch is at fault, not the program
    """A batch does not keep the contract of warehouse.batch; nothing of it was loaded."""

    exit_code = 1


def load(connection: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Load the batch in a folder; see warehouse.batch for its files. Returns how many texts were written with their
    facts, because they are new or told otherwise than before.

    All or nothing: raises BatchRefused with one sentence and leaves the tables as they were. Loading a batch again
    changes nothing, and batches loaded in another order end in the same tables."""
    paths = _files(folder)
    with _transaction(connection), tempfile.TemporaryDirectory(prefix="fazhi-load-") as scratch:
        for name, path in paths.items():
            _read(connection, TABLES[name], path)
        _replace_logs_and_seeds(connection, paths)
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS unsettled (report_id VARCHAR)")
        connection.execute("INSERT INTO unsettled FROM touched")
        _load_texts(connection, paths, Path(scratch))
        written = (connection.execute("SELECT count(*) FROM incoming").fetchone() or (0,))[0]
        for name in paths:
            connection.execute(f"DROP TABLE batch_{name}")
    return int(written)


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """A transaction of our own, or the one that is open already: a lake's lasts until the gate has judged."""
    # now() is when the transaction began: outside of one, each statement has its own.
    first, second = (connection.execute("SELECT CAST(now() AS VARCHAR)").fetchone() for _ in range(2))
    if first == second:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise BatchRefused(f"{folder} is no folder: a batch is a folder of JSON Lines files.")
    found = {path.stem: path for path in sorted(folder.glob("*.jsonl")) if path.stat().st_size}
    if unknown := sorted(set(found) - set(TABLES)):
        raise BatchRefused(
            f"{folder / unknown[0]}.jsonl is no table of a batch; known are {', '.join(sorted(TABLES))}."
        )
    return found


def _read(connection: duckdb.DuckDBPyConnection, table: BatchTable, path: Path) -> None:
    """Read a file into the temporary table `batch_NAME`, each natural key once (facts keep all their rows)."""
    known = {column.name: column.type for column in table.columns}
    try:
        keys = connection.execute(
            # Told apart by a number each: lists of words are slow to tell apart.
            "SELECT DISTINCT unnest(keys) AS name FROM (SELECT any_value(keys) AS keys FROM "
            "(SELECT json_keys(json) AS keys FROM read_ndjson_objects(?)) GROUP BY hash(keys)) ORDER BY name",
            [str(path)],
        ).fetchall()
        if unknown := [key for (key,) in keys if key not in known]:
            raise BatchRefused(
                f"{path}: the key {unknown[0]!r} is no column of {table.name}; known are {', '.join(known)}."
            )
        columns = ", ".join(f"{_literal(name)}: {_literal(kind)}" for name, kind in known.items())
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE batch_{table.name} AS SELECT * FROM read_json(?, columns={{{columns}}}, "
            "format='newline_delimited', timestampformat='iso')",
            [str(path)],
        )
    except duckdb.Error as fault:
        reason = " ".join(str(fault).split())
        raise BatchRefused(f"{path} cannot be read as {table.name}: {reason}") from fault
    required = [column.name for column in table.columns if column.required]
    counts = connection.execute(
        f"SELECT {', '.join(f'count(*) - count({_name(name)})' for name in required)} FROM batch_{table.name}"
    ).fetchone()
    for name, nulls in zip(required, counts or (), strict=True):
        if nulls:
            raise BatchRefused(f"{path}: {nulls} lines lack {name!r}, which {table.name} requires.")
    if table.kind in ("log", "seed"):
        key = ", ".join(_name(name) for name in table.key)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE batch_{table.name} AS SELECT * EXCLUDE (line) FROM "
            f"(SELECT *, row_number() OVER () AS line FROM batch_{table.name}) "
            f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY line DESC) = 1"
        )


def _replace_logs_and_seeds(connection: duckdb.DuckDBPyConnection, paths: Iterable[str]) -> None:
    """Delete and insert the log tables by key, the seed tables whole; list the `touched` reports."""
    connection.execute("CREATE OR REPLACE TEMP TABLE touched (report_id VARCHAR)")
    paths = set(paths)
    if "report_versions" in paths:
        if "sightings" not in paths:
            connection.execute("CREATE OR REPLACE TEMP TABLE batch_sightings AS SELECT * FROM sightings LIMIT 0")
        # A text is a sighting of itself.
        connection.execute(
            """INSERT INTO batch_sightings BY NAME
               SELECT report_id, text_digest, portal_id, url, capture_id, seen_at FROM batch_report_versions v
               WHERE NOT EXISTS (FROM batch_sightings s WHERE s.capture_id = v.capture_id AND s.url = v.url
                                 AND s.seen_at = v.seen_at)
               QUALIFY row_number() OVER (PARTITION BY capture_id, url, seen_at ORDER BY report_id, text_digest) = 1"""
        )
        connection.execute("INSERT INTO touched SELECT report_id FROM batch_report_versions")
        paths.add("sightings")
    if "sightings" in paths:
        connection.execute(
            """INSERT INTO touched SELECT report_id FROM batch_sightings UNION ALL
               SELECT s.report_id FROM sightings s JOIN batch_sightings b USING (capture_id, url, seen_at)"""
        )
    if "visits" in paths:
        connection.execute(
            "INSERT INTO touched SELECT s.report_id FROM sightings s JOIN batch_visits b USING (url, seen_at)"
        )
        connection.execute(
            "DELETE FROM sightings AS t USING batch_visits AS b WHERE t.url = b.url AND t.seen_at = b.seen_at"
        )
        connection.execute("DELETE FROM problems AS t USING batch_visits AS b WHERE t.capture_id = b.capture_id")
    for name in sorted(paths):
        table, stored = TABLES[name], STORED.get(name, name)
        if table.kind == "seed":
            connection.execute(f"DELETE FROM {stored}")
        elif table.kind == "log":
            match = " AND ".join(f"t.{_name(key)} IS NOT DISTINCT FROM b.{_name(key)}" for key in table.key)
            # Equality on the first, never-null part of the key lets the join hash.
            first = _name(table.key[0])
            connection.execute(
                f"DELETE FROM {stored} AS t USING batch_{name} AS b WHERE t.{first} = b.{first} AND {match}"
            )
        if table.kind in ("seed", "log"):
            order = ", ".join(_name(key) for key in table.key)
            connection.execute(f"INSERT INTO {stored} BY NAME SELECT * FROM batch_{name} ORDER BY {order}")
    if "missing" in paths:
        connection.execute(
            "INSERT INTO touched SELECT s.report_id FROM sightings s JOIN batch_missing b ON b.url = s.url"
        )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT report_id FROM touched ORDER BY report_id"
    )


def _load_texts(connection: duckdb.DuckDBPyConnection, paths: Mapping[str, Path], scratch: Path) -> None:
    """Replace the texts that are new or better told, work out the touched histories, and place the facts."""
    connection.execute("CREATE OR REPLACE TEMP TABLE incoming (report_id VARCHAR, text_digest VARCHAR)")
    connection.execute("CREATE OR REPLACE TEMP TABLE retold (report_id VARCHAR, text_digest VARCHAR)")
    twice = False
    if "report_versions" in paths:
        twice = (
            connection.execute(
                "SELECT 1 FROM batch_report_versions GROUP BY report_id, text_digest HAVING count(*) > 1 LIMIT 1"
            ).fetchone()
            is not None
        )
        if twice:
            # Of several addresses that show one text, the first sight of it tells the metadata.
            connection.execute(
                """CREATE OR REPLACE TEMP TABLE batch_report_versions AS SELECT * FROM batch_report_versions
                   QUALIFY row_number() OVER (PARTITION BY report_id, text_digest
                                              ORDER BY seen_at, url, capture_id) = 1"""
            )
        # A text already held from a sight as early by the same extractor is not loaded again.
        connection.execute(
            "INSERT INTO incoming SELECT report_id, text_digest FROM batch_report_versions "
            "ANTI JOIN texts USING (report_id, text_digest)"
        )
        _find_retold(connection, paths)
    for name in FACTS:
        if name in paths:
            _refuse_orphans(connection, name, paths)
    _delete_texts(connection, "incoming")
    if "report_versions" in paths:
        connection.execute(
            """INSERT INTO texts BY NAME SELECT b.* FROM batch_report_versions b
               SEMI JOIN incoming USING (report_id, text_digest) ORDER BY report_id, text_digest"""
        )
    # A text that no visit shows any more (its captures were read anew into another) goes.
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE unseen AS SELECT t.report_id, t.text_digest FROM texts t
           SEMI JOIN touched USING (report_id)
           WHERE NOT EXISTS (FROM sightings s WHERE s.report_id = t.report_id AND s.text_digest = t.text_digest)"""
    )
    _delete_texts(connection, "unseen")
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE places_before AS SELECT report_id, text_digest, max(version) AS version,
           bool_or(latest) AS latest FROM text_versions SEMI JOIN touched USING (report_id) GROUP BY ALL"""
    )
    _write_histories(connection, scratch)
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE places AS SELECT report_id, text_digest, max(version) AS version,
           bool_or(latest) AS latest FROM text_versions SEMI JOIN touched USING (report_id) GROUP BY ALL"""
    )
    _move_facts(connection)
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE placed AS
           SELECT report_id, text_digest, p.version, coalesce(p.latest, false) AS latest,
                  CAST(row_number() OVER (ORDER BY report_id, text_digest) AS INTEGER) AS place
           FROM incoming LEFT JOIN places p USING (report_id, text_digest)"""
    )
    for name in FACTS:
        if name in paths:
            _insert_facts(connection, name, twice)
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS loaded_texts (report_id VARCHAR, text_digest VARCHAR)")
    connection.execute("INSERT INTO loaded_texts SELECT * FROM incoming UNION SELECT * FROM retold")


def _find_retold(connection: duckdb.DuckDBPyConnection, paths: Mapping[str, Path]) -> None:
    """Add to the incoming texts those that the warehouse holds and the batch tells otherwise: read by another extractor
    or known from an earlier sight. Where no fact differs, only the extractor's name is written."""
    connection.execute(
        """UPDATE batch_report_versions AS b
           SET capture_id = t.capture_id, seen_at = t.seen_at, portal_id = t.portal_id, url = t.url,
               list_title = t.list_title
           FROM texts t
           WHERE t.report_id = b.report_id AND t.text_digest = b.text_digest
             AND t.extractor_version <> b.extractor_version
             AND (t.seen_at, t.url, t.capture_id) < (b.seen_at, b.url, b.capture_id)
             AND EXISTS (FROM sightings s WHERE s.url = t.url AND s.seen_at = t.seen_at
                         AND s.report_id = t.report_id AND s.text_digest = t.text_digest)"""
    )
    connection.execute(
        """INSERT INTO retold
           SELECT report_id, text_digest FROM batch_report_versions b JOIN texts t USING (report_id, text_digest)
           WHERE t.extractor_version <> b.extractor_version
              OR (b.seen_at, b.url, b.capture_id) <= (t.seen_at, t.url, t.capture_id)"""
    )
    if not (connection.execute("SELECT count(*) FROM retold").fetchone() or (0,))[0]:
        return
    told = [("report_versions", "texts"), *((name, STORED[name]) for name in FACTS)]
    differing = " UNION ".join(_differences(name, stored, name in paths) for name, stored in told)
    connection.execute(f"INSERT INTO incoming SELECT DISTINCT report_id, text_digest FROM ({differing})")
    connection.execute(
        """UPDATE texts AS t SET extractor_version = b.extractor_version
           FROM (SELECT * FROM batch_report_versions SEMI JOIN retold USING (report_id, text_digest)
                 ANTI JOIN incoming USING (report_id, text_digest)) b
           WHERE t.report_id = b.report_id AND t.text_digest = b.text_digest
             AND t.extractor_version <> b.extractor_version"""
    )


def _differences(name: str, stored: str, in_batch: bool) -> str:
    """A query for the keys of the retold texts whose rows in a batch table are not those that are stored."""
    columns = ", ".join(_name(column.name) for column in TABLES[name].columns if column.name != "extractor_version")
    batch, here = f"SELECT {columns} FROM batch_{name}", f"SELECT {columns} FROM {stored}"
    if name == "postings":
        batch = (
            "SELECT report_id, text_digest, unnest(map_keys(tokens)) AS token, unnest(map_values(tokens)) AS tf "
            "FROM batch_postings"
        )
        here = "SELECT report_id, text_digest, token, tf FROM search_postings JOIN search_documents USING (doc)"
    if not in_batch:
        batch = f"{here} LIMIT 0"
    batch, here = (f"SELECT * FROM ({rows}) SEMI JOIN retold USING (report_id, text_digest)" for rows in (batch, here))
    return f"SELECT report_id, text_digest FROM (({batch} EXCEPT {here}) UNION ALL ({here} EXCEPT {batch}))"


def _refuse_orphans(connection: duckdb.DuckDBPyConnection, name: str, paths: Mapping[str, Path]) -> None:
    known = "batch_report_versions" if "report_versions" in paths else "incoming"
    orphan = connection.execute(
        f"SELECT report_id, text_digest FROM batch_{name} ANTI JOIN {known} USING (report_id, text_digest) "
        "ORDER BY ALL LIMIT 1"
    ).fetchone()
    if orphan:
        raise BatchRefused(
            f"{paths[name]}: a row belongs to text {orphan[1][:12]}… of {orphan[0]}, "
            "which report_versions.jsonl of the same batch does not hold."
        )


def _delete_texts(connection: duckdb.DuckDBPyConnection, keys: str) -> None:
    """Delete the texts with these keys, and their facts. New texts, the most of a night, are not looked for in vain."""
    held = connection.execute(f"SELECT 1 FROM texts SEMI JOIN {keys} USING (report_id, text_digest) LIMIT 1").fetchone()
    if held is None:
        return
    for stored in ("texts", *(STORED[name] for name in FACTS)):
        if stored == "search_documents":
            connection.execute(
                f"DELETE FROM search_postings WHERE doc IN "
                f"(SELECT doc FROM search_documents SEMI JOIN {keys} USING (report_id, text_digest))"
            )
        connection.execute(
            f"DELETE FROM {stored} AS t USING {keys} AS k "
            "WHERE t.report_id = k.report_id AND t.text_digest = k.text_digest"
        )


_STATES = """
    CREATE OR REPLACE TEMP TABLE states (
        report_id VARCHAR, text_digest VARCHAR, version INTEGER, versions INTEGER, status VARCHAR, portal_id VARCHAR,
        url VARCHAR, capture_id VARCHAR, first_seen_at TIMESTAMPTZ, last_seen_at TIMESTAMPTZ)"""
_NAME_STATES = """
    INSERT INTO report_states BY NAME
    SELECT s.*, coalesce(t.title, t.inferred_title, t.list_title) AS title, t.issuer, t.region_code, t.region, t.level,
           t.report_year, t.published_on
    FROM states s JOIN texts t USING (report_id, text_digest) ORDER BY report_id"""


def _write_histories(connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
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
    columns = ", ".join(f"{_literal(name)}: {_literal(kind)}" for name, kind in types)
    connection.execute(
        f"INSERT INTO {stored} BY NAME SELECT * FROM read_json(?, columns={{{columns}}}, format='newline_delimited', "
        "timestampformat='iso')",
        [str(path)],
    )


def _move_facts(connection: duckdb.DuckDBPyConnection) -> None:
    """Mark the stored facts whose text got another version number or is no longer (or again) the latest."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE moved AS
           SELECT report_id, text_digest, n.version, coalesce(n.latest, false) AS latest
           FROM places_before b FULL JOIN places n USING (report_id, text_digest)
           WHERE b.version IS DISTINCT FROM n.version OR b.latest IS DISTINCT FROM n.latest"""
    )
    connection.execute(
        "DELETE FROM moved USING incoming i WHERE moved.report_id = i.report_id AND moved.text_digest = i.text_digest"
    )
    if not (connection.execute("SELECT count(*) FROM moved").fetchone() or (0,))[0]:
        return
    for name in FACTS:
        # An update writes these two narrow columns anew, where delete and insert would write the words too.
        connection.execute(
            f"""UPDATE {STORED[name]} AS f SET version = m.version, latest = m.latest FROM moved m
                WHERE m.report_id = f.report_id AND m.text_digest = f.text_digest"""
        )


_STARTS = """(SELECT place, para_no AS number, sum(length(text) + 1) OVER (
        PARTITION BY place ORDER BY para_no ROWS UNBOUNDED PRECEDING) - length(text) - 1 AS start FROM told)"""
"""Where each paragraph begins: the paragraphs before it, and a newline after each."""
_INSERTED = {
    "paragraphs": f"""
        SELECT t.* EXCLUDE (place), start, start + length(t.text) AS "end" FROM told t
        JOIN {_STARTS} s ON s.place = t.place AND s.number = t.para_no ORDER BY t.place, para_no""",
    "postings": """
        SELECT * EXCLUDE (place, tokens), CAST(list_sum(map_values(tokens)) AS INTEGER) AS words,
               place + (SELECT coalesce(max(doc), 0) FROM search_documents) AS doc
        FROM told""",
    # Sorted by year and indicator, so that a question reads only the row groups of its year and its indicators.
    "observations": """
        SELECT * EXCLUDE (place, comparable), comparable AND row_number() OVER (
            PARTITION BY place, indicator, comparable ORDER BY confidence DESC, start, "end", quantity) = 1 AS cell
        FROM (SELECT o.*, t.report_year,
                     o.bound = 'exact' AND o.value_high IS NULL AND scope_group(o.scope, t.level) = 'whole'
                     AND period_group(o.period, t.report_year) = 'year' AS comparable
              FROM told o
              JOIN batch_report_versions t ON t.report_id = o.report_id AND t.text_digest = o.text_digest)
        ORDER BY report_year, indicator, place, start""",
    "checks": """
        SELECT c.* EXCLUDE (place), substr(t.text, c.start + 1, c."end" - c.start) AS evidence
        FROM told c JOIN batch_report_versions t ON t.report_id = c.report_id AND t.text_digest = c.text_digest
        ORDER BY place, c.start, c."end", rule, stated""",
}
"""How batch rows become stored rows, where they are not stored as they are."""


def _insert_facts(connection: duckdb.DuckDBPyConnection, name: str, twice: bool) -> None:
    """Insert the facts of the incoming texts with the place that their text has in the report's history; `twice` says
    that a text, and so its facts, came more than once."""
    key = _ORDER[name]
    known = {"postings": "tokens"}.get(name, key)
    # A number in place of region, issuer and digest: rows are sorted in a fraction of the time.
    connection.execute(
        f"""CREATE OR REPLACE TEMP VIEW told AS
            SELECT {"DISTINCT ON (place, " + known + ")" if twice else ""} b.*, p.place, p.version, p.latest
            FROM batch_{name} b
            JOIN placed p ON p.report_id = b.report_id AND p.text_digest = b.text_digest"""
    )
    query = _INSERTED.get(name, f"SELECT * EXCLUDE (place) FROM told ORDER BY place, {key}")
    connection.execute(f"INSERT INTO {STORED[name]} BY NAME {query}")
    if name == "postings":
        # Sorted by word, so that a search reads only the row groups of its words.
        connection.execute(
            """INSERT INTO search_postings BY NAME
               SELECT token, doc, tf
               FROM (SELECT d.doc, unnest(map_keys(tokens)) AS token, unnest(map_values(tokens)) AS tf
                     FROM told t JOIN search_documents d
                     ON d.report_id = t.report_id AND d.text_digest = t.text_digest)
               ORDER BY token"""
        )
    connection.execute("DROP VIEW told")


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
