from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from tests.warehouse.batches import night, write
from warehouse.load import load
from warehouse.questions import WrongParameter, ask, questions
from warehouse.release import Staging, open_release

# region code, name, level, year → statements: (indicator, value, unit)
Statement = tuple[str, float, str]
PROVINCE, CITY, COUNTY_A, COUNTY_B, FAR = "990000", "990100", "990101", "990102", "980100"
NAMES = {
    PROVINCE: ("云岭省", "province"),
    CITY: ("云川市", "prefecture"),
    COUNTY_A: ("云川市东湖区", "county"),
    COUNTY_B: ("西山县", "county"),
    FAR: ("石桥市", "prefecture"),
}
STATED: dict[tuple[str, int], list[Statement]] = {
    (CITY, 2022): [("litigation.loss_rate", 4, "%"), ("reconsideration.received", 100, "件")],
    (CITY, 2023): [
        ("litigation.loss_rate", 5, "%"),
        ("reconsideration.received", 120, "件"),
        ("enforcement.penalties", 200, "宗"),
        ("enforcement.fines_amount", 400000, "元"),
        ("publicity.activities", 30, "场"),
    ],
    (CITY, 2024): [
        ("litigation.loss_rate", 6.5, "%"),
        ("reconsideration.received", 150, "件"),
        ("reconsideration.accepted", 140, "件"),
        ("reconsideration.concluded", 135, "件"),
        ("reconsideration.corrected", 27, "件"),
        ("reconsideration.correction_rate", 20, "%"),
        ("litigation.head_appearance_rate", 98, "%"),
        ("leadership.gov_meeting_law_study", 4, "次"),
        ("enforcement.penalties", 100, "宗"),
        ("enforcement.fines_amount", 300000, "元"),
        ("enforcement.leniency_cases", 25, "件"),
        ("enforcement.inspections", 1000, "次"),
        ("normative.issued_gov", 8, "件"),
    ],
    (CITY, 2025): [("enforcement.inspections", 700, "次"), ("enforcement.inspections_reduced", 300, "次")],
    (COUNTY_A, 2024): [
        ("reconsideration.received", 90, "件"),
        ("litigation.head_appearance_rate", 100, "%"),
        ("litigation.head_appearances", 12, "件"),
        ("litigation.loss_rate", 3, "%"),
        ("leadership.gov_meeting_law_study", 8, "次"),
    ],
    (COUNTY_B, 2024): [
        ("reconsideration.received", 60, "件"),
        ("litigation.head_appearance_rate", 100, "%"),
        ("litigation.loss_rate", 2, "%"),
        ("leadership.gov_meeting_law_study", 10, "次"),
    ],
}
PUBLISHED = {(COUNTY_A, 2024): "2025-04-20"}


