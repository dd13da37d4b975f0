"""Numerals one by one: how they are written, what they are worth, where they end."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flows.extraction.numbers.numerals import chinese_value, plain_numerals, read_arabic, read_chinese


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("零", 0),
        ("十", 10),
        ("十二", 12),
        ("两百", 200),
        ("一百零八", 108),
        ("一千零五十", 1050),
        ("三万二千", 32000),
        ("一百二十万", 1200000),
        ("十二亿三千万", 1230000000),
        ("一万亿", 1000000000000),
        ("二〇二四", None),
        ("三八", None),
        ("十百", None),
    ],
)
def test_chinese_cardinals(text: str, value: int | None) -> None:
    assert chinese_value(text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "value", "length", "over"),
    [
        ("416万余条", "4160000", 5, True),
        ("40多万人", "400000", 4, True),
        ("2337.47万件", "23374700", 8, False),
        ("1,234件", "1234", 5, False),
        ("１２３件", "123", 3, False),
        ("5千米", "5", 1, False),
        ("5千人", "5000", 2, False),
        ("3百分点", "3", 1, False),
        ("1万2千家", "12000", 4, False),
        ("100+家", "100", 4, True),
        ("33 939个", "33939", 6, False),
        ("12 件", "12", 2, False),
    ],
)
def test_digits(text: str, value: str, length: int, over: bool) -> None:
    numeral = read_arabic(text, 0)
    assert numeral is not None
    assert (numeral.value, numeral.end, numeral.over) == (Decimal(value), length, over)


@pytest.mark.parametrize(
    ("text", "low", "high", "length", "over"),
    [
        ("三百余件", "300", None, 3, True),
        ("三十多万份", "300000", None, 4, True),
        ("十几起", "10", None, 2, True),
        ("数百人", "100", None, 2, True),
        ("七八次", "7", "8", 2, False),
        ("十五六件", "15", "16", 3, False),
        ("四点二件", "4.2", None, 3, False),
        ("三多", "3", None, 1, False),
    ],
)
def test_characters(text: str, low: str, high: str | None, length: int, over: bool) -> None:
    numeral = read_chinese(text, 0)
    assert numeral is not None
    assert numeral.value == Decimal(low)
    assert numeral.value_high == (None if high is None else Decimal(high))
    assert (numeral.end, numeral.over) == (length, over)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("罚没伍佰贰拾叁万元", "罚没五百二十三万元"),
        ("柒佰余万元", "七百余万元"),
        ("队伍陆续到位", "队伍陆续到位"),
        ("收拾一新", "收拾一新"),
    ],
)
def test_numerals_of_cheques(written: str, plain: str) -> None:
    assert plain_numerals(written) == plain
