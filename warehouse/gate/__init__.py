"""The gate: SQL files that select the rows which must not be released, each beginning with a sentence that says why."""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

import duckdb

SHOWN = 5
"""Failing rows that a refusal quotes."""
_SLICE = 10_000
"""Texts that are judged at a time."""


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
    marks: frozenset[str]
    """`previous`: looks into the last release. `loaded`: judges what was loaded since, text by text."""
    sql: str


def _checks() -> list[_Check]:
    found = []
    for file in sorted(files("warehouse").joinpath("gate").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            text = file.read_text(encoding="utf-8")
            head = [line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--")]
            found.append(_Check(file.name.removesuffix(".sql"), head[0], frozenset(head[1:]), text))
    return found


def judge(connection: duckdb.DuckDBPyConnection, *, compare: bool) -> tuple[Failure, ...]:
    """Run every check. Empty means: may be released.

    `compare` says that the last release is attached as `previous`; without it the checks that look there are left
    out. What was loaded is judged in slices, so that memory does not grow with it."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS loaded_texts (report_id VARCHAR, text_digest VARCHAR)")
    checks = [check for check in _checks() if compare or "previous" not in check.marks]
    by_text = [check for check in checks if "loaded" in check.marks]
    failures = [_failure(connection, check) for check in checks if check not in by_text]
    for first in range(0, _number_loaded(connection), _SLICE):
        _take_slice(connection, first)
        failures += [_failure(connection, check) for check in by_text]
    return tuple(failure for failure in failures if failure is not None)


def _number_loaded(connection: duckdb.DuckDBPyConnection) -> int:
    """Number the loaded texts that are still there, in the order in which they lie in the file; returns how many."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE loaded_places AS
           SELECT row_number() OVER (ORDER BY rowid) - 1 AS place, rowid AS row
           FROM texts SEMI JOIN loaded_texts USING (report_id, text_digest)"""
    )
    (count,) = connection.execute("SELECT count(*) FROM loaded_places").fetchone() or (0,)
    return int(count)


def _take_slice(connection: duckdb.DuckDBPyConnection, first: int) -> None:
    """Make `judged_texts` of the next texts (keys, a number in their place, and what reading the text gives) and
    `judged_paragraphs` of their paragraphs."""
    # Found by the numbers of their rows, the words are read without reading all others.
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE judged_texts AS
            SELECT report_id, text_digest, CAST(place AS INTEGER) AS place, length(text) AS length,
                   sha256(text) AS computed, row
            FROM texts JOIN loaded_places ON texts.rowid = loaded_places.row
            WHERE place BETWEEN {first} AND {first + _SLICE - 1}"""
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE judged_paragraphs AS
           SELECT j.place, p.para_no, p.start, p."end", p.text FROM text_paragraphs p
           JOIN (SELECT t.rowid AS row, j.place
                 FROM text_paragraphs t JOIN judged_texts j USING (report_id, text_digest)) j ON p.rowid = j.row"""
    )
    # A batch may hold texts alone: then the text is its own paragraph.
    connection.execute(
        """INSERT INTO judged_paragraphs SELECT j.place, 1, 0, j.length, t.text FROM texts t
           JOIN (FROM judged_texts ANTI JOIN judged_paragraphs USING (place)) j ON t.rowid = j.row"""
    )


def _failure(connection: duckdb.DuckDBPyConnection, check: _Check) -> Failure | None:
    result = connection.execute(check.sql)
    names = [column[0] for column in result.description or ()]
    rows = result.fetchmany(1000)
    if not rows:
        return None
    shown = tuple(", ".join(f"{name} {value}" for name, value in zip(names, row, strict=True)) for row in rows[:SHOWN])
    return Failure(check.name, check.sentence, len(rows), shown)
