import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from flows.data_directory import DataDirectory, DataDirectoryError


def test_a_full_disk_is_told_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(100, 99, 2**20))
    with pytest.raises(DataDirectoryError, match=r"Only 1 MB are free"):
        DataDirectory(tmp_path).prepare()


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataDirectoryError, match="cannot be written"):
        DataDirectory(tmp_path / "file" / "data").prepare()
