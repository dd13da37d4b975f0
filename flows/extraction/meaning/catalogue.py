"""The catalogue of indicators, seeds/indicators.yaml, read and checked entry by entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import yaml

Kind = Literal["count", "percent", "rank", "money"]
Group = tuple[str, ...]
"""Alternatives, one of which must stand there. A word that begins with 《 may stand inside a title."""

KINDS = ("count", "percent", "rank", "money")
BETTER = ("up", "down", "neutral")
TOP_KEYS = frozenset(("version", "facets", "scopes", "frameworks", "dimensions", "carriers", "words", "indicators"))
REGIONS = ("says", "clause", "sentence", "after", "about")
REQUIRED_KEYS = ("code", "name_zh", "name_en", "dimension", "kind", "unit", "units", "better", "phrasings")
INDICATOR_KEYS = frozenset(
    (*REQUIRED_KEYS, "scope", "not_match", "not_sentence", "not_about", "share", "growth", "relations", "note"),
)
PHRASING_KEYS = frozenset((*REGIONS, "not", "not_sentence", "in_department", "units"))


class CatalogueError(Exception):
    """An entry of the catalogue cannot be used; the message says which, where and what to do."""

    exit_code: int = 2


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way of stating an indicator: which words must stand where around the number."""

    name: str
    """CODE/1, CODE/2 …, kept with each observation as the rule that decided."""
    says: tuple[Group, ...]
    """Each in the segment: around the number up to the next comma or number."""
    clause: tuple[Group, ...]
    sentence: tuple[Group, ...]
    after: tuple[Group, ...]
    """Each between the end of the clause and the next number."""
    about: tuple[Group, ...]
    """Each in the sentence or carried on as its topic."""
    excludes: Group
    """None of them in the segment."""
    sentence_excludes: Group
    """None of them in the clause or, since the last semicolon, not far before it."""
    units: frozenset[str] | None
    """Measure words that this phrasing takes, where they are fewer than those of the indicator."""
    in_department: str | None
    """Code that the figure has in the report of a department."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """An entry of the catalogue."""

    code: str
    name_zh: str
    name_en: str
    dimension: str
    kind: Kind
    unit: str
    units: frozenset[str]
    scope: str | None
    better: str
    phrasings: tuple[Phrasing, ...]
    not_sentence: Group
    """None of them in the clause or, since the last semicolon, not far before it."""
    not_about: Group
    """None of them in the clause that names what the number is about, be it in its sentence or in one before."""
    share: str | None
    """Code that a share stated right behind this figure has; CODE.share where none is named."""
    growth: str | None
    """Code whose growth a change stated right behind this figure is; its own where none is named."""
    relations: tuple[Mapping[str, Any], ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All indicators by code, in the order of the file, with what holds for all of them."""

    version: str
    frameworks: Mapping[str, str]
    dimensions: Mapping[str, Mapping[str, str]]
    indicators: Mapping[str, Indicator]
    carriers: Group


@lru_cache(maxsize=1)
def load_catalogue() -> Catalogue:
    """The project's own catalogue. Raises CatalogueError."""
    return read_catalogue(files("seeds").joinpath("indicators.yaml").read_text("utf-8"), "seeds/indicators.yaml")


