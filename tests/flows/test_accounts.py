"""Accounts of the runs in the archive: read back as they were put there, registries once each."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.archive.store import AlreadyThere, Store
from flows.loading.accounts import archive_account, portals_of, read_accounts, registries

ENTRY = "- {{id: {id}, name: {name}, region_code: '990100', base_url: 'https://{id}.example'}}\n"


def registry(folder: Path, **portals: str) -> Path:
    path = folder / f"{'-'.join(portals)}.yaml"
    path.write_text("".join(ENTRY.format(id=key, name=name) for key, name in portals.items()), encoding="utf-8")
    return path


def test_what_was_put_there_is_read_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "archive")
    rows = [{"run_id": "1", "portal_id": "yunxi", "state": "ok"}]
    for run_id in ("1", "2"):
        archive_account(store, {"run_id": run_id, "flow": "nightly"}, rows, registry(tmp_path, yunxi="云溪市"))
    found = read_accounts(store)
    assert [(account.run["run_id"], list(account.portals)) for account in found.values()] == [("1", rows), ("2", rows)]
    assert len(list((tmp_path / "archive" / "registries").iterdir())) == 1


def test_an_account_is_never_changed(tmp_path: Path) -> None:
    store = Store(tmp_path / "archive")
    archive_account(store, {"run_id": "1", "outcome": "ok"}, [], registry(tmp_path, yunxi="云溪市"))
    with pytest.raises(AlreadyThere):
        archive_account(store, {"run_id": "1", "outcome": "failed"}, [], registry(tmp_path, yunxi="云溪市"))
    assert read_accounts(store)["1"].run["outcome"] == "ok"
    assert not list((tmp_path / "archive").rglob("*.open"))


def test_each_portal_is_as_the_last_run_knew_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "archive")
    archive_account(store, {"run_id": "1"}, [], registry(tmp_path, yunxi="云溪", qinghe="青禾"))
    archive_account(store, {"run_id": "2"}, [], registry(tmp_path, yunxi="云溪市"))
    found = registries(store, read_accounts(store).values())
    assert [portal.id for portal in found[0]] == ["yunxi"]
    assert {key: portal.name for key, portal in portals_of(found).items()} == {"yunxi": "云溪市", "qinghe": "青禾"}
    given = registries(store, read_accounts(store).values(), registry(tmp_path, other="别处"))
    assert list(portals_of(given)) == ["other"]
