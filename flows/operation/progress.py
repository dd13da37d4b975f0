"""Who is told what a run is doing. The command line draws bars, a server's log gets sentences, tests listen."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Observer(Protocol):
    """Hears what happens, as it happens."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage of the run begins; `total` steps are expected, None if nobody knows."""
        ...

    def step(self, name: str, event: Mapping[str, Any]) -> None:
        """One step of a stage is done."""
        ...


class _Silence:
    def stage(self, name: str, total: int | None) -> None:
        pass

    def step(self, name: str, event: Mapping[str, Any]) -> None:
        pass


_SILENCE = _Silence()
_observer: ContextVar[Observer] = ContextVar("observer", default=_SILENCE)


def observer() -> Observer:
    """Whoever listens in this context."""
    return _observer.get()


@contextmanager
def observed_by(listener: Observer) -> Iterator[None]:
    """Let `listener` hear what is done inside."""
    token = _observer.set(listener)
    try:
        yield
    finally:
        _observer.reset(token)


class _Stoppable:
    """Passes everything on until it is stopped; whoever reports then is cancelled."""

    def __init__(self, inner: Observer) -> None:
        self.inner = inner
        self.stopped = threading.Event()

    def stage(self, name: str, total: int | None) -> None:
        self._go_on()
        self.inner.stage(name, total)

    def step(self, name: str, event: Mapping[str, Any]) -> None:
        self._go_on()
        self.inner.step(name, event)

    def _go_on(self) -> None:
        if self.stopped.is_set():
            raise asyncio.CancelledError


async def in_thread(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Do work in a thread, as asyncio.to_thread does. A thread cannot be cancelled: when this is, the work ends at the
    next step that it reports to its observer."""
    listener = _Stoppable(observer())
    with observed_by(listener):
        try:
            return await asyncio.to_thread(work, *given, **named)
        except asyncio.CancelledError:
            listener.stopped.set()
            raise
