"""Load batches into the warehouse and release it: the one writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.data_directory import DataDirectory
from warehouse.load import load


@dataclass(frozen=True, slots=True)
class Loaded:
    """A release and what went into it."""

    release: str
    """The file that the symlink names now; of a lake the place of its data."""
    batches: int


def load_and_release(data: DataDirectory, run_id: str, batches: Sequence[Path]) -> Loaded:
    """Load batch folders, oldest first, into a staging copy; gate it; make it the release.

    Raises GateRefused when the gate finds failing rows: the last release stays, the batches stay, and the next run
    tries again."""
    with data.place().staging() as staging:
        for batch in batches:
            load(staging.connection, batch)
        published = staging.publish(run_id)
    return Loaded(release=published.where, batches=len(batches))


def loaded_runs(data: DataDirectory) -> set[str]:
    """Runs that the current release holds; none before the first release."""
    if not data.place().has_release():
        return set()
    connection = data.place().open()
    try:
        return {run_id for (run_id,) in connection.execute("SELECT run_id FROM runs").fetchall()}
    finally:
        connection.close()
