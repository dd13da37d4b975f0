"""Reads Chinese and Arabic numerals: 1,234 · １２ · 1.2万 · 两千余 · 三十多万 · 百分之九十 · 九成 · 七八.

Values are exact decimals until the end, so 2337.47万 is 23374700 and not 23374700.000000004.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

FULL_WIDTH = str.maketrans("０１２３４５６７８９．，", "0123456789.,")

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2, "俩": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}

CHINESE_DIGIT = "〇○零一二两三四五六七八九"
CHINESE = CHINESE_DIGIT + "十百千万亿"

# 1,234 · 1，234 · 33 939 (groups with spaces only before a Chinese character, the measure word)
_ARABIC = (
    r"(?:[0-9０-９]{1,3}(?:[,，][0-9０-９]{3})+(?![0-9０-９])"
    r"|[0-9]{1,3}(?:[ \u2009\u202f][0-9]{3})+(?=(?:\.[0-9]+)?[\u4e00-\u9fff])|[0-9０-９]+)(?:[.．][0-9０-９]+)?"
)
# A scale is no part of 千米, 千克, 千瓦, 百分点; nor is the 万 of 万元 lost: it is a scale before any unit.
_SCALE = r"(?:[百千]?万亿?|千?亿|千(?![米克瓦伏])|百(?!分)|十(?=[万亿余多]))"
_SPACED = "万亿"

ARABIC = re.compile(
    rf"(?P<head>{_ARABIC})(?:[ \u3000](?=[余多{_SPACED}]))?(?P<inner>[余多几]?)(?P<scale>{_SCALE})?"
    rf"(?:(?<=[万亿])(?P<tail>[0-9０-９]+(?:\.[0-9０-９]+)?)(?P<tail_scale>[百千]?万|[百千]))?(?P<more>[余多来]|\+(?![0-9０-９A-Za-z]))?"
)
"""Digits with what may scale and loosen them; matched from the numeral's first character."""

CHINESE_NUMERAL = re.compile(
    rf"(?P<vague>[数几])?(?P<body>[{CHINESE}]+)(?:点(?P<point>[{CHINESE_DIGIT}]+))?"
    rf"(?:(?P<inner>[余多几])(?P<scale>[万亿]+))?(?P<more>[余多来几])?"
)
"""A run of Chinese numerals with what may loosen it; whether it is a number `chinese_value` decides."""

FINANCIAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_FINANCIAL_RUN = re.compile(
    "(?:[壹贰叁肆伍陆柒捌玖][拾佰仟万亿]|拾[万亿壹贰叁肆伍陆柒捌玖])[壹贰叁肆伍陆柒捌玖拾佰仟万亿零]*"
)

_PAIR = re.compile(
    r"(?P<front>十?)(?P<low>[一两二三四五六七八九])(?P<high>[二两三四五六七八九])(?P<scale>[十百千万亿]*)"
)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A numeral's reading: `value`, `value_high` for 七八, `over` where 余, 多, 几 or 数 makes it more."""

    value: Decimal
    end: int
    value_high: Decimal | None = None
    over: bool = False
    about: bool = False
    scaled: bool = False
    """It holds 百, 千, 万 or 亿 after digits, or is Chinese and ten or more."""
    bare_scale: bool = False
    """It is 百, 千, 万 or 亿 with no digit before: 百名, 千家."""


def plain_numerals(text: str) -> str:
    """The text with the numerals of cheques (伍佰贰拾万) as plain ones (五百二十万), character for character."""
    return _FINANCIAL_RUN.sub(lambda run: run[0].translate(FINANCIAL), text)


def arabic_value(text: str) -> Decimal:
    """The value of digits with comma groups and a decimal point, full-width or not."""
    return Decimal(re.sub(r"[,\s]", "", text.translate(FULL_WIDTH)))


def scale_value(text: str) -> Decimal:
    """The product of 十百千万亿; 1 for none."""
    product = 1
    for character in text:
        product *= _SMALL.get(character) or _LARGE[character]
    return Decimal(product)


