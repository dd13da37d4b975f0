"""Sealed processes: they extract, cannot reach any network, and end when the process that started them ends.

What a file does to the library that reads it stays in its process: a crash, or a loop without end, costs that one file.

The seal is an audit hook (PEP 578): the interpreter asks it before a socket is made, connected or bound and before a
name is looked up, in whatever library that happens, and it cannot be taken off again while the process lives.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import Any, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

AHEAD = 4
"""Jobs that are handed out for each process, so that none waits for the next and few lie in memory."""

LONGEST_S = 120.0
"""No document needs so long; a job that does is stopped."""

_FORBIDDEN = frozenset(
    {"socket.__new__", "socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}
)


class NetworkForbidden(Exception):  # noqa: N818 - it is a rule, not a fault
    """Something wanted to reach the network where nothing may."""

    exit_code = 1


def forbid_network() -> None:
    """Forbid this process every socket, for as long as it lives."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise NetworkForbidden(f"Extraction works on the archive alone, but something asked for the network ({event}).")


def in_sealed_processes(
    work: Callable[[Job], Result],
    jobs: Iterable[Job],
    processes: int,
    lost: Callable[[Job], Result],
    longest_s: float = LONGEST_S,
) -> Iterator[Result]:
    """The results of `work`, a module's function, in the order of the jobs, which are taken only as they are needed.
    A job that brings its process down, or that keeps it for longer than `longest_s` seconds, results in `lost(job)`."""
    coming = iter(jobs)
    at_work: deque[tuple[Job, Future[Result]]] = deque()
    pool = _pool(processes)

    def started(job: Job) -> tuple[Job, Future[Result]]:
        try:
            return job, pool.submit(_limited, work, job, longest_s)
        except BrokenProcessPool as fault:
            broken: Future[Result] = Future()
            broken.set_exception(fault)
            return job, broken

    try:
        while True:
            at_work.extend(started(job) for job in islice(coming, AHEAD * processes - len(at_work)))
            if not at_work:
                return
            job, future = at_work.popleft()
            try:
                result = future.result()
            except BrokenProcessPool:
                # One of the jobs at work did it, and took the others with it: this one is tried alone, they start anew.
                pool.shutdown()
                result = _alone(work, job, lost, longest_s)
                pool = _pool(processes)
                at_work = deque((other, done) if _ended(done) else started(other) for other, done in at_work)
            yield result
    finally:
        pool.shutdown(cancel_futures=True)


def _pool(processes: int) -> ProcessPoolExecutor:
    # A spawned process inherits no lock, thread or connection.
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_seal)


def _alone(work: Callable[[Job], Result], job: Job, lost: Callable[[Job], Result], longest_s: float) -> Result:
    with _pool(1) as pool:
        try:
            return pool.submit(_limited, work, job, longest_s).result()
        except BrokenProcessPool:
            return lost(job)


def _ended(future: Future[Any]) -> bool:
    return future.done() and not isinstance(future.exception(), BrokenProcessPool)


def _limited(work: Callable[[Job], Result], job: Job, longest_s: float) -> Result:
    # Nobody handles the alarm: the system ends the process, whatever code it is in.
    signal.setitimer(signal.ITIMER_REAL, longest_s)
    try:
        return work(job)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _seal() -> None:
    forbid_network()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
