"""One sentence a case: what is found in it as value, unit, bound, and by which words."""

from __future__ import annotations

import pytest

from flows.extraction.numbers.quantities import find_quantities

# sentence, then (words, value, unit, bound) of each quantity in order
FOUND: list[tuple[str, list[tuple[str, float, str | None, str]]]] = [
    ("全县新收复议申请61件，审结58件。", [("61件", 61, "件", "exact"), ("58件", 58, "件", "exact")]),
    ("办件量达1.2万件", [("1.2万件", 12000, "件", "exact")]),
    ("惠及群众３．５万余人次", [("３．５万余人次", 35000, "人次", "over")]),
    ("拨付补助1,250.5万元", [("1,250.5万元", 12505000, "元", "exact")]),
    ("合格率为百分之九十八点五", [("百分之九十八点五", 98.5, "%", "exact")]),
    ("近九成诉求当日办结", [("近九成", 90, "%", "under")]),
    ("开展巡查三百余次", [("三百余次", 300, "次", "over")]),
    ("压缩至5个工作日内", [("5个工作日内", 5, "工作日", "under")]),
    ("在3至5个工作日内办结", [("3至5个工作日内", 3, "工作日", "under")]),
    ("比上年下降2.3个百分点", [("2.3个百分点", 2.3, "个百分点", "exact")]),
    ("考核成绩位居全州第三名", [("第三名", 3, "位", "exact")]),
    ("收到建议一件、提案两件", [("一件", 1, "件", "exact"), ("两件", 2, "件", "exact")]),
    ("网站浏览人次208411", [("208411", 208411, "人次", "exact")]),
]

NOTHING = [
    "落实《关于加强基层治理的20条意见》",
    "文号为某府发〔2023〕15号",
    "2023年3月15日至5月1日",
    "拨打12345热线",
    "构建“1+4+N”体系",
    "落实行政执法三项制度",
    "推行一村一法律顾问",
    "深入实施八五普法规划",
    "第十四届人大常委会第三次会议",
    "推进改革5.0版",
    "开展三年攻坚行动",
    "进一步提高、统一部署、一体推进",
]


@pytest.mark.parametrize(("sentence", "wanted"), FOUND, ids=[case[0] for case in FOUND])
def test_is_found(sentence: str, wanted: list[tuple[str, float, str | None, str]]) -> None:
    found = [(q.text, q.value, q.unit, q.bound) for q in find_quantities(sentence)]
    assert found == wanted


@pytest.mark.parametrize("sentence", NOTHING)
def test_is_no_quantity(sentence: str) -> None:
    assert [q.text for q in find_quantities(sentence)] == []
