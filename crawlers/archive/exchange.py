"""An exchange: what went over the wire for one HTTP request, before anyone judged it."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from crawlers.archive.captures import Role, Verdict

Headers = tuple[tuple[bytes, bytes], ...]
Truncation = Literal["length", "time", "disconnect", "unspecified"]
"""The values of WARC-Truncated: over the size limit, over the time limit, the peer hung up, other."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request and what came back, as bytes. `status` is None if no answer came."""

    portal_id: str
    role: Role
    via: str | None
    """The address of the page that led here."""
    url: str
    """As requested, query and all, without the fragment."""
    fetched_at: datetime
    """When the request was sent; aware, UTC."""
    method: str = "GET"
    request_headers: Headers = ()
    request_body: bytes = b""
    sent: bool = True
    """False when the request never left (refused by robots.txt or by the safety rules)."""
    protocol: str = "HTTP/1.1"
    status: int | None = None
    phrase: bytes = b""
    """The reason phrase of the status line."""
    response_headers: Headers = ()
    """In the order and case of arrival where the transport keeps them; repeated headers stay repeated."""
    body: bytes = b""
    """As sent: still compressed where Content-Encoding says so, transfer coding removed."""
    ip: str | None = None
    truncated: Truncation | None = None
    error: str | None = None
    """One sentence: why no answer, or no whole answer, came."""
    revalidates: str | None = None
    """For a conditional request, the capture_id whose validators were sent."""

    def header(self, name: str) -> str | None:
        """Return the first response header of that name (any case) as Latin-1, stripped; None if there is none."""
        wanted = name.lower().encode("ascii")
        for key, value in self.response_headers:
            if key.lower() == wanted:
                return value.decode("latin-1").strip()
        return None

    def content(self) -> bytes:
        """Return the body with its Content-Encoding undone; raises Undecodable when it cannot be."""
        from crawlers.archive.codings import decode

        return decode(self.body, self.header("content-encoding"))

    @property
    def target(self) -> str:
        """The request target in origin form: path and query as requested."""
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class Judgement(NamedTuple):
    """What a capture is, and the one sentence that says why (None for ok)."""

    verdict: Verdict
    reason: str | None


Judge = Callable[[Exchange], Judgement]
"""The crawl's policy. The archive asks it once per exchange and stores the answer with the records."""


def digest_of(data: bytes) -> str:
    """Return `sha1:` and the base32 digest, as WARC writes it."""
    return "sha1:" + b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode("ascii")
