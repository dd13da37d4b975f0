"""A folder of bad WARCs, each with the finding that a check must make."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from crawlers.archive.check import check
from crawlers.archive.store import Store
from tests.crawlers.archive.exchanges import exchange, one_of_each, second_night, write

NAME = "warc/20260401T040000-nightly-0-00000.warc.gz"
LOG = "captures/20260401T040000-nightly-0.jsonl"


def split(data: bytes) -> list[bytes]:
    """The gzip members of a file, still compressed."""
    members = []
    while data:
        inflate = zlib.decompressobj(zlib.MAX_WBITS + 16)
        inflate.decompress(data)
        length = len(data) - len(inflate.unused_data)
        members.append(data[:length])
        data = data[length:]
    return members


def reworded(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Replace bytes inside the second member."""

    def spoil(data: bytes) -> bytes:
        members = split(data)
        text = gzip.decompress(members[1])
        assert old in text
        members[1] = gzip.compress(text.replace(old, new, 1), mtime=0)
        return b"".join(members)

    return spoil


def flipped(data: bytes) -> bytes:
    """One bit of the second member's compressed data is wrong."""
    members = split(data)
    middle = len(members[1]) // 2
    members[1] = members[1][:middle] + bytes([members[1][middle] ^ 0x10]) + members[1][middle + 1 :]
    return b"".join(members)


SPOILED = [
    pytest.param(lambda data: data[:-30], {"truncated"}, id="truncated-in-a-record"),
    pytest.param(lambda data: data + b"\x1f\x8b", {"truncated"}, id="truncated-in-the-first-bytes"),
    pytest.param(
        lambda data: gzip.compress(gzip.decompress(data)), {"one_member", "log_without_record"}, id="one-member"
    ),
    pytest.param(
        lambda data: split(data)[0] + b"GARBAGE" * 9 + b"".join(split(data)[1:]),
        {"garbage", "log_differs"},
        id="garbage-between-records",
    ),
    pytest.param(lambda data: data + b"\0" * 5000, {"garbage"}, id="zeros-at-the-end"),
    pytest.param(lambda data: b"not a warc at all", {"garbage", "log_without_record"}, id="no-warc"),
    pytest.param(lambda data: b"", {"log_without_record"}, id="empty-file"),
    pytest.param(lambda data: data + split(data)[1], {"twice", "log_lacks_record"}, id="a-record-twice"),
    pytest.param(lambda data: data + gzip.compress(b"hello"), {"not_a_record"}, id="a-member-that-is-no-record"),
    pytest.param(flipped, {"bad_gzip", "log_without_record"}, id="a-flipped-bit"),
    pytest.param(
        reworded(b"Content-Length: 133", b"Content-Length: 100"),
        {"wrong_length", "log_without_record"},
        id="length-too-small",
    ),
    pytest.param(
        reworded(b"Content-Length: 133", b"Content-Length: 140"),
        {"wrong_length", "log_without_record"},
        id="length-too-big",
    ),
    pytest.param(
        reworded(b"Content-Length: 133", b"Content-Length: xyz"),
        {"wrong_length", "log_without_record"},
        id="length-no-number",
    ),
    pytest.param(reworded("云溪市".encode(), "云浮市".encode()), {"wrong_digest"}, id="changed-text"),
    pytest.param(reworded(b"WARC-Block-Digest", b"X-Gone"), {"no_digest"}, id="no-block-digest"),
    pytest.param(reworded(b"Payload-Digest: sha1:V", b"Payload-Digest: sha1:W"), {"wrong_digest"}, id="payload-digest"),
    pytest.param(reworded(b"Fazhi-Verdict: ok", b"Fazhi-Verdict: fine"), {"not_a_capture"}, id="unknown-verdict"),
    pytest.param(reworded(b"Fazhi-Verdict: ok", b"Fazhi-Verdict: blocked"), {"log_differs"}, id="another-verdict"),
]


@pytest.mark.parametrize(("spoil", "kinds"), SPOILED)
def test_each_fault_is_found(tmp_path: Path, spoil: Callable[[bytes], bytes], kinds: set[str]) -> None:
    write(tmp_path, [exchange("/1"), exchange("/2", body=b"<p>2</p>")])
    path = tmp_path / NAME
    path.write_bytes(spoil(path.read_bytes()))
    found = {finding.kind for finding in check(Store(tmp_path)).findings}
    assert kinds <= found
    assert found <= kinds | {"log_differs", "log_without_record", "wrong_digest", "not_a_capture"}


def test_damage_is_told_with_file_and_offset(tmp_path: Path) -> None:
    write(tmp_path, [exchange("/1"), exchange("/2")])
    path = tmp_path / NAME
    data = path.read_bytes()
    first = len(split(data)[0])
    path.write_bytes(data[:first] + b"GARBAGE" * 9 + data[first:])
    damage = check(Store(tmp_path)).findings[0]
    assert (damage.kind, damage.file, damage.offset) == ("garbage", NAME, first)
    assert damage.sentence == "63 bytes that are no gzip member stand between records."


def test_a_sound_archive_has_no_findings(tmp_path: Path) -> None:
    write(tmp_path, one_of_each())
    write(tmp_path, second_night(), run_id="20260402T040000-nightly", prefix="1")
    report = check(Store(tmp_path))
    assert (report.findings, report.notes) == ([], [])
    assert (report.files, report.records, report.captures, report.revisits) == (2, 33, 16, 2)


def test_a_revisit_to_a_lost_file_is_found(tmp_path: Path) -> None:
    write(tmp_path, one_of_each())
    write(tmp_path, second_night(), run_id="20260402T040000-nightly", prefix="1")
    (tmp_path / NAME).unlink()
    (tmp_path / LOG).unlink()
    assert [finding.kind for finding in check(Store(tmp_path)).findings] == ["refers_to_nothing"] * 2


def spoil_log(tmp_path: Path, spoil: Callable[[list[str]], list[str]]) -> None:
    path = tmp_path / LOG
    path.write_text("".join(spoil(path.read_text().splitlines(keepends=True))))


def moved(lines: list[str]) -> list[str]:
    row = json.loads(lines[0]) | {"offset": 1}
    return [json.dumps(row, ensure_ascii=False) + "\n", *lines[1:]]


LOGS = [
    pytest.param(lambda lines: lines[1:], "log_lacks_record", id="row-gone"),
    pytest.param(moved, "log_differs", id="row-changed"),
    pytest.param(lambda lines: [*lines, lines[0]], "twice", id="row-twice"),
    pytest.param(lambda lines: [*lines, "{}\n"], "bad_log", id="row-without-fields"),
    pytest.param(lambda lines: [*lines, "nonsense\n"], "bad_log", id="row-no-json"),
    pytest.param(lambda lines: [*lines, lines[0][:40]], "bad_log", id="row-cut-short"),
    pytest.param(
        lambda lines: [*lines, lines[0].replace("0000-4000-8000", "0000-4000-9000")],
        "log_without_record",
        id="row-too-many",
    ),
]


@pytest.mark.parametrize(("spoil", "kind"), LOGS)
def test_the_log_is_held_against_the_warcs(tmp_path: Path, spoil: Callable[[list[str]], list[str]], kind: str) -> None:
    write(tmp_path, [exchange("/1"), exchange("/2")])
    spoil_log(tmp_path, spoil)
    assert [finding.kind for finding in check(Store(tmp_path)).findings] == [kind]
