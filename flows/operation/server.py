"""A Prefect server as a child process: `python -m flows.operation.server HOST PORT`, ended with whoever started it."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

from flows.operation.orchestration import DEFAULTS, answers

START_S = 300.0
"""How long a server may take until it answers; 12 to 19 s are usual, a migration or a busy machine takes longer."""
STOP_S = 20.0
"""How long a server may take to write what it holds before it is killed."""
AGAIN_S = 10.0
"""How long a server that cannot be started again is left alone before the next attempt."""
LOOK_S = 5.0
"""How often the server is asked whether its database answers."""
READY_S = 20.0
"""How long a busy server may take to say so."""
AUTH = "PREFECT_SERVER_API_AUTH_STRING"
"""`user:password` that the server asks of everyone; clients say it in PREFECT_API_AUTH_STRING."""


class ServerError(RuntimeError):
    """The server cannot be started; the message says why."""

    exit_code = 1


class OpenServerError(RuntimeError):
    """Someone asked for a server that other machines can reach, without a password."""

    exit_code = 2


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server bound to `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def demand_password(host: str) -> None:
    """Raise OpenServerError if `host` can be reached from elsewhere and no password is set."""
    if not is_loopback(host) and not os.environ.get(AUTH):
        raise OpenServerError(
            f"A server on {host} can be reached from other machines: set {AUTH}=user:password here and "
            "PREFECT_API_AUTH_STRING to the same where runs and workers are started, or leave --host out."
        )


def api_address(host: str, port: int) -> str:
    """Where processes on this machine find the server."""
    near = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{near}:{port}/api"


def free_port() -> int:
    """A port of this machine's loopback that nobody listens on."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        return int(plug.getsockname()[1])


class Server:
    """A running server that is started anew when it ends unasked."""

    def __init__(self, host: str, port: int, log: Path) -> None:
        self.host = host
        self.port = port
        self.api = api_address(host, port)
        self.log = log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the process and wait until it answers. Raises ServerError."""
        self._refuse_taken_port()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "flows.operation.server", self.host, str(self.port)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C goes to the whole terminal group; the server must outlive the runs that report to it.
                start_new_session=True,
            )
        deadline = time.monotonic() + START_S
        while not await asyncio.to_thread(answers, self.api):
            if self._process.returncode is not None:
                raise ServerError(f"The Prefect server ended while it started; its log is {self.log}.")
            if time.monotonic() > deadline:
                await self.stop()
                raise ServerError(f"The Prefect server did not answer within {START_S:.0f} s; its log is {self.log}.")
            await asyncio.sleep(0.3)

    def _refuse_taken_port(self) -> None:
        with socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET) as plug:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                plug.bind((self.host, self.port))
            except OSError as fault:
                raise ServerError(
                    f"{self.host}:{self.port} cannot be used ({fault.strerror}); choose another --port."
                ) from fault

    async def keep_alive(self, tell: Callable[[str], None]) -> None:
        """Start the server again whenever it ends, and tell so; tell when its database was away. Returns never."""
        away_since: datetime | None = None
        while True:
            if await self._ends_within(LOOK_S):
                try:
                    await self.start()
                except ServerError as fault:
                    tell(f"The Prefect server ended unasked and cannot be started again yet. {fault}")
                    await asyncio.sleep(AGAIN_S)
                else:
                    tell("The Prefect server ended unasked and was started again; a run may have lost its state.")
            elif not await asyncio.to_thread(answers, self.api, "ready", READY_S):
                away_since = away_since or datetime.now(UTC)
            elif away_since:
                # Only now: without its database the server could have told nobody.
                seconds = (datetime.now(UTC) - away_since).total_seconds()
                tell(f"The database of the Prefect server did not answer for {seconds:.0f} s; runs waited for it.")
                away_since = None

    async def _ends_within(self, seconds: float) -> bool:
        assert self._process is not None
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            return False
        return True

    async def stop(self) -> None:
        """Ask the server to end, and kill it if it does not."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def running_server(host: str, port: int, log: Path, tell: Callable[[str], None]) -> AsyncIterator[Server]:
    """A server for as long as the block runs; `tell` hears a sentence when it ended unasked. Raises ServerError,
    OpenServerError."""
    demand_password(host)
    server = Server(host, port, log)
    await server.start()
    watch = asyncio.create_task(server.keep_alive(tell))
    try:
        yield server
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
        await server.stop()


def _serve(host: str, port: int) -> None:
    """Be the server, until SIGTERM or until the process that started this one ends."""
    from crawlers.parent import die_with_parent

    die_with_parent()
    prepare_server()

    import uvicorn
    from prefect.server.api.server import create_app

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    uvicorn.run(create_app(final=True), host=host, port=port, log_level="warning")


def prepare_server() -> None:
    """Set the environment of a server, before Prefect is imported. What it already says stays as it is."""
    home = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    own = {
        "PREFECT_SERVER_UI_API_URL": "/api",
        # Prefect copies its pages before it shows them, by default beside its code, which is root's in a service.
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),
        "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
    }
    for name, value in (DEFAULTS | own).items():
        os.environ.setdefault(name, value)
    # Its own database, whoever is asked for the runs; a client's address would make it a client of itself.
    os.environ.pop("PREFECT_API_URL", None)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
