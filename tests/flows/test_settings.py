from __future__ import annotations

from pathlib import Path

import pytest

from flows.settings import Settings, SettingsError

REFUSED = {
    "too small": ({"FAZHI_SHARDS": "0"}, "", "shards"),
    "no number": ({"FAZHI_SHARDS": "many"}, "", "'many'"),
    "no lake": ({"FAZHI_WAREHOUSE": "postgres:dbname=lake"}, "", "write ducklake:postgres:"),
    "a password for all to see": (
        {"FAZHI_WAREHOUSE": "ducklake:postgres:dbname=lake password=hush"},
        "",
        r"password=•••'.*belongs into PGPASSWORD",
    ),
    "misspelt": ({"FAZHI_CONTCAT": "a@example.org"}, "", "FAZHI_CONTCAT"),
    "misspelt in the file": ({}, "contcat = 'a@example.org'", "contcat"),
    "file is no TOML": ({}, "contact = ", "fazhi.toml"),
}


@pytest.mark.parametrize(("environment", "file", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_a_setting_that_cannot_be_used_is_named(
    environment: dict[str, str], file: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fazhi.toml").write_text(file, encoding="utf-8")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=told):
        Settings()


def test_places_are_whole_wherever_a_run_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAZHI_ARCHIVE", "kept")
    monkeypatch.setenv("FAZHI_LAKE_DATA", "s3://bucket/lake")
    directory = Settings().directory()
    assert (directory.archive, directory.lake_data) == (str(tmp_path / "kept"), "s3://bucket/lake")
    monkeypatch.setenv("FAZHI_LAKE_DATA", "lake")
    assert Settings().directory().lake_data == str(tmp_path / "lake")


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fazhi.toml").write_text("shards = 3\ncontact = 'file@example.org'\n", encoding="utf-8")
    (tmp_path / ".env").write_text("FAZHI_SHARDS=4\n", encoding="utf-8")
    monkeypatch.setenv("FAZHI_CONTACT", "environment@example.org")
    settings = Settings()
    assert (settings.shards, settings.contact) == (4, "environment@example.org")
