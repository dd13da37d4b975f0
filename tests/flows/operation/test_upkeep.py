import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from crawlers.archive.store import Store
from flows import upkeep
from flows.data_directory import DataDirectory
from flows.upkeep import UpkeepOutcome, check_part, forget_facts, unseen_reports
from tests.crawlers.archive.exchanges import exchange, writer
from warehouse.place import Place

NOW = datetime(2026, 5, 3, tzinfo=UTC)


@pytest.fixture(name="archive")
def _archive(tmp_path: Path) -> Store:
    """Two nights, a file each, of two pages and one."""
    for number, (run_id, paths) in enumerate((("20260401T0-nightly", ("/a", "/b")), ("20260402T0-nightly", ("/c",)))):
        with writer(tmp_path, run_id, prefix=str(number)) as out:
            for path in paths:
                out.record(exchange(path, body=path.encode() * 100))
    return Store(tmp_path)


def test_the_parts_together_are_the_archive(archive: Store) -> None:
    parts = [check_part(archive, part, 2) for part in range(2)]
    assert [(part.files, part.captures, part.broken) for part in parts] == [(1, 2, ()), (1, 1, ())]


def test_an_archive_of_few_files_is_read_whole(archive: Store) -> None:
    whole = check_part(archive, 2, 3)
    assert (whole.files, whole.captures, whole.broken) == (2, 3, ())


def test_a_file_that_lost_bytes_is_found(archive: Store) -> None:
    assert archive.local is not None
    file = min((archive.local / "warc").iterdir())
    file.write_bytes(file.read_bytes()[:-400])
    assert check_part(archive, 0, 1).broken


def test_facts_go_when_they_are_loaded_and_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = DataDirectory(tmp_path)
    for run_id, age in (("loaded-old", 40), ("loaded-new", 1), ("not-loaded", 40)):
        facts = data.runs / run_id / "facts"
        facts.mkdir(parents=True)
        (facts / "runs.jsonl").write_bytes(b"12345")
        moment = (NOW - timedelta(days=age)).timestamp()
        os.utime(facts, (moment, moment))
    monkeypatch.setattr(upkeep, "loaded_runs", lambda data: {"loaded-old", "loaded-new"})
    assert forget_facts(data, NOW - timedelta(days=30)) == 5
    assert sorted(path.parent.name for path in data.runs.glob("*/facts")) == ["loaded-new", "not-loaded"]


def test_a_report_that_was_not_asked_for_again_is_named(tmp_path: Path) -> None:
    release = tmp_path / "fazhi.duckdb"
    with duckdb.connect(str(release)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TABLE appearances (report_id TEXT, portal_id TEXT, url TEXT, gone_at TIMESTAMPTZ)")
        connection.execute("CREATE TABLE captures (url TEXT, fetched_at TIMESTAMPTZ)")
        connection.execute("CREATE TABLE runs (run_id TEXT, started_at TIMESTAMPTZ)")
        connection.execute("CREATE TABLE portal_runs (run_id TEXT, portal_id TEXT, state TEXT)")
        connection.execute("INSERT INTO runs VALUES ('r1', '2026-05-02')")
        connection.execute("INSERT INTO portal_runs VALUES ('r1', 'well', 'ok'), ('r1', 'ill', 'blocked')")
        connection.execute(
            """INSERT INTO appearances VALUES ('asked', 'well', 'u1', NULL), ('forgotten', 'well', 'u2', NULL),
                                              ('gone', 'well', 'u3', '2026-03-02'), ('blocked', 'ill', 'u4', NULL)"""
        )
        connection.execute(
            """INSERT INTO captures VALUES ('u1', '2026-03-01'), ('u1', '2026-05-01'), ('u2', '2026-03-01'),
                                           ('u3', '2026-03-02'), ('u4', '2026-03-01')"""
        )
    found = unseen_reports(Place(tmp_path), NOW - timedelta(days=33))
    assert [(report.report_id, report.last_seen_on) for report in found] == [("forgotten", "2026-03-01")]


def test_a_broken_capture_makes_the_archive_unsound() -> None:
    told = {"files": 1, "captures": 1, "freed_bytes": 0, "doubtful": (), "unseen": (), "releases": ()}
    assert UpkeepOutcome.model_validate(told | {"broken": ()}).sound
    assert not UpkeepOutcome.model_validate(told | {"broken": ("x",)}).sound
