from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from crawlers.sample import open_sample_portals
from flows.data_directory import DataDirectory
from flows.operation.backup import backup, restore
from tests.crawlers.archive.seaweed import s3_server
from tests.end_to_end.nights import fazhi
from tests.warehouse.batches import FIRST, SECOND, missing_rows, run_rows, text_rows, write
from warehouse.comparison import compare
from warehouse.lake import Lake, NoLake, open_lake, prepare_lake, snapshot
from warehouse.load import load
from warehouse.moving import LakeInUse
from warehouse.place import Place
from warehouse.release import GateRefused, LoaderBusy, Staging, open_release
from warehouse.search import ranked

POSTGRES = Path("/usr/lib/postgresql/15/bin")
OTHER = "https://yunchuan.example/2"
REGIONS = [
    {"region_code": f"9901{number:02}", "name": f"云川{number}区", "level": "county", "parent_code": "990100"}
    for number in range(1, 25)
]
"""More rows than a lake keeps in its catalogue."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of our own behind a socket, no port; the folder of the socket."""
    pytest.importorskip("duckdb_extension_ducklake")
    pytest.importorskip("duckdb_extension_postgres_scanner")
    if not (POSTGRES / "initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed")
    place = Path(
        subprocess.run(["mktemp", "-d", "/tmp/fazhi-pg.XXXXXX"], capture_output=True, text=True).stdout.strip()
    )
    # It refuses to run as root.
    user = "postgres" if os.getuid() == 0 else None
    if user:
        shutil.chown(place, "postgres")
    cluster = str(place / "cluster")

    def run(*words: str) -> None:
        subprocess.run([str(POSTGRES / words[0]), *words[1:]], check=True, stdout=subprocess.DEVNULL, user=user)

    run("initdb", "-D", cluster, "-U", "fazhi", "-A", "trust", "--no-sync")
    options = f"-c listen_addresses= -k {place} -F"
    run("pg_ctl", "-D", cluster, "-w", "-l", str(place / "log"), "-o", options, "start")
    try:
        yield str(place)
    finally:
        run("pg_ctl", "-D", cluster, "-m", "immediate", "stop")
        shutil.rmtree(place)


@pytest.fixture
def catalogue(server: str) -> str:
    return empty_database(server)


def empty_database(server: str) -> str:
    """An empty database as the catalogue of a lake."""
    name = f"lake_{uuid4().hex}"
    subprocess.run([str(POSTGRES / "createdb"), "-h", server, "-U", "fazhi", name], check=True)
    return f"ducklake:postgres:dbname={name} host={server} user=fazhi"


def nights(root: Path) -> list[Path]:
    first = text_rows(1, FIRST)
    version = first["report_versions"][0]
    postings = {name: version[name] for name in ("report_id", "text_digest")} | {"tokens": {"普法": 1, "复议": 1}}
    return [
        write(
            root / "1", run_rows(1), first, text_rows(1, SECOND, OTHER), {"postings": [postings], "regions": REGIONS}
        ),
        write(root / "2", run_rows(2), text_rows(2, SECOND)),
        write(root / "3", run_rows(3), missing_rows(3), text_rows(3, SECOND, OTHER)),
    ]


def load_night(place: Staging | Lake, batch: Path) -> None:
    with place as opened:
        load(opened.connection, batch)
        opened.publish(batch.name)


def hold_against_a_file(catalogue: str, folder: Path) -> None:
    """All that was loaded from three nights is in the lake as it is in a file."""
    with open_release(folder / "file") as file, open_lake(catalogue) as lake:
        compared = compare(lake, file)
    assert compared.differences == ()
    assert compared.names > 40
    assert compared.rows > 100


def test_three_nights_give_the_rows_of_the_file(catalogue: str, tmp_path: Path) -> None:
    for batch in nights(tmp_path):
        load_night(Staging(tmp_path / "file"), batch)
        load_night(Lake(catalogue, tmp_path / "lake"), batch)
    hold_against_a_file(catalogue, tmp_path)
    with open_release(tmp_path / "file") as file, open_lake(catalogue) as lake_reader:
        assert [hit.report_id for hit in ranked(lake_reader, ["复议"])] == [
            hit.report_id for hit in ranked(file, ["复议"])
        ]

    def count() -> Any:
        with open_lake(catalogue) as reader:
            return reader.execute("SELECT count(*) FROM captures").fetchone()

    before = count()
    with Lake(catalogue, tmp_path / "lake") as lake:
        load(lake.connection, write(tmp_path / "4", run_rows(4), text_rows(4, FIRST)))
        assert count() == before, "readers see the snapshot before"
    assert count() == before, "what was not published is gone"
    with pytest.raises(GateRefused), Lake(catalogue, tmp_path / "lake") as lake:
        load(lake.connection, write(tmp_path / "5", run_rows(5), text_rows(5, FIRST)))
        lake.connection.execute("DELETE FROM report_states")
        lake.publish("run-5")
    assert count() == before, "what was refused is gone"


