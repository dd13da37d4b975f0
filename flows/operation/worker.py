"""A worker of the Prefect server's pool that can be stopped and that notices when it hangs.

`prefect worker start` ends by sending itself SIGINT, which is lost where a shell started it with SIGINT ignored: then
it works on for ever. Where it does end, it kills its runs before they can close their archive or say what became of
them; the server takes two minutes to find out. And it has no watchdog but an address that somebody would have to ask.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

from anyio import TASK_STATUS_IGNORED
from anyio.abc import TaskStatus
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

COORDINATOR = "coordinator"
"""Queue of the runs that change the data directory; whoever takes them also sees to it that a silent run is noticed."""
STOP_S = 40.0
"""How long runs may take to end themselves when the worker is stopped: a crawl closes its archive first."""
END_S = 55.0
"""After this a worker that was stopped is gone, whatever it still waits for. Less than its service manager's patience
(deploy/systemd/fazhi-worker.service, deploy/compose.yaml)."""
SILENT_S = 900.0
"""A worker that asked for no work for so long hangs. Its client alone tries an absent server for 510 s."""
LOOK_S = 15.0
"""How often that is looked at."""
_POLLS = 30
"""Prefect calls a worker silent after this many of the intervals that it is asked about."""

# Prefect would have it known under a type of its own; but it works for the same pools.
warnings.filterwarnings("ignore", "Type 'Worker' at .* has key 'process'", UserWarning)


class Worker(ProcessWorker):
    """Prefect's worker for processes, which asks for no more work once it is stopping."""

    def __init__(self, pool: str, queues: list[str], limit: int | None) -> None:
        # Two that have the same name would be taken for one.
        super().__init__(pool, queues, name=f"{socket.gethostname()}-{os.getpid()}", limit=limit)
        self.stopping = False
        self.processes: set[int] = set()
        """Those of the runs that are not over."""

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Start what is due, unless the worker is stopping."""
        return [] if self.stopping else await super().get_and_submit_flow_runs()

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: TaskStatus[int] | None = None,
    ) -> ProcessWorkerResult:
        """Run a flow in a process of its own, to its end."""
        started = _Started(self.processes, task_status or TASK_STATUS_IGNORED)
        try:
            return await super().run(flow_run, configuration, started)
        finally:
            self.processes.discard(started.process)

    async def end_runs(self) -> None:
        """Ask every run to end, and wait until the server was told how it did, STOP_S at most."""
        asked: set[int] = set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                while self.processes:
                    for process in self.processes - asked:
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(process, signal.SIGTERM)
                        asked.add(process)
                    await asyncio.sleep(0.1)


class _Started(TaskStatus[int]):
    """Notes the process of a run when it starts."""

    def __init__(self, processes: set[int], told: TaskStatus[int]) -> None:
        self.process = 0
        self._processes = processes
        self._told = told

    def started(self, value: int | None = None) -> None:
        assert value is not None
        self.process = value
        self._processes.add(value)
        self._told.started(value)


async def work(pool: str, queues: list[str], limit: int | None, tell: Callable[..., None]) -> None:
    """Run what the queues of a pool hold, until SIGINT or SIGTERM; runs in progress then end first, within END_S. The
    process ends at once at a second signal, and when the worker hangs. `tell` hears that it started and stopped."""
    from flows.operation.alerts import keep_watch

    if COORDINATOR in queues:
        await keep_watch()
    worker = Worker(pool, queues, limit)
    threading.Thread(target=_end_if_silent, args=(worker,), daemon=True).start()
    working = asyncio.create_task(worker.start(printer=tell))
    loop = asyncio.get_running_loop()
    ending: list[asyncio.Task[None]] = []

    def stop() -> None:
        if ending:
            os._exit(1)
        threading.Thread(target=_end_at_last, daemon=True).start()
        worker.stopping = True
        ending.append(asyncio.create_task(_end(worker, working)))

    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop)
    with contextlib.suppress(asyncio.CancelledError):
        await working


async def _end(worker: Worker, working: asyncio.Task[None]) -> None:
    await worker.end_runs()
    working.cancel()


def _end_at_last() -> None:
    time.sleep(END_S)
    os._exit(1)


def _end_if_silent(worker: Worker) -> None:
    """End this process when its worker hangs; a service manager starts it again, and the server hears of its runs."""
    while worker.is_worker_still_polling(SILENT_S / _POLLS):
        time.sleep(LOOK_S)
    os._exit(1)
