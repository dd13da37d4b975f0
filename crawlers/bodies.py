"""Bodies as they came: undoing the content coding within a limit, and finding the encoding of a text."""

from __future__ import annotations

import re
import zlib

_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE)
# gb2312 and gbk pages use characters of the full set; both are subsets of it.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030"}
# What servers say when nobody told them; any bytes fit it, so it says nothing about a Chinese page.
_DEFAULTS = frozenset({"iso-8859-1", "latin-1", "latin1", "windows-1252", "us-ascii", "ascii"})
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class CutShortError(Exception):
    """A compressed body that ends early or is damaged; `partial` holds what could be read."""

    def __init__(self, message: str, partial: bytes) -> None:
        super().__init__(message)
        self.partial = partial


class TooLargeError(Exception):
    """A body that unpacks to more than the limit."""


def unpack(body: bytes, content_encoding: str | None, limit: int) -> bytes:
    """Undo gzip, deflate and br, and the gzip of a body that does not say so; plain bodies come back as they are.

    Raises TooLargeError when more than `limit` bytes come out, CutShortError when the stream ends early or is damaged.
    """
    codings = [coding.strip().lower() for coding in (content_encoding or "").split(",") if coding.strip()]
    for coding in reversed(codings):
        if coding in ("gzip", "x-gzip", "deflate"):
            body = _inflate(body, coding, limit)
        elif coding == "br":
            body = _unbrotli(body, limit)
    if not codings and body[:3] == b"\x1f\x8b\x08":
        body = _inflate(body, "gzip", limit)
    if len(body) > limit:
        raise TooLargeError(f"the body has more than {limit:,} bytes")
    return body


def _inflate(body: bytes, coding: str, limit: int) -> bytes:
    if not body or (coding != "deflate" and body[:2] != b"\x1f\x8b"):
        return body  # lazy servers name a coding and send plain bytes
    window = zlib.MAX_WBITS + 16 if coding != "deflate" else zlib.MAX_WBITS
    out = b""
    while body:
        stream = zlib.decompressobj(window)
        try:
            part = stream.decompress(body, limit + 1 - len(out))
        except zlib.error as error:
            if window == zlib.MAX_WBITS and not out:
                window = -zlib.MAX_WBITS  # many servers send deflate without its header
                continue
            raise CutShortError(f"the {coding} stream is damaged ({error})", out) from error
        out += part
        if len(out) > limit:
            raise TooLargeError(f"the body unpacks to more than {limit:,} bytes")
        if not stream.eof:
            raise CutShortError(f"the {coding} stream ends early", out)
        body = stream.unused_data if stream.unused_data[:2] == b"\x1f\x8b" else b""
    return out


def _unbrotli(body: bytes, limit: int) -> bytes:
    import brotli

    stream = brotli.Decompressor()
    try:
        out = bytes(stream.process(body, output_buffer_limit=limit + 1))
        while len(out) <= limit and not stream.is_finished():
            part = bytes(stream.process(b"", output_buffer_limit=limit + 1 - len(out)))
            if not part:
                raise CutShortError("the br stream ends early", out)
            out += part
    except brotli.error as error:
        raise CutShortError(f"the br stream is damaged ({error})", b"") from error
    if len(out) > limit:
        raise TooLargeError(f"the body unpacks to more than {limit:,} bytes")
    return out


def to_text(body: bytes, content_type: str | None = None) -> str:
    """Decode a page: byte order mark, then UTF-8 where every byte fits, then what page or header declare, then
    GB18030, then whichever of them loses least. GB2312 and GBK are read as GB18030."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = [match[1].decode("ascii") for match in (_XML.search(body[:200]), _META.search(body[:8192])) if match]
    if match := _HEADER.search(content_type or ""):
        declared.append(match[1])
    candidates: list[str] = []
    for name in [*declared, "gb18030", "utf-8"]:
        encoding = _WIDER.get(name.lower(), name.lower())
        if encoding not in candidates and encoding not in _DEFAULTS:
            candidates.append(encoding)
    best: tuple[int, str] | None = None
    for encoding in candidates:
        try:
            text = body.decode(encoding, errors="replace")
        except LookupError:
            continue
        losses = text.count("\ufffd")
        if losses == 0:
            return text
        if best is None or losses < best[0]:
            best = (losses, text)
    assert best is not None  # gb18030 is always there
    return best[1]
