"""The outline of a report: headings of five kinds with their spans, dimension and part."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Literal

import yaml

from flows.extraction.facts import Section
from flows.extraction.text.typography import squeeze

Part = Literal["achievements", "problems", "plans"]

_NUMERAL = "一二三四五六七八九十百零〇"
_STARTS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"第[{_NUMERAL}]{{1,4}}(?:部分|章)[\s、：:]*|[{_NUMERAL}]{{1,3}}\s*(?:[、．]|\.(?!\d))\s*")),
    (2, re.compile(rf"[（(]\s*[{_NUMERAL}]{{1,3}}\s*[）)]\s*[、．]?")),
    (3, re.compile(r"[0-9０-９]{1,2}\s*(?:[、．]|\.(?!\d))\s*")),
    (4, re.compile(r"[（(]\s*[0-9０-９]{1,2}\s*[）)]\s*[、．]?|[①-⑳]")),
)
_FIRSTLY = re.compile(rf"(?:^|(?<=[。；：:;！？]))\s*([{_NUMERAL}]{{1,3}}是(?:要)?)(?=[\u4e00-\u9fff“])")
_END = re.compile(r"[。；;！？]")

LONGEST_HEADING = 80


@lru_cache(maxsize=1)
def _words() -> tuple[tuple[tuple[str, re.Pattern[str]], ...], tuple[tuple[Part, re.Pattern[str]], ...]]:
    data = yaml.load(files("seeds").joinpath("headings.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    dimensions = tuple((name, re.compile("|".join(words))) for name, words in data["dimensions"].items())
    parts: tuple[tuple[Part, re.Pattern[str]], ...] = tuple(
        (part, re.compile("|".join(words))) for part, words in data["parts"].items()
    )
    return dimensions, parts


def outline(text: str, *, title_lines: int = 0) -> tuple[Section, ...]:
    """The headings of the text in order with offsets; `title_lines` lines at its start are no headings.

    The title of a section is the heading phrase alone, without the paragraph text that runs on after it. Markers are
    kept as they stand, so a heading numbered wrongly keeps its number; order and level come from its place and kind.
    """
    found: list[tuple[int, int, str, str]] = []  # start, level, marker, title
    offset = 0
    for number, line in enumerate(text.split("\n")):
        if number >= title_lines and "\t" not in line:
            found.extend(_headings(line, offset))
        offset += len(line) + 1
    sections: list[Section] = []
    part: Part | None = None
    dimensions: dict[int, str | None] = {}
    ends = _ends([(start, level) for start, level, _, _ in found], len(text))
    for ordinal, (start, level, marker, title) in enumerate(found):
        end = ends[ordinal]
        if text[end - 1 : end] == "\n":
            end -= 1
        if level == 1:
            part = _part(title) or ("achievements" if part is None else part if part != "plans" else None)
        own = _dimension(title)
        dimensions = {above: name for above, name in dimensions.items() if above < level}
        dimensions[level] = own
        inherited = own or next((dimensions[above] for above in range(level - 1, 0, -1) if dimensions.get(above)), None)
        sections.append(
            Section(
                ordinal=ordinal,
                level=level,
                marker=marker,
                title=title,
                start=start,
                end=end,
                dimension=inherited,
                part=_part(title) or part,
            )
        )
    return tuple(sections)


def _ends(starts: list[tuple[int, int]], length: int) -> list[int]:
    """Where each section ends: at the next heading of its level or above, else with the text."""
    ends = [length] * len(starts)
    opened: list[int] = []
    for number, (start, level) in enumerate(starts):
        while opened and starts[opened[-1]][1] >= level:
            ends[opened.pop()] = start
        opened.append(number)
    return ends


_CONTENTS = re.compile(r"目\s*[录次]")
_LEADER = re.compile(r"[\s.．…·—\-]*\d{0,3}$")


def table_of_contents(lines: list[str]) -> range:
    """The positions, near the start, of a table of contents: its heading and the headings that come again as text."""
    for start in range(min(12, len(lines))):
        if not _CONTENTS.fullmatch(lines[start].strip()):
            continue
        end = start + 1
        while end < len(lines):
            entry = squeeze(_LEADER.sub("", lines[end].split("\t")[0]))
            if len(entry) < 3 or not any(squeeze(line).startswith(entry) for line in lines[end + 1 :]):
                break
            end += 1
        return range(start, end)
    return range(0)


def _headings(line: str, offset: int) -> list[tuple[int, int, str, str]]:
    found: list[tuple[int, int, str, str]] = []
    after = 0
    for level, pattern in _STARTS:
        if (match := pattern.match(line)) and match.end() < len(line):
            phrase = _phrase(line[match.end() :])
            if phrase is not None:
                found.append((offset, level, match[0].strip(), phrase))
                after = match.end()
            break
    for match in _FIRSTLY.finditer(line, after):
        phrase = _END.split(line[match.end() :], maxsplit=1)[0]
        short = phrase if len(phrase) <= LONGEST_HEADING else re.split("[，,：:]", phrase, maxsplit=1)[0]
        found.append((offset + match.start(1), 5, match[1], short))
    return found


def _phrase(rest: str) -> str | None:
    """The heading phrase at the start of a line, up to the end of its first sentence; None if it is no heading."""
    match = _END.search(rest)
    phrase = rest[: match.start()] if match else rest
    if not match and len(phrase) > LONGEST_HEADING:
        cut = re.search(r"[：:\s]", phrase[:LONGEST_HEADING])
        return phrase[: cut.start()] if cut and cut.start() >= 4 else None
    if len(phrase) > LONGEST_HEADING + 40:
        return re.split("[，,：:]", phrase, maxsplit=1)[0]
    return phrase.rstrip("：: ，,、.．") or None


def _part(title: str) -> Part | None:
    return next((part for part, pattern in _words()[1] if pattern.search(title)), None)


def _dimension(title: str) -> str | None:
    return next((name for name, pattern in _words()[0] if pattern.search(title)), None)
