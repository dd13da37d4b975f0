import asyncio
import threading
import time
from collections.abc import Mapping
from typing import Any

from flows.operation.progress import in_thread, observed_by, observer


class Heard:
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def stage(self, name: str, total: int | None) -> None:
        self.told.append(f"{name} of {total}")

    def step(self, name: str, event: Mapping[str, Any]) -> None:
        self.told.append(str(event["number"]))


def test_work_in_a_thread_is_heard() -> None:
    def work(steps: int) -> str:
        observer().stage("work", steps)
        for number in range(steps):
            observer().step("work", {"number": number})
        return "done"

    heard = Heard()
    with observed_by(heard):
        assert asyncio.run(in_thread(work, 2)) == "done"
    assert heard.told == ["work of 2", "0", "1"]


def test_cancelled_work_ends_at_its_next_step() -> None:
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        try:
            while True:
                observer().step("work", {"number": 1})
                time.sleep(0.01)
        finally:
            ended.set()

    async def course() -> None:
        task = asyncio.create_task(in_thread(work))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    asyncio.run(course())
    assert ended.is_set()
