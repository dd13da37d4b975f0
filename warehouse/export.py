"""Exports of a release for those who work elsewhere: Parquet, CSV for Excel, XLSX or JSON Lines, each with a
Frictionless `datapackage.json` that says what every column means, whence the data come and on what terms.

Parquet and JSON Lines hold everything as it is. CSV and XLSX are for spreadsheets: cells end at the 32,767 characters
that Excel takes, and words that a spreadsheet would run as a formula are kept from it, in CSV by an apostrophe.
Except for XLSX, which carries the time it was written, the same release gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import duckdb

from warehouse.dictionary import meanings
from warehouse.place import Place
from warehouse.questions import prepared, questions
from warehouse.quoting import quoted_name, quoted_text

Shape = Literal["parquet", "csv", "xlsx", "jsonl"]

EXPORTED = (
    "reports",
    "report_versions",
    "appearances",
    "paragraphs",
    "sections",
    "quantities",
    "observations",
    "checks",
    "citations",
    "coverage",
    "indicators",
    "regions",
    "portals",
    "population",
    "disclosure",
    "captures",
    "runs",
    "portal_runs",
)
"""What a whole export holds. Single names may be any table or view of the release."""

DESCRIPTOR = "datapackage.json"
LONGEST_CELL = 32_767
"""Characters that a cell of Excel takes."""
MOST_ROWS = 1_048_575
"""Rows that a sheet of Excel takes, beside the head."""
_CUT = "……（截断，全文见 Parquet 或 JSONL）"
_FORMULA = r"^[=+\-@\t\r＝＋－＠]"
_MEDIA = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
}
_LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
_DESCRIPTION = (
    "Annual reports on law-based government (法治政府建设年度报告) as Chinese governments published them, with every "
    "figure they state and where it stands. The licence is for the arrangement and the facts; the reports are official "
    "documents, to which copyright does not apply (《中华人民共和国著作权法》第五条)."
)


class ExportRefused(Exception):  # noqa: N818 - it is wrong use
    """What was asked for cannot be exported, or not there."""

    exit_code = 2


class Export(NamedTuple):
    """What was written."""

    folder: Path
    rows: Mapping[str, int]
    """Name of the table or question → its rows."""


class _Field(NamedTuple):
    name: str
    type: str
    meaning: str | None


class _Source(NamedTuple):
    """Rows to export, as a relation that the connection knows."""

    name: str
    relation: str
    title: str
    fields: tuple[_Field, ...]
    ordered: bool
    """Whether the rows have an order of their own, as those of an answer have."""


def export(
    place: Place,
    shape: Shape,
    folder: Path,
    *,
    tables: Sequence[str] = (),
    question: int | None = None,
    given: Mapping[str, str] | None = None,
) -> Export:
    """Write a release, some of its tables, or the answer to a question, into a folder.

    An earlier export there is replaced, anything else refused. Raises ExportRefused and WrongParameter."""
    if folder.exists() and any(folder.iterdir()) and not (folder / DESCRIPTOR).exists():
        raise ExportRefused(f"{folder} holds something that is no export: name an empty folder.")
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        with _opened(place, partial) as connection:
            sources = (
                [_answer(connection, question, given or {})]
                if question is not None
                else [_table(connection, name) for name in tables or EXPORTED]
            )
            rows, resources = {}, []
            for source in sources:
                counted = connection.execute(f"SELECT count(*) FROM {source.relation}").fetchone()
                rows[source.name] = int(counted[0]) if counted else 0
                for path in _WRITERS[shape](connection, source, partial):
                    # No line of JSON tells a column: a table without rows is no resource that could be read.
                    if rows[source.name] or shape != "jsonl":
                        resources.append(_resource(source, shape, path, partial))
            descriptor = _descriptor(connection, place, resources)
        (partial / DESCRIPTOR).write_text(json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Export(folder, rows)


@contextmanager
def _opened(place: Place, scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The release, read-only, behind one thread: more would write the same rows in another order each time."""
    with place.open() as connection:
        connection.execute("SET threads = 1")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SET temp_directory = {quoted_text(str(scratch / 'spill'))}")
        yield connection
    shutil.rmtree(scratch / "spill", ignore_errors=True)


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> _Source:
    rows = connection.execute("SELECT name, kind, meaning FROM dictionary WHERE kind IN ('table', 'view')").fetchall()
    known = {found: meaning for found, _, meaning in rows}
    if name not in known:
        raise ExportRefused(f"The release has no table or view {name!r}: `fazhi dictionary` lists all of them.")
    told = connection.execute(
        "SELECT column_name, meaning FROM dictionary WHERE kind = 'column' AND name = ?", [name]
    ).fetchall()
    return _Source(
        name, quoted_name(name), known[name], _fields(connection, quoted_name(name), dict(told)), ordered=False
    )


