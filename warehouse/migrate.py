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
_VIEWS = 0
"""Version under which `schema_version` keeps the digest of the views; migrations are numbered from 1."""


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
    follows at once, because replaying DDL from a write-ahead log is not to be trusted; a lake has no such log, and
    means the rewriting of all its files by the word."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL, name VARCHAR NOT NULL, "
        "sha256 VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL)"
    )
    applied = _applied(connection)
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
        digest = _digest(step)
        if number in applied:
            if applied[number][1] != digest:
                raise MigrationRefused(
                    f"Migration {step.name} was edited after it was applied: restore it and write the change anew."
                )
            continue
        connection.execute("BEGIN")
        try:
            text = step.read_text(encoding="utf-8")
            connection.execute(text.replace(" USING COMPRESSION zstd", "") if lake else text)
            connection.execute("INSERT INTO schema_version VALUES (?, ?, ?, now())", [number, step.name, digest])
            connection.execute("COMMIT")
        except duckdb.Error as fault:
            connection.execute("ROLLBACK")
            raise MigrationRefused(f"Migration {step.name} failed and was rolled back: {fault}") from fault
        if not lake:
            connection.execute("CHECKPOINT")
        done += 1
    return done


def refresh_views(connection: duckdb.DuckDBPyConnection, *, lake: bool = False) -> None:
    """Make the views and macros anew, and write what each name means as a row of `meanings` and as a comment where one
    can be written: a lake keeps none of macros, nor of the columns of views. Where no file that tells them changed
    since the last time, nothing is done."""
    from warehouse.dictionary import comment_statements, meaning_rows

    digest = _views_digest()
    if _told_views(connection) == digest:
        return
    connection.execute("BEGIN")
    for name in VIEW_FILES:
        connection.execute(files("warehouse").joinpath(name).read_text(encoding="utf-8"))
    for statement in comment_statements(connection, tables_alone=lake):
        connection.execute(statement)
    connection.execute("DELETE FROM meanings")
    names, columns, told = (list(part) for part in zip(*meaning_rows(), strict=True))
    connection.execute("INSERT INTO meanings SELECT unnest(?), unnest(?), unnest(?)", [names, columns, told])
    connection.execute("DELETE FROM schema_version WHERE version = ?", [_VIEWS])
    connection.execute("INSERT INTO schema_version VALUES (?, 'views', ?, now())", [_VIEWS, digest])
    connection.execute("COMMIT")
    if not lake:
        connection.execute("CHECKPOINT")


def has_our_views(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a warehouse has the tables and the views of this program; it may be opened for reading alone."""
    return has_our_tables(connection) and _told_views(connection) == _views_digest()


def has_our_tables(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a warehouse has the tables of this program: neither an earlier one's nor a later one's."""
    known = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'schema_version'").fetchone()
    if known is None:
        return False
    wanted = {number: _digest(step) for number, step in enumerate(migrations(), start=1)}
    applied = {number: digest for number, (_, digest) in _applied(connection).items()}
    return applied == wanted


def _applied(connection: duckdb.DuckDBPyConnection) -> dict[int, tuple[str, str]]:
    """Name and digest of each migration that the warehouse was made with."""
    rows = connection.execute("SELECT version, name, sha256 FROM schema_version WHERE version <> ?", [_VIEWS])
    return {version: (name, digest) for version, name, digest in rows.fetchall()}


def _told_views(connection: duckdb.DuckDBPyConnection) -> str | None:
    row = connection.execute("SELECT sha256 FROM schema_version WHERE version = ?", [_VIEWS]).fetchone()
    return str(row[0]) if row else None


def _views_digest() -> str:
    """Of all that the views, macros and comments follow from: their files, the dictionary, the tables below them."""
    folder = files("warehouse")
    told = [folder.joinpath(name) for name in (*VIEW_FILES, "dictionary.yaml")]
    return hashlib.sha256("".join(_digest(file) for file in (*told, *migrations())).encode()).hexdigest()


def _digest(file: Traversable) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
