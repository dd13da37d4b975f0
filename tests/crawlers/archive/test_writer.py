"""What is written: golden records, wire truth, revisits, rolling, nothing overwritten."""

from __future__ import annotations

import errno
import gzip
import os
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator

from crawlers.archive.capture_log import CaptureLog, read_log
from crawlers.archive.exchange import Exchange, digest_of
from crawlers.archive.reader import ArchiveReader
from crawlers.archive.store import Store
from crawlers.archive.writer import ArchiveClosed, ArchiveWriteFailed
from tests.crawlers.archive.exchanges import BASE, HTML, NOON, PAGE, exchange, one_of_each, second_night, write, writer

GOLDEN = Path(__file__).parent / "golden"
NIGHT_1 = "20260401T040000-nightly"
NIGHT_2 = "20260402T040000-nightly"


def members(path: Path) -> list[bytes]:
    """The gzip members of a file, decompressed, by zlib alone."""
    data = path.read_bytes()
    found = []
    while data:
        inflate = zlib.decompressobj(zlib.MAX_WBITS + 16)
        found.append(inflate.decompress(data))
        assert inflate.eof
        data = inflate.unused_data
    return found


def two_nights(root: Path) -> None:
    write(root, one_of_each())
    write(root, second_night(), run_id=NIGHT_2, prefix="1")


@pytest.mark.parametrize("run_id", [NIGHT_1, NIGHT_2])
def test_records_are_the_golden_ones_byte_for_byte(tmp_path: Path, run_id: str) -> None:
    two_nights(tmp_path)
    written = members(tmp_path / f"warc/{run_id}-0-00000.warc.gz")
    assert b"".join(written) == (GOLDEN / f"{run_id}.warc").read_bytes()
    assert all(member.startswith(b"WARC/1.1\r\n") and member.count(b"WARC/1.1\r\n") == 1 for member in written)


