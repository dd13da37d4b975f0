"""`fazhi portals`: what is probed, what is written into a registry and what stays as people wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from flows.cli.portals import portals
from tests.crawlers.loopback_portal import Answer, html, serve
from tests.crawlers.unknown_portals import COUNTY, REPORT, home, listing

REGISTRY = """\
# Kept by hand.
portals:
  # The first.
  - id: zhu
    name: 竹山县人民政府
    region_code: "990100"   # in quotes
    base_url: http://www.zhushan.example
    checked_on: null

  - {id: bai, name: 白石县人民政府, region_code: '990200', base_url: 'http://www.baishi.example'}  # on one line
"""
HEAD = "<meta name='SiteName' content='清溪县人民政府门户网站'><meta name='SiteIDCode' content='3301270001'>"


@contextmanager
def county(*, head: str = HEAD) -> Iterator[str]:
    column = "/fzzf/index.html"
    pages = {
        "/": home(("法治政府建设", column), body=head),
        column: listing(["/fzzf/202501/t20250120_7.html"], [REPORT]),
    }
    with serve(pages) as portal:
        yield portal.base


def run(*arguments: str) -> Result:
    return CliRunner().invoke(portals, list(arguments))


def entry_in(printed: str) -> dict[str, Any]:
    (entry,) = yaml.safe_load(printed)
    return dict(entry)


def test_a_probe_prints_an_entry() -> None:
    with county() as base:
        done = run("probe", base, "--delay", "0")
    assert done.exit_code == 0, done.stderr
    entry = entry_in(done.stdout)
    del entry["checked_on"]
    assert entry == {
        "id": "127.0.0.1",
        "name": "清溪县人民政府门户网站",
        "region": "淳安县",
        "region_code": "330127",
        "level": "county",
        "base_url": base,
        "columns": [{"name": "法治政府建设", "url": f"{base}/fzzf/index.html"}],
    }
    assert REPORT in done.stderr


def test_a_page_that_is_no_portal_is_no_entry() -> None:
    with serve({"/": html("<h1>It works!</h1>", title="nginx")}) as portal:
        done = run("probe", portal.base, "--delay", "0")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "does not look like a government portal" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("pages", "word"),
    [
        ({"/": Answer(b"", 412), "/robots.txt": Answer(b"", 404)}, "blocked"),
        ({"/": Answer(b"<h1>404</h1>", 404)}, "unreachable"),
        ({"/robots.txt": Answer(b"User-agent: *\nDisallow: /\n", headers={"Content-Type": "text/plain"})}, "blocked"),
    ],
    ids=["a wall", "no home page", "robots.txt"],
)
def test_a_portal_that_does_not_answer_is_a_finding(pages: dict[str, Answer], word: str) -> None:
    with serve(pages) as portal:
        done = run("probe", portal.base, "--delay", "0")
    assert (done.exit_code, done.stdout) == (4, "")
    assert f" {word} " in " ".join(done.stderr.split())


@pytest.mark.parametrize("address", ["", "foo bar", "ftp://x.example", "http://", "http://x.example:port/"])
def test_what_is_no_address_is_said_to_be_none(address: str) -> None:
    done = run("probe", address)
    assert getattr(done.exception, "exit_code", None) == 2
    assert "is no address of a home page" in str(done.exception)


def test_adding_keeps_what_people_wrote(tmp_path: Path) -> None:
    file = tmp_path / "portals.yaml"
    file.write_text(REGISTRY, encoding="utf-8")
    with county() as base:
        done = run("add", base, "--portals", str(file), "--id", "qingxi", "--delay", "0")
        again = run("add", base, "--portals", str(file), "--id", "other", "--delay", "0")
    assert done.exit_code == 0, done.stderr
    text = file.read_text(encoding="utf-8")
    assert text.startswith(REGISTRY)
    assert [entry["id"] for entry in yaml.safe_load(text)["portals"]] == ["zhu", "bai", "qingxi"]
    assert "watches" in str(again.exception) and getattr(again.exception, "exit_code", None) == 2


def test_what_the_pages_do_not_say_has_to_be_given(tmp_path: Path) -> None:
    file = tmp_path / "portals.yaml"
    file.write_text(REGISTRY, encoding="utf-8")
    with county(head="") as base:
        refused = run("add", base, "--portals", str(file), "--delay", "0")
        assert "--region-code" in str(refused.exception)
        assert file.read_text(encoding="utf-8") == REGISTRY
        done = run("add", base, "--portals", str(file), "--delay", "0", "--region-code", "330127", "--id", "q")
    assert done.exit_code == 0, done.stderr
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["portals"][-1]["name"] == f"{COUNTY}人民政府"


def test_a_check_marks_those_that_are_well(tmp_path: Path) -> None:
    file = tmp_path / "portals.yaml"
    with county() as well, serve({"/": Answer(b"", 412), "/robots.txt": Answer(b"", 404)}) as walled:
        entries = [
            {"id": "well", "name": "甲县人民政府", "region_code": "990100", "base_url": well, "delay_s": 0},
            {"id": "walled", "name": "乙县人民政府", "region_code": "990200", "base_url": walled.base, "delay_s": 0},
        ]
        file.write_text("# By hand.\n" + yaml.safe_dump({"portals": entries}, allow_unicode=True), encoding="utf-8")
        done = run("check", "--portals", str(file), "--write")
    assert done.exit_code == 4
    assert "blocked" in done.stdout
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# By hand.\n")
    checked = {entry["id"]: entry.get("checked_on") for entry in yaml.safe_load(text)["portals"]}
    assert checked["well"] is not None and checked["walled"] is None


CLOSED = [
    pytest.param("http://www.zhushan.example/a/1.html", 0, "closed in the entry zhu", id="of a block entry"),
    pytest.param("http://baishi.example/a/1.html", 0, "closed in the entry bai", id="of an entry on one line"),
    pytest.param("http://www.qingxi.example/1.html", 2, "found: none", id="at no portal's host"),
]


@pytest.mark.parametrize(("url", "exit_code", "told"), CLOSED)
def test_a_person_closes_a_document(tmp_path: Path, url: str, exit_code: int, told: str) -> None:
    path = tmp_path / "portals.yaml"
    path.write_text(REGISTRY, encoding="utf-8")
    for _ in range(2):  # once more changes nothing
        done = run("close", url, "--portals", str(path))
        assert getattr(done.exception, "exit_code", done.exit_code) == exit_code
    assert told in " ".join(f"{done.stderr} {done.exception}".split())
    written = path.read_text(encoding="utf-8")
    assert written.count(url) == (exit_code == 0)
    assert "# Kept by hand." in written
    closed = [address for entry in yaml.safe_load(written)["portals"] for address in entry.get("closed", [])]
    assert closed == [url] * (exit_code == 0)
