"""Bring a warehouse file to the schema of this version: numbered migrations once, then the views and their comments."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

import duckdb

_NAME_DIGITS = 4
VIEW_FILES = ("views.sql", "chinese_views.sql")
"""Repeatable files, in order."""


class MigrationRefused(Exception):  # noqa: N818 - the files are at fault, not the program
    """The migrations on disk are not those that the warehouse was made with."""

    exit_code = 1


def migrations() -> list[Traversable]:
    """The numbered SQL files, in order."""
    folder = files("warehouse").joinpath("migrations")
    return sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)


def migrate(
    connection: duckdb.DuckDBPyConnection, found: Sequence[Traversable] | None = None, *, lake: bool = False
) -> int:
    """Apply what is missing, each file in one transaction; returns how many were applied. A `lake` chooses by itself
    how its columns are compressed.

    Raises MigrationRefused for an applied file that was edited or is gone, and for a gap in the numbers. CHECKPOINT
    follows at once, because replaying DDL from a write-ahead log is not to be trusted."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL, name VARCHAR NOT NULL, "
        "sha256 VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL)"
    )
    applied = {
        version: (name, digest)
        for version, name, digest in connection.execute("SELECT version, name, sha256 FROM schema_version").fetchall()
    }
    steps = migrations() if found is None else list(found)
    numbers = [int(step.name[:_NAME_DIGITS]) for step in steps]
    if numbers != list(range(1, len(steps) + 1)):
        raise MigrationRefused(f"Migrations must be numbered 0001, 0002 … without a gap, but these are {numbers}.")
    if gone := sorted(set(applied) - set(numbers)):
        raise MigrationRefused(
            f"The warehouse has migration {gone[-1]} ({applied[gone[-1]][0]}), which this version of the program does "
            "not know: run the newer version, or rebuild the warehouse from the archive."
        )
    done = 0
    for number, step in zip(numbers, steps, strict=True):
        sql = step.read_bytes()
        digest = hashlib.sha256(sql).hexdigest()
        if number in applied:
            if applied[number][1] != digest:
                raise MigrationRefused(
                    f"Migration {step.name} was edited after it was applied: restore it and write the change anew."
                )
            continue
        connection.execute("BEGIN")
        try:
            text = sql.decode("utf-8")
            connection.execute(text.replace(" USING COMPRESSION zstd", "") if lake else text)
            connection.execute("INSERT INTO schema_version VALUES (?, ?, ?, now())", [number, step.name, digest])
            connection.execute("COMMIT")
        except duckdb.Error as fault:
            connection.execute("ROLLBACK")
            raise MigrationRefused(f"Migration {step.name} failed and was rolled back: {fault}") from fault
        connection.execute("CHECKPOINT")
        done += 1
    return done


def refresh_views(connection: duckdb.DuckDBPyConnection, *, lake: bool = False) -> None:
    """Make the views and macros anew and write every comment that can be written: a lake keeps none of macros, nor of
    the columns of views."""
    from warehouse.dictionary import comment_statements

    connection.execute("BEGIN")
    for name in VIEW_FILES:
        connection.execute(files("warehouse").joinpath(name).read_text(encoding="utf-8"))
    for statement in comment_statements(connection, tables_alone=lake):
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute("CHECKPOINT")
