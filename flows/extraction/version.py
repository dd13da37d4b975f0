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
        for file in sorted(_sources(files(folder)), key=lambda file: file.name):
            made.update(f"{folder}/{file.name}\0".encode())
            made.update(hashlib.sha256(file.read_bytes()).digest())
    return made.hexdigest()[:8]


def _sources(folder: Traversable) -> Iterator[Traversable]:
    for entry in folder.iterdir():
        if entry.is_file() and entry.name not in _NOT_READ and not entry.name.startswith((".", "__init__")):
            yield entry


EXTRACTOR_VERSION = f"{_RULES}+{_fingerprint()}"
