"""Old office files (doc, xls, wps, rtf): no open format, so LibreOffice turns them into docx where it is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from flows.extraction.facts import Unreadable

LONGEST_SECONDS = 120
"""A report takes 3 s, and 13 s on a busy machine."""


def libreoffice() -> str | None:
    """The program that reads old files; None where LibreOffice is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def lacks(office: str, part: str) -> bool:
    """Whether the LibreOffice of this program lacks its `writer` or `calc`, as far as its folder shows that."""
    programs = Path(office).resolve().parent
    return (programs / "soffice.bin").exists() and not (programs / f"s{part}").exists()


def modern(content: bytes, kind: str) -> bytes:
    """An old office file as a docx or xlsx package. Unreadable("needs_libreoffice") where no LibreOffice is installed
    that reads it, Unreadable("damaged") where it cannot."""
    office = libreoffice()
    if office is None:
        raise Unreadable(
            "needs_libreoffice",
            "The file is an old Word, WPS, Excel or RTF file; install LibreOffice (libreoffice-writer-nogui, "
            "libreoffice-calc-nogui) and read it again.",
        )
    suffix, target, part = (
        (".rtf", "docx", "writer")
        if kind == "rtf"
        else (".xls", "xlsx", "calc")
        if _is_workbook(content)
        else (".doc", "docx", "writer")
    )
    with tempfile.TemporaryDirectory(prefix="fazhi-") as folder:
        source = Path(folder, f"file{suffix}")
        source.write_bytes(content)
        _convert(office, source, target)
        made = source.with_suffix(f".{target}")
        if not made.is_file():
            if lacks(office, part):
                raise Unreadable(
                    "needs_libreoffice",
                    f"The LibreOffice here has no {part.title()}; install libreoffice-{part}-nogui and read it again.",
                )
            raise Unreadable("damaged", "LibreOffice cannot read the file; look at it by hand.")
        return made.read_bytes()


def _convert(office: str, source: Path, target: str) -> None:
    """Have LibreOffice write `source` in the format `target` beside it, with a profile of its own: two with the same
    would wait for each other. When this returns, none of its processes is left."""
    folder = source.parent
    command = [office, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    try:
        process = subprocess.Popen(
            [*command, "--convert-to", target, "--outdir", str(folder), str(source)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # `soffice` starts the program that reads; both must go.
            process_group=0,
        )
    except OSError as fault:
        raise Unreadable(
            "needs_libreoffice", f"{office} cannot be started ({fault.strerror}); install LibreOffice anew."
        ) from fault
    try:
        process.wait(LONGEST_SECONDS)
    except subprocess.TimeoutExpired as fault:
        raise Unreadable(
            "damaged", f"LibreOffice did not read the file within {LONGEST_SECONDS} s; look at it by hand."
        ) from fault
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _is_workbook(content: bytes) -> bool:
    return "Workbook".encode("utf-16-le") in content or "Book\0".encode("utf-16-le") in content
