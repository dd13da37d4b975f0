"""Content codings: undoing gzip, deflate, br and zstd of a body that was archived as sent."""

from __future__ import annotations

import sys
import zlib
from importlib import import_module

_GZIP = b"\x1f\x8b\x08"


class Undecodable(Exception):  # noqa: N818 - says what is the matter, as the reader meets it
    """A body that does not fit its Content-Encoding."""

    exit_code = 1


def decode(body: bytes, content_encoding: str | None) -> bytes:
    """Return the body with every listed coding undone, last applied first.

    Servers are taken as they are: a body that says gzip and is plain stays as it is, one that is gzip and does not say
    so is unpacked. Raises Undecodable when a coding is unknown or the bytes do not fit it.
    """
    if not body:
        return body
    codings = [coding.strip().lower() for coding in (content_encoding or "").split(",") if coding.strip()]
    if not codings and body.startswith(_GZIP):
        codings = ["gzip"]
    for coding in reversed(codings):
        try:
            body = _undo(body, coding)
        except (zlib.error, OSError, EOFError, ValueError) as error:
            raise Undecodable(
                f"The body says Content-Encoding {coding} but does not decode as such: {error}."
            ) from error
    return body


def _undo(body: bytes, coding: str) -> bytes:
    if coding in ("identity", "utf-8", "none"):  # charsets and "none" turn up here on real servers; the bytes are plain
        return body
    if coding in ("gzip", "x-gzip"):
        return _gunzip(body)
    if coding == "deflate":
        # RFC 9110 means zlib; many servers send raw deflate.
        try:
            return zlib.decompress(body)
        except zlib.error:
            return zlib.decompress(body, -zlib.MAX_WBITS)
    if coding == "br":
        brotli = import_module("brotli")

        try:
            return bytes(brotli.decompress(body))
        except brotli.error as error:
            raise ValueError(str(error)) from error
    if coding == "zstd":
        return _unzstd(body)
    raise Undecodable(f"The body has Content-Encoding {coding}, which is not known here (gzip, deflate, br, zstd are).")


def _gunzip(body: bytes) -> bytes:
    """Decode every gzip member; bytes after the last member are ignored, as browsers do."""
    if not body.startswith(_GZIP):
        return body
    out = bytearray()
    while body.startswith(_GZIP):
        member = zlib.decompressobj(zlib.MAX_WBITS + 16)
        out += member.decompress(body)
        if not member.eof:
            raise ValueError("the compressed stream ends early")
        body = member.unused_data
    return bytes(out)


def _unzstd(body: bytes) -> bytes:
    try:
        zstd = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    except ModuleNotFoundError as error:
        raise Undecodable("The body has Content-Encoding zstd; install backports.zstd to read it.") from error
    try:
        return bytes(zstd.decompress(body))
    except zstd.ZstdError as error:
        raise ValueError(str(error)) from error
