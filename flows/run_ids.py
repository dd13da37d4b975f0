"""Run ids: the second a run started, and its flow. They sort by time, and can be said as people say them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_MOMENT = "%Y%m%dT%H%M%SZ"


def new_run_id(flow_name: str, moment: datetime) -> str:
    """The id of a run of this flow that starts at this moment: `20261121T183000Z-nightly`."""
    return f"{moment.astimezone(UTC):{_MOMENT}}-{flow_name}"


def spoken(run_id: str) -> str:
    """The run as the Prefect UI names it, in Beijing time: `nightly, 22 Nov 2026 02:30`; an id of another kind as it
    is."""
    moment, _, flow_name = run_id.partition("-")
    try:
        started = datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return run_id
    return f"{flow_name}, {started.astimezone(ZoneInfo('Asia/Shanghai')):%d %b %Y %H:%M}"
