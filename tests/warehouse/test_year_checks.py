"""Figures held against the report of the year before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.batches import digest, night, run_rows, text_rows, write
from warehouse.load import load
from warehouse.release import Staging, open_release

ISSUER = "990100-云川市教育局"


def report(year: int, text: str, *figures: tuple[str, float, str | None]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a report whose text states these indicators, each at the end of its line."""
    report_id = f"{ISSUER}-{year}"
    rows = text_rows(1, text, f"https://yunchuan.example/{year}", report_id)
    rows["observations"] = [
        {
            "report_id": report_id,
            "text_digest": digest(text),
            "indicator": indicator,
            "value": value,
            "unit": unit,
            "bound": "exact",
            "start": number,
            "end": number + 1,
            "evidence": text[number : number + 1],
            "confidence": 0.9,
            "quantity": number,
        }
        for number, (indicator, value, unit) in enumerate(figures)
    ]
    return rows


RECEIVED = "reconsideration.received"
CASES = [
    ("lost 万", 120.0, 1_190_000.0, None, [("leap", "mismatch")]),
    ("tenfold", 120.0, 1_200.0, None, [("leap", "mismatch")]),
    ("tenfold, and told so", 120.0, 1_200.0, 900.0, [("growth", "consistent")]),
    ("growth rounded", 120.0, 137.0, 14.2, [("growth", "rounded")]),
    ("growth cut off", 120.0, 137.0, 14.1, [("growth", "truncated")]),
    ("growth wrong", 120.0, 137.0, 17.0, [("growth", "mismatch")]),
    ("decrease", 120.0, 90.0, -25.0, [("growth", "consistent")]),
    ("nothing told, nothing odd", 120.0, 137.0, None, []),
]


@pytest.mark.parametrize(
    ("before", "now", "stated", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_held_against_the_year_before(
    tmp_path: Path, before: float, now: float, stated: float | None, expected: list[tuple[str, str]]
) -> None:
    figures = [(RECEIVED, now, "件")] + ([(f"{RECEIVED}.yoy", stated, "%")] if stated is not None else [])
    batch = write(
        tmp_path / "batch",
        run_rows(1),
        report(2023, "云川市教育局2023年法治政府建设年度报告", (RECEIVED, before, "宗")),
        report(2024, "云川市教育局2024年法治政府建设年度报告", *figures),
    )
    with Staging(tmp_path / "warehouse") as staging:
        load(staging.connection, batch)
        staging.publish("run-1")
    with open_release(tmp_path / "warehouse") as connection:
        assert (
            connection.execute("SELECT rule, verdict FROM checks WHERE kind = 'years' ORDER BY rule").fetchall()
            == expected
        )


def test_only_what_changed_is_told_anew(tmp_path: Path) -> None:
    """A year is filled in, and then its figure is revised: each time as if all had come at once."""
    titles = {year: f"云川市教育局{year}年法治政府建设年度报告" for year in (2022, 2023, 2024)}
    revised = report(2023, titles[2023] + "。", (RECEIVED, 120, "件"))
    for name in ("report_versions", "sightings"):
        revised[name] = [row | {"seen_at": night(9), "capture_id": "later"} for row in revised[name]]
    first = [report(2022, titles[2022], (RECEIVED, 100, "件")), report(2024, titles[2024], (RECEIVED, 15, "件"))]
    nights = [
        (first, []),
        ([report(2023, titles[2023], (RECEIVED, 1000, "件"))], [(f"{ISSUER}-2023", "leap", 1000, 100)]),
        ([revised], [(f"{ISSUER}-2024", "leap", 15, 120)]),
    ]
    for number, (rows, expected) in enumerate(nights, start=1):
        with Staging(tmp_path / "warehouse") as staging:
            load(staging.connection, write(tmp_path / str(number), run_rows(number), *rows))
            staging.publish(f"run-{number}")
        with open_release(tmp_path / "warehouse") as connection:
            told = connection.execute("SELECT report_id, rule, numerator, denominator FROM year_checks").fetchall()
            assert told == expected
