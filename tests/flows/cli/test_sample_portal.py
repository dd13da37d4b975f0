"""`fazhi sample-portal` stays open until it is told to stop, and then leaves nothing behind."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from flows.cli import main; main()", "sample-portal", "--port", "0"]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
def test_open_until_stopped(sign: signal.Signals) -> None:
    with subprocess.Popen(
        [*COMMAND, "--night", "2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        urls = [process.stdout.readline().split()[1] for _ in range(2)]
        said = process.stderr.readline()
        answers = [urllib.request.urlopen(url, timeout=10).status for url in urls]
        registry = re.search(r"--portals (\S+)", said)
        assert registry is not None
        assert Path(registry[1]).is_file()
        process.send_signal(sign)
        process.wait(timeout=20)
    assert answers == [200, 200]
    assert process.returncode == 0
    assert not Path(registry[1]).exists()


def test_a_night_that_is_not_is_wrong_use() -> None:
    done = subprocess.run([*COMMAND, "--night", "3"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
