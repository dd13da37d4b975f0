"""Plain text: the text of a page as a browser or a PDF reader dumped it, page chrome included."""

from __future__ import annotations

import re

from flows.extraction.document.headline import find_title, joined_title
from flows.extraction.facts import Unreadable
from flows.extraction.text.chrome import is_chrome, is_edge
from flows.extraction.text.draft import Draft
from flows.extraction.text.typography import close_han, one_line, squeeze

_BULLET = re.compile(r"^[•·●▪◦○■□◆*]\s*")
_HEADING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|\d{1,2}[.．、]|第[一二三四五六七八九十]+[章节条])"
)
_TYPESET = re.compile(r"[\u4e00-\u9fff] \d|\d [\u4e00-\u9fff]")
_PATH = re.compile(r"[^《]{0,40}(?:\s[>＞›»]{1,2}|[>＞»]{2}|[>＞›»]\s)[^》]{0,60}")
"""A line that leads to the page: 首页 > 政务公开 > 年度报告."""
_CHOICES = re.compile(r"\s*[|｜/／]\s*|[\s\u3000]{2,}")
_WORD = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]{1,10}")
MOST_SIGNS = 1_000_000
_ENDS = "。！？；：…”’）)》】.!?;:"


def read_plain(text: str) -> Draft:
    """The document in a dump of a whole page. Unreadable if nothing is left of it."""
    if len(text) > MOST_SIGNS:
        raise Unreadable("too_large", f"The text has {len(text)} signs; it is no report.")
    draft = Draft(body=[], kind="plain")
    groups: list[list[str]] = [[]]
    typeset = len(_TYPESET.findall(text)) >= 5
    raw_lines = re.split(r"\r\n|\r|\n|\f", text)
    for raw in raw_lines:
        cells = [one_line(cell) for cell in raw.strip().split("\t")] if "\t" in raw.strip() else [one_line(raw)]
        line = "\t".join(cells).rstrip("\t") if any(cells) else ""
        if not line or _is_menu(raw.strip()):
            groups.append([])
            continue
        groups[-1].append(close_han(line) if typeset else line)
    lines: list[str] = []
    opens: list[bool] = []  # whether a blank line stands before the line
    for group in groups:
        for position, line in enumerate(group):
            lines.append(line)
            opens.append(position == 0)
    start, end = 0, len(lines)
    while end > start and (is_edge(lines[end - 1], frame=True) or _BULLET.match(lines[end - 1])):
        end -= 1
    first = _first_of_body(lines, start, end)
    head = lines[:first]
    draft.labels = [_BULLET.sub("", line) for line in head]
    draft.labels_after = lines[end:]
    title = _title_in(head)
    body = list(zip(lines[first:end], opens[first:end], strict=True))
    if title is not None:
        draft.title = joined_title(head[title[0] : title[1]])
        draft.title_from = "heading"
        # What stands between a title and the body without being chrome is the document's own head: a speech's
        # header lines, an issuer, a salutation.
        between = [(line, opens[at]) for at, line in enumerate(head) if at >= title[1]]
        kept = [
            (line, opened)
            for line, opened in between
            if not is_edge(line, frame=True) and not _BULLET.match(line) and len(squeeze(line)) > 1
        ]
        body = kept + body
    paragraphs = _rejoin(body, typeset)
    draft.body = [line for line in paragraphs if not is_chrome(line)]
    if not draft.body:
        raise Unreadable("no_text", "The file holds no text beside page chrome; look at it by hand.")
    return draft


def _is_menu(line: str) -> bool:
    """Whether the line only leads elsewhere: the path to the page, or a row of links."""
    if "\t" in line:
        return False
    words = _CHOICES.split(line)
    return _PATH.fullmatch(line) is not None or (len(words) > 2 and all(map(_WORD.fullmatch, words)))


def _title_in(head: list[str]) -> tuple[int, int] | None:
    """The span of the lines before the body that are the title."""
    for at in range(len(head)):
        if is_edge(head[at], frame=True) or _BULLET.match(head[at]):
            continue
        span = find_title(head[at : at + 3])
        if span is not None and span[0] == 0:
            return at, at + span[1]
    return None


def _first_of_body(lines: list[str], start: int, end: int) -> int:
    """The first line that is a sentence, a salutation or a heading with a marker."""
    for at in range(start, end):
        line = lines[at]
        if _BULLET.match(line) or is_edge(line, frame=True):
            continue
        text = squeeze(line)
        if (
            (len(text) >= 30 and re.search(r"[，。；,;]", text))
            or _HEADING.match(text)
            or re.search(r"[\u4e00-\u9fff]{2,}[：:]$", text)
        ):
            return at
    return start


def _rejoin(lines: list[tuple[str, bool]], typeset: bool) -> list[str]:
    """Paragraphs from lines: where page or line breaks cut a sentence, its parts are one paragraph again."""
    paragraphs: list[str] = []
    for line, opened in lines:
        if paragraphs and _goes_on(paragraphs[-1], line, opened, typeset):
            paragraphs[-1] = one_line(paragraphs[-1] + line)
            if typeset:
                paragraphs[-1] = close_han(paragraphs[-1])
        else:
            paragraphs.append(line)
    return paragraphs


def _goes_on(before: str, line: str, opened: bool, typeset: bool) -> bool:
    if not typeset or "\t" in before or "\t" in line or _HEADING.match(line) or before[-1] in _ENDS:
        return False
    if before.startswith("——") and not opened:
        return True
    if _HEADING.match(before) and not re.search(r"[。；，]", before):
        return False
    return len(before) > 30 and re.search(r"[，。；]", before) is not None
