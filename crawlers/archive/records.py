"""Walking a WARC file member by member, and saying exactly where and how it is damaged.

fastwarc reads quickly and forgives much; a check and a salvage must not forgive. A sound file is a row of gzip members,
each of which holds one record, its declared length long, and two line ends, and nothing else.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from typing import IO, Any, Literal

DamageKind = Literal["truncated", "garbage", "one_member", "wrong_length", "not_a_record", "bad_gzip"]

_MAGIC = b"\x1f\x8b\x08"
_CHUNK = 1 << 20
_END = b"\r\n\r\n"


class Record:
    """One record as it stands in its file."""

    __slots__ = ("_fields", "block", "length", "offset", "record_id", "type")

    def __init__(self, offset: int, length: int, fields: Mapping[bytes, bytes], block: bytes) -> None:
        self.offset = offset
        self.length = length
        """Byte range of its gzip member."""
        self.block = block
        self._fields = fields
        self.type = self.field("warc-type") or ""
        self.record_id = self.field("warc-record-id") or ""
        """The WARC-Record-ID, `<urn:uuid:…>`."""

    def field(self, name: str) -> str | None:
        """Return the first WARC field of that name, which is given in lower case; None if there is none."""
        value = self._fields.get(name.encode("ascii"))
        return None if value is None else value.decode("utf-8", "replace")

    def payload(self) -> bytes:
        """The HTTP body as stored; the whole block where it is no HTTP message."""
        if not self._fields.get(b"content-type", b"").startswith(b"application/http"):
            return self.block
        at = self.block.find(_END)
        return self.block[at + len(_END) :] if at >= 0 else b""


@dataclass(frozen=True, slots=True)
class Damage:
    """A stretch of a file that is no whole record."""

    offset: int
    kind: DamageKind
    sentence: str


class _Feed:
    """A file with a window on what was read and not yet used."""

    def __init__(self, file: IO[bytes], position: int, chunk: int) -> None:
        self._file = file
        self._chunk = chunk
        self.window = b""
        self.position = position
        """Offset of the window's first byte."""

    def more(self) -> bool:
        data = self._file.read(self._chunk)
        self.window += data
        return bool(data)

    def use(self, count: int) -> None:
        self.window = self.window[count:]
        self.position += count


def read_records(file: IO[bytes]) -> Iterator[Record | Damage]:
    """Yield what `walk` yields, several times faster where the file is sound.

    fastwarc reads, and vouches for the checksum of every gzip member but the last; that each member holds one record of
    its declared length, and nothing else, is read off the length that the member itself ends with. From the first thing
    that does not fit, and for the last member, the walk decides. Files that are not on a local disk are walked.
    """
    size = _local_size(file)
    if not size:
        yield from walk(file)
        return
    sound_to = 0
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        for record in _fast(data):
            yield record
            sound_to = record.offset + record.length
    yield from walk(file, sound_to)


def _local_size(file: IO[bytes]) -> int:
    try:
        return os.fstat(file.fileno()).st_size
    except (AttributeError, OSError):  # no descriptor: a remote file, or one in memory
        return 0


def _fast(data: mmap) -> Iterator[Record]:
    """Yield records from the start as long as all fits; the last record is never among them."""
    from fastwarc.warc import ArchiveIterator

    waiting: tuple[int, int, dict[bytes, bytes], bytes] | None = None
    stream: Any = data  # an mmap reads and seeks as a file does, and only its seek has another return type
    try:
        for found in ArchiveIterator(stream, parse_http=False):
            offset = found.stream_pos
            if waiting is None:
                if offset != 0:
                    return
            else:
                start, size, fields, block = waiting
                if offset <= start or int.from_bytes(data[offset - 4 : offset], "little") != size:
                    return
                yield Record(start, offset - start, fields, block)
            head = len(found.headers.status_line_bytes or b"") + 4
            fields = {}
            for name, value in found.headers.items_bytes():
                head += len(name) + len(value) + 4
                fields.setdefault(name.lower(), value)
            block = found.reader.read()
            if len(block) != found.content_length:
                return
            waiting = (offset, (head + len(block) + len(_END)) & 0xFFFFFFFF, fields, block)
    except OSError:
        return


def walk(file: IO[bytes], start: int = 0, *, chunk: int = _CHUNK) -> Iterator[Record | Damage]:
    """Yield every record of a WARC file from `start` on, in order, and a Damage for every stretch that is none.

    After a damaged stretch the walk goes on at the next gzip member that opens with `WARC/`. `chunk` is how much is
    read at a time: less for a look at one record.
    """
    if start:
        file.seek(start)
    feed = _Feed(file, start, chunk)
    while True:
        if not feed.window and not feed.more():
            return
        while len(feed.window) < len(_MAGIC) and feed.more():
            pass
        position = feed.position
        if not feed.window.startswith(_MAGIC):
            if _MAGIC.startswith(feed.window):
                yield Damage(position, "truncated", f"The file ends {len(feed.window)} bytes into a record.")
                return
            count = _skip_to_member(feed)
            yield Damage(position, "garbage", f"{count} bytes that are no gzip member stand between records.")
            continue
        found = _member(feed, position)
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
    fields: dict[bytes, bytes] = {}
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        fields.setdefault(name.lower(), value.strip())
    declared = fields.get(b"content-length", b"").decode("latin-1")
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
    return Record(start, used, fields, text[begin:end])
