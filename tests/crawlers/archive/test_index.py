"""The capture log rebuilt from the WARCs alone, and as CDXJ."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crawlers.archive.capture_log import BadCaptureLog, CaptureLog, NoSuchCapture, read_log
from crawlers.archive.index import cdxj_lines, rebuild, replace_log
from crawlers.archive.store import Store
from tests.crawlers.archive.exchanges import BASE, exchange, one_of_each, second_night, write, writer

LOG_1 = "captures/20260401T040000-nightly-0.jsonl"
LOG_2 = "captures/20260402T040000-nightly-0.jsonl"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, one_of_each())
    write(tmp_path, second_night(), run_id="20260402T040000-nightly", prefix="1")
    return tmp_path


def test_the_log_is_rebuilt_to_the_same_bytes(root: Path) -> None:
    written = {name: (root / name).read_bytes() for name in (LOG_1, LOG_2)}
    for name in written:
        (root / name).unlink()
    store = Store(root)
    for name, rows in rebuild(store).items():
        assert replace_log(store, name, rows)
    assert {name: (root / name).read_bytes() for name in (LOG_1, LOG_2)} == written


def test_an_equal_log_is_left_alone(root: Path) -> None:
    store = Store(root)
    assert [replace_log(store, name, rows) for name, rows in rebuild(store).items()] == [False, False]


def test_headers_of_any_form_give_the_same_row(tmp_path: Path) -> None:
    odd = [
        exchange(
            "/1", response_headers=((b"Content-Type", b""), (b"ETag", b"\xff\xfe"), (b"LAST-modified", b"  never "))
        ),
        exchange("/2", status=500, phrase=b"", response_headers=(), body=b""),
        exchange("/3", via=None, url="http://[2001:db8::1]:8080/%E4?a=b%0A"),
    ]
    write(tmp_path, odd)
    rows = [row for found in rebuild(Store(tmp_path)).values() for row in found]
    assert rows == list(read_log(Store(tmp_path)))
    assert rows[0].last_modified == "never"


def test_a_log_is_read_for_some_portals_alone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    write(tmp_path, [exchange("/1", portal_id="yunxi"), exchange("/2", portal_id="qinghe")])
    with (tmp_path / store.names("captures", ".jsonl")[0]).open("ab") as log:
        log.write(b'{"run_id":"a","portal_id":"qinghe","more":1}\n')
    assert [row.url[-2:] for row in read_log(store, portal_ids={"yunxi"})] == ["/1"]
    with pytest.raises(BadCaptureLog, match="line 3 has not the fields"):
        list(read_log(store, portal_ids={"qinghe"}))


def test_cdxj_is_what_cdxj_indexer_makes(root: Path) -> None:
    ours = list(cdxj_lines(read_log(Store(root))))
    indexer = Path(sys.executable).with_name("cdxj-indexer")
    files = sorted(map(str, (root / "warc").iterdir()))
    theirs = subprocess.run([indexer, "--sort", *files], capture_output=True, text=True, check=True).stdout.splitlines()

    def key(line: str) -> tuple[str, str, str, int, int, str]:
        surt, time, fields = line.split(" ", 2)
        row = json.loads(fields)
        return surt, time, row["filename"], int(row["offset"]), int(row["length"]), row["url"]

    assert sorted(map(key, ours)) == sorted(map(key, theirs))
    assert len(ours) == 14


LOOKUPS = [
    pytest.param("00000000-0000-4000-8000-000000000004", "/fzzf/", id="capture-id"),
    pytest.param("<urn:uuid:00000000-0000-4000-8000-000000000010>", "/brotli", id="record-id"),
    pytest.param("11111111-0000-4000-8000-000000000006", "/new", id="second-night"),
]


@pytest.mark.parametrize(("name", "path"), LOOKUPS)
def test_a_capture_is_found_by_name(root: Path, name: str, path: str) -> None:
    assert CaptureLog.read(Store(root)).get(name).url.startswith(BASE + path)


@pytest.mark.parametrize(
    ("name", "sentence"), [("11111111", "3 captures begin"), ("22222222", "No capture"), ("1", "No")]
)
def test_a_name_that_fits_none_or_many_is_told(root: Path, name: str, sentence: str) -> None:
    with pytest.raises(NoSuchCapture, match=sentence):
        CaptureLog.read(Store(root)).get(name)


@pytest.mark.parametrize(
    ("time", "status"), [("2026-01-01T00:00:00Z", 200), ("2026-04-01T20:00:00Z", 304), ("2027-01-01T00:00:00Z", 304)]
)
def test_the_capture_nearest_in_time_is_found(root: Path, time: str, status: int) -> None:
    assert CaptureLog.read(Store(root)).at(f"{BASE}/gzip", time).status == status


def test_captures_are_found_by_digest(root: Path) -> None:
    log = CaptureLog.read(Store(root))
    digest = log.of_url(f"{BASE}/gzip")[0].payload_digest
    assert digest is not None
    assert [row.url for row in log.with_digest(digest)] == [f"{BASE}/gzip", f"{BASE}/gzip", f"{BASE}/copy-of-gzip"]


def test_a_line_cut_by_a_crash_is_passed_over_and_then_dropped(root: Path) -> None:
    with (root / LOG_2).open("ab") as file:
        file.write(b'{"capture_id":"tor')
    assert len(list(read_log(Store(root)))) == 16
    with writer(root, "20260402T040000-nightly", prefix="3") as out:
        out.record(exchange("/after"))
    assert len(list(read_log(Store(root)))) == 17
