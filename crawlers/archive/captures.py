"""A capture: one HTTP exchange as a row of the capture log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Verdict = Literal[
    "ok",
    "not_modified",
    "blocked",
    "missing",
    "soft_missing",
    "truncated",
    "too_large",
    "wrong_type",
    "unreachable",
    "refused",
]
Role = Literal["robots", "home", "list", "article", "further_page", "attachment"]

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Capture:
    """One HTTP exchange. Every field can be read back from the WARC records alone."""

    capture_id: str
    """UUID of the record that stands for the exchange (response, revisit or, if no answer came, metadata)."""
    run_id: str
    portal_id: str
    url: str
    """As requested, query and all."""
    fetched_at: str
    """UTC, ISO 8601 with microseconds and a Z."""
    role: Role
    via: str | None
    """The address of the page that led here."""
    status: int | None
    """HTTP status; None if no answer came."""
    verdict: Verdict
    reason: str | None
    """One sentence: why the verdict is what it is. None for ok."""
    content_type: str | None
    """The Content-Type header as sent."""
    payload_digest: str | None
    """`sha1:` and base32, of the body as sent (the WARC-Payload-Digest); for not_modified the digest it vouches for."""
    etag: str | None
    last_modified: str | None
    warc_file: str
    """Relative to the archive root."""
    offset: int
    length: int
    """Byte range of the compressed record."""
    record_id: str
    """The WARC-Record-ID, `<urn:uuid:…>`."""
    refers_to: str | None
    """For a revisit, the capture_id of the record that holds the bytes."""
