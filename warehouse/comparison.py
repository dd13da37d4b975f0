"""Whether two warehouses hold the same rows, table by table and view by view, wherever each of them stands."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import duckdb

from warehouse.quoting import quoted_name

_OF_THEIR_OWN = {"schema_version", "dictionary"}
"""When the tables were made, and what the engine lets be said of them: no two warehouses are alike in it."""
SHOWN = 3
"""Differing rows that are quoted."""


class Difference(NamedTuple):
    """A table or view that differs; of a table that only one warehouse has, the other's rows are none."""

    name: str
    rows: int
    other_rows: int
    only_here: tuple[str, ...]
    """The first of the rows that the other does not have."""
    only_there: tuple[str, ...]

    def told(self) -> str:
        """The difference in a sentence."""
        rows = [*(f"here {row}" for row in self.only_here), *(f"there {row}" for row in self.only_there)]
        return f"{self.name}: {self.rows} rows here, {self.other_rows} there; {'; '.join(rows)[:600]}"


class Comparison(NamedTuple):
    """What was compared, and what differs."""

    names: int
    """Tables and views."""
    rows: int
    differences: tuple[Difference, ...]


def compare(one: duckdb.DuckDBPyConnection, other: duckdb.DuckDBPyConnection) -> Comparison:
    """Hold every table and view of one open warehouse against the other's, as sets of rows in which a row may stand
    more than once."""
    for connection in (one, other):
        connection.execute("SET TimeZone = 'UTC'")  # moments are compared as they are written
    held = [(connection, _names(connection)) for connection in (one, other)]
    names = sorted(held[0][1] | held[1][1])
    rows = 0
    differences = []
    for name in names:
        here, there = (_digest(connection, name) if name in known else (0, 0) for connection, known in held)
        rows += here[0]
        if here != there:
            ours, theirs = (_rows(connection, name) if name in known else Counter() for connection, known in held)
            only_here, only_there = (tuple(sorted(left.elements())[:SHOWN]) for left in (ours - theirs, theirs - ours))
            differences.append(Difference(name, here[0], there[0], only_here, only_there))
    return Comparison(len(names), rows, tuple(differences))


def _names(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute("SELECT name FROM dictionary WHERE kind IN ('table', 'view')").fetchall()
    return {name for (name,) in rows} - _OF_THEIR_OWN


def _digest(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[int, int]:
    """Number of rows, and the sum of their hashes: the same in whatever order they come."""
    row = connection.execute(
        f"SELECT count(*), coalesce(sum(CAST(hash(CAST(t AS VARCHAR)) AS HUGEINT)), 0) FROM {quoted_name(name)} AS t"
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> Counter[str]:
    found = connection.execute(f"SELECT CAST(t AS VARCHAR) FROM {quoted_name(name)} AS t").fetchall()
    return Counter(row for (row,) in found)
