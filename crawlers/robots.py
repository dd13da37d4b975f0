"""robots.txt as RFC 9309 reads it: what a host's answer allows.

2xx: its rules hold. 4xx ("unavailable"): there are no rules. 5xx or no answer ("unreachable"): nothing may be asked.
A web page that comes in place of the file (soft 404, home page) holds no rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crawlers.bodies import CutShortError, TooLargeError, to_text, unpack
from crawlers.verdicts import kind_of

LARGEST = 512_000
"""Bytes of a robots.txt that are read; RFC 9309 asks for at least 500 KiB."""
LONGEST_DELAY = 60.0
"""Seconds of Crawl-delay that are honoured; a longer one is honoured as this."""


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host for one user agent."""

    agent: str
    rules: Any = None
    """A parsed Protego, or None for no rules."""
    unreachable: str | None = None
    """One sentence if the rules could not be read, so that nothing may be asked."""

    def allows(self, url: str) -> bool:
        """Tell whether the rules allow an address."""
        if self.unreachable is not None:
            return False
        return self.rules is None or bool(self.rules.can_fetch(url, self.agent))

    @property
    def delay_s(self) -> float:
        """The Crawl-delay in seconds, 0 if none is asked for."""
        delay = self.rules.crawl_delay(self.agent) if self.rules is not None else None
        return min(float(delay), LONGEST_DELAY) if delay else 0.0


def read_robots(
    agent: str, status: int | None, body: bytes = b"", *, content_encoding: str | None = None, fault: str | None = None
) -> Robots:
    """Read an answer to a request for /robots.txt; `status` is None if no answer came and `fault` then says why."""
    if status is None or status >= 500:
        why = fault or (f"the host answered {status}" if status is not None else "no answer came")
        return Robots(agent, unreachable=f"{why}; without its robots.txt nothing else may be asked")
    if not 200 <= status < 300:
        return Robots(agent)
    try:
        body = unpack(body, content_encoding, LARGEST)
    except CutShortError as error:
        body = error.partial
    except TooLargeError:
        body = body[:LARGEST]
    if kind_of(body) == "html":
        return Robots(agent)
    from protego import Protego

    return Robots(agent, rules=Protego.parse(to_text(body)))
