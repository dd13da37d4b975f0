"""Measure words: which one follows a numeral, how it is recorded, what kind of quantity it makes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from flows.extraction.facts import QuantityKind
from flows.extraction.numbers.numerals import CHINESE


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure word: how it is recorded, the kind of quantity it makes, and whether 一二三 may stand before it."""

    word: str
    unit: str
    kind: QuantityKind
    arabic_only: bool


@dataclass(frozen=True, slots=True)
class MeasureWords:
    """The measure words by their first character, longest first, and the nouns that give a unit from before."""

    by_first: dict[str, tuple[Measure, ...]]
    counting_names: dict[str, str]
    begins_a_noun: dict[str, str]
    """By measure word the characters before which it is the front of a noun."""


@cache
def measure_words() -> MeasureWords:
    """Reads seeds/measure_words.yaml once."""
    data = yaml.load(files("seeds").joinpath("measure_words.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    recorded: dict[str, str] = data["recorded_as"]
    by_first: dict[str, list[Measure]] = {}
    for group in data["groups"]:
        for word in group["words"].split():
            measure = Measure(word, recorded.get(word, word), group["kind"], bool(group.get("arabic_only")))
            by_first.setdefault(word[0], []).append(measure)
    ordered = {first: tuple(sorted(found, key=lambda m: -len(m.word))) for first, found in by_first.items()}
    return MeasureWords(ordered, data["counting_names"], data["begins_a_noun"])


@cache
def may_follow_a_numeral() -> frozenset[str]:
    """The characters that may stand after a Chinese numeral which states an amount; the empty one ends a text."""
    return frozenset(
        (*measure_words().by_first, *CHINESE, *"0123456789０１２３４５６７８９成余多几来点 \u3000\xa0至到-—–－~～", "")
    )


def match_measure(text: str, at: int, chinese: bool) -> tuple[Measure, int] | None:
    """The longest measure word at `at`, one space allowed before it; with its end. None where none stands there."""
    if at < len(text) and text[at] in " \u3000\xa0":
        at += 1
    if at >= len(text):
        return None
    for measure in measure_words().by_first.get(text[at], ()):
        word = measure.word
        if not text.startswith(word, at):
            continue
        if chinese and measure.arabic_only:
            continue
        end = at + len(word)
        if end < len(text) and text[end] in measure_words().begins_a_noun.get(word, ""):
            continue
        if text[end : end + 3] in ("(次)", "（次）"):
            joint = next((m for m in measure_words().by_first.get(word[0], ()) if m.word == word + "次"), None)
            if joint is not None:
                return joint, end + 3
        return measure, end
    return None
