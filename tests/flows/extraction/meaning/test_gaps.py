"""Figures of fictional reports that no indicator claims."""

from __future__ import annotations

from flows.extraction.facts import Observation, Quantity, Section
from flows.extraction.meaning.gaps import group, unclaimed


def quantity(text: str, words: str, value: float, unit: str, ordinal: int = 0) -> Quantity:
    start = text.index(words)
    return Quantity(
        ordinal=ordinal,
        start=start,
        end=start + len(words),
        text=words,
        value=value,
        value_high=None,
        unit=unit,
        bound="exact",
        kind="percent" if unit == "%" else "count",
    )


TEXT = "全县设立法治图书角31个,审结行政复议案件8件。"


def test_claimed_figures_are_no_gaps() -> None:
    quantities = [quantity(TEXT, "31个", 31, "个"), quantity(TEXT, "8件", 8, "件", 1)]
    claimed = Observation(
        indicator="reconsideration.concluded",
        value=8,
        value_high=None,
        unit="件",
        bound="exact",
        period=None,
        scope=None,
        start=0,
        end=5,
        evidence="",
        confidence=0.9,
        rule="",
        quantity=1,
    )
    assert [(one.words, one.unit) for one in unclaimed("r", TEXT, quantities, [claimed])] == [("法治图书角", "个")]


def test_plans_and_spans_of_time_are_no_gaps() -> None:
    text = "连续3年获评先进。明年设立法治图书角31个。"
    plans = Section(ordinal=0, level=1, marker="三、", title="打算", start=9, end=len(text), part="plans")
    quantities = [quantity(text, "3年", 3, "年"), quantity(text, "31个", 31, "个", 1)]
    assert unclaimed("r", text, quantities, [], [plans]) == ()


def test_like_figures_of_several_reports_are_one_gap() -> None:
    other = "我市新建法治图书角12个。"
    figures = [
        *unclaimed("a", TEXT, [quantity(TEXT, "31个", 31, "个")], []),
        *unclaimed("b", other, [quantity(other, "12个", 12, "个")], []),
    ]
    found = group(figures)
    assert [(gap.unit, gap.reports, gap.statements) for gap in found] == [("个", 2, 2)]
    assert found[0].words.endswith("法治图书角")
