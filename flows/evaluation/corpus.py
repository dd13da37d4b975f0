"""Holds the extraction against a corpus of annotated reports: text, metadata, quantities, subjects, indicators, checks.

A corpus is a folder with `manifest.json` and a folder a report: page.txt (or page.html, page.pdf …), clean.txt,
meta.json, quantities.jsonl, indicators.jsonl, checks.jsonl, citations.jsonl. What has no file is not scored.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.extraction.facts import Check, Citation, Document, Observation, Quantity, Unreadable


class NoCorpus(Exception):  # noqa: N818 - a wrong use, told in its sentence
    """The folder is none that can be evaluated."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Miss:
    """One disagreement: `what` names it, `sentence` holds the words around it."""

    what: str
    wanted: str
    got: str
    sentence: str


@dataclass(slots=True)
class Score:
    """Hits and errors of one kind of fact."""

    found: int = 0
    missed: int = 0
    extra: int = 0

    @property
    def recall(self) -> float:
        """Found among those wanted; 1 where none was wanted."""
        wanted = self.found + self.missed
        return self.found / wanted if wanted else 1.0

    @property
    def precision(self) -> float:
        """Right among those given; 1 where none was given."""
        given = self.found + self.extra
        return self.found / given if given else 1.0

    def count(self, right: bool) -> None:
        """Count one fact that was wanted."""
        self.found += right
        self.missed += not right

    def add(self, other: Score) -> None:
        """Add another score's counts."""
        self.found += other.found
        self.missed += other.missed
        self.extra += other.extra


@dataclass(slots=True)
class ReportResult:
    """What one report scored."""

    name: str
    text_equal: bool | None = None
    texts: Score = field(default_factory=Score)
    """Clean texts that equal the gold."""
    metadata_right: int = 0
    metadata_wanted: int = 0
    quantities: Score = field(default_factory=Score)
    """Span, value, unit and bound right."""
    kinds: Score = field(default_factory=Score)
    """Kind and direction right, of the quantities found."""
    subjects: Score = field(default_factory=Score)
    """Subject right, of the quantities found."""
    by_kind: dict[str, Score] = field(default_factory=dict)
    indicators: Score = field(default_factory=Score)
    by_indicator: dict[str, Score] = field(default_factory=dict)
    checks: Score = field(default_factory=Score)
    """Stated rates with their counts and verdict; extra is a mismatch told of figures that agree."""
    citations: Score = field(default_factory=Score)
    """Span, kind and identity right."""
    characters: int = 0
    read_ms: float = 0.0
    measure_ms: float = 0.0
    """CPU time, as `read_ms`."""
    misses: list[Miss] = field(default_factory=list)

    def shares(self) -> dict[str, float]:
        """What floors are set on: shares to four places, 1 is all."""
        found = {}
        for name in _SCORES:
            score: Score = getattr(self, name)
            if score.found or score.missed or score.extra:
                found[f"{name} recall"] = round(score.recall, 4)
                if name not in ("texts", "kinds", "subjects"):
                    found[f"{name} precision"] = round(score.precision, 4)
        if self.metadata_wanted:
            found["metadata recall"] = round(self.metadata_right / self.metadata_wanted, 4)
        return found


_SCORES = ("texts", "quantities", "kinds", "subjects", "indicators", "checks", "citations")


# meta.json of a corpus → field of Document
_METADATA = {
    "title": "title",
    "region": "region",
    "region_level": "level",
    "issuer": "issuer",
    "report_year": "report_year",
    "published": "published_on",
    "published_time": "published_time",
    "source": "source",
    "document_number": "document_number",
    "signed_date": "signed_on",
    "delivered_date": "delivered_on",
}


