"""The gate: SQL files that select the rows which must not be released, each beginning with a sentence that says why."""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

import duckdb

SHOWN = 5
"""Failing rows that a refusal quotes."""


class Failure(NamedTuple):
    """A check of the gate that found rows."""

    check: str
    sentence: str
    found: int
    rows: tuple[str, ...]
    """The first of them."""

    def told(self) -> str:
        """The failure in a sentence, with its first rows."""
        return f"{self.check}: {self.sentence} {self.found} rows, the first: {'; '.join(self.rows)}."


class _Check(NamedTuple):
    name: str
    sentence: str
    needs_previous: bool
    sql: str


def _checks() -> list[_Check]:
    found = []
    for file in sorted(files("warehouse").joinpath("gate").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            text = file.read_text(encoding="utf-8")
            head = [line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--")]
            found.append(_Check(file.name.removesuffix(".sql"), head[0], "previous" in head[1:], text))
    return found


def judge(connection: duckdb.DuckDBPyConnection, *, compare: bool) -> tuple[Failure, ...]:
    """Run every check. Empty means: may be released.

    `compare` says that the last release is attached as `previous`; without it the checks that look there are left
    out."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS loaded_texts (report_id VARCHAR, text_digest VARCHAR)")
    return tuple(
        failure
        for check in _checks()
        if (compare or not check.needs_previous) and (failure := _failure(connection, check)) is not None
    )


def _failure(connection: duckdb.DuckDBPyConnection, check: _Check) -> Failure | None:
    result = connection.execute(check.sql)
    names = [column[0] for column in result.description or ()]
    rows = result.fetchmany(1000)
    if not rows:
        return None
    shown = tuple(", ".join(f"{name} {value}" for name, value in zip(names, row, strict=True)) for row in rows[:SHOWN])
    return Failure(check.name, check.sentence, len(rows), shown)
