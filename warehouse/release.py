"""From a staging copy to a release: the one writer works on a copy, the gate judges it, a symlink makes it public.

Under the root: `fazhi.duckdb` (symlink to the release), `releases/` (the last three), `loader.lock`, and while
a loader works `staging.duckdb`. A release is never written again; readers keep what they opened. A commit killed
half-way can be torn, so a staging file that was not closed cleanly is thrown away, and no write-ahead log is ever
replayed."""

from __future__ import annotations

import fcntl
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

import duckdb

from warehouse.derived import derive
from warehouse.gate import Failure, judge
from warehouse.migrate import migrate, refresh_views
from warehouse.quoting import quoted_text

RELEASE = "fazhi.duckdb"
SURVIVORS = ("runs", "portal_run_log", "problems")
"""Tables whose rows a rebuilt warehouse keeps: no archive gives them back."""
KEPT = 3
"""Releases that stay."""
_WORKING_ROOM = 256 * 1024 * 1024
"""Bytes that a load may need beyond a copy of the last release."""
_MEMORY = "2500MB"
"""What a loader may hold in memory; what is more goes to disk beside the staging copy."""
_COMPACT_ABOVE = 0.3
"""Share of free blocks above which a release is written anew."""


class LoaderBusy(Exception):  # noqa: N818 - it is a state, not a fault
    """Another loader holds the warehouse."""

    exit_code = 1


class DiskTooFull(Exception):  # noqa: N818
    """There is no room for a staging copy."""

    exit_code = 1


class NoRelease(Exception):  # noqa: N818
    """There is no release yet."""

    exit_code = 1


class GateRefused(Exception):  # noqa: N818
    """The gate found failing rows: the last release stays."""

    exit_code = 3

    def __init__(self, failures: tuple[Failure, ...]) -> None:
        self.failures = failures
        told = " ".join(failure.told() for failure in failures)
        super().__init__(f"The gate refused the release, the last one stays. {told}")


class Release(NamedTuple):
    """A published release."""

    where: str
    """The versioned file that the symlink `fazhi.duckdb` names now; of a lake the place of its data."""
    run_id: str


def release_path(root: Path) -> Path:
    """The symlink that analysts open."""
    return root / RELEASE


def existing_release(root: Path) -> Path:
    """The versioned file that the symlink names now. Raises NoRelease before the first one."""
    path = release_path(root)
    if not path.exists():
        raise NoRelease(f"There is no release at {path} yet: `fazhi run` makes one.")
    return path.resolve()