def evaluate(folder: Path) -> list[ReportResult]:
    """Evaluate every report of a corpus folder. Raises NoCorpus where the folder is none."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        raise NoCorpus(f"{folder} has no manifest.json; give the folder of a corpus, such as tests/corpus.")
    names = [entry["name"] for entry in json.loads(manifest.read_text("utf-8"))]
    return [evaluate_report(folder / name) for name in names]


def evaluate_report(folder: Path) -> ReportResult:
    """Read the page, measure the gold text, and compare: errors of reading do not count twice."""
    result = ReportResult(folder.name)
    gold_text = _gold_text(folder)
    document = _read(folder, result)
    if document is not None and gold_text is not None:
        result.text_equal = document.text == gold_text
        result.texts.count(result.text_equal)
        if not result.text_equal:
            result.misses.extend(_text_misses(gold_text, document.text))
    _metadata(folder, document, result)
    text = gold_text if gold_text is not None else document.text if document else ""
    result.characters = len(text)
    _facts(folder, text, document, result)
    return result


def _gold_text(folder: Path) -> str | None:
    path = folder / "clean.txt"
    return path.read_text("utf-8").rstrip("\n") if path.is_file() else None


def _read(folder: Path, result: ReportResult) -> Document | None:
    pages = sorted(folder.glob("page.*"))
    if not pages:
        return None
    from flows.extraction.read import read

    started = time.process_time()
    try:
        return read(pages[0].read_bytes())
    except Unreadable as unreadable:
        result.misses.append(Miss("text", "a readable page", str(unreadable), ""))
        return None
    finally:
        result.read_ms = (time.process_time() - started) * 1000


def _text_misses(gold: str, got: str) -> Iterator[Miss]:
    import difflib

    wanted, given = gold.split("\n"), got.split("\n")
    for tag, a, b, c, d in difflib.SequenceMatcher(None, wanted, given, autojunk=False).get_opcodes():
        if tag != "equal":
            left, right = "⏎".join(wanted[a:b]), "⏎".join(given[c:d])
            same = next((i for i, (x, y) in enumerate(zip(left, right, strict=False)) if x != y), 0)
            at = max(0, same - 10)
            yield Miss("text", left[at : at + 60], right[at : at + 60], f"paragraph {a + 1}")


def _metadata(folder: Path, document: Document | None, result: ReportResult) -> None:
    path = folder / "meta.json"
    if not path.is_file():
        return
    meta: dict[str, Any] = json.loads(path.read_text("utf-8"))
    for key, name in _METADATA.items():
        if key not in meta:
            continue
        result.metadata_wanted += 1
        got = getattr(document, name) if document is not None else None
        if document is not None and got == meta[key]:
            result.metadata_right += 1
        else:
            result.misses.append(Miss(f"metadata {key}", str(meta[key]), str(got), ""))
    if "sections" in meta:
        result.metadata_wanted += 1
        wanted = [(s["level"], s["marker"], s["title"]) for s in meta["sections"]]
        given = [(s.level, s.marker, s.title) for s in document.sections if s.level <= 2] if document else []
        if wanted == given:
            result.metadata_right += 1
        else:
            odd = next((w for w, g in zip(wanted, given, strict=False) if w != g), None)
            result.misses.append(Miss("metadata sections", f"{len(wanted)}, {odd}", f"{len(given)}", ""))


def _facts(folder: Path, text: str, document: Document | None, result: ReportResult) -> None:
    from flows.extraction.document.outline import outline
    from flows.extraction.measure import measure

    same = document is not None and document.text == text
    level = document.level if document is not None else None
    subject = document if same and document is not None else Document(text, sections=outline(text), level=level)
    measure(subject)  # seeds are read and compiled once a process, not once a report
    started = time.process_time()
    measures = measure(subject)
    result.measure_ms = (time.process_time() - started) * 1000
    gold = _jsonl(folder / "quantities.jsonl")
    if gold is not None:
        _score_quantities(text, gold, measures.quantities, result)
    wanted = _jsonl(folder / "indicators.jsonl")
    if wanted is not None:
        _score_indicators(text, wanted, measures.observations, result)
    stated = _jsonl(folder / "checks.jsonl")
    if stated is not None:
        _score_checks(text, stated, measures.checks, result)
    cited = _jsonl(folder / "citations.jsonl")
    if cited is not None:
        _score_citations(text, cited, measures.citations, result)


def _jsonl(path: Path) -> list[dict[str, Any]] | None:
    if not path.is_file():
        return None
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _around(text: str, start: int, end: int) -> str:
    return text[max(0, start - 25) : end + 15].replace("\n", "⏎").replace("\t", "⇥")


def _equal(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < 1e-9 * max(1.0, abs(one))


def _is_right(got: Quantity, wanted: dict[str, Any]) -> bool:
    return (
        (got.start, got.end) == (wanted["start"], wanted["end"])
        and _equal(got.value, wanted["value"])
        and _equal(got.value_high, wanted.get("value_high"))
        and (got.unit, got.bound) == (wanted["unit"], wanted["bound"])
    )


def _told(words: str, value: float, unit: str | None, bound: str) -> str:
    return f"{words} = {value:,.12g} {unit or '—'} {'' if bound == 'exact' else bound}".rstrip()


def _score_quantities(text: str, gold: list[dict[str, Any]], given: tuple[Quantity, ...], result: ReportResult) -> None:
    """A required quantity is found with span, value, unit and bound right; optional ones count neither way."""
    touched: set[int] = set()
    for wanted in gold:
        overlapping = [q for q in given if q.start < wanted["end"] and q.end > wanted["start"]]
        touched.update(q.ordinal for q in overlapping)
        if wanted.get("optional"):
            continue
        right = next((q for q in overlapping if _is_right(q, wanted)), None)
        of_kind = result.by_kind.setdefault(wanted["kind"], Score())
        result.quantities.count(right is not None)
        of_kind.count(right is not None)
        told = _told(wanted["text"], wanted["value"], wanted["unit"], wanted["bound"])
        sentence = _around(text, wanted["start"], wanted["end"])
        if right is None:
            got = "; ".join(_told(q.text, q.value, q.unit, q.bound) for q in overlapping) or "nothing"
            result.misses.append(Miss("quantity missed", told, got, sentence))
            result.quantities.extra += len(overlapping)
            of_kind.extra += len(overlapping)
            continue
        _score_words(wanted, right, told, sentence, result)
    for q in given:
        if q.ordinal not in touched:
            result.quantities.extra += 1
            result.by_kind.setdefault(q.kind, Score()).extra += 1
            told = _told(q.text, q.value, q.unit, q.bound)
            result.misses.append(Miss("quantity extra", "nothing", told, _around(text, q.start, q.end)))


def _score_words(wanted: dict[str, Any], got: Quantity, told: str, sentence: str, result: ReportResult) -> None:
    kind, direction = wanted["kind"], wanted.get("direction", got.direction)
    same = (got.kind, got.direction) == (kind, direction)
    result.kinds.count(same)
    if not same:
        result.misses.append(
            Miss("kind", f"{told}: {kind} {direction or ''}", f"{got.kind} {got.direction or ''}", sentence)
        )
    if wanted.get("subject"):
        agree = _subjects_agree(wanted["subject"], got.subject)
        result.subjects.count(agree)
        if not agree:
            result.misses.append(Miss("subject", wanted["subject"], got.subject or "none", sentence))


def _subjects_agree(wanted: str, got: str | None) -> bool:
    """Whether two phrases name the same: at least half of the wanted characters' pairs stand in the phrase found."""
    if not got:
        return False
    pairs = {wanted[i : i + 2] for i in range(len(wanted) - 1)} or {wanted}
    shared = sum(1 for pair in pairs if pair in got)
    return shared * 2 >= len(pairs)


