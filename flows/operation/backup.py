"""Backup and restore: archive, release and Prefect database as a folder of plain files with a list of their digests.

    archive/…   warehouse/releases/FILE   prefect/prefect.db (or prefect.dump)   manifest.json

A backup into the same folder copies what is new: WARC files and releases are never written again. Of a lake the latest
snapshot is written as a release, and a release is restored into a lake where the settings name one: so a warehouse also
moves from a file into a lake and back. An archive on S3 is not copied; its bucket keeps versions, or is copied by means
of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flows.data_directory import DataDirectory
from flows.turns import Tell, turn
from warehouse.lake import open_lake, snapshot
from warehouse.moving import into_file, into_lake, refuse_full
from warehouse.release import RELEASE

MANIFEST = "manifest.json"
ARCHIVE = "archive/"
"""How the names of the archive's files begin in a backup, wherever the archive lies."""
DATABASE_URL = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
"""Names the server's PostgreSQL; without it the database is the SQLite file in the data directory."""
_BLOCK = 4 << 20
_PASSING = (".open", ".part")
"""Ends of the names of files that are being written."""


class BackupError(RuntimeError):
    """A backup cannot be made or used; the message says why and what to do."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class File:
    """A file of a backup."""

    name: str
    """Path in the backup, with forward slashes."""
    size: int
    changed: int
    """When its original was last written, nanoseconds since 1970."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup, a check or a restore did."""

    files: int
    bytes: int
    fresh_files: int
    fresh_bytes: int
    """Those that were copied; the others were there."""
    left_out: tuple[str, ...] = ()
    """A sentence on each thing that is not in the backup."""


def backup(data: DataDirectory, folder: Path, wait_s: float = 0.0, tell: Tell = str) -> Copied:
    """Bring the backup in `folder` up to date. Raises BackupError, NoLake, or BusyError when a run is at work that does
    not end in `wait_s` seconds."""
    if folder.resolve().is_relative_to(data.root.resolve()):
        raise BackupError(f"{folder} lies in the data directory; a backup belongs on another disk.")
    known = {file.name: file for file in _manifest(folder)} if (folder / MANIFEST).exists() else {}
    kept: list[File] = []
    fresh: list[File] = []
    with turn(data, "a backup", wait_s, tell):
        for name, source in _sources(data):
            found = source.stat()
            before = known.get(name)
            if before and (before.size, before.changed) == (found.st_size, found.st_mtime_ns):
                kept.append(before)
            else:
                digest = _copy(source, folder / name)
                fresh.append(File(name, found.st_size, found.st_mtime_ns, digest))
        if data.lake:
            data.place().prepare()  # a lake of an earlier program gets the tables of this one
            file = _back_up_lake(data.lake, folder, known)
            (kept if file.name in known else fresh).append(file)
        prefect = _back_up_prefect(data, folder)
    fresh += prefect
    files = sorted((*kept, *fresh), key=lambda file: file.name)
    _write(folder / MANIFEST, json.dumps([asdict(file) for file in files], indent=0).encode())
    for name in known.keys() - {file.name for file in files}:
        (folder / name).unlink(missing_ok=True)
    left_out = []
    if data.store().local is None:
        left_out.append(
            f"The archive is not in it: {data.archive} keeps itself, by versions or replication of its bucket."
        )
    if not prefect:
        left_out.append(
            f"No Prefect database is in it: there is none in {data.prefect}, and {DATABASE_URL} names none."
        )
    return replace(_count(files, fresh), left_out=tuple(left_out))


def check(folder: Path) -> Copied:
    """Read every file of a backup and hold it against its digest. Raises BackupError with the first that differs."""
    files = _manifest(folder)
    for file in files:
        if not (folder / file.name).exists() or _digest(folder / file.name) != file.sha256:
            raise BackupError(f"{folder / file.name} is not what was backed up; use another backup.")
    return _count(files, [])


def restore(folder: Path, data: DataDirectory) -> Copied:
    """Bring a backup back into an empty data directory, every byte checked, and its release into the lake where the
    warehouse is one. Raises BackupError, LakeInUse, NoLake."""
    files = _manifest(folder)
    archive = data.store().local
    if archive is None and any(file.name.startswith(ARCHIVE) for file in files):
        raise BackupError(f"The backup holds an archive, which cannot be restored to {data.archive}: name a folder.")
    if data.lake:
        refuse_full(data.lake)
    for taken in (archive or data.root / "archive", data.warehouse / RELEASE, data.prefect / "prefect.db"):
        if taken.exists() and (taken.is_file() or any(taken.iterdir())):
            raise BackupError(f"{taken} exists: a backup is restored into an empty data directory. Move it away first.")
    data.root.mkdir(parents=True, exist_ok=True)
    with turn(data, "a restore"):
        for file in files:
            if file.name == "prefect/prefect.dump":
                continue
            target = data.root / file.name
            if archive is not None and file.name.startswith(ARCHIVE):
                target = archive / file.name.removeprefix(ARCHIVE)
            if _copy(folder / file.name, target) != file.sha256:
                raise BackupError(f"{folder / file.name} is not what was backed up; use another backup.")
            os.utime(target, ns=(file.changed, file.changed))
        releases = [file.name for file in files if file.name.startswith("warehouse/releases/")]
        if releases:
            release = data.root / max(releases)
            release.chmod(0o444)
            if data.lake:
                into_lake(release, data.lake, data.place().lake_folder)
                release.unlink()
            else:
                (data.warehouse / RELEASE).symlink_to(release.relative_to(data.warehouse))
        if any(file.name == "prefect/prefect.dump" for file in files):
            _postgres("pg_restore", "--clean", "--if-exists", "--no-owner", str(folder / "prefect/prefect.dump"))
    return _count(files, files)


