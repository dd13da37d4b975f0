import re
from pathlib import Path

import pytest

from flows.cli.doctor import masked, reader_of_old_files
from flows.settings import Settings


def test_each_setting_says_where_it_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("FAZHI_SHARDS=3\nFAZHI_PROCESSES=4\n")
    (tmp_path / "fazhi.toml").write_text('contact = "a@example.org"\nshards = 9\n')
    monkeypatch.setenv("FAZHI_PROCESSES", "5")
    settings = Settings(data=tmp_path)
    origins = settings.origins()
    told = {name: (origins[name], getattr(settings, name)) for name in ("data", "contact", "shards", "processes")}
    assert told == {
        "data": ("given", tmp_path),
        "contact": ("fazhi.toml", "a@example.org"),
        "shards": (".env", 3),
        "processes": ("environment", 5),
    }
    assert origins["crawl_timeout_s"] == "default"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("PREFECT_API_AUTH_STRING", "me:word", "•••"),
        ("PREFECT_API_KEY", "pnu_1", "•••"),
        ("FAZHI_ARCHIVE", "s3://key:word@bucket/archive", "s3://•••@bucket/archive"),
        ("PREFECT_SERVER_DATABASE_CONNECTION_URL", "postgresql+asyncpg://u:w@h/d", "postgresql+asyncpg://•••@h/d"),
        ("FAZHI_CONTACT", "a@example.org", "a@example.org"),
        ("FAZHI_ARCHIVE", "s3://bucket/archive", "s3://bucket/archive"),
    ],
    ids=["auth", "key", "bucket", "database", "mailbox", "no-secret"],
)
def test_no_secret_is_shown(name: str, value: str, shown: str) -> None:
    assert masked(name, value) == shown


@pytest.mark.parametrize(
    ("programs", "state", "told"),
    [
        ("soffice soffice.bin swriter scalc", "ok", r"/soffice$"),
        (
            "soffice soffice.bin swriter",
            "optional",
            r"/soffice lacks its Calc, so \.xls cannot .* libreoffice-calc-nogui$",
        ),
        (
            "soffice soffice.bin",
            "optional",
            r"lacks its Writer and its Calc, so \.doc, \.wps, \.rtf, \.xls cannot",
        ),
        ("libreoffice", "ok", r"/libreoffice$"),
        ("", "optional", r"^not installed.*install libreoffice-writer-nogui libreoffice-calc-nogui$"),
    ],
    ids=["whole", "no-calc", "bare", "parts-elsewhere", "none"],
)
def test_it_is_said_what_libreoffice_cannot_read(
    programs: str, state: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in programs.split():
        (tmp_path / name).touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = reader_of_old_files()
    assert (found.state, bool(re.search(told, found.detail))) == (state, True), found.detail
