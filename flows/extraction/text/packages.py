"""Zip packages, which docx, xlsx and ofd files are: opened only when they unpack to no more than a document would."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from flows.extraction.facts import Unreadable

MOST_UNPACKED = 200 * 1024 * 1024
"""Bytes that a package may unpack to in all."""
MOST_XML = 32 * 1024 * 1024
"""Bytes that one XML member may unpack to: its tree takes some ten times as much."""
MOST_MEMBERS = 5000
MOST_RATIO = 200
"""How much larger than its packed form a large member may be."""


def opened(content: bytes) -> zipfile.ZipFile:
    """The package, its sizes checked before anything is unpacked."""
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as fault:
        raise Unreadable("damaged", "The file is a damaged or cut-off zip package; fetch it again.") from fault
    members = package.infolist()
    whole = sum(member.file_size for member in members)
    swollen = any(
        member.file_size > 10_000_000 and member.file_size > MOST_RATIO * max(1, member.compress_size)
        for member in members
    )
    if len(members) > MOST_MEMBERS or whole > MOST_UNPACKED or swollen:
        package.close()
        raise Unreadable(
            "too_large", f"The package would unpack to {whole >> 20} MB in {len(members)} members; it is no report."
        )
    if any(member.flag_bits & 1 for member in members):
        package.close()
        raise Unreadable("encrypted", "The package asks for a password; get it from the publisher in an open form.")
    return package


def xml_of(package: zipfile.ZipFile, name: str) -> Any:
    """The root of an XML member. Entities are not expanded, nothing is fetched. Unreadable if it is damaged."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        if package.getinfo(name).file_size > MOST_XML:
            raise Unreadable("too_large", f"{name} would unpack to more than {MOST_XML >> 20} MB; it is no report.")
        data = package.read(name)
        if b"<!DOCTYPE" in data[:2000] or b"<!ENTITY" in data[:4000]:
            raise Unreadable("refused", f"{name} declares entities, which no office program writes; it was not read.")
        return etree.fromstring(data, parser)
    except KeyError as fault:
        raise Unreadable("damaged", f"The package lacks {name}; fetch the file again.") from fault
    except (etree.XMLSyntaxError, zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError) as fault:
        raise Unreadable("damaged", f"{name} in the package is damaged; fetch the file again.") from fault
