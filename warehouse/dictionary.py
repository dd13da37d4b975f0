"""The data dictionary: what every table, view, macro and column means, kept in dictionary.yaml, written as COMMENTs."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import duckdb
import yaml

from warehouse.quoting import quoted_name, quoted_text


def meanings() -> dict[str, Any]:
    """The file: `names` (table, view or macro → its meaning), `columns` (column → meaning), and `of` (table → column →
    meaning) where a column means something of its own."""
    with files("warehouse").joinpath("dictionary.yaml").open("rb") as stream:
        content: dict[str, Any] = yaml.load(stream, Loader=yaml.CSafeLoader)
    return content


def comment_statements(connection: duckdb.DuckDBPyConnection, *, tables_alone: bool = False) -> Iterator[str]:
    """COMMENT statements for all that the current database holds and dictionary.yaml explains; `tables_alone` leaves
    out macros and the columns of views."""
    known = meanings()
    relations = connection.execute(
        """SELECT 'TABLE', table_name FROM duckdb_tables()
           WHERE database_name = current_database() AND NOT internal AND NOT temporary
           UNION ALL SELECT 'VIEW', view_name FROM duckdb_views()
           WHERE database_name = current_database() AND NOT internal AND NOT temporary
           UNION ALL SELECT DISTINCT CASE function_type WHEN 'macro' THEN 'MACRO' ELSE 'MACRO TABLE' END, function_name
           FROM duckdb_functions() WHERE database_name = current_database() AND NOT internal
             AND function_type IN ('macro', 'table_macro')
           ORDER BY ALL"""
    ).fetchall()
    for kind, name in relations:
        if name in known["names"] and not (tables_alone and kind.startswith("MACRO")):
            yield f"COMMENT ON {kind} {quoted_name(name)} IS {quoted_text(known['names'][name])}"
    columns = connection.execute(
        """SELECT c.table_name, c.column_name FROM duckdb_columns() c
           WHERE c.database_name = current_database() AND NOT c.internal ORDER BY c.table_name, c.column_index"""
    ).fetchall()
    views = {name for kind, name in relations if kind == "VIEW"} if tables_alone else set()
    for table, column in columns:
        if table in views:
            continue
        meaning = known["of"].get(table, {}).get(column) or known["columns"].get(column)
        if meaning:
            yield f"COMMENT ON COLUMN {quoted_name(table)}.{quoted_name(column)} IS {quoted_text(meaning)}"


def meaning_rows() -> list[tuple[str | None, str | None, str]]:
    """The rows of the table `meanings`: a name's own, a column's of one name, a column's wherever it stands."""
    known = meanings()
    names: list[tuple[str | None, str | None, str]] = [(name, None, told) for name, told in known["names"].items()]
    own = [(name, column, told) for name, columns in known["of"].items() for column, told in columns.items()]
    return names + own + [(None, column, told) for column, told in known["columns"].items()]


def as_markdown(connection: duckdb.DuckDBPyConnection) -> str:
    """The dictionary of an open release as a page: what analysts use first, what lies under it after."""
    rows = connection.execute("SELECT name, kind, column_name, type, meaning FROM dictionary").fetchall()
    lines = ["# Data dictionary", ""]
    for name, kind, column, kind_of_value, meaning in rows:
        if kind == "column":
            lines.append(f"| `{column}` | {kind_of_value} | {meaning or ''} |")
        else:
            lines += [
                "",
                f"## {name}{f'({column})' if column else ''}",
                "",
                f"{kind.capitalize()}. {meaning or ''}",
                "",
            ]
            if kind != "macro":
                lines += ["| column | type | meaning |", "|---|---|---|"]
    return "\n".join(lines) + "\n"
