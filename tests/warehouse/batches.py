"""Small fictional batches, written the way the flows write them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

REPORT = "990100-云川市教育局-2024"
FIRST = "云川市教育局2024年法治政府建设年度报告\n全年新收行政复议案件12件，审结10件。\n开展普法活动30场。"
SECOND = "云川市教育局2024年法治政府建设年度报告\n全年新收行政复议案件14件，审结10件。"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def night(number: int) -> str:
    """Time of a visit in the night of that number."""
    return f"2025-03-{number:02d}T18:00:00Z"


def capture(run: int, url: str, portal: str = "yunchuan", **changes: Any) -> dict[str, Any]:
    return {
        "capture_id": f"capture-{run}-{url}",
        "run_id": f"run-{run}",
        "portal_id": portal,
        "url": url,
        "fetched_at": night(run),
        "role": "article",
        "status": 200,
        "verdict": "ok",
        "content_type": "text/html",
        "payload_digest": "sha1:AAAA",
        "warc_file": "warc/a.warc.gz",
        "offset": 0,
        "length": 10,
        "record_id": "<urn:uuid:1>",
    } | changes


def text_rows(
    run: int, text: str, url: str = "https://yunchuan.example/1", report_id: str = REPORT, **changes: Any
) -> dict[str, list[dict[str, Any]]]:
    """The rows of one text seen in one run: version, sighting, capture, paragraphs, quantities, observations."""
    key = {"report_id": report_id, "text_digest": digest(text)}
    region, issuer, year = report_id.split("-")
    seen = {"portal_id": "yunchuan", "url": url, "capture_id": f"capture-{run}-{url}", "seen_at": night(run)}
    quantities, observations = [], []
    for number, (words, value, unit, indicator) in enumerate(
        (
            ("12件", 12, "件", "reconsideration.received"),
            ("14件", 14, "件", "reconsideration.received"),
            ("10件", 10, "件", "reconsideration.concluded"),
            ("30场", 30, "场", "publicity.activities"),
        )
    ):
        start = text.find(words)
        if start >= 0:
            place = {"start": start, "end": start + len(words), "value": value, "unit": unit, "bound": "exact"}
            quantities.append({**key, **place, "ordinal": number, "text": words, "kind": "count"})
            observations.append(
                {**key, **place, "indicator": indicator, "evidence": words, "confidence": 0.9, "quantity": number}
            )
    return {
        "captures": [capture(run, url)],
        "sightings": [{**key, **seen}],
        "report_versions": [
            {
                **key,
                **seen,
                "text": text,
                "extractor_version": "1",
                "title": text.split("\n")[0],
                "issuer": issuer,
                "region_code": region,
                "region": "云川市",
                "level": "department",
                "report_year": int(year),
                "published_on": "2025-03-01",
                "provenance": {"title": "heading"},
                "warnings": [],
                **changes,
            }
        ],
        "paragraphs": [{**key, "para_no": n, "text": t} for n, t in enumerate(text.split("\n"), start=1)],
        "quantities": quantities,
        "observations": observations,
    }


def run_rows(run: int) -> dict[str, list[dict[str, Any]]]:
    return {
        "runs": [{"run_id": f"run-{run}", "flow": "nightly", "started_at": night(run), "outcome": "ok"}],
        "portal_runs": [{"run_id": f"run-{run}", "portal_id": "yunchuan", "state": "ok", "requests": 3}],
    }


def missing_rows(run: int, url: str = "https://yunchuan.example/1") -> dict[str, list[dict[str, Any]]]:
    seen = {"portal_id": "yunchuan", "url": url, "capture_id": f"capture-{run}-{url}", "seen_at": night(run)}
    return {"missing": [seen], "captures": [capture(run, url, status=404, verdict="missing")]}


def write(folder: Path, *parts: dict[str, list[dict[str, Any]]]) -> Path:
    """Write a batch folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in parts:
        for table, rows in part.items():
            with (folder / f"{table}.jsonl").open("a", encoding="utf-8") as lines:
                lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return folder
