"""From bytes to text: the encoding of a page by byte order mark, declaration, header and, last, a detector."""

from __future__ import annotations

import codecs
import re
import zlib
from dataclasses import dataclass

from flows.extraction.facts import Unreadable
from flows.extraction.text.typography import drop_surrogates

# What a page calls its encoding and what it is read as: GB18030 holds all of gb2312 and gbk, and pages that say
# the smaller name use characters of the larger.
_READ_AS = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
    "hz-gb-2312": "gb18030", "gb18030": "gb18030", "utf8": "utf-8", "utf-8": "utf-8", "unicode": "utf-8",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "utf-16": "utf-16", "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}  # fmt: skip
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)|<\?xml[^>]{0,80}encoding\s*=\s*[\"']([A-Za-z0-9_:.-]+)",
    re.I,
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.I)

# Most text that is no text after all shows in one of these: replacement characters, C1 controls, private use,
# and the Latin letters that UTF-8 turns into when it is read as Latin-1.
_BROKEN = re.compile("[\ufffd\u0080-\u0084\u0086-\u009f]|[ÃÂäåæçèéï][\u0080-\u00bf]")
# UTF-8 read as GBK: the characters that the commonest Han syllables become.
_UTF8_AS_GBK = re.compile("[鐨勬槸涓浗鏀垮簻娉曟不锛銆鍦ㄥ拰鏈夊叧浜庡勾搴]")

MOST_UNPACKED = 64 * 1024 * 1024
"""Bytes that a gzipped page may unpack to."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a page, the encoding that gave it, and what a person may need to know of it."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def unpack(content: bytes) -> bytes:
    """The bytes unpacked where they are gzip that nobody announced. Unreadable if they unpack without end."""
    if content[:2] != b"\x1f\x8b":
        return content
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(content, MOST_UNPACKED)
    except zlib.error as fault:
        raise Unreadable("damaged", f"The gzip data cannot be unpacked ({fault}); fetch the page again.") from fault
    if unpacker.unconsumed_tail:
        raise Unreadable("too_large", f"The gzip data unpacks to more than {MOST_UNPACKED >> 20} MB; it is no page.")
    return unpacked


def decode(content: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page: byte order mark, then declaration, then header, then UTF-8 and GB18030 strictly, then a detector.

    A declaration that the bytes contradict is not believed. Raises Unreadable("mojibake") when no reading is text.
    """
    content = unpack(content)
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return Decoded(_checked(content[len(mark) :].decode(encoding, "replace"), encoding), encoding)
    if wide := without_mark(content):
        return Decoded(_checked(content.decode(wide, "replace"), wide), wide)
    declared: list[str] = []
    if found := _META.search(content[:4096]):
        declared.append((found[1] or found[2]).decode("ascii").lower())
    if content_type and (named := _HEADER.search(content_type)):
        declared.append(named[1].lower())
    tried: list[str] = []
    for name in [*declared, "utf-8", "gb18030"]:
        encoding = _READ_AS.get(name, name)
        if (
            encoding in tried
            or not _is_codec(encoding)
            or encoding in ("iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii")
        ):
            continue
        tried.append(encoding)
        try:
            text = content.decode(encoding)
        except (UnicodeDecodeError, UnicodeError):
            continue
        if encoding == "gb18030" and _share(_UTF8_AS_GBK, text) > 0.25:
            continue
        if encoding == "gb18030" and _is_big5(content, text):
            return Decoded(
                _checked(content.decode("big5hkscs", "replace"), "big5hkscs"), "big5hkscs", ("The page is Big5.",)
            )
        warnings: tuple[str, ...] = ()
        if declared and _READ_AS.get(declared[0], declared[0]) != encoding and not content.isascii():
            warnings = (f"The page says it is {declared[0]} but is {encoding}.",)
        return Decoded(_checked(text, encoding), encoding, warnings)
    # No strict reading: a few broken bytes in a page that is otherwise sound, or an encoding of its own.
    best: tuple[float, str, str] | None = None
    for encoding in tried or ["utf-8", "gb18030"]:
        text = content.decode(encoding, "replace")
        # A page may be cut off in the middle of a sign, and hold a bad byte or two.
        broken = max(0, text.count("\ufffd") - 2) / max(1, len(text))
        if best is None or broken < best[0]:
            best = (broken, encoding, text)
    if best is not None and best[0] <= 0.002:
        return Decoded(
            _checked(best[2].replace("\ufffd", ""), best[1]),
            best[1],
            (f"A few bytes are not {best[1]} and were dropped.",),
        )
    from charset_normalizer import from_bytes

    guess = from_bytes(content[:200_000]).best()
    if guess is not None and guess.encoding in ("big5", "big5hkscs", "utf_16", "utf_16_le", "utf_16_be"):
        return Decoded(
            _checked(content.decode(guess.encoding, "replace"), guess.encoding),
            guess.encoding,
            (f"The encoding was guessed: {guess.encoding}.",),
        )
    raise Unreadable("mojibake", "The bytes are text in no known encoding; fetch the page again or look at it by hand.")


def without_mark(content: bytes) -> str | None:
    """The UTF-16 that the bytes of a page are without a byte order mark: every other byte of its first signs is 0."""
    if content[:1] and content[1:4:2] == b"\0\0" and b"\0" not in content[:4:2]:
        return "utf-16-le"
    if content[1:2] and content[:4:2] == b"\0\0" and b"\0" not in content[1:4:2]:
        return "utf-16-be"
    return None


def _is_big5(content: bytes, as_gb: str) -> bool:
    """Whether bytes that can be read as GB18030 are Big5: read so, hardly any of their characters is a common one."""
    han = [sign for sign in as_gb[:100_000] if "\u4e00" <= sign <= "\u9fff"]
    if len(han) < 20 or _common(han, "gb2312", 0xB0, 0xD7) > 0.7:
        return False
    try:
        text = content.decode("big5hkscs")
    except UnicodeDecodeError:
        return False
    other = [sign for sign in text[:100_000] if "\u4e00" <= sign <= "\u9fff"]
    return len(other) >= 20 and _common(other, "big5", 0xA4, 0xC6) > 0.9


def _common(han: list[str], encoding: str, first: int, last: int) -> float:
    """Share of the characters that stand in the rows of the encoding that hold the common ones."""
    rows = (code[0] for sign in han if (code := sign.encode(encoding, "ignore")))
    return sum(first <= row <= last for row in rows) / len(han)


def _checked(text: str, encoding: str) -> str:
    text = drop_surrogates(text)
    sample = text if len(text) < 400_000 else text[:400_000]
    # Counting is cheap, matching is not: only a page with many signs of the kind is looked at closely.
    suspects = sample.count("\ufffd") + len(sample.encode("latin-1", "ignore").translate(None, bytes(range(128))))
    many = max(8, len(sample) * 0.005)
    garbled = suspects > many and len(_BROKEN.findall(sample)) > many
    if garbled or sum(map(sample.count, ("锟斤拷", "烫烫烫", "屯屯屯"))) > many:
        raise Unreadable(
            "mojibake", f"Read as {encoding} the text is garbled; fetch the page again or look at it by hand."
        )
    return text


def _share(pattern: re.Pattern[str], text: str) -> float:
    han = [sign for sign in text[:200_000] if "\u4e00" <= sign <= "\u9fff"]
    return len(pattern.findall("".join(han))) / len(han) if len(han) > 20 else 0.0


def _is_codec(name: str) -> bool:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return True
