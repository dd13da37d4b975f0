"""Floors under an evaluation: a folder's `floors.yaml` pins what was reached, over a corpus of that very digest.

    corpus: 6b1f…                     # digest of the folder's files
    floors: {body: 1.0, title: 0.98}  # shares that must be reached, 1 is all
    lowered:                          # each fall of a floor, with its reason
      - {floor: title, before: 1.0, now: 0.98, reason: …}

Without a digest the floors hold for whatever the folder has. A floor rises whenever floors are set
anew; it falls only when a reason is given.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import yaml

FILE = "floors.yaml"
_NOT_CORPUS = frozenset({FILE, "README.md", "__pycache__"})
_TOLERANCE = 1e-9


class FloorBroken(Exception):  # noqa: N818 - it is a verdict on the extraction
    """What is measured lies below a floor, or the corpus is not the one that the floors were set on."""

    exit_code = 3


class NoReason(Exception):  # noqa: N818 - a wrong use, told in its sentence
    """A floor would fall and nobody says why."""

    exit_code = 2


def digest(folder: Path) -> str:
    """The digest of the folder's files: names and bytes, without floors, README and test code."""
    made = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not _NOT_CORPUS & set(inside.parts) and path.suffix != ".py":
            made.update(f"{inside.as_posix()}\0".encode())
            made.update(hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()


def hold(folder: Path, measured: dict[str, float], file: Path | None = None) -> None:
    """Raise FloorBroken where a measured share lies below its floor or the corpus changed; nothing without floors,
    which stand in the folder's own `floors.yaml` or in `file`."""
    pinned = _read(file or folder / FILE)
    if pinned is None:
        if file is not None:
            raise FloorBroken(f"There are no floors at {file}; --set-floors pins what is reached.")
        return
    if pinned.get("corpus") not in (None, digest(folder)):
        raise FloorBroken(
            f"{folder} is not the corpus that its floors were set on; look at what changed, then give --set-floors."
        )
    fallen = [
        f"{name} {measured.get(name, 0.0):.4f} under {floor:.4f}"
        for name, floor in pinned["floors"].items()
        if measured.get(name, 0.0) < floor - _TOLERANCE
    ]
    if fallen:
        raise FloorBroken(
            f"Below the floors of {folder}: {', '.join(fallen)}; mend it, or set them: --set-floors --reason '…'."
        )


def set_floors(folder: Path, measured: dict[str, float], reason: str | None = None, file: Path | None = None) -> None:
    """Pin what is measured on the folder as it is now, in the folder or in `file`. Raises NoReason where a floor would
    fall without a reason."""
    pinned = _read(file or folder / FILE) or {"floors": {}, "lowered": []}
    now = {name: round(share, 4) for name, share in measured.items()}
    falls = [
        {"floor": name, "before": before, "now": now.get(name), "reason": reason}
        for name, before in pinned["floors"].items()
        if now.get(name, 0.0) < before - _TOLERANCE
    ]
    if falls and not (reason or "").strip():
        names = ", ".join(str(fall["floor"]) for fall in falls)
        raise NoReason(f"These floors would fall: {names}; say why with --reason '…', or mend what made them fall.")
    made = {"corpus": digest(folder), "floors": now, "lowered": [*pinned.get("lowered", []), *falls]}
    text = yaml.safe_dump(made, allow_unicode=True, sort_keys=False)
    (file or folder / FILE).write_text(text, encoding="utf-8")


def _read(file: Path) -> dict[str, Any] | None:
    if not file.is_file():
        return None
    loaded: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return loaded
