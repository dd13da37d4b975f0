"""`fazhi portals`: the registry, looked at, probed and added to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from flows.cli.rows import folding

if TYPE_CHECKING:
    from datetime import date

    from crawlers.portals import Registry
    from crawlers.probe import Probe

STATE_STYLE = {"ok": "green", "empty": "yellow", "drift": "red", "blocked": "red", "unreachable": "red"}
TROUBLED = frozenset({"drift", "blocked", "unreachable"})
NO_SIGNS = "no known platform, no SiteIDCode and no list that may hold the reports"
NEWEST = 10
"""Candidates that a probe shows."""

portals = typer.Typer(
    name="portals", help="The registry of portals: list, probe, add, check, close.", no_args_is_help=True
)


@portals.callback()
def _area() -> None:
    """The registry of portals."""


RegistryFile = Annotated[
    Path | None, typer.Option("--portals", help="Registry of portals (YAML); without it the one that comes along.")
]


def registry_file(path: Path | None) -> Path:
    """The registry to use: the one named, else the settings' own, else the one that comes along."""
    from importlib.resources import files

    from flows.settings import Settings

    chosen = path or Settings().portals
    return chosen if chosen is not None else Path(str(files("seeds").joinpath("portals.yaml")))


def _load(path: Path) -> Registry:
    from crawlers.portals import load_registry

    return load_registry(path)


@portals.command("list")
def list_portals(file: RegistryFile = None) -> None:
    """Show what is watched."""
    path = registry_file(file)
    table = folding("id", "name", "region", "code", "level", "family", "columns", "checked", title=escape(str(path)))
    registry = _load(path)
    for portal in registry:
        table.add_row(
            portal.id,
            escape(portal.name),
            escape(portal.region or ""),
            portal.region_code,
            portal.level or "",
            portal.family or "[dim]to be recognised",
            str(len(portal.columns)) if portal.columns else "[dim]to be found",
            portal.checked_on.isoformat() if portal.checked_on else "[yellow]never",
        )
    console = Console()
    console.print(table)
    console.print(f"{len(registry)} portals.")


def _contact() -> str:
    from flows.settings import Settings

    return Settings().contact


def _show(found: Probe, console: Console) -> None:
    style = STATE_STYLE.get(found.state, "white")
    console.print(
        f"[bold]{escape(found.base_url)}[/bold] [{style}]{found.state}[/{style}] {escape(found.reason or '')}"
    )
    if found.family is None:
        return
    console.print(f"platform  {found.family} ({escape(found.evidence or '')})")
    console.print(f"site      {escape(found.name or 'unnamed')}, SiteIDCode {found.site_id_code or 'not given'}")
    console.print(f"region    {found.region_code} {found.region or 'not known'}, {found.level or 'level not known'}")
    for column in found.columns:
        turned = {None: "one page", True: "next page read", False: "[red]next page not read[/red]"}[column.paged]
        console.print(f"column    [bold]{escape(column.name or 'unnamed')}[/bold] {escape(column.url)}", soft_wrap=True)
        console.print(f"          {len(column.entries)} entries, {column.reports} may be reports, {turned}")
    for candidate in found.candidates[:NEWEST]:
        console.print(
            f"  {candidate.listed_on or '          '}  {candidate.verdict.decision:9}  {escape(candidate.title)}"
        )


def _probe(url: str, delay: float | None, console: Console) -> Probe:
    from crawlers.probe import probe

    with console.status(f"Probing {escape(url)} …") as status:

        def tell(event: Mapping[str, Any]) -> None:
            if event.get("url"):
                status.update(f"{event.get('verdict', '')} {escape(str(event['url']))[-90:]}")

        return probe(url, contact=_contact(), delay_s=delay, on_event=tell)


Delay = Annotated[float | None, typer.Option("--delay", min=0.0, help="Seconds between two requests; 2 without it.")]


