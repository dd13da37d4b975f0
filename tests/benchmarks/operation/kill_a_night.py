"""Kill -9 each part of an installation in the middle of a night, cancel it, or end it by SIGTERM, and hold the next
night's warehouse against that of an undisturbed one:
`python -m tests.benchmarks.operation.kill_a_night [--portals N] [VICTIM …]`.

`flow`, `crawl`, `server`, `serve` are processes of one machine; `postgres` is the database under its server, started
again after ten seconds; `worker` is the first process of a machine that crawls shards, and `machine` all of its
processes, started again after ten seconds as systemd does it; `stop` stops that worker by SIGTERM; `recall` cancels a
night whose shards are on workers.

Prints a line for each victim: how the night ended on the server, how long its crawls outlived it, what the operator was
told, and whether the warehouse after the next night is the undisturbed one.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.operation.postgres import postgres
from tests.benchmarks.operation.rig import Rig, alive, children, facts, fazhi, rig, same, wait_until
from tests.flows.operation.receiver import Received, web_receiver

ONE_MACHINE = ("flow", "crawl", "server", "serve", "postgres", "cancel", "sigterm")
SEVERAL_MACHINES = ("worker", "machine", "stop", "recall")
ASKED = frozenset({"cancel", "sigterm", "recall"})
"""What a person does on purpose: nobody need be told."""
AGAIN_S = 10.0
"""When a service manager starts again what ended."""
ALERT_S = 200.0
"""A silent run is called crashed after 120 s."""
PORTALS_PORT = 9310
RECEIVER_PORT = 9557
POSTGRES_PORT = 55441


@dataclass(frozen=True)
class Installation:
    """What runs in a trial: the process above the crawls, and how to kill the victim and to start it again."""

    above: int
    requests: int
    """How many requests are answered when the victim falls."""
    kill: Callable[[str], list[int]]
    """Kills the victim (the id of the night's run is given) and returns the crawls that it did not kill itself."""
    again: Callable[[], object]


def fell(pids: list[int], what: str) -> None:
    """SIGKILL to all of them."""
    if not pids:
        raise RuntimeError(f"no process of {what} runs")
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def one_machine(trial: Rig, victim: str, portals: int) -> Iterator[Installation]:
    """`fazhi serve`, on SQLite or, where PostgreSQL is the victim, on that."""
    with contextlib.ExitStack() as stack:
        if victim == "postgres":
            database = stack.enter_context(postgres(trial.folder / "postgres", POSTGRES_PORT))
            trial.environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = database.for_prefect
        served = trial.serve().pid

        def kill(run: str) -> list[int]:
            crawls = children(served, "crawlers.collect")
            if victim == "cancel":
                trial.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}})
            elif victim == "sigterm":
                os.kill(served, signal.SIGTERM)
            elif victim == "postgres":
                database.kill()
                time.sleep(AGAIN_S)
                database.start()
            elif victim == "crawl":
                fell(crawls[:1], victim)
                return crawls[1:]
            else:
                words = {"flow": "prefect", "server": "flows.operation.server"}
                fell([served] if victim == "serve" else children(served, words[victim]), victim)
            return crawls

        def again() -> None:
            if victim in ("serve", "sigterm"):
                wait_until("the end of the server", lambda: trial.ask("/health") is None, 60)
                trial.serve()

        # Half of a night: four requests a portal.
        yield Installation(served, 2 * portals, kill, again)
        trial.end()


@contextlib.contextmanager
def several_machines(trial: Rig, victim: str, portals: int) -> Iterator[Installation]:
    """A server on PostgreSQL, a coordinator and two workers, of which one falls."""
    with postgres(trial.folder / "postgres", POSTGRES_PORT) as database:
        trial.serve_work_pool(database.for_prefect)
        archive = {"FAZHI_ARCHIVE": str(trial.folder / "archive"), "FAZHI_ON_WORKERS": "1"}
        own = {"FAZHI_DATA": str(trial.data), "FAZHI_PORTALS": str(trial.portals_file)}
        trial.work("coordinator", "coordinator", **archive, **own)
        trial.work("other", "shards")
        first = trial.work("first", "shards").pid

        def kill(run: str) -> list[int]:
            if victim == "recall":
                trial.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}})
                return children(os.getpid(), "crawlers.collect")
            crawls = children(first, "crawlers.collect")
            if victim == "stop":
                os.kill(first, signal.SIGTERM)
                return [first, *crawls]
            fell([first, *(children(first, "") if victim == "machine" else ())], victim)
            return crawls

        def again() -> None:
            if victim != "recall":
                time.sleep(AGAIN_S)
                trial.work("first", "shards")

        # The other worker may be ahead.
        yield Installation(first, portals // 2, kill, again)
        trial.end()


def trial_of(victim: str, portals: int, undisturbed: dict[str, list[tuple[object, ...]]], folder: Path) -> str:
    course = several_machines if victim in SEVERAL_MACHINES else one_machine
    with web_receiver(RECEIVER_PORT) as receiver, rig(folder, 4331) as trial:
        trial.open_portals(portals, PORTALS_PORT, "--answer-s", "1.5")
        with course(trial, victim, portals) as installed:
            set_up_alerts(trial, receiver)
            run = trial.run_flow()
            wait_until(
                "half of a night",
                lambda: len(trial.requests()) >= installed.requests and children(installed.above, "crawlers.collect"),
                400,
            )
            crawls = installed.kill(run)
            begun = time.monotonic()
            if victim not in ("crawl", "server", "postgres"):
                wait_until("the end of the crawls", lambda: not any(map(alive, crawls)), 60)
            gone = time.monotonic() - begun
            installed.again()
            state, message = trial.ended(run, 400), trial.message(run)
            if victim not in ASKED:
                with contextlib.suppress(TimeoutError):
                    wait_until("an alert", lambda: receiver.messages, ALERT_S)
            end = trial.ended(trial.run_flow(), 400)
            verdict = same(undisturbed, facts(trial.data))
        told = " | ".join(sorted({one["text"]["content"].split("\n")[0] for one in receiver.messages}))
        return (
            f"{victim:8} {state:10} crawls ended in {gone:4.1f} s; next night {end}, warehouse {verdict}; "
            f"told: {told or 'nothing'}; {message[:90]}"
        )


def set_up_alerts(trial: Rig, receiver: Received) -> None:
    trial.do("alerts", *fazhi("alerts", "setup", "--wecom", receiver.address), PREFECT_API_URL=trial.api)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("victims", nargs="*", default=[*ONE_MACHINE, *SEVERAL_MACHINES])
    parser.add_argument("--portals", type=int, default=24)
    parser.add_argument("--folder", type=Path)
    told = parser.parse_args()
    root = told.folder or Path(tempfile.mkdtemp(prefix="fazhi-kills-"))
    print(f"{told.portals} portals, in {root}", flush=True)
    with rig(root / "undisturbed", 4330) as trial:
        trial.open_portals(told.portals, PORTALS_PORT, "--answer-s", "0.1")
        trial.do("run", *fazhi("run", "--data", str(trial.data), "--portals", str(trial.portals_file)))
        undisturbed = facts(trial.data)
    print(f"undisturbed: {len(undisturbed['reports'])} reports", flush=True)
    for victim in told.victims:
        print(trial_of(victim, told.portals, undisturbed, root / victim), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
