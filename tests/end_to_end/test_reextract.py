"""The warehouse made of the archive alone is the one that the nights loaded."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.nights import Night, fazhi

pytestmark = pytest.mark.end_to_end

NUMBERED_BY_LOADING = {"search_documents", "search_postings"}
"""Their numbers for texts follow the order of loading; ranked search looks the same through them."""


def contents(data: Path) -> dict[str, list[str]]:
    """Every table and view of a release, its rows as sorted words."""
    with duckdb.connect(str((data / "warehouse" / "fazhi.duckdb").resolve()), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        names = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT internal UNION "
            "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
        ).fetchall()
        return {
            name: sorted(str(row) for row in connection.execute(f'FROM "{name}"').fetchall())
            for (name,) in names
            if name not in NUMBERED_BY_LOADING | {"schema_version"}
        }


def parquet(data: Path, folder: Path) -> dict[str, bytes]:
    """The texts and facts of a release as Parquet."""
    folder.mkdir()
    with duckdb.connect(str((data / "warehouse" / "fazhi.duckdb").resolve()), read_only=True) as connection:
        for name in ("reports", "report_versions", "quantities", "observations", "checks", "appearances", "coverage"):
            connection.execute(f"COPY (FROM {name} ORDER BY ALL) TO '{folder / name}.parquet' (FORMAT parquet)")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def loaded(nights: dict[int, Night], two_nights_data: Path) -> Path:
    """The data directory that the nights filled."""
    assert nights[2].exit_code == 0, nights[2].printed
    return two_nights_data


@pytest.fixture
def archive_alone(loaded: Path, tmp_path: Path) -> Path:
    """A data directory with nothing but the archive of the nights."""
    shutil.copytree(loaded / "archive", tmp_path / "alone" / "archive")
    return tmp_path / "alone"


def test_the_archive_alone_gives_what_the_nights_loaded(loaded: Path, archive_alone: Path, tmp_path: Path) -> None:
    done = fazhi("reextract", "--data", str(archive_alone), "--workers", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert contents(archive_alone) == contents(loaded)
    first = parquet(archive_alone, tmp_path / "1")
    assert fazhi("reextract", "--data", str(archive_alone), "--workers", "1", "--rebuild").returncode == 0
    assert parquet(archive_alone, tmp_path / "2") == first == parquet(loaded, tmp_path / "3")


def test_what_is_up_to_date_is_left_alone(loaded: Path) -> None:
    release = (loaded / "warehouse" / "fazhi.duckdb").resolve()
    done = fazhi("reextract", "--data", str(loaded))
    assert (done.returncode, "nothing to do" in done.stdout) == (0, True)
    assert (loaded / "warehouse" / "fazhi.duckdb").resolve() == release


def test_killed_half_way_it_goes_on_where_it_was(loaded: Path, archive_alone: Path) -> None:
    command = [sys.executable, "-c", "from flows.cli import main; main()", "reextract", "--workers", "1"]
    process = subprocess.Popen([*command, "--data", str(archive_alone)], stderr=subprocess.PIPE, start_new_session=True)
    folder = archive_alone / "runs" / "reextract"
    deadline = time.monotonic() + 120
    while not any(path.stat().st_size for path in folder.glob("journal-*.jsonl")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.001)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 30
    while alive(process.pid):  # the processes that read end with the one that started them
        assert time.monotonic() < deadline
        time.sleep(0.05)
    kept = [json.loads(line)["reading"] for path in folder.glob("journal-*.jsonl") for line in whole_lines(path)]
    done = fazhi("reextract", "--data", str(archive_alone))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"({len(set(kept))} more had been read before)" in done.stdout
    assert contents(archive_alone) == contents(loaded)
    assert not folder.exists()


def whole_lines(journal: Path) -> list[bytes]:
    """The lines of a journal but for one that the kill cut off."""
    return [line for line in journal.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def alive(group: int) -> bool:
    """Whether a process group has a member."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


WRONG_USE = [
    pytest.param(["--portal", "nowhere"], "no capture of the portal nowhere", id="unknown portal"),
    pytest.param(["--rebuild", "--since", "2026-01-01"], "leave out --rebuild", id="rebuild of a part"),
]


@pytest.mark.parametrize(("options", "sentence"), WRONG_USE)
def test_wrong_use_is_told(loaded: Path, options: list[str], sentence: str) -> None:
    done = fazhi("reextract", "--data", str(loaded), *options)
    assert (done.returncode, sentence in done.stderr) == (2, True)


def test_an_archive_is_needed(tmp_path: Path) -> None:
    assert fazhi("reextract", "--data", str(tmp_path)).returncode == 2
