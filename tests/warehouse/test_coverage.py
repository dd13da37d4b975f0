"""Who owes a report, and in which state every cell is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.batches import digest, write
from warehouse.load import load
from warehouse.release import Staging, open_release

CITY, COUNTY = "990100", "990101"
NAMES = {CITY: ("云川市", "prefecture"), COUNTY: ("云川市东湖区", "county")}
Rows = dict[str, list[dict[str, Any]]]


def regions() -> Rows:
    return {
        "regions": [
            {"region_code": code, "name": name, "full_name": name, "level": level}
            for code, (name, level) in NAMES.items()
        ]
    }


def portal(name: str, region: str = CITY, level: str | None = None, state: str | None = "ok") -> Rows:
    """An entry of the registry, and how its one visit went."""
    entry = {"portal_id": name, "name": name, "region_code": region, "region": NAMES.get(region, ("x", ""))[0]}
    rows: Rows = {"portals": [entry | {"level": level, "base_url": f"https://{name}.example"}]}
    return rows | ({"portal_runs": [{"run_id": "run-1", "portal_id": name, "state": state}]} if state else {})


def run(day: str, number: int = 1) -> Rows:
    return {"runs": [{"run_id": f"run-{number}", "flow": "nightly", "started_at": f"{day}T18:00:00Z"}]}


def report(
    issuer: str, level: str, year: int, published_on: str | None, on: str = "云川市人民政府", region: str = CITY
) -> Rows:
    text = f"{issuer}{year}年度法治政府建设情况报告"
    return {
        "report_versions": [
            {
                "report_id": f"{region}-{issuer}-{year}",
                "text_digest": digest(text),
                "text": text,
                "capture_id": text,
                "seen_at": "2025-05-01T18:00:00Z",
                "extractor_version": "1",
                "portal_id": on,
                "url": f"https://portal.example/{issuer}/{year}",
                "issuer": issuer,
                "region_code": region,
                "region": NAMES.get(region, ("石桥市", ""))[0],
                "level": level,
                "report_year": year,
                "published_on": published_on,
            }
        ]
    }


def cells(place: Path, *parts: Rows) -> dict[tuple[str | None, int], str]:
    """(body, year) → state, in a release of these rows."""
    with Staging(place / "warehouse") as staging:
        load(staging.connection, write(place / "batch", *parts))
        staging.publish("run-1")
    with open_release(place / "warehouse") as release:
        rows = release.execute("SELECT coalesce(issuer, region), report_year, state FROM coverage").fetchall()
        assert len(rows) == len({row[:2] for row in rows})
    return {(body, year): state for body, year, state in rows}


GOVERNMENT, BUREAU, JUSTICE = "云川市人民政府", "云川市教育局", "云川市司法局"
CITY_2024, COUNTY_2024 = ("云川市", 2024), ("云川市东湖区", 2024)


@pytest.mark.parametrize(
    ("portals", "expected"),
    [
        pytest.param([], "unknown", id="no portal"),
        pytest.param([portal("云川市人民政府门户网站", level="prefecture")], "missing", id="its own, read"),
        pytest.param([portal("云川市人民政府门户网站")], "missing", id="its own by its name"),
        pytest.param([portal("中国云川")], "missing", id="a name that is nobody else's"),
        pytest.param([portal("云川市政府办公室网站")], "missing", id="its office's"),
        pytest.param([portal("云川市人民政府", level="prefecture", state="empty")], "missing", id="read, and empty"),
        pytest.param([portal("云川市人民政府", level="prefecture", state="blocked")], "blocked", id="blocked"),
        pytest.param([portal("云川市人民政府", level="prefecture", state="drift")], "blocked", id="drifted"),
        pytest.param([portal("云川市人民政府", level="prefecture", state=None)], "unknown", id="not visited yet"),
        pytest.param([portal(BUREAU, level="department")], "unknown", id="only a department's"),
        pytest.param([portal("云川市教育局门户网站")], "unknown", id="a department's by its name"),
        pytest.param([portal("东湖镇人民政府", level="township")], "unknown", id="a township's"),
        pytest.param([portal("云川高新区管委会", level="county")], "unknown", id="a zone's"),
        pytest.param([portal(JUSTICE, level="department")], "missing", id="its bureau of justice's"),
        pytest.param([portal("云川市依法治市委员会办公室")], "missing", id="its office for the rule of law's"),
        pytest.param(
            [portal(JUSTICE, level="department"), portal("云川市人民政府", level="prefecture", state="blocked")],
            "blocked",
            id="its own is blocked, whatever the bureau of justice shows",
        ),
        pytest.param([portal("东湖区人民政府", COUNTY, "county")], "unknown", id="only a county's below it"),
    ],
)
def test_a_government_is_watched_by_its_own_portal(tmp_path: Path, portals: list[Rows], expected: str) -> None:
    other = report("石桥市人民政府", "prefecture", 2024, "2025-03-01", region="980100")
    assert cells(tmp_path, regions(), run("2025-05-01"), other, *portals)[CITY_2024] == expected


@pytest.mark.parametrize(
    ("told", "day", "expected"),
    [
        pytest.param(report(GOVERNMENT, "prefecture", 2024, "2025-04-01"), "2025-05-01", "published", id="last day"),
        pytest.param(report(GOVERNMENT, "prefecture", 2024, "2025-04-02"), "2025-05-01", "late", id="a day late"),
        pytest.param(report(GOVERNMENT, "prefecture", 2024, None), "2025-05-01", "published", id="no date"),
        pytest.param(report(GOVERNMENT, "prefecture", 2024, "2025-01-10"), "2025-01-20", "published", id="early"),
        pytest.param(report(GOVERNMENT, "prefecture", 2023, "2024-03-01"), "2025-03-31", "not_due", id="not due yet"),
        # 1 April in Beijing begins at 16:00 UTC of 31 March.
        pytest.param(report(GOVERNMENT, "prefecture", 2023, "2024-03-01"), "2025-04-01", "missing", id="2 April there"),
        pytest.param(report(BUREAU, "department", 2024, "2025-03-01"), "2025-05-01", "missing", id="a department's"),
        pytest.param(
            report("云川高新区管理委员会", "prefecture", 2024, "2025-03-01"), "2025-05-01", "missing", id="a zone's"
        ),
        pytest.param(
            report("云川市西区人民政府", "county", 2024, "2025-03-01"), "2025-05-01", "missing", id="of another level"
        ),
    ],
)
def test_the_report_of_a_government(tmp_path: Path, told: Rows, day: str, expected: str) -> None:
    watched = portal(GOVERNMENT, level="prefecture")
    found = cells(tmp_path, regions(), run(day), watched, told)
    assert {state for (body, year), state in found.items() if year == 2024 and body in ("云川市", GOVERNMENT)} == {
        expected
    }


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param(
            [portal(GOVERNMENT), report(BUREAU, "department", 2023, "2024-03-01")],
            {(BUREAU, 2023): "published", (BUREAU, 2024): "missing"},
            id="reported once on the government's portal",
        ),
        pytest.param(
            [portal(GOVERNMENT), portal(BUREAU, state="blocked"), report(BUREAU, "department", 2023, None, BUREAU)],
            {(BUREAU, 2023): "published", (BUREAU, 2024): "blocked"},
            id="reported on its own portal, which is blocked",
        ),
        pytest.param(
            [portal(GOVERNMENT), report(BUREAU, "department", 2023, None, "gone")],
            {(BUREAU, 2023): "published", (BUREAU, 2024): "unknown"},
            id="reported on a portal that left the registry",
        ),
        pytest.param(
            [portal("云川市教育局网站"), report(GOVERNMENT, "prefecture", 2024, None, "gone")],
            {(BUREAU, 2024): "missing"},
            id="has a portal, and never reported",
        ),
        pytest.param(
            [portal("云川教育网", level="department"), report(BUREAU, "department", 2024, None, "云川教育网")],
            {(BUREAU, 2024): "published"},
            id="its portal goes by another name",
        ),
        pytest.param(
            [portal(JUSTICE), report(GOVERNMENT, "prefecture", 2024, None, JUSTICE)],
            {(JUSTICE, 2024): "missing"},
            id="the bureau of justice owes one of its own",
        ),
        pytest.param(
            [
                portal(GOVERNMENT),
                report(BUREAU, "department", 2023, None),
                report(BUREAU, "department", 2024, None),
            ],
            {(BUREAU, 2023): "published", (BUREAU, 2024): "published"},
            id="one cell a year",
        ),
    ],
)
def test_departments(tmp_path: Path, parts: list[Rows], expected: dict[tuple[str, int], str]) -> None:
    found = cells(tmp_path, regions(), run("2025-05-01"), *parts)
    governments = {GOVERNMENT, *(name for name, _ in NAMES.values())}
    assert {cell: state for cell, state in found.items() if cell[0] not in governments} == expected


def test_a_region_that_the_seed_does_not_know(tmp_path: Path) -> None:
    found = cells(tmp_path, run("2025-05-01"), portal("石桥市人民政府", "980100", "prefecture"))
    assert found == {("x", 2024): "missing"}


def test_coverage_is_told_anew_with_each_release(tmp_path: Path) -> None:
    """The last visit counts, and the day of the last run."""
    watched = portal(GOVERNMENT, level="prefecture")
    assert cells(tmp_path / "1", regions(), run("2025-03-01"), watched)[CITY_2024] == "not_due"
    with Staging(tmp_path / "1" / "warehouse") as staging:
        blocked = {"portal_runs": [{"run_id": "run-2", "portal_id": GOVERNMENT, "state": "unreachable"}]}
        load(staging.connection, write(tmp_path / "2", run("2025-05-01", 2), blocked))
        staging.publish("run-2")
    with open_release(tmp_path / "1" / "warehouse") as release:
        assert release.execute("SELECT 地区, 状态 FROM 覆盖 WHERE 年度 = 2024 ORDER BY 行政区划代码").fetchall() == [
            ("云川市", "无法访问"),
            ("云川市东湖区", "不详"),
        ]
