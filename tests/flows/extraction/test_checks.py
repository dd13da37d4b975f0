"""Stated rates, growth, sums and repeats of fictional sentences, held against their counts."""

from __future__ import annotations

import re

import pytest

from flows.extraction.checks import check
from flows.extraction.facts import Quantity, QuantityKind
from flows.extraction.indicators import observe

NUMBER = re.compile(r"⟦([↑↓]?)([\d.]+)(万|亿)?([^⟧]*)⟧")


def marked(source: str) -> tuple[str, tuple[Quantity, ...]]:
    """The sentence without its marks ⟦ ⟧, and its quantities; ↑ and ↓ before a number make it a change."""
    text, at = "", 0
    quantities: list[Quantity] = []
    for match in NUMBER.finditer(source):
        text += source[at : match.start()]
        sign, digits, times, unit = match.groups()
        kind: QuantityKind = "change" if sign else "percent" if unit == "%" else "count"
        shown = digits + (times or "") + unit
        quantities.append(
            Quantity(
                ordinal=len(quantities),
                start=len(text),
                end=len(text) + len(shown),
                text=shown,
                value=float(digits) * {"万": 10_000, "亿": 100_000_000}.get(times or "", 1),
                value_high=None,
                unit=unit or None,
                bound="exact",
                kind=kind,
                direction={"↑": "up", "↓": "down"}.get(sign),  # type: ignore[arg-type] # the table holds directions alone
            )
        )
        text += shown
        at = match.end()
    return text + source[at:], tuple(quantities)


def found(source: str, previous: dict[str, float] | None = None) -> list[tuple[object, ...]]:
    text, quantities = marked(source)
    checks = check(text, quantities, observe(text, quantities), previous=previous)
    return [(one.rule, one.stated, one.numerator, one.denominator, one.verdict) for one in checks]


CASES = [
    (
        "counts stated, half up",
        "网格事件⟦1600宗⟧,办结⟦1490宗⟧,网格事件办结率为⟦93.13%⟧。",
        [("rate", 93.13, 1490, 1600, "rounded")],
    ),
    ("cut off", "调解纠纷⟦700件⟧,调解成功⟦689件⟧,成功率⟦98.4%⟧。", [("rate", 98.4, 689, 700, "rounded")]),
    ("truncated", "调解纠纷⟦900件⟧,调解成功⟦889件⟧,成功率⟦98.7%⟧。", [("rate", 98.7, 889, 900, "truncated")]),
    ("exact", "调解纠纷⟦400件⟧,调解成功⟦390件⟧,成功率⟦97.5%⟧。", [("rate", 97.5, 390, 400, "consistent")]),
    ("wrong", "调解纠纷⟦400件⟧,调解成功⟦370件⟧,成功率⟦97.5%⟧。", [("rate", 97.5, 370, 400, "mismatch")]),
    (
        "another denominator fits",
        "受理行政复议案件⟦151件⟧,审结⟦135件⟧,其中纠错⟦29件⟧,纠错率约⟦19.2%⟧。",
        [("rate", 19.2, 29, 151, "rounded")],
    ),
    ("numerator implied", "评查行政执法案卷⟦60宗⟧,案卷合格率⟦95%⟧。", [("rate", 95, 57, 60, "consistent")]),
    (
        "parts and total",
        "制定规章⟦9件⟧(新制定⟦4件⟧,修改⟦3件⟧,废止⟦2件⟧)。",
        [("sum", 9, 9, None, "consistent")],
    ),
    ("parts do not add up", "制定规章⟦9件⟧(新制定⟦4件⟧,修改⟦3件⟧,废止⟦1件⟧)。", [("sum", 9, 8, None, "mismatch")]),
    (
        "growth",
        "新收行政复议案件⟦120件⟧,去年同期⟦100件⟧,同比增长⟦↑20%⟧。",
        [("growth", 20, 20, 100, "consistent")],
    ),
]


@pytest.mark.parametrize(("source", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_figures_against_each_other(source: str, expected: list[tuple[object, ...]]) -> None:
    assert found(source) == expected


def test_growth_against_the_year_before() -> None:
    source = "新收行政复议案件⟦84件⟧,同比下降⟦↓30%⟧。"
    assert found(source, {"reconsideration.received": 120.0}) == [("growth", -30, -36, 120, "consistent")]


def test_a_figure_ten_thousand_times_last_year_is_reported() -> None:
    source = "新收行政复议案件⟦84万件⟧。"
    assert found(source, {"reconsideration.received": 80.0}) == [("leap", 840_000, 840_000, 80, "mismatch")]
