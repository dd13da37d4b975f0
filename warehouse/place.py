"""Where the warehouse stands: a folder of releases, or a lake. The one module that decides between the two."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from warehouse.lake import Lake
    from warehouse.release import Staging

LAKE = "ducklake:postgres:"
"""How the name of a lake begins; what follows are the words of a PostgreSQL connection."""


class NoFile(Exception):  # noqa: N818 - it is wrong use
    """What was asked for needs the file of a release, and a lake has none."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A warehouse, by its name; nothing is opened yet."""

    root: Path
    """Folder of the releases; of a lake, the folder above its data."""
    lake: str | None = None
    """`ducklake:postgres:dbname=… host=…`; None for a folder of releases."""
    lake_data: str | None = None
    """Folder or S3 URL for the Parquet files of a new lake; None for the folder `lake` under the root."""

    def prepare(self) -> None:
        """Make what the first run needs. Raises OSError, NoLake, LoaderBusy."""
        from warehouse.lake import prepare_lake

        self.root.mkdir(parents=True, exist_ok=True)
        if self.lake:
            prepare_lake(self.lake, self.lake_folder)

    def has_release(self) -> bool:
        """Whether there is something to open; a lake is there or it cannot be opened."""
        from warehouse.release import release_path

        return self.lake is not None or release_path(self.root).exists()

    def open(self) -> duckdb.DuckDBPyConnection:
        """A read-only connection to the last release. Raises NoRelease, NoLake."""
        from warehouse.lake import open_lake
        from warehouse.release import open_release

        return open_lake(self.lake) if self.lake else open_release(self.root)

    def file(self) -> Path:
        """The file of the last release, for programs that open it themselves. Raises NoFile, NoRelease."""
        from warehouse.release import existing_release

        if self.lake:
            raise NoFile("This warehouse is a lake, not a file: ask it with `fazhi sql`, `ask` or `search`.")
        return existing_release(self.root)

    def tend(self) -> None:
        """What a warehouse needs once in a while: a lake is tidied, a file is with each release. Raises NoLake,
        LoaderBusy."""
        from warehouse.lake import tend_lake

        if self.lake:
            tend_lake(self.lake)

    def version(self) -> str:
        """The name of the last release, of a lake that of its snapshot. Raises NoRelease, NoLake."""
        from warehouse.lake import snapshot
        from warehouse.release import existing_release

        if not self.lake:
            return existing_release(self.root).stem
        with self.open() as connection:
            return f"fazhi-snapshot-{snapshot(connection)[0]}"

    def staging(self, *, rebuild: bool = False) -> Staging | Lake:
        """A transaction for one run, which its `publish` makes public. Raises LoaderBusy, DiskTooFull, NoLake."""
        from warehouse.lake import Lake
        from warehouse.release import Staging

        if self.lake:
            return Lake(self.lake, self.lake_folder, rebuild=rebuild)
        return Staging(self.root, rebuild=rebuild)

    @property
    def lake_folder(self) -> str:
        """Where the data of a new lake will lie."""
        return self.lake_data or str(self.root / "lake")
