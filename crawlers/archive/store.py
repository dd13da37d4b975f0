"""The archive root: a folder or any other fsspec URL, where files appear whole and are never overwritten."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

WARC_FOLDER = "warc"
WARC_SUFFIX = ".warc.gz"
OPEN_SUFFIX = ".open"
"""What a WARC file is called besides its name while it is being written."""


class AlreadyThere(Exception):  # noqa: N818 - says what is the matter, as the reader meets it
    """A file of that name exists in the archive; the archive never overwrites."""

    exit_code = 1


class NoSuchFile(Exception):  # noqa: N818 - says what is the matter, as the reader meets it
    """A file that the archive should hold is not there."""

    exit_code = 1


class UploadFailed(Exception):  # noqa: N818 - says what is the matter, as the reader meets it
    """A remote archive did not take a file."""

    exit_code = 1


class Store:
    """Files under an archive root. Names are relative to it, with forward slashes.

    `root` is a path or an fsspec URL (`s3://bucket/archive`). Files of a remote root are first written whole under
    `staging`, a local folder, then uploaded with a conditional put.
    """

    def __init__(self, root: str | os.PathLike[str], *, staging: str | os.PathLike[str] | None = None) -> None:
        self.root = os.fspath(root)
        remote = "://" in self.root and not self.root.startswith("file://")
        self._fs: Any = None
        if remote:
            import fsspec

            self._fs, self._base = fsspec.core.url_to_fs(self.root.rstrip("/"))
            self.local: Path | None = None
            self.staging = Path(staging) if staging is not None else Path("data/archive-staging")
        else:
            self.local = Path(self.root.removeprefix("file://"))
            self.staging = self.local
        """Where files are written before they are published; the root itself when that is local."""

    def names(self, folder: str, suffix: str) -> list[str]:
        """Return the names of the files in `folder` that end in `suffix`, sorted; no folder means no files."""
        if self.local is not None:
            path = self.local / folder
            if not path.is_dir():
                return []
            return sorted(f"{folder}/{entry.name}" for entry in path.iterdir() if entry.name.endswith(suffix))
        self._fs.invalidate_cache()
        try:
            found = self._fs.ls(f"{self._base}/{folder}", detail=False)
        except FileNotFoundError:
            return []
        return sorted(f"{folder}/{name.rsplit('/', 1)[-1]}" for name in found if name.endswith(suffix))

    def exists(self, name: str) -> bool:
        """Tell whether a file of that name is published."""
        if self.local is not None:
            return (self.local / name).exists()
        return bool(self._fs.exists(f"{self._base}/{name}"))

    def size(self, name: str) -> int:
        """Return the size in bytes; raises NoSuchFile."""
        try:
            return (
                (self.local / name).stat().st_size
                if self.local is not None
                else int(self._fs.size(f"{self._base}/{name}"))
            )
        except FileNotFoundError:
            raise NoSuchFile(f"The archive {self.root} has no file {name}.") from None

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading; raises NoSuchFile."""
        try:
            if self.local is not None:
                return (self.local / name).open("rb")
            return cast(IO[bytes], self._fs.open(f"{self._base}/{name}", "rb"))
        except FileNotFoundError:
            raise NoSuchFile(f"The archive {self.root} has no file {name}.") from None

    def read_range(self, name: str, offset: int, length: int) -> bytes:
        """Return the bytes from `offset`, at most `length` of them; raises NoSuchFile."""
        if self.local is not None:
            with self.open(name) as file:
                file.seek(offset)
                return file.read(length)
        try:
            return bytes(self._fs.cat_file(f"{self._base}/{name}", start=offset, end=offset + length))
        except FileNotFoundError:
            raise NoSuchFile(f"The archive {self.root} has no file {name}.") from None

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a file, line ends kept."""
        with self.open(name) as file:
            yield from file

    def publish(self, written: Path, name: str) -> None:
        """Give a whole, fsynced local file its name in the archive and take the temporary name away.

        Raises AlreadyThere when the name is taken: a rename would overwrite, so a local file is linked and a remote
        one is put with `If-None-Match: *`.
        """
        if self.local is not None:
            target = self.local / name
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(written, target)
            except FileExistsError:
                raise AlreadyThere(f"{target} exists already; {written} is left as it is.") from None
            written.unlink()
            sync_folder(target.parent)
            if written.parent != target.parent:
                sync_folder(written.parent)
            return
        try:
            self._fs.put_file(str(written), f"{self._base}/{name}", mode="create")
        except OSError as error:
            if isinstance(error, FileExistsError) or _precondition_failed(error):
                raise AlreadyThere(f"{self.root}/{name} exists already; {written} is left as it is.") from error
            raise UploadFailed(
                f"{written} could not be uploaded to {self.root} ({error}); it stays, and `fazhi archive salvage` "
                "tries again."
            ) from error
        written.unlink()

    def replace(self, name: str, data: bytes) -> None:
        """Write a file whole, in place of one that may be there. Only for what can be rebuilt from the WARCs."""
        if self.local is None:
            self._fs.pipe_file(f"{self._base}/{name}", data)
            return
        target = self.local / name
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f"{target.name}.{os.getpid()}{OPEN_SUFFIX}")
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
        sync_folder(target.parent)

    def publish_bytes(self, data: bytes, name: str) -> None:
        """Write a small file at once under its name; raises AlreadyThere when the name is taken."""
        temporary = self.staging / f"{name}.{os.getpid()}{OPEN_SUFFIX}"
        temporary.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            self.publish(temporary, name)
        except AlreadyThere:
            temporary.unlink()
            raise


def _precondition_failed(error: OSError) -> bool:
    """Tell whether a put was refused because the name is taken; S3 says so only in the cause of the error."""
    response = getattr(error.__cause__, "response", None)
    return isinstance(response, dict) and response.get("Error", {}).get("Code") in (
        "PreconditionFailed",
        "ConditionalRequestConflict",
    )


def sync_folder(folder: Path) -> None:
    """Make a new, renamed or removed name in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
