"""What a report cites: words, kind, number, and one identity for all names of a document."""

from __future__ import annotations

import pytest

from flows.extraction.meaning.citations import find_citations, identity_of, kind_of


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("中华人民共和国行政处罚法", "law"),
        ("民法典", "law"),
        ("中华人民共和国宪法", "law"),
        ("优化营商环境条例", "regulation"),
        ("某省行政执法监督办法", "rule"),
        ("重大行政决策程序规定（试行）", "rule"),
        ("法治政府建设实施纲要（2021—2025年）", "plan"),
        ("某县突发事件总体应急预案", "plan"),
        ("关于加强基层执法工作的意见", "normative_document"),
        ("政务服务中心运行规范", "standard"),
        ("轻微违法行为不予处罚清单", "normative_document"),
        ("某市日报", None),
        ("某某思想学习纲要（2024年版）", None),
        ("法治蓝皮书", None),
    ],
)
def test_a_title_tells_its_kind(title: str, kind: str | None) -> None:
    assert kind_of(title) == kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("中华人民共和国行政复议法", "行政复议法"),
        ("中华人民共和国行政复议法（2023年修订）", "行政复议法"),
        ("法治政府建设实施纲要（2021-2025年）", "法治政府建设实施纲要(2021—2025年)"),
        ("关于印发〈某县听证办法〉的通知", "某县听证办法"),
        ("重大行政决策程序暂行条例", "重大行政决策程序暂行条例"),
    ],
)
def test_variant_names_meet(one: str, other: str) -> None:
    assert identity_of(one) == identity_of(other)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("印发《某市土地转让管理办法》等行政规范性文件4件。", "normative_document"),
        ("印发《某市土地转让管理办法》《某市听证规定》等规范性文件。", "normative_document"),
        ("制定规范性文件《某市土地转让管理办法》1件。", "normative_document"),
        ("出台《某市土地转让管理办法》等政府规章2部。", "rule"),
        ("出台《某市土地转让管理办法》，清理规范性文件9件。", "rule"),
    ],
)
def test_what_the_text_calls_a_document_decides(text: str, kind: str) -> None:
    assert find_citations(text)[0].kind == kind


def test_a_number_after_a_title_belongs_to_it() -> None:
    text = "印发《关于规范涉企检查的通知》（某政办发〔2024〕7号），落实国发〔2021〕5号文件。"
    found = find_citations(text)
    assert [(c.text, c.kind, c.document_number) for c in found] == [
        ("《关于规范涉企检查的通知》", "normative_document", "某政办发〔2024〕7号"),
        ("国发〔2021〕5号", "normative_document", "国发〔2021〕5号"),
    ]
    assert all(text[c.start : c.end] == c.text for c in found)


def test_the_report_s_own_number_is_no_citation() -> None:
    text = "某县人民政府关于法治政府建设情况的报告\n某府〔2025〕3号\n根据《行政许可法》开展工作。"
    assert [c.cited_id for c in find_citations(text)] == ["行政许可法"]


def test_names_of_newspapers_and_lists_are_no_citations() -> None:
    assert find_citations("在《某市日报》开设专栏，《法治蓝皮书》显示排名上升。") == ()


def test_a_short_name_stands_for_the_document_that_introduced_it() -> None:
    text = "落实《法治政府建设实施纲要（2021—2025年）》（以下简称《纲要》）部署。对照《纲要》分工推进。"
    assert [(c.kind, c.cited_id) for c in find_citations(text)] == [("plan", "法治政府建设实施纲要（2021-2025年）")] * 3


def test_a_number_alone_is_the_document_that_stood_before_it() -> None:
    text = "县情\n首段\n印发《关于规范检查的通知》（某政办发〔2024〕7号）。各地按某政办发[2024]7号执行。"
    found = find_citations(text)
    assert [c.document_number for c in found] == ["某政办发〔2024〕7号"] * 2
    assert len({c.cited_id for c in found}) == 1


def test_a_title_without_years_is_the_one_with_years() -> None:
    text = "落实《法治政府建设实施纲要（2021—2025年）》。《法治政府建设实施纲要》任务完成。"
    assert {c.cited_id for c in find_citations(text)} == {"法治政府建设实施纲要（2021-2025年）"}


def test_a_title_without_years_stays_open_between_two_editions() -> None:
    text = "从《实施纲要（2015—2020年）》到《实施纲要（2021—2025年）》，《实施纲要》引领方向。"
    assert find_citations(text)[-1].cited_id == "实施纲要"
