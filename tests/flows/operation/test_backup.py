import sqlite3
from pathlib import Path

import pytest

from flows.data_directory import DataDirectory
from flows.operation.backup import BackupError, backup, check, restore
from flows.turns import BusyError, turn


@pytest.fixture(name="data")
def _data(tmp_path: Path) -> DataDirectory:
    data = DataDirectory(tmp_path / "data")
    data.prepare()
    (data.root / "archive" / "warc").mkdir()
    (data.root / "archive" / "warc" / "one.warc.gz").write_bytes(b"first exchange")
    (data.root / "archive" / "warc" / "two.warc.gz.open").write_bytes(b"being written")
    releases = data.warehouse / "releases"
    releases.mkdir()
    (releases / "fazhi-1.duckdb").write_bytes(b"release 1")
    (data.warehouse / "fazhi.duckdb").symlink_to("releases/fazhi-1.duckdb")
    data.prefect.mkdir()
    with sqlite3.connect(data.prefect / "prefect.db") as database:
        database.execute("CREATE TABLE flow_run (name)")
        database.execute("INSERT INTO flow_run VALUES ('nightly')")
    return data


def held(root: Path) -> dict[str, bytes]:
    """Files by name: those that must come back as they were."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.endswith((".open", ".db")) and path.parent.name != "runs"
    }


def test_what_is_restored_is_what_was_backed_up(data: DataDirectory, tmp_path: Path) -> None:
    backup(data, tmp_path / "copy")
    elsewhere = DataDirectory(tmp_path / "elsewhere")
    done = restore(tmp_path / "copy", elsewhere)
    assert held(elsewhere.root) == held(data.root)
    assert str((elsewhere.warehouse / "fazhi.duckdb").readlink()) == "releases/fazhi-1.duckdb"
    with sqlite3.connect(elsewhere.prefect / "prefect.db") as database:
        assert database.execute("SELECT name FROM flow_run").fetchall() == [("nightly",)]
    assert done.files == 3


def test_only_what_is_new_is_copied_again(data: DataDirectory, tmp_path: Path) -> None:
    assert backup(data, tmp_path / "copy").fresh_files == 3
    (data.root / "archive" / "warc" / "three.warc.gz").write_bytes(b"third exchange")
    # the new file and the database, which is always taken anew
    assert backup(data, tmp_path / "copy").fresh_files == 2


def test_a_release_that_is_gone_leaves_the_backup(data: DataDirectory, tmp_path: Path) -> None:
    backup(data, tmp_path / "copy")
    (data.warehouse / "releases" / "fazhi-2.duckdb").write_bytes(b"release 2")
    (data.warehouse / "fazhi.duckdb").unlink()
    (data.warehouse / "fazhi.duckdb").symlink_to("releases/fazhi-2.duckdb")
    backup(data, tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy" / "warehouse" / "releases").iterdir()] == ["fazhi-2.duckdb"]


def test_a_byte_that_changed_is_found(data: DataDirectory, tmp_path: Path) -> None:
    backup(data, tmp_path / "copy")
    assert check(tmp_path / "copy").files == 3
    (tmp_path / "copy" / "archive" / "warc" / "one.warc.gz").write_bytes(b"first exchangE")
    with pytest.raises(BackupError, match=r"one\.warc\.gz is not what was backed up"):
        check(tmp_path / "copy")
    with pytest.raises(BackupError, match=r"one\.warc\.gz is not what was backed up"):
        restore(tmp_path / "copy", DataDirectory(tmp_path / "elsewhere"))


def test_a_backup_is_not_restored_over_data(data: DataDirectory, tmp_path: Path) -> None:
    backup(data, tmp_path / "copy")
    with pytest.raises(BackupError, match="an empty data directory"):
        restore(tmp_path / "copy", data)


def test_no_backup_is_made_while_a_run_is_at_work(data: DataDirectory, tmp_path: Path) -> None:
    with turn(data, "nightly"), pytest.raises(BusyError, match="Nightly"):
        backup(data, tmp_path / "copy")


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        pytest.param(None, "holds no backup", id="none"),
        pytest.param("[{", "cannot be read", id="cut"),
        pytest.param('[{"name": "../x", "size": 1, "changed": 1, "sha256": ""}]', "outside the backup", id="astray"),
    ],
)
def test_a_manifest_that_cannot_be_used(manifest: str | None, sentence: str, tmp_path: Path) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(BackupError, match=sentence):
        restore(tmp_path, DataDirectory(tmp_path / "data"))


def test_a_backup_belongs_elsewhere(data: DataDirectory) -> None:
    with pytest.raises(BackupError, match="another disk"):
        backup(data, data.root / "backup")


def test_a_backup_says_that_the_prefect_database_is_not_in_it(
    data: DataDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", raising=False)
    assert backup(data, tmp_path / "copy").left_out == ()
    (data.prefect / "prefect.db").unlink()
    (told,) = backup(data, tmp_path / "copy").left_out
    assert "No Prefect database is in it" in told