def _score_indicators(
    text: str, gold: list[dict[str, Any]], given: tuple[Observation, ...], result: ReportResult
) -> None:
    """Code, value and unit decide; entries marked optional count neither way."""
    remaining = list(given)

    def take(wanted: dict[str, Any]) -> bool:
        for observation in remaining:
            if (
                observation.indicator == wanted["indicator"]
                and _equal(observation.value, wanted["value"])
                and observation.unit == wanted["unit"]
            ):
                remaining.remove(observation)
                return True
        return False

    for wanted in gold:
        if wanted.get("optional"):
            take(wanted)
            continue
        code = result.by_indicator.setdefault(wanted["indicator"], Score())
        found = take(wanted)
        result.indicators.count(found)
        code.count(found)
        if not found:
            wanted_text = f"{wanted['indicator']} = {wanted['value']} {wanted['unit']}"
            result.misses.append(Miss("indicator missed", wanted_text, "nothing", wanted.get("evidence", "")))
    for observation in remaining:
        result.indicators.extra += 1
        result.by_indicator.setdefault(observation.indicator, Score()).extra += 1
        got = f"{observation.indicator} = {observation.value:g} {observation.unit} by {observation.rule}"
        result.misses.append(Miss("indicator extra", "nothing", got, observation.evidence))


