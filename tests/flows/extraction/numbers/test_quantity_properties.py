"""Any amount in any notation is found in a neutral clause; names with digits never are."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flows.extraction.numbers.quantities import find_quantities

_DIGITS = "零一二三四五六七八九"
UNITS = ["件", "宗", "场次", "人次", "项", "家", "个", "份", "户", "名", "批次", "公里"]
FRAMES = [
    "本年度共办理事项{}，其余照旧。",
    "全县上报材料{}；",
    "（合计{}）",
    "各乡镇累计完成{}",
]
BEFORE = [("", "exact"), ("约", "about"), ("超", "over"), ("超过", "over"), ("逾", "over"), ("近", "under")]
BEFORE += [("不足", "under"), ("不少于", "over"), ("不超过", "under"), ("突破", "over"), ("不到", "under")]
AFTER = [("", "exact"), ("以上", "over"), ("以内", "under"), ("左右", "about"), ("以下", "under")]


def chinese(number: int) -> str:
    """The usual way to write a cardinal below 10**12 in characters; written apart from the code under test."""
    if number == 0:
        return "零"
    groups = []
    while number:
        groups.append(number % 10_000)
        number //= 10_000
    text = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            continue
        part, gap = "", False
        for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit = group // power % 10
            if digit:
                part += ("零" if gap else "") + _DIGITS[digit] + name
                gap = False
            elif part:
                gap = True
        if text and (group < 1000 or text.endswith("零")):
            part = "零" + part
        text += part + ("", "万", "亿", "万亿")[place]
    return text.removeprefix("一") if text.startswith("一十") else text


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() or c == "." else c for c in text)


def notations(number: int) -> list[str]:
    written = [str(number), f"{number:,}", full_width(str(number)), chinese(number)]
    if number % 100 == 0:
        written.append(f"{(Decimal(number) / 10_000).normalize():f}万")
    return written


@given(
    number=st.integers(min_value=2, max_value=999_999_999),
    notation=st.integers(min_value=0, max_value=4),
    unit=st.sampled_from(UNITS),
    frame=st.sampled_from(FRAMES),
    before=st.sampled_from(BEFORE),
    after=st.sampled_from(AFTER),
)
@settings(max_examples=400, deadline=None)
def test_an_integer_is_found(
    number: int, notation: int, unit: str, frame: str, before: tuple[str, str], after: tuple[str, str]
) -> None:
    written = notations(number)
    assume(notation < len(written))
    assume(not (before[0] and after[0]))
    words = f"{before[0]}{written[notation]}{unit}{after[0]}"
    bound = before[1] if before[0] else after[1]
    sentence = frame.format(words)
    found = find_quantities(sentence)
    assert [(q.text, q.value, q.unit, q.bound) for q in found] == [(words, float(number), unit, bound)]
    assert sentence[found[0].start : found[0].end] == words


@given(
    whole=st.integers(min_value=0, max_value=100),
    places=st.integers(min_value=0, max_value=99),
    style=st.sampled_from(["arabic", "full", "sign", "words"]),
    verb=st.sampled_from([("率为", "percent"), ("率达到", "percent"), ("同比增长", "change"), ("同比下降", "change")]),
)
@settings(max_examples=200, deadline=None)
def test_a_percentage_is_found(whole: int, places: int, style: str, verb: tuple[str, str]) -> None:
    number = Decimal(whole) + Decimal(places) / 100
    written = f"{number.normalize():f}"
    if style == "full":
        words = full_width(written) + "％"
    elif style == "sign":
        words = written + "％"
    elif style == "words":
        front, _, back = written.partition(".")
        words = "百分之" + chinese(int(front)) + ("点" + "".join(_DIGITS[int(c)] for c in back) if back else "")
    else:
        words = written + "%"
    found = find_quantities(f"案件办结{verb[0]}{words}，较为平稳。")
    assert [(q.text, q.value, q.unit, q.kind) for q in found] == [(words, float(number), "%", verb[1])]


@given(
    low=st.integers(min_value=2, max_value=99),
    step=st.integers(min_value=1, max_value=99),
    sign=st.sampled_from(["至", "—", "-", "～", "到", "~", "－"]),
    unit=st.sampled_from(["件", "个工作日", "%", "万元", "小时", "人"]),
)
@settings(max_examples=150, deadline=None)
def test_a_range_is_found(low: int, step: int, sign: str, unit: str) -> None:
    words = f"{low}{sign}{low + step}{unit}"
    found = find_quantities(f"每批一般为{words}，视情况而定。")
    factor = 10_000 if unit == "万元" else 1
    recorded = {"个工作日": "工作日", "万元": "元"}.get(unit, unit)
    assert [(q.text, q.value, q.value_high, q.unit, q.kind) for q in found] == [
        (words, float(low * factor), float((low + step) * factor), recorded, "range")
    ]


@given(number=st.integers(min_value=1, max_value=99_999), year=st.integers(min_value=1990, max_value=2039))
@settings(max_examples=100, deadline=None)
@pytest.mark.parametrize(
    "name",
    [
        "某政发〔{year}〕{number}号",
        "《关于推进{number}条措施的意见》",
        "第{number}号令",
        "“{number}工程”",
        "GB/T {number}-{year}",
        "{year}年度",
        "{year}年—{year}年",
        "某某{number}号楼",
        "第{number}次会议",
        "V{number}.0系统",
        "“1+{number}+N”体系",
        "1+{number}+N体系",
        "{number}+N模式",
        "ISO{number}认证",
        "第{number}届",
        "第{number}至{number}条",
        "{year}-03-15",
        "{year}年3月15日至5月1日",
        "{year}.03.15",
        "电话0999-{number:07d}",
        "https://www.example.gov.cn/{number}.html",
        "report{number}@example.gov.cn",
        "〔{year}〕第{number}号",
        "GB{number}-{year}标准",
        "5G+{number}X平台",
        "〈{number}条规定〉",
    ],
)
def test_a_name_with_digits_is_no_quantity(name: str, number: int, year: int) -> None:
    sentence = f"按照{name.format(number=number, year=year)}的要求抓好落实。"
    assert [q.text for q in find_quantities(sentence)] == []


@given(hundredths=st.integers(min_value=1, max_value=999_999), unit=st.sampled_from(["元", "人次", "件", "公里"]))
@settings(max_examples=150, deadline=None)
@pytest.mark.parametrize(("scale", "factor"), [("", 1), ("万", 10_000), ("亿", 100_000_000)], ids=["plain", "万", "亿"])
def test_a_decimal_is_found(hundredths: int, unit: str, scale: str, factor: int) -> None:
    number = Decimal(hundredths) / 100
    for written in (f"{number:f}", f"{number:,f}", full_width(f"{number:f}")):
        words = f"{written}{scale}{unit}"
        found = find_quantities(f"全年共计{words}，与计划相符。")
        assert [(q.text, q.unit) for q in found] == [(words, unit)]
        assert found[0].value == pytest.approx(float(number * factor), rel=1e-12)


@given(tenths=st.integers(min_value=2, max_value=9), more=st.sampled_from(["", "半", "多"]))
@settings(deadline=None)
def test_tenths_are_a_share(tenths: int, more: str) -> None:
    for written in (str(tenths), _DIGITS[tenths]):
        words = f"{written}成{more}"
        (found,) = find_quantities(f"调查显示，{words}受访者满意。")
        value = tenths * 10 + (5 if more == "半" else 0)
        assert (found.text, found.value, found.unit) == (words, value, "%")
        assert found.bound == ("over" if more == "多" else "exact")


@given(rank=st.integers(min_value=1, max_value=99), word=st.sampled_from(["", "位", "名"]))
@settings(deadline=None)
def test_a_rank_is_found(rank: int, word: str) -> None:
    for written in (str(rank), chinese(rank)):
        (found,) = find_quantities(f"考评成绩位居全省第{written}{word}，较为靠前。")
        assert (found.text, found.value, found.unit, found.kind) == (f"第{written}{word}", rank, "位", "rank")
