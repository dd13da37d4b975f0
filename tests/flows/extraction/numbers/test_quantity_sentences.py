"""Every sentence of quantity_sentences.txt: its marked quantities are found as marked, and nothing else is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.extraction.numbers.quantities import find_quantities

_MARK = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Marked:
    """A sentence without its marks, the quantities marked in it, and the spans that may go either way."""

    text: str
    quantities: tuple[tuple[str, float, float | None, str | None, str], ...]
    doubtful: tuple[tuple[int, int], ...]


def read_marked(line: str) -> Marked:
    text, at = "", 0
    quantities, doubtful = [], []
    for mark in _MARK.finditer(line):
        text += line[at : mark.start()]
        at = mark.end()
        words, *rest = mark[1].split("|")
        if words.startswith("?") or len(rest) < 2 or "?" in rest[1]:
            words = words.removeprefix("?")
            doubtful.append((len(text), len(text) + len(words)))
        else:
            low, _, high = rest[0].partition("~")
            bound = rest[2] if len(rest) > 2 else "exact"
            unit = None if rest[1] == "-" else rest[1]
            quantities.append((words, float(low), float(high) if high else None, unit, bound))
        text += words
    return Marked(text + line[at:], tuple(quantities), tuple(doubtful))


def sentences() -> list[str]:
    lines = Path(__file__).with_name("quantity_sentences.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("line", sentences())
def test_quantities_are_found_as_marked(line: str) -> None:
    marked = read_marked(line)
    found = [
        (q.text, round(q.value, 4), q.value_high, q.unit, q.bound)
        for q in find_quantities(marked.text)
        if not any(q.start < end and q.end > start for start, end in marked.doubtful)
    ]
    wanted = [(words.removeprefix("达"), *rest) for words, *rest in marked.quantities]
    assert found == wanted


def test_the_table_is_large() -> None:
    assert len(sentences()) >= 150