def read_catalogue(source: str, name: str) -> Catalogue:
    """The catalogue that stands in `source`; `name` is the file to blame. Raises CatalogueError with file and line."""
    try:
        data = yaml.load(source, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogueError(f"{name}:{line}: this is not YAML ({error.problem}); mend that line.") from error
    if not isinstance(data, dict) or not isinstance(data.get("indicators"), list):
        raise CatalogueError(f"{name}:1: a catalogue needs a list named `indicators`.")
    reader = _Reader(source, name, data)
    reader.frame(data)
    indicators: dict[str, Indicator] = {}
    for index, entry in enumerate(data["indicators"]):
        indicator = reader.indicator(index, entry)
        if indicator.code in indicators:
            raise reader.error(index, f"the code {indicator.code} is used twice; give one of them another")
        indicators[indicator.code] = indicator
    for index, indicator in enumerate(indicators.values()):
        named = [("share", indicator.share), ("growth", indicator.growth)]
        named += [("in_department", phrasing.in_department) for phrasing in indicator.phrasings]
        for key, other in named:
            if other is not None and other not in indicators:
                raise reader.error(index, f"`{key}` names {other}, which is no code of the catalogue")
    return Catalogue(
        version=str(data.get("version", "")),
        frameworks=data.get("frameworks") or {},
        dimensions=reader.dimensions,
        indicators=indicators,
        carriers=tuple(word for word in str(data.get("carriers", "")).split("|") if word),
    )


class _Reader:
    """Reads entries and knows where they stand."""

    def __init__(self, source: str, name: str, data: Mapping[str, Any]) -> None:
        self.source = source
        self.name = name
        self.dimensions: Mapping[str, Mapping[str, str]] = data.get("dimensions") or {}
        self.words: Mapping[str, str] = data.get("words") or {}
        self.groups: dict[str, Group] = {}

    def error(self, index: int, sentence: str, *path: str | int) -> CatalogueError:
        """What is wrong in entry `index`, with the line of the key or list item that `path` leads to in it."""
        return self.complaint(sentence, "indicators", index, *path)

    def complaint(self, sentence: str, *path: str | int) -> CatalogueError:
        return CatalogueError(f"{self.name}:{self.node(*path).start_mark.line + 1}: {sentence}.")

    def node(self, *path: str | int) -> Any:
        """The place in the file that keys and list numbers lead to, as far as they lead. Costs a second parse."""
        node: Any = yaml.compose(self.source, Loader=yaml.CSafeLoader)
        for step in path:
            if isinstance(step, int) and isinstance(node, yaml.SequenceNode):
                node = node.value[step]
                continue
            below = {key.value: (key, value) for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
            if step not in below:
                break
            node = below[step][0] if step == path[-1] else below[step][1]
        return node

    def frame(self, data: Mapping[str, Any]) -> None:
        """Check what stands above the indicators."""
        for key in data.keys() - TOP_KEYS:
            raise self.complaint(f"`{key}` is no part of a catalogue; remove or rename it", key)
        known = {"name_zh", "topic", *(data.get("frameworks") or {})}
        for name, dimension in self.dimensions.items():
            if not isinstance(dimension, dict) or not dimension.get("name_zh"):
                raise self.complaint(f"dimension {name} needs a `name_zh`", "dimensions", name)
            for key in dimension.keys() - known:
                sentence = f"dimension {name} names {key}, which `frameworks` does not list"
                raise self.complaint(sentence, "dimensions", name)

    def indicator(self, index: int, entry: object) -> Indicator:
        if not isinstance(entry, dict):
            raise self.error(index, "an indicator is a mapping with code, name_zh, dimension …")
        code = entry.get("code")
        shown = code if isinstance(code, str) and code else f"indicator {index + 1}"
        for key in REQUIRED_KEYS:
            if not entry.get(key):
                raise self.error(index, f"{shown} has no `{key}`; add it")
        for key in entry.keys() - INDICATOR_KEYS:
            raise self.error(index, f"{shown} has `{key}`, which is no key of an indicator; remove or rename it", key)
        if entry["kind"] not in KINDS:
            raise self.error(index, f"{shown} has kind {entry['kind']}; use one of {', '.join(KINDS)}", "kind")
        if entry["better"] not in BETTER:
            raise self.error(index, f"{shown} has better {entry['better']}; use one of {', '.join(BETTER)}", "better")
        if entry["dimension"] not in self.dimensions:
            raise self.error(
                index, f"{shown} has dimension {entry['dimension']}, which `dimensions` does not list", "dimension"
            )
        if not isinstance(entry["phrasings"], list):
            raise self.error(index, f"{shown} needs `phrasings` as a list", "phrasings")
        excludes = self.alternatives(index, shown, entry.get("not_match", ""))
        phrasings = tuple(
            self.phrasing(index, f"{shown}/{number}", phrasing, excludes)
            for number, phrasing in enumerate(entry["phrasings"], 1)
        )
        return Indicator(
            code=entry["code"],
            name_zh=entry["name_zh"],
            name_en=entry["name_en"],
            dimension=entry["dimension"],
            kind=entry["kind"],
            unit=entry["unit"],
            units=self.units(index, shown, entry["units"]),
            scope=entry.get("scope"),
            better=entry["better"],
            phrasings=phrasings,
            not_sentence=self.alternatives(index, shown, entry.get("not_sentence", "")),
            not_about=self.alternatives(index, shown, entry.get("not_about", "")),
            share=entry.get("share"),
            growth=entry.get("growth"),
            relations=tuple(entry.get("relations") or ()),
            note=entry.get("note"),
        )

    def phrasing(self, index: int, name: str, entry: object, excludes: Group) -> Phrasing:
        if not isinstance(entry, dict) or not entry.keys() & set(REGIONS):
            raise self.error(
                index,
                f"phrasing {name} names no words; give it says, clause, sentence, after or about",
                *self.place(name),
            )
        for key in entry.keys() - PHRASING_KEYS:
            raise self.error(index, f"phrasing {name} has `{key}`, which is no key of a phrasing", *self.place(name))
        own = self.alternatives(index, name, entry.get("not", ""))
        return Phrasing(
            name=name,
            says=self.region(index, name, entry.get("says")),
            clause=self.region(index, name, entry.get("clause")),
            sentence=self.region(index, name, entry.get("sentence")),
            after=self.region(index, name, entry.get("after")),
            about=self.region(index, name, entry.get("about")),
            excludes=(*excludes, *own),
            sentence_excludes=self.alternatives(index, name, entry.get("not_sentence", "")),
            units=self.units(index, name, entry["units"]) if "units" in entry else None,
            in_department=entry.get("in_department"),
        )

    @staticmethod
    def place(name: str) -> tuple[str | int, ...]:
        """Where a phrasing CODE/2 stands in its entry; the entry itself for a plain code."""
        _, _, number = name.partition("/")
        return ("phrasings", int(number) - 1) if number else ()

    def units(self, index: int, name: str, value: object) -> frozenset[str]:
        if not isinstance(value, list) or not all(isinstance(unit, str) for unit in value):
            raise self.error(index, f"{name} needs `units` as a list of measure words, such as [件, 宗]")
        return frozenset(value)

    def region(self, index: int, name: str, value: object) -> tuple[Group, ...]:
        if value is None:
            return ()
        entries: Sequence[object] = value if isinstance(value, list) else (value,)
        groups = tuple(self.alternatives(index, name, entry) for entry in entries)
        if not all(groups):
            raise self.error(index, f"{name} has an empty group of words; fill or remove it", *self.place(name))
        return groups

    def alternatives(self, index: int, name: str, value: object) -> Group:
        if not isinstance(value, str):
            complaint = f"{name} needs words parted by |, not {value!r}; put quotes around numbers"
            raise self.error(index, complaint, *self.place(name))
        known = self.groups.get(value)
        if known is not None:
            return known
        words: list[str] = []
        for word in value.split("|") if value else ():
            if word.startswith("@"):
                if word[1:] not in self.words:
                    raise self.error(index, f"{name} uses {word}, which `words` does not list", *self.place(name))
                words.extend(self.alternatives(index, name, self.words[word[1:]]))
            elif not word.strip("《 "):
                raise self.error(index, f"{name} has an empty word between two |; remove it", *self.place(name))
            else:
                words.append(word)
        self.groups[value] = tuple(dict.fromkeys(words))
        return self.groups[value]
