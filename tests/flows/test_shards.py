import asyncio
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prefect.states import Cancelled, Completed, Crashed, Failed, State

from crawlers.archive.store import Store
from flows import shards
from flows.collecting import CrawlFailedError
from flows.shards import ShardOrder, collect_elsewhere, portal_rows, publish_registry

ORDER = ShardOrder(
    run_id="r1",
    number=3,
    portals=("yunxi",),
    registry="registries/x.yaml",
    archive="s3://bucket/archive",
    contact="a@example.org",
    mode="nightly",
    timeout_s=60,
)


def test_a_registry_is_published_once_under_its_digest(tmp_path: Path) -> None:
    registry = tmp_path / "portals.yaml"
    registry.write_text("portals: []\n")
    store = Store(tmp_path / "archive")
    name = publish_registry(store, registry)
    assert publish_registry(store, registry) == name
    with store.open(name) as file:
        assert file.read() == b"portals: []\n"


@pytest.mark.parametrize(
    ("left", "rows"),
    [(None, []), (b"", []), (b'{"portal_id": "yunxi"}\n', [{"portal_id": "yunxi"}])],
    ids=["nothing", "no-portal", "one"],
)
def test_what_a_worker_left_is_found(tmp_path: Path, left: bytes | None, rows: list[dict[str, Any]]) -> None:
    store = Store(tmp_path)
    if left is not None:
        store.replace("shards/r1-3.jsonl", left)
    assert portal_rows(store, "r1", 3) == rows


def asked_for(states: list[State[Any]], store: Store, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """How often a shard was asked for whose runs ended in these states, and what became of it."""
    ended = iter(states)
    asked = []

    async def run_to_its_end(order: ShardOrder) -> Any:
        asked.append(order.number)
        return SimpleNamespace(name="collect shard 3", state=next(ended))

    monkeypatch.setattr(shards, "_run_to_its_end", run_to_its_end)
    monkeypatch.setattr(shards, "get_run_logger", lambda: logging.getLogger("shards"))
    try:
        asyncio.run(collect_elsewhere(ORDER, store))
    except CrawlFailedError as fault:
        return len(asked), str(fault)
    return len(asked), "done"


@pytest.mark.parametrize(
    ("states", "times", "said"),
    [
        pytest.param([Completed()], 1, "done", id="done"),
        pytest.param([Crashed(message="killed"), Completed()], 2, "done", id="its-worker-died"),
        pytest.param(
            [Crashed(message="killed")] * 2, 2, "The crawl of shard 3 ended in run collect shard 3: killed", id="twice"
        ),
        pytest.param(
            [Failed(message="no disk")], 1, "The crawl of shard 3 ended in run collect shard 3: no disk", id="failed"
        ),
        pytest.param(
            [Cancelled(message="by hand")],
            1,
            "The crawl of shard 3 ended in run collect shard 3: by hand",
            id="cancelled",
        ),
    ],
)
def test_a_shard_is_asked_for_again_when_its_worker_died(
    states: list[State[Any]], times: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked_for(states, Store(tmp_path), monkeypatch) == (times, said)
