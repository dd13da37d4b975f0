"""`fazhi portals`: the registry, looked at, probed and added to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from crawlers.portals import Registry

portals = typer.Typer(name="portals", help="The registry of portals: list, probe, add, check.", no_args_is_help=True)


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
    table = Table("id", "name", "region", "code", "level", "family", "columns", "checked", title=escape(str(path)))
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
