"""What stands in a WARC file: the records of WARC/1.1 that an exchange becomes, one gzip member each.

An exchange is one record that stands for it (response, revisit or, if no answer came, metadata) and the request record
concurrent to it. What the WARC standard has no field for (run, portal, role, via, verdict, reason) stands in `Fazhi-…`
fields of the first, so that the capture log can be rebuilt from the WARCs alone. The standard bids readers ignore what
they do not know.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from typing import Any

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.archive.exchange import Exchange, Headers, Judgement, digest_of
from crawlers.archive.originals import Original

PROFILE_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
PROFILE_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"

KNOWN_LIMITS = (
    "Transfer codings (chunked) are undone before storing and the header is kept as X-Archive-Orig-Transfer-Encoding; "
    "content codings are stored as sent. "
    "A header folded over several lines is joined into one. "
    "Interim 1xx responses, TLS certificates and trailers are not stored."
)


def info_record(name: str, warcinfo_id: str, begun_at: datetime, told: Mapping[str, str]) -> bytes:
    """Return the warcinfo record with which the WARC file of that name begins; `told` is what it says of who writes and
    for which run, in warc-fields."""
    fields = {
        "WARC-Type": "warcinfo",
        "WARC-Record-ID": urn(warcinfo_id),
        "WARC-Date": warc_date(begun_at),
        "WARC-Filename": name.rsplit("/", 1)[-1],
    }
    info = {
        "software": told["software"],
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        **told,
        "known-limits": KNOWN_LIMITS,
    }
    out = BytesIO()
    _write(out, "warcinfo", fields, b"", _warc_fields(info), "application/warc-fields")
    return out.getvalue()


def exchange_records(
    exchange: Exchange,
    judgement: Judgement,
    *,
    run_id: str,
    warcinfo_id: str,
    capture_id: str,
    request_id: str | None,
    digest: str | None,
    original: Original | None,
) -> tuple[bytes, int]:
    """Return the records of an exchange, and how many of the bytes are the first's, which stands for it. `digest` is
    that of its payload; with an `original` it becomes a revisit; without a `request_id` nothing was sent."""
    date = warc_date(exchange.fetched_at)
    kind = "metadata" if exchange.status is None else "revisit" if original else "response"
    fields: dict[str, str | None] = {
        "WARC-Type": kind,
        "WARC-Record-ID": urn(capture_id),
        "WARC-Date": date,
        "WARC-Target-URI": exchange.url,
        "WARC-Warcinfo-ID": urn(warcinfo_id),
        "WARC-Concurrent-To": urn(request_id) if request_id else None,
        "WARC-IP-Address": exchange.ip,
        "WARC-Truncated": exchange.truncated if exchange.status is not None else None,
    }
    if original is not None:
        fields |= {
            "WARC-Profile": PROFILE_NOT_MODIFIED if exchange.status == 304 else PROFILE_SAME_PAYLOAD,
            "WARC-Refers-To": urn(original.capture_id),
            "WARC-Refers-To-Target-URI": original.url,
            "WARC-Refers-To-Date": original.fetched_at,
        }
    fields |= {
        "WARC-Payload-Digest": digest,
        "Fazhi-Run": run_id,
        "Fazhi-Portal": exchange.portal_id,
        "Fazhi-Role": exchange.role,
        "Fazhi-Via": exchange.via,
        "Fazhi-Verdict": judgement.verdict,
        "Fazhi-Reason": judgement.reason,
    }
    out = BytesIO()
    if exchange.status is None:
        note = {"error": exchange.error or judgement.reason, "via": exchange.via}
        _write(out, kind, fields, b"", _warc_fields(note), "application/warc-fields")
    else:
        body = b"" if original is not None else exchange.body
        _write(out, kind, fields, _response_head(exchange), body, "application/http; msgtype=response")
    length = out.tell()
    if request_id is not None:
        request_fields = {
            "WARC-Type": "request",
            "WARC-Record-ID": urn(request_id),
            "WARC-Date": date,
            "WARC-Target-URI": exchange.url,
            "WARC-Warcinfo-ID": urn(warcinfo_id),
            "WARC-Concurrent-To": urn(capture_id),
            "WARC-IP-Address": exchange.ip,
            "WARC-Payload-Digest": digest_of(exchange.request_body),
        }
        request_type = "application/http; msgtype=request"
        _write(out, "request", request_fields, _request_head(exchange), exchange.request_body, request_type)
    return out.getvalue(), length


def urn(identifier: str) -> str:
    """Return the WARC-Record-ID of a UUID."""
    return f"<urn:uuid:{identifier}>"


def warc_date(moment: datetime) -> str:
    """Return an aware datetime as UTC with microseconds and a Z; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"The time {moment} has no time zone; the archive keeps UTC.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def one_line(text: str | None) -> str | None:
    """Return the text with every run of white space as one blank, None for none: WARC fields stand on one line."""
    return " ".join(text.split()) or None if text is not None else None


def describe_software() -> str:
    """Return names and versions of what writes the archive."""
    parts = [f"{name}/{version(name)}" for name in ("fazhi", "scrapy", "twisted", "warcio")]
    return " ".join([*parts, f"Python/{platform.python_version()}"])


class _Head(StatusAndHeaders):  # type: ignore[misc]
    """An HTTP head that is written as it was read; warcio's own would re-encode and percent-escape it."""

    def __init__(self, head: bytes) -> None:
        super().__init__("", [])
        self._head = head

    def compute_headers_buffer(self, header_filter: Any = None) -> None:
        self.headers_buff = self._head

    def __bool__(self) -> bool:
        return True


def _warc_fields(values: Mapping[str, str | None]) -> bytes:
    return "".join(f"{name}: {one_line(value)}\r\n" for name, value in values.items() if value).encode("utf-8")


def _response_head(exchange: Exchange) -> bytes:
    status_line = f"{exchange.protocol} {exchange.status} ".encode("ascii") + exchange.phrase
    return _head(status_line.rstrip(b" ") if not exchange.phrase else status_line, exchange.response_headers)


def _request_head(exchange: Exchange) -> bytes:
    return _head(f"{exchange.method} {exchange.target} HTTP/1.1".encode(), exchange.request_headers)


def _head(first_line: bytes, headers: Headers) -> bytes:
    lines = [first_line]
    for name, value in headers:
        # The body is stored without its chunk framing: a reader that believed the header would misread it.
        if name.lower() == b"transfer-encoding":
            name = b"X-Archive-Orig-" + name
        lines.append(name + b": " + value)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _write(
    out: BytesIO, record_type: str, fields: Mapping[str, str | None], head: bytes, body: bytes, content_type: str
) -> None:
    """Append one record, as a gzip member of its own."""
    rec_headers = [(name, line) for name, value in fields.items() if (line := one_line(value))]
    rec_headers.append(("WARC-Block-Digest", digest_of(head + body)))
    record = ArcWarcRecord(
        "warc",
        record_type,
        StatusAndHeaders("", rec_headers, protocol="WARC/1.1"),
        BytesIO(body),
        _Head(head) if head else None,
        content_type,
        len(body),
    )
    record.payload_length = len(body)
    WARCWriter(out, gzip=True, warc_version="WARC/1.1").write_record(record)
