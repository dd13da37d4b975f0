"""The sample portals answer as portals do: lists, articles, validators, robots, a PDF, and a second night."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator

import pypdfium2
import pytest
import yaml

from crawlers.sample import SamplePortals, open_sample_portals, sample_documents, sample_reports, serve
from crawlers.sample.serving import PortTakenError


@pytest.fixture(name="opened")
def _opened() -> Iterator[SamplePortals]:
    with open_sample_portals(port=0) as opened:
        yield opened


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def column(opened: SamplePortals, portal: str) -> str:
    entry = next(entry for entry in opened.entries if entry["id"] == portal)
    return str(entry["columns"][0]["url"])  # type: ignore[index]


@pytest.mark.parametrize(("night", "count"), [(1, 6), (2, 7)], ids=["night-1", "night-2"])
def test_reports_of_a_night(night: int, count: int) -> None:
    assert len(sample_reports(night)) == count


def test_every_report_is_as_long_as_the_genre_asks() -> None:
    lengths = {report.key: len(report.clean_text) for report in sample_reports(2)}
    assert all(1200 <= length <= 2500 for length in lengths.values()), lengths


def test_second_night_revises_one_report_silently() -> None:
    before = {report.key: report for report in sample_reports(1)}
    after = {report.key: report for report in sample_reports(2)}
    changed = [key for key in before if before[key].clean_text != after[key].clean_text]
    assert changed == ["yunxi-2024"]
    assert before["yunxi-2024"].published_on == after["yunxi-2024"].published_on
    assert "1.26万件" not in after["yunxi-2024"].clean_text
    assert set(after) - set(before) == {"qinghe-market-2024"}


@pytest.mark.parametrize(
    ("portal", "encoding", "second"), [("yunxi", "utf-8", "index_2.html"), ("qinghe", "gb18030", "index_1.shtml")]
)
def test_lists_hold_every_document_on_two_pages(opened: SamplePortals, portal: str, encoding: str, second: str) -> None:
    first = column(opened, portal)
    text = ""
    for url in (first, first.rsplit("/", 1)[0] + "/" + second):
        status, _, body = get(url)
        assert status == 200
        text += body.decode(encoding)
    for document in sample_documents(1):
        assert (document.path.rsplit("/", 1)[1] in text) == (document.portal == portal)


def test_every_report_page_holds_its_text(opened: SamplePortals) -> None:
    for report in sample_reports(1):
        status, headers, body = get(opened.base_urls[report.portal] + report.path)
        assert status == 200
        text = body.decode("gb18030" if report.portal == "qinghe" else "utf-8")
        assert ("charset" in headers["Content-Type"]) == (report.portal == "yunxi")
        assert f"来源：{report.source}" in re.sub("<[^>]+>", "", text)
        for paragraph in () if report.file else report.paragraphs:
            for cell in paragraph.split("\t"):
                assert cell in text


def test_pdf_holds_the_whole_report(opened: SamplePortals) -> None:
    report = next(report for report in sample_reports(1) if report.file)
    status, headers, body = get(opened.base_urls[report.portal] + str(report.file))
    assert (status, headers["Content-Type"], body[:5]) == (200, "application/pdf", b"%PDF-")
    pages = pypdfium2.PdfDocument(body)
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    wanted = "".join((report.title, *report.paragraphs))
    assert re.sub(r"\s|— \d+ —", "", text) == wanted


def test_validators_answer_304_though_the_bytes_differ(opened: SamplePortals) -> None:
    url = opened.base_urls["qinghe"] + "/fzzfjs/ndbg/t22187640.shtml"
    _, first, one = get(url)
    _, _, other = get(url)
    assert one != other
    assert get(url, If_None_Match=first["ETag"])[0] == 304
    assert get(url, If_Modified_Since=first["Last-Modified"])[0] == 304
    assert get(url, If_None_Match='"another"')[0] == 200


def test_a_revised_page_has_new_validators(opened: SamplePortals) -> None:
    url = opened.base_urls["yunxi"] + "/zwgk/fzzfjs/content/post_2410318.html"
    _, first, _ = get(url)
    opened.night = 2
    status, second, body = get(url, If_None_Match=first["ETag"], If_Modified_Since=first["Last-Modified"])
    assert status == 200
    assert second["ETag"] != first["ETag"]
    assert "受理379件" in body.decode()


@pytest.mark.parametrize(("portal", "path"), [("yunxi", "/search/"), ("qinghe", "/irs/")])
def test_robots_disallows_a_path_that_the_home_page_links(opened: SamplePortals, portal: str, path: str) -> None:
    base = opened.base_urls[portal]
    assert f"Disallow: {path}" in get(base + "/robots.txt")[2].decode()
    home = get(base + "/")[2].decode("gb18030" if portal == "qinghe" else "utf-8")
    assert path in home


@pytest.mark.parametrize(
    ("path", "status"),
    [("/zwgk/fzzfjs/content/post_1.html", 404), ("/static/common.css", 200), ("/zwgk/", 200), ("/zwgk/fzzfjs", 200)],
    ids=["no-such-page", "asset", "folder", "moved-to-slash"],
)
def test_other_paths(opened: SamplePortals, path: str, status: int) -> None:
    assert get(opened.base_urls["yunxi"] + path)[0] == status


def test_requests_are_kept(opened: SamplePortals) -> None:
    get(opened.base_urls["yunxi"] + "/robots.txt", User_Agent="bench")
    assert [(one.portal, one.path, one.status, one.user_agent) for one in opened.requests] == [
        ("yunxi", "/robots.txt", 200, "bench")
    ]


def test_registry_is_a_registry() -> None:
    with serve(port=0) as path:
        portals = yaml.safe_load(path.read_text(encoding="utf-8"))["portals"]
    assert [(entry["id"], entry["region"], entry["region_code"], entry["level"]) for entry in portals] == [
        ("yunxi", "云溪市", "990100", "prefecture"),
        ("qinghe", "青禾县", "990121", "county"),
    ]
    assert not path.exists()


def test_a_port_in_use_is_said(opened: SamplePortals) -> None:
    port = int(opened.base_urls["yunxi"].rsplit(":", 1)[1])
    with pytest.raises(PortTakenError, match=str(port)), open_sample_portals(port=port):
        pass
