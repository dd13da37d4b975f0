"""What the log of a run says, in sentences."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

TROUBLED = frozenset({"drift", "blocked", "unreachable"})
"""States of a portal that was not read as it should be."""

Log = logging.Logger | logging.LoggerAdapter[logging.Logger]


def counted(number: int, one: str, several: str | None = None) -> str:
    """A number of things: `1 portal`, `2 portals`; `several` where an s is not enough."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"


def portal_sentence(event: Mapping[str, Any]) -> str:
    """A portal's visit that is done: how it is, what was asked and found, and the reason if there is one."""
    numbers = f"{counted(event['requests'], 'request')}, {counted(event['candidates'], 'new candidate')}"
    reason = f" {event['reason'].rstrip('.')}." if event["reason"] else ""
    return f"{event['portal_id']} is {event['state']}: {numbers}.{reason}"


def tell(event: Mapping[str, Any], log: Log) -> None:
    """Log what a crawl reports if it is a visit that is done: as a warning where the portal was not read."""
    if event.get("event") == "portal_done":
        log.log(logging.WARNING if event["state"] in TROUBLED else logging.INFO, portal_sentence(event))
