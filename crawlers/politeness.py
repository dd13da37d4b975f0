"""Politeness: one request at a time to a host, and a pause after each, whatever the request was for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

MARGIN_S = 0.05
"""Added to every pause: a server may take note of a request a little later than the answer reaches us."""


@dataclass(slots=True)
class _Host:
    delay_s: float
    ready_at: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Turns:
    """Hands out turns to ask a host. The pause counts from the end of an answer to the start of the next request."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._hosts: dict[str, _Host] = {}
        self._clock = clock

    def slow_to(self, host: str, delay_s: float) -> None:
        """Pause at least so many seconds between requests to a host; of several wishes the longest counts."""
        known = self._hosts.setdefault(host, _Host(delay_s))
        known.delay_s = max(known.delay_s, delay_s)

    def rest(self, host: str, seconds: float) -> None:
        """Leave a host alone for so many seconds from now on."""
        known = self._hosts.setdefault(host, _Host(0.0))
        known.ready_at = max(known.ready_at, self._clock() + seconds)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for the host to be free and rested; hold it for the length of the block."""
        known = self._hosts.setdefault(host, _Host(0.0))
        async with known.lock:
            while (wait := known.ready_at - self._clock()) > 0:
                await asyncio.sleep(wait)
            try:
                yield
            finally:
                pause = known.delay_s + MARGIN_S if known.delay_s else 0.0
                known.ready_at = max(known.ready_at, self._clock() + pause)
