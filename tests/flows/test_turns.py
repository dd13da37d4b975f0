import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.data_directory import DataDirectory, DataDirectoryError
from flows.turns import BusyError, turn, turn_of_flow

HELD = r"Nightly \(process \d+, since \d\d \w{3} \d\d:\d\d\) is working in .*"


@pytest.fixture(name="data")
def _data(tmp_path: Path) -> DataDirectory:
    return DataDirectory(tmp_path)


@pytest.fixture(name="held")
def _held(data: DataDirectory) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that has its turn."""
    code = (
        "import sys, time; from pathlib import Path\n"
        "from flows.data_directory import DataDirectory\nfrom flows.turns import turn\n"
        f"with turn(DataDirectory(Path({str(data.root)!r})), 'nightly'): print(1, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


@pytest.mark.parametrize("wait_s", [0.0, 0.01], ids=["at-once", "in-vain"])
def test_who_does_not_wait_is_told_who_works_there(
    data: DataDirectory, held: subprocess.Popen[bytes], wait_s: float
) -> None:
    with pytest.raises(BusyError, match=HELD + "wait until it ends, or stop it"), turn(data, "upkeep", wait_s):
        pass
    assert held.poll() is None


def test_a_run_waits_its_turn_and_says_so(data: DataDirectory, held: subprocess.Popen[bytes]) -> None:
    told: list[str] = []

    def hear(sentence: str) -> None:
        told.append(sentence)
        held.kill()

    with turn(data, "upkeep", 7200, hear):
        assert (data.runs / "lock").read_text().startswith("upkeep (process ")
    waits, begins = told
    assert waits.endswith("; upkeep waits its turn, at most 2 h.")
    assert begins.startswith("It is the turn of upkeep, after ")


def test_a_flow_waits_its_turn_and_can_be_cancelled(data: DataDirectory, held: subprocess.Popen[bytes]) -> None:
    async def second(told: list[str]) -> None:
        async with turn_of_flow(data, "backfill", 60, told.append):
            told.append("begun")

    async def course() -> tuple[list[str], list[str]]:
        waiting: list[str] = []
        cancelled = asyncio.create_task(second(waiting))
        await asyncio.sleep(0.05)
        cancelled.cancel()
        held.kill()
        held.wait()
        after: list[str] = []
        await second(after)
        return waiting, after

    waiting, after = asyncio.run(course())
    assert [sentence.partition(";")[2] for sentence in waiting] == [" backfill waits its turn, at most 60 s."]
    assert after == ["begun"]


def test_a_turn_is_over_when_its_block_is(data: DataDirectory) -> None:
    for who in ("nightly", "upkeep"):
        with turn(data, who):
            pass


def test_a_directory_that_is_not_there_is_not_made(data: DataDirectory) -> None:
    nowhere = DataDirectory(data.root / "nowhere")
    with pytest.raises(DataDirectoryError, match="There is no data directory"), turn(nowhere, "reextract"):
        pass
    assert not nowhere.root.exists()
