"""Portals of which only the address is known, one a platform, crawled and probed over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from crawlers.families.paging import plain
from crawlers.portals import load_registry
from crawlers.probe import Probe, probe_registry
from tests.crawlers.crawling import Crawl, crawl, entry
from tests.crawlers.loopback_portal import Portal, serve
from tests.crawlers.unknown_portals import PORTALS, REPORT

NAMES = list(PORTALS)


def portal_id(name: str) -> str:
    return name.replace("_", "-")


@pytest.fixture(name="served", scope="module")
def _served() -> Iterator[dict[str, Portal]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(serve(portal.pages)) for name, portal in PORTALS.items()}


@pytest.fixture(name="night", scope="module")
def _night(served: dict[str, Portal], tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    registry = "".join(entry(portal_id(name), portal.base, delay_s=0.0) for name, portal in served.items())
    return crawl(tmp_path_factory.mktemp("night"), registry)


def test_the_crawl_works(night: Crawl) -> None:
    assert night.code == 0, night.last_words


@pytest.mark.parametrize("name", NAMES)
def test_the_report_and_nothing_else_is_found(night: Crawl, served: dict[str, Portal], name: str) -> None:
    state = night.states[portal_id(name)]
    assert state["state"] == "ok", (state, served[name].paths())
    reports = {row["fetch_url"] for row in night.candidates
               if row["portal_id"] == portal_id(name) and row["decision"] == "report"}  # fmt: skip
    assert reports == {served[name].base + PORTALS[name].report}
    fetched = {row["url"] for row in night.captures if row["portal_id"] == portal_id(name) and row["role"] == "article"}
    assert fetched == reports


@pytest.fixture(name="probed", scope="module")
def _probed(served: dict[str, Portal], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Probe]:
    file = tmp_path_factory.mktemp("probe") / "portals.yaml"
    file.write_text("".join(entry(portal_id(name), portal.base, delay_s=0.0) for name, portal in served.items()))
    return probe_registry(load_registry(file), contact="mailto:crawler@fazhi.example")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "trs_search"])
def test_a_probe_names_platform_and_column(probed: dict[str, Probe], served: dict[str, Portal], name: str) -> None:
    found = probed[portal_id(name)]
    assert found.state == "ok", found.reason
    assert found.family == PORTALS[name].family
    assert [plain(column.url) for column in found.columns] == [plain(served[name].base + PORTALS[name].column)]
    assert [candidate.title for candidate in found.candidates] == [REPORT]
