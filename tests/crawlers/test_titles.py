"""Titles as lists show them: which is the annual report of one issuer for one year, and why the others are not."""

from __future__ import annotations

import pytest

from crawlers.titles import judge_title, normalise

REPORTS = [
    ("青禾市人民政府关于2023年度法治政府建设情况的报告", 2023),
    ("青禾市2022年度法治政府建设工作报告", 2022),
    ("青禾市水务局2024年度法治政府建设年度报告", 2024),
    ("2024年度法治政府建设情况报告", 2024),
    ("云岭县2021年法治政府建设年度报告", 2021),
    ("柳溪镇人民政府2024年法治政府建设工作情况报告", 2024),
    ("中共云岭县委 云岭县人民政府关于2020年法治政府建设情况的报告", 2020),
    ("青禾市财政局关于 2019 年度推进法治政府建设工作情况的报告", 2019),
    ("云岭县法治建设工作报告（2023年）", 2023),
    ("云岭县教育局2023年度法治建设工作报告", 2023),
    ("青禾市人民政府2016年度依法行政工作报告", 2016),
    ("青禾市城市管理局2015年依法行政工作情况报告", 2015),
    ("青禾市卫生和计划生育委员会2017年度依法行政情况报告", 2017),
    ("青禾市自然资源和规划局2023年法治政府建设工作报告", 2023),
    ("东湖生态示范区管理委员会2022年度法治政府建设情况报告", 2022),
    ("青禾市审计局2022年度法治政府建设年度报告", 2022),
    ("青禾市法治政府建设2023年度报告", 2023),
    ("青禾市法治政府建设年度报告（2022年度）", 2022),
    ("云岭县司法局二〇二四年度法治政府建设年度报告", 2024),
    ("云岭县２０２２年度法治政府建设情况报告", 2022),
    ("《青禾市2023年度法治政府建设情况报告》", 2023),
    ("青禾市气象局《2023年度法治政府建设情况报告》", 2023),
    ("· 青禾市民政局2023年度法治政府建设情况报告 [2024-02-18]", 2023),
    ("云岭县2023年度法治政府建设情况报告.pdf", 2023),
    ("云岭县2023年度法治政府建设情况报告（公开版）", 2023),
    ("青禾市人民政府关于报送2021年度法治政府建设工作情况的报告", 2021),
    ("青禾市交通运输局关于2023年度开展法治政府建设工作情况的报告", 2023),
    ("青禾市2023年法治政府建设工作报告及2024年工作计划", 2023),
    ("青禾省人民政府关于2020年度依法行政和法治政府建设工作情况的报告", 2020),
    ("国家某某总局2023年度推进法治政府建设情况的报告", 2023),
    ("云岭县柳溪街道办事处2024年法治政府建设年报", 2024),
]

UNDECIDED = [
    ("青禾市法治政府建设年度报告", "no_year"),
    ("云岭县教育局法治政府建设工作情况报告", "no_year"),
    ("青禾市2023年度法治政府建设工作总结", "work_summary"),
    ("青禾市2023年法治政府建设工作总结及2024年工作计划", "work_summary"),
    ("云岭县2023年度法治政府建设情况", "bare_state"),
    ("云岭县2023年全面依法治县工作报告", "broader_subject"),
    ("2023年法治云岭建设工作报告", "broader_subject"),
    ("关于印发青禾市2023年度法治政府建设情况报告的通知", "issued_by_notice"),
    ("关于公布《柳溪镇2024年度法治政府建设年度报告》的公告", "issued_by_notice"),
    ("柳溪镇2024年度法治政府建设年度报告公示", "issued_by_notice"),
    ("青禾市生态环境局关于公开2023年度法治政府建设情况的报告", "issued_by_notice"),
    ("青禾市人民政府关于2023年度法治政府建…", "truncated"),
    ("青禾市经济和信息化局关于2023年度法...", "truncated"),
    ("云岭县发展和改革局2023年度法治政府建设情况…", "truncated"),
    ("青禾市关于贯彻落实《法治政府建设实施纲要（2021—2025年）》2023年度情况的报告", "part_of_title"),
]