def open_release(root: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the release, in any process at any time. Raises NoRelease before the first one."""
    # The versioned file, not the symlink: within a process duckdb would hand back an instance of the old release.
    return duckdb.connect(str(existing_release(root)), read_only=True)


class Staging:
    """A staging copy of the last release, for one loader at a time.

        with Staging(root) as staging:
            load(staging.connection, folder)
            staging.publish(run_id)

    Leaving the block without publishing throws the copy away. `rebuild=True` starts from an empty warehouse that keeps
    only the rows of `runs`, `portal_runs` and `problems`. Raises LoaderBusy, DiskTooFull."""

    connection: duckdb.DuckDBPyConnection

    def __init__(self, root: Path, *, rebuild: bool = False) -> None:
        self.root = root
        self.rebuild = rebuild
        self._file = root / "staging.duckdb"
        self._lock: IO[str] | None = None
        self._last: Path | None = None

    def __enter__(self) -> Self:
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "releases").mkdir(exist_ok=True)
        self._take_lock()
        try:
            self._discard()
            link = release_path(self.root)
            self._last = link.resolve() if link.exists() else None
            self._refuse_full_disk()
            self._open()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def publish(self, run_id: str) -> Release:
        """Judge the staging copy and make it the release; the symlink changes in one step.

        Raises GateRefused with the failing checks, and leaves the last release in place."""
        derive(self.connection)
        failures = self._judged()
        if failures:
            raise GateRefused(failures)
        self._settle()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        target = self.root / "releases" / f"fazhi-{stamp}.duckdb"
        _sync(self._file)
        self._file.chmod(0o444)
        self._file.rename(target)
        _sync(target.parent)
        fresh = self.root / ".fazhi.link"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target.relative_to(self.root))
        fresh.rename(release_path(self.root))
        _sync(self.root)
        self._last = target
        self._forget_old(target)
        return Release(str(target), run_id)

    def _judged(self) -> tuple[Failure, ...]:
        if self._last is None:
            return judge(self.connection, compare=False)
        self.connection.execute(f"ATTACH {quoted_text(str(self._last))} AS previous (READ_ONLY)")
        try:
            return judge(self.connection, compare=True)
        finally:
            self.connection.execute("DETACH previous")

    def _take_lock(self) -> None:
        self._lock = (self.root / "loader.lock").open("w", encoding="utf-8")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            self._lock = None
            raise LoaderBusy(
                f"Another run is loading the warehouse at {self.root}: wait until it has ended, then run again."
            ) from None

    def _discard(self) -> None:
        """Throw away what a crash left: the staging file, its log, an unnamed link."""
        for leftover in (*self.root.glob("staging*"), self.root / ".fazhi.link"):
            if leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover)
            else:
                leftover.unlink(missing_ok=True)

    def _refuse_full_disk(self) -> None:
        size = self._last.stat().st_size if self._last else 0
        need, free = 2 * size + _WORKING_ROOM, shutil.disk_usage(self.root).free
        if free < need:
            raise DiskTooFull(
                f"The disk of {self.root} has {free // 2**20} MB free, but a release needs {need // 2**20} MB: "
                "free some space or move the data directory, then run again."
            )

    def _open(self) -> None:
        copied = self._last is not None and not self.rebuild
        if copied and self._last is not None:
            shutil.copyfile(self._last, self._file)
        self.connection = duckdb.connect()
        self.connection.execute(f"SET temp_directory = {quoted_text(str(self.root / 'staging.tmp'))}")
        self.connection.execute(f"SET memory_limit = '{_MEMORY}'")
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET enable_progress_bar = false")
        _attach(self.connection, self._file, "staging")
        self.connection.execute("USE staging")
        migrate(self.connection)
        if self.rebuild and self._last is not None:
            self.connection.execute(f"ATTACH {quoted_text(str(self._last))} AS previous (READ_ONLY)")
            for table in SURVIVORS:
                self.connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM previous.{table}")
            self.connection.execute("DETACH previous")
        refresh_views(self.connection)

    def _settle(self) -> None:
        """Write everything into the file, compact it if much of it is free, and close it."""
        self.connection.execute("CHECKPOINT")
        sizes = self.connection.execute(
            "SELECT free_blocks, total_blocks FROM pragma_database_size() WHERE database_name = 'staging'"
        ).fetchone()
        self.connection.execute("USE memory")
        if sizes and sizes[1] > 100 and sizes[0] / sizes[1] > _COMPACT_ABOVE:
            compact = self.root / "staging.compact.duckdb"
            _attach(self.connection, compact, "compact")
            self.connection.execute("COPY FROM DATABASE staging TO compact")
            self.connection.execute("CHECKPOINT compact")
            self.connection.execute("DETACH compact")
            self.connection.execute("DETACH staging")
            compact.rename(self._file)
        else:
            self.connection.execute("DETACH staging")
        self.connection.close()
        log = self._file.with_name(self._file.name + ".wal")
        if log.exists():
            raise RuntimeError(f"{log} is left after the checkpoint: the staging file was not closed cleanly.")

    def _forget_old(self, current: Path) -> None:
        releases = sorted((self.root / "releases").glob("fazhi-*.duckdb"), reverse=True)
        for old in releases[KEPT:]:
            if old != current:
                old.unlink()

    def _close(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()
        if self._lock is not None:
            self._discard()
            self._lock.close()
            self._lock = None


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    # v1.4.0 is read by older and newer engines and has zstd; small row groups load in less memory. A write-ahead log
    # would be thrown away with the file, so none is written: what is loaded is written once, at the checkpoint.
    options = "STORAGE_VERSION 'v1.4.0', ROW_GROUP_SIZE 16384, RECOVERY_MODE no_wal_writes"
    connection.execute(f"ATTACH {quoted_text(str(path))} AS {name} ({options})")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
