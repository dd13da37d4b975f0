"""What a number's sentence, those before it and the headings over it speak of, as bits of the catalogue's groups."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from flows.extraction.facts import Section
from flows.extraction.meaning.matcher import Hit, Matcher

NARROW = (("，", ","), ("；", ";"), ("：", ":"), ("（", "("), ("）", ")"), ("！", "!"), ("？", "?"), ("％", "%"))
"""Full-width marks to their narrow twins, one character for one, so that offsets stay."""
CLAUSE_END = re.compile(r"[,;:。!?\n\t]")


class Topics:
    """The topics of one text, each looked for once."""

    def __init__(self, flat: str, sections: Sequence[Section], matcher: Matcher) -> None:
        self.flat = flat
        self.sections = sorted(sections, key=lambda section: section.start)
        self.section_starts = [section.start for section in self.sections]
        self.parents = _parents(self.sections)
        self.headings: dict[int, int] = {}
        self.holding: dict[int, list[Section]] = {}
        self.spoken: dict[tuple[int, int], int] = {}
        self.matcher = matcher

    def of_sentence(self, start: int, end: int) -> int:
        """What a sentence speaks of at its end."""
        if (start, end) not in self.spoken:
            self.spoken[start, end] = self.latest(self.flat, self.matcher.scan(self.flat, start, end))
        return self.spoken[start, end]

    def latest(self, flat: str, hits: Sequence[Hit]) -> int:
        """The topics of the last word that has any; of two words one inside the other the longer speaks.

        With them the words of its clause that make them another's: 以市局为被申请人的行政复议 is not the bureau's own.
        """
        topics, estranging = self.matcher.topics, self.matcher.estranging
        for at in range(len(hits) - 1, -1, -1):
            spoken = hits[at][2] & topics
            if not spoken:
                continue
            start, end = hits[at][:2]
            for hit in hits[max(at - 4, 0) : at]:
                if hit[0] <= start and hit[1] >= end and hit[2] & topics:
                    spoken = hit[2] & topics
                    break
            if bits(hits) & estranging:
                begin = max(flat.rfind(mark, 0, start) for mark in ",;:。\n") + 1
                close = CLAUSE_END.search(flat, end)
                stop = close.start() if close else len(flat)
                if not flat.startswith("其中", begin):
                    spoken |= bits([hit for hit in hits if begin <= hit[0] < stop]) & estranging
            return spoken
        return 0

    def of_headings(self, around: Sequence[Section]) -> int:
        """What the headings over a number speak of, the innermost first."""
        for section in around:
            if section.ordinal not in self.headings:
                title = narrowed(section.title)
                hits = self.matcher.scan(title, 0, len(title))
                self.headings[section.ordinal] = self.latest(title, hits)
            if self.headings[section.ordinal]:
                return self.headings[section.ordinal]
        return 0

    def around(self, at: int) -> list[Section]:
        """The sections that hold `at`, innermost first."""
        innermost = bisect_right(self.section_starts, at) - 1
        if innermost not in self.holding:  # a section ends where another begins
            found: list[Section] = []
            index = innermost
            while index >= 0:
                if at < self.sections[index].end:
                    found.append(self.sections[index])
                index = self.parents[index]
            self.holding[innermost] = found
        return self.holding[innermost]


def narrowed(text: str) -> str:
    """The text with the narrow twins of full-width marks; offsets stay."""
    for wide, narrow in NARROW:
        text = text.replace(wide, narrow)
    return text


def bits(hits: Sequence[Hit]) -> int:
    """The groups of all these words."""
    met = 0
    for hit in hits:
        met |= hit[2]
    return met


def _parents(sections: Sequence[Section]) -> list[int]:
    """For each section the index of the section before it that may hold it too, -1 for none."""
    parents: list[int] = []
    open_sections: list[int] = []
    for index, section in enumerate(sections):
        while open_sections and sections[open_sections[-1]].end <= section.start:
            open_sections.pop()
        parents.append(open_sections[-1] if open_sections else -1)
        open_sections.append(index)
    return parents
