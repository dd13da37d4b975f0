"""Which numbers of fictional sentences are which indicators. A number in ⟦ ⟧ is a quantity of the sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.extraction.facts import Observation, Quantity, QuantityKind, Section
from flows.extraction.meaning.catalogue import CatalogueError, load_catalogue, read_catalogue
from flows.extraction.meaning.indicators import observe
from flows.extraction.numbers.quantities import find_quantities

NUMBER = re.compile(r"⟦([^\d⟧]*)([\d.]+)(万|亿)?[余多]?([^⟧]*)⟧")
BOUNDS = {"近": "under", "超": "over", "约": "about"}


def marked(source: str) -> tuple[str, tuple[Quantity, ...]]:
    """The sentence without its marks, and its quantities: 号 is a rank, ↑ and ↓ before a number make it a change."""
    text, at = "", 0
    quantities: list[Quantity] = []
    for match in NUMBER.finditer(source):
        text += source[at : match.start()]
        sign, digits, times, unit = match.groups()
        value = float(digits) * {"万": 10_000, "亿": 100_000_000}.get(times or "", 1)
        kind: QuantityKind = "count"
        if sign in ("↑", "↓"):
            kind = "change"
        elif unit == "%":
            kind = "percent"
        elif unit == "元":
            kind = "money"
        elif unit == "位":
            kind = "rank"
        shown = sign.strip("↑↓") + digits + (times or "") + unit
        quantities.append(
            Quantity(
                ordinal=len(quantities),
                start=len(text),
                end=len(text) + len(shown),
                text=shown,
                value=value,
                value_high=None,
                unit=unit or None,
                bound=BOUNDS.get(sign, "exact"),  # type: ignore[arg-type] # the table holds bounds alone
                kind=kind,
                direction={"↑": "up", "↓": "down"}.get(sign),  # type: ignore[arg-type] # likewise
            )
        )
        text += shown
        at = match.end()
    return text + source[at:], tuple(quantities)


def seen(source: str, *sections: Section) -> list[tuple[str, float]]:
    text, quantities = marked(source)
    return [(one.indicator, one.value) for one in observe(text, quantities, sections)]


def first(source: str) -> Observation:
    text, quantities = marked(source)
    return observe(text, quantities)[0]


STAGES = [
    ("新收行政复议申请⟦86件⟧", [("reconsideration.received", 86)]),
    ("全年接收行政复议案件⟦1.2万件⟧", [("reconsideration.received", 12000)]),
    ("依法受理复议申请⟦71件⟧", [("reconsideration.accepted", 71)]),
    (
        "全县共收到行政复议申请⟦120件⟧,受理⟦98件⟧,审结⟦90件⟧",
        [("reconsideration.received", 120), ("reconsideration.accepted", 98), ("reconsideration.concluded", 90)],
    ),
    ("办理行政复议案件⟦64宗⟧", [("reconsideration.handled", 64)]),
    (
        "审结行政复议案件⟦50件⟧,其中维持⟦30件⟧、纠错⟦6件⟧,纠错率⟦12%⟧",
        [
            ("reconsideration.concluded", 50),
            ("reconsideration.upheld", 30),
            ("reconsideration.corrected", 6),
            ("reconsideration.correction_rate", 12),
        ],
    ),
    ("发生一审行政诉讼案件⟦40件⟧,败诉⟦3件⟧", [("litigation.cases", 40), ("litigation.lost", 3)]),
]

LOOK_ALIKES = [
    ("办理县人大代表建议⟦31件⟧", [("oversight.npc_suggestions", 31)]),
    ("办理县政协委员提案⟦44件⟧", [("oversight.cppcc_proposals", 44)]),
    ("全年承办人大代表建议和政协提案⟦75件⟧", [("oversight.proposals_total", 75)]),
    ("行政诉讼败诉率为⟦8.1%⟧", [("litigation.loss_rate", 8.1)]),
    ("行政诉讼胜诉率为⟦91.9%⟧", [("litigation.win_rate", 91.9)]),
    ("复议后胜诉率为⟦97%⟧", []),
    ("信访积案化解率⟦96%⟧,实体性化解率⟦71.4%⟧", [("petition.resolution_rate", 96)]),
    ("法院审结各类环境资源案件⟦88件⟧", []),
    ("干部学法考试优秀率⟦99%⟧", []),
    ("建立海事调解工作室等⟦4个⟧行业性调解组织", []),
    ("群众安全感满意度达⟦98%⟧", []),
    ("启动防汛应急响应⟦9次⟧", []),
    ("营商环境考核排名全省⟦第3位⟧", []),
]

SEVERAL = [
    (
        "规范性文件审查率、备案率、公开率均为⟦100%⟧",
        [("normative.review_rate", 100), ("normative.filing_rate", 100), ("normative.publication_rate", 100)],
    ),
    (
        "办理代表建议、委员提案,办结率和满意率均达⟦100%⟧",
        [("oversight.proposal_completion_rate", 100), ("oversight.proposal_satisfaction_rate", 100)],
    ),
]

SHARED = [
    (
        "修订地方性法规⟦4件⟧、政府规章⟦7件⟧",
        [("legislation.local_regulations", 4), ("legislation.gov_rules", 7)],
    ),
    (
        "共有⟦5个⟧领域⟦31类⟧轻微违法行为列入免罚清单",
        [("enforcement.leniency_items", 31)],
    ),
]

FACETS = [
    (
        "新收行政复议案件⟦210件⟧,同比增长⟦↑16.7%⟧",
        [("reconsideration.received", 210), ("reconsideration.received.yoy", 16.7)],
    ),
    (
        "新登记经营主体⟦8200户⟧,比上年减少⟦↓3.5%⟧",
        [("business.new_entities", 8200), ("business.new_entities.yoy", -3.5)],
    ),
    ("一审败诉率同比下降⟦↓2.4个百分点⟧", [("litigation.loss_rate.yoy", -2.4)]),
    (
        "跨省通办事项比例达⟦95%⟧,高于全省⟦↑12%⟧",
        [("services.cross_region_rate", 95)],
    ),
    (
        "代表建议反馈表收回⟦90件⟧,其中基本满意的⟦9件⟧,占⟦10%⟧",
        [
            ("oversight.proposal_feedback", 90),
            ("oversight.proposal_basically_satisfied", 9),
            ("oversight.proposal_basically_satisfied.share", 10),
        ],
    ),
]


def sentences() -> list[tuple[str, list[tuple[str, float]]]]:
    """The table beside this file."""
    table = []
    for line in Path(__file__).with_name("indicator_sentences.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            source, stated = line.split(" => ")
            pairs = [one.split("=") for one in stated.split("; ") if one != "-"]
            table.append((source, [(code, float(value)) for code, value in pairs]))
    return table


@pytest.mark.parametrize(("source", "expected"), sentences())
def test_sentence_of_the_table(source: str, expected: list[tuple[str, float]]) -> None:
    assert seen(source) == expected


@pytest.mark.parametrize(("source", "expected"), [*STAGES, *LOOK_ALIKES, *SEVERAL, *SHARED, *FACETS])
def test_sentence(source: str, expected: list[tuple[str, float]]) -> None:
    assert seen(source) == expected


def pairs() -> list[tuple[str, str, str]]:
    """The table beside this file: an indicator, a sentence that states it, a look-alike."""
    lines = Path(__file__).with_name("indicator_pairs.txt").read_text("utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if not line.startswith("#")]
    return [(code, states, resembles) for code, states, resembles in rows]


@pytest.mark.parametrize(("code", "states", "resembles"), pairs(), ids=[code for code, _, _ in pairs()])
def test_each_indicator_and_its_look_alike(code: str, states: str, resembles: str) -> None:
    assert code in [one.indicator for one in observe(states, find_quantities(states))]
    assert code not in [one.indicator for one in observe(resembles, find_quantities(resembles))]


def test_every_indicator_has_its_pair() -> None:
    assert [code for code, _, _ in pairs()] == list(load_catalogue().indicators)


def test_targets_of_plans_are_left_out() -> None:
    source = "行政机关负责人出庭应诉率达到⟦100%⟧"
    plans = Section(ordinal=0, level=1, marker="三、", title="下一步安排", start=0, end=60, part="plans")
    assert seen(source) == [("litigation.head_appearance_rate", 100)]
    assert seen(source, plans) == []
    assert seen(f"下一步,{source}") == []


def test_statement_keeps_bound_period_scope_and_evidence() -> None:
    one = first("2023年,全市共化解矛盾纠纷⟦超3000件⟧")
    assert (one.indicator, one.bound, one.period, one.scope) == ("mediation.cases", "over", "2023年", "全市")
    assert one.evidence == "全市共化解矛盾纠纷超3000件"


PLACED = [
    ("今年以来,全市新收行政复议案件320件", "今年以来", "全市"),
    ("五年来,全县累计调解矛盾纠纷1.2万件", "五年来", "全市"),
    ("截至2023年12月底,全区共有行政执法人员1326名", "截至2023年12月底", "全市"),
    ("自2021年以来,全市办理法律援助案件3100件", "自2021年以来", "全市"),
    ("“十三五”期间,废止规范性文件1200件", "“十三五”期间", None),
    ("1—11月,市本级受理行政复议案件120件", "1—11月", "市本级"),
    ("上半年开展执法检查1200次", "上半年", None),
    ("与2021年相比,行政处罚案件减少18%", None, None),
    ("2022年度,全省行政机关负责人出庭应诉率达95%", "2022年度", "全省"),
    ("我局作出行政处罚决定36件", None, "部门"),
    ("法院审结一审行政诉讼案件80件", None, "other"),
    ("县(市、区)受理行政复议案件350件", None, "other"),
    ("累计培养“法律明白人”960名", "累计", None),
]


@pytest.mark.parametrize(("source", "period", "scope"), PLACED, ids=[source for source, _, _ in PLACED])
def test_period_and_scope_stay_with_the_statement(source: str, period: str | None, scope: str | None) -> None:
    one = observe(source, find_quantities(source))[0]
    assert (one.period, one.scope) == (period, scope)


TABLES = [
    ("领域\t处罚案件(件)\n种子\t15\n农药\t28\n合计\t43", ["分项", "分项", None]),
    ("单位\t处罚案件(件)\n市公安局\t15\n市水务局\t28", ["分项", "分项"]),
    ("年度\t处罚案件(件)\n2022年\t15\n2023年\t28", [None, None]),
    ("范围\t处罚案件(件)\n全市\t43\n市本级\t15", ["全市", "市本级"]),
    ("项目\t数量(件)\n行政处罚\t43\n行政强制\t15", [None, None]),
    ("项目\t处罚案件(件)\n种子\t15", [None]),
]
"""A row that names a part parts the figures of its column; one that says what is counted, of whom or when does not."""


@pytest.mark.parametrize(("source", "scopes"), TABLES, ids=[source.split()[2] for source, _ in TABLES])
def test_scope_of_a_row(source: str, scopes: list[str | None]) -> None:
    assert [one.scope for one in observe(source, find_quantities(source))] == scopes


SPOKEN = [
    ("行政复议案件、一审行政诉讼案件分别新收320件和210件", {"reconsideration.received": 320, "litigation.cases": 210}),
    (
        "作出行政处罚决定1200件、罚款350万元,分别同比下降5%、8%",
        {
            "enforcement.penalties": 1200,
            "enforcement.fines_amount": 3_500_000,
            "enforcement.penalties.yoy": -5,
            "enforcement.fines_amount.yoy": -8,
        },
    ),
    ("新增“法律明白人”32名,累计达197名", {"publicity.law_literates": 197}),
    ("立案查处违法案件96起,其中查处违法案件20起系食品类", {"enforcement.penalties": 96}),
    ("全市平均每件罚款2.1万元", {}),
    ("每半年召开法治政府建设专题会议1次", {}),
    ("力争行政机关负责人出庭应诉率达到100%", {}),
    ("法治督察发现的527个问题已完成整改496个", {"leadership.inspection_rectified": 496}),
    ("入企检查4216次,同比下降38.7%", {"enforcement.inspections": 4216, "enforcement.inspections.yoy": -38.7}),
    ("减少入企检查420次,降幅31%", {"enforcement.inspections_reduced": 420, "enforcement.inspections.yoy": -31}),
    ("开展应急演练48场。生产安全事故较上年下降20%", {"emergency.drills": 48}),
    ("召开专题会议4次,研究部署法治政府建设", {"leadership.meetings_on_rule_of_law": 4}),
    ("以市局为被申请人的行政复议案件41件,已审结36件,维持20件、终止9件", {}),
    ("我厅作为被申请人的行政复议案件8件。审结6件", {}),
    ("市政府被申请行政复议3件。全市收到行政复议申请354件", {"reconsideration.received": 354}),
    ("修订轻微违法行为不予处罚清单,由77项增至106项", {"enforcement.leniency_items": 106}),
    ("开展旁听庭审活动,共5场", {"leadership.court_observation_sessions": 5}),
    ("行政机关负责人出庭应诉率连续四年保持100%", {"litigation.head_appearance_rate": 100}),
    ("收到行政复议申请420件,申请量增加69件", {"reconsideration.received": 420}),
    ("应诉行政诉讼案件8件,其中1件尚未审结", {"litigation.cases": 8}),
    (
        "新收行政复议案件720件(其中民生领域180件),同比增长12%",
        {"reconsideration.received": 720, "reconsideration.received.yoy": 12},
    ),
    (
        "作出行政处罚决定371件,罚款3516万元,案件数减少18.1%",
        {
            "enforcement.penalties": 371,
            "enforcement.fines_amount": 35_160_000,
            "enforcement.penalties.yoy": -18.1,
        },
    ),
    (
        "收到行政复议申请90件,首次超过同期一审行政诉讼案件;审结85件",
        {"reconsideration.received": 90, "reconsideration.concluded": 85},
    ),
    ("全镇17个人民调解委员会共有调解员83人", {"mediation.organizations": 17}),
    (
        "作出行政处罚决定90件,其中普通程序60件、简易程序30件,同比上升12%",
        {"enforcement.penalties": 90, "enforcement.penalties.yoy": 12},
    ),
    ("全市97个派出所中有13个全年未办理处罚案件", {}),
    ("2026年将力争创成法治示范社区1个,“法律明白人”达到150名", {}),
    ("收到并按期答复政府信息公开申请7件", {"openness.requests_received": 7, "openness.requests_handled": 7}),
    ("公布重大行政决策事项目录,县级6项", {"decision.catalog_items": 6}),
    ("出台轻微违法免罚清单,涵盖23个领域688项", {"enforcement.leniency_items": 688}),
    ("行政执法人员中法律专业毕业的仅21人", {}),
    (
        "全年召开局党委会14次,其中研究法治建设议题5次",
        {"leadership.meetings_on_rule_of_law": 5},
    ),
    ("我局作为被申请人的复议案件9件,复议维持6件", {}),
    ("审结行政复议案件101件,其中维持、驳回、终止83件", {"reconsideration.concluded": 101}),
    ("受理行政案件1712起,查处治安案件630起", {}),
    ("行政诉讼案件3件;公安信访事项84件,办结83件", {"litigation.cases": 3}),
    ("移送公安机关涉嫌犯罪案件31宗、人员6人", {"enforcement.criminal_transfers": 31}),
    (
        "审结行政复议案件200件,其中维持120件、纠错30件、调解50件,占比分别为60%、15%和25%",
        {
            "reconsideration.concluded": 200,
            "reconsideration.upheld": 120,
            "reconsideration.corrected": 30,
            "reconsideration.mediated": 50,
            "reconsideration.upheld.share": 60,
            "reconsideration.correction_rate": 15,
            "reconsideration.mediation_rate": 25,
        },
    ),
    ("全市行政执法人员5300名;联合检查占行政检查的比重提升到31.4%", {"enforcement.officers": 5300}),
]


@pytest.mark.parametrize(("source", "expected"), SPOKEN, ids=[source for source, _ in SPOKEN])
def test_how_clauses_share_and_part_their_figures(source: str, expected: dict[str, float]) -> None:
    assert {one.indicator: one.value for one in observe(source, find_quantities(source))} == expected


BEYOND = [
    "投入资金1200万元建设法治文化公园3个，法治文化阵地36个",
    "全县中小学聘任法治副校长86名，配备率100%",
    "在册社区矫正对象320人，解除矫正118人，重新犯罪率为零",
    "全市现有律师事务所42家，执业律师613人",
    "归集信用信息320万条，修复失信企业86家",
    "开展“扫黑除恶”专项行动，打掉犯罪团伙6个，抓获犯罪嫌疑人48名",
    "调整优化乡镇（街道）行政执法事项102项，下沉执法力量230名",
    "政务服务事项“一窗综办”率98%，即办率76%，平均承诺时限压缩82%",
    "解答群众法律咨询5600人次，代写法律文书230份",
    "查处违纪违法案件36件，处分42人",
    "组织全县执法人员参加线上学习，累计学习2.3万学时",
    "召开新闻发布会6场，发布政策解读稿件86篇",
    "纳入“双随机”抽查对象名录库1.2万户、执法检查人员名录库860名",
    "命名县级“学法用法示范户”320户，评选“十佳执法标兵”10名",
    "印发《2023年法治政府建设工作要点》，细化任务8个方面42项",
    "梳理形成行政许可事项清单321项，编制实施规范2140个",
    "全年共召开县政府常务会议21次，审议议题163个",
    "县政府主要负责人批示法治工作12次，协调解决重点问题9个",
    "选聘行政执法监督员30名，开展执法监督检查4次",
    "对12个乡镇、28个部门开展法治政府建设督察，反馈问题136个",
]


@pytest.mark.parametrize("source", BEYOND)
def test_figures_that_are_no_indicators(source: str) -> None:
    assert observe(source, find_quantities(source)) == ()


def test_catalogue_has_130_indicators_of_17_dimensions() -> None:
    catalogue = load_catalogue()
    assert (len(catalogue.indicators), len(catalogue.dimensions)) == (130, 17)


ENTRY = """\
dimensions: {petition: {name_zh: 信访}}
indicators:
- code: petition.letters
  name_zh: 来信
  name_en: Letters
  dimension: petition
  kind: count
  unit: 件
  units: [件]
  better: neutral
  phrasings:
  - {says: 来信}