NOT_REPORTS = [
    ("青禾市2024年法治政府建设工作要点", "plan"),
    ("青禾市人民政府办公室关于印发青禾市2024年法治政府建设工作要点的通知", "plan"),
    ("青禾市法治政府建设实施方案（2021—2025年）", "plan"),
    ("青禾市法治政府建设2024年度工作计划…", "plan"),
    ("青禾市人民政府2023年政府信息公开工作年度报告", "openness_report"),
    ("青禾市司法局2023年度政务公开工作报告", "openness_report"),
    ("青禾市政府网站工作年度报表（2023年度）", "openness_report"),
    ("《青禾市2023年度法治政府建设情况报告》政策解读", "interpretation"),
    ("一图读懂青禾市2023年度法治政府建设情况报告", "interpretation"),
    ("图解：青禾市2023年度法治政府建设年度报告", "interpretation"),
    ("云岭县召开2023年度法治政府建设年度报告编制会", "news"),
    ("我市发布2023年度法治政府建设报告", "news"),
    ("市人大常委会听取2023年度法治政府建设情况报告", "news"),
    ("青禾市：法治政府建设再上新台阶，2023年成效明显", "news"),
    ("市长向市人大常委会作2023年法治政府建设情况报告", "news"),
    ("关于做好2023年度法治政府建设年度报告公开工作的通知", "notice"),
    ("关于报送2023年度法治政府建设情况报告的通知", "notice"),
    ("青禾市2022年度法治政府建设工作情况的通报", "notice"),
    ("云岭县党政主要负责人2023年述法报告", "shufa"),
    ("云岭县教育局主要负责人履行推进法治建设第一责任人职责情况报告（2023年）", "shufa"),
    ("青禾市2016—2020年法治政府建设工作报告", "multi_year"),
    ("云岭县五年来法治政府建设工作情况报告", "multi_year"),
    ("青禾市“十三五”时期法治政府建设情况报告", "multi_year"),
    ("青禾市2023年上半年法治政府建设工作情况报告", "part_year"),
    ("云岭县2024年第一季度法治政府建设工作报告", "part_year"),
    ("中国法治政府发展报告（2023）", "blue_book"),
    ("青禾市法治建设蓝皮书2023", "blue_book"),
    ("2023年度法治政府建设工作报告范文", "sample_text"),
    ("**局2023年法治政府建设工作报告", "sample_text"),
    ("青禾市2023年度法治政府建设督察整改情况报告", "assessment"),
    ("青禾市法治政府建设示范创建自评报告（2023年）", "assessment"),
    ("青禾市2023年度绩效管理自评报告", "assessment"),
    ("青禾市2023年度行政复议和行政应诉工作报告", "other_report"),
    ("青禾市2024年政府工作报告", "other_report"),
    ("青禾市2023年度法治宣传教育工作报告", "other_report"),
    ("关于2023年度法治政府建设情况报告的审议意见", "review"),
    ("关于公开征求《青禾市2023年法治政府建设报告（征求意见稿）》意见的公告", "consultation"),
    ("青禾市人民政府门户网站", "other_subject"),
    ("法治政府建设", "other_subject"),
    ("", "no_title"),
]


@pytest.mark.parametrize(("title", "year"), REPORTS, ids=[t for t, _ in REPORTS])
def test_a_report_is_told_by_its_title(title: str, year: int) -> None:
    verdict = judge_title(title)
    assert (verdict.decision, verdict.reason, verdict.year) == ("report", "annual_report", year)


@pytest.mark.parametrize(("title", "reason"), UNDECIDED, ids=[t for t, _ in UNDECIDED])
def test_a_title_that_does_not_decide_leaves_it_to_the_text(title: str, reason: str) -> None:
    verdict = judge_title(title)
    assert (verdict.decision, verdict.reason) == ("undecided", reason)


@pytest.mark.parametrize(("title", "reason"), NOT_REPORTS, ids=[t or "empty" for t, _ in NOT_REPORTS])
def test_a_look_alike_is_refused_and_named(title: str, reason: str) -> None:
    verdict = judge_title(title)
    assert (verdict.decision, verdict.reason) == ("not_report", reason)


def test_the_column_helps_where_the_title_leaves_out_the_subject() -> None:
    assert judge_title("云岭县水务局2024年度报告").decision == "not_report"
    assert judge_title("云岭县水务局2024年度报告", column="法治政府建设年度报告").decision == "undecided"
    assert judge_title("云岭县水务局2024年政务公开报告", column="法治政府建设年度报告").decision == "not_report"


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("关于印发《青禾市法治政府建设实施纲要（2021—2025年）》的通知", None),
        ("青禾市2023年度法治政府建设工作总结及2024年工作计划", 2023),
        ("云岭县20212025年法治政府建设工作报告", None),
    ],
)
def test_the_year_is_the_one_reported_on(title: str, year: int | None) -> None:
    assert judge_title(title).year == year


def test_decoration_falls_and_blanks_close() -> None:
    assert normalise("\u200b • 青禾市 2023 年度“法治政府”建设报告（2024-03-01）") == "青禾市2023年度法治政府建设报告"
