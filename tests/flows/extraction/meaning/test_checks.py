"""Stated rates, growth, sums and repeats of fictional sentences, held against their counts."""

from __future__ import annotations

import re

import pytest

from flows.extraction.facts import Quantity, QuantityKind
from flows.extraction.meaning.checks import check
from flows.extraction.meaning.indicators import observe
from flows.extraction.numbers.quantities import find_quantities

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


def found(source: str) -> list[tuple[object, ...]]:
    text, quantities = marked(source)
    checks = check(text, quantities, observe(text, quantities))
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
    (
        "shares in turn",
        "审结复议案件⟦200件⟧，其中维持⟦120件⟧、纠错⟦80件⟧，占比分别为⟦60%⟧、⟦40%⟧。",
        [
            ("sum", 200, 200, None, "consistent"),
            ("share", 60, 120, 200, "consistent"),
            ("rate", 40, 80, 200, "consistent"),
        ],
    ),
    (
        "all of them",
        "负责人应出庭⟦36件⟧，实际出庭⟦36件⟧，出庭应诉率⟦100%⟧。",
        [("rate", 100, 36, 36, "consistent")],
    ),
    (
        "with what was carried over",
        "受理复议申请⟦80件⟧，上年结转⟦10件⟧，审结⟦75件⟧，审结率⟦83.3%⟧。",
        [("rate", 83.3, 75, 90, "rounded")],
    ),
    (
        "a share that names its part",
        "办理案件⟦400件⟧，其中快速办理⟦250件⟧、普通程序⟦150件⟧，快速办理案件占⟦62.5%⟧。",
        [("sum", 400, 400, None, "consistent"), ("rate", 62.5, 250, 400, "consistent")],
    ),
    (
        "one total stated twice",
        "全市共办结行政许可⟦12000件⟧。全市共办结行政许可⟦12300件⟧。",
        [("repeat", 12300, None, None, "mismatch")],
    ),
    ("all of some others", "受理⟦40件⟧，办结⟦36件⟧，按期办结率⟦100%⟧。", []),
    (
        "what was added before the parts of all",
        "受理争议案件⟦470件⟧，比上年增加⟦↑30件⟧；其中报酬类⟦290件⟧、保险类⟦120件⟧、其他⟦60件⟧。",
        [("sum", 470, 470, None, "consistent")],
    ),
    ("shares in turn of an unnamed whole", "大气类⟦34件⟧、水类⟦51件⟧，分别占⟦31.7%⟧、⟦44.3%⟧。", []),
    ("shares in a row that none gives a turn", "受理⟦90件⟧，维持⟦40件⟧、撤销⟦20件⟧，占⟦44.4%⟧、⟦22.2%⟧。", []),
    (
        "a total and last year's before its parts",
        "作出处罚⟦296件⟧，较上年⟦365件⟧减少⟦↓18.9%⟧，其中大气类⟦178件⟧、水类⟦61件⟧、固废类⟦57件⟧。",
        [("growth", -18.9, -69, 365, "rounded"), ("sum", 296, 296, None, "consistent")],
    ),
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
    (
        "more parts than the whole",
        "设立联系点⟦83个⟧,其中省级⟦31个⟧、市级⟦40个⟧、县级⟦14个⟧,收集意见⟦200条⟧。",
        [("sum", 83, 85, None, "mismatch")],
    ),
    (
        "the rest included and yet too few",
        "受理纠纷⟦225件⟧,其中物业⟦87件⟧、邻里⟦65件⟧、婚姻⟦41件⟧、其他⟦30件⟧,均已调解。",
        [("sum", 225, 223, None, "mismatch")],
    ),
    ("some of the parts", "受理纠纷⟦225件⟧,其中物业⟦87件⟧、邻里⟦65件⟧,均已调解。", []),
    (
        "few, and all told",
        "行政诉讼⟦16件⟧,已判决⟦13件⟧,尚有⟦3件⟧在审。",
        [("sum", 16, 16, None, "consistent")],
    ),
    ("a list that goes on", "审议法规草案⟦11件⟧,制定规章⟦4件⟧、修改⟦7件⟧、废止⟦3件⟧。", []),
    (
        "growth over a bracket",
        "办理行政复议案件⟦656件⟧(含结转⟦172件⟧、新收⟦484件⟧),比上年⟦720件⟧下降⟦↓8.9%⟧。",
        [("sum", 656, 656, None, "consistent"), ("growth", -8.9, -64, 720, "rounded")],
    ),
    (
        "growth since the year began",
        "主体总量达⟦35000户⟧,较年初的⟦27600户⟧净增⟦↑7400户⟧,增长⟦↑26.8%⟧。",
        [("growth", 26.8, 7400, 27600, "rounded")],
    ),
    (
        "persons of two units",
        "⟦25名⟧队员中⟦18人⟧取得执法证,持证率⟦72%⟧。",
        [("rate", 72, 18, 25, "consistent")],
    ),
    (
        "a rate named after its count",
        "清理文件⟦57件⟧,保留⟦53件⟧、废止⟦4件⟧,保留率⟦93%⟧。",
        [("sum", 57, 57, None, "consistent"), ("rate", 93, 53, 57, "rounded")],
    ),
    ("people counted under two heads", "执法人员⟦120人⟧,其中本科以上⟦100人⟧、党员⟦60人⟧。", []),
    ("amounts of one case each", "补助上限为⟦250元⟧,其中职工每人⟦200元⟧、居民每人⟦100元⟧。", []),
    ("penalties imposed together", "作出处罚⟦100件⟧,其中警告⟦60件⟧、罚款⟦55件⟧、吊销证照⟦3件⟧。", []),
    (
        "a share of a whole beside it",
        "直接纠错⟦12件⟧,占审结案件⟦150件⟧的⟦9%⟧。",
        [("rate", 9, 12, 150, "mismatch")],
    ),
    (
        "a total behind its parts",
        "维持⟦60件⟧、撤销⟦10件⟧、驳回⟦20件⟧,共计⟦130件⟧。",
        [("sum", 130, 90, None, "mismatch")],
    ),
    (
        "a list up to the rest",
        "收到申请⟦63件⟧,公开⟦40件⟧、部分公开⟦10件⟧、不予公开⟦5件⟧、其他处理⟦10件⟧。",
        [("sum", 63, 65, None, "mismatch")],
    ),
    (
        "an indicator that is a sum of two",
        "办理建议提案⟦210件⟧,其中人大代表建议⟦120件⟧、政协提案⟦80件⟧。",
        [("sum", 210, 200, None, "mismatch")],
    ),
    ("parts do not add up", "制定规章⟦9件⟧(新制定⟦4件⟧,修改⟦3件⟧,废止⟦1件⟧)。", [("sum", 9, 8, None, "mismatch")]),
    (
        "growth",
        "新收行政复议案件⟦120件⟧,去年同期⟦100件⟧,同比增长⟦↑20%⟧。",
        [("growth", 20, 20, 100, "consistent")],
    ),
    (
        "whole is the sum of a list",
        "排查一般隐患⟦1378条⟧、重大隐患⟦21条⟧,按期整改⟦1391条⟧,综合整改率⟦99.43%⟧。",
        [("rate", 99.43, 1391, 1399, "rounded")],
    ),
    (
        "part is the sum of a list",
        "全区学校⟦214所⟧;建成省级示范校⟦26所⟧、市级示范校⟦58所⟧,占全区学校的⟦39.3%⟧。",
        [("rate", 39.3, 84, 214, "rounded")],
    ),
    (
        "part is what the rest leaves",
        "评查案卷⟦2100宗⟧,不合格⟦14宗⟧,合格率⟦99.33%⟧。",
        [("rate", 99.33, 2086, 2100, "rounded")],
    ),
    (
        "lost are those not won",
        "行政应诉案件⟦302件⟧,⟦281件⟧胜诉,败诉率降至⟦6.95%⟧。",
        [("rate", 6.95, 21, 302, "rounded")],
    ),
    (
        "growth by a stated difference",
        "新登记市场主体⟦28415户⟧,较上年增加⟦↑2306户⟧,增幅⟦↑8.83%⟧。",
        [("growth", 8.83, 2306, 26109, "rounded")],
    ),
    (
        "decrease by a stated difference",
        "办理行政处罚案件⟦4012件⟧,同比减少⟦↓587件⟧,下降⟦↓12.76%⟧。",
        [("growth", -12.76, -587, 4599, "rounded")],
    ),
    (
        "growth of the first of two counts",
        "受理来信⟦312件⟧,办结⟦309件⟧,办结率⟦99.04%⟧,同比减少⟦↓43件⟧,下降⟦↓12.11%⟧。",
        [("rate", 99.04, 309, 312, "rounded"), ("growth", -12.11, -43, 355, "rounded")],
    ),
    (
        "growth that fits neither of two counts",
        "受理来信⟦312件⟧,办结⟦309件⟧,同比减少⟦↓43件⟧,下降⟦↓15%⟧。",
        [("growth", -15, -43, 352, "mismatch")],
    ),
    (
        "from one figure to another",
        "行政权力事项由⟦1958项⟧精简到⟦1614项⟧,精简⟦17.6%⟧。",
        [("growth", -17.6, -344, 1958, "rounded")],
    ),
    (
        "growth with last year's figure before the difference",
        "归集资金⟦500万元⟧,较上年的⟦400万元⟧增加⟦↑100万元⟧,增长⟦↑25%⟧。",
        [("growth", 25, 1_000_000, 4_000_000, "consistent")],
    ),
    (
        "last year's figure named by the year of the comparison",
        "办件⟦86万件⟧,比2024年增长⟦↑25%⟧(2024年为⟦68.8万件⟧)。",
        [("growth", 25, 172_000, 688_000, "consistent")],
    ),
    (
        "growth of a total behind its parts, with last year's figure in brackets",
        "办理案件⟦1771起⟧,其中普通程序⟦1204起⟧、简易程序⟦567起⟧,同比上升⟦↑13.6%⟧(2022年为⟦1559起⟧)。",
        [("sum", 1771, 1771, None, "consistent"), ("growth", 13.6, 212, 1559, "rounded")],
    ),
    (
        "parts of those concluded",
        "被申请复议已结⟦36件⟧中,维持⟦20件⟧、驳回⟦7件⟧、终止⟦9件⟧。",
        [("sum", 36, 36, None, "consistent")],
    ),
    (
        "parts that no word announces",
        "新收申请⟦354件⟧;受理⟦293件⟧,不予受理⟦61件⟧。",
        [("sum", 354, 354, None, "consistent")],
    ),
    ("parts that no word announces and that are not all", "新收申请⟦354件⟧;受理⟦290件⟧,不予受理⟦61件⟧。", []),
    (
        "parts in the next sentence",
        "办理案件⟦6387件⟧。从类别看,市容类⟦4015件⟧,其他类⟦2372件⟧。",
        [("sum", 6387, 6387, None, "consistent")],
    ),
    ("the change is of another thing", "申请材料由⟦17份⟧减至⟦8份⟧,办理时间缩短⟦60%⟧。", []),
    (
        "above the plan",
        "计划检查企业⟦120家⟧,实际检查⟦126家⟧,计划完成率⟦105%⟧。",
        [("rate", 105, 126, 120, "consistent")],
    ),
    (
        "the whole stands in the sentence before",
        "全区学校⟦214所⟧。⟦198所⟧学校聘任法治副校长,覆盖率⟦92.5%⟧。",
        [("rate", 92.5, 198, 214, "rounded")],
    ),
    (
        "the whole is named by its stage",
        "收到行政复议申请⟦241件⟧,受理⟦207件⟧。审结⟦190件⟧,纠错⟦28件⟧,占受理案件的⟦13.5%⟧。",
        [("rate", 13.5, 28, 207, "rounded")],
    ),
    (
        "part above its whole",
        "网格事件⟦160宗⟧,办结⟦1490宗⟧,网格事件办结率为⟦93.13%⟧。",
        [("rate", 93.13, 1490, 160, "mismatch")],
    ),
    ("carried over is not last year's", "收到申请⟦436件⟧,较上年增长⟦↑18.5%⟧,上年结转⟦41件⟧。", []),
    ("the count before 中 is the whole", "⟦1127项⟧事项中,“零跑动”占⟦98.2%⟧。", []),
]


