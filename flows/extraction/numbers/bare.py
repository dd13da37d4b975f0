"""Digits with no measure word after them: the unit stands before, is shared in a list, or there is none."""

from __future__ import annotations

import re

from flows.extraction.numbers.amounts import AFTER, Amount, amount_of, bound_before
from flows.extraction.numbers.cues import YEAR
from flows.extraction.numbers.measures import match_measure, measure_words
from flows.extraction.numbers.numerals import Numeral, arabic_value

_D = "0-9０-９"
# 1/4, but no 2023/2024 and no 3/15
_PARTS = re.compile(rf"([{_D}])/([{_D}])(?=\s*(?:$|[^{_D}/A-Za-z号月日期]))")
_SHARED_UNIT = re.compile(rf"\s?(?:[、和及与]\s?[{_D}][{_D},.]*[余多]?[万亿]?\s?){{1,8}}")
_BARE_END = re.compile(r"\s*(?:$|[，,。；;、！!)）\n\t]|\s[^\s])")
_HEAD_UNIT = re.compile(r"[(（]\s?(?:单位[:：])?\s?([万亿]?)([^()（）\d\s]{1,4})\s?[)）]\s*[:：为]?\s*$")
_BARE_BEFORE = re.compile(r"(?:[为达是至到共计]|[:：]|[\u4e00-\u9fff][)）”]?\s*)$")
_NO_NUMBER_BEFORE = re.compile(r"(?:第|版|型|新|代|号|热线|平台|电话|编号|代码|[A-Za-z._/\\·+×xX*#@&=~〔【\[-])\s?$")
_PHONE = re.compile(r"(?:123\d\d|96\d{3,4}|95\d{3}|1008\d|11[0-9]|12[0-2])$")


def bare_amount(text: str, at: int, numeral: Numeral) -> Amount | None:
    """The amount that such digits state, read as `numeral`; None for a year, a telephone number, a version, a name."""
    end = numeral.end
    parts = _PARTS.match(text, at)
    if parts is not None and arabic_value(parts[1]) < arabic_value(parts[2]):
        return amount_of(text, at, parts.end(), arabic_value(parts[1]) / arabic_value(parts[2]), None, "ratio")
    bound, begin = bound_before(text, at)
    before = text[max(0, begin - 24) : begin]
    loosened = AFTER.match(text, end)
    closes = _BARE_END.match(text, loosened.end() if loosened else end)
    digits = text[at:end]
    shared = _SHARED_UNIT.match(text, end)
    if shared is not None and text.startswith("号", shared.end()):
        return None
    if shared is not None and not _NO_NUMBER_BEFORE.search(before):
        measured = match_measure(text, shared.end(), False)
        if measured is not None and not (YEAR.match(digits) and measured[0].unit == "年"):
            return amount_of(text, at, end, numeral.value, measured[0].unit, measured[0].kind, over=numeral.over)
    if _NO_NUMBER_BEFORE.search(before) or _PHONE.match(digits):
        return None
    if not closes:
        if (numeral.scaled and end < len(text) and not text[end].isascii()) or bound:
            return amount_of(text, at, end, numeral.value, None, "count", over=numeral.over)
        return None
    head = _HEAD_UNIT.search(before)
    if head is not None:
        measured = match_measure(head[2], 0, False)
        if measured is not None and measured[1] == len(head[2]):
            value = numeral.value * {"": 1, "万": 10_000, "亿": 100_000_000}[head[1]]
            return amount_of(text, at, end, value, measured[0].unit, measured[0].kind)
    if not numeral.scaled and YEAR.match(digits):
        return None
    named = before.rstrip(" :：为达是共")
    for length in (3, 2):
        unit = measure_words().counting_names.get(named[-length:])
        if unit is not None:
            return amount_of(text, at, end, numeral.value, unit, "count", over=numeral.over)
    if not numeral.scaled and ("." in digits or "．" in digits):
        if not re.search(r"(?:[为达是至到分数值均比率度]|[:：])\s?$", before):
            return None
    elif not _BARE_BEFORE.search(before):
        return None
    if len(digits) < 2 and not re.search(r"[为是达]\s?$|\d\s[\u4e00-\u9fff]{1,6}$", before):
        return None
    return amount_of(text, at, end, numeral.value, None, "count", over=numeral.over)
