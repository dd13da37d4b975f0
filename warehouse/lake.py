"""The warehouse as a DuckLake: the same tables, views and macros under a catalogue in PostgreSQL, for many at a time.

A lake is named as DuckLake names it: `ducklake:postgres:dbname=fazhi host=…`. A run is one transaction: readers see the
snapshot before it until the gate has let it pass. Beyond the file it needs the extensions of the optional dependencies
`scale`; so do its readers, each in the version of their DuckDB."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from warehouse.coverage import tell_coverage
from warehouse.gate import judge
from warehouse.migrate import migrate, refresh_views
from warehouse.release import SURVIVORS, GateRefused, Release

_EXTENSIONS = ("ducklake", "postgres_scanner")


class NoLake(Exception):  # noqa: N818 - it is a state, not a fault
    """The lake cannot be opened."""

    exit_code = 1


class Lake:
    """One run's transaction on a lake; used like warehouse.release.Staging.

    `data` is the folder or URL of its Parquet files, which a new lake writes down for good. Leaving the block without
    publishing rolls everything back. Raises NoLake."""

    connection: duckdb.DuckDBPyConnection

    def __init__(self, where: str, data: str | Path, *, rebuild: bool = False) -> None:
        self.where = where
        self.data = data
        self.rebuild = rebuild
        self._open = False

    def __enter__(self) -> Self:
        self.connection = _attached(self.where, f"DATA_PATH {_literal(str(self.data))}")
        try:
            migrate(self.connection, lake=True)
            refresh_views(self.connection, lake=True)
            told = self.connection.execute("SELECT max(snapshot_id) FROM fazhi.snapshots()").fetchone()
            options = f"READ_ONLY, SNAPSHOT_VERSION {int(told[0]) if told else 0}"
            self.connection.execute(f"ATTACH {_literal(self.where)} AS previous ({options})")
            self.connection.execute("BEGIN")
            self._open = True
            if self.rebuild:
                self._empty()
        except BaseException:
            self.connection.close()
            raise
        return self

    def _empty(self) -> None:
        tables = self.connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'fazhi' ORDER BY table_name"
        ).fetchall()
        for (table,) in tables:
            if table not in (*SURVIVORS, "schema_version"):
                self.connection.execute(f'DELETE FROM fazhi."{table}"')

    def publish(self, run_id: str) -> Release:
        """Judge the transaction and commit it: from then on all readers see it. Raises GateRefused."""
        tell_coverage(self.connection)
        failures = judge(self.connection, compare=True)
        if failures:
            raise GateRefused(failures)
        self.connection.execute("COMMIT")
        self._open = False
        return Release(Path(self.data), run_id)

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open:
            self.connection.execute("ROLLBACK")
        self.connection.close()


def open_lake(where: str) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the lake's latest snapshot. Raises NoLake."""
    connection = _attached(where, "READ_ONLY")
    # Where external access is disabled later, the lake's own files can still be read.
    told = connection.execute("SELECT value FROM fazhi.options() WHERE option_name = 'data_path'").fetchone()
    if told:
        connection.execute(f"SET allowed_directories = [{_literal(str(told[0]))}]")
    return connection


def _attached(where: str, options: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    try:
        for name in _EXTENSIONS:
            connection.execute(f"LOAD {_literal(str(_extension(name)))}")
        connection.execute(f"ATTACH {_literal(where)} AS fazhi ({options})")
    except duckdb.Error as fault:
        connection.close()
        reason = " ".join(str(fault).split())
        raise NoLake(f"The lake {where} cannot be opened: {reason}") from fault
    connection.execute("USE fazhi")
    return connection


def _extension(name: str) -> Path:
    """The file of an extension's wheel. (Its own importer would install a copy under the home directory.)"""
    module = find_spec(f"duckdb_extension_{name}")
    places = list(module.submodule_search_locations or ()) if module else []
    file = next((file for place in places for file in Path(place).rglob(f"v{duckdb.__version__}/{name}.*")), None)
    if file is None:
        raise NoLake(f"The extension {name} of duckdb {duckdb.__version__} is not installed: uv sync --extra scale.")
    return file


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
