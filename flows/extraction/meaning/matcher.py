"""The catalogue of indicators compiled: one scan finds its words, and integers stand for its groups of words.

Every group of words is a bit, so that a phrasing is held against the words around a number by a few comparisons.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import add

from flows.extraction.facts import Quantity
from flows.extraction.meaning.catalogue import Catalogue, Group, Indicator, Phrasing, load_catalogue

TITLE = re.compile(r"《[^》\n]*》")
DENIED = re.compile(r"(?:未(?:再|予|曾|能)?(?:提起|进入|引发|发生|出现|办理|作出|实施|开展)?|不予)$")
"""What makes the word behind it say the contrary."""
DENYING = frozenset("未予再曾能起入发生现理出施展")
MODIFIER = (
    r"(?:县级|市级|区级|省级|市直|县直|区直|省直|党政|行政|相关|有关|职能|成员|基层|重点|试点|涉企|各类|责任|牵头"
    r"|镇\(街\))*+"
)
NOTHING = r"(?!)"
"""A pattern that matches nowhere, for a catalogue without carriers."""
NUMBER_ENDS = frozenset("0123456789０１２３４５６７８９万亿余")
SETTLED = frozenset(("%", "‰", "个百分点", "百分点", "倍"))

Word = tuple[str, int, int, int]
"""A word, its length, the bits of its groups, and the bits of those groups that accept it inside 《》."""
Hit = tuple[int, int, int]
"""A word found: start, end, bits of its groups."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A phrasing compiled: groups as bits; says_all, clause, sentence and after hold all of theirs."""

    indicator: Indicator
    name: str
    says: tuple[int, ...]
    says_all: int
    clause: int
    sentence: int
    after: int
    about: tuple[int, ...]
    excludes: int
    sentence_excludes: int
    about_excludes: int
    units: frozenset[str]
    in_department: str | None
    order: int