def _answer(connection: duckdb.DuckDBPyConnection, number: int, given: Mapping[str, str]) -> _Source:
    values = prepared(connection, number, given)
    question = questions()[number]
    # The values are bound; the temporary table keeps the order of the answer.
    connection.execute(f"CREATE TEMP TABLE answer AS {question.sql}", values)
    fields = _fields(connection, "answer", meanings()["columns"])
    return _Source(f"question-{number}", "answer", f"{question.title} {question.sentence}", fields, ordered=True)


def _fields(connection: duckdb.DuckDBPyConnection, relation: str, told: Mapping[str, str]) -> tuple[_Field, ...]:
    described = connection.execute(f"DESCRIBE {relation}").fetchall()
    return tuple(_Field(row[0], row[1], told.get(row[0])) for row in described)


def _selected(source: _Source, shape: Shape, *, without: str | None = None) -> str:
    """The columns of a source as this shape writes them."""
    return ", ".join(
        f"{_as_written(field, shape)} AS {quoted_name(field.name)}" for field in source.fields if field.name != without
    )


def _as_written(field: _Field, shape: Shape) -> str:
    name = quoted_name(field.name)
    if shape == "parquet":
        return name
    if field.type == "TIMESTAMP WITH TIME ZONE":
        return name if shape == "xlsx" else f"strftime({name}, '%Y-%m-%dT%H:%M:%SZ')"
    if shape == "jsonl" or not _in_words(field):
        return name
    words = name if field.type == "VARCHAR" else f"CAST(to_json({name}) AS VARCHAR)"
    room = LONGEST_CELL - len(_CUT) - 1
    words = f"CASE WHEN length({words}) > {LONGEST_CELL - 1} THEN left({words}, {room}) || '{_CUT}' ELSE {words} END"
    return words if shape == "xlsx" else f"regexp_replace({words}, '({_FORMULA})', '''\\1')"


def _in_words(field: _Field) -> bool:
    return field.type in ("VARCHAR", "JSON") or field.type.endswith("]") or field.type.startswith(("STRUCT", "MAP"))


def _order(source: _Source) -> str:
    return "" if source.ordered else "ORDER BY ALL"


def _write_parquet(connection: duckdb.DuckDBPyConnection, source: _Source, folder: Path) -> Iterator[Path]:
    """Hive-partitioned by report_year, where the rows belong to a year."""
    options = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 16384)"
    names = {field.name for field in source.fields}
    if source.ordered or not names & {"report_year", "report_id"}:
        path = folder / f"{source.name}.parquet"
        connection.execute(
            f"COPY (SELECT {_selected(source, 'parquet')} FROM {source.relation} {_order(source)}) "
            f"TO {quoted_text(str(path))} {options}"
        )
        yield path
        return
    years = connection.execute(
        "SELECT report_year FROM coverage UNION SELECT report_year FROM reports ORDER BY report_year"
    ).fetchall()
    for (year,) in years:
        of_year = f"report_year = {int(year)}"
        if "report_year" not in names:
            of_year = f"report_id IN (SELECT report_id FROM reports WHERE {of_year})"
        if connection.execute(f"SELECT 1 FROM {source.relation} WHERE {of_year} LIMIT 1").fetchone():
            path = folder / source.name / f"report_year={year}" / "part-0.parquet"
            path.parent.mkdir(parents=True)
            selected = _selected(source, "parquet", without="report_year")
            connection.execute(
                f"COPY (SELECT {selected} FROM {source.relation} WHERE {of_year} {_order(source)}) "
                f"TO {quoted_text(str(path))} {options}"
            )
            yield path


