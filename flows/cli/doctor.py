"""`fazhi doctor`: what is installed, writable and reachable, and what to do if not."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

PINNED = ("scrapy", "prefect", "duckdb", "trafilatura", "jieba", "rjieba", "warcio", "fastwarc", "pypdfium2")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: Literal["ok", "missing", "optional"]
    detail: str
    """What was found, or what to do."""


def findings(data: Path, registry: Path) -> Iterator[Finding]:
    """Look at everything a run needs, and at what it may use."""
    yield Finding("Python", "ok", sys.version.split()[0])
    yield from _packages()
    yield from _data_directory(data)
    yield _registry(registry)
    yield _prefect_server()
    yield _tool(
        "LibreOffice", ("soffice", "libreoffice"), "reads .doc and .wps; Debian: apt-get install libreoffice-core"
    )


def _packages() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    for name in PINNED:
        try:
            yield Finding(name, "ok", version(name))
        except PackageNotFoundError:
            yield Finding(name, "missing", "Install the project's dependencies: uv sync")


def _data_directory(data: Path) -> Iterator[Finding]:
    from flows.data_directory import DataDirectory, DataDirectoryError

    try:
        DataDirectory(data).prepare()
    except DataDirectoryError as fault:
        yield Finding("data directory", "missing", str(fault))
        return
    yield Finding("data directory", "ok", f"{data}, {shutil.disk_usage(data).free / 2**30:.1f} GB free")
    release = data / "warehouse" / "fazhi.duckdb"
    yield Finding("release", "ok" if release.exists() else "optional", str(release) if release.exists() else "none yet")


def _registry(path: Path) -> Finding:
    from crawlers.portals import load_registry

    try:
        registry = load_registry(path)
    except Exception as fault:
        if not hasattr(type(fault), "exit_code"):
            raise
        return Finding("registry", "missing", str(fault))
    return Finding("registry", "ok", f"{len(registry.portals)} portals in {path}")


def _prefect_server() -> Finding:
    from flows.operation.orchestration import prepare

    server = prepare()
    if server is None:
        return Finding("Prefect server", "optional", "none answers; `fazhi serve` starts one")
    return Finding("Prefect server", "ok", server)


def _tool(what: str, names: tuple[str, ...], use: str) -> Finding:
    found = next((path for name in names if (path := shutil.which(name))), None)
    return Finding(what, "ok" if found else "optional", found or f"not installed; {use}")


SECRET_WORDS = ("AUTH", "PASSWORD", "SECRET", "TOKEN", "KEY")
"""What the names of settings hold whose values are never printed."""


def masked(name: str, value: str) -> str:
    """A setting's value as it may be shown: no secret, and no password of an address."""
    from flows.settings import without_passwords

    if any(word in name.upper() for word in SECRET_WORDS):
        return "•••" if value else ""
    return without_passwords(value)


def prefect_settings() -> Iterator[tuple[str, str, str]]:
    """Name, value and origin of what Prefect is told: our defaults, and whatever the environment says."""
    from flows.operation.orchestration import DEFAULTS

    for name in sorted(DEFAULTS.keys() | {name for name in os.environ if name.startswith("PREFECT_")}):
        value = os.environ.get(name, "")
        yield name, value, "default" if DEFAULTS.get(name) == value else "environment"


def doctor(
    portals: Annotated[Path | None, typer.Option("--portals", help="Registry of portals (YAML).")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Data directory; FAZHI_DATA, else ./data.")] = None,
) -> None:
    """What is installed, writable and reachable, the settings in force, and what to do about the rest."""
    from flows.settings import Settings

    settings = Settings()
    console = Console()
    styles = {"ok": "green", "missing": "red", "optional": "yellow"}
    table = Table("what", "state", "detail")
    broken = False
    for finding in findings((data or settings.data).resolve(), portals or settings.registry()):
        broken |= finding.state == "missing"
        table.add_row(finding.what, f"[{styles[finding.state]}]{finding.state}[/]", finding.detail)
    console.print(table)
    shown = Table("setting", "value", "from", title="Settings")
    for name, origin in settings.origins().items():
        variable = f"FAZHI_{name.upper()}"
        shown.add_row(name, masked(variable, str(getattr(settings, name))), origin + f" ({variable})")
    for name, value, origin in prefect_settings():
        shown.add_row(name, masked(name, value), origin)
    console.print(shown)
    raise typer.Exit(1 if broken else 0)
