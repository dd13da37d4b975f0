"""A whole warehouse from a lake into a file, or from a file into a lake: for backups, and for whoever moves house."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb

from warehouse.lake import Lake, NoLake, attach_lake, open_lake, tables
from warehouse.migrate import has_our_tables
from warehouse.quoting import quoted_text
from warehouse.release import RELEASE, Staging


class LakeInUse(Exception):  # noqa: N818 - it is wrong use
    """The lake that is to be filled holds something already."""

    exit_code = 2


def into_file(lake: str, folder: Path) -> Path:
    """Write the latest snapshot of a lake as a release under `folder`, an empty one; returns its file. Raises NoLake,
    DiskTooFull."""
    with Staging(folder) as staging:
        attach_lake(staging.connection, lake, "lake")
        staging.connection.execute("USE lake")
        ours = has_our_tables(staging.connection)
        staging.connection.execute("USE staging")
        if not ours:
            raise NoLake(
                f"{lake} has the tables of another version of the program: `fazhi run` with this one brings them up."
            )
        _copy(staging.connection, "lake", "staging")
        return Path(staging.publish("copy").where)


def refuse_full(lake: str) -> None:
    """Raise LakeInUse where a lake holds rows; one that is not there yet is empty."""
    try:
        connection = open_lake(lake)
    except NoLake:
        return
    with connection:
        _refuse_full(connection, lake)


def into_lake(file: Path, lake: str, data: str) -> None:
    """Fill an empty lake, whose data will lie at `data`, with the rows of a release, which may be an earlier program's.
    Raises LakeInUse, NoLake, GateRefused."""
    # Beside the file, where there is room for it: a copy of it is brought to the tables of this program first.
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".moving-") as scratch:
        root = Path(scratch)
        (root / RELEASE).symlink_to(file.resolve())
        with Staging(root) as staging:
            copy = Path(staging.publish("copy").where)
        with Lake(lake, data) as filled:
            _refuse_full(filled.connection, lake)
            filled.connection.execute(f"ATTACH {quoted_text(str(copy))} AS copy (READ_ONLY)")
            _copy(filled.connection, "copy", "fazhi")
            filled.publish("copy")


def _refuse_full(connection: duckdb.DuckDBPyConnection, lake: str) -> None:
    if connection.execute("SELECT 1 FROM runs UNION ALL SELECT 1 FROM texts LIMIT 1").fetchone():
        raise LakeInUse(f"{lake} holds a warehouse already: name an empty database (createdb makes one).")


def _copy(connection: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    for table in tables(connection, source):
        connection.execute(f'DELETE FROM {target}."{table}"')
        connection.execute(f'INSERT INTO {target}."{table}" BY NAME SELECT * FROM {source}."{table}"')