def _write_csv(connection: duckdb.DuckDBPyConnection, source: _Source, folder: Path) -> Iterator[Path]:
    """UTF-8 with a byte order mark, without which Excel takes Chinese for another encoding."""
    path, bare = folder / f"{source.name}.csv", folder / f"{source.name}.bare"
    connection.execute(
        f"COPY (SELECT {_selected(source, 'csv')} FROM {source.relation} {_order(source)}) "
        f"TO {quoted_text(str(bare))} (FORMAT csv, HEADER)"
    )
    with bare.open("rb") as rows, path.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        shutil.copyfileobj(rows, file, 2**20)
    bare.unlink()
    yield path


def _write_jsonl(connection: duckdb.DuckDBPyConnection, source: _Source, folder: Path) -> Iterator[Path]:
    path = folder / f"{source.name}.jsonl"
    connection.execute(
        f"COPY (SELECT {_selected(source, 'jsonl')} FROM {source.relation} {_order(source)}) "
        f"TO {quoted_text(str(path))} (FORMAT json)"
    )
    yield path


def _write_xlsx(connection: duckdb.DuckDBPyConnection, source: _Source, folder: Path) -> Iterator[Path]:
    """One workbook a table: the rows with their types, on further sheets where one is full, then the dictionary."""
    from warehouse.workbook import write_workbook

    result = connection.execute(f"SELECT {_selected(source, 'xlsx')} FROM {source.relation} {_order(source)}")
    path = folder / f"{source.name}.xlsx"
    told = [(field.name, field.type, field.meaning or "") for field in source.fields]
    write_workbook(path, source.name, iter(lambda: result.fetchmany(10_000), []), told, MOST_ROWS)
    yield path


_WRITERS = {"parquet": _write_parquet, "csv": _write_csv, "xlsx": _write_xlsx, "jsonl": _write_jsonl}


def _resource(source: _Source, shape: Shape, file: Path, folder: Path) -> dict[str, Any]:
    """The entry of a file in the descriptor."""
    path = file.relative_to(folder)
    partition = [part.rpartition("=")[2] for part in path.parts if "=" in part]
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    entry: dict[str, Any] = {
        "name": "-".join([source.name.replace("_", "-").lower(), *partition]),
        "path": str(path),
        "title": " ".join([source.name, *partition]),
        "description": source.title,
        "format": shape,
        "mediatype": _MEDIA[shape],
        "bytes": file.stat().st_size,
        "hash": f"sha256:{digest}",
    }
    if shape in ("csv", "jsonl"):
        entry["encoding"] = "utf-8-sig" if shape == "csv" else "utf-8"
    if shape != "parquet":
        entry["profile"] = "tabular-data-resource"
    if shape in ("csv", "xlsx"):
        entry["dialect"] = {"header": True, "headerRows": [1]}
    left_out = "report_year" if partition else None
    entry["schema"] = {"fields": [_described(field, shape) for field in source.fields if field.name != left_out]}
    return entry


def _described(field: _Field, shape: Shape) -> dict[str, str]:
    kinds = {"INTEGER": "integer", "BIGINT": "integer", "DOUBLE": "number", "BOOLEAN": "boolean", "DATE": "date"}
    kind = kinds.get(field.type, "string")
    if field.type == "TIMESTAMP WITH TIME ZONE":
        kind = "datetime"
    elif _in_words(field) and field.type != "VARCHAR" and shape in ("parquet", "jsonl"):
        kind = "any"
    elif field.type.startswith(("HUGEINT", "UBIGINT", "UINTEGER", "SMALLINT")):
        kind = "integer"
    elif field.type.startswith(("DECIMAL", "FLOAT")):
        kind = "number"
    described = {"name": field.name, "type": kind}
    return described | ({"description": field.meaning} if field.meaning else {})


def _descriptor(
    connection: duckdb.DuckDBPyConnection, place: Place, resources: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    last = connection.execute("SELECT strftime(max(started_at), '%Y-%m-%dT%H:%M:%SZ') FROM runs").fetchone()
    sources = connection.execute(
        "SELECT name, base_url FROM portals WHERE portal_id IN (SELECT portal_id FROM reports) ORDER BY portal_id"
    ).fetchall()
    descriptor: dict[str, Any] = {
        "profile": "data-package",
        "name": "fazhi",
        "title": "法治政府建设年度报告 Reports on law-based government",
        "description": _DESCRIPTION,
        "version": place.version(),
        "licenses": [_LICENCE],
        "sources": [{"title": name, "path": address} for name, address in sources],
        "resources": list(resources),
    }
    if last and last[0]:
        descriptor["created"] = last[0]
    return descriptor
