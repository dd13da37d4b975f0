"""Old office files (doc, xls, wps, rtf): no open format, so LibreOffice turns them into docx where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from flows.extraction.facts import Unreadable
from flows.extraction.text.draft import Draft

LONGEST_SECONDS = 60


def read_legacy(content: bytes, kind: str) -> Draft:
    """The document of an old office file. Unreadable("needs_libreoffice") where no LibreOffice is installed."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise Unreadable(
            "needs_libreoffice",
            "The file is an old Word, WPS or RTF file; install LibreOffice (libreoffice-writer) and read it again.",
        )
    suffix, target = (
        (".rtf", "docx") if kind == "rtf" else (".xls", "xlsx") if _is_workbook(content) else (".doc", "docx")
    )
    with tempfile.TemporaryDirectory(prefix="fazhi-") as folder:
        source = Path(folder, f"file{suffix}")
        source.write_bytes(content)
        command = [
            office,
            "--headless",
            "--norestore",
            f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to",
            target,
            "--outdir",
            folder,
            str(source),
        ]
        try:
            subprocess.run(
                command, check=True, timeout=LONGEST_SECONDS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as fault:
            raise Unreadable("damaged", "LibreOffice cannot read the file; look at it by hand.") from fault
        made = source.with_suffix(f".{target}")
        if not made.is_file():
            raise Unreadable("damaged", "LibreOffice cannot read the file; look at it by hand.")
        converted = made.read_bytes()
    from flows.extraction.text.office import read_office

    return read_office(converted, "zip")


def _is_workbook(content: bytes) -> bool:
    return "Workbook".encode("utf-16-le") in content or "Book\0".encode("utf-16-le") in content
