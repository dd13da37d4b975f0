import asyncio
import json
import os
import sys
import textwrap
import time
from pathlib import Path

import pytest

from flows import collecting
from flows.collecting import CrawlFailedError, CrawlJob, Shard, collect, cut_into_shards


def test_portals_of_a_host_share_a_shard() -> None:
    portals = [(f"p{number}", f"host{number % 7}.example") for number in range(70)]
    shards = cut_into_shards(portals, 5)
    home = {portal_id: shard.number for shard in shards for portal_id in shard.portal_ids}
    assert sorted(home) == sorted(portal_id for portal_id, _ in portals)
    for first, host in portals:
        assert {home[other] for other, theirs in portals if theirs == host} == {home[first]}


def test_a_shard_does_not_depend_on_the_other_portals() -> None:
    many = cut_into_shards([(f"p{number}", f"host{number}.example") for number in range(20)], 4)
    alone = cut_into_shards([("p7", "host7.example")], 4)
    assert alone[0].number == next(shard.number for shard in many if "p7" in shard.portal_ids)


def fake_crawl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> CrawlJob:
    """A job whose crawl is a few lines of Python of the test's own."""
    script = tmp_path / "crawl.py"
    script.write_text(
        "import json, sys, time, signal, pathlib\njob = json.load(open(sys.argv[-1]))\n" + textwrap.dedent(body)
    )
    launcher = tmp_path / "python"
    launcher.write_text(f'#!/bin/sh\nexec {sys.executable} {script} "$@"\n')
    launcher.chmod(0o755)
    monkeypatch.setattr(collecting.sys, "executable", str(launcher))
    return CrawlJob(
        run_id="r1",
        shard=Shard(0, ("a", "b")),
        registry=tmp_path / "portals.yaml",
        archive=str(tmp_path / "archive"),
        archive_staging=tmp_path / "archive-staging",
        out=tmp_path / "out",
        contact="someone@example.org",
    )


def test_a_crawl_is_told_its_job_and_its_rows_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = fake_crawl(
        tmp_path,
        monkeypatch,
        """
        print(json.dumps({"event": "capture", "url": "http://x.example/"}), flush=True)
        print("a line that is no event")
        rows = [{"portal_id": one, "state": "ok"} for one in job["portals"]]
        pathlib.Path(job["out"], "portals.jsonl").write_text("\\n".join(map(json.dumps, rows)))
        """,
    )
    events: list[object] = []
    rows = asyncio.run(collect(job, events.append, timeout_s=30))
    assert [row["portal_id"] for row in rows] == ["a", "b"]
    assert events == [{"event": "capture", "url": "http://x.example/"}]
    assert json.loads((job.out / "job.json").read_text())["contact"] == "someone@example.org"


def test_a_crawl_that_fails_is_told_in_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = fake_crawl(tmp_path, monkeypatch, 'print("The disk is full.", file=sys.stderr)\nsys.exit(1)')
    with pytest.raises(CrawlFailedError, match=r"shard 0 failed: The disk is full\."):
        asyncio.run(collect(job, lambda event: None, timeout_s=30))


def test_a_crawl_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = fake_crawl(tmp_path, monkeypatch, 'print(json.dumps({"event": "up"}), flush=True)\ntime.sleep(600)')
    with pytest.raises(CrawlFailedError, match="took longer than"):
        asyncio.run(collect(job, lambda event: None, timeout_s=1))


def test_cancelling_ends_the_crawl_and_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "GRACE_S", 1.0)
    job = fake_crawl(
        tmp_path,
        monkeypatch,
        """
        import subprocess, os
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print(json.dumps({"event": "up", "crawl": os.getpid(), "child": child.pid}), flush=True)
        time.sleep(600)
        """,
    )
    started: list[dict[str, int]] = []

    async def cancel_when_up() -> None:
        work = asyncio.create_task(collect(job, started.append, timeout_s=60))  # type: ignore[arg-type]
        while not started:
            await asyncio.sleep(0.01)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(cancel_when_up())
    for name in ("crawl", "child"):
        assert _ends(started[0][name])


def _ends(pid: int) -> bool:
    """The kernel may take a moment to let a killed process go."""
    return any(not _runs(pid) or time.sleep(0.05) for _ in range(200))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not (status.exists() and "State:\tZ" in status.read_text())