def test_data_lie_on_s3(catalogue: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("duckdb_extension_httpfs", reason="not run: duckdb-extension-httpfs is not installed")
    (tmp_path / "s3").mkdir()
    with s3_server(tmp_path / "s3") as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        for batch in nights(tmp_path):
            load_night(Staging(tmp_path / "file"), batch)
            load_night(Lake(catalogue, "s3://fazhi/lake"), batch)
        hold_against_a_file(catalogue, tmp_path)
        with open_lake(catalogue) as reader:
            files = reader.execute("SELECT data_file FROM ducklake_list_files('fazhi', 'regions')").fetchall()
            assert [name.startswith("s3://fazhi/lake/") for (name,) in files] == [True]
        where = ["--data", str(tmp_path / "elsewhere"), "--warehouse", catalogue]
        assert answer("SELECT count(*) FROM regions WHERE name LIKE '云川%'", *where)[0] == ["24"]
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        with pytest.raises(NoLake, match="AWS_SECRET_ACCESS_KEY"):
            open_lake(catalogue)


def test_a_lake_keeps_its_place_and_its_views(catalogue: str, tmp_path: Path) -> None:
    def latest() -> int:
        with open_lake(catalogue) as reader:
            return snapshot(reader)[0]

    prepare_lake(catalogue, tmp_path / "lake")
    made = latest()
    prepare_lake(catalogue, tmp_path / "elsewhere")
    with Lake(catalogue, tmp_path / "elsewhere") as lake:
        assert lake.data == f"{tmp_path}/lake/"
    assert latest() == made, "nothing is made again"
    with Lake(catalogue, tmp_path / "lake") as lake:
        lake.connection.execute("UPDATE schema_version SET sha256 = 'of an earlier program' WHERE version = 0")
        lake.connection.execute("COMMIT")
        lake.connection.execute("BEGIN")
    prepare_lake(catalogue, tmp_path / "lake")
    assert latest() > made + 1, "the views were made anew"
    with open_lake(catalogue) as reader:
        unexplained = reader.execute("SELECT name, column_name FROM dictionary WHERE meaning IS NULL").fetchall()
        of_a_view = reader.execute(
            "SELECT meaning FROM dictionary WHERE name = 'reports' AND column_name = 'issuer'"
        ).fetchall()
    assert unexplained == []
    assert of_a_view == [("The body whose report it is.",)]


def test_a_tidied_lake_holds_what_it_held(catalogue: str, tmp_path: Path) -> None:
    place = Place(tmp_path / "warehouse", catalogue)
    for batch in nights(tmp_path):
        load_night(Staging(tmp_path / "file"), batch)
        for _ in range(2):
            load_night(place.staging(), batch)

    def files() -> int:
        with open_lake(catalogue) as reader:
            return len(reader.execute("FROM ducklake_list_files('fazhi', 'regions')").fetchall())

    place.tend()
    assert files() == 1
    hold_against_a_file(catalogue, tmp_path)


def test_loaders_take_turns(catalogue: str, tmp_path: Path) -> None:
    first, second, _ = nights(tmp_path)
    with ThreadPoolExecutor(1) as beside:
        with Lake(catalogue, tmp_path / "lake") as lake:
            with pytest.raises(LoaderBusy, match="Another run is loading"), Lake(catalogue, "", patience_s=0):
                pass
            waiting = beside.submit(load_night, Lake(catalogue, tmp_path / "lake"), second)
            load(lake.connection, first)
            lake.publish("run-1")
            assert not waiting.done()
        waiting.result()
    with open_lake(catalogue) as reader:
        assert len(reader.execute("FROM runs").fetchall()) == 2


def test_the_turn_of_a_loader_that_was_killed_ends(catalogue: str, tmp_path: Path) -> None:
    program = (
        "import time, warehouse.lake as lake\n"
        f"with lake.Lake({catalogue!r}, {str(tmp_path)!r}): print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as loader:
        assert loader.stdout is not None
        assert loader.stdout.readline()
        with pytest.raises(LoaderBusy), Lake(catalogue, tmp_path, patience_s=0):
            pass
        loader.kill()
    with Lake(catalogue, tmp_path, patience_s=10):
        pass


def test_a_write_from_elsewhere_is_told(catalogue: str, tmp_path: Path) -> None:
    first, *_ = nights(tmp_path)
    prepare_lake(catalogue, tmp_path / "lake")
    with Lake(catalogue, tmp_path / "lake") as lake:
        load(lake.connection, first)
        with lake.connection.cursor() as other:
            other.execute("USE fazhi")
            other.execute("DELETE FROM runs")
            other.execute("INSERT INTO runs BY NAME SELECT 'by hand' AS run_id, 'nightly' AS flow, now() AS started_at")
            other.execute("DROP TABLE report_states")
        with pytest.raises(LoaderBusy, match="changed while run-1 was loaded, nothing of it was kept: run again"):
            lake.publish("run-1")


def test_a_backup_moves_from_lake_to_file_to_lake(catalogue: str, server: str, tmp_path: Path) -> None:
    lake = DataDirectory(tmp_path / "lake", lake=catalogue)
    for batch in nights(tmp_path):
        load_night(lake.place().staging(), batch)
    assert backup(lake, tmp_path / "copy").fresh_files == 1
    assert backup(lake, tmp_path / "copy").fresh_files == 0, "of a snapshot that the backup has"
    file = DataDirectory(tmp_path / "file")
    restore(tmp_path / "copy", file)
    backup(file, tmp_path / "of the file")
    other = DataDirectory(tmp_path / "other", lake=empty_database(server))
    restore(tmp_path / "of the file", other)
    for place in (file.place(), other.place()):
        with place.open() as restored, open_lake(catalogue) as was:
            assert compare(restored, was).differences == ()
    with pytest.raises(LakeInUse, match="name an empty database"):
        restore(tmp_path / "copy", other)


def test_a_lake_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoLake, match="cannot be opened"):
        open_lake(f"ducklake:postgres:dbname=lake host={tmp_path}")


def test_a_lake_that_was_not_made(catalogue: str) -> None:
    with pytest.raises(NoLake, match=r"There is no lake at .* yet"):
        open_lake(catalogue)


ASKED = {
    "reports": "SELECT * EXCLUDE (first_seen_at, last_seen_at, capture_id) FROM reports",
    "observations": "FROM observations",
    "checks": "FROM checks",
}
"""What both warehouses are asked; the nights differ in their moment alone."""


def answer(query: str, *where: str) -> list[list[str]]:
    done = fazhi("sql", query, "--format", "csv", *where)
    assert done.returncode == 0, done.stderr
    return sorted(csv.reader(io.StringIO(done.stdout)))


@pytest.mark.end_to_end
def test_a_night_gives_the_rows_of_the_file(catalogue: str, tmp_path: Path) -> None:
    file, lake = ["--data", str(tmp_path / "file")], ["--data", str(tmp_path / "lake"), "--warehouse", catalogue]
    with open_sample_portals(port=0) as opened:
        for where in (file, lake):
            done = fazhi("run", "--portals", str(opened.registry), *where)
            assert done.returncode == 0, done.stdout + done.stderr
    for name, query in ASKED.items():
        rows = answer(query, *lake)
        assert len(rows) > 1, name
        assert rows == answer(query, *file), name
    assert not list((tmp_path / "lake").rglob("*.duckdb"))
    for words, told in (
        (["reextract"], "nothing to do"),
        (["evidence", "--all", "--workers", "1"], "every one is verified"),
        (["search", "复议"], "复议"),
        (["ask", "9", "--format", "csv"], "\n"),
        (["coverage"], "2"),
        (["export", "reports"], "Written to"),
        (["reextract", "--rebuild"], "0 problems"),
    ):
        done = fazhi(*words, *lake)
        assert (done.returncode, told in done.stdout) == (0, True), done.stdout + done.stderr
    assert answer(ASKED["observations"], *lake) == answer(ASKED["observations"], *file), "after a rebuild"
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "sql", *lake],
        input="SELECT 'asked of ' || current_database() AS told FROM reports;\nDELETE FROM texts;\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("asked of fazhi" in done.stdout, "read-only" in done.stderr) == (True, True), done.stdout + done.stderr
    for query in ("DELETE FROM texts", f"COPY (SELECT 1) TO '{tmp_path}/lake/warehouse/lake/a.csv'"):
        done = fazhi("sql", query, *lake)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
