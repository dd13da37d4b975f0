"""`fazhi eval FOLDER`: how good the extraction is, on a corpus, a set of pages, or portals night after night."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.evaluation.corpus import ReportResult


def evaluate(
    folder: Annotated[Path, typer.Argument(help="A corpus of reports, a set of pages, or a replica of portals.")],
    misses: Annotated[bool, typer.Option("--misses", help="List each miss with its sentence.")] = False,
    by: Annotated[bool, typer.Option("--by", help="Also by kind of quantity and by indicator.")] = False,
    peers: Annotated[bool, typer.Option("--peers", help="Other extractors beside ours (a set of pages).")] = False,
    pin: Annotated[bool, typer.Option("--set-floors", help="Pin what is reached (a set of pages).")] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why a floor may fall, with --set-floors.")] = None,
    bare: Annotated[bool, typer.Option("--bare", help="Tell the replica's registry no family and no columns.")] = False,
) -> None:
    """Compare what is extracted with what is annotated: text, metadata, quantities, indicators, time.

    A corpus has a manifest.json, a set of pages an INDEX.tsv, a replica of portals a serve.py and an expected.json.
    """
    from flows.evaluation.portals import is_replica, report_portals

    if is_replica(folder):
        raise typer.Exit(0 if report_portals(folder, bare=bare) else 1)
    if (folder / "INDEX.tsv").is_file():
        from flows.evaluation.pages import report_pages

        report_pages(folder, misses=misses, peers=peers, pin=pin, reason=reason)
        return
    from flows.evaluation.corpus import evaluate as evaluate_corpus
    from flows.evaluation.corpus import in_all

    results = evaluate_corpus(folder)
    total = in_all(results)
    _table(results, total)
    if by:
        _by(total)
    if misses:
        _misses(results)


def _share(right: float) -> str:
    return f"{right:.4f}".rstrip("0").rstrip(".") if right < 1 else "1"


def _table(results: list[ReportResult], total: ReportResult) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Extraction against its gold")
    for head in ("report", "text", "meta", "quant. P", "R", "subjects", "indic. P", "R", "read", "measure"):
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
            _share(result.quantities.precision),
            _share(result.quantities.recall),
            _share(result.subjects.recall),
            _share(result.indicators.precision),
            _share(result.indicators.recall),
            f"{result.read_ms:.1f} ms",
            f"{result.measure_ms:.1f} ms",
        )
    Console(width=max(118, Console().width)).print(table)


def _by(total: ReportResult) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="By kind and indicator")
    for head in ("what", "found", "missed", "extra"):
        table.add_column(head, justify="left" if head == "what" else "right")
    for scores in (total.by_kind, total.by_indicator):
        for name, score in sorted(scores.items()):
            table.add_row(name, str(score.found), str(score.missed), str(score.extra))
        table.add_section()
    Console().print(table)


def _misses(results: list[ReportResult]) -> None:
    for result in results:
        for miss in result.misses:
            typer.echo(f"{result.name} · {miss.what}: wanted {miss.wanted} · got {miss.got} · {miss.sentence}")