def _sources(data: DataDirectory) -> Iterator[tuple[str, Path]]:
    """Name in the backup and file, for all that is copied as it is."""
    archive = data.store().local
    if archive is not None:
        for path in sorted(archive.rglob("*")):
            if path.is_file() and not path.name.endswith(_PASSING):
                yield f"{ARCHIVE}{path.relative_to(archive).as_posix()}", path
    release = data.warehouse / RELEASE
    if release.exists() and not data.lake:
        yield f"warehouse/releases/{release.resolve().name}", release.resolve()


def _back_up_lake(lake: str, folder: Path, known: Mapping[str, File]) -> File:
    """The latest snapshot of a lake as a release; nothing is written where the backup has it already."""
    with open_lake(lake) as connection:
        _, moment = snapshot(connection)
    name = f"warehouse/releases/fazhi-{moment.astimezone(UTC):%Y%m%dT%H%M%S%f}.duckdb"
    if name in known and (folder / name).exists():
        return known[name]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".lake-") as scratch:
        digest = _copy(into_file(lake, Path(scratch)), folder / name)
    found = (folder / name).stat()
    return File(name, found.st_size, found.st_mtime_ns, digest)


def _back_up_prefect(data: DataDirectory, folder: Path) -> list[File]:
    """The Prefect database as it is at one moment, while its server may be running."""
    (folder / "prefect").mkdir(parents=True, exist_ok=True)
    if os.environ.get(DATABASE_URL, "").startswith("postgresql"):
        target = folder / "prefect" / "prefect.dump"
        _postgres("pg_dump", "--format=custom", f"--file={target}")
    elif (data.prefect / "prefect.db").exists():
        target = folder / "prefect" / "prefect.db"
        fresh = target.with_name("prefect.db.part")
        fresh.unlink(missing_ok=True)
        with (
            contextlib.closing(sqlite3.connect(f"file:{data.prefect / 'prefect.db'}?mode=ro", uri=True)) as source,
            contextlib.closing(sqlite3.connect(fresh)) as copy,
        ):
            source.backup(copy)
        fresh.replace(target)
    else:
        return []
    found = target.stat()
    return [File(f"prefect/{target.name}", found.st_size, found.st_mtime_ns, _digest(target))]


def _postgres(program: str, *options: str) -> None:
    """Run one of PostgreSQL's programs on the server's database; the password goes by the environment."""
    address = urlsplit(os.environ.get(DATABASE_URL, ""))
    if not address.hostname:
        raise BackupError(f"The backup holds a PostgreSQL database: name where it goes in {DATABASE_URL}.")
    if shutil.which(program) is None:
        raise BackupError(f"{program} is not installed; Debian: apt-get install postgresql-client")
    where = [f"--host={address.hostname}", f"--port={address.port or 5432}", f"--dbname={address.path.lstrip('/')}"]
    if address.username:
        where.append(f"--username={unquote(address.username)}")
    done = subprocess.run(
        [program, "--no-password", *where, *options],
        env=os.environ | ({"PGPASSWORD": unquote(address.password)} if address.password else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else '?'}")


def _manifest(folder: Path) -> list[File]:
    path = folder / MANIFEST
    if not path.exists():
        raise BackupError(f"{folder} holds no backup: there is no {MANIFEST} in it.")
    try:
        files = [File(**row) for row in json.loads(path.read_bytes())]
    except (ValueError, TypeError) as fault:
        raise BackupError(f"{path} cannot be read ({fault}); use another backup.") from fault
    if astray := [file.name for file in files if ".." in Path(file.name).parts or Path(file.name).is_absolute()]:
        raise BackupError(f"{path} names a file outside the backup ({astray[0]}); use another backup.")
    return files


def _count(files: list[File], fresh: list[File]) -> Copied:
    return Copied(len(files), sum(file.size for file in files), len(fresh), sum(file.size for file in fresh))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return _through(file.read, lambda block: None)


def _copy(source: Path, target: Path) -> str:
    """Copy a file, whole or not at all; returns the digest of what was written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with source.open("rb") as read, part.open("wb") as written:
        digest = _through(read.read, written.write)
        written.flush()
        os.fsync(written.fileno())
    part.replace(target)
    return digest


def _through(read: Callable[[int], bytes], write: Callable[[bytes], object]) -> str:
    digest = hashlib.sha256()
    while block := read(_BLOCK):
        digest.update(block)
        write(block)
    return digest.hexdigest()


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
