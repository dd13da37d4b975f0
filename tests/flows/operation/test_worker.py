import asyncio
import os
import signal
import subprocess
import sys

from flows.operation.server import free_port
from flows.operation.worker import Worker

# A worker that has no server: what Prefect would do is left out.
ALONE = """
import asyncio, sys
from flows.operation import worker

async def start(self, printer):
    printer("started", flush=True)
    await asyncio.sleep(600)

worker.Worker.start = start
worker.SILENT_S = float(sys.argv[1])
asyncio.run(worker.work("fazhi", ["shards"], None, print))
"""


def test_a_worker_that_is_stopping_asks_for_no_more_work() -> None:
    worker = Worker("fazhi", ["shards"], None)
    worker.stopping = True
    assert asyncio.run(worker.get_and_submit_flow_runs()) == []


def test_runs_are_asked_to_end_and_waited_for() -> None:
    async def end() -> list[int | None]:
        worker = Worker("fazhi", ["shards"], None)
        runs = [await asyncio.create_subprocess_exec("sleep", "600") for _ in range(2)]
        worker.processes = {run.pid for run in runs}

        async def until_over(run: asyncio.subprocess.Process) -> None:
            await run.wait()
            worker.processes.discard(run.pid)

        await asyncio.gather(worker.end_runs(), *map(until_over, runs))
        return [run.returncode for run in runs]

    assert asyncio.run(end()) == [-signal.SIGTERM, -signal.SIGTERM]


def test_a_worker_ends_though_a_script_started_it_in_the_background() -> None:
    # What a shell does with `command &`: SIGINT is ignored.
    command = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-c", ALONE, "900"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_worker_that_hangs_is_ended() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE, "0"], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "should be restarted" in done.stderr


def test_a_worker_says_when_there_is_no_server() -> None:
    api = f"http://127.0.0.1:{free_port()}/api"
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "worker"],
        capture_output=True,
        text=True,
        env=os.environ | {"PREFECT_API_URL": api},
        check=False,
        timeout=120,
    )
    told = f"No Prefect server answers at {api}: start it, or correct PREFECT_API_URL.\n"
    assert (done.returncode, done.stderr) == (1, told)
