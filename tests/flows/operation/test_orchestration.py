"""Which Prefect server a command finds on this machine, and what it says when it finds none."""

from __future__ import annotations

import base64
import http.server
import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from flows.cli.run import watched
from flows.operation.orchestration import prepare, why_no_server
from flows.operation.server import ServerError
from flows.settings import Settings

PASSWORD = "operator:青山"


class LockedServer(http.server.BaseHTTPRequestHandler):
    """Tells everyone that it is well, and those who know the password its version, as Prefect's server does."""

    def do_GET(self) -> None:
        known = "Basic " + base64.b64encode(PASSWORD.encode()).decode()
        welcome = self.path == "/api/health" or self.headers["Authorization"] == known
        self.send_response(200 if welcome else 401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def locked() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), LockedServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/api"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("password", "found"),
    [
        pytest.param(PASSWORD, True, id="the password"),
        pytest.param("operator:石桥", False, id="another password"),
        pytest.param(None, False, id="no password"),
    ],
)
def test_a_locked_server_is_used_by_those_it_lets_in(
    password: str | None, found: bool, locked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What `prepare` sets must not outlive the test.
    monkeypatch.setattr("os.environ", {} if password is None else {"PREFECT_API_AUTH_STRING": password})
    assert prepare(local=locked) == (locked if found else None)


def test_a_busy_server_is_not_taken_for_none(locked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    welcome = LockedServer.do_GET

    def late(request: LockedServer) -> None:
        time.sleep(1.5)
        welcome(request)

    monkeypatch.setattr(LockedServer, "do_GET", late)
    monkeypatch.setattr("os.environ", {"PREFECT_API_AUTH_STRING": PASSWORD})
    assert prepare(local=locked) == locked


def test_why_there_is_none(locked: str) -> None:
    assert "PREFECT_API_AUTH_STRING=user:password" in why_no_server(locked)
    assert why_no_server("http://127.0.0.1:9/api") == "No Prefect server runs."


@pytest.mark.parametrize(
    ("there", "told"),
    [
        pytest.param(True, (ValueError, "of the run"), id="the fault is the run's"),
        pytest.param(False, (ServerError, "no longer answers"), id="the server is gone"),
    ],
)
def test_what_a_failed_run_says(
    there: bool, told: tuple[type[Exception], str], locked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.environ", {"PREFECT_API_URL": locked if there else "http://127.0.0.1:9/api"})

    async def flow() -> None:
        raise ValueError("of the run")

    with pytest.raises(told[0], match=told[1]):
        watched(flow, Settings(data=tmp_path), Console(file=io.StringIO()))