@pytest.mark.parametrize(("source", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_figures_against_each_other(source: str, expected: list[tuple[object, ...]]) -> None:
    assert found(source) == expected


MUTABLE = [
    "调解矛盾纠纷⟦700件⟧,调解成功⟦689件⟧,成功率⟦98.4%⟧。",
    "网格事件⟦1600宗⟧,办结⟦1490宗⟧,网格事件办结率为⟦93.13%⟧。",
    "评查行政执法案卷⟦800卷⟧,合格⟦780卷⟧,案卷合格率⟦97.5%⟧。",
    "审结行政诉讼案件⟦210件⟧,行政机关败诉⟦19件⟧,败诉率⟦9.05%⟧。",
    "制定规章⟦9件⟧(新制定⟦4件⟧,修改⟦3件⟧,废止⟦2件⟧)。",
    "新收行政复议案件⟦120件⟧,去年同期⟦100件⟧,同比增长⟦↑20%⟧。",
    "新登记市场主体⟦1200户⟧,较上年增加⟦↑200户⟧,增幅⟦↑20.0%⟧。",
]
DIGIT = re.compile(r"\d(?=[\d.]*[^\d.]*⟧)")


def mutations() -> list[tuple[str, str]]:
    """Each sentence with each digit of each figure altered, one at a time."""
    return [
        (source, source[: digit.start()] + str((int(digit.group()) + 3) % 9 + 1) + source[digit.end() :])
        for source in MUTABLE
        for digit in DIGIT.finditer(source)
    ]


NO_FAULT = [
    "新登记经营主体900户，其中企业320户，占全市的12.5%。",
    "受理案件900件，其中涉企案件320件，占全省同类案件的12.5%。",
    "受理案件900件，审结820件，其中调解结案300件，占全市总量的18%。",
    "执法人员1260名，其中持证1180名，辅助人员320名，占执法力量的20.3%。",
    "新收行政复议案件435件，审结361件，纠错19件，纠错率比全市平均低2.1%。",
    "受理投诉1200件，答复群众咨询800件，答复率98%。",
    "12345热线受理诉求12.6万件，办结12.4万件，按时办结率99.7%。",
    "参考320人，通过300人，通过率93.8%，全市平均通过率91.2%。",
    "复议案件受理率由85.2%提高到91.4%，提高6.1个百分点。",
    "出庭应诉案件45件，其中正职出庭20件、副职出庭26件。",
    "公布权责清单3984项，“一网办”政务服务事项1196项，网办率97.5%。",
    "立案560件，较上年480件增长16.7%，结案520件，较上年增长10%。",
    "全年办件量由上年的120万件增至135万件，增长12.5%，网办件98万件，增长20%。",
    "参加培训1200人次，同比增长50%，较2022年的700人次增加500人次。",
    "市级办结行政许可1200件。县级办结行政许可10800件。",
    "食品领域作出行政处罚决定320件。药品领域作出行政处罚决定56件。",
    "开展法治宣传活动120场。开展法治宣传活动86场，发放资料2万份。",
    "开展“3·15”普法宣传活动12场。开展“12·4”普法宣传活动36场。",
    "政务服务事项1560项，其中全程网办1320项、即办件560项、跨省通办186项。",
    "检查企业320家，其中食品企业210家、餐饮企业180家。",
    "全区32个部门，其中执法部门18个、审批部门20个。",
    "设立调解室120个（含个人调解室36个、行业调解室23个）。",
    "受理560件、结案520件，较上年480件增长16.7%。",
    "立案100件，其中罚款90件、警告50件、没收10件，结案率95%。",
    "执法人员1200人，其中本科1000人、党员600人。",
]
"""Sentences without an error, whose figures invite to hold one against another that it is not of."""


@pytest.mark.parametrize("source", NO_FAULT)
def test_figures_of_other_things_are_no_fault(source: str) -> None:
    quantities = find_quantities(source)
    assert [one for one in check(source, quantities, observe(source, quantities)) if one.verdict == "mismatch"] == []


@pytest.mark.parametrize("source", MUTABLE)
def test_unaltered_figures_agree(source: str) -> None:
    assert [one[-1] for one in found(source)] in (["consistent"], ["rounded"])


@pytest.mark.parametrize(("source", "altered"), mutations(), ids=[altered for _, altered in mutations()])
def test_an_altered_digit_is_never_called_right(source: str, altered: str) -> None:
    """A figure that no longer fits is a mismatch; where the words fall apart with it, nothing is said."""
    assert [one[-1] for one in found(altered)] in (["mismatch"], [])


def test_most_altered_digits_are_told() -> None:
    told = [bool(found(altered)) for _, altered in mutations()]
    assert sum(told) >= 0.8 * len(told)
