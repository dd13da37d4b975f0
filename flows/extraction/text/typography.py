"""Blanks as the clean text has them: one kind, none at the ends, none between Han characters and digits."""

from __future__ import annotations

import re

# Zero-width characters, soft hyphens, byte order marks and directional marks carry no text.
_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]"
)
_BLANKS = re.compile(r"[ \t\r\n\f\v\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007"
_WIDE = (
    HAN
    + r"\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
    + r"\u2014\u2018\u2019\u201c\u201d\u2026"
)
_DIGITS = r"0-9\uff10-\uff19%\uff05"

_HAN_DIGIT = re.compile(rf"(?<=[{_WIDE}]) (?=[{_DIGITS}])|(?<=[{_DIGITS}]) (?=[{_WIDE}])")
_HAN_HAN = re.compile(rf"(?<=[{_WIDE}]) (?=[{_WIDE}])")
# A line break in the source of a page, between signs that stand without blanks.
_SOFT_BREAK = re.compile(rf"(?<=[{_WIDE}])[ \t\u3000]*[\r\n]\s*(?=[{_WIDE}])")


_NARROW = str.maketrans("０１２３４５６７８９：－／．", "0123456789:-/.")


def narrow(text: str) -> str:
    """The text with the full-width digits of dates and numbers, and the signs between them, in their narrow form."""
    return text.translate(_NARROW)


def one_line(text: str) -> str:
    """The text on one line: runs of blanks of any kind are one space, none at the ends, none between Han and digits."""
    if not text:
        return ""
    # What is printable holds no invisible sign and no blank but the space.
    if not text.isprintable() or "  " in text:
        text = _BLANKS.sub(" ", _INVISIBLE.sub("", text))
    text = text.strip(" ")
    if " " in text:
        text = _HAN_DIGIT.sub("", text)
    return text


def flowing(text: str) -> str:
    """The text of a paragraph on one line: a line break of its source is a blank only where the script has blanks."""
    return one_line(_SOFT_BREAK.sub("", text) if "\n" in text or "\r" in text else text)


def close_han(text: str) -> str:
    """Drop the blanks between Han characters that typesetting (a PDF, a justified title) left behind."""
    return _HAN_HAN.sub("", text) if " " in text else text


def squeeze(text: str) -> str:
    """The text without any blanks, for comparison."""
    if text.isprintable():
        return text.replace(" ", "")
    return _BLANKS.sub("", _INVISIBLE.sub("", text))


def drop_surrogates(text: str) -> str:
    """The text with lone surrogates dropped: they cannot be written as UTF-8."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore") if _SURROGATE.search(text) else text


_SURROGATE = re.compile("[\ud800-\udfff]")
