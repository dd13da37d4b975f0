"""The data directory: where each kind of state lies."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from crawlers.archive.store import Store
from warehouse.place import Place

MINIMUM_FREE_BYTES = 200 * 2**20
"""Below this a run does not start: a night of a few portals and a copy of a small warehouse must fit."""


class DataDirectoryError(RuntimeError):
    """The data directory cannot be used; the message says why and what to do."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """All state under one root; only the archive and a lake may lie elsewhere."""

    root: Path
    archive_url: str | None = None
    """An fsspec URL or folder for the archive; None for the folder `archive` under the root."""
    lake: str | None = None
    """The warehouse as a lake, `ducklake:postgres:…`; None for releases in the folder `warehouse`."""
    lake_data: str | None = None
    """Folder or S3 URL for the data of a new lake; None for the folder `warehouse/lake`."""

    @property
    def archive(self) -> str:
        """Root of the archive: WARC files, capture log, candidates, accounts of the runs."""
        return self.archive_url or str(self.root / "archive")

    @property
    def archive_staging(self) -> Path:
        """Where files of a remote archive are written before they are uploaded."""
        return self.root / "archive-staging"

    def store(self) -> Store:
        """The archive, opened."""
        return Store(self.archive, staging=self.archive_staging)

    @property
    def warehouse(self) -> Path:
        """Releases and the symlink `fazhi.duckdb`; of a lake the data."""
        return self.root / "warehouse"

    def place(self) -> Place:
        """Where the warehouse stands, to be opened or loaded."""
        return Place(self.warehouse, self.lake, self.lake_data)

    @property
    def runs(self) -> Path:
        """One folder a run: jobs, states, logs, facts."""
        return self.root / "runs"

    @property
    def prefect(self) -> Path:
        """Database and log of the Prefect server that `fazhi serve` starts."""
        return self.root / "prefect"

    def prepare(self) -> None:
        """Make the folders; raise DataDirectoryError if they cannot be written or the disk is nearly full."""
        try:
            local = self.store().local
            for folder in (*([local] if local else []), self.runs):
                folder.mkdir(parents=True, exist_ok=True)
            self.place().prepare()
            probe = self.runs / ".writable"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as fault:
            raise DataDirectoryError(
                f"{self.root} cannot be written ({fault.strerror}); "
                "choose another data directory with --data or FAZHI_DATA."
            ) from fault
        free = shutil.disk_usage(self.root).free
        if free < MINIMUM_FREE_BYTES:
            raise DataDirectoryError(
                f"Only {free // 2**20} MB are free at {self.root}, a run needs {MINIMUM_FREE_BYTES // 2**20} MB; "
                "free some space or move the data directory with --data."
            )
