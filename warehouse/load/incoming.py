"""What a batch brings: its files as temporary tables `batch_NAME`, or one sentence why it cannot be loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from warehouse.batch import TABLES, BatchTable
from warehouse.quoting import quoted_name, quoted_text


class BatchRefused(Exception):  # noqa: N818 - the batch is at fault, not the program
    """A batch does not keep the contract of warehouse.batch; nothing of it was loaded."""

    exit_code = 1


def files(folder: Path) -> dict[str, Path]:
    """The files of a batch that are not empty, by table. Raises BatchRefused."""
    if not folder.is_dir():
        raise BatchRefused(f"{folder} is no folder: a batch is a folder of JSON Lines files.")
    found = {path.stem: path for path in sorted(folder.glob("*.jsonl")) if path.stat().st_size}
    if unknown := sorted(set(found) - set(TABLES)):
        raise BatchRefused(
            f"{folder / unknown[0]}.jsonl is no table of a batch; known are {', '.join(sorted(TABLES))}."
        )
    return found


def read(connection: duckdb.DuckDBPyConnection, table: BatchTable, path: Path) -> None:
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
        columns = ", ".join(f"{quoted_text(name)}: {quoted_text(kind)}" for name, kind in known.items())
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
        f"SELECT {', '.join(f'count(*) - count({quoted_name(name)})' for name in required)} FROM batch_{table.name}"
    ).fetchone()
    for name, nulls in zip(required, counts or (), strict=True):
        if nulls:
            raise BatchRefused(f"{path}: {nulls} lines lack {name!r}, which {table.name} requires.")
    if table.kind in ("log", "seed"):
        key = ", ".join(quoted_name(name) for name in table.key)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE batch_{table.name} AS SELECT * EXCLUDE (line) FROM "
            f"(SELECT *, row_number() OVER () AS line FROM batch_{table.name}) "
            f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY line DESC) = 1"
        )


def refuse_orphans(connection: duckdb.DuckDBPyConnection, name: str, paths: Mapping[str, Path]) -> None:
    """Raise BatchRefused for a fact of that table whose text the batch does not bring."""
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
