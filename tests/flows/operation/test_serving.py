import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.operation.orchestration import DEFAULTS
from flows.operation.server import (
    OpenServerError,
    Server,
    ServerError,
    api_address,
    demand_password,
    is_loopback,
    prepare_server,
)
from flows.operation.serving import PLANS, TIME_ZONE, minded, next_minute
from flows.operation.worker import END_S, STOP_S

DEPLOY = Path(__file__).parents[3] / "deploy"


@pytest.mark.parametrize(
    ("now", "minute"),
    [
        ("2026-11-22T07:00:10", "2026-11-22 15:01"),
        ("2026-11-22T07:00:45", "2026-11-22 15:02"),
        ("2026-12-31T15:59:50", "2027-01-01 00:01"),
    ],
    ids=["soon", "too-soon", "new-year"],
)
def test_a_trial_starts_in_the_next_minute(now: str, minute: str) -> None:
    found = next_minute(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (f"{found:%Y-%m-%d %H:%M}", found.second) == (minute, 0)


def deployed() -> dict[str, dict[str, Any]]:
    told = yaml.safe_load((DEPLOY / "prefect.yaml").read_text(encoding="utf-8"))
    return {entry["name"]: entry for entry in told["deployments"]}


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_the_work_pool_has_the_schedules_that_serve_has(plan: Any) -> None:
    entry = deployed()[plan.name]
    lines = tuple((one["slug"], one["cron"]) for one in entry.get("schedules", ()))
    assert lines == tuple((one.slug, one.cron) for one in plan.schedules)
    assert {one["timezone"] for one in entry.get("schedules", ())} <= {TIME_ZONE}
    assert entry["entrypoint"] == plan.flow.replace(":", ".")
    assert entry["description"] == plan.description


def ours(*kinds: str) -> dict[str, str]:
    """What this project tells Prefect of these kinds."""
    return {name: value for name, value in DEFAULTS.items() if name.startswith(kinds)}


def test_a_container_is_told_what_every_client_is_told() -> None:
    told = dict(re.findall(r"\b([A-Z_]+)=(\S+)", (DEPLOY / "Dockerfile").read_text(encoding="utf-8")))
    wanted = ours("PREFECT_CLIENT_", "PREFECT_TELEMETRY_", "DO_NOT_TRACK")
    assert {name: told.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("name", deployed())
def test_a_run_on_a_worker_is_told_what_a_run_here_is_told(name: str) -> None:
    assert deployed()[name]["work_pool"]["job_variables"]["env"] == ours(
        "PREFECT_FLOWS_", "PREFECT_CLIENT_", "PREFECT_TELEMETRY_", "DO_NOT_TRACK"
    )


@pytest.mark.parametrize(
    ("file", "patience"),
    [("systemd/fazhi-worker.service", r"TimeoutStopSec=(\d+)"), ("compose.yaml", r"stop_grace_period: (\d+)s")],
)
def test_a_service_manager_waits_until_a_worker_has_ended(file: str, patience: str) -> None:
    (seconds,) = re.findall(patience, (DEPLOY / file).read_text(encoding="utf-8"))
    assert STOP_S < END_S < int(seconds)


@pytest.mark.parametrize("name", deployed())
def test_every_deployed_flow_is_there(name: str) -> None:
    module, _, function = deployed()[name]["entrypoint"].rpartition(".")
    assert getattr(import_module(module), function).name == name


@pytest.mark.parametrize(
    ("host", "near"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("10.0.0.8", False), ("db", False)],
)
def test_who_reaches_a_server(host: str, near: bool) -> None:
    assert is_loopback(host) is near


def test_an_open_server_wants_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_SERVER_API_AUTH_STRING", raising=False)
    demand_password("127.0.0.1")
    with pytest.raises(OpenServerError, match="PREFECT_SERVER_API_AUTH_STRING=user:password"):
        demand_password("0.0.0.0")
    monkeypatch.setenv("PREFECT_SERVER_API_AUTH_STRING", "me:word")
    demand_password("0.0.0.0")


@pytest.mark.parametrize(
    ("host", "api"),
    [
        ("127.0.0.1", "http://127.0.0.1:4200/api"),
        ("0.0.0.0", "http://127.0.0.1:4200/api"),
        ("::", "http://[::1]:4200/api"),
        ("::1", "http://[::1]:4200/api"),
    ],
)
def test_where_this_machine_finds_the_server(host: str, api: str) -> None:
    assert api_address(host, 4200) == api


def test_a_server_needs_nothing_but_its_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = {"PREFECT_HOME": str(tmp_path), "PREFECT_API_URL": "http://other:4200/api", "PREFECT_LOGGING_LEVEL": "DEBUG"}
    monkeypatch.setattr(os, "environ", told)
    prepare_server()
    assert told.pop("PREFECT_SERVER_UI_STATIC_DIRECTORY") == str(tmp_path / "ui")
    assert "PREFECT_API_URL" not in told
    assert told["PREFECT_LOGGING_LEVEL"] == "DEBUG"
    assert told["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_a_taken_port_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        plug.listen()
        server = Server("127.0.0.1", plug.getsockname()[1], tmp_path / "server.log")
        with pytest.raises(ServerError, match="choose another --port"):
            asyncio.run(server.start())


def test_the_command_says_what_is_wrong_before_it_starts_anything(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    command = [sys.executable, "-m", "flows.cli", "serve", "--data", str(tmp_path), "--host", "0.0.0.0"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)
    assert done.returncode == 2
    assert "can be reached from other machines" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_is_named_must_answer(tmp_path: Path) -> None:
    environment = os.environ | {"PREFECT_API_URL": "http://127.0.0.1:9/api", "PREFECT_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "flows.cli", "serve", "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)
    assert done.returncode == 1
    assert "No Prefect server answers at http://127.0.0.1:9/api" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_serve_that_was_killed_is_told_when_it_returns(tmp_path: Path) -> None:
    told: list[str] = []
    marker = tmp_path / "prefect" / "serving"
    with minded(marker, told.append):
        left = marker.read_text()
    with minded(marker, told.append):
        pass
    assert told == []
    marker.write_text(left)
    with minded(marker, told.append):
        pass
    assert [sentence.startswith(f"`fazhi serve` (process {os.getpid()}, since ") for sentence in told] == [True]


def test_a_child_ends_with_the_process_that_started_it() -> None:
    """What keeps a server or a crawl from outliving a parent that was killed without a word."""
    bound = "from crawlers.parent import die_with_parent; die_with_parent()"
    assert not _lives(_orphan_of(f"import time; {bound}; print(1, flush=True); time.sleep(60)"))


def _orphan_of(child: str) -> int:
    """Kill the process that started this code, once it has printed; its id, when it has ended or 30 s have gone by."""
    parent = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {child!r}], stdout=subprocess.PIPE, start_new_session=True)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        orphan = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while _lives(orphan) and time.monotonic() < deadline:
        time.sleep(0.05)
    return orphan


def test_a_flow_that_hangs_when_its_runner_is_gone_is_ended() -> None:
    """SIGTERM alone would not do: here it is ignored."""
    child = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "os.environ['PREFECT__FLOW_RUN_ID'] = 'x'\n"
        "from flows.operation import orchestration\norchestration.END_S = 0\norchestration.stay_with_runner()\n"
        "print(1, flush=True); time.sleep(60)"
    )
    assert not _lives(_orphan_of(child))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
