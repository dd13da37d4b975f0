from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from crawlers.sample import open_sample_portals
from tests.end_to_end.nights import fazhi
from tests.warehouse.batches import FIRST, SECOND, missing_rows, run_rows, text_rows, write
from warehouse.lake import Lake, NoLake, open_lake
from warehouse.load import load
from warehouse.release import GateRefused, Staging, open_release
from warehouse.search import ranked

POSTGRES = Path("/usr/lib/postgresql/15/bin")
OTHER = "https://yunchuan.example/2"


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
    """An empty database as the catalogue of a lake."""
    name = f"lake_{uuid4().hex}"
    subprocess.run([str(POSTGRES / "createdb"), "-h", server, "-U", "fazhi", name], check=True)
    return f"ducklake:postgres:dbname={name} host={server} user=fazhi"


def nights(root: Path) -> list[Path]:
    first = text_rows(1, FIRST)
    version = first["report_versions"][0]
    postings = {name: version[name] for name in ("report_id", "text_digest")} | {"tokens": {"普法": 1, "复议": 1}}
    return [
        write(root / "1", run_rows(1), first, text_rows(1, SECOND, OTHER), {"postings": [postings]}),
        write(root / "2", run_rows(2), text_rows(2, SECOND)),
        write(root / "3", run_rows(3), missing_rows(3), text_rows(3, SECOND, OTHER)),
    ]


def shown(connection: Any) -> dict[str, list[str]]:
    connection.execute("SET TimeZone = 'UTC'")
    views = [
        name for (name,) in connection.execute("SELECT DISTINCT name FROM dictionary WHERE kind = 'view'").fetchall()
    ]
    assert len(views) > 15
    return {
        name: sorted(str(row) for row in connection.execute(f'FROM "{name}"').fetchall())
        for name in views
        if name != "dictionary"
    }


def test_three_nights_give_the_rows_of_the_file(catalogue: str, tmp_path: Path) -> None:
    for batch in nights(tmp_path):
        with Staging(tmp_path / "file") as staging:
            load(staging.connection, batch)
            staging.publish(batch.name)
        with Lake(catalogue, tmp_path / "lake") as lake:
            load(lake.connection, batch)
            lake.publish(batch.name)
    with open_release(tmp_path / "file") as file, open_lake(catalogue) as lake_reader:
        assert shown(lake_reader) == shown(file)
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


def test_a_lake_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoLake, match="cannot be opened"):
        open_lake(f"ducklake:postgres:dbname=lake host={tmp_path}")


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
    for query in ("DELETE FROM texts", f"COPY (SELECT 1) TO '{tmp_path}/lake/warehouse/lake/a.csv'"):
        done = fazhi("sql", query, *lake)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
