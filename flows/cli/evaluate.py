"""`fazhi eval FOLDER`: how good the extraction is, on a corpus, a set of pages, or portals night after night."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    folder: Annotated[Path, typer.Argument(help="A corpus of reports, a set of pages, or a replica of portals.")],
    misses: Annotated[bool, typer.Option("--misses", help="List each miss with its sentence.")] = False,
    by: Annotated[bool, typer.Option("--by", help="Also by kind of quantity and by indicator.")] = False,
    peers: Annotated[bool, typer.Option("--peers", help="Other tools beside ours, measured in the same run.")] = False,
    pin: Annotated[bool, typer.Option("--set-floors", help="Pin what is reached as the folder's floors.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why a floor may fall, with --set-floors.")] = None,
    floors: Annotated[
        Path | None, typer.Option("--floors", help="File of floors; else the folder's own floors.yaml, if it has one.")
    ] = None,
    bare: Annotated[bool, typer.Option("--bare", help="Tell the replica's registry no family and no columns.")] = False,
    warehouse: Annotated[
        str | None,
        typer.Option(
            "--warehouse",
            help="Load the replica's nights into this empty lake, ducklake:postgres:dbname=… host=…, and hold it "
            "against a file.",
        ),
    ] = None,
) -> None:
    """Compare what is extracted with what is annotated: text, metadata, quantities, indicators, checks, time.

    A corpus has a manifest.json, a set of pages an INDEX.tsv, a replica of portals a serve.py and an expected.json.
    """
    from flows.evaluation.portals import is_replica, report_portals

    if is_replica(folder):
        from flows.settings import Settings

        lake = Settings(warehouse=warehouse).warehouse if warehouse else None
        raise typer.Exit(0 if report_portals(folder, bare=bare, lake=lake) else 1)
    if (folder / "INDEX.tsv").is_file():
        from flows.evaluation.pages import report_pages

        report_pages(folder, misses=misses, peers=peers, pin=pin, reason=reason, pinned_in=floors)
        return
    from flows.evaluation.corpus_report import report_corpus

    report_corpus(folder, misses=misses, by=by, peers=peers, pin=pin, reason=reason, pinned_in=floors)
