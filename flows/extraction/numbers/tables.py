"""Numbers in the cells of a table: a cell without a unit takes that of its column, row or caption."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import takewhile

from flows.extraction.facts import QuantityKind
from flows.extraction.numbers.amounts import Amount, amount_of
from flows.extraction.numbers.measures import match_measure, measure_words
from flows.extraction.numbers.numerals import arabic_value, scale_value

_D = "0-9０-９"
_UNITS = 3
"""Cells of a row that are looked at for the unit of its numbers."""
_CELL = re.compile(
    rf"\s*(?:约|近|逾|超过?|突破|不少于|不低于|不超过|不足|不到|增长|增加|上升|下降|减少|[-−－+＋↑↓▲▼])?"
    rf"(?P<number>[{_D}]{{1,3}}(?:[,，][{_D}]{{3}})+(?:[.．][{_D}]+)?|[{_D}]+(?:[.．][{_D}]+)?)"
    rf"(?P<scale>[万亿]?)(?P<more>[余多]?)(?:以上|以内|以下|左右)?\s*(?P<rest>[^{_D}\s]{{0,5}})\s*"
)
_IN_PARENTHESES = re.compile(r"[(（]\s?(?:单位[:：]\s?)?([百千]?[万亿]?)([^()（）\d\s]{1,4}?)\s?[)）]")
_CAPTION_UNIT = re.compile(r"单位\s?[:：]\s?([百千]?[万亿]?)([^\s()（）,，、]{1,4})")
_GROWTH_HEAD = re.compile(r"同比|增长|增幅|增减|[比较]上年|变化")
_YEAR = re.compile(r"\s*(?:19|20)\d\d年(?:度|上半年|下半年)?\s*")
_NO_AMOUNT_HEAD = re.compile(r"序号|编号|年份|^年度$|代码|电话|^号$|日期|时间$|文号")


def _unit_of_head(head: str) -> tuple[Decimal, str | None, QuantityKind]:
    match = _IN_PARENTHESES.search(head) or _CAPTION_UNIT.search(head)
    scale, word = (match[1], match[2]) if match else ("", head.strip())
    if not match and word[:1] in "万亿":
        scale, word = word[0], word[1:]
    measured = match_measure(word, 0, False) if word else None
    if measured is not None and measured[1] == len(word):
        return scale_value(scale), measured[0].unit, measured[0].kind
    named = re.sub(r"[(（].*?[)）]", "", head).strip()
    for length in (3, 2):
        unit = measure_words().counting_names.get(named[-length:])
        if unit is not None:
            return Decimal(1), unit, "count"
    if named.endswith(("率", "占比", "比例")):
        return Decimal(1), "%", "percent"
    return Decimal(1), None, "count"


def _is_unit(cell: str) -> bool:
    """Whether a cell is a unit and nothing else: 件, 万元."""
    word = cell.strip().lstrip("万亿")
    measured = match_measure(word, 0, False) if word else None
    return measured is not None and measured[1] == len(word)


def _is_number(cell: str) -> bool:
    """Whether a cell is a number and not the year over a column."""
    return _CELL.fullmatch(cell) is not None and _YEAR.fullmatch(cell) is None


def _label_of(heads: Sequence[str]) -> str:
    """What the heads of a cell say together, without units, years and numbers."""
    bare = (re.sub(r"[(（].*?[)）]|\s|单位[:：].*", "", head) for head in heads)
    told = [head for head in bare if head and not re.fullmatch(r"[\d.]+年?(?:度)?|合计|总计|数量|本年|上年", head)]
    return "".join(dict.fromkeys(told))[:26]


def _rows(text: str, lines: Sequence[tuple[int, int]]) -> list[list[tuple[int, str]]]:
    """The cells of each line with where they begin."""
    rows = []
    for start, end in lines:
        row, at = [], start
        for cell in text[start:end].split("\t"):
            row.append((at, cell))
            at += len(cell) + 1
        rows.append(row)
    return rows


def _table(text: str, lines: Sequence[tuple[int, int]], caption: str) -> Iterator[tuple[int, int, Amount | None]]:
    """The number cells of one table; the lines before the first number are its heads."""
    rows = _rows(text, lines)
    heads = [
        [cell for _, cell in row] for row in takewhile(lambda row: not any(_is_number(cell) for _, cell in row), rows)
    ]
    for row in rows[len(heads) :]:
        first = "" if _CELL.fullmatch(row[0][1]) else row[0][1]
        units: list[str] = []
        for column, (at, cell) in enumerate(row):
            if column and len(units) < _UNITS and _is_unit(row[column - 1][1]):
                units.append(row[column - 1][1])
            match = _CELL.fullmatch(cell)
            if match is None:
                continue
            above = [head[column] for head in heads if column < len(head)]
            beside = row[column - 1][1] if column and not _CELL.fullmatch(row[column - 1][1]) else ""
            begin, stop = at + match.start("number"), at + match.end("more")
            numbers_rows = column == 0 and not match["rest"] and len(row) > 1
            if numbers_rows or any(_NO_AMOUNT_HEAD.search(head.strip()) for head in above or [beside]):
                yield begin, stop, None
            elif match["rest"]:
                measured = match_measure(match["rest"], 0, False)
                if measured is None:
                    yield begin, stop, None
                elif any(_GROWTH_HEAD.search(head) for head in above):
                    stop += match.start("rest") - match.end("more") + measured[1]
                    amount = amount_of(text, begin, stop, arabic_value(match["number"]), measured[0].unit, "change")
                    amount.direction = "down" if text[begin - 1] in "-−－↓▼降减" else "up"
                    amount.label = _label_of([first, *above])
                    yield begin, stop, amount
                # what else has a unit of its own is read as any other text
            else:
                value = arabic_value(match["number"]) * scale_value(match["scale"])
                factor, unit, kind = _unit_of([*reversed(above), *units, beside, first], caption)
                amount = amount_of(text, begin, stop, value * factor, unit, kind, over=bool(match["more"]))
                amount.label = _label_of([*above, beside] if beside == first else [first, *above, beside])
                yield begin, stop, amount


def _unit_of(heads: Sequence[str], caption: str) -> tuple[Decimal, str | None, QuantityKind]:
    """Factor, unit and kind by the first head that names a unit, or else by the caption."""
    for head in heads:
        named = _unit_of_head(head) if head else None
        if named is not None and named[1] is not None:
            return named
    return _unit_of_head(caption) if _CAPTION_UNIT.search(caption) else (Decimal(1), None, "count")


def cells(text: str) -> Iterator[tuple[int, int, Amount | None]]:
    """The number cells of all tables of a text: each with its span, and its amount unless it numbers or dates rows."""
    if "\t" not in text:
        return
    block: list[tuple[int, int]] = []
    caption, previous, at = "", "", 0
    for line in text.split("\n"):
        end = at + len(line)
        if "\t" in line:
            if not block:
                caption = previous
            block.append((at, end))
        else:
            if block:
                yield from _table(text, block, caption)
                block = []
            previous = line
        at = end + 1
    if block:
        yield from _table(text, block, caption)