def rows_of(region: str, year: int, statements: list[Statement]) -> dict[str, list[dict[str, Any]]]:
    name, level = NAMES[region]
    issuer = f"{name}人民政府"
    sentences = [f"{code}为{value:g}{unit}。" for code, value, unit in statements]
    text = "\n".join([f"{issuer}{year}年度法治政府建设情况的报告", *sentences])
    key = {
        "report_id": f"{region}-{issuer}-{year}",
        "text_digest": hashlib.sha256(text.encode()).hexdigest(),
    }
    seen = {"portal_id": f"p{region}", "url": f"https://{region}.example/{year}", "seen_at": night(1)}
    quantities, observations, checks = [], [], []
    for number, ((code, value, unit), sentence) in enumerate(zip(statements, sentences, strict=True)):
        words = f"{value:g}{unit}"
        start = text.index(sentence) + sentence.index("为") + 1
        place = {"start": start, "end": start + len(words), "value": value, "unit": unit, "bound": "exact"}
        quantities.append({**key, **place, "ordinal": number, "text": words, "kind": "count"})
        observations.append(
            {**key, **place, "indicator": code, "evidence": words, "confidence": 0.9, "quantity": number}
        )
        if code == "reconsideration.correction_rate":
            span = {"start": start, "end": start + len(words), "stated": value, "numerator": 27, "denominator": 135}
            checks.append({**key, **span, "rule": "rate", "computed": 20, "verdict": "consistent"})
        if code == "litigation.head_appearance_rate" and value < 100:
            span = {"start": start, "end": start + len(words), "stated": value, "numerator": 45, "denominator": 50}
            checks.append({**key, **span, "rule": "rate", "computed": 90, "verdict": "mismatch"})
    version = {
        **key,
        **seen,
        "capture_id": f"capture-{region}-{year}",
        "text": text,
        "extractor_version": "1",
        "title": text.split("\n")[0],
        "issuer": issuer,
        "region_code": region,
        "region": name,
        "level": level,
        "report_year": year,
        "published_on": PUBLISHED.get((region, year), f"{year + 1}-03-20"),
    }
    return {
        "report_versions": [version],
        "paragraphs": [{**key, "para_no": n, "text": t} for n, t in enumerate(text.split("\n"), start=1)],
        "quantities": quantities,
        "observations": observations,
        "checks": checks,
    }


def partial(region: str, year: int, code: str, words: str, value: float, **apart: Any) -> dict[str, Any]:
    """A further statement that must not be compared: it stands on the title."""
    part = rows_of(region, year, STATED[region, year])
    key = {name: part["report_versions"][0][name] for name in ("report_id", "text_digest")}
    title = part["report_versions"][0]["title"]
    return {
        **key,
        "indicator": code,
        "value": value,
        "unit": "件",
        "bound": "exact",
        "start": 0,
        "end": len(title),
        "evidence": title,
        "confidence": 0.99,
    } | apart


SEEDS: dict[str, list[dict[str, Any]]] = {
    "regions": [
        {"region_code": code, "name": name, "full_name": name, "level": level, "parent_code": parent}
        for (code, (name, level)), parent in zip(NAMES.items(), [None, PROVINCE, CITY, CITY, None], strict=True)
    ],
    "portals": [
        {"portal_id": f"p{code}", "name": NAMES[code][0], "region_code": code, "base_url": f"https://{code}.example"}
        for code in (CITY, COUNTY_A, COUNTY_B, FAR)
    ],
    "portal_runs": [
        {"run_id": "run-1", "portal_id": f"p{code}", "state": state}
        for code, state in ((CITY, "ok"), (COUNTY_A, "ok"), (COUNTY_B, "ok"), (FAR, "empty"))
    ],
    "indicators": [
        {"code": code, "name_zh": f"名称{code}", "dimension": code.split(".")[0]}
        for code in sorted({code for stated in STATED.values() for code, _, _ in stated})
    ],
    "population": [
        {"region_code": CITY, "year": 2024, "population": 1_000_000},
        {"region_code": COUNTY_A, "year": 2024, "population": 300_000},
    ],
    "disclosure": [{"region_code": CITY, "year": 2024, "indicator": "normative.issued_gov", "value": 9}],
}
RUN = {"runs": [{"run_id": "run-1", "flow": "nightly", "started_at": "2026-05-01T18:00:00Z", "outcome": "ok"}]}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    root = tmp_path_factory.mktemp("questions")
    write(root / "batch", SEEDS, RUN, *(rows_of(*place, stated) for place, stated in STATED.items()))
    apart = [
        partial(CITY, 2024, "reconsideration.received", "", 999, scope="市本级"),
        partial(CITY, 2024, "reconsideration.received", "", 998, period="1至11月"),
        partial(CITY, 2024, "reconsideration.received", "", 997, bound="over"),
        partial(CITY, 2024, "reconsideration.received.yoy", "", 25, unit="%"),
    ]
    write(root / "batch", {"observations": apart})
    with Staging(root / "warehouse") as staging:
        load(staging.connection, root / "batch")
        staging.publish("run-1")
    with open_release(root / "warehouse") as release:
        yield release


