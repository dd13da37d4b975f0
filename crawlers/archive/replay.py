"""Replay: the archive served through pywb, so that a page opens in a browser as it was captured.

pywb pins an old redis client and cannot live in one environment with Prefect, so it runs in one of its own: a
`wayback` on the PATH, or one that uv fetches for the purpose.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from crawlers.archive.captures import Capture
from crawlers.archive.index import cdxj_lines
from crawlers.archive.store import Store

PYWB = "pywb==2.10.0"
COLLECTION = "fazhi"
START_WITHIN_S = 90.0
"""uv may have to fetch pywb first."""


class ReplayUnavailable(Exception):  # noqa: N818 - says what is the matter, as the reader meets it
    """pywb is not there or does not start."""

    exit_code = 1


def wayback_command() -> list[str]:
    """Return the command that starts pywb; raises ReplayUnavailable when there is none."""
    if found := shutil.which("wayback"):
        return [found]
    if uv := shutil.which("uv"):
        return [uv, "tool", "run", "--from", PYWB, "wayback"]
    raise ReplayUnavailable(f"Replay needs pywb: install it apart, for example with `uv tool install {PYWB}`.")


def address_of(base: str, capture: Capture) -> str:
    """Return the address at which a replay shows a capture."""
    moment = datetime.fromisoformat(capture.fetched_at).strftime("%Y%m%d%H%M%S")
    return f"{base}/{COLLECTION}/{moment}/{capture.url}"


def prepare(store: Store, captures: Iterable[Capture], folder: Path) -> None:
    """Lay out a pywb site in `folder`: configuration and index; WARCs of a remote archive are copied there."""
    rows = list(captures)
    (folder / "index.cdxj").write_text("".join(cdxj_lines(rows)), encoding="utf-8")
    if store.local is not None:
        warcs = (store.local / "warc").resolve()
    else:
        warcs = folder / "warc"
        warcs.mkdir()
        for name in sorted({row.warc_file for row in rows}):
            with store.open(name) as source, (folder / name).open("wb") as target:
                shutil.copyfileobj(source, target)
    collection = {"index_paths": str(folder / "index.cdxj"), "archive_paths": f"{warcs}/"}
    # JSON is YAML: no second library is needed to write the configuration.
    configuration = {"collections": {COLLECTION: collection}, "enable_memento": True}
    (folder / "config.yaml").write_text(json.dumps(configuration, indent=2), encoding="utf-8")


@contextlib.contextmanager
def replaying(store: Store, captures: Iterable[Capture], port: int = 0) -> Iterator[str]:
    """Serve captures on loopback for as long as the block runs; gives the base address.

    `port` 0 picks a free one. Raises ReplayUnavailable.
    """
    command = wayback_command()
    port = port or _free_port()
    with tempfile.TemporaryDirectory(prefix="fazhi-replay-") as name:
        folder = Path(name)
        prepare(store, captures, folder)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--bind", "127.0.0.1", "--port", str(port)],
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                _wait_for(process, port, folder / "log")
                yield f"http://127.0.0.1:{port}"
            finally:
                # uv runs pywb as a child of its own: the whole group goes.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            last = log.read_text("utf-8", "replace").strip().splitlines()[-1:] or ["no word"]
            raise ReplayUnavailable(f"pywb ended at once ({last[0]}); is port {port} free and {PYWB} installable?")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    raise ReplayUnavailable(f"pywb did not answer on port {port} within {START_WITHIN_S:.0f} seconds.")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
