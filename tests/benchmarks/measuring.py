"""CPU time of what a text's numbers cost: quantities, indicators, checks and citations apart, at several lengths.

    python -m tests.benchmarks.measuring [FOLDER]

FOLDER is a corpus (tests/corpus by default). Its clean texts are joined to each length, so that the words vary. The
last column is the time of 4,000 characters at that length against the time of 4,000 alone: 1.0 is linear. A second
table does the same for texts that nobody parted: one row, one sentence, one list of 20,000 characters against 5,000.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from flows.extraction.document.outline import outline
from flows.extraction.meaning.checks import check
from flows.extraction.meaning.citations import find_citations
from flows.extraction.meaning.indicators import observe
from flows.extraction.numbers.quantities import find_quantities

REPORT = 4_000
LENGTHS = (REPORT, 40_000, 400_000, 1_000_000)
GOAL_MS = 5.0
UNPARTED = {
    "one row of a table": "行政处罚\t128件\t",
    "one row of counts and growth": "案件数\t12\t同比增长\t5.3%\t",
    "one sentence": "受理行政复议案件128件，同比增长12.5%，",
    "one list": "128件、",
    "one list of rates": "12.5%、",
    "one clause": "行政处罚128件、罚款",
    "brackets that do not close": "办案12件（",
}
"""What is said again and again without an end."""


def texts(folder: Path) -> str:
    names = [entry["name"] for entry in json.loads((folder / "manifest.json").read_text("utf-8"))]
    return "\n".join((folder / name / "clean.txt").read_text("utf-8").strip() for name in names)


def of_length(text: str, length: int) -> str:
    return "\n".join([text] * (length // len(text) + 1))[:length]


def cpu_ms(task: Callable[[], object], times: int) -> float:
    """The least of several runs: what the machine does besides is not the program's time."""
    least = float("inf")
    for _ in range(times):
        began = time.process_time()
        task()
        least = min(least, time.process_time() - began)
    return least * 1000


def measure(text: str, times: int) -> dict[str, float]:
    sections = outline(text)
    quantities = find_quantities(text, sections)
    observations = observe(text, quantities, sections)
    return {
        "quantities": cpu_ms(lambda: find_quantities(text, sections), times),
        "indicators": cpu_ms(lambda: observe(text, quantities, sections), times),
        "checks": cpu_ms(lambda: check(text, quantities, observations), times),
        "citations": cpu_ms(lambda: find_citations(text), times),
    }


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "corpus"
    text = texts(folder)
    measure(of_length(text, REPORT), 1)  # seeds are read and compiled once a process
    table = Table(title="CPU ms of a text's numbers")
    heads = ("characters", "quantities", "indicators", "checks", "citations", "in all", "a report", "to a report alone")
    for head in heads:
        table.add_column(head, justify="right")
    alone = 0.0
    for length in LENGTHS:
        parts = measure(of_length(text, length), 9 if length == REPORT else 2)
        in_all = sum(parts.values())
        a_report = in_all * REPORT / length
        alone = alone or a_report
        row = [f"{length:,}", *(f"{part:.1f}" for part in parts.values()), f"{in_all:.1f}", f"{a_report:.2f}"]
        table.add_row(*row, f"{a_report / alone:.2f}")
    Console(width=120).print(table)
    unparted = Table(title="CPU ms of what nobody parted")
    for head in ("", "5,000 characters", "20,000 characters", "to 4 times that"):
        unparted.add_column(head, justify="right")
    for name, words in UNPARTED.items():
        short, long = (sum(measure((words * length)[:length], 2).values()) for length in (5_000, 20_000))
        unparted.add_row(name, f"{short:.1f}", f"{long:.1f}", f"{long / short / 4:.2f}")
    Console(width=120).print(unparted)
    print(f"goal: {GOAL_MS} ms a report; reached: {alone:.2f} ms")


if __name__ == "__main__":
    main()
