"""Two nights on the sample portals, once for all tests that look at what they left."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.sample import open_sample_portals
from tests.end_to_end.nights import Night, run


@pytest.fixture(scope="session")
def two_nights_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of the nights; tests work on copies of it."""
    return tmp_path_factory.mktemp("two-nights") / "data"


@pytest.fixture(scope="session")
def nights(two_nights_data: Path) -> dict[int, Night]:
    """What each night left, by its number."""
    with open_sample_portals(port=0) as opened:
        return {night: run(opened, two_nights_data, night) for night in (1, 2)}
