"""A PostgreSQL of its own on loopback, from the programs that Debian installs."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VERSIONS = Path("/usr/lib/postgresql")


def _program(name: str) -> str:
    found = sorted(VERSIONS.glob(f"*/bin/{name}"))
    if not found:
        raise FileNotFoundError(f"{name} is not installed; Debian: apt-get install postgresql")
    return str(found[-1])


def _run(*command: str) -> None:
    """Run one of its programs; as the user postgres where we are root, which PostgreSQL refuses to be."""
    user = "postgres" if os.getuid() == 0 else None
    # A folder that the other user may be in; ours may be closed to it.
    subprocess.run(command, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


@dataclass(frozen=True)
class Postgres:
    """A running PostgreSQL."""

    folder: Path
    port: int

    @property
    def for_prefect(self) -> str:
        """The database `prefect`, as Prefect's server wants it named."""
        return f"postgresql+asyncpg://prefect@127.0.0.1:{self.port}/prefect"

    def lake(self, name: str) -> str:
        """A new database for a lake's catalogue, as `--warehouse` wants it named."""
        self.create(name)
        return f"ducklake:postgres:dbname={name} host=127.0.0.1 port={self.port} user=prefect"

    def create(self, name: str) -> None:
        """Make a database."""
        _run(_program("createdb"), "--host=127.0.0.1", f"--port={self.port}", "--username=prefect", name)

    def start(self) -> None:
        """Start it, and wait until it answers; after a crash it mends itself first."""
        options = f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        _run(*self._control, "--log", str(self.folder / "postgres.log"), "--options", options, "--wait", "start")

    def stop(self) -> None:
        """Stop it, if it runs."""
        if (self.folder / "data" / "postmaster.pid").exists():
            _run(*self._control, "--mode=fast", "--wait", "stop")

    def kill(self) -> None:
        """SIGKILL to its first process; the others end when they notice."""
        os.kill(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    @property
    def _control(self) -> tuple[str, ...]:
        return _program("pg_ctl"), "--pgdata", str(self.folder / "data")


@contextlib.contextmanager
def postgres(folder: Path, port: int) -> Iterator[Postgres]:
    """A PostgreSQL with a database `prefect`, for as long as the block runs."""
    folder.mkdir(parents=True)
    if os.getuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        for above in folder.resolve().parents:
            if above.stat().st_mode & 0o001 == 0:
                above.chmod(above.stat().st_mode | 0o011)
    told = ("--username=prefect", "--auth=trust", "--encoding=UTF8")
    _run(_program("initdb"), "--pgdata", str(folder / "data"), *told)
    made = Postgres(folder, port)
    made.start()
    try:
        made.create("prefect")
        yield made
    finally:
        made.stop()
