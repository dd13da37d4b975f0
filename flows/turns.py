"""Turns: one run at a time changes a data directory; the others wait for theirs, and say for whom.

The lock is a file that the kernel frees with the process that holds it, however that ends. A concurrency limit of
Prefect's server would not do: its slot stays taken when a run and the server die together, and it knows nothing of a
run that is started by hand.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.data_directory import DataDirectory, DataDirectoryError

ASK_AGAIN_S = 1.0
"""How long a run that waits leaves the lock alone."""

Tell = Callable[[str], object]
"""Takes the sentences of a run that waits."""


class BusyError(DataDirectoryError):
    """Another run still works in the data directory; the message says which, and since when."""


@contextlib.contextmanager
def turn(data: DataDirectory, who: str, wait_s: float = 0.0, tell: Tell = str) -> Iterator[None]:
    """Hold the data directory for `who`, after waiting at most `wait_s` seconds for another that holds it. Raises
    BusyError when that is not enough, DataDirectoryError when there is no such directory."""
    with _lock(data, who) as lock:
        for pause in lock.attempts(wait_s, tell):
            time.sleep(pause)
        yield


@contextlib.asynccontextmanager
async def turn_of_flow(data: DataDirectory, who: str, wait_s: float, tell: Tell) -> AsyncIterator[None]:
    """As `turn`, for a flow: it can be cancelled while it waits."""
    with _lock(data, who) as lock:
        for pause in lock.attempts(wait_s, tell):
            await asyncio.sleep(pause)
        yield


class _Lock:
    """The lock file of a data directory, open; what stands in it says who holds it."""

    def __init__(self, data: DataDirectory, who: str, descriptor: int) -> None:
        self._root = data.root
        self._who = who
        self._descriptor = descriptor

    def attempts(self, wait_s: float, tell: Tell) -> Iterator[float]:
        """Try to take the lock; gives the seconds to pause before each further attempt, and ends when it is taken."""
        begun = time.monotonic()
        told = None
        while not self._take():
            holder = os.pread(self._descriptor, 500, 0).decode("utf-8", "replace") or "another run"
            waited = time.monotonic() - begun
            if waited >= wait_s:
                after = f" still, after {_span(waited)}" if told else ""
                raise BusyError(f"{_begin(holder)} is working in {self._root}{after}; wait until it ends, or stop it.")
            if holder != told:
                tell(
                    f"{_begin(holder)} is working in {self._root}; {self._who} waits its turn, at most {_span(wait_s)}."
                )
                told = holder
            yield min(ASK_AGAIN_S, wait_s - waited)
        if told:
            tell(f"It is the turn of {self._who}, after {_span(time.monotonic() - begun)}.")

    def _take(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        since = datetime.now(ZoneInfo("Asia/Shanghai"))
        os.truncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{self._who} (process {os.getpid()}, since {since:%d %b %H:%M})".encode(), 0)
        return True


@contextlib.contextmanager
def _lock(data: DataDirectory, who: str) -> Iterator[_Lock]:
    if not data.root.is_dir():
        raise DataDirectoryError(f"There is no data directory {data.root}.")
    data.runs.mkdir(exist_ok=True)
    descriptor = os.open(data.runs / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield _Lock(data, who, descriptor)
    finally:
        os.close(descriptor)


def _begin(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _span(seconds: float) -> str:
    """`40 s`, `12 min` or `6 h`, to the unit that is told."""
    span = timedelta(seconds=seconds)
    for unit, length in (("h", timedelta(hours=1)), ("min", timedelta(minutes=1))):
        if span >= 2 * length:
            return f"{span / length:.0f} {unit}"
    return f"{seconds:.0f} s"
