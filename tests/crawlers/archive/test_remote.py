"""The archive root as an fsspec URL: a file system in memory always, S3 when SeaweedFS and s3fs are installed."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawlers.archive.capture_log import read_log
from crawlers.archive.check import check
from crawlers.archive.index import rebuild
from crawlers.archive.reader import ArchiveReader, prove
from crawlers.archive.salvage import salvage
from crawlers.archive.store import AlreadyThere, NoSuchFile, Store, UploadFailed
from tests.crawlers.archive.exchanges import exchange, one_of_each, second_night, write, writer
from tests.crawlers.archive.seaweed import s3_server

NIGHT_1 = "warc/20260401T040000-nightly-0-00000.warc.gz"
NIGHT_2 = "warc/20260402T040000-nightly-0-00000.warc.gz"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with s3_server(tmp_path_factory.mktemp("weed")) as environment:
        yield environment


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    unique = tmp_path.name
    if request.param == "memory":
        return Store(f"memory://{unique}", staging=tmp_path / "staging")
    for name, value in request.getfixturevalue("s3").items():
        monkeypatch.setenv(name, value)
    return Store(f"s3://fazhi/{unique}", staging=tmp_path / "staging")


def staged(store: Store) -> list[str]:
    return sorted(path.name for path in store.staging.rglob("*") if path.is_file())


def test_two_nights_are_written_read_and_checked(store: Store) -> None:
    write(store, one_of_each())
    write(store, second_night(), run_id="20260402T040000-nightly", prefix="1")
    assert store.names("warc", ".warc.gz") == [NIGHT_1, NIGHT_2]
    assert staged(store) == []
    report = check(store)
    assert (report.findings, report.records, report.captures, report.revisits) == ([], 33, 16, 2)
    archive = ArchiveReader(store)
    assert len([prove(archive, row) for row in archive.log if row.status is not None]) == 14
    assert [row for rows in rebuild(store).values() for row in rows] == list(read_log(store))


def test_nothing_is_overwritten(store: Store) -> None:
    write(store, one_of_each())
    before = store.read_range(NIGHT_1, 0, 10**6)
    other = store.staging / "other"
    other.write_bytes(b"other")
    with pytest.raises(AlreadyThere, match="exists already"):
        store.publish(other, NIGHT_1)
    assert store.read_range(NIGHT_1, 0, 10**6) == before
    assert other.read_bytes() == b"other"


def test_the_same_run_and_shard_again_gets_names_of_its_own(store: Store) -> None:
    write(store, [exchange("/1")])
    write(store, [exchange("/2")], prefix="1")
    assert store.names("warc", ".warc.gz") == [NIGHT_1, NIGHT_1.replace("00000", "00001")]
    assert len(list(read_log(store))) == 2
    assert check(store).sound


def test_the_crawl_s_own_logs_go_along(store: Store) -> None:
    out = writer(store)
    log = store.staging / "candidates" / "20260401T040000-nightly-0.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text("{}\n")
    out.close()
    assert store.names("candidates", ".jsonl") == ["candidates/20260401T040000-nightly-0.jsonl"]


@pytest.mark.parametrize("torn", [False, True], ids=["whole", "torn"])
def test_what_a_crash_left_is_uploaded(store: Store, torn: bool) -> None:
    out = writer(store)
    for number in range(3):
        out.record(exchange(f"/{number}", body=b"<p>%d</p>" % number))
    assert out._file is not None
    path = out._file.path
    fcntl.flock(out._file.descriptor, fcntl.LOCK_UN)
    out._log.close()
    if torn:
        path.write_bytes(path.read_bytes()[:-900])
    assert [finding.kind for finding in check(store).findings] == ["left_open"]
    salvage(store)
    report = check(store)
    assert report.findings == []
    assert report.captures == (2 if torn else 3)
    assert staged(store) == []


def test_a_crash_before_the_log_was_uploaded_loses_no_row(store: Store) -> None:
    out = writer(store)
    out.record(exchange("/1"))
    out._close_file()
    out._log.close()
    assert [finding.kind for finding in check(store).findings] == ["log_lacks_record"]
    salvage(store)
    assert check(store).sound
    assert staged(store) == []


def test_where_nothing_was_left_the_log_of_the_archive_is_not_read(store: Store) -> None:
    store.publish_bytes(b"no capture\n", "captures/20260401T040000-nightly-0.jsonl")
    assert salvage(store).rows_added == 0


def test_a_file_that_is_not_there_is_told(store: Store) -> None:
    with pytest.raises(NoSuchFile, match=r"has no file warc/none\.warc\.gz"):
        store.open("warc/none.warc.gz")


def test_an_upload_that_fails_leaves_the_file_for_salvage(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    out = writer(store)
    out.record(exchange("/1"))

    def broken(*_: object, **__: object) -> None:
        raise OSError("connection lost")

    with monkeypatch.context() as patched:
        patched.setattr(store._fs, "put_file", broken)
        with pytest.raises(UploadFailed, match=r"connection lost.*archive salvage"):
            out.close()
    del out
    salvage(store)
    assert check(store).sound
