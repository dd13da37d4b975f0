"""Who is told what a run is doing. The command line draws bars, a server's log gets sentences, tests listen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol


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
