"""The date beside a link of a list, in any way that lists write one."""

from __future__ import annotations

import re
from datetime import date

from crawlers.families.dialects import address_date

_SEP = r"\s*[-./年]\s*"
_FULL = re.compile(rf"(?<!\d)(20\d\d|19\d\d){_SEP}(\d{{1,2}})\s*[-./月]\s*(\d{{1,2}})(?!\d)")
_CARD = re.compile(rf"(?<!\d)(\d{{1,2}})\s+(20\d\d){_SEP}(\d{{1,2}})(?!\d)")
_CARD_TURNED = re.compile(rf"(?<!\d)(20\d\d){_SEP}(\d{{1,2}})\s+(\d{{1,2}})(?![\d:])")
_SPLIT = re.compile(r"(?<!\d)(20\d\d)\s*年?\s+(\d{1,2})\s*[-./月]\s*(\d{1,2})(?![\d:])")
_SPLIT_TURNED = re.compile(r"(?<![\d.-])(\d{1,2})\s*[-./月]\s*(\d{1,2})日?\s+(20\d\d)(?!\d)")
_AMERICAN = re.compile(r"(?<![\d.-])(\d{1,2})[-./](\d{1,2})[-./](20\d\d)(?!\d)")
_BRIEF = re.compile(r"(?<![\d.-])([12]\d)[-./](0[1-9]|1[0-2])[-./]([0-3]\d)(?![\d.-])")
_PACKED = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)")
_SHORT = re.compile(r"(?<![\d.-])(\d{1,2})\s*[-./月]\s*(\d{1,2})日?(?![\d.-])")
_AGO = re.compile(r"(?:\d+|[一两二三四五六七八九十半]+)\s*(?:分钟|个?小时|天|周|个?月|年)之?前|昨天|前天|今天|刚刚")
_AT_AN_END = re.compile(
    r"^[\[【(（]?\s*(20\d\d[-./]\d{1,2}[-./]\d{1,2})\s*[\]】)）]?\s*(?=\S)|(?<=\S)\s*[\[【(（]?\s*(20\d\d[-./]\d{1,2}[-./]\d{1,2})\s*[\]】)）]?$"
)
_YEAR_ALONE = re.compile(r"^\W{0,3}(20\d\d)\s*年?度?\W{0,3}$")
_TWO_DIGITS = re.compile(r"\d\d")
_LABEL = re.compile(r"(?:发布|公开|发文|更新)(?:日期|时间)[:：]?\s*(?=\d)")


# The notations of a full date, the surest first, and which groups are year, month and day. In a text, one is read.
_NOTATIONS: tuple[tuple[re.Pattern[str], tuple[int, int, int]], ...] = (
    (_FULL, (0, 1, 2)),
    (_CARD, (1, 2, 0)),
    (_CARD_TURNED, (0, 1, 2)),
    (_SPLIT, (0, 1, 2)),
    (_SPLIT_TURNED, (2, 0, 1)),
    (_AMERICAN, (2, 0, 1)),
    (_PACKED, (0, 1, 2)),
    (_BRIEF, (0, 1, 2)),
)


def _iso(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year) % 2000 + 2000 if len(year) == 2 else int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def dates_in(text: str) -> list[str]:
    """Every full date written in a text, `YYYY-MM-DD`, in the order of the text."""
    if _TWO_DIGITS.search(text) is None:
        return []
    for pattern, order in _NOTATIONS:
        matches = [(m.start(), _iso(*(m.groups()[at] for at in order))) for m in pattern.finditer(text)]
        if found := [iso for _, iso in sorted(matches, key=lambda pair: pair[0]) if iso is not None]:
            return found
    return []


def date_beside(text: str, url: str, *, year: str | None = None) -> str | None:
    """The publication date that a row shows beside its link; None if it shows none.

    A labelled date wins, else the last one: a row may also show when a document was written. A date without a year is
    completed from the link's address or by `year`, that of the heading above, and is none without either.
    """
    if (label := _LABEL.search(text)) and (labelled := dates_in(text[label.end() : label.end() + 24])):
        return labelled[0]
    if found := dates_in(text):
        return found[-1]
    short = _SHORT.search(text)
    written = address_date(url) or year
    if short is None or written is None:
        return None
    return _iso(written[:4], short[1], short[2])


def is_undatable(text: str) -> bool:
    """True if a text says when, but by how long ago or without the year: a date that cannot be told from it alone."""
    return _AGO.search(text) is not None or (is_only_date(text) and _SHORT.search(text) is not None)


def year_alone(text: str) -> str | None:
    """The year that a heading consists of: 「2025年」."""
    found = _YEAR_ALONE.match(text)
    return found.group(1) if found else None


def split_date(title: str) -> tuple[str, str | None]:
    """A title without the date written before or after it, and that date."""
    found = _AT_AN_END.search(title)
    if found is None:
        return title, None
    iso = dates_in(found.group())
    rest = f"{title[: found.start()]}{title[found.end() :]}".strip()
    return (rest, iso[0]) if iso and rest else (title, None)


def is_only_date(text: str) -> bool:
    """True if a text is a date and its decoration, nothing else."""
    rest = _LABEL.sub("", _FULL.sub("", text))
    if rest == text:
        rest = _SHORT.sub("", text)
    return rest != text and re.sub(r"[\s\[\]()（）【】:：日|/\d-]", "", rest) in {
        "",
        "发布时间",
        "发布日期",
        "日期",
        "时间",
    }
