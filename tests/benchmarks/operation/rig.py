"""A whole installation for trying things on: simulated portals, `fazhi serve` or a server with workers; and what one
asks of it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.data_directory import DataDirectory

FACTS = {
    "reports": "report_id, portal_id, url, title, issuer, region_code, report_year, published_on, versions, text",
    "paragraphs": "*",
    "sections": "*",
    "quantities": "*",
    "observations": "*",
    "checks": "*",
    "citations": "*",
}
"""What two warehouses must agree in, whatever the nights were like: everything but who saw it when."""
ROOT = Path(__file__).parents[3]
FINAL = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})


def fazhi(*arguments: str) -> tuple[str, ...]:
    """A command line of ours."""
    return (sys.executable, "-m", "flows.cli", *arguments)


def prefect(*arguments: str) -> tuple[str, ...]:
    """A command line of Prefect's."""
    return (sys.executable, "-m", "prefect", "--no-prompt", *arguments)


def facts(data: Path, lake: str | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of a release, sorted; none before the first one."""
    place = DataDirectory(data, None, lake).place()
    if not place.has_release():
        return {}
    with contextlib.closing(place.open()) as connection:
        return {
            table: connection.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()
            for table, columns in FACTS.items()
        }


def same(one: Mapping[str, list[tuple[Any, ...]]], other: Mapping[str, list[tuple[Any, ...]]]) -> str:
    """`same`, or the tables that differ, with their counts."""
    if not one or not other:
        return "no release"
    differ = [f"{table} {len(one[table])}/{len(other[table])}" for table in FACTS if one[table] != other[table]]
    return ", ".join(differ) or "same"


def wait_until(what: str, holds: Callable[[], Any], seconds: float = 180.0) -> Any:
    """Ask again until the answer is true, and return it; raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = holds()
        if answer:
            return answer
        time.sleep(0.2)
    raise TimeoutError(f"{what} did not happen in {seconds:.0f} s")


def children(parent: int, words: str) -> list[int]:
    """Living processes below `parent`, at any depth, whose command line holds `words`."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                if stat[0] != "Z":
                    parents[int(entry.name)] = int(stat[1])
    found = []
    for pid in parents:
        above = pid
        while above in parents and above != parent:
            above = parents[above]
        if above == parent and pid != parent and words in command_of(pid):
            found.append(pid)
    return sorted(found)


def command_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@dataclass
class Rig:
    """Processes and folders of one trial."""

    folder: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def portals_file(self) -> Path:
        return self.folder / "portals" / "portals.yaml"

    def start(self, name: str, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a process whose output goes to a log in the folder; `environment` is for it alone."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | self.environment | environment,
                cwd=ROOT,
            )
        self.processes.append(process)
        return process

    def do(self, name: str, *command: str, **environment: str) -> None:
        """Run a command to its end; RuntimeError when it fails."""
        if self.start(name, *command, **environment).wait(1800):
            raise RuntimeError(f"{name} failed: {self.folder / f'{name}.log'}")

    def open_portals(self, count: int, port: int, *options: str) -> None:
        module = "tests.benchmarks.operation.many_portals"
        folder = str(self.folder / "portals")
        self.start("portals", sys.executable, "-m", module, str(count), str(port), folder, *options)
        wait_until("opening the portals", self.portals_file.exists)

    def serve(self, *options: str) -> subprocess.Popen[bytes]:
        """`fazhi serve`, once it serves."""
        told = ("--data", str(self.data), "--portals", str(self.portals_file), "--port", str(self.port), *options)
        log = self.folder / "serve.log"
        before = log.read_text().count("Serving until") if log.exists() else 0
        process = self.start("serve", *fazhi("serve", *told))
        wait_until("serving", lambda: log.read_text().count("Serving until") > before or process.poll() is not None)
        return process

    def serve_work_pool(self, database: str) -> None:
        """A server on PostgreSQL with the deployments of deploy/prefect.yaml; what is started later is its client."""
        server = {
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": database,
            "PREFECT_HOME": str(self.folder / "server"),
        }
        self.start("server", sys.executable, "-m", "flows.operation.server", "127.0.0.1", str(self.port), **server)
        wait_until("the server", lambda: self.ask("/health"))
        self.environment |= {"PREFECT_API_URL": self.api, "PREFECT_HOME": str(self.folder / "client")}
        self.do("work-pool", *prefect("work-pool", "create", "fazhi", "--type", "process"))
        self.do("deploy", *prefect("deploy", "--all", "--prefect-file", str(ROOT / "deploy" / "prefect.yaml")))

    def work(self, name: str, queue: str, **environment: str) -> subprocess.Popen[bytes]:
        """A worker of a queue, as on a machine of its own: its folders are its own."""
        home = self.folder / f"worker-{name}"
        folders = {"FAZHI_DATA": str(home / "data"), "PREFECT_HOME": str(home / "prefect")}
        limit = ("--limit", "1") if queue == "shards" else ()
        return self.start(f"worker-{name}", *fazhi("worker", "--queue", queue, *limit), **folders | environment)

    def end(self, *processes: subprocess.Popen[bytes]) -> None:
        """End these processes, or all: the last first, and one after the other, since a worker reports to the server
        that was started before it. What does not end in 40 s is killed, as a service manager does."""
        for process in reversed(processes or self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def ask(self, path: str, body: object = None) -> Any:
        """Ask the Prefect server; None when it does not answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.api + path, data=data, headers={"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.loads(answer.read() or b"null")
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return None

    def run_flow(self, name: str = "nightly", **parameters: Any) -> str:
        """Ask for a run of a flow now; its id."""
        found = wait_until(f"finding {name}", lambda: self.ask(f"/deployments/name/{name}/{name}"))
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
        path = f"/deployments/{found['id']}/create_flow_run"
        return str(wait_until(f"asking for {name}", lambda: self.ask(path, body))["id"])

    def state(self, run: str) -> str:
        """State type of a run; `?` while the server does not answer."""
        found = self.ask(f"/flow_runs/{run}")
        return str(found["state_type"]) if found else "?"

    def message(self, run: str) -> str:
        found = self.ask(f"/flow_runs/{run}")
        return str((found or {}).get("state", {}).get("message") or "")

    def ended(self, run: str, seconds: float = 240.0) -> str:
        """Wait for a final state."""
        wait_until(f"the end of run {run}", lambda: self.state(run) in FINAL, seconds)
        return self.state(run)

    def requests(self) -> list[dict[str, Any]]:
        """What the portals were asked so far."""
        log = self.folder / "portals" / "requests.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@contextlib.contextmanager
def rig(folder: Path, port: int, **environment: str) -> Iterator[Rig]:
    """A rig whose processes end with the block, by their ids."""
    made = Rig(folder, port, environment)
    # A trial that is told to end takes down what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        yield made
    finally:
        made.end()
