"""Where the rows of a batch are stored."""

from __future__ import annotations

from warehouse.batch import TABLES

STORED = {
    "portal_runs": "portal_run_log",
    "report_versions": "texts",
    "paragraphs": "text_paragraphs",
    "sections": "text_sections",
    "quantities": "text_quantities",
    "observations": "text_observations",
    "checks": "text_checks",
    "citations": "text_citations",
    "postings": "search_documents",
}
"""Batch table → stored table, where the names differ."""

FACTS = tuple(name for name, table in TABLES.items() if table.kind == "fact")
