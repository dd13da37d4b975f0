"""The sample portals with nothing in the registry but their addresses: two nights end with the same reports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from crawlers.sample import open_sample_portals, sample_reports
from tests.end_to_end.nights import Night, run

pytestmark = pytest.mark.end_to_end


@pytest.fixture(name="nights", scope="module")
def _nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Night]]:
    data = tmp_path_factory.mktemp("data")
    with open_sample_portals(port=0) as opened:
        bare = [{key: entry[key] for key in entry.keys() - {"columns", "family"}} for entry in opened.entries]
        opened.registry.write_text(yaml.safe_dump({"portals": bare}, allow_unicode=True), encoding="utf-8")
        yield {night: run(opened, data, night) for night in (1, 2)}


@pytest.mark.parametrize("night", [1, 2])
def test_exactly_the_reports_are_held(nights: dict[int, Night], night: int) -> None:
    assert nights[night].exit_code == 0, nights[night].printed
    assert set(nights[night].reports) == {report.report_id for report in sample_reports(night)}


def test_the_second_night_does_not_look_for_columns_again(nights: dict[int, Night]) -> None:
    homes = [request.path for request in nights[2].requests if request.path in ("/", "/index.html", "/index.shtml")]
    assert homes == []
