"""Files that are packed for the way: the one document in a zip is read in its place."""

from __future__ import annotations

import re
import zipfile

from flows.extraction.facts import Unreadable
from flows.extraction.text.packages import opened

_DOCUMENT = re.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?|et|rtf|html?|txt)$", re.I)
_REPORT = re.compile(r"法治政府|依法行政")
_LEFT_BY_SYSTEMS = re.compile(r"(?:^|/)(?:__MACOSX/|\.|~\$)")
_PACKAGE = re.compile(r"^(?:OFD\.xml$|word/|xl/)")
_UTF8_NAME = 0x800
"""Flag of a member whose name is UTF-8. Without it zipfile takes code page 437, where Chinese Windows packs GBK."""


def packed_document(content: bytes) -> tuple[str, bytes] | None:
    """Name and bytes of the document in a zip: the only one, or of several the only one whose name is a report's.

    None for a package that is a document itself (docx, xlsx, ofd). Raises Unreadable where the zip holds no document or
    several, and where it is damaged, locked or unpacks to more than a document would."""
    with opened(content) as package:
        if any(_PACKAGE.match(name) for name in package.namelist()):
            return None
        found = {name: one for one in package.infolist() if _is_document(name := _name(one)) and not one.is_dir()}
        if len(found) > 1:
            named = {name: one for name, one in found.items() if _REPORT.search(name)}
            if len(named) != 1:
                raise Unreadable(
                    "wrong_type", f"The file is a zip of {len(found)} documents; unpack it and read the files in it."
                )
            found = named
        for name, one in found.items():
            try:
                return name, package.read(one)
            except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError) as fault:
                raise Unreadable("damaged", f"{name} in the zip is damaged; fetch the file again.") from fault
    raise Unreadable("wrong_type", "The file is a zip package of no kind that is read; look at it by hand.")


def _name(member: zipfile.ZipInfo) -> str:
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _is_document(name: str) -> bool:
    return _DOCUMENT.search(name) is not None and _LEFT_BY_SYSTEMS.search(name) is None