@portals.command("probe")
def probe_portal(url: Annotated[str, typer.Argument(help="The home page of a portal.")], delay: Delay = None) -> None:
    """Recognise a portal's platform, find its columns, and print its registry entry."""
    from crawlers.registry_file import as_yaml, entry_of

    console = Console(stderr=True)
    found = _probe(url, delay, console)
    _show(found, console)
    if found.is_portal:
        typer.echo(as_yaml(entry_of(found, checked_on=_today())), nl=False)
    if found.state in TROUBLED:
        raise typer.Exit(4)
    if not found.is_portal:
        console.print(f"{escape(found.base_url)} does not look like a government portal: it has {NO_SIGNS}.")
        raise typer.Exit(1)


@portals.command("add")
def add_portal(
    url: Annotated[str, typer.Argument(help="The home page of a portal.")],
    file: RegistryFile = None,
    portal_id: Annotated[str | None, typer.Option("--id", help="Its short name; from the host without it.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Its name, where the pages do not give it.")] = None,
    region_code: Annotated[str | None, typer.Option("--region-code", help="Six digits, where not given.")] = None,
    delay: Delay = None,
) -> None:
    """Probe a portal and write its entry into the registry, whose comments and order stay."""
    from crawlers.registry_file import add_entry, as_yaml, entry_of

    path = registry_file(file)
    _load(path)
    console = Console(stderr=True)
    found = _probe(url, delay, console)
    _show(found, console)
    usable = found.state not in TROUBLED
    if usable and not found.is_portal and not (name and region_code):
        console.print(f"Nothing was written: {escape(found.base_url)} has {NO_SIGNS}.")
        raise typer.Exit(1)
    told = {"id": portal_id, "name": name, "region_code": region_code}
    entry = entry_of(found, checked_on=_today() if usable else None, overrides=told)
    if not usable and not (name and region_code):
        console.print(
            f"Nothing was written: {escape(found.base_url)} is {found.state}; add it with --name and --region-code."
        )
        raise typer.Exit(4)
    add_entry(path, entry)
    typer.echo(as_yaml(entry), nl=False)
    console.print(f"Written to {escape(str(path))}.")


@portals.command("check")
def check_portals(
    file: RegistryFile = None,
    portal: Annotated[list[str] | None, typer.Option("--portal", help="Only this portal; may be repeated.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Write today into checked_on of those that are well.")] = False,
) -> None:
    """Probe every portal of the registry by what its entry says."""
    from crawlers.probe import probe_registry
    from crawlers.registry_file import mark_checked

    path = registry_file(file)
    registry = _load(path).select(tuple(portal or ())) if portal else _load(path)
    console = Console(stderr=True)
    with console.status(f"Probing {len(registry)} portals …"):
        found = probe_registry(registry, contact=_contact())
    table = folding("id", "state", "platform", "columns", "entries", "may be reports", "why")
    well = []
    for entry in registry:
        one = found[entry.id]
        style = STATE_STYLE.get(one.state, "white")
        differs = entry.family and one.family not in (None, "generic", entry.family)
        why = one.reason or (f"the registry says {entry.family}" if differs else "")
        table.add_row(
            entry.id,
            f"[{style}]{one.state}",
            one.family or "",
            str(len(one.columns)),
            str(sum(len(column.entries) for column in one.columns)),
            str(len(one.candidates)),
            escape(why),
        )
        if one.state not in TROUBLED:
            well.append(entry.id)
    Console().print(table)
    if write and well:
        mark_checked(path, well, _today())
        console.print(f"{len(well)} entries of {escape(str(path))} are marked as checked today.")
    if len(well) < len(registry):
        raise typer.Exit(4)


@portals.command("close")
def close_document(
    url: Annotated[str, typer.Argument(help="The address of a document, as a list or the morning report names it.")],
    file: RegistryFile = None,
) -> None:
    """Never ask for a document again: it is no report, or it can never be read. What is archived stays."""
    from crawlers.registry_file import close_document as close

    path = registry_file(file)
    portal = close(path, url)
    Console(stderr=True).print(f"{escape(url)} is closed in the entry {portal.id} of {escape(str(path))}.")


def _today() -> date:
    from datetime import UTC, datetime, timedelta

    # A registry of Chinese portals has China's days.
    return (datetime.now(UTC) + timedelta(hours=8)).date()