class Matcher:
    """The catalogue compiled to one scan of words and a table of rules."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._bits: dict[Group, int] = {}
        self._fitting: dict[tuple[bool, int, str | None, str, bool, tuple[str, ...] | None], list[Rule]] = {}
        rules: list[Rule] = []
        for indicator in catalogue.indicators.values():
            for phrasing in indicator.phrasings:
                rules.append(self._compile(indicator, phrasing, len(rules)))
        self.topics = 0
        self.estranging = 0
        """The groups that make what is spoken of another's."""
        self.topical = {name for name, dimension in catalogue.dimensions.items() if dimension.get("topic")}
        self.by_says: dict[int, list[Rule]] = {}
        self.by_sentence: dict[int, list[Rule]] = {}
        for rule in rules:
            for bit in rule.about:
                self.topics |= bit
            self.estranging |= rule.about_excludes
            if rule.says:
                self.by_says.setdefault(rule.says[0], []).append(rule)
            else:
                first = rule.sentence or rule.clause
                self.by_sentence.setdefault(first & -first, []).append(rule)
        self.says_keys = _union(self.by_says)
        self.sentence_keys = _union(self.by_sentence)
        self.singles, self.pairs, self.longer = self._words()
        self.single = re.compile(f"[{re.escape(''.join(self.singles))}]" if self.singles else NOTHING)
        carriers = "|".join(sorted(catalogue.carriers, key=len, reverse=True)) or NOTHING
        self.carrier = re.compile(f"{MODIFIER}({carriers})(?!级)")

    def _bit(self, group: Group) -> int:
        return self._bits.setdefault(group, 1 << len(self._bits))

    def _compile(self, indicator: Indicator, phrasing: Phrasing, order: int) -> Rule:
        says = tuple(self._bit(group) for group in phrasing.says)
        excludes = self._bit(phrasing.excludes) if phrasing.excludes else 0
        sentence_excludes = (*indicator.not_sentence, *phrasing.sentence_excludes)
        return Rule(
            indicator=indicator,
            name=phrasing.name,
            says=says,
            says_all=sum(set(says)),
            clause=sum({self._bit(group) for group in phrasing.clause}),
            sentence=sum({self._bit(group) for group in phrasing.sentence}),
            after=sum({self._bit(group) for group in phrasing.after}),
            about=tuple(self._bit(group) for group in phrasing.about),
            excludes=excludes,
            sentence_excludes=self._bit(sentence_excludes) if sentence_excludes else 0,
            about_excludes=self._bit(indicator.not_about) if indicator.not_about else 0,
            units=phrasing.units or indicator.units,
            in_department=phrasing.in_department,
            order=order,
        )

    def _words(self) -> tuple[dict[str, int], dict[str, tuple[int, int]], dict[str, list[Word]]]:
        open_bits: dict[str, int] = {}
        title_bits: dict[str, int] = {}
        for group, bit in self._bits.items():
            for word in group:
                inside = word.startswith("《")
                word = word.lstrip("《")
                kept = title_bits if inside else open_bits
                kept[word] = kept.get(word, 0) | bit
        singles: dict[str, int] = {}
        pairs: dict[str, tuple[int, int]] = {}
        longer: dict[str, list[Word]] = {}
        for word in sorted(open_bits.keys() | title_bits.keys()):
            bits, title = open_bits.get(word, 0), title_bits.get(word, 0)
            if len(word) == 1:
                singles[word] = bits
            elif len(word) == 2:
                pairs[word] = (bits, title)
            else:
                pairs.setdefault(word[:2], (0, 0))
                longer.setdefault(word[:3], []).append((word, len(word), bits, title))
        return singles, pairs, longer

    def fitting(
        self, table: dict[int, list[Rule]], bit: int, quantity: Quantity, kinds: tuple[str, ...] | None
    ) -> list[Rule]:
        """The rules of a table's entry whose indicator such a number can state."""
        bare = quantity.unit is None and quantity.text[-1:] in NUMBER_ENDS
        key = (table is self.by_says, bit, quantity.unit, quantity.kind, bare, kinds)
        if key not in self._fitting:
            self._fitting[key] = [rule for rule in table[bit] if fits(rule, quantity, kinds)]
        return self._fitting[key]

    def scan(self, flat: str, start: int, end: int) -> list[Hit]:
        """Every word of the catalogue between `start` and `end`, by its start."""
        part = flat[start:end]
        pairs, longer = self.pairs, self.longer
        titles = [match.span() for match in TITLE.finditer(part)] if "《" in part else None
        hits: list[Hit] = []
        reached = 0
        for at in [at for at, two in enumerate(map(add, part, part[1:])) if two in pairs]:
            if part[at - 1 : at] in DENYING and DENIED.search(part, max(at - 4, 0), at):
                continue  # 尚未审结 is no 审结
            titled = titles is not None and any(begin < at < close for begin, close in titles)
            held = pairs[part[at : at + 2]][titled]
            if held and not (reached > at and _crosses(hits, start + at, start + at + 2)):
                hits.append((start + at, start + at + 2, held))
                if at + 2 > reached:
                    reached = at + 2
            for word, length, bits, title in longer.get(part[at : at + 3], ()):
                held = title if titled else bits
                if held and (length == 3 or part.startswith(word, at)):
                    hits.append((start + at, start + at + length, held))
                    if at + length > reached:
                        reached = at + length
        for single in self.single.finditer(part):
            at = start + single.start()
            hits.append((at, at + 1, self.singles[single[0]]))
        hits.sort()
        return hits


def _union(table: dict[int, list[Rule]]) -> int:
    union = 0
    for bit in table:
        union |= bit
    return union


@lru_cache(maxsize=1)
def load_matcher() -> Matcher:
    """The matcher of the project's own catalogue. Raises CatalogueError."""
    return Matcher(load_catalogue())


def fits(rule: Rule, quantity: Quantity, kinds: tuple[str, ...] | None) -> bool:
    """Whether a number of this kind and unit can state the indicator."""
    kind = rule.indicator.kind
    if kinds is not None:
        return kind in kinds
    unit = quantity.unit
    if kind == "percent":
        return unit in ("%", "‰") and quantity.kind != "rank"
    if kind == "rank":
        return quantity.kind == "rank"
    if quantity.kind == "rank" or unit in SETTLED:
        return False
    if kind == "money":
        return quantity.kind == "money" or unit == "元"
    if unit is None:
        return quantity.kind == "count" and quantity.text[-1:] in NUMBER_ENDS
    return unit in rule.units or unit.removeprefix("个") in rule.units


def _crosses(hits: Sequence[Hit], start: int, end: int) -> bool:
    """Whether a short word begins inside an earlier one and ends beyond it: 复议案件 holds no 议案."""
    for hit in reversed(hits):
        if hit[1] <= start - 8:
            return False
        if hit[0] < start < hit[1] < end:
            return True
    return False
