"""What each number counts, told by the shortest phrase: one sentence a case."""

from __future__ import annotations

import pytest

from flows.extraction.numbers.quantities import find_quantities

CASES: dict[str, tuple[str, list[str | None]]] = {
    "noun before": ("全年新收行政复议申请43件。", ["新收行政复议申请"]),
    "noun after": ("全县128名行政执法人员持证上岗。", ["持证上岗的行政执法人员"]),
    "deed after": ("组织96名科级干部参加学法考试。", ["参加学法考试的科级干部"]),
    "deed alone": ("组织51人参加执法资格考试。", ["参加执法资格考试人员"]),
    "stage of what was received": (
        "收到政府信息公开申请70件，办结68件。",
        ["收到政府信息公开申请", "办结政府信息公开申请"],
    ),
    "stage across a semicolon": ("受理法律援助案件90件；办结88件。", ["受理法律援助案件", "办结法律援助案件"]),
    "rate of the topic": ("排查矛盾纠纷120起，化解率98%。", ["排查矛盾纠纷", "矛盾纠纷化解率"]),
    "rate of an examination": (
        "80名网格员参加业务考试，合格率95%。",
        ["参加业务考试的网格员", "业务考试合格率"],
    ),
    "share of a whole": (
        "直接纠错19件，占已审结案件的5.3%。",
        ["直接纠错", "直接纠错占已审结案件"],
    ),
    "listed levels": (
        "建成法治示范村国家级2个、省级5个。",
        ["法治示范村国家级", "法治示范村省级"],
    ),
    "rates told apart": ("参考率、及格率分别为99%和97%。", ["参考率", "及格率"]),
    "suffix shared": ("出庭、出声率分别为100%、98%。", ["出庭率", "出声率"]),
    "growth": ("新设经营主体800户，同比增长6%。", ["新设经营主体", "新设经营主体同比增长"]),
    "from and to": ("办理时限由20天压缩至6天。", ["办理时限", "办理时限"]),
    "two nouns and a verb between": ("42个窗口出具报告11份。", ["窗口", "出具报告"]),
    "stages in turn": (
        "清理规范性文件90件，保留、修改、废止分别为60件、20件、10件。",
        ["清理规范性文件", "保留规范性文件", "修改规范性文件", "废止规范性文件"],
    ),
    "shares in turn": (
        "土地案件60件、住房案件20件，分别占75%、25%。",
        ["土地案件", "住房案件", "土地案件占比", "住房案件占比"],
    ),
    "carried over": (
        "受理复议申请90件，加上年结转6件，审结88件。",
        ["受理复议申请", "加上年结转复议申请", "审结复议申请"],
    ),
    "held on an occasion": (
        "县委理论学习中心组围绕宪法和行政诉讼法等内容开展专题研讨3次。",
        ["县委理论学习中心组专题研讨"],
    ),
    "treated in a list": (
        "对31份合同、12项决策进行合法性审查。",
        ["合法性审查合同", "合法性审查决策"],
    ),
    "named examples": ("评选巡回宣讲、模拟法庭等6个普法项目。", ["普法项目"]),
    "a bracket in the noun": ("对8个县（区）开展督导。", ["督导县（区）"]),
    "batches and pieces": ("公布典型案例3批24个。", ["公布典型案例", "公布典型案例"]),
    "what cannot stand alone": ("开展法治督察，发现问题107个。", ["法治督察发现问题"]),
    "parts of what was counted": (
        "摸排矛盾纠纷461件，其中婚姻家庭96件、邻里143件。",
        ["摸排矛盾纠纷", "婚姻家庭摸排矛盾纠纷", "邻里摸排矛盾纠纷"],
    ),
    "listeners of what was held": ("举办法治讲座12场，400余人参加。", ["举办法治讲座", "参加法治讲座人员"]),
    "last year's figure": (
        "受理投诉举报41件，比上年的29件增加12件。",
        ["受理投诉举报", "受理投诉举报", "受理投诉举报增加"],
    ),
    "rank": ("营商环境评价位居全省第三。", ["营商环境评价全省排名"]),
    "two words that look like joints": ("学法考试参考率99%、及格率97%。", ["学法考试参考率", "学法考试及格率"]),
    "stage with its manner": (
        "受理热线诉求456件，按时办结451件，办结率99%。",
        ["受理热线诉求", "按时办结热线诉求", "热线诉求办结率"],
    ),
    "noun shared before 分别": (
        "清江县、白沙县新登记企业分别为20户、12户。",
        ["清江县新登记企业", "白沙县新登记企业"],
    ),
    "verb shared by a list": (
        "审核规范性文件5件、合同37份。",
        ["审核规范性文件", "审核合同"],
    ),
    "those who passed": (
        "对70名新进人员进行资格考试，67名合格，合格率95.7%。",
        ["资格考试新进人员", "资格考试合格人员", "资格考试合格率"],
    ),
    "those of a whole who have not": (
        "14个乡镇中仍有4个未配齐设备。",
        ["乡镇", "未配齐设备的乡镇"],
    ),
    "behind a bracket": (
        "办理行政复议案件66件（含上年结转12件），审结61件。",
        ["办理行政复议案件", "结转行政复议案件", "审结行政复议案件"],
    ),
    "parts in a sentence of their own": (
        "查处违法案件50件。分领域看，运输30件，路政20件。",
        ["查处违法案件", "运输违法案件", "路政违法案件"],
    ),
    "whom an occasion reached": (
        "举办法治讲座12场，惠及企业300家，发放资料900份。",
        ["举办法治讲座", "法治讲座惠及企业", "法治讲座发放资料"],
    ),
    "what a count touched": ("抽查案件58次，涉及对象406户。", ["抽查案件", "抽查案件涉及对象"]),
    "cuts of what was counted": (
        "上线“一件事”服务43件，平均减环节70%、减材料76%。",
        ["上线“一件事”服务", "上线“一件事”服务平均减环节", "上线“一件事”服务减材料"],
    ),
    "next sentence of a paragraph": (
        "新收行政复议案件66件。已审结61件，审结率92.4%。",
        ["新收行政复议案件", "审结行政复议案件", "行政复议案件审结率"],
    ),
    "parts in a bracket": (
        "行政诉讼案件220件（公安类71件、其他类53件），败诉12件。",
        ["行政诉讼案件", "公安类行政诉讼案件", "其他类行政诉讼案件", "败诉行政诉讼案件"],
    ),
    "table": ("项目\t办结（件）\n行政许可\t52\n行政检查\t90", ["办结行政许可", "办结行政检查"]),
}


@pytest.mark.parametrize(("sentence", "subjects"), CASES.values(), ids=CASES)
def test_subject(sentence: str, subjects: list[str | None]) -> None:
    assert [q.subject for q in find_quantities(sentence)] == subjects
