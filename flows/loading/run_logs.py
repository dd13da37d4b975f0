"""The logs of the archive by run: what a run noted, and what of earlier runs it leans on.

An archive of many nights does not fit into memory; what one night leans on does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from crawlers.archive.capture_log import FOLDER, CaptureLog, read_log
from crawlers.archive.captures import Capture
from crawlers.archive.store import Store
from crawlers.urls import canonical_url
from flows.loading.documents import READABLE


class RunLogs(NamedTuple):
    """A run's rows of the logs, and those of earlier runs that they lean on."""

    captures: CaptureLog
    """Its captures; the files and further pages of its articles as a run before saw them last; the captures whose bytes
    any of these stand for."""
    candidates: list[dict[str, Any]]
    """What it noted of candidates, and what runs before noted of its articles; oldest run first."""

    @classmethod
    def read(cls, store: Store, run_id: str) -> RunLogs:
        """Read the logs up to a run; raises BadCaptureLog."""
        names = sorted(store.names(FOLDER, ".jsonl"), key=lambda name: (run_of(name), name))
        captures = list(read_log(store, [name for name in names if run_of(name) == run_id]))
        articles = {capture.url for capture in captures if capture.role == "article"}
        bodies = {capture.refers_to for capture in captures}
        parts = {(capture.via, capture.url) for capture in captures if _is_part(capture)}
        # What a capture stands for lies before it, so that going backwards all that is needed is known in time.
        earlier = []
        for name in reversed([name for name in names if run_of(name) < run_id]):
            for capture in reversed(list(read_log(store, [name]))):
                part = (capture.via, capture.url)
                stands = _is_part(capture) and capture.via in articles and part not in parts
                if stands or capture.capture_id in bodies:
                    earlier.append(capture)
                    bodies.add(capture.refers_to)
                if stands:
                    parts.add(part)
        listed = {canonical_url(url) for capture in captures for url in (capture.url, capture.via) if url}
        candidates = [
            row
            for row in read_candidates(store)
            if row["run_id"] == run_id or (row["run_id"] < run_id and row["url"] in listed)
        ]
        return cls(CaptureLog([*reversed(earlier), *captures]), candidates)


def _is_part(capture: Capture) -> bool:
    return capture.role in ("attachment", "further_page") and capture.verdict in READABLE


def run_of(log_name: str) -> str:
    """The run whose log `captures/RUN-SHARD.jsonl` (or of another folder) is."""
    return log_name.rsplit("/", 1)[-1].rsplit("-", 1)[0]


def read_candidates(store: Store) -> Iterator[dict[str, Any]]:
    """The candidate rows of all runs, oldest run first."""
    for name in sorted(store.names("candidates", ".jsonl"), key=lambda name: (run_of(name), name)):
        for line in store.lines(name):
            # A last line without its end was cut by a crash; its address is asked again.
            if line.endswith(b"\n"):
                yield json.loads(line)
