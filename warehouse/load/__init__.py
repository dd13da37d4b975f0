"""Load a batch into the warehouse: delete and insert by natural key, in one transaction, then work out what follows.

What one step tells the next stands in temporary tables: `batch_NAME` what the batch brings, `touched` the reports whose
history it may change, `incoming` the texts that are written, `retold` those that the warehouse held, `placed` where
each text stands in the history of its report. They leave `unsettled` and `loaded_texts`: what to derive and judge anew.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.batch import TABLES
from warehouse.load.incoming import BatchRefused, files, read
from warehouse.load.logs import replace_logs_and_seeds
from warehouse.load.stored import STORED
from warehouse.load.texts import load_texts

__all__ = ["STORED", "BatchRefused", "load"]


def load(connection: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Load the batch in a folder; see warehouse.batch for its files. Returns how many texts were written with their
    facts, because they are new or told otherwise than before.

    All or nothing: raises BatchRefused with one sentence and leaves the tables as they were. Loading a batch again
    changes nothing, and batches loaded in another order end in the same tables."""
    paths = files(folder)
    with _transaction(connection), tempfile.TemporaryDirectory(prefix="fazhi-load-") as scratch:
        for name, path in paths.items():
            read(connection, TABLES[name], path)
        replace_logs_and_seeds(connection, paths)
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS unsettled (report_id VARCHAR)")
        connection.execute("INSERT INTO unsettled FROM touched")
        load_texts(connection, paths, Path(scratch))
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