def test_warcio_finds_no_fault(tmp_path: Path) -> None:
    # warcio 1.8 cannot open a brotli body with brotli 1.2 (its decompressor takes no attribute), so that one stays out.
    write(tmp_path, [item for item in one_of_each() if not item.url.endswith("/brotli")])
    write(tmp_path, second_night()[1:], run_id=NIGHT_2, prefix="1")
    files = sorted(map(str, (tmp_path / "warc").iterdir()))
    warcio = Path(sys.executable).with_name("warcio")
    result = subprocess.run([warcio, "check", "-v", *files], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
    assert "digest failed" not in result.stdout
    assert result.stdout.count("digest pass") == 28


def test_fastwarc_reads_what_went_in(tmp_path: Path) -> None:
    write(tmp_path, one_of_each())
    wanted = [(item.url, item.status, item.body) for item in one_of_each() if item.status is not None]
    found = []
    with (tmp_path / f"warc/{NIGHT_1}-0-00000.warc.gz").open("rb") as file:
        for record in ArchiveIterator(file):
            if record.headers["WARC-Type"] == "response":
                body = record.reader.read()
                found.append((record.headers["WARC-Target-URI"], record.http_headers.status_code, body))
                assert record.headers["WARC-Payload-Digest"] == digest_of(body)
    assert found == wanted


HEADS = [
    pytest.param(
        exchange("/a?b=1&b=2&c=%E6%B3%95"),
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n",
        b"GET /a?b=1&b=2&c=%E6%B3%95 HTTP/1.1\r\nHost: www.yunxi.example.cn\r\nUser-Agent: fazhi-test\r\n\r\n",
        id="query-string",
    ),
    pytest.param(
        exchange("", response_headers=((b"set-cookie", b"a"), (b"X", b"\xff"), (b"Set-Cookie", b"b"))),
        b"HTTP/1.1 200 OK\r\nset-cookie: a\r\nX: \xff\r\nSet-Cookie: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: www.yunxi.example.cn\r\nUser-Agent: fazhi-test\r\n\r\n",
        id="repeated-headers-in-order-and-case",
    ),
    pytest.param(
        exchange("/x", status=299, phrase=b"\xb6\xd4", protocol="HTTP/1.0", response_headers=(), request_headers=()),
        b"HTTP/1.0 299 \xb6\xd4\r\n\r\n",
        b"GET /x HTTP/1.1\r\n\r\n",
        id="odd-status-line",
    ),
    pytest.param(
        exchange("/x", response_headers=((b"Transfer-Encoding", b"chunked"),), request_headers=()),
        b"HTTP/1.1 200 OK\r\nX-Archive-Orig-Transfer-Encoding: chunked\r\n\r\n",
        b"GET /x HTTP/1.1\r\n\r\n",
        id="transfer-coding-undone",
    ),
]


@pytest.mark.parametrize(("seen", "response_head", "request_head"), HEADS)
def test_heads_stand_as_they_were(tmp_path: Path, seen: Exchange, response_head: bytes, request_head: bytes) -> None:
    write(tmp_path, [seen])
    _, response, request = members(tmp_path / f"warc/{NIGHT_1}-0-00000.warc.gz")
    assert response.partition(b"\r\n\r\n")[2] == response_head + PAGE + b"\r\n\r\n"
    assert request.partition(b"\r\n\r\n")[2] == request_head + b"\r\n\r\n"


def test_reader_gives_bodies_as_sent_and_decoded(tmp_path: Path) -> None:
    two_nights(tmp_path)
    archive = ArchiveReader(tmp_path)
    for path in ("/gzip", "/brotli", "/copy-of-gzip", "/chunked"):
        opened = archive.open(archive.log.of_url(BASE + path)[0])
        assert opened.content == PAGE, path
    unmodified = archive.open(archive.log.of_url(f"{BASE}/gzip")[1])
    assert unmodified.status_line == "HTTP/1.1 304 Not Modified"
    assert unmodified.body == gzip.compress(PAGE, mtime=0)
    assert unmodified.content == PAGE


REVISITS = [
    pytest.param({"verdict": "not_modified", "refers_to": "00000000-0000-4000-8000-000000000008"}, "/gzip", id="304"),
    pytest.param({"verdict": "ok", "refers_to": "00000000-0000-4000-8000-000000000008"}, "/copy-of-gzip", id="same"),
    pytest.param({"verdict": "ok", "refers_to": None}, "/new", id="new-bytes"),
]


@pytest.mark.parametrize(("wanted", "path"), REVISITS)
def test_revisits_refer_to_a_closed_record(tmp_path: Path, wanted: dict[str, str | None], path: str) -> None:
    two_nights(tmp_path)
    row = CaptureLog.read(Store(tmp_path)).of_url(BASE + path)[-1]
    assert {name: getattr(row, name) for name in wanted} == wanted


def test_a_digest_is_unknown_until_its_file_is_closed(tmp_path: Path) -> None:
    with writer(tmp_path) as out:
        first = out.record(exchange("/1"))
        again = out.record(exchange("/2"))
        assert (first.refers_to, again.refers_to) == (None, None)
    with writer(tmp_path, NIGHT_2, prefix="1") as out:
        assert out.record(exchange("/3")).refers_to == first.capture_id


def test_a_304_to_an_unknown_capture_is_kept_as_a_response(tmp_path: Path) -> None:
    with writer(tmp_path) as out:
        row = out.record(exchange("/", status=304, phrase=b"Not Modified", body=b"", revalidates="nowhere"))
    assert row.refers_to is None
    assert b"WARC-Type: response" in members(tmp_path / row.warc_file)[1]


def test_a_revisit_of_a_revisit_refers_to_the_bytes(tmp_path: Path) -> None:
    with writer(tmp_path) as out:
        first = out.record(exchange("/"))
    with writer(tmp_path, NIGHT_2, prefix="1") as out:
        second = out.record(exchange("/", status=304, body=b"", revalidates=first.capture_id))
    with writer(tmp_path, "20260403T040000-nightly", prefix="2") as out:
        third = out.record(exchange("/", status=304, body=b"", revalidates=second.capture_id))
    assert (second.refers_to, third.refers_to) == (first.capture_id, first.capture_id)


@pytest.mark.parametrize("body", [b"", PAGE[:5]], ids=["empty", "cut-short"])
def test_bodies_that_prove_nothing_are_no_originals(tmp_path: Path, body: bytes) -> None:
    truncated = "disconnect" if body else None
    with writer(tmp_path) as out:
        out.record(exchange("/1", body=body, truncated=truncated))
    with writer(tmp_path, NIGHT_2, prefix="1") as out:
        assert out.record(exchange("/2", body=body)).refers_to is None


def test_a_full_file_is_closed_and_the_next_begun(tmp_path: Path) -> None:
    rows = []
    with writer(tmp_path, roll_at=1500) as out:
        for number in range(6):
            rows.append(out.record(exchange(f"/{number}", body=os.urandom(600))))
    names = sorted(path.name for path in (tmp_path / "warc").iterdir())
    assert names == [f"{NIGHT_1}-0-{number:05d}.warc.gz" for number in range(len(names))]
    assert len(names) >= 3
    for name in names:
        assert members(tmp_path / "warc" / name)[0].count(b"WARC-Type: warcinfo") == 1
    assert [row.warc_file for row in rows] == [row.warc_file for row in read_log(Store(tmp_path))]


def test_a_file_has_a_temporary_name_while_it_is_written(tmp_path: Path) -> None:
    out = writer(tmp_path)
    row = out.record(exchange("/"))
    assert [path.name for path in (tmp_path / "warc").iterdir()] == [f"{NIGHT_1}-0-00000.warc.gz.open"]
    assert ArchiveReader(tmp_path).open(row).content == PAGE  # and can be read before it is closed
    out.close()
    out.close()
    assert [path.name for path in (tmp_path / "warc").iterdir()] == [f"{NIGHT_1}-0-00000.warc.gz"]


def test_nothing_is_recorded_once_it_is_closed(tmp_path: Path) -> None:
    out = writer(tmp_path)
    out.record(exchange("/in-time"))
    out.close()
    with pytest.raises(ArchiveClosed, match="/too-late was answered after the archive of"):
        out.record(exchange("/too-late"))
    assert [path.name for path in (tmp_path / "warc").iterdir()] == [f"{NIGHT_1}-0-00000.warc.gz"]
    assert [row.url.rpartition("/")[2] for row in read_log(Store(tmp_path))] == ["in-time"]


def test_nothing_is_overwritten_by_the_same_run_and_shard(tmp_path: Path) -> None:
    write(tmp_path, [exchange("/1")])
    before = (tmp_path / f"warc/{NIGHT_1}-0-00000.warc.gz").read_bytes()
    write(tmp_path, [exchange("/2")], prefix="1")
    assert (tmp_path / f"warc/{NIGHT_1}-0-00000.warc.gz").read_bytes() == before
    assert [row.warc_file for row in read_log(Store(tmp_path))] == [
        f"warc/{NIGHT_1}-0-00000.warc.gz",
        f"warc/{NIGHT_1}-0-00001.warc.gz",
    ]


def test_nothing_is_written_for_a_crawl_without_exchanges(tmp_path: Path) -> None:
    write(tmp_path, [])
    assert not (tmp_path / "warc").exists()


def test_a_full_disk_leaves_whole_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = writer(tmp_path)
    out.record(exchange("/1"))
    real = os.write

    def half_then_full(descriptor: int, data: memoryview) -> int:
        if len(data) > 100:
            return real(descriptor, data[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", half_then_full)
        with pytest.raises(ArchiveWriteFailed, match=r"No space left on device; free some space"):
            out.record(exchange("/2"))
    out.record(exchange("/3"))
    out.close()
    assert len(members(tmp_path / f"warc/{NIGHT_1}-0-00000.warc.gz")) == 5
    assert [row.url for row in read_log(Store(tmp_path))] == [f"{BASE}/1", f"{BASE}/3"]


def test_a_time_without_zone_is_refused(tmp_path: Path) -> None:
    with writer(tmp_path) as out, pytest.raises(ValueError, match="has no time zone"):
        out.record(replace(exchange("/"), fetched_at=NOON.replace(tzinfo=None)))


@pytest.mark.parametrize("name", ["", "a/b", "../a", "云溪", "a b"])
def test_names_that_are_no_file_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="becomes part of file names"):
        writer(tmp_path, name)


def test_content_type_etag_and_last_modified_are_in_the_row(tmp_path: Path) -> None:
    headers = (*HTML, (b"etag", b' "e" '), (b"ETag", b'"second"'), (b"Last-Modified", b"Wed, 01 Apr 2026 01:00:00 GMT"))
    with writer(tmp_path) as out:
        row = out.record(exchange("/", response_headers=headers))
    assert (row.content_type, row.etag, row.last_modified) == (
        "text/html; charset=utf-8",
        '"e"',
        "Wed, 01 Apr 2026 01:00:00 GMT",
    )
