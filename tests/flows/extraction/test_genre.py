"""Which text is an annual report on law-based government, and what the others are."""

from __future__ import annotations

import pytest

from flows.extraction.document.genre import decide
from flows.extraction.document.outline import outline
from flows.extraction.facts import Document

ACCOUNT = [
    "2023年，白石县坚持依法行政，扎实推进法治政府建设。现将有关情况报告如下：",
    "一、主要做法和成效",
    "全年办理行政复议案件45件，审查规范性文件23件，开展执法培训6次，培训执法人员320人次，完成案卷评查120宗。",
    "认真落实第一责任人职责，组织召开专题会议4次，出台制度5项，化解矛盾纠纷860件，举办法治讲座12场。",
    "二、存在的问题",
    "基层执法力量有待加强，法制审核人员不足，普法的针对性有待进一步提高。",
    "三、下一步工作安排",
    "继续完善依法行政制度体系，加强行政执法监督，推进普法工作。",
]
PLAN = [
    "为深入推进法治政府建设，结合我县实际，制定本方案。",
    "一、总体要求",
    "要进一步加强党的领导，必须全面落实法治政府建设各项任务，到2025年，法治政府建设取得明显成效。",
    "二、重点任务",
    "（一）要完善制度体系。牵头单位：县司法局；责任单位：县级各部门；完成时限：2024年12月。",
    "（二）要严格行政执法。牵头单位：县司法局；责任单位：各执法部门；完成时限：长期。",
]
CASES = {
    # title · lines · verdict
    "report": ("白石县2023年法治政府建设年度报告", ACCOUNT, (True, "annual_report")),
    "summary and plan of a township": (
        "青杨镇2023年法治政府建设工作总结和2024年工作计划", ACCOUNT, (True, "annual_report")
    ),
    "plan": ("白石县2024年法治政府建设实施方案", PLAN, (False, "plan")),
    "points of work": ("白石县2024年法治政府建设工作要点", PLAN, (False, "plan")),
    "openness": ("白石县2023年政府信息公开工作年度报告", ["信息公开情况", *ACCOUNT], (False, "openness_report")),
    "interpretation": ("《白石县2023年法治政府建设年度报告》政策解读", ACCOUNT, (False, "interpretation")),
    "another subject": ("白石县2023年财政预算报告", ["财政收入稳步增长，支出优化。"] * 60, (False, "other_subject")),
}  # fmt: skip


@pytest.mark.parametrize(("title", "lines", "verdict"), CASES.values(), ids=CASES.keys())
def test_genre(title: str, lines: list[str], verdict: tuple[bool, str]) -> None:
    text = "\n".join([title, *lines])
    assert decide(Document(text=text, title=title, sections=outline(text, title_lines=1))) == verdict