def answer(connection: duckdb.DuckDBPyConnection, number: int, columns: str, **given: str) -> list[tuple[Any, ...]]:
    told = ask(connection, number, given)
    places = [told.names.index(name) for name in columns.split()]
    return [tuple(row[place] for place in places) for row in told.rows]


@pytest.mark.parametrize(
    ("number", "given", "columns", "expected"),
    [
        pytest.param(
            1,
            {"year": "2024"},
            "region state days_after_1_april",
            [("石桥市", "missing", None), ("云川市东湖区", "late", 19)],
            id="1 late or missing, and a portal nobody watches is neither",
        ),
        pytest.param(
            2,
            {"region": "云岭省", "level": "prefecture"},
            "report_year received received_change_percent accepted concluded",
            [(2022, 100, None, None, None), (2023, 120, 20, None, None), (2024, 150, 25, 140, 135)],
            id="2 stages and change; other scope, period and bound stay apart",
        ),
        pytest.param(
            3,
            {},
            "region stated_percent numerator denominator denominator_is verdict",
            [],
            id="3 correction rate, latest year has none",
        ),
        pytest.param(
            3,
            {"year": "2024"},
            "region stated_percent numerator denominator denominator_is verdict",
            [("云川市", 20, 27, 135, "reconsideration.concluded", "consistent")],
            id="3 correction rate and its denominator",
        ),
        pytest.param(
            4,
            {},
            "region report_year two_years_before year_before loss_rate",
            [("云川市", 2024, 4, 5, 6.5)],
            id="4 loss rate rising",
        ),
        pytest.param(
            5,
            {"year": "2024"},
            "region rate_percent appearances below_100 without_counts",
            [("云川市", 98, None, True, True), ("西山县", 100, None, False, True)],
            id="5 appearance rate",
        ),
        pytest.param(
            6,
            {"year": "2024"},
            "region kind stated computed difference evidence",
            [("云川市", "report", 98, 90, 8, "98%")],
            id="6 mismatch",
        ),
        pytest.param(
            7,
            {"year": "2024"},
            "region value sum_of_those_below reporting below adds_up",
            [("云川市", 150, 150, 2, 2, True)],
            id="7 levels add up",
        ),
        pytest.param(
            8,
            {"year": "2024"},
            "region indicator last_value",
            [("云川市", "publicity.activities", 30)],
            id="8 no longer reported",
        ),
        pytest.param(
            10,
            {"year": "2024"},
            "region per_100000 place",
            [("云川市东湖区", 30, 1), ("云川市", 15, 2), ("西山县", None, None)],
            id="10 per 100,000",
        ),
        pytest.param(
            11,
            {"year": "2024"},
            "penalties average_fine_yuan average_change_percent lenient_percent",
            [(100, 3000, 50, 20)],
            id="11 penalties",
        ),
        pytest.param(
            12,
            {},
            "before during after change_percent stated_reduction",
            [(1000, 700, None, -30, 300)],
            id="12 inspections",
        ),
        pytest.param(
            13,
            {"year": "2024"},
            "issued issued_in_disclosure_report agrees",
            [(8, 9, False)],
            id="13 normative documents",
        ),
        pytest.param(
            14,
            {},
            "level reports r",
            [("all", 3, -0.9928), ("county", 2, None), ("prefecture", 1, None)],
            id="14 correlation",
        ),
        pytest.param(
            15,
            {"region": "云川市", "indicator": "reconsideration.received", "year": "2024"},
            "value bound scope period",
            [
                (999, "exact", "市本级", None),
                (998, "exact", None, "1至11月"),
                (997, "over", None, None),
                (25, "exact", None, None),
                (150, "exact", None, None),
            ],
            id="15 every sentence, whatever its scope",
        ),
    ],
)
def test_answers(
    connection: duckdb.DuckDBPyConnection,
    number: int,
    given: dict[str, str],
    columns: str,
    expected: list[tuple[Any, ...]],
) -> None:
    found = answer(connection, number, columns, **given)
    if number == 15:
        assert sorted(found, key=str) == sorted(expected, key=lambda row: str((float(row[0]), *row[1:])))
    else:
        assert found == expected


