"""Texts: which of a batch are new or told otherwise than before, and what is seen no more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from warehouse.batch import TABLES
from warehouse.load.facts import insert_facts, move_facts
from warehouse.load.histories import write_histories
from warehouse.load.incoming import refuse_orphans
from warehouse.load.stored import FACTS, STORED
from warehouse.quoting import quoted_name


def load_texts(connection: duckdb.DuckDBPyConnection, paths: Mapping[str, Path], scratch: Path) -> None:
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
            refuse_orphans(connection, name, paths)
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
    write_histories(connection, scratch)
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE places AS SELECT report_id, text_digest, max(version) AS version,
           bool_or(latest) AS latest FROM text_versions SEMI JOIN touched USING (report_id) GROUP BY ALL"""
    )
    move_facts(connection)
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE placed AS
           SELECT report_id, text_digest, p.version, coalesce(p.latest, false) AS latest,
                  CAST(row_number() OVER (ORDER BY report_id, text_digest) AS INTEGER) AS place
           FROM incoming LEFT JOIN places p USING (report_id, text_digest)"""
    )
    for name in FACTS:
        if name in paths:
            insert_facts(connection, name, twice)
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
    columns = ", ".join(
        quoted_name(column.name) for column in TABLES[name].columns if column.name != "extractor_version"
    )
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
