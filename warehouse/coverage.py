"""Coverage: who should have published which year's report, worked out when a release is made (coverage.sql)."""

from __future__ import annotations

from importlib.resources import files

import duckdb


def tell_coverage(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the table `coverage` from the reports, regions, portals and runs of the warehouse in use."""
    connection.execute(files("warehouse").joinpath("coverage.sql").read_text(encoding="utf-8"))
