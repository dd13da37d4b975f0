"""What is worked out of the loaded rows when a release is made, so that nobody who asks waits for it."""

from __future__ import annotations

from importlib.resources import files

import duckdb

_STEPS = ("year_checks", "coverage", "search_vocabulary")


def derive(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `coverage` and `search_vocabulary` anew, and `year_checks` for the reports loaded since the last release."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS unsettled (report_id VARCHAR)")
    for step in _STEPS:
        connection.execute(files("warehouse").joinpath("derived", f"{step}.sql").read_text(encoding="utf-8"))
