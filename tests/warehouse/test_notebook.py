from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.batches import FIRST, run_rows, text_rows, write
from warehouse.load import load
from warehouse.release import Staging

pytest.importorskip("marimo", reason="not run: marimo (extra `analyst`) is not installed")
pytest.importorskip("altair", reason="not run: altair (extra `analyst`) is not installed")


@pytest.mark.parametrize(
    ("parts", "regions", "answered"),
    [
        pytest.param((run_rows(1), text_rows(1, FIRST, level="prefecture")), ["云川市　990100"], 1, id="a report"),
        pytest.param((run_rows(1),), [], 0, id="no report yet"),
    ],
)
def test_every_cell_runs(
    parts: tuple[dict[str, Any], ...],
    regions: list[str],
    answered: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Staging(tmp_path / "warehouse") as staging:
        load(staging.connection, write(tmp_path / "batch", *parts))
        staging.publish("run-1")
    monkeypatch.setenv("FAZHI_DATA", str(tmp_path))
    _, defined = import_module("warehouse.notebook").app.run()
    assert list(defined["regions"]) == regions
    assert len(defined["found"]) == answered
    defined["release"].close()
