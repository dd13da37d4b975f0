"""Every observation of the sample nights is proved by the archived bytes, and every way to be wrong is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.nights import Night, fazhi

pytestmark = pytest.mark.end_to_end


@pytest.fixture
def data(nights: dict[int, Night], two_nights_data: Path, tmp_path: Path) -> Path:
    """A copy of the data directory that the nights filled, free to be damaged."""
    assert nights[2].exit_code == 0, nights[2].printed
    for part in ("archive", "warehouse"):
        shutil.copytree(two_nights_data / part, tmp_path / part, symlinks=True)
    return tmp_path


def release(data: Path) -> Path:
    return (data / "warehouse" / "fazhi.duckdb").resolve()


def one(data: Path, query: str) -> tuple[str, ...]:
    with duckdb.connect(str(release(data)), read_only=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return tuple(map(str, row))


def test_every_observation_is_verified(data: Path) -> None:
    (count,) = one(data, "SELECT count(*) FROM named_observations")
    done = fazhi("evidence", "--all", "--data", str(data), "--workers", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{count} observations" in done.stdout
    assert "every one is verified" in done.stdout


CHOSEN = "FROM observations o JOIN reports r USING (report_id) JOIN captures c ON c.capture_id = r.capture_id"


def test_one_is_shown_with_all_that_leads_to_it(data: Path) -> None:
    told = one(
        data,
        "SELECT observation_id, o.report_id, indicator, evidence, r.url, c.capture_id, c.warc_file, c.record_id, "
        f'c.payload_digest, r.text_digest, c."offset" {CHOSEN} WHERE c.refers_to IS NULL ORDER BY ALL LIMIT 1',
    )
    done = fazhi("evidence", told[0][:12], "--data", str(data))
    assert done.returncode == 0, done.stdout + done.stderr
    assert [word for word in told if word not in done.stdout] == []
    assert "verified" in done.stdout


def test_a_pdf_has_its_page(data: Path) -> None:
    name, page = one(
        data,
        f"SELECT observation_id, p.page {CHOSEN} JOIN paragraphs p ON p.report_id = o.report_id "
        'AND o.start >= p.start AND o.start < p."end" WHERE p.page > 1 LIMIT 1',
    )
    lines = fazhi("evidence", name, "--data", str(data)).stdout.splitlines()
    assert [line.split() for line in lines if line.startswith("page")] == [["page", page]]


def damage_bytes(data: Path) -> None:
    warc_file, offset, length = one(data, f'SELECT c.warc_file, c."offset", c.length {CHOSEN} LIMIT 1')
    path = data / "archive" / warc_file
    content = bytearray(path.read_bytes())
    content[int(offset) + int(length) // 2] ^= 0xFF
    path.write_bytes(content)


def lose_file(data: Path) -> None:
    (warc_file,) = one(data, f"SELECT c.warc_file {CHOSEN} LIMIT 1")
    (data / "archive" / warc_file).unlink()


def change(statement: str, data: Path) -> None:
    path = release(data)
    path.chmod(0o644)
    with duckdb.connect(str(path)) as connection:
        connection.execute(statement)


DAMAGES = [
    pytest.param(damage_bytes, "", "No record can be read|has digest|cannot be read", id="a byte of a record"),
    pytest.param(lose_file, "", "has no file", id="a WARC file"),
    pytest.param(None, 'UPDATE captures SET "offset" = "offset" + 1', "offset", id="the offset of a capture"),
    pytest.param(None, "UPDATE texts SET text = replace(text, '年', '月')", "digest", id="a text"),
    pytest.param(None, "UPDATE text_observations SET value = value + 1", "does not find", id="a value"),
    pytest.param(None, "UPDATE text_observations SET start = start + 1", "do not stand", id="a place"),
]


@pytest.mark.parametrize(("harm", "statement", "told"), DAMAGES)
def test_what_does_not_hold_is_told(data: Path, harm: object, statement: str, told: str) -> None:
    if callable(harm):
        harm(data)
    else:
        change(statement, data)
    done = fazhi("evidence", "--all", "--data", str(data), "--workers", "1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "cannot be verified." in done.stdout
    assert any(part in "".join(done.stdout.split("│")) for part in told.split("|")), done.stdout


@pytest.mark.parametrize("arguments", [["zz"], [], ["ab", "--all"]], ids=["no such name", "nothing", "both"])
def test_wrong_use_is_told(data: Path, arguments: list[str]) -> None:
    assert fazhi("evidence", *arguments, "--data", str(data)).returncode == 2
