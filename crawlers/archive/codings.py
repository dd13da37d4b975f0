"""Content codings: undoing gzip, deflate, br and zstd of a body that was archived as sent."""

from __future__ import annotations

import sys
import zlib
from importlib import import_module


class Undecodable(Exception):  # noqa: N818 - says what is the matter, as the reader meets it
    """A body that does not fit its Content-Encoding."""

    exit_code = 1


def decode(body: bytes, content_encoding: str | None) -> bytes:
    """Return the body with every listed coding undone, last applied first.

    An empty body stays empty whatever the header says (HEAD, 304, lazy servers). Raises Undecodable when a coding is
    unknown or the bytes do not fit it.
    """
    if not body or not content_encoding:
        return body
    for coding in reversed([c.strip().lower() for c in content_encoding.split(",") if c.strip()]):
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
    out = bytearray()
    while body[:2] == b"\x1f\x8b":
        member = zlib.decompressobj(zlib.MAX_WBITS + 16)
        out += member.decompress(body)
        if not member.eof:
            raise ValueError("the compressed stream ends early")
        body = member.unused_data
    if not out and body:
        raise ValueError("no gzip header")
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
