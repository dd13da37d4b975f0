"""The seed data of portals and regions is whole."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from crawlers.portals import load_registry


def regions() -> list[dict[str, str]]:
    lines = files("seeds").joinpath("regions.csv").read_text("utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_every_seeded_portal_lies_in_a_region_in_force() -> None:
    registry = load_registry(str(files("seeds").joinpath("portals.yaml")))
    in_force = {row["code"] for row in regions() if not row["valid_to"]}
    assert [portal.id for portal in registry if portal.region_code not in in_force] == []


def test_no_seeded_portal_claims_a_check_that_nobody_made() -> None:
    registry = load_registry(str(files("seeds").joinpath("portals.yaml")))
    assert {portal.checked_on for portal in registry} == {None}


@pytest.mark.parametrize(
    ("code", "full_name", "level", "parent"),
    [
        ("440117", "广州市从化区", "county", "440100"),
        ("440104", "广州市越秀区", "county", "440100"),
        ("450400", "梧州市", "prefecture", "450000"),
        ("441800", "清远市", "prefecture", "440000"),
        ("110105", "北京市朝阳区", "county", "110000"),
        ("330182", "建德市", "county", "330100"),
        ("469001", "五指山市", "county", "460000"),
        ("620000", "甘肃省", "province", ""),
    ],
)
def test_a_region_stands_with_its_name_level_and_parent(code: str, full_name: str, level: str, parent: str) -> None:
    found = [row for row in regions() if row["code"] == code and not row["valid_to"]]
    assert [(row["full_name"], row["level"], row["parent"]) for row in found] == [(full_name, level, parent)]


def test_a_place_that_changed_its_rank_stands_with_both_and_their_years() -> None:
    rows = {(row["code"], row["name"]): (row["valid_from"], row["valid_to"]) for row in regions()}
    assert rows[("440184", "从化市")] == ("1995", "2013")
    assert rows[("440117", "从化区")] == ("2014", "")


def test_codes_in_force_are_six_digits_and_stand_once() -> None:
    codes = [row["code"] for row in regions() if not row["valid_to"]]
    assert len(codes) == len(set(codes)) > 3000
    assert all(len(code) == 6 and code.isdigit() for code in codes)


def test_every_parent_is_there() -> None:
    known = {row["code"] for row in regions()}
    assert {row["parent"] for row in regions()} - known == {""}
