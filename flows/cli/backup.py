"""`fazhi backup` and `fazhi restore`: all state as plain files elsewhere, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.run import ArchiveOption, DataOption, WarehouseOption


def backup(
    folder: Annotated[Path, typer.Argument(help="Where to; what an earlier backup copied is not copied again.")],
    data: DataOption = None,
    archive: ArchiveOption = None,
    warehouse: WarehouseOption = None,
    check: Annotated[bool, typer.Option("--check", help="Read what is backed up and hold it against its digests.")] = (
        False
    ),
) -> None:
    """Copy archive, release and Prefect database into a folder."""
    from flows.operation import backup as backups
    from flows.settings import Settings

    if check:
        found = backups.check(folder)
        typer.echo(f"{found.files} files, {found.bytes} bytes: all are what was backed up.")
        return
    settings = Settings.under(data=data, archive=archive, warehouse=warehouse)
    done = backups.backup(settings.directory(), folder, settings.wait_s, lambda told: typer.echo(told, err=True))
    typer.echo(f"{done.files} files, {done.bytes} bytes in {folder}; {done.fresh_files} of them copied now.")
    for sentence in done.left_out:
        typer.echo(sentence)


def restore(
    folder: Annotated[Path, typer.Argument(help="A folder that `fazhi backup` wrote.")],
    data: DataOption = None,
    archive: ArchiveOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Bring a backup back into an empty data directory, and into the lake that the warehouse is, if it is one."""
    from flows.operation import backup as backups
    from flows.settings import Settings

    directory = Settings.under(data=data, archive=archive, warehouse=warehouse).directory()
    done = backups.restore(folder, directory)
    typer.echo(f"{done.files} files, {done.bytes} bytes brought back to {directory.root}. Try: fazhi archive check")
