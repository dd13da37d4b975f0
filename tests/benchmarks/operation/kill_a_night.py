"""Kill -9 each part of an installation in the middle of a night, cancel it, or end it by SIGTERM, and hold the next
night's warehouse against that of an undisturbed one:
`python -m tests.benchmarks.operation.kill_a_night [--portals N] [VICTIM …]`.

Prints a line for each victim: how the night ended on the server, how long its crawls outlived it, what the operator was
told, and whether the warehouse after the next night is the undisturbed one.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.operation.rig import Rig, alive, children, facts, rig, same, wait_until
from tests.flows.operation.receiver import Received, web_receiver

VICTIMS = ("flow", "crawl", "server", "serve", "cancel", "sigterm")
ASKED = frozenset({"cancel", "sigterm"})
"""What a person does on purpose: nobody need be told."""
PORTALS_PORT = 9310
RECEIVER_PORT = 9557


def fazhi(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "flows.cli", *arguments)


def half_way(trial: Rig, before: int, portals: int) -> None:
    """Wait until half of a night's requests (four a portal) are answered."""
    wait_until("half of a night", lambda: len(trial.requests()) - before >= 2 * portals)


def kill(trial: Rig, victim: str, served: int, run: str) -> list[int]:
    """Kill the victim; the processes of the crawls that ran."""
    crawls = children(served, "crawlers.collect")
    if victim == "cancel":
        trial.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}})
        return crawls
    if victim == "sigterm":
        os.kill(served, signal.SIGTERM)
        return crawls
    pids = {
        "flow": lambda: children(served, "prefect"),
        "crawl": lambda: crawls[:1],
        "server": lambda: children(served, "flows.operation.server"),
        "serve": lambda: [served],
    }[victim]()
    if not pids:
        raise RuntimeError(f"no process of {victim} runs")
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return [pid for pid in crawls if pid not in pids]


def trial_of(victim: str, portals: int, undisturbed: dict[str, list[tuple[object, ...]]], folder: Path) -> str:
    with web_receiver(RECEIVER_PORT) as receiver, rig(folder, 4331) as trial:
        served = begin_with_alerts(trial, portals, receiver)
        run = trial.run_night()
        half_way(trial, 0, portals)
        crawls = kill(trial, victim, served, run)
        begun = time.monotonic()
        if victim not in ("crawl", "server"):
            wait_until("the end of the crawls", lambda: not any(map(alive, crawls)), 60)
        gone = time.monotonic() - begun
        if victim in ("serve", "sigterm"):
            wait_until("the end of the server", lambda: trial.ask("/health") is None, 60)
            trial.serve()
        state = trial.ended(run, 400)
        message = trial.message(run)
        if victim not in ASKED:
            wait_until("an alert", lambda: receiver.messages, 60)
        again = trial.run_night()
        end = trial.ended(again, 400)
        verdict = same(undisturbed, facts(trial.data))
        told = " | ".join(sorted({one["text"]["content"].split("\n")[0] for one in receiver.messages}))
        return (
            f"{victim:8} {state:10} crawls ended in {gone:4.1f} s; next night {end}, warehouse {verdict}; "
            f"told: {told}; {message[:90]}"
        )


def begin_with_alerts(trial: Rig, portals: int, receiver: Received) -> int:
    trial.open_portals(portals, PORTALS_PORT, "--answer-s", "1.5")
    served = trial.serve()
    trial.environment["PREFECT_API_URL"] = trial.api
    setup = trial.start("alerts", *fazhi("alerts", "setup", "--wecom", receiver.address))
    setup.wait(120)
    trial.environment.pop("PREFECT_API_URL")
    return served.pid


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("victims", nargs="*", default=list(VICTIMS))
    parser.add_argument("--portals", type=int, default=24)
    parser.add_argument("--folder", type=Path)
    told = parser.parse_args()
    root = told.folder or Path(tempfile.mkdtemp(prefix="fazhi-kills-"))
    print(f"{told.portals} portals, in {root}", flush=True)
    with rig(root / "undisturbed", 4330) as trial:
        trial.open_portals(told.portals, PORTALS_PORT, "--answer-s", "0.1")
        run = trial.start("run", *fazhi("run", "--data", str(trial.data), "--portals", str(trial.portals_file)))
        run.wait(600)
        undisturbed = facts(trial.data)
    print(f"undisturbed: {len(undisturbed['reports'])} reports", flush=True)
    for victim in told.victims:
        print(trial_of(victim, told.portals, undisturbed, root / victim), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
