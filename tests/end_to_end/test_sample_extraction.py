"""What the chain reads from the pages of the sample portals is what was written into them."""

from __future__ import annotations

import pytest

from crawlers.sample.documents import SampleDocument, sample_portals, sample_reports
from crawlers.sample.pages import TOKEN, VISITS, render_portal
from flows.extraction.facts import Document, Listing
from flows.extraction.read import read

PORTALS = {portal.id: portal for portal in sample_portals()}
BASE_URL = "http://127.0.0.1:8990"
CASES = [(night, report) for night in (1, 2) for report in sample_reports(night) if report.changed_on_night >= night]


@pytest.fixture(name="document", scope="module")
def _document(request: pytest.FixtureRequest) -> Document:
    night, report = request.param
    portal = PORTALS[report.portal]
    resource = render_portal(portal, BASE_URL, night)[report.file or report.path]
    body = resource.body.replace(TOKEN.encode(), b"0123456789abcdef").replace(VISITS.encode(), b"4711")
    listing = Listing(
        url=BASE_URL + (report.file or report.path),
        portal_id=portal.id,
        portal_name=portal.name,
        region=portal.region,
        region_code=portal.region_code,
        level=portal.level,
        list_title=report.title,
        listed_on=report.published_on,
    )
    return read(body, content_type=resource.content_type, listing=listing)


@pytest.mark.parametrize(
    ("document", "report"),
    [((night, report), report) for night, report in CASES],
    indirect=["document"],
    ids=[f"{report.key}-night-{night}" for night, report in CASES],
)
class TestReport:
    def test_clean_text(self, document: Document, report: SampleDocument) -> None:
        assert document.text.split("\n") == report.clean_text.split("\n")

    def test_title_issuer_year(self, document: Document, report: SampleDocument) -> None:
        found = (document.title, document.issuer, document.report_year)
        assert found == (report.title, report.issuer, report.report_year)

    def test_region_and_level(self, document: Document, report: SampleDocument) -> None:
        assert (document.region_code, document.level) == (report.region_code, report.level)

    def test_document_number_and_signature(self, document: Document, report: SampleDocument) -> None:
        assert (document.document_number, document.signed_on) == (report.document_number, report.signed_on)

    def test_date_and_source(self, document: Document, report: SampleDocument) -> None:
        if report.file:
            pytest.skip("the PDF itself says neither; its page does")
        assert (document.published_on, document.source) == (report.published_on, report.source)
