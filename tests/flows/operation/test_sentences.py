import logging
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from flows import chain
from flows.operation.sentences import tell


@pytest.mark.parametrize(
    ("event", "level", "sentence"),
    [
        (
            {"state": "ok", "reason": None, "requests": 7, "candidates": 3},
            "INFO",
            "yunxi is ok: 7 requests, 3 new candidates.",
        ),
        (
            {"state": "empty", "reason": "Its list names no report.", "requests": 2, "candidates": 0},
            "INFO",
            "yunxi is empty: 2 requests, 0 new candidates. Its list names no report.",
        ),
        (
            {"state": "unreachable", "reason": "The list is gone (404)", "requests": 1, "candidates": 1},
            "WARNING",
            "yunxi is unreachable: 1 request, 1 new candidate. The list is gone (404).",
        ),
    ],
    ids=["ok", "empty", "unreachable"],
)
def test_a_visit_is_a_line_of_the_log(
    event: dict[str, Any], level: str, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        tell({"event": "portal_done", "portal_id": "yunxi"} | event, logging.getLogger("crawl"))
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [(level, sentence)]


def test_other_steps_of_a_crawl_are_no_lines(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        tell({"event": "page", "portal_id": "yunxi"}, logging.getLogger("crawl"))
    assert caplog.records == []


@pytest.mark.parametrize("ahead", [timedelta(hours=5), timedelta(days=2)], ids=["next-night", "later"])
def test_a_run_is_named_after_its_time_though_its_process_is_ready_before(
    ahead: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = datetime.now(UTC) + ahead
    told = SimpleNamespace(
        parameters={"order": SimpleNamespace(portals=("yunxi",))},
        flow_name="nightly",
        scheduled_start_time=start,
    )
    monkeypatch.setattr(chain, "flow_run", told)
    in_beijing = start + timedelta(hours=8)
    assert chain.run_name() == f"nightly, {in_beijing:%d %b %Y %H:%M}, 1 portal"
