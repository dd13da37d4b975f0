"""Walking a WARC file member by member, and saying exactly where and how it is damaged.

fastwarc reads quickly and forgives much; a check and a salvage must not forgive. A sound file is a row of gzip members,
each of which holds one record, its declared length long, and two line ends, and nothing else.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Literal

DamageKind = Literal["truncated", "garbage", "one_member", "wrong_length", "not_a_record", "bad_gzip"]

_MAGIC = b"\x1f\x8b\x08"
_CHUNK = 1 << 20
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands in its file."""

    offset: int
    length: int
    """Byte range of its gzip member."""
    fields: tuple[tuple[str, str], ...]
    """The WARC fields, in order."""
    block: bytes

    def field(self, name: str) -> str | None:
        """Return the first field of that name (any case), or None."""
        wanted = name.lower()
        for key, value in self.fields:
            if key.lower() == wanted:
                return value
        return None

    @property
    def type(self) -> str:
        """The WARC-Type."""
        return self.field("WARC-Type") or ""

    @property
    def record_id(self) -> str:
        """The WARC-Record-ID, `<urn:uuid:…>`."""
        return self.field("WARC-Record-ID") or ""

    @property
    def is_http(self) -> bool:
        """Whether the block is an HTTP message."""
        return (self.field("Content-Type") or "").startswith("application/http")

    def payload(self) -> bytes:
        """The HTTP body as stored; the whole block where there is no HTTP head."""
        if not self.is_http:
            return self.block
        _, separator, body = self.block.partition(_END)
        return body if separator else b""


@dataclass(frozen=True, slots=True)
class Damage:
    """A stretch of a file that is no whole record."""

    offset: int
    kind: DamageKind
    sentence: str


class _Feed:
    """A file with a window on what was read and not yet used."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.window = b""
        self.position = 0
        """Offset of the window's first byte."""

    def more(self) -> bool:
        data = self._file.read(_CHUNK)
        self.window += data
        return bool(data)

    def use(self, count: int) -> None:
        self.window = self.window[count:]
        self.position += count


def walk(file: IO[bytes]) -> Iterator[Record | Damage]:
    """Yield every record of a WARC file in order, and a Damage for every stretch that is none.

    After a damaged stretch the walk goes on at the next gzip member that opens with `WARC/`.
    """
    feed = _Feed(file)
    while True:
        if not feed.window and not feed.more():
            return
        while len(feed.window) < len(_MAGIC) and feed.more():
            pass
        start = feed.position
        if not feed.window.startswith(_MAGIC):
            if _MAGIC.startswith(feed.window):
                yield Damage(start, "truncated", f"The file ends {len(feed.window)} bytes into a record.")
                return
            count = _skip_to_member(feed)
            yield Damage(start, "garbage", f"{count} bytes that are no gzip member stand between records.")
            continue
        found = _member(feed, start)
        yield found
        if isinstance(found, Damage) and found.kind in ("truncated", "bad_gzip"):
            feed.use(1)  # look for the next member behind this one's first byte
            if _skip_to_member(feed) and not feed.window:
                return


def _skip_to_member(feed: _Feed) -> int:
    """Move to the next member that opens with `WARC/`, or to the end; return how many bytes were passed."""
    passed = 0
    while True:
        at = feed.window.find(_MAGIC)
        while at >= 0:
            while len(feed.window) < at + 512 and feed.more():
                pass
            if _opens_a_record(feed.window[at : at + 512]):
                feed.use(at)
                return passed + at
            at = feed.window.find(_MAGIC, at + 1)
        keep = len(_MAGIC) - 1
        spare = max(len(feed.window) - keep, 0)
        feed.use(spare)
        passed += spare
        if not feed.more():
            passed += len(feed.window)
            feed.use(len(feed.window))
            return passed


def _opens_a_record(data: bytes) -> bool:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(data, 5) == b"WARC/"
    except zlib.error:
        return False


def _member(feed: _Feed, start: int) -> Record | Damage:
    """Read one gzip member; the feed is behind it afterwards, or still at its start when it is truncated or broken."""
    inflate = zlib.decompressobj(zlib.MAX_WBITS + 16)
    pieces: list[bytes] = []
    used = 0
    try:
        while not inflate.eof:
            if used == len(feed.window) and not feed.more():
                return Damage(start, "truncated", "The file ends within this record.")
            data = feed.window[used:] if used else feed.window
            used = len(feed.window)
            pieces.append(inflate.decompress(data))
    except zlib.error as error:
        return Damage(start, "bad_gzip", f"The gzip member does not decompress: {error}.")
    used -= len(inflate.unused_data)
    feed.use(used)
    text = b"".join(pieces) if len(pieces) != 1 else pieces[0]
    head, separator, _ = text.partition(_END)
    if not text.startswith(b"WARC/1.") or not separator:
        return Damage(start, "not_a_record", "The gzip member holds no WARC record.")
    fields = []
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        fields.append((name.decode("utf-8", "replace"), value.strip().decode("utf-8", "replace")))
    declared = next((value for name, value in fields if name.lower() == "content-length"), "")
    if not declared.isdigit():
        return Damage(start, "wrong_length", f"The record's Content-Length is {declared!r}.")
    begin = len(head) + len(_END)
    end = begin + int(declared)
    rest = text[end:]
    if rest.startswith(_END + b"WARC/1."):
        return Damage(start, "one_member", "Several records share one gzip member, so none can be read by its offset.")
    if rest != _END:
        actual = len(text) - begin - len(_END)
        return Damage(start, "wrong_length", f"The record says {declared} bytes and holds {max(actual, 0)}.")
    return Record(start, used, tuple(fields), text[begin:end])
