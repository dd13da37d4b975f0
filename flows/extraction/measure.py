"""The one entry from a document to its facts: quantities, observations, checks and citations."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace

from flows.extraction.facts import Check, Citation, Document, Observation, Quantity
from flows.extraction.meaning.checks import check
from flows.extraction.meaning.citations import find_citations
from flows.extraction.meaning.indicators import observe
from flows.extraction.numbers.quantities import find_quantities


@dataclass(frozen=True, slots=True)
class Measures:
    """What a document states in numbers, and what it cites."""

    quantities: tuple[Quantity, ...]
    observations: tuple[Observation, ...]
    checks: tuple[Check, ...]
    citations: tuple[Citation, ...]


def _with_pages(document: Document, quantities: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
    if not document.pages:
        return quantities
    starts, at = [], 0
    for paragraph in document.text.split("\n"):
        starts.append(at)
        at += len(paragraph) + 1
    return tuple(
        replace(q, page=document.pages[min(bisect_right(starts, q.start) - 1, len(document.pages) - 1)])
        for q in quantities
    )


def measure(document: Document) -> Measures:
    """Quantities, indicator observations, checks and citations of a document; deterministic."""
    quantities = _with_pages(document, find_quantities(document.text, document.sections))
    observations = observe(document.text, quantities, document.sections, level=document.level)
    checks = check(document.text, quantities, observations)
    return Measures(quantities, observations, checks, find_citations(document.text))