def chinese_value(text: str) -> Decimal | None:
    """The value of a Chinese cardinal such as 三千零五十 or 十二亿; None where they make none (二〇二四, 三八)."""
    total, section, digit = 0, 0, -1
    last_small, last_large = 10_000, 10**16
    for character in text:
        if character in _DIGITS:
            if digit > 0 or (digit == 0 and _DIGITS[character] == 0):
                return None
            digit = _DIGITS[character]
        elif character in _SMALL:
            unit = _SMALL[character]
            if unit >= last_small or (digit == 0 and not (unit == 10 and section)):
                return None
            section += (digit if digit > 0 else 1) * unit
            last_small, digit = unit, -1
        else:
            unit = _LARGE[character]
            if unit >= last_large and not (character == "亿" and total):
                return None
            section += max(digit, 0)
            if character == "亿" and total:  # 三万亿
                total = (total + section) * unit
            else:
                total += (section or 1) * unit
            section, digit, last_small, last_large = 0, -1, 10_000, unit
    if digit >= 0:
        if digit == 0 and len(text) > 1:
            return None
        section += digit
    return Decimal(total + section)


def _pair(text: str) -> tuple[Decimal, Decimal] | None:
    """七八 → 7 to 8, 三五 → 3 to 5, 十五六 → 15 to 16, 三四十 → 30 to 40; None for anything else."""
    match = _PAIR.fullmatch(text)
    if match is None:
        return None
    low, high = _DIGITS[match["low"]], _DIGITS[match["high"]]
    if high - low != 1 and (low, high) != (3, 5):
        return None
    if match["front"]:
        return (Decimal(10 + low), Decimal(10 + high)) if not match["scale"] else None
    scale = scale_value(match["scale"])
    return low * scale, high * scale


def read_arabic(text: str, start: int) -> Numeral | None:
    """The Arabic numeral at `start`, with scale and 余 or 多; None where there is none."""
    match = ARABIC.match(text, start)
    if match is None:
        return None
    value = arabic_value(match["head"])
    if match["scale"]:
        value *= scale_value(match["scale"])
    elif match["inner"] and not match["more"]:
        return Numeral(value, match.end("inner"), over=True)
    if match["tail"]:
        value += arabic_value(match["tail"]) * scale_value(match["tail_scale"])
    return Numeral(
        value,
        match.end(),
        over=bool(match["inner"]) or match["more"] in ("余", "多", "+"),
        about=match["more"] == "来",
        scaled=bool(match["scale"]),
    )


def read_chinese(text: str, start: int) -> Numeral | None:
    """The Chinese numeral at `start`; None where the characters are no cardinal."""
    match = CHINESE_NUMERAL.match(text, start)
    if match is None:
        return None
    body, end = match["body"], match.end()
    high: Decimal | None = None
    value = chinese_value(body)
    if value is None:
        pair = _pair(body)
        if pair is None:
            return None
        value, high = pair
    if match["point"]:
        places = "".join(str(_DIGITS[c]) for c in match["point"])
        value += Decimal(f"0.{places}")
    if match["scale"]:
        value *= scale_value(match["scale"])
    elif match["inner"] and not match["more"]:  # the group took the 多 that belongs to `more`
        return Numeral(value, match.end("inner"), over=True, scaled=value >= 10)
    loose = match["more"] in ("余", "多", "几") or bool(match["inner"]) or bool(match["vague"])
    if match["more"] and value < 10 and not match["inner"]:  # 三多, 一来 are no numerals
        end, loose = match.start("more"), bool(match["vague"])
        more = None
    else:
        more = match["more"]
    if match["vague"] and body[0] not in "十百千万亿":
        return None
    return Numeral(
        value,
        end,
        value_high=high,
        over=loose,
        about=more == "来",
        scaled=value >= 10,
        bare_scale=body[0] in "百千万亿" and not match["vague"],
    )
