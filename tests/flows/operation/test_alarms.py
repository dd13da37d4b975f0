from pathlib import Path

import duckdb
import pytest

from flows.operation.alarms import overdue, overdue_alarms, portal_alarms
from warehouse.place import Place

NIGHTS = {
    "1": "2026-03-01 18:30:00+00",
    "2": "2026-03-02 18:30:00+00",
    "3": "2026-03-03 18:30:00+00",
    "3-noon": "2026-03-04 04:00:00+00",
    "4": "2026-03-04 18:30:00+00",
}
"""Runs of nightly by the moment they began: 02:30 in Beijing is the evening before in UTC; one ran at noon as well."""


def release(folder: Path, states: dict[str, str], flow: str = "nightly") -> Place:
    """A release that holds the visits of one portal, run by run."""
    path = folder / "fazhi.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE runs (run_id VARCHAR, flow VARCHAR, started_at TIMESTAMPTZ)")
        connection.execute(
            "CREATE TABLE portal_runs (run_id VARCHAR, portal_id VARCHAR, state VARCHAR, reason VARCHAR)"
        )
        for run, state in states.items():
            connection.execute("INSERT INTO runs VALUES (?, ?, ?)", [run, flow, NIGHTS[run]])
            connection.execute("INSERT INTO portal_runs VALUES (?, 'yunxi', ?, 'HTTP 403')", [run, state])
    return Place(folder)


@pytest.mark.parametrize(
    ("states", "last", "told"),
    [
        pytest.param({"1": "blocked", "2": "drift", "3": "unreachable"}, "3", True, id="third-night"),
        pytest.param({"1": "blocked", "2": "blocked"}, "2", False, id="second-night"),
        pytest.param({"1": "blocked", "2": "ok", "3": "blocked"}, "3", False, id="well-between"),
        pytest.param({"1": "blocked", "2": "empty", "3": "blocked"}, "3", False, id="empty-is-no-trouble"),
        pytest.param({"1": "drift", "2": "drift", "3": "drift", "4": "drift"}, "4", False, id="told-once"),
        pytest.param(
            {"1": "drift", "2": "drift", "3": "drift", "3-noon": "drift"}, "3-noon", False, id="noon-is-the-same-day"
        ),
        pytest.param({"2": "drift", "3": "drift", "3-noon": "drift"}, "3-noon", False, id="noon-adds-no-night"),
        pytest.param({"1": "blocked", "2": "blocked", "3": "ok"}, "3", False, id="well-again"),
    ],
)
def test_a_portal_in_trouble_is_told_on_the_third_night(
    states: dict[str, str], last: str, told: bool, tmp_path: Path
) -> None:
    alarms = portal_alarms(release(tmp_path, states), last)
    assert [alarm.about for alarm in alarms] == (["yunxi"] if told else [])
    assert all(
        "HTTP 403" in alarm.sentence and "fazhi portals check --portal yunxi" in alarm.sentence for alarm in alarms
    )


def test_a_backfill_is_no_night(tmp_path: Path) -> None:
    states = {"1": "blocked", "2": "blocked", "3": "blocked"}
    assert portal_alarms(release(tmp_path, states, flow="backfill"), "3") == []


@pytest.mark.parametrize(
    ("before", "now", "sentence"),
    [
        pytest.param(set(), {"云溪市 2024"}, "are not published: 云溪市 2024.", id="new"),
        pytest.param({"云溪市 2024"}, {"云溪市 2024"}, None, id="known"),
        pytest.param({"云溪市 2024"}, set(), None, id="published"),
        pytest.param(set(), {f"g{n:02d}" for n in range(12)}, "g08, g09 and 2 more.", id="many"),
    ],
)
def test_what_is_overdue_is_told_when_it_becomes_so(before: set[str], now: set[str], sentence: str | None) -> None:
    alarms = overdue_alarms(frozenset(before), frozenset(now), "r1")
    assert len(alarms) == (sentence is not None)
    assert all(sentence in alarm.sentence for alarm in alarms if sentence)


def test_before_the_first_release_nothing_is_overdue(tmp_path: Path) -> None:
    assert overdue(Place(tmp_path)) == frozenset()
