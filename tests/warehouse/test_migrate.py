from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from warehouse.batch import TABLES
from warehouse.load import STORED
from warehouse.migrate import MigrationRefused, migrate, migrations, refresh_views


@pytest.fixture
def steps(tmp_path: Path) -> list[Path]:
    (tmp_path / "0001_one.sql").write_text("CREATE TABLE one (a INTEGER);", encoding="utf-8")
    (tmp_path / "0002_two.sql").write_text("ALTER TABLE one ADD COLUMN b VARCHAR;", encoding="utf-8")
    return sorted(tmp_path.glob("*.sql"))


def test_each_is_applied_once_and_data_stays(steps: list[Path]) -> None:
    connection = duckdb.connect()
    assert migrate(connection, steps[:1]) == 1
    connection.execute("INSERT INTO one VALUES (1)")
    assert migrate(connection, steps) == 1
    assert migrate(connection, steps) == 0
    assert connection.execute("FROM one").fetchall() == [(1, None)]


def test_an_edited_one_is_refused(steps: list[Path]) -> None:
    connection = duckdb.connect()
    migrate(connection, steps)
    steps[0].write_text("CREATE TABLE one (a BIGINT);", encoding="utf-8")
    with pytest.raises(MigrationRefused, match=r"0001_one\.sql was edited"):
        migrate(connection, steps)


def test_a_file_of_a_newer_program_is_refused(steps: list[Path]) -> None:
    connection = duckdb.connect()
    migrate(connection, steps)
    with pytest.raises(MigrationRefused, match="does not know"):
        migrate(connection, steps[:1])


def test_a_failing_one_is_rolled_back(steps: list[Path]) -> None:
    connection = duckdb.connect()
    steps[1].write_text("ALTER TABLE one ADD COLUMN b VARCHAR; SELECT nonsense;", encoding="utf-8")
    with pytest.raises(MigrationRefused, match=r"0002_two\.sql failed"):
        migrate(connection, steps)
    assert connection.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = 'one'").fetchall() == [
        ("a",)
    ]
    assert connection.execute("SELECT version FROM schema_version").fetchall() == [(1,)]


def test_a_gap_is_refused(steps: list[Path]) -> None:
    with pytest.raises(MigrationRefused, match="without a gap"):
        migrate(duckdb.connect(), steps[1:])


@pytest.fixture(scope="module")
def made() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("ATTACH ':memory:' AS made")
    connection.execute("USE made")
    migrate(connection)
    refresh_views(connection)
    return connection


def test_migrations_are_numbered() -> None:
    assert [file.name[:4] for file in migrations()] == [f"{n:04}" for n in range(1, len(migrations()) + 1)]


def test_everything_is_explained(made: duckdb.DuckDBPyConnection) -> None:
    rows = made.execute("SELECT name, kind, column_name, meaning FROM dictionary").fetchall()
    assert len(rows) > 200
    assert [row for row in rows if not row[3]] == []


# Tables that store a column of the contract under another shape.
RESHAPED = {("postings", "tokens")}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_the_contract_fits_the_schema(made: duckdb.DuckDBPyConnection, table: object) -> None:
    from warehouse.batch import BatchTable

    assert isinstance(table, BatchTable)
    stored = {
        name: (kind, nullable)
        for name, kind, nullable in made.execute(
            "SELECT column_name, data_type, is_nullable FROM duckdb_columns() "
            "WHERE database_name = 'made' AND table_name = ?",
            [STORED.get(table.name, table.name)],
        ).fetchall()
    }
    for column in table.columns:
        if (table.name, column.name) not in RESHAPED:
            kind = column.type.replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE")
            assert stored[column.name] == (kind, not column.required), column.name


PROMISED = {
    "reports": "report_id portal_id url title list_title inferred_title issuer region_code region level report_year "
    "published_on signed_on source document_number version versions status text_digest text first_seen_at "
    "last_seen_at capture_id",
    "report_versions": "report_id version text_digest text capture_id seen_at change",
    "appearances": "report_id portal_id url first_seen_at last_seen_at gone_at",
    "paragraphs": "report_id para_no text",
    "sections": "report_id ordinal level marker title start end dimension",
    "quantities": "report_id ordinal start end text value value_high unit bound kind direction subject period section "
    "optional page",
    "observations": "report_id indicator value value_high unit bound period scope start end evidence confidence",
    "checks": "report_id rule stated numerator denominator computed verdict start end",
    "citations": "report_id start end text kind document_number cited_id",
    "captures": "capture_id run_id portal_id url status verdict warc_file offset length record_id",
    "coverage": "region_code issuer report_year state published_on days_after_1_april report_id",
    "runs": "run_id flow started_at finished_at outcome counts",
    "portal_runs": "run_id portal_id state reason requests captures candidates reports_new reports_revised",
    "indicators": "code name_zh",
    "regions": "region_code name",
    "portals": "portal_id name",
}


