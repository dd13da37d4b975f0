"""`fazhi evidence`: from an observation to the bytes it was read from."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from flows.cli.rows import folding
from flows.cli.run import ArchiveOption, DataOption, WarehouseOption, bars

if TYPE_CHECKING:
    from flows.data_directory import DataDirectory
    from flows.loading.evidence import Evidence


def evidence(
    observation: Annotated[
        str | None,
        typer.Argument(help="observation_id of the view observations, or its beginning.", show_default=False),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every observation of the warehouse.")] = False,
    data: DataOption = None,
    archive: ArchiveOption = None,
    warehouse: WarehouseOption = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=256, help="With --all: processes that read; else the setting.")
    ] = None,
) -> None:
    """Show where an observation comes from, verified down to the archived bytes.

    The record is read at its offset and its digest recomputed; the bytes are read again by the extractor and must give
    the same text and the same observation. Exit code 1 when anything does not hold.
    """
    from flows.loading.sealed import forbid_network
    from flows.settings import Settings

    if every == (observation is not None):
        raise typer.BadParameter("Give either the name of an observation or --all.")
    settings = Settings.under(data=data, archive=archive, warehouse=warehouse)
    directory = settings.directory()
    if directory.store().local is not None:
        forbid_network()
    if observation is not None:
        from flows.loading.evidence import evidence_of

        found = evidence_of(directory, observation)
        _show(found)
        raise typer.Exit(1 if found.faults else 0)
    raise typer.Exit(_show_all(directory, workers or settings.processes))


def _show(found: Evidence) -> None:
    console = Console(soft_wrap=True, highlight=False)
    row, text, proof = found.observation, found.text, found.proof
    value = f"{row['value']:g}" if row["value_high"] is None else f"{row['value']:g} to {row['value_high']:g}"
    bound = "" if row["bound"] == "exact" else f"{row['bound']} "
    version = f"version {row['version']}" if row["version"] else "a text that never counted as a version"
    lines: list[tuple[str, object]] = [
        ("observation", row["observation_id"]),
        ("report", f"{row['report_id']}, {version}"),
        ("says", f"{row['indicator']} = {bound}{value} {row['unit'] or ''}"),
        ("of", " ".join(part for part in (row["scope"], row["period"]) if part) or None),
        ("words", f"“{row['evidence']}” at {row['start']}–{row['end']} of the text"),
        ("sentence", found.sentence),
        ("paragraph", f"{found.para_no}: {found.paragraph}" if found.para_no else None),
        ("page", found.page),
        ("title", text["title"]),
        ("address", text["url"]),
        ("seen", f"{text['seen_at'].astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"),
        ("text", f"sha256 {text['text_digest']}, read by {text['extractor_version']}"),
        ("capture", text["capture_id"]),
    ]
    if proof is not None:
        lines += [
            ("WARC file", proof.warc_file),
            ("offset", f"{proof.offset}, {proof.length} bytes long"),
            ("record", proof.record_id),
            ("payload", f"{proof.payload_digest}, {proof.size} bytes as sent"),
        ]
    for name, told in lines:
        if told is not None:
            shown = escape(str(told)).replace(escape(row["evidence"]), f"[bold]{escape(row['evidence'])}[/]")
            console.print(f"[dim]{name:<12}[/]{shown}")
    if not found.faults:
        console.print(
            "[green]verified[/] The record stands at its offset, its payload has the digest, and the bytes read again "
            "give the same text and the same observation."
        )
    for sentence in found.faults:
        console.print(f"[red]wrong[/] {escape(sentence)}")


def _show_all(directory: DataDirectory, workers: int) -> int:
    from flows.loading.evidence import all_evidence
    from flows.operation.progress import observed_by

    console = Console(stderr=True)
    count = 0
    texts: set[str] = set()
    table = folding("observation", "report", "indicator", "wrong", title="What cannot be verified")
    with bars(console) as drawn, observed_by(drawn):
        for found in all_evidence(directory, workers):
            count += 1
            texts.add(found.text["text_digest"])
            if found.faults:
                row = found.observation
                told = (row["observation_id"], row["report_id"], row["indicator"], "\n".join(found.faults))
                table.add_row(*map(escape, told))
    if table.row_count:
        Console().print(table)
    typer.echo(
        f"{count} observations of {len(texts)} texts: "
        + (f"{table.row_count} cannot be verified." if table.row_count else "every one is verified.")
    )
    return 1 if table.row_count else 0
