"""Direct dependencies are pinned, and the tested set in deploy/ holds those very pins, with hashes and no addresses."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "deploy" / "requirements.lock").read_text(encoding="utf-8")
DIRECT = [
    *PROJECT["project"]["dependencies"],
    *PROJECT["project"]["optional-dependencies"]["scale"],
    *PROJECT["dependency-groups"]["dev"],
]


@pytest.mark.parametrize("requirement", DIRECT)
def test_a_direct_dependency_is_pinned_and_locked(requirement: str) -> None:
    pin = requirement.split(";")[0].strip()
    assert re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+", pin), f"{requirement} is not pinned"
    assert re.search(rf"^{re.escape(pin)}(?= [;\\])", LOCK, re.M), f"deploy/requirements.lock does not hold {pin}"


def test_the_lock_has_hashes_and_no_addresses() -> None:
    assert "://" not in LOCK
    pins = re.findall(r"^([a-z0-9._-]+)==\S+ (.*)$", LOCK, re.M)
    assert len(pins) > 100
    assert LOCK.count("--hash=sha256:") >= len(pins)
