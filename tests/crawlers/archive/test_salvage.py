"""What a crash leaves open: whole records kept, nothing twice, revisits that resolve, the log mended."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from crawlers.archive.capture_log import read_log
from crawlers.archive.check import check
from crawlers.archive.salvage import salvage
from crawlers.archive.store import AlreadyThere, Store
from tests.crawlers.archive.exchanges import exchange, writer
from tests.crawlers.archive.killing import kill_and_salvage

NAME = "warc/20260401T040000-nightly-0-00000.warc.gz"
LOG = "captures/20260401T040000-nightly-0.jsonl"


def crashed(root: Path, exchanges: int = 3) -> Path:
    """An archive whose writer is gone without closing; returns the open file."""
    out = writer(root)
    for number in range(exchanges):
        out.record(exchange(f"/{number}", body=f"<p>{number}</p>".encode()))
    assert out._file is not None
    fcntl.flock(out._file.descriptor, fcntl.LOCK_UN)  # the system does this when the process dies
    return root / (NAME + ".open")


def test_whole_file_gets_its_name(tmp_path: Path) -> None:
    data = crashed(tmp_path).read_bytes()
    result = salvage(Store(tmp_path))
    assert [(file.name, file.records, file.bytes_cut) for file in result.files] == [(NAME, 7, 0)]
    assert (tmp_path / NAME).read_bytes() == data
    assert check(Store(tmp_path)).sound


@pytest.mark.parametrize("cut", [1, 8, 100, 400])
def test_torn_end_is_cut_off(tmp_path: Path, cut: int) -> None:
    path = crashed(tmp_path)
    path.write_bytes(path.read_bytes()[:-cut])
    result = salvage(Store(tmp_path))
    assert result.files[0].records in (5, 6)
    report = check(Store(tmp_path))
    assert report.findings == []
    assert report.captures == len(list(read_log(Store(tmp_path))))


def test_a_request_that_was_torn_off_is_noted(tmp_path: Path) -> None:
    path = crashed(tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    salvage(Store(tmp_path))
    notes = check(Store(tmp_path)).notes
    assert len(notes) == 1
    assert "a crash cut the exchange" in notes[0]


def test_rows_are_mended_both_ways(tmp_path: Path) -> None:
    path = crashed(tmp_path)
    log = tmp_path / LOG
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(lines[1] + lines[2] + b'{"capture_id": "to')  # the first row never reached the disk, one is torn
    path.write_bytes(path.read_bytes()[:-900])  # and the last exchange did not either
    result = salvage(Store(tmp_path))
    assert (result.rows_added, result.rows_dropped) == (1, 1)
    assert log.read_bytes() == lines[0] + lines[1]
    assert check(Store(tmp_path)).sound


def test_damage_in_the_middle_keeps_the_records_behind_it(tmp_path: Path) -> None:
    path = crashed(tmp_path)
    data = path.read_bytes()
    rows = list(read_log(Store(tmp_path)))
    at = rows[1].offset
    path.write_bytes(data[:at] + b"\0" * 100 + data[at:])
    result = salvage(Store(tmp_path))
    assert result.files[0].records == 7
    assert (tmp_path / NAME).read_bytes() == data
    assert (tmp_path / (NAME + ".damaged")).exists()
    assert check(Store(tmp_path)).sound


@pytest.mark.parametrize("data", [b"", b"\x1f\x8b\x08\x00", b"garbage"], ids=["empty", "torn", "garbage"])
def test_a_file_without_a_whole_record_is_taken_away(tmp_path: Path, data: bytes) -> None:
    crashed(tmp_path).write_bytes(data)
    assert salvage(Store(tmp_path)).files[0].records == 0
    assert list((tmp_path / "warc").iterdir()) == []


def test_a_crash_between_naming_and_tidying_leaves_one_file(tmp_path: Path) -> None:
    path = crashed(tmp_path)
    (tmp_path / NAME).hardlink_to(path)
    salvage(Store(tmp_path))
    assert [path.name for path in (tmp_path / "warc").iterdir()] == [NAME.removeprefix("warc/")]
    assert check(Store(tmp_path)).sound


def test_another_file_of_the_name_is_not_overwritten(tmp_path: Path) -> None:
    crashed(tmp_path)
    (tmp_path / NAME).write_bytes(b"precious")
    with pytest.raises(AlreadyThere, match="exists already"):
        salvage(Store(tmp_path))
    assert (tmp_path / NAME).read_bytes() == b"precious"


def test_a_file_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    with writer(tmp_path) as out:
        out.record(exchange("/"))
        result = salvage(Store(tmp_path))
        assert (result.files, result.in_use) == ([], [NAME])
        report = check(Store(tmp_path))
        assert report.notes == [f"{NAME} is being written by a crawl and was not checked."]
        assert report.sound
    assert check(Store(tmp_path)).sound


def test_a_file_left_open_is_a_finding(tmp_path: Path) -> None:
    crashed(tmp_path)
    assert [finding.kind for finding in check(Store(tmp_path)).findings] == ["left_open"]


def test_salvage_twice_is_salvage_once(tmp_path: Path) -> None:
    crashed(tmp_path)
    salvage(Store(tmp_path))
    again = salvage(Store(tmp_path))
    assert (again.files, again.rows_added, again.rows_dropped) == ([], 0, 0)


@pytest.mark.parametrize("same_run", [False, True], ids=["a-run-each", "the-same-run"])
def test_killed_writers_lose_no_whole_record(tmp_path: Path, same_run: bool) -> None:
    done = kill_and_salvage(tmp_path, rounds=3, seed=20260401, same_run=same_run)
    assert done.faults == []
    assert done.captures >= len(done.relied_upon)