def test_reporting_rate(connection: duckdb.DuckDBPyConnection) -> None:
    found = answer(connection, 9, "indicator reports of_reports percent", year="2024")
    assert ("litigation.loss_rate", 3, 3, 100.0) in found
    assert ("enforcement.penalties", 1, 3, 33.33) in found
    assert ("publicity.activities", 0, 3, 0.0) in found


def test_fifteen_questions_each_with_its_words() -> None:
    assert list(questions()) == list(range(1, 16))
    assert all(one.title and one.english and one.sentence.endswith(".") for one in questions().values())


@pytest.mark.parametrize(
    ("number", "given", "sentence"),
    [
        pytest.param(16, {}, "no question 16", id="no such question"),
        pytest.param(2, {"town": "x"}, "has no parameter 'town'", id="unknown parameter"),
        pytest.param(15, {"region": "云川市"}, "needs indicator", id="missing parameter"),
        pytest.param(2, {"year": "soon"}, "whole number", id="wrong type"),
        pytest.param(2, {"region": "云川"}, "No region is called", id="misspelt region"),
        pytest.param(2, {"level": "city"}, "no level", id="misspelt level"),
        pytest.param(6, {"kind": "rate"}, "no kind 'rate' of checks", id="misspelt kind"),
        pytest.param(7, {"indicator": "cases"}, "no indicator", id="misspelt indicator"),
        pytest.param(2, {"region": "990100'; DROP TABLE texts; --"}, "No region is called", id="an attack"),
    ],
)
def test_wrong_parameters(
    connection: duckdb.DuckDBPyConnection, number: int, given: dict[str, str], sentence: str
) -> None:
    with pytest.raises(WrongParameter, match=sentence):
        ask(connection, number, given)


def test_region_takes_all_below_it(connection: duckdb.DuckDBPyConnection) -> None:
    assert answer(connection, 2, "region", region="990000", year="2024") == [
        ("云川市",),
        ("云川市东湖区",),
        ("西山县",),
    ]
    assert answer(connection, 2, "region", region="云川市东湖区", year="2024") == [("云川市东湖区",)]


def test_coverage_states(connection: duckdb.DuckDBPyConnection) -> None:
    states = connection.execute(
        "SELECT region, state FROM coverage WHERE report_year = 2024 ORDER BY region_code"
    ).fetchall()
    assert states == [
        ("石桥市", "missing"),
        ("云岭省", "unknown"),
        ("云川市", "published"),
        ("云川市东湖区", "late"),
        ("西山县", "published"),
    ]


def test_chinese_views(connection: duckdb.DuckDBPyConnection) -> None:
    assert connection.execute(
        "SELECT 地区, 数值, 单位 FROM 指标 WHERE 指标代码 = 'litigation.loss_rate' ORDER BY 数值 DESC LIMIT 1"
    ).fetchall() == [("云川市", 6.5, "%")]
    assert connection.execute("SELECT 状态 FROM 覆盖 WHERE 地区 = '石桥市' AND 年度 = 2024").fetchall() == [
        ("未见公开",)
    ]
    assert connection.execute("SELECT 类别, 结论, count(*) FROM 核对 GROUP BY ALL ORDER BY ALL").fetchall() == [
        ("与上年报告", "一致", 1),
        ("本报告内", "一致", 1),
        ("本报告内", "不符", 1),
    ]
    assert connection.execute("SELECT count(*) FROM 报告 WHERE 层级 = '县级'").fetchone() == (2,)
