"""The whole job on the sample portals, two nights: what was written into the pages is what analysts find."""

from __future__ import annotations

import pytest

from crawlers.sample import sample_documents, sample_reports
from tests.end_to_end.nights import Night

pytestmark = pytest.mark.end_to_end


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
