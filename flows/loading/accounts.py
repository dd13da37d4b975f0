"""Accounts of the runs, in the archive: what no WARC can tell and the warehouse needs to be built from it alone.

`runs/RUN.json` holds a run's row and its portals' rows; `registries/DIGEST.yaml` each registry that a run worked with,
once. An account is never changed; a run that was cut off has none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from crawlers.archive.store import AlreadyThere, Store
from crawlers.portals import Portal, Registry, load_registry

_RUNS, _REGISTRIES = "runs", "registries"


class Account(NamedTuple):
    """What a run said of itself."""

    run: Mapping[str, Any]
    """Its row of `runs`."""
    portals: tuple[Mapping[str, Any], ...]
    """Its rows of `portal_runs`."""
    registry: str
    """Name of its registry in the archive."""


def archive_account(
    store: Store, run: Mapping[str, Any], portals: Iterable[Mapping[str, Any]], registry: Path
) -> Account:
    """Put a run's account into the archive, and its registry where the archive has it not yet. Raises AlreadyThere
    when the run has an account."""
    text = registry.read_bytes()
    account = Account(run, tuple(portals), f"{_REGISTRIES}/{hashlib.sha256(text).hexdigest()[:16]}.yaml")
    if not store.exists(account.registry):
        with contextlib.suppress(AlreadyThere):  # another run may have put it there meanwhile
            store.publish_bytes(text, account.registry)
    told = json.dumps(account._asdict(), ensure_ascii=False, indent=1)
    store.publish_bytes(told.encode("utf-8"), f"{_RUNS}/{run['run_id']}.json")
    return account


def read_accounts(store: Store) -> dict[str, Account]:
    """The accounts of all runs that came to an end, oldest first."""
    accounts = {}
    for name in store.names(_RUNS, ".json"):
        with store.open(name) as file:
            told = json.load(file)
        account = Account(told["run"], tuple(told["portals"]), told["registry"])
        accounts[str(account.run["run_id"])] = account
    return accounts


def registries(store: Store, accounts: Iterable[Account], given: Path | None = None) -> list[Registry]:
    """The registries that tell the portals of an archive, the one in force first: the one that is given, or those that
    runs (given oldest first) worked with, the last run's first."""
    if given is not None:
        return [load_registry(given)]
    found = []
    for name in dict.fromkeys(account.registry for account in reversed(list(accounts))):
        with tempfile.NamedTemporaryFile(suffix=".yaml") as copy, store.open(name) as file:
            copy.write(file.read())
            copy.flush()
            found.append(load_registry(copy.name))
    return found


def portals_of(found: Iterable[Registry]) -> dict[str, Portal]:
    """Every portal by its id, as the first of the registries that know it tells."""
    return {portal.id: portal for registry in reversed(list(found)) for portal in registry}
