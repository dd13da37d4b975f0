"""The version of the extraction: the same version and the same bytes give the same facts.

It is the release of the rules and a fingerprint of what they are made of, the modules of this package and the seed data
they read; so no change can be forgotten, and `fazhi reextract` knows what was read by other rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

_RULES = "2026.11.1"
_NOT_READ = frozenset({"portals.yaml"})
"""Seed data that extraction does not read."""


def _fingerprint() -> str:
    made = hashlib.sha256()
    for folder in ("flows.extraction", "seeds"):
        for name, file in sorted(_sources(files(folder), folder)):
            made.update(f"{name}\0".encode())
            made.update(hashlib.sha256(file.read_bytes()).digest())
    return made.hexdigest()[:8]


def _sources(folder: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.name in _NOT_READ or entry.name.startswith((".", "__")):
            continue
        if entry.is_dir():
            yield from _sources(entry, f"{name}/{entry.name}")
        else:
            yield f"{name}/{entry.name}", entry


EXTRACTOR_VERSION = f"{_RULES}+{_fingerprint()}"
