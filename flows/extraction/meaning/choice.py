"""Which phrasing of the catalogue fits a number best in its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flows.extraction.facts import Quantity
from flows.extraction.meaning.matcher import Hit, Matcher, Rule
from flows.extraction.meaning.places import REACH, Place
from flows.extraction.meaning.topics import bits

BRACKETED = re.compile(r"\([^()]*\)")
PLACES = frozenset(("乡镇", "镇街", "街道", "村", "社区", "县"))
NAMELESS = frozenset(
    ("人", "名", "位", "人次", "次", "场", "场次", "期", "轮", "讲", "堂", "件", "宗", "起", "份", "条")
)
"""Units that count no body and no place: 5次县政府常务会议 counts meetings."""


@dataclass(frozen=True, slots=True)
class Found:
    """A phrasing that holds for a number."""

    rule: Rule
    score: float
    confidence: float
    start: int
    end: int


class Choice:
    """Chooses among the phrasings of a catalogue for the numbers of one text."""

    def __init__(self, flat: str, matcher: Matcher) -> None:
        self.flat = flat
        self.matcher = matcher

    def best(
        self, quantity: Quantity, place: Place, kinds: tuple[str, ...] | None = None, near: list[Hit] | None = None
    ) -> Found | None:
        """The phrasing that fits best; with `kinds`, whatever the unit, among indicators of those kinds."""
        matcher = self.matcher
        near = place.near if near is None else near
        near_bits = place.near_bits if near is place.near else bits(near)
        reach = place.clause_start - REACH
        sentence_bits = place.clause_bits | _since(place.lead, reach)
        item = max(self.flat.rfind(";", reach if reach > 0 else 0, place.clause_start), reach)
        item_bits = sentence_bits if item == reach else place.clause_bits | _since(place.lead, item)
        best: Found | None = None
        keys = near_bits & matcher.says_keys
        tables = ((keys, matcher.by_says), (sentence_bits & matcher.sentence_keys, matcher.by_sentence))
        for mask, table in tables:
            while mask:
                bit = mask & -mask
                mask ^= bit
                for rule in matcher.fitting(table, bit, quantity, kinds):
                    if (
                        rule.says_all & ~near_bits
                        or rule.excludes & (place.clause_bits if quantity.kind == "rank" else near_bits)
                        or rule.sentence_excludes & item_bits
                        or rule.clause & ~place.clause_bits
                        or rule.sentence & ~sentence_bits
                        or rule.after & ~place.after_bits
                    ):
                        continue
                    found = self.score(rule, quantity, place, near, item_bits)
                    if found is not None and (
                        best is None or (found.score, -found.rule.order) > (best.score, -best.rule.order)
                    ):
                        best = found
        return best

    def score(self, rule: Rule, quantity: Quantity, place: Place, near: list[Hit], item_bits: int) -> Found | None:
        """How well a phrasing whose words are all met fits; None where they speak of another thing than is counted."""
        score = 0.0
        confidence = 0.95
        start, end = quantity.start, quantity.end
        covered = self.carrier_of(quantity, place)
        covers = covered is None
        for bit in rule.says:
            weight = 0.0
            chosen: Hit | None = None
            for hit in near:
                if hit[2] & bit:
                    value = (1.0 if hit[1] <= quantity.start else 0.8) * (1 + 0.5 * (hit[1] - hit[0]))
                    if value > weight:
                        weight, chosen = value, hit
                    if covered is not None and self.names(covered, hit):
                        covers = True
            if chosen is None:
                return None
            score += weight
            start, end = min(start, chosen[0]), max(end, chosen[1])
        if not covers and rule.says:
            return None
        beyond = rule.sentence & ~item_bits  # what stands before a semicolon speaks of this number less surely
        for mask, value in ((rule.clause, 1.6), (rule.sentence, 1.4), (rule.after, 1.2), (beyond, -0.7)):
            score += value * mask.bit_count()
        for bit in rule.about:
            if place.near_bits & bit:
                score += 2.0
            elif place.clause_bits & bit:
                score += 1.6
            elif place.lead_last & bit:
                score += 1.4
                confidence = min(confidence, 0.9)
            elif place.lead_bits & bit:
                score += 1.0
                confidence = min(confidence, 0.8)
            elif place.topic & bit:
                score += 0.7
                confidence = min(confidence, 0.7)
            elif rule.indicator.dimension in place.dimensions and rule.indicator.dimension in self.matcher.topical:
                score += 0.4
                confidence = min(confidence, 0.6)
            else:
                return None
            if rule.about_excludes & place.said_with(bit):
                return None
            if not place.clause_bits & bit:
                for hit in reversed(place.lead):
                    if hit[2] & bit:
                        start = min(start, hit[0])
                        break
        if quantity.unit is None:
            score -= 1.0
            confidence -= 0.1
        return Found(rule, score, round(confidence, 2), start, end)

    def names(self, carrier: tuple[int, int], hit: Hit) -> bool:
        """Whether a word names the thing counted: it holds the carrier or makes one name with a place (村服务室)."""
        if hit[0] < carrier[1] <= hit[1]:
            return True
        between = self.flat[carrier[1] : hit[0]] if hit[0] >= carrier[1] else "-"
        return self.flat[slice(*carrier)] in PLACES and (not between or BRACKETED.fullmatch(between) is not None)

    def carrier_of(self, quantity: Quantity, place: Place) -> tuple[int, int] | None:
        """Span of the thing that is counted when it stands right behind the number and bears a name of its own."""
        if quantity.unit in NAMELESS:
            return None
        match = self.matcher.carrier.match(self.flat, quantity.end, place.right)
        return match.span(1) if match else None


def _since(hits: Sequence[Hit], start: int) -> int:
    bits = 0
    for hit in reversed(hits):
        if hit[0] < start:
            break
        bits |= hit[2]
    return bits
