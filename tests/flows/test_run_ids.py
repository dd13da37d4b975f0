from datetime import datetime

import pytest

from flows.run_ids import new_run_id, spoken


def test_a_run_is_named_after_its_second_and_its_flow() -> None:
    assert new_run_id("nightly", datetime.fromisoformat("2026-11-22T02:30:05+08:00")) == "20261121T183005Z-nightly"


@pytest.mark.parametrize(
    ("run_id", "said"),
    [
        ("20261121T183005Z-nightly", "nightly, 22 Nov 2026 02:30"),
        ("20260401T040000Z-backfill", "backfill, 01 Apr 2026 12:00"),
        ("first", "first"),
        ("20261399T000000Z-nightly", "20261399T000000Z-nightly"),
    ],
    ids=["night", "backfill", "another-kind", "no-day"],
)
def test_a_run_is_spoken_of_in_beijing_time(run_id: str, said: str) -> None:
    assert spoken(run_id) == said
