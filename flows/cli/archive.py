"""`fazhi archive`: check, show, index, salvage, replay and export what the crawls archived."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TransferSpeedColumn
from rich.table import Table

from flows.cli.run import ArchiveOption, DataOption

if TYPE_CHECKING:
    from crawlers.archive.captures import Capture
    from crawlers.archive.reader import ArchiveReader, Opened
    from crawlers.archive.store import Store

app = typer.Typer(
    help="The archive: every exchange with the portals as WARC records.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _store(root: str | None, data: Path | None) -> Store:
    """The archive that the options name; exits with 2 when there is none."""
    from flows.settings import Settings

    given: dict[str, Any] = {name: value for name, value in (("data", data), ("archive", root)) if value is not None}
    store = Settings(**given).directory().store()
    if store.local is not None and not store.local.is_dir():
        typer.echo(f"There is no archive at {store.local}; name one with --data or --archive.", err=True)
        raise typer.Exit(2)
    return store


@app.command()
def check(data: DataOption = None, archive: ArchiveOption = None) -> None:
    """Recompute every digest, read every offset, resolve every revisit, hold the capture log against the WARCs."""
    from crawlers.archive.check import check as check_archive

    console = Console(stderr=True)
    store = _store(archive, data)
    columns = (
        TextColumn("check"),
        BarColumn(bar_width=24),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("check", total=None)
        report = check_archive(store, lambda done, total: progress.update(task, completed=done, total=total))
    if report.findings:
        table = Table("what", "offset", "file and finding", title="Wrong in the archive")
        for finding in report.findings:
            offset = "" if finding.offset is None else str(finding.offset)
            table.add_row(finding.kind, offset, f"[bold]{escape(finding.file)}[/]\n{escape(finding.sentence)}")
        Console().print(table)
    for note in report.notes:
        console.print(f"[yellow]note[/] {escape(note)}")
    typer.echo(
        f"{report.files} WARC files, {report.records} records, {report.captures} captures, {report.revisits} revisits, "
        f"{report.size} bytes: {'sound' if report.sound else f'{len(report.findings)} wrong'}."
    )
    raise typer.Exit(0 if report.sound else 1)


@app.command()
def show(
    capture: Annotated[str, typer.Argument(help="capture_id, record id, the first 8 characters of one, or a URL.")],
    data: DataOption = None,
    archive: ArchiveOption = None,
    at: Annotated[str | None, typer.Option("--at", help="With a URL: the capture nearest to this time (ISO).")] = None,
    body: Annotated[bool, typer.Option("--body", help="Only the decoded body, byte for byte, to stdout.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Only the body as sent, to stdout.")] = False,
    record: Annotated[bool, typer.Option("--record", help="Only the WARC record, decompressed, to stdout.")] = False,
) -> None:
    """A capture: where its bytes lie, that they are what the digest says, its headers, its body."""
    from crawlers.archive.reader import ArchiveReader

    reader = ArchiveReader(_store(archive, data))
    row = _find(reader, capture, at)
    if record:
        import zlib

        sys.stdout.buffer.write(zlib.decompress(reader.raw(row), zlib.MAX_WBITS + 16))
        return
    opened = reader.open(row)
    if body or raw:
        sys.stdout.buffer.write(opened.body if raw else opened.content)
        return
    _print_capture(reader, opened)


def _find(reader: ArchiveReader, name: str, at: str | None) -> Capture:
    if "://" not in name:
        return reader.log.get(name)
    from datetime import UTC, datetime

    try:
        moment = datetime.fromisoformat(at) if at else datetime.now(UTC)
    except ValueError:
        typer.echo(f"{at} is no time; write it like 2026-04-01 or 2026-04-01T06:00:00Z.", err=True)
        raise typer.Exit(2) from None
    return reader.log.at(name, moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _print_capture(reader: ArchiveReader, opened: Opened) -> None:
    from dataclasses import asdict

    from crawlers.archive.reader import prove

    console = Console(soft_wrap=True)
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in asdict(opened.capture).items():
        if value is not None:
            table.add_row(f"[dim]{name}[/]", escape(str(value)))
    console.print(table)
    if opened.capture.payload_digest is not None:
        proof, _ = prove(reader, opened.capture)
        console.print(
            f"[green]verified[/] {proof.size} bytes in {proof.warc_file} at {proof.offset}, record {proof.record_id}, "
            f"{proof.payload_digest}"
        )
    if opened.status_line is not None:
        console.print(f"\n[bold]{escape(opened.status_line)}[/]")
        for header, content in opened.headers:
            console.print(f"[cyan]{escape(header.decode('latin-1'))}[/]: {escape(content.decode('latin-1'))}")
    console.print()
    _print_body(console, opened)


def _print_body(console: Console, opened: Opened) -> None:
    from crawlers.bodies import to_text

    content = opened.content
    if b"\0" in content[:4096]:
        console.print(f"[dim]{len(content)} bytes that are no text; --body writes them to stdout.[/]")
    else:
        console.print(to_text(content, opened.capture.content_type), markup=False, highlight=False)


@app.command()
def index(
    data: DataOption = None,
    archive: ArchiveOption = None,
    cdxj: Annotated[Path | None, typer.Option("--cdxj", help="Write the index as CDXJ for pywb to this file.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
) -> None:
    """Rebuild the capture log from the WARCs alone, or write it as CDXJ."""
    from crawlers.archive.index import cdxj_lines, rebuild, replace_log

    store = _store(archive, data)
    if cdxj is not None:
        from crawlers.archive.capture_log import read_log

        count = 0
        with cdxj.open("w", encoding="utf-8") as file:
            for line in cdxj_lines(read_log(store)):
                file.write(line)
                count += 1
        typer.echo(f"{count} captures in {cdxj}.")
        return
    logs = rebuild(store)
    changed = [name for name, rows in logs.items() if replace_log(store, name, rows, dry_run=dry_run)]
    rows = sum(map(len, logs.values()))
    word = "would change" if dry_run else "changed"
    typer.echo(
        f"{rows} captures in {len(logs)} log files; {len(changed)} {word}{': ' if changed else ''}{', '.join(changed)}"
    )


@app.command()
def salvage(data: DataOption = None, archive: ArchiveOption = None) -> None:
    """Close what a crash left open, up to its last whole record, and mend the capture log."""
    from crawlers.archive.salvage import salvage as salvage_archive

    result = salvage_archive(_store(archive, data))
    for file in result.files:
        typer.echo(f"{file.name}: {file.records} records kept. {file.sentence}")
    for name in result.in_use:
        typer.echo(f"{name}: a crawl is writing it; left alone.")
    typer.echo(
        f"{len(result.files)} files closed, {result.rows_added} rows added to the capture log, "
        f"{result.rows_dropped} dropped."
    )


@app.command()
def replay(
    capture: Annotated[str | None, typer.Argument(help="A capture or URL to print the address of.")] = None,
    data: DataOption = None,
    archive: ArchiveOption = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 picks a free port.")] = 8090,
) -> None:
    """Serve the archive through pywb, so that a page opens in a browser as it was captured. Ctrl-C ends it."""
    import signal

    from crawlers.archive.reader import ArchiveReader
    from crawlers.archive.replay import COLLECTION, address_of, replaying

    reader = ArchiveReader(_store(archive, data))
    row = None if capture is None else _find(reader, capture, None)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))  # so that pywb is stopped on the way out
    with replaying(reader.store, reader.log, port) as base:
        typer.echo(f"The archive is open at {base}/{COLLECTION}/*/ADDRESS until Ctrl-C.")
        newest = {entry.url: entry for entry in reader.log if entry.role == "article" and entry.verdict == "ok"}
        for shown in [row] if row else list(newest.values())[:5]:
            typer.echo(f"  {address_of(base, shown)}")
        signal.pause()


@app.command()
def export(
    wacz: Annotated[Path, typer.Option("--wacz", help="The file to write; it must not exist.")],
    data: DataOption = None,
    archive: ArchiveOption = None,
    portal: Annotated[str | None, typer.Option("--portal", help="Everything of this portal.")] = None,
    url: Annotated[list[str] | None, typer.Option("--url", help="This address; may be repeated.")] = None,
    report: Annotated[str | None, typer.Option("--report", help="The addresses of this report (report_id).")] = None,
) -> None:
    """A part of the archive as one WACZ file: one portal, one report, or some addresses with what hangs on them."""
    from crawlers.archive.reader import ArchiveReader
    from crawlers.archive.wacz import choose
    from crawlers.archive.wacz import export as export_wacz

    reader = ArchiveReader(_store(archive, data))
    titles = _addresses_of(report, data) if report else {}
    urls = [*(url or []), *titles]
    captures = choose(reader.log, portal_id=portal, urls=urls if url or report else None)
    title = report or portal or (urls[0] if urls else "Fazhi archive")
    try:
        count = export_wacz(reader, captures, wacz, title=title, titles=titles)
    except FileExistsError:
        typer.echo(f"{wacz} exists already; choose another name or remove it.", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{count} captures, {wacz.stat().st_size} bytes in {wacz}.")


def _addresses_of(report_id: str, data: Path | None) -> dict[str, str]:
    """The addresses at which a report stood, each with the report's title, from the warehouse."""
    from flows.settings import Settings

    with Settings.under(data=data).directory().place().open() as release:
        found = release.execute(
            "SELECT DISTINCT a.url, coalesce(r.title, r.inferred_title, r.list_title, r.report_id) "
            "FROM appearances a JOIN reports r USING (report_id) WHERE report_id = ? ORDER BY a.url",
            [report_id],
        )
        titles = {str(url): str(title) for url, title in found.fetchall()}
    if not titles:
        typer.echo(f"The warehouse knows no report {report_id}.", err=True)
        raise typer.Exit(2)
    return titles
