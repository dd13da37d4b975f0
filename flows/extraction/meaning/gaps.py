"""What reports count and the catalogue does not know: the material from which it can grow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flows.extraction.facts import Observation, Quantity, Section
from flows.extraction.meaning.catalogue import Catalogue, load_catalogue

CLAUSE_MARK = re.compile(r"[,，;；:：。!?！？\n\t、()（）]")
LEADING = re.compile(
    r"^(?:其中|同时|共计|共|累计|全年|年内|今年以来|已|分别|均|并|依法|成功|积极|有效|开展|组织|举办|召开|完成|办理|出具|制定|发布"
    r"|印发|推出|新增|收到|受理|实现|达到?|提出|提供|发放|派发|处理|化解|设立|建立|建成|新建|新设|[我本][市县区镇乡局]|\d{4}年度?|[^,，]{0,6}?全[市省区县镇州])+"
)
TRAILING = re.compile(r"(?:达到|达|为|是|共计|合计|累计|共|均|分别|的|约|近|超)+$")
NUMERAL = re.compile(r"[\d０-９.,，%％万亿余多]+")
KINDS = frozenset(("count", "percent", "money"))
TAIL = 4
"""Characters at the end of what is counted that make two statements one gap."""


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A figure that looks like an indicator and is none of the catalogue."""

    report: str
    words: str
    """What is counted."""
    unit: str
    kind: str
    sentence: str
    """The figure in its clauses."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Unclaimed figures of one kind."""

    words: str
    unit: str
    kind: str
    reports: int
    statements: int
    examples: tuple[str, ...]


def unclaimed(
    report: str,
    text: str,
    quantities: Sequence[Quantity],
    observations: Sequence[Observation],
    sections: Sequence[Section] = (),
    catalogue: Catalogue | None = None,
) -> tuple[Unclaimed, ...]:
    """The counts, rates and amounts of a report that no indicator claims; plans and spans of time are left out."""
    known = catalogue or load_catalogue()
    units = frozenset(unit for indicator in known.indicators.values() for unit in indicator.units)
    claimed = {observation.quantity for observation in observations}
    plans = [(section.start, section.end) for section in sections if section.part == "plans"]
    found: list[Unclaimed] = []
    for quantity in quantities:
        if quantity.ordinal in claimed or quantity.optional or quantity.kind not in KINDS:
            continue
        if quantity.unit not in units or any(start <= quantity.start < end for start, end in plans):
            continue
        words = _counted(text, quantity)
        if len(words) >= 2:
            begin = max(text.rfind("\n", 0, quantity.start) + 1, quantity.start - 40)
            sentence = text[begin : quantity.end + 20].split("\n")[0]
            found.append(Unclaimed(report, words, quantity.unit or "", quantity.kind, sentence))
    return tuple(found)


def group(figures: Iterable[Unclaimed]) -> tuple[Gap, ...]:
    """Like figures together, those of most reports first."""
    groups: dict[tuple[str, str, str], list[Unclaimed]] = {}
    for figure in figures:
        groups.setdefault((figure.words[-TAIL:], figure.unit, figure.kind), []).append(figure)
    gaps = [
        Gap(
            words=min((one.words for one in members), key=lambda words: (len(words), words)),
            unit=unit,
            kind=kind,
            reports=len({one.report for one in members}),
            statements=len(members),
            examples=tuple(dict.fromkeys(one.sentence for one in members))[:3],
        )
        for (_, unit, kind), members in groups.items()
    ]
    return tuple(sorted(gaps, key=lambda gap: (-gap.reports, -gap.statements, gap.words, gap.unit)))


def _counted(text: str, quantity: Quantity) -> str:
    """The words beside a number that tell what it counts: those before it, else those right behind it."""
    before = CLAUSE_MARK.split(text[max(0, quantity.start - 30) : quantity.start])[-1]
    before = TRAILING.sub("", LEADING.sub("", NUMERAL.split(before)[-1]))
    if len(before) >= 2:
        return before[-16:]
    after = CLAUSE_MARK.split(text[quantity.end : quantity.end + 16])[0]
    return NUMERAL.split(after)[0]
