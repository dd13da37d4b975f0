"""Prints how the extraction stands against a corpus: a row a report, each miss, peers beside it. Holds its floors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.evaluation import floors
from flows.evaluation.corpus import Miss, ReportResult, Score, evaluate, in_all

_WIDTH = 140


def report_corpus(
    folder: Path,
    *,
    misses: bool = False,
    by: bool = False,
    peers: bool = False,
    pin: bool = False,
    reason: str | None = None,
    pinned_in: Path | None = None,
) -> None:
    """Evaluate a corpus and print it. Raises NoCorpus, FloorBroken, NoReason."""
    console = Console(width=max(_WIDTH, Console().width))
    results = evaluate(folder)
    total = in_all(results)
    console.print(_overview(results, total))
    if by:
        console.print(_scores("By kind of quantity", total.by_kind))
        console.print(_scores("By indicator", total.by_indicator))
    if misses:
        console.print(_missed(results))
    if peers:
        from flows.evaluation.number_peers import compare, comparison_table

        console.print(comparison_table(compare(folder)))
    if pin:
        floors.set_floors(folder, total.shares(), reason, pinned_in)
    else:
        floors.hold(folder, total.shares(), pinned_in)


def _share(right: float) -> str:
    return "1" if right >= 1 else f"{floor(right * 1000) / 1000:.3f}"  # what is short of all never reads as all


def _both(score: Score) -> str:
    """Precision and recall."""
    if not (score.found or score.missed or score.extra):
        return "—"
    return f"{_share(score.precision)} {_share(score.recall):>5}"


def _of_found(score: Score) -> str:
    return _share(score.recall) if score.found or score.missed else "—"


def _overview(results: Sequence[ReportResult], total: ReportResult) -> Table:
    table = Table(title="Extraction against its gold: precision and recall", padding=(0, 1, 0, 0))
    heads = ("report", "text", "meta", "quantities", "kinds", "subj.", "indicators", "checks", "citations")
    for head in (*heads, "read", "measure"):
        table.add_column(head, justify="left" if head == "report" else "right", no_wrap=True)
    equal = [r.text_equal for r in results if r.text_equal is not None]
    for result in [*results, total]:
        text = "—" if result.text_equal is None else "equal" if result.text_equal else "differs"
        if result is total:
            table.add_section()
            text = f"{sum(equal)} of {len(equal)}"
        table.add_row(
            result.name,
            text,
            f"{result.metadata_right}/{result.metadata_wanted}",
            _both(result.quantities),
            _of_found(result.kinds),
            _of_found(result.subjects),
            _both(result.indicators),
            _both(result.checks),
            _both(result.citations),
            f"{result.read_ms:.1f}",
            f"{result.measure_ms:.1f}",
        )
    table.caption = "quantities: span, value, unit, bound · read and measure: CPU ms"
    return table


def _scores(title: str, scores: Mapping[str, Score]) -> Table:
    table = Table(title=title)
    for head in ("what", "found", "missed", "extra", "P     R"):
        table.add_column(head, justify="left" if head == "what" else "right")
    for name, score in sorted(scores.items()):
        style = "red" if score.missed or score.extra else None
        table.add_row(name, str(score.found), str(score.missed), str(score.extra), _both(score), style=style)
    return table


def _missed(results: Sequence[ReportResult]) -> Table:
    table = Table(title="Misses", show_lines=True)
    for head, ratio in (("report, what", 3), ("wanted", 4), ("got", 4), ("sentence", 6)):
        table.add_column(head, ratio=ratio, overflow="fold")
    missed = [(miss, result.name) for result in results for miss in result.misses]
    for miss, name in sorted(missed, key=lambda one: one[0].what == "subject"):  # the many, and the least, come last
        table.add_row(f"{name}\n{miss.what}", Text(miss.wanted), Text(miss.got), _marked(miss))
    return table


def _marked(miss: Miss) -> Text:
    """The sentence with the words wanted, or else got, in bold."""
    sentence = Text(miss.sentence)
    for words in (miss.wanted, miss.got):
        if sentence.highlight_words([words.split(" = ")[0]], style="bold"):
            break
    return sentence
