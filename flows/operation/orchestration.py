"""Prefect as this project uses it: quiet, private, and on the operator's server when one is running."""

from __future__ import annotations

import base64
import inspect
import os
import threading
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Literal

LOCAL_SERVER = "http://127.0.0.1:4200/api"

END_S = 30.0
"""How long a run may take to end itself when its runner is gone."""
SEND_S = 10.0
"""How long events may take to reach a server."""
PATIENCE_S = 10.0
"""How long a server may take to answer: one that is busy with a night must not be taken for none."""

DEFAULTS = {
    # An ephemeral server needs 12 to 19 s to start; Prefect's own limit of 20 s is too close to that.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    # Prefect's log goes to its server and UI; in the terminal the command line says itself what happened.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_CLI_PROMPT": "false",
    "DO_NOT_TRACK": "1",
    # What the server keeps of runs: a year. Without this its database only grows.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(365 * 86_400),
    # What a server looks for when nothing runs: for a few runs a day every half minute will do. It then costs a quarter
    # less, day and night.
    "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "30",
    "PREFECT_SERVER_SERVICES_FOREMAN_LOOP_SECONDS": "30",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS": "60",
    "PREFECT_SERVER_EVENTS_PROACTIVE_GRANULARITY": "PT15S",
    # A server, or the database under it, may be away for minutes: 2 + 4 + … + 256 s. Without its database it answers
    # 500, which Prefect's client would take for an answer.
    "PREFECT_CLIENT_MAX_RETRIES": "8",
    "PREFECT_CLIENT_RETRY_EXTRA_CODES": "500",
    # A run says every 30 s that it lives; the alert for crashed runs listens (flows/operation/alerts.py).
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
}


def stay_with_runner() -> None:
    """End this process with the runner or worker that started it for a flow run: nobody would hear of it any more, nor
    could cancel it. A run by hand has none, and outlives its shell."""
    if "PREFECT__FLOW_RUN_ID" in os.environ:
        from crawlers.parent import die_with_parent

        threading.Thread(target=_exit_after, args=(os.getppid(),), daemon=True).start()
        die_with_parent()


def _exit_after(parent: int) -> None:
    """SIGTERM lets a run close what it has open. But a flow that was taken out of its event loop may leave a thread
    behind that the interpreter would wait for, for ever."""
    while os.getppid() == parent:
        time.sleep(1)
    time.sleep(END_S)
    os._exit(1)


def answers(api: str, question: Literal["health", "ready"] = "health", within_s: float = PATIENCE_S) -> bool:
    """Whether a Prefect server answers at this address; `ready`: with its database. Where nobody listens, that is known
    at once."""
    try:
        with urllib.request.urlopen(f"{api}/{question}", timeout=within_s) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, OSError):
        return False


def lets_in(api: str) -> bool:
    """Whether the Prefect server that answers at this address lets us in, with PREFECT_API_AUTH_STRING if it is set."""
    asked = urllib.request.Request(f"{api}/admin/version")
    if password := os.environ.get("PREFECT_API_AUTH_STRING"):
        asked.add_header("Authorization", "Basic " + base64.b64encode(password.encode()).decode())
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as refused:
        if refused.code not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise
        return False


def why_no_server(local: str = LOCAL_SERVER) -> str:
    """Why `prepare` found no server, in a sentence."""
    if answers(local):
        return (
            f"The Prefect server at {local.removesuffix('/api')} asks for a password: "
            "give it as PREFECT_API_AUTH_STRING=user:password."
        )
    return "No Prefect server runs."


def prepare(prefect_home: Path | None = None, local: str = LOCAL_SERVER) -> str | None:
    """Set Prefect's environment; call it before Prefect is imported. Returns the address of the server that will
    show the run, or None when there is none.

    What the environment already says stays as it is; a server at `local` on this machine is used if it answers and
    lets us in.
    """
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    if prefect_home is not None:
        os.environ.setdefault("PREFECT_HOME", str(prefect_home))
    named = os.environ.get("PREFECT_API_URL")
    if named:
        return named
    if answers(local) and lets_in(local):
        os.environ["PREFECT_API_URL"] = local
        return local
    return None


async def send_what_is_held() -> None:
    """Hand over the log lines and events that Prefect holds back to send together; once its server is stopped it would
    try each of them for seconds."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogHandler

    await APILogHandler.aflush()
    told = EventsWorker.drain_all(timeout=SEND_S)
    if inspect.isawaitable(told):
        await told
