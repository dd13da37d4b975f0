"""Logs and seeds: rows of a batch that replace those of the same key, or all there are."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from warehouse.batch import TABLES
from warehouse.load.stored import STORED
from warehouse.quoting import quoted_name


def replace_logs_and_seeds(connection: duckdb.DuckDBPyConnection, paths: Iterable[str]) -> None:
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
            match = " AND ".join(f"t.{quoted_name(key)} IS NOT DISTINCT FROM b.{quoted_name(key)}" for key in table.key)
            # Equality on the first, never-null part of the key lets the join hash.
            first = quoted_name(table.key[0])
            connection.execute(
                f"DELETE FROM {stored} AS t USING batch_{name} AS b WHERE t.{first} = b.{first} AND {match}"
            )
        if table.kind in ("seed", "log"):
            order = ", ".join(quoted_name(key) for key in table.key)
            connection.execute(f"INSERT INTO {stored} BY NAME SELECT * FROM batch_{name} ORDER BY {order}")
    if "missing" in paths:
        connection.execute(
            "INSERT INTO touched SELECT s.report_id FROM sightings s JOIN batch_missing b ON b.url = s.url"
        )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT report_id FROM touched ORDER BY report_id"
    )
