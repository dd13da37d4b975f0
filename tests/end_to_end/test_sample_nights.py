"""The whole job on the sample portals, two nights: what was written into the pages is what analysts find."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crawlers.sample import SamplePortals, open_sample_portals, sample_documents, sample_reports
from crawlers.sample.serving import Request

pytestmark = pytest.mark.end_to_end


@dataclass(frozen=True)
class Night:
    """What one night left: exit code, what was printed, requests, and the rows of `reports`."""

    exit_code: int
    printed: str
    requests: tuple[Request, ...]
    reports: dict[str, dict[str, Any]]
    checks: tuple[tuple[str, str], ...]


def run(opened: SamplePortals, data: Path, night: int) -> Night:
    opened.night = night
    opened.requests.clear()
    command = [sys.executable, "-c", "from flows.cli import main; main()", "run", "--portals", str(opened.registry)]
    done = subprocess.run(
        [*command, "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "COLUMNS": "200"},
        check=False,
    )
    with duckdb.connect(str(data / "warehouse" / "fazhi.duckdb"), read_only=True) as connection:
        cursor = connection.execute("SELECT * FROM reports")
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        checks = connection.execute("SELECT report_id, verdict FROM checks").fetchall()
    return Night(
        done.returncode,
        done.stdout + done.stderr,
        tuple(opened.requests),
        {row["report_id"]: row for row in rows},
        tuple((str(report), str(verdict)) for report, verdict in checks),
    )


@pytest.fixture(name="nights", scope="module")
def _nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Night]]:
    data = tmp_path_factory.mktemp("data")
    with open_sample_portals(port=0) as opened:
        yield {night: run(opened, data, night) for night in (1, 2)}


@pytest.mark.parametrize("night", [1, 2])
def test_the_night_ends_well(nights: dict[int, Night], night: int) -> None:
    assert nights[night].exit_code == 0, nights[night].printed


@pytest.mark.parametrize("night", [1, 2])
def test_exactly_the_reports_are_held(nights: dict[int, Night], night: int) -> None:
    assert set(nights[night].reports) == {report.report_id for report in sample_reports(night)}


@pytest.mark.parametrize("night", [1, 2])
def test_each_report_is_as_written(nights: dict[int, Night], night: int) -> None:
    for report in sample_reports(night):
        row = nights[night].reports[report.report_id]
        found = {name: row[name] for name in ("title", "issuer", "report_year", "level", "region_code", "source")}
        found["published_on"], found["document_number"] = str(row["published_on"]), row["document_number"]
        assert found == {
            "title": report.title,
            "issuer": report.issuer,
            "report_year": report.report_year,
            "level": report.level,
            "region_code": report.region_code,
            "source": report.source,
            "published_on": report.published_on,
            "document_number": report.document_number,
        }
        assert row["text"] == report.clean_text


def test_the_silent_revision_is_a_second_version(nights: dict[int, Night]) -> None:
    versions = {key: row["versions"] for key, row in nights[2].reports.items()}
    assert versions == {key: 2 if key == "990100-云溪市人民政府-2024" else 1 for key in versions}


def test_the_rate_that_does_not_fit_is_found(nights: dict[int, Night]) -> None:
    mismatched = {report for report, verdict in nights[1].checks if verdict == "mismatch"}
    assert mismatched == {"990100-云溪市人民政府-2024"}


@pytest.mark.parametrize("night", [1, 2])
def test_only_what_may_be_asked_is_asked(nights: dict[int, Night], night: int) -> None:
    asked = nights[night].requests
    for portal in ("yunxi", "qinghe"):
        paths = [request.path for request in asked if request.portal == portal]
        assert paths[0] == "/robots.txt"
        assert len(paths) == len(set(paths))
    lookalikes = {document.path for document in sample_documents(night) if not document.is_report}
    assert not lookalikes & {request.path for request in asked}
    assert not [request.path for request in asked if request.path.startswith(("/search/", "/irs/"))]
    assert all("fazhi" in request.user_agent.lower() for request in asked)


def test_what_did_not_change_is_answered_304(nights: dict[int, Night]) -> None:
    changed = {report.path for report in sample_reports(2) if report.changed_on_night == 2}
    answers = {request.path: request.status for request in nights[2].requests}
    for report in sample_reports(2):
        assert answers[report.path] == (200 if report.path in changed else 304)
