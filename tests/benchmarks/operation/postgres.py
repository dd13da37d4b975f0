"""A PostgreSQL of its own on loopback, from the programs that Debian installs."""

from __future__ import annotations

import contextlib
import os
import pwd
import subprocess
from collections.abc import Iterator
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


@contextlib.contextmanager
def postgres(folder: Path, port: int) -> Iterator[str]:
    """A database `prefect`; gives its address for Prefect's server."""
    folder.mkdir(parents=True)
    if os.getuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        for above in folder.resolve().parents:
            if above.stat().st_mode & 0o001 == 0:
                above.chmod(above.stat().st_mode | 0o011)
    data, log = str(folder / "data"), str(folder / "postgres.log")
    _run(_program("initdb"), "--pgdata", data, "--username=prefect", "--auth=trust", "--encoding=UTF8")
    options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    _run(_program("pg_ctl"), "--pgdata", data, "--log", log, "--options", options, "--wait", "start")
    try:
        _run(_program("createdb"), "--host=127.0.0.1", f"--port={port}", "--username=prefect", "prefect")
        yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/prefect"
    finally:
        _run(_program("pg_ctl"), "--pgdata", data, "--mode=fast", "--wait", "stop")
