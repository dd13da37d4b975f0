"""The warehouse as a DuckLake: the same tables, views and macros under a catalogue in PostgreSQL, for many at a time.

A lake is named as DuckLake names it: `ducklake:postgres:dbname=fazhi host=…`. A run is one transaction: readers see the
snapshot before it until the gate has let it pass, and loaders on several machines take turns. Its data are Parquet
files in a folder or on S3. Beyond the file it needs the extensions of the optional dependencies `scale`; so do its
readers, each in the version of their DuckDB."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import duckdb

from warehouse.derived import derive
from warehouse.gate import judge
from warehouse.migrate import has_our_views, migrate, refresh_views
from warehouse.quoting import quoted_text
from warehouse.release import SURVIVORS, GateRefused, LoaderBusy, Release

PATIENCE_S = 900.0
"""How long a loader waits for the one before it."""
KEPT_DAYS = 30
"""How far back a lake can be asked what it held."""
_ASK_AGAIN_S = 0.5
_LOADER = 0x66617A6869
"""Key of the advisory lock that a loader holds in PostgreSQL."""
_EXTENSIONS = ("ducklake", "postgres_scanner")
_ON_S3 = ("s3://", "s3a://", "s3n://")


class NoLake(Exception):  # noqa: N818 - it is a state, not a fault
    """The lake cannot be opened."""

    exit_code = 1


class Lake:
    """One run's transaction on a lake; used like warehouse.release.Staging.

    `data` is the folder or S3 URL of its Parquet files; a new lake writes it down, one that is there keeps its own.
    Leaving the block without publishing rolls everything back. One loader works at a time, wherever it runs: another
    waits for it, `patience_s` at most. Raises NoLake, LoaderBusy."""

    connection: duckdb.DuckDBPyConnection

    def __init__(self, where: str, data: str | Path, *, rebuild: bool = False, patience_s: float = PATIENCE_S) -> None:
        self.where = where
        self.data = str(data)
        self.rebuild = rebuild
        self.patience_s = patience_s
        self._held = ExitStack()
        self._open = False

    def __enter__(self) -> Self:
        with ExitStack() as held:
            held.enter_context(_turn(self.where, self.patience_s))
            self.connection = held.enter_context(_engine())
            self.data = attach_lake(self.connection, self.where, "fazhi", read_only=False, new_data=self.data)
            self.connection.execute("USE fazhi")
            migrate(self.connection, lake=True)
            refresh_views(self.connection, lake=True)
            before = f"READ_ONLY, SNAPSHOT_VERSION {snapshot(self.connection)[0]}"
            self.connection.execute(f"ATTACH {quoted_text(self.where)} AS previous ({before})")
            self.connection.execute("BEGIN")
            self._open = True
            if self.rebuild:
                self._empty()
            self._held = held.pop_all()
        return self

    def _empty(self) -> None:
        for table in tables(self.connection, "fazhi"):
            if table not in SURVIVORS:
                self.connection.execute(f'DELETE FROM fazhi."{table}"')

    def publish(self, run_id: str) -> Release:
        """Judge the transaction and commit it: from then on all readers see it. Raises GateRefused, LoaderBusy."""
        derive(self.connection)
        failures = judge(self.connection, compare=True)
        if failures:
            raise GateRefused(failures)
        self._open = False
        try:
            self.connection.execute("COMMIT")
        except duckdb.Error as fault:
            raise LoaderBusy(
                f"{self.where} changed while {run_id} was loaded, nothing of it was kept: run again. {_said(fault)}"
            ) from fault
        return Release(self.data, run_id)

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._held:
            if self._open:
                self.connection.execute("ROLLBACK")


def prepare_lake(where: str, data: str | Path) -> None:
    """Make the lake, or bring it to the tables and views of this program, where it is not so. Raises NoLake,
    LoaderBusy."""
    try:
        with open_lake(where) as reader:
            if has_our_views(reader):
                return
    except NoLake:
        pass  # not made yet; or out of reach, as the next attempt will say
    with Lake(where, data):
        pass


def tend_lake(where: str) -> None:
    """Forget snapshots older than KEPT_DAYS and put what the nights left in many small files into few. Readers and
    their rows are as before. Raises NoLake, LoaderBusy."""
    with _turn(where, PATIENCE_S), _engine() as connection:
        attach_lake(connection, where, "fazhi", read_only=False)
        connection.execute(f"CALL ducklake_expire_snapshots('fazhi', older_than => now() - INTERVAL {KEPT_DAYS} DAY)")
        connection.execute("CALL ducklake_merge_adjacent_files('fazhi')")
        connection.execute("CALL ducklake_rewrite_data_files('fazhi')")
        # A reader may still be at a file that was let go today, and a write that was killed has left one unnamed.
        for sweep in ("cleanup_old_files", "delete_orphaned_files"):
            connection.execute(f"CALL ducklake_{sweep}('fazhi', older_than => now() - INTERVAL 1 DAY)")


def open_lake(where: str) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the lake's latest snapshot. Raises NoLake."""
    connection = _engine()
    try:
        data = attach_lake(connection, where, "fazhi")
    except BaseException:
        connection.close()
        raise
    connection.execute("USE fazhi")
    # Where external access is disabled later, the lake's own files can still be read.
    connection.execute(f"SET allowed_directories = [{quoted_text(data)}]")
    return connection


def snapshot(connection: duckdb.DuckDBPyConnection) -> tuple[int, datetime]:
    """Number and moment of the latest snapshot of a lake that open_lake opened."""
    number, moment = connection.execute(
        "SELECT snapshot_id, snapshot_time FROM fazhi.snapshots() ORDER BY snapshot_id DESC LIMIT 1"
    ).fetchall()[0]
    return number, moment


def tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    """Tables of an attached warehouse that hold data."""
    rows = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND NOT temporary "
        "AND table_name <> 'schema_version' ORDER BY table_name",
        [database],
    ).fetchall()
    return [table for (table,) in rows]


def prompt_script(where: str) -> str:
    """SQL by which a DuckDB of the same version opens the lake for reading; it may hold the keys of S3. Raises NoLake,
    also where there is none."""
    with _engine() as connection:
        data = attach_lake(connection, where, "fazhi")
    lines = [f"LOAD {quoted_text(str(_extension(name)))}" for name in _EXTENSIONS]
    if data.startswith(_ON_S3):
        lines += [f"LOAD {quoted_text(str(_extension('httpfs')))}", _s3_secret()]
    return ";\n".join([*lines, f"ATTACH {quoted_text(where)} AS fazhi (READ_ONLY)", "USE fazhi;\n"])


def attach_lake(
    connection: duckdb.DuckDBPyConnection,
    where: str,
    name: str,
    *,
    read_only: bool = True,
    new_data: str | None = None,
) -> str:
    """Attach a lake under a name; returns where its data lie: in `new_data` when it is made now. Raises NoLake, without
    `new_data` also where there is none."""
    for extension in _EXTENSIONS:
        _load(connection, extension)
    data = _data_path(connection, where) or new_data
    if data is None:
        raise NoLake(f"There is no lake at {where} yet: `fazhi run` makes one.")
    if data.startswith(_ON_S3):
        _load(connection, "httpfs")
        connection.execute(_s3_secret())
    options = "READ_ONLY" if read_only else f"DATA_PATH {quoted_text(data)}"
    _attach(connection, where, f"{quoted_text(where)} AS {name} ({options})")
    return data


@contextmanager
def _turn(where: str, patience_s: float) -> Iterator[None]:
    """Hold the lock of the loaders for as long as the block runs. It is PostgreSQL's, and ends with the connection,
    however this process ends."""
    with _engine() as connection:
        _load(connection, "postgres_scanner")
        _attach_catalogue(connection, where)
        # The lock is a transaction's: a connection of the pool may be another one with each statement.
        connection.execute("BEGIN")
        begun = time.monotonic()
        while not _catalogued(connection, f"SELECT pg_try_advisory_xact_lock({_LOADER})"):
            if time.monotonic() - begun >= patience_s:
                raise LoaderBusy(f"Another run is loading {where}: wait until it has ended, then run again.")
            time.sleep(_ASK_AGAIN_S)
        yield


def _data_path(connection: duckdb.DuckDBPyConnection, where: str) -> str | None:
    """Folder or URL of the lake's Parquet files, as its catalogue has it; None before there is a lake."""
    _attach_catalogue(connection, where)
    try:
        if _catalogued(connection, "SELECT CAST(to_regclass('public.ducklake_metadata') AS text)") is None:
            return None
        return str(_catalogued(connection, "SELECT value FROM public.ducklake_metadata WHERE key = 'data_path'"))
    finally:
        connection.execute("DETACH catalogue")


def _attach_catalogue(connection: duckdb.DuckDBPyConnection, where: str) -> None:
    _attach(connection, where, f"{quoted_text(where.partition('postgres:')[2])} AS catalogue (TYPE postgres)")


def _catalogued(connection: duckdb.DuckDBPyConnection, query: str) -> object:
    """The first value that PostgreSQL answers."""
    row = connection.execute(f"FROM postgres_query('catalogue', {quoted_text(query)})").fetchone()
    return row[0] if row else None


def _attach(connection: duckdb.DuckDBPyConnection, where: str, what: str) -> None:
    try:
        connection.execute(f"ATTACH {what}")
    except duckdb.Error as fault:
        raise NoLake(f"The lake {where} cannot be opened: {_said(fault)}") from fault


def _engine() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    return connection


def _load(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    connection.execute(f"LOAD {quoted_text(str(_extension(name)))}")


def _extension(name: str) -> Path:
    """The file in an extension's wheel. (The wheel's own importer would install a copy under the home directory.)"""
    module = find_spec(f"duckdb_extension_{name}")
    places = list(module.submodule_search_locations or ()) if module else []
    file = next((file for place in places for file in Path(place).rglob(f"v{duckdb.__version__}/{name}.*")), None)
    if file is None:
        raise NoLake(f"The extension {name} of duckdb {duckdb.__version__} is not installed: uv sync --extra scale.")
    return file


def _s3_secret() -> str:
    """The statement that tells where S3 is and with which keys, by the variables that the archive on S3 goes by too."""
    told = {name: os.environ.get(f"AWS_{name}", "") for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")}
    if not (told["ACCESS_KEY_ID"] and told["SECRET_ACCESS_KEY"]):
        raise NoLake("The lake's data lie on S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
    options = {
        "KEY_ID": told["ACCESS_KEY_ID"],
        "SECRET": told["SECRET_ACCESS_KEY"],
        "SESSION_TOKEN": told["SESSION_TOKEN"],
        "REGION": os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", ""),
    }
    if endpoint := os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL"):
        address = urlsplit(endpoint)
        # Servers of one's own seldom answer to bucket.host.
        options |= {"ENDPOINT": address.netloc, "URL_STYLE": "path", "USE_SSL": str(address.scheme == "https").lower()}
    words = "".join(f", {name} {quoted_text(value)}" for name, value in options.items() if value)
    return f"CREATE SECRET lake_data (TYPE s3{words})"


def _said(fault: duckdb.Error) -> str:
    return " ".join(str(fault).split())
