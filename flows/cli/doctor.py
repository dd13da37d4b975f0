"""`fazhi doctor`: what is installed, writable and reachable, and what to do if not."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape

from flows.cli.rows import folding

if TYPE_CHECKING:
    from flows.data_directory import DataDirectory
    from flows.settings import Settings

PINNED = ("scrapy", "prefect", "duckdb", "trafilatura", "jieba", "rjieba", "warcio", "fastwarc", "pypdfium2")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: Literal["ok", "missing", "optional"]
    detail: str
    """What was found, or what to do."""


def findings(settings: Settings) -> Iterator[Finding]:
    """Look at everything a run needs, and at what it may use; nothing is made or changed but the data directory."""
    directory = settings.directory()
    yield Finding("Python", "ok", sys.version.split()[0])
    yield from _packages()
    yield _data_directory(directory.root)
    yield _archive(directory)
    yield _release(directory)
    yield _registry(settings.registry())
    yield _prefect_server()
    yield reader_of_old_files()


def _packages() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    for name in PINNED:
        try:
            yield Finding(name, "ok", version(name))
        except PackageNotFoundError:
            yield Finding(name, "missing", "Install the project's dependencies: uv sync")


def _data_directory(data: Path) -> Finding:
    from flows.data_directory import DataDirectory, DataDirectoryError

    try:
        DataDirectory(data).prepare()
    except DataDirectoryError as fault:
        return Finding("data directory", "missing", str(fault))
    return Finding("data directory", "ok", f"{data}, {shutil.disk_usage(data).free / 2**30:.1f} GB free")


def _archive(directory: DataDirectory) -> Finding:
    from flows.settings import without_passwords

    try:
        files = len(directory.store().names("warc", ".warc.gz"))
    except Exception as fault:  # noqa: BLE001 - whatever keeps it from answering is what was looked for
        return Finding("archive", "missing", f"{without_passwords(directory.archive)} does not answer: {_first(fault)}")
    return Finding("archive", "ok", f"{files} WARC files in {without_passwords(directory.archive)}")


def _release(directory: DataDirectory) -> Finding:
    place = directory.place()
    if not place.has_release():
        return Finding("release", "optional", "none yet")
    try:
        with contextlib.closing(place.open()) as connection:
            (reports,) = connection.execute("SELECT count(*) FROM reports").fetchone() or (0,)
    except Exception as fault:  # noqa: BLE001 - as above
        return Finding("release", "missing", f"It cannot be read: {_first(fault)}")
    return Finding("release", "ok", f"{reports} reports in {directory.lake or directory.warehouse}")


def _first(fault: Exception) -> str:
    from flows.settings import without_passwords

    return without_passwords(f"{fault or type(fault).__name__}".partition("\n")[0])


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
    from flows.operation.orchestration import prepare, why_no_server

    server = prepare()
    if server is None:
        return Finding("Prefect server", "optional", f"{why_no_server()} `fazhi serve` starts one.")
    return Finding("Prefect server", "ok", server)


def reader_of_old_files() -> Finding:
    """LibreOffice, and which of its parts are not installed."""
    from flows.extraction.text.legacy import lacks, libreoffice

    reads = {"writer": ".doc, .wps, .rtf", "calc": ".xls"}
    office = libreoffice()
    missing = [part for part in reads if office is None or lacks(office, part)]
    if not missing:
        return Finding("LibreOffice", "ok", str(office))
    found = "not installed" if office is None else f"{office} lacks its {' and its '.join(map(str.title, missing))}"
    return Finding(
        "LibreOffice",
        "optional",
        f"{found}, so {', '.join(reads[part] for part in missing)} cannot be read; "
        f"Debian: apt-get install {' '.join(f'libreoffice-{part}-nogui' for part in missing)}",
    )


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

    settings = Settings.under(data=data, portals=portals)
    console = Console()
    styles = {"ok": "green", "missing": "red", "optional": "yellow"}
    table = folding("what", "state", "detail")
    broken = False
    for finding in findings(settings):
        broken |= finding.state == "missing"
        table.add_row(finding.what, f"[{styles[finding.state]}]{finding.state}[/]", escape(finding.detail))
    console.print(table)
    shown = folding("setting", "value", "from", title="Settings")
    for name, origin in settings.origins().items():
        variable = f"FAZHI_{name.upper()}"
        value = getattr(settings, name)
        shown.add_row(name, "–" if value is None else escape(masked(variable, str(value))), f"{origin} ({variable})")
    for name, told, origin in prefect_settings():
        shown.add_row(name, escape(masked(name, told)), origin)
    console.print(shown)
    raise typer.Exit(1 if broken else 0)