"""


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("  kind: count\n", "  kind: counts\n", "f.yaml:7: petition.letters has kind counts"),
        ("  unit: 件\n", "", "f.yaml:3: petition.letters has no `unit`"),
        ("dimension: petition", "dimension: letters", "which `dimensions` does not list"),
        ("{says: 来信}", "{says: '@信'}", "f.yaml:12: petition.letters/1 uses @信, which `words` does not list"),
        ("{says: 来信}", "{say: 来信}", "f.yaml:12: phrasing petition.letters/1 names no words"),
        ("{says: 来信}", "{says: 来信, nott: 来电}", "f.yaml:12: phrasing petition.letters/1 has `nott`"),
        ("{says: 来信}", "{says: 来信||来访}", "f.yaml:12: petition.letters/1 has an empty word between two |"),
        ("{says: 来信}", "{says: [来信, 12345]}", "f.yaml:12: petition.letters/1 needs words parted by |, not 12345"),
        ("{says: 来信}", "{says: 来信, units: 件}", "needs `units` as a list of measure words"),
        ("better: neutral", "better: neutral\n  betters: up", "f.yaml:11: petition.letters has `betters`"),
        ("better: neutral", "better: neutral\n  share: petition.calls", "names petition.calls, which is no code"),
        ("indicators:", "word: {}\nindicators:", "f.yaml:2: `word` is no part of a catalogue"),
        ("name_zh: 信访", "name_zh: 信访, outline-1: 一", "f.yaml:1: dimension petition names outline-1"),
        ("  name_en:", "  name_eng:", "has no `name_en`"),
        ("[件]", "[件", "f.yaml:"),
    ],
)
def test_bad_entry_is_named_with_its_line(old: str, new: str, complaint: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(ENTRY.replace(old, new), "f.yaml")
    assert complaint in str(caught.value)
