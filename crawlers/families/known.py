"""The families that are known, and which of them a page comes from."""

from __future__ import annotations

from dataclasses import dataclass

from crawlers.families.eportal import Eportal
from crawlers.families.generic import Generic
from crawlers.families.gkmlpt import Gkmlpt
from crawlers.families.hanweb import Hanweb
from crawlers.families.lonsun import Lonsun
from crawlers.families.nfcms import Nfcms
from crawlers.families.reading import Family, ListReading, Page
from crawlers.families.trs import Trs
from crawlers.families.ucap import Ucap
from crawlers.families.vsb import Vsb

GENERIC: Family = Generic()
# In the order in which they are asked: the surest marks first. The generic family is what remains.
FAMILIES: tuple[Family, ...] = (
    Gkmlpt(),
    Nfcms(),
    Hanweb(),
    Vsb(),
    Lonsun(),
    Eportal(),
    Ucap(),
    Trs(),
    GENERIC,
)
# Systems that stand on a portal's own host beside the platform of its articles.
_BESIDE = frozenset({"gkmlpt"})


@dataclass(frozen=True, slots=True)
class Recognition:
    """A family and why a page is taken to be its own."""

    family: Family
    evidence: str


class UnknownFamilyError(Exception):
    """A family's name that no module answers to."""

    exit_code = 2


def family_named(name: str) -> Family:
    """The family of a registry entry; raises UnknownFamilyError with the names that there are."""
    for family in FAMILIES:
        if family.name == name.strip().lower():
            return family
    names = ", ".join(family.name for family in FAMILIES)
    raise UnknownFamilyError(f"There is no family {name!r}; the families are {names}.")


def family_of(page: Page, named: str | None) -> Family:
    """The family that reads a page: the one the registry names, unless the page is of a catalogue beside it."""
    found = recognise(page).family
    return family_named(named) if named and found.name not in _BESIDE else found


def read_by(family: Family, page: Page) -> ListReading:
    """What a page lists, read by its family, and by the generic reader where the family finds nothing."""
    reading = family.read(page)
    if reading.entries or family is GENERIC:
        return reading
    generic = GENERIC.read(page)
    return generic if generic.entries else reading


def recognise(page: Page) -> Recognition:
    """The family that a page comes from; the generic one where none recognises it."""
    for family in FAMILIES:
        if (evidence := family.recognise(page)) is not None:
            return Recognition(family, evidence)
    return Recognition(GENERIC, "no mark of a known platform")
