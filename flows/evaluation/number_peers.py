"""Tools that read numbers, held against the same gold as ours and timed beside it: those that are installed."""

from __future__ import annotations

import json
import re
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Found:
    """A number that a tool found: where, what, and its unit as the gold writes it, None where the tool names none."""

    start: int
    end: int
    value: float
    unit: str | None


Reader = Callable[[str], list[Found]]


@dataclass(slots=True)
class Standing:
    """What one tool did on a corpus."""

    name: str
    wanted: int = 0
    right_value: int = 0
    right_unit: int = 0
    """Value and unit right."""
    spans: int = 0
    wrong_spans: int = 0
    """Spans that lie on no quantity of the gold, optional ones included."""
    reports: int = 0
    milliseconds: float = 0.0
    """CPU time."""


def compare(folder: Path) -> list[Standing]:
    """Ours and every peer that is installed (dependency group `peers`), on the clean texts of a corpus."""
    names = [entry["name"] for entry in json.loads((folder / "manifest.json").read_text("utf-8"))]
    standings = []
    for name, reader in _readers().items():
        standing = Standing(name)
        reader("全年办理案件35件，办结率98.5%，罚款1.2万元。")  # what is compiled once is no report's time
        for report in names:
            gold = [json.loads(line) for line in (folder / report / "quantities.jsonl").read_text("utf-8").splitlines()]
            text = (folder / report / "clean.txt").read_text("utf-8").rstrip("\n")
            began = time.process_time()
            found = reader(text)
            standing.milliseconds += (time.process_time() - began) * 1000
            _judge(gold, found, standing)
        standings.append(standing)
    return standings


def comparison_table(standings: list[Standing]) -> Table:
    """The standings as a table."""
    table = Table(title="Numbers found by other tools, same texts, same gold")
    for head in (
        "tool",
        "right values",
        "right value and unit",
        "spans on no quantity",
        "CPU ms a report",
        "times ours",
    ):
        table.add_column(head, justify="left" if head == "tool" else "right")
    ours = standings[0].milliseconds or 1.0
    for one in standings:
        table.add_row(
            one.name,
            f"{one.right_value / max(1, one.wanted):.1%}",
            f"{one.right_unit / max(1, one.wanted):.1%}",
            f"{one.wrong_spans} of {one.spans}",
            f"{one.milliseconds / max(1, one.reports):.1f}",
            f"{one.milliseconds / ours:.1f}",
        )
    return table


def _judge(gold: list[dict[str, Any]], found: list[Found], standing: Standing) -> None:
    standing.reports += 1
    standing.spans += len(found)
    standing.wrong_spans += sum(
        not any(one.start < wanted["end"] and one.end > wanted["start"] for wanted in gold) for one in found
    )
    for wanted in gold:
        if wanted.get("optional"):
            continue
        standing.wanted += 1
        right = [
            one
            for one in found
            if one.start < wanted["end"]
            and one.end > wanted["start"]
            and abs(one.value - wanted["value"]) < 1e-6 * max(1.0, abs(one.value))
        ]
        standing.right_value += bool(right)
        standing.right_unit += any(one.unit == wanted["unit"] for one in right)


def _readers() -> dict[str, Reader]:
    found: dict[str, Reader] = {"fazhi": _ours}
    if find_spec("recognizers_number_with_unit"):
        found["Recognizers-Text"] = _recognizers_text()
    if find_spec("cn2an"):
        found["cn2an, given each run of numerals"] = _cn2an
    if find_spec("quantulum3"):
        found["quantulum3"] = _quantulum
    return found


def _ours(text: str) -> list[Found]:
    from flows.extraction.numbers.quantities import find_quantities

    return [Found(q.start, q.end, q.value, q.unit) for q in find_quantities(text)]


def _recognizers_text() -> Reader:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its patterns carry escapes that Python warns of
        numbers = import_module("recognizers_number")
        units = import_module("recognizers_number_with_unit")
        number = numbers.NumberRecognizer(numbers.Culture.Chinese)
        with_unit = units.NumberWithUnitRecognizer(numbers.Culture.Chinese)
        models = [with_unit.get_currency_model(), number.get_percentage_model(), number.get_number_model()]

    def read(text: str) -> list[Found]:
        found: list[Found] = []
        for model in models:
            for one in model.parse(text):
                value = (one.resolution or {}).get("value")
                if not value or any(one.start < other.end and one.end >= other.start for other in found):
                    continue
                unit = "%" if value.endswith("%") else "元" if one.resolution.get("isoCurrency") == "CNY" else None
                found.append(Found(one.start, one.end + 1, float(value.rstrip("%")), unit))
        return found

    return read


_RUN = re.compile(r"[0-9.,０-９零〇一二两三四五六七八九十百千万亿]*[0-9０-９零〇一二两三四五六七八九十百千万亿]")


def _cn2an(text: str) -> list[Found]:
    """cn2an reads a numeral that it is given and finds none by itself: it is given every run of numerals."""

    def read() -> Iterator[Found]:
        convert = import_module("cn2an").cn2an
        for run in _RUN.finditer(text):
            try:
                value = float(convert(run[0].replace(",", ""), "smart"))
            except ValueError:
                continue  # its way to say that the run is no numeral
            yield Found(run.start(), run.end(), value, None)

    return list(read())


def _quantulum(text: str) -> list[Found]:
    units = {"percentage": "%", "yuan": "元", "renminbi": "元"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = import_module("quantulum3.parser").parse(text)
    return [Found(one.span[0], one.span[1], float(one.value), units.get(one.unit.name)) for one in parsed]
