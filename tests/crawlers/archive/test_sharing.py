"""Sharing: WACZ files that stand alone, and replay through pywb when it is installed apart."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator

from crawlers.archive.reader import ArchiveReader
from crawlers.archive.replay import ReplayUnavailable, address_of, prepare, replaying, wayback_command
from crawlers.archive.wacz import NothingToExport, choose, export
from tests.crawlers.archive.exchanges import BASE, exchange, one_of_each, second_night, write

ARTICLE = f"{BASE}/fzzf/post_1.html"
FILE = f"{BASE}/files/1.pdf"
LIST = f"{BASE}/fzzf/index.html"


@pytest.fixture
def archive(tmp_path: Path) -> ArchiveReader:
    root = tmp_path / "archive"
    write(
        root,
        [
            exchange("/fzzf/index.html", role="list", via=None, body=b"<a href=post_1.html>report</a>"),
            exchange("/fzzf/post_1.html", via=LIST, body=b"<a href=/files/1.pdf>file</a>"),
            exchange("/fzzf/post_2.html", via=LIST, body=b"another"),
            exchange("/files/1.pdf", via=ARTICLE, role="attachment", body=b"%PDF-1.7"),
            exchange("/other", portal_id="heshan", via=None, body=b"elsewhere"),
        ],
    )
    write(
        root,
        [
            exchange(
                "/fzzf/post_1.html",
                via=LIST,
                body=b"",
                status=304,
                phrase=b"Not Modified",
                revalidates="00000000-0000-4000-8000-000000000004",
            )
        ],
        run_id="20260402T040000-nightly",
        prefix="1",
    )
    return ArchiveReader(root)


CHOICES = [
    pytest.param({"urls": [ARTICLE]}, [LIST, ARTICLE, FILE, ARTICLE], id="report-with-its-list-and-file"),
    pytest.param({"portal_id": "heshan"}, [f"{BASE}/other"], id="portal"),
    pytest.param({"portal_id": "yunxi"}, [LIST, ARTICLE, f"{BASE}/fzzf/post_2.html", FILE, ARTICLE], id="other-portal"),
]


@pytest.mark.parametrize(("wanted", "urls"), CHOICES)
def test_what_belongs_together_is_chosen(archive: ArchiveReader, wanted: dict[str, object], urls: list[str]) -> None:
    assert [row.url for row in choose(archive.log, **wanted)] == urls  # type: ignore[arg-type]


def test_nothing_to_export_is_told(archive: ArchiveReader) -> None:
    with pytest.raises(NothingToExport, match="No capture fits"):
        choose(archive.log, portal_id="nowhere")


def test_a_wacz_stands_alone(archive: ArchiveReader, tmp_path: Path) -> None:
    path = tmp_path / "report.wacz"
    chosen = choose(archive.log, urls=[ARTICLE])
    assert export(archive, chosen, path, title="云溪市2025年报告", titles={ARTICLE: "报告"}) == 4
    with zipfile.ZipFile(path) as wacz:
        package = json.loads(wacz.read("datapackage.json"))
        for resource in package["resources"]:
            data = wacz.read(resource["path"])
            assert (resource["bytes"], resource["hash"]) == (len(data), "sha256:" + hashlib.sha256(data).hexdigest())
        digest = json.loads(wacz.read("datapackage-digest.json"))
        assert digest["hash"] == "sha256:" + hashlib.sha256(wacz.read("datapackage.json")).hexdigest()
        pages = [json.loads(line) for line in wacz.read("pages/pages.jsonl").splitlines()]
        assert [(page["url"], page["title"]) for page in pages[1:]] == [
            (ARTICLE, "报告"),
            (FILE, FILE),
            (ARTICLE, "报告"),
        ]
        index = gzip.decompress(wacz.read("indexes/index.cdx.gz")).decode().splitlines()
        warcs = {name.rsplit("/", 1)[-1]: wacz.read(name) for name in wacz.namelist() if name.endswith(".warc.gz")}
    for line in index:  # every offset leads to its record
        row = json.loads(line.split(" ", 2)[2])
        at = int(row["offset"])
        member = gzip.decompress(warcs[row["filename"]][at : at + int(row["length"])])
        assert f"WARC-Target-URI: {row['url']}\r\n".encode() in member
    assert len(index) == 4
    kinds = [record.headers["WARC-Type"] for data in warcs.values() for record in ArchiveIterator(io.BytesIO(data))]
    assert sorted(kinds) == sorted(["warcinfo", "warcinfo", "revisit", *["response"] * 3, *["request"] * 4])


def test_records_are_copied_byte_for_byte(archive: ArchiveReader, tmp_path: Path) -> None:
    path = tmp_path / "portal.wacz"
    export(archive, choose(archive.log, portal_id="heshan"), path, title="heshan")
    (row,) = archive.log.of_url(f"{BASE}/other")
    with zipfile.ZipFile(path) as wacz:
        assert archive.raw(row) in wacz.read(f"archive/{row.warc_file.removeprefix('warc/')}")


def test_the_same_captures_make_the_same_file(archive: ArchiveReader, tmp_path: Path) -> None:
    noon = datetime(2026, 4, 3, tzinfo=UTC)
    for name in ("1.wacz", "2.wacz"):
        export(archive, choose(archive.log, urls=[ARTICLE]), tmp_path / name, title="x", created=noon)
    assert (tmp_path / "1.wacz").read_bytes() == (tmp_path / "2.wacz").read_bytes()


def test_a_file_that_exists_is_left_alone(archive: ArchiveReader, tmp_path: Path) -> None:
    path = tmp_path / "mine.wacz"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        export(archive, choose(archive.log, urls=[ARTICLE]), path, title="x")
    assert path.read_text() == "mine"


def test_without_pywb_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ReplayUnavailable, match="uv tool install pywb"):
        wayback_command()


def test_a_site_for_pywb_is_laid_out(archive: ArchiveReader, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    prepare(archive.store, archive.log, site)
    collection = json.loads((site / "config.yaml").read_text())["collections"]["fazhi"]
    assert Path(collection["archive_paths"]) == tmp_path / "archive" / "warc"
    assert len(Path(collection["index_paths"]).read_text().splitlines()) == 6


@pytest.mark.skipif(shutil.which("wayback") is None, reason="not run: pywb is not on the PATH")
def test_pywb_replays_every_body_as_archived(tmp_path: Path) -> None:
    write(tmp_path, [item for item in one_of_each() if item.method == "GET"])
    write(tmp_path, second_night(), run_id="20260402T040000-nightly", prefix="1")
    archive = ArchiveReader(tmp_path)
    shown = [row for row in archive.log if row.status in (200, 304) and row.verdict != "truncated"]
    with replaying(archive.store, archive.log) as base:
        for row in shown:
            address = address_of(base, row).replace("/http://", "id_/http://", 1)
            with urllib.request.urlopen(address) as answer:
                assert answer.read() in (archive.open(row).content, archive.open(row).body), row.url
    assert len(shown) == 9


def test_the_command_line_tells_what_is_wrong(archive: ArchiveReader) -> None:
    root = archive.store.root
    name = next(iter(archive.log)).warc_file
    with (Path(root) / name).open("ab") as file:
        file.write(b"garbage")
    done = subprocess.run(
        [sys.executable, "-c", "from flows.cli.archive import app; app()", "check", "--archive", root],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "garbage" in done.stdout
    assert "1 wrong" in done.stdout
