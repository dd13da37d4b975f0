"""The archive in another folder or on S3: a night writes it there, and every command reads it there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawlers.sample import open_sample_portals
from tests.crawlers.archive.seaweed import s3_server
from tests.end_to_end.nights import fazhi

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module", params=["folder", "s3"])
def night(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Data directory and archive root of a night on the sample portals."""
    data = tmp_path_factory.mktemp("elsewhere") / "data"
    with pytest.MonkeyPatch.context() as patch:
        root = str(data.with_name("archive"))
        if request.param == "s3":
            root = "s3://fazhi/archive"
            environment = s3_server(tmp_path_factory.mktemp("weed"))
            for name, value in environment.__enter__().items():
                patch.setenv(name, value)
            request.addfinalizer(lambda: environment.__exit__(None, None, None))
        with open_sample_portals(port=0) as opened:
            done = fazhi("run", "--portals", str(opened.registry), "--data", str(data), "--archive", root)
        assert done.returncode == 0, done.stdout + done.stderr
        yield data, root


def test_nothing_of_it_stays_in_the_data_directory(night: tuple[Path, str]) -> None:
    data, _ = night
    assert not (data / "archive").exists()
    assert not [path for path in (data / "archive-staging").rglob("*") if path.is_file()]


COMMANDS = [
    pytest.param(["archive", "check"], "sound", id="check"),
    pytest.param(["archive", "index", "--dry-run"], "0 would change", id="index"),
    pytest.param(["archive", "salvage"], "0 files closed", id="salvage"),
    pytest.param(["evidence", "--all", "--workers", "1"], "every one is verified", id="evidence"),
    pytest.param(["reextract"], "nothing to do", id="reextract"),
]


@pytest.mark.parametrize(("command", "told"), COMMANDS)
def test_commands_read_it_there(night: tuple[Path, str], command: list[str], told: str) -> None:
    data, root = night
    done = fazhi(*command, "--data", str(data), "--archive", root)
    assert (done.returncode, told in done.stdout) == (0, True), done.stdout + done.stderr


def test_a_warehouse_is_made_of_it(night: tuple[Path, str], tmp_path: Path) -> None:
    _, root = night
    done = fazhi("reextract", "--data", str(tmp_path), "--archive", root)
    assert (done.returncode, "0 problems" in done.stdout) == (0, True), done.stdout + done.stderr
