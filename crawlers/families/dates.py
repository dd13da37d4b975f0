"""The date beside a link of a list, in any way that lists write one."""

from __future__ import annotations

import re
from datetime import date

from crawlers.families.dialects import address_date

_SEP = r"\s*[-./年]\s*"
_FULL = re.compile(rf"(?<!\d)(20\d\d|19\d\d){_SEP}(\d{{1,2}})\s*[-./月]\s*(\d{{1,2}})(?!\d)")
_CARD = re.compile(rf"(?<!\d)(\d{{1,2}})\s+(20\d\d){_SEP}(\d{{1,2}})(?!\d)")
_CARD_TURNED = re.compile(rf"(?<!\d)(20\d\d){_SEP}(\d{{1,2}})\s+(\d{{1,2}})(?![\d:])")
_PACKED = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)")
_SHORT = re.compile(r"(?<![\d.-])(\d{1,2})\s*[-./月]\s*(\d{1,2})日?(?![\d.-])")
_LABEL = re.compile(r"(?:发布|公开|发文|更新)(?:日期|时间)[:：]?\s*(?=\d)")


def _iso(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def dates_in(text: str) -> list[str]:
    """Every full date written in a text, `YYYY-MM-DD`, in the order of the text."""
    found = [(m.start(), _iso(*m.groups())) for m in _FULL.finditer(text)]
    if not found:
        found += [(m.start(), _iso(m[2], m[3], m[1])) for m in _CARD.finditer(text)]
    if not found:
        found += [(m.start(), _iso(*m.groups())) for m in _CARD_TURNED.finditer(text)]
    if not found:
        found += [(m.start(), _iso(*m.groups())) for m in _PACKED.finditer(text)]
    return [iso for _, iso in sorted(found, key=lambda pair: pair[0]) if iso is not None]


def date_beside(text: str, url: str) -> str | None:
    """The publication date that a row shows beside its link; None if it shows none.

    A labelled date wins, else the last one: a row may also show when a document was written. A date without a year is
    completed from the link's address, and is none without that.
    """
    if (label := _LABEL.search(text)) and (labelled := dates_in(text[label.end() : label.end() + 24])):
        return labelled[0]
    if found := dates_in(text):
        return found[-1]
    short = _SHORT.search(text)
    written = address_date(url)
    if short is None or written is None:
        return None
    return _iso(written[:4], short[1], short[2])


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