def _score_checks(text: str, gold: list[dict[str, Any]], given: tuple[Check, ...], result: ReportResult) -> None:
    """A stated rate is checked right with its counts and verdict; a mismatch that the gold does not know is extra."""

    def is_right(got: Check, wanted: dict[str, Any]) -> bool:
        figures = ("stated", "numerator", "denominator")
        return got.verdict == wanted["verdict"] and all(_equal(getattr(got, name), wanted[name]) for name in figures)

    remaining = list(given)
    for wanted in gold:
        right = next((got for got in remaining if is_right(got, wanted)), None)
        result.checks.count(right is not None)
        if right is not None:
            remaining.remove(right)
            continue
        near = next((got for got in given if _equal(got.stated, wanted["stated"])), None)
        whole = "" if wanted["denominator"] is None else f"/{wanted['denominator']:.12g}"
        told = f"{wanted['stated']:.12g} = {wanted['numerator']:.12g}{whole} {wanted['verdict']}"
        got = f"{near.verdict}: {near.arithmetic}" if near else "nothing"
        result.misses.append(Miss("check missed", told, got, _around(text, near.start, near.end) if near else ""))
    for other in remaining:
        if other.verdict == "mismatch":
            result.checks.extra += 1
            sentence = _around(text, other.start, other.end)
            result.misses.append(Miss("check extra", "nothing", other.arithmetic, sentence))


def _score_citations(text: str, gold: list[dict[str, Any]], given: tuple[Citation, ...], result: ReportResult) -> None:
    """A citation is found with span, kind and identity right."""
    remaining = {(got.start, got.end): got for got in given}
    for wanted in gold:
        got = remaining.pop((wanted["start"], wanted["end"]), None)
        right = got is not None and (got.kind, got.cited_id) == (wanted["kind"], wanted["cited_id"])
        result.citations.count(right)
        if not right:
            result.citations.extra += got is not None
            told = f"{wanted['text']} {wanted['kind']} {wanted['cited_id']}"
            found = f"{got.kind} {got.cited_id}" if got else "nothing"
            sentence = _around(text, wanted["start"], wanted["end"])
            result.misses.append(Miss("citation missed", told, found, sentence))
    for other in remaining.values():
        result.citations.extra += 1
        told = f"{other.text} {other.kind}"
        result.misses.append(Miss("citation extra", "nothing", told, _around(text, other.start, other.end)))


def in_all(results: Iterable[ReportResult]) -> ReportResult:
    """The sums over all reports."""
    total = ReportResult("in all")
    equal = []
    for result in results:
        if result.text_equal is not None:
            equal.append(result.text_equal)
        total.metadata_right += result.metadata_right
        total.metadata_wanted += result.metadata_wanted
        for name in _SCORES:
            getattr(total, name).add(getattr(result, name))
        for kind, score in result.by_kind.items():
            total.by_kind.setdefault(kind, Score()).add(score)
        for code, score in result.by_indicator.items():
            total.by_indicator.setdefault(code, Score()).add(score)
        total.characters += result.characters
        total.read_ms += result.read_ms
        total.measure_ms += result.measure_ms
    total.text_equal = all(equal) if equal else None
    return total
