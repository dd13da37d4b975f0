from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.batches import FIRST, SECOND, run_rows, text_rows, write
from warehouse import release
from warehouse.load import load
from warehouse.release import DiskTooFull, GateRefused, LoaderBusy, NoRelease, Staging, open_release


def publish(root: Path, batch: Path) -> Path:
    with Staging(root) as staging:
        load(staging.connection, batch)
        return Path(staging.publish("run").where)


def count(root: Path) -> Any:
    with open_release(root) as connection:
        return connection.execute("SELECT count(*) FROM report_versions").fetchone()


def test_no_release_yet(tmp_path: Path) -> None:
    with pytest.raises(NoRelease, match="no release"):
        open_release(tmp_path)


def test_the_last_three_stay_and_cannot_be_written(tmp_path: Path) -> None:
    root = tmp_path / "warehouse"
    paths = [publish(root, write(tmp_path / str(n), run_rows(n), text_rows(n, FIRST))) for n in range(1, 6)]
    assert sorted((root / "releases").iterdir()) == sorted(paths[-3:])
    assert (root / "fazhi.duckdb").resolve() == paths[-1].resolve()
    assert sorted(path.name for path in root.iterdir()) == ["fazhi.duckdb", "loader.lock", "releases"]
    with open_release(root) as connection, pytest.raises(duckdb.Error, match="read-only"):
        connection.execute("DELETE FROM texts")


def test_a_reader_keeps_what_it_opened(tmp_path: Path) -> None:
    root = tmp_path / "warehouse"
    publish(root, write(tmp_path / "1", text_rows(1, FIRST)))
    with open_release(root) as reader:
        publish(root, write(tmp_path / "2", text_rows(2, SECOND)))
        assert reader.execute("SELECT count(*) FROM report_versions").fetchone() == (1,)
        assert count(root) == (2,)


def test_leaving_without_publishing_leaves_the_last_release(tmp_path: Path) -> None:
    root = tmp_path / "warehouse"
    publish(root, write(tmp_path / "1", text_rows(1, FIRST)))
    with Staging(root) as staging:
        load(staging.connection, write(tmp_path / "2", text_rows(2, SECOND)))
    assert count(root) == (1,)
    assert not list(root.glob("staging*"))


def test_one_loader_at_a_time(tmp_path: Path) -> None:
    with Staging(tmp_path), pytest.raises(LoaderBusy, match="Another run is loading"), Staging(tmp_path):
        pass


def test_leftovers_of_a_crash_are_thrown_away(tmp_path: Path) -> None:
    root = tmp_path / "warehouse"
    publish(root, write(tmp_path / "1", text_rows(1, FIRST)))
    (root / "staging.duckdb").write_bytes(b"torn")
    (root / "staging.duckdb.wal").write_bytes(b"torn")
    (root / ".fazhi.link").symlink_to("nowhere")
    publish(root, write(tmp_path / "2", text_rows(2, SECOND)))
    assert count(root) == (2,)


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 1024

    monkeypatch.setattr(release.shutil, "disk_usage", lambda path: Usage)
    with pytest.raises(DiskTooFull, match="0 MB free"), Staging(tmp_path):
        pass
    assert not list(tmp_path.glob("staging*"))


def test_a_rebuild_starts_empty_and_keeps_the_runs(tmp_path: Path) -> None:
    root = tmp_path / "warehouse"
    publish(root, write(tmp_path / "1", run_rows(1), text_rows(1, FIRST)))
    with Staging(root, rebuild=True) as staging:
        assert staging.connection.execute("SELECT count(*) FROM texts").fetchone() == (0,)
        assert staging.connection.execute("SELECT run_id FROM runs").fetchall() == [("run-1",)]


def test_the_gate_lets_texts_without_paragraphs_pass(tmp_path: Path) -> None:
    root, rows = tmp_path / "warehouse", text_rows(1, FIRST)
    del rows["paragraphs"]
    publish(root, write(tmp_path / "1", run_rows(1), rows))
    assert count(root) == (1,)


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        pytest.param("INSERT INTO captures FROM captures", "unique_keys", id="a key twice"),
        pytest.param("INSERT INTO texts FROM texts", "unique_keys", id="a text twice"),
        pytest.param("DELETE FROM texts", "no_orphans", id="facts without text"),
        pytest.param("UPDATE text_versions SET latest = false", "one_latest_version", id="no latest version"),
        pytest.param("UPDATE text_quantities SET start = start + 1", "offsets_give_the_text", id="shifted offsets"),
        pytest.param('UPDATE text_quantities SET "end" = 9999', "offsets_give_the_text", id="words beyond the text"),
        pytest.param(
            "UPDATE text_quantities SET text = 'x'; DELETE FROM text_paragraphs",
            "offsets_give_the_text",
            id="words of a text without paragraphs",
        ),
        pytest.param("UPDATE texts SET text = text || '。'", "digest_fits_text", id="another text"),
        pytest.param("DELETE FROM text_paragraphs WHERE para_no = 2", "paragraphs_make_the_text", id="a gap"),
        pytest.param("UPDATE text_observations SET bound = 'maybe'", "known_words", id="an unknown word"),
        pytest.param(
            "INSERT INTO text_sections SELECT report_id, text_digest, 1, true, 1, 1, '一、', 'x', 0, 9999, NULL, NULL "
            "FROM texts",
            "spans_inside_the_text",
            id="a section beyond the text",
        ),
        pytest.param("DELETE FROM report_states; DELETE FROM text_versions", "counts_not_collapsed", id="reports lost"),
    ],
)
def test_the_gate_refuses(tmp_path: Path, damage: str, check: str) -> None:
    root = tmp_path / "warehouse"
    batch = write(tmp_path / "1", run_rows(1), text_rows(1, FIRST))
    last = publish(root, batch)
    with pytest.raises(GateRefused) as refused, Staging(root) as staging:
        load(staging.connection, batch)
        staging.connection.execute(damage)
        staging.publish("run-2")
    assert check in {failure.check for failure in refused.value.failures}
    assert refused.value.exit_code == 3
    assert (root / "fazhi.duckdb").resolve() == last.resolve()
    assert count(root) == (1,)
