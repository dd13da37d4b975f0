"""The seed data as rows of the batch tables `indicators`, `regions` and `portals`."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Any

from crawlers.portals import Registry
from flows.extraction.meaning.catalogue import load_catalogue


def seed_rows(registry: Registry) -> dict[str, list[dict[str, Any]]]:
    """Rows that replace the warehouse's seed tables."""
    return {"indicators": _indicators(), "regions": _regions(), "portals": _portals(registry)}


def _indicators() -> list[dict[str, Any]]:
    catalogue = load_catalogue()
    return [
        {
            "code": indicator.code,
            "name_zh": indicator.name_zh,
            "name_en": indicator.name_en,
            "dimension": indicator.dimension,
            "dimension_zh": catalogue.dimensions[indicator.dimension]["name_zh"],
            "kind": indicator.kind,
            "unit": indicator.unit,
            "units": sorted(indicator.units),
            "scope": indicator.scope,
            "better": indicator.better,
        }
        for indicator in catalogue.indicators.values()
    ]


def _regions() -> list[dict[str, Any]]:
    with files("seeds").joinpath("regions.csv").open(encoding="utf-8") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return [
            {
                "region_code": row["code"],
                "name": row["name"],
                "full_name": row["full_name"],
                "level": row["level"],
                "parent_code": row["parent"] or None,
            }
            for row in rows
            if not row["valid_to"]
        ]


def _portals(registry: Registry) -> list[dict[str, Any]]:
    return [
        {
            "portal_id": portal.id,
            "name": portal.name,
            "region_code": portal.region_code,
            "region": portal.region,
            "level": portal.level,
            "base_url": str(portal.base_url),
            "host": portal.host,
            "family": portal.family,
            "columns": [{"name": column.name, "url": str(column.url)} for column in portal.columns],
            "allow_hosts": list(portal.allow_hosts),
            "delay_s": portal.delay_s,
            "checked_on": portal.checked_on.isoformat() if portal.checked_on else None,
            "note": portal.note,
        }
        for portal in registry.portals
    ]
