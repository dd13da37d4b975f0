"""Sealed processes: they extract, cannot reach any network, and end when the process that started them ends.

The seal is an audit hook (PEP 578): the interpreter asks it before a socket is made, connected or bound and before a
name is looked up, in whatever library that happens, and it cannot be taken off again while the process lives.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from typing import Any, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

AHEAD = 4
"""Jobs that are handed out for each process, so that none waits for the next and few lie in memory."""

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


def in_sealed_processes(work: Callable[[Job], Result], jobs: Iterable[Job], processes: int) -> Iterator[Result]:
    """The results of `work`, a module's function, in the order of the jobs, which are taken only as they are needed."""
    # A spawned process inherits no lock, thread or connection.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_seal) as pool:
        at_work: deque[Future[Result]] = deque()
        try:
            for job in jobs:
                at_work.append(pool.submit(work, job))
                if len(at_work) >= AHEAD * processes:
                    yield at_work.popleft().result()
            while at_work:
                yield at_work.popleft().result()
        finally:
            for waiting in at_work:
                waiting.cancel()


def _seal() -> None:
    forbid_network()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