@pytest.mark.parametrize(("name", "columns"), PROMISED.items(), ids=PROMISED.keys())
def test_promised_names(made: duckdb.DuckDBPyConnection, name: str, columns: str) -> None:
    there = {row[0] for row in made.execute(f"DESCRIBE {name}").fetchall()}
    assert set(columns.split()) <= there


# Rows that a warehouse of each version could hold, and what they must have become.
OLD_TEXT = "标题\n普法30场。"
OLD_ROWS = {
    1: f"""
        INSERT INTO texts (report_id, text_digest, text, capture_id, seen_at, extractor_version, portal_id, url,
                           report_year)
        VALUES ('r', 'd', '{OLD_TEXT}', 'c', '2025-03-01', '1', 'p', 'https://p.example', 2024);
        INSERT INTO text_paragraphs VALUES ('r', 'd', 1, true, 1, '标题', NULL),
                                           ('r', 'd', 1, true, 2, '普法30场。', NULL);
        INSERT INTO text_postings VALUES ('r', 'd', 1, true, '普法', 1), ('r', 'd', 1, true, '标题', 2)""",
    2: f"""
        INSERT INTO texts (report_id, text_digest, text, capture_id, seen_at, extractor_version, portal_id, url,
                           report_year)
        VALUES ('r', 'd', '{OLD_TEXT}', 'c', '2025-03-01', '1', 'p', 'https://p.example', 2024);
        INSERT INTO text_paragraphs VALUES ('r', 'd', 1, true, 1, 0, 2, '标题', NULL),
                                           ('r', 'd', 1, true, 2, 3, 9, '普法30场。', NULL);
        INSERT INTO search_documents VALUES ('r', 'd', 1, true, 1, 3);
        INSERT INTO search_postings VALUES ('普法', 1, 1), ('标题', 1, 2)""",
}


# Two statements of one indicator, of which the first is the comparable one, and a check; what a version had beside.
OLD_OBSERVATIONS = """
    INSERT INTO text_observations BY NAME
    SELECT 'r' AS report_id, 'd' AS text_digest, 1 AS version, true AS latest, 'publicity.sessions' AS indicator,
           value, '场' AS unit, bound, start, 8 AS "end", '30场' AS evidence, 0.9 AS confidence{beside}
    FROM (VALUES (30, 'exact', 5, true), (20, 'over', 3, false)) AS stated (value, bound, start, cell)"""
OLD_BESIDE = {1: "", 8: ", cell", 9: ", cell, 2024 AS report_year"}
OLD_CHECK = """
    INSERT INTO text_checks (report_id, text_digest, version, latest, rule, stated, verdict, start, "end")
    VALUES ('r', 'd', 1, true, 'share', 30, 'consistent', 5, 8)"""


@pytest.mark.parametrize("version", range(1, len(migrations())), ids=lambda version: f"from {version}")
def test_an_earlier_warehouse_keeps_its_data(version: int) -> None:
    connection = duckdb.connect()
    migrate(connection, migrations()[:version])
    connection.execute(OLD_ROWS[min(version, max(OLD_ROWS))])
    beside = OLD_BESIDE[max(number for number in OLD_BESIDE if number <= version)]
    connection.execute(OLD_OBSERVATIONS.format(beside=beside))
    connection.execute(OLD_CHECK)
    if version < 5:
        connection.execute("CREATE VIEW coverage AS FROM regions; CREATE VIEW 覆盖 AS FROM coverage")
    assert migrate(connection) == len(migrations()) - version
    refresh_views(connection)
    assert connection.execute("SELECT text FROM texts").fetchall() == [(OLD_TEXT,)]
    assert connection.execute('SELECT para_no, text, start, "end" FROM paragraphs ORDER BY para_no').fetchall() == [
        (1, "标题", 0, 2),
        (2, "普法30场。", 3, 9),
    ]
    assert connection.execute("SELECT token, tf, words FROM search_postings JOIN search_documents USING (doc) "
                              "ORDER BY token").fetchall() == [("普法", 1, 3), ("标题", 2, 3)]  # fmt: skip
    assert connection.execute("SELECT value, report_year, cell FROM text_observations ORDER BY value").fetchall() == [
        (20, 2024, False),
        (30, 2024, True),
    ]
    # Checks keep their words from version 7 on; before, they are taken from the text.
    evidence = "30场" if version < 7 else None
    assert connection.execute("SELECT rule, evidence FROM checks").fetchall() == [("share", evidence)]
