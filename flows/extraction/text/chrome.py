"""What on a page is no part of its document: parts of the tree by their names, lines by their words.

The names and phrases are data: `seeds/chrome.yaml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

from flows.extraction.text.typography import narrow, squeeze


@dataclass(frozen=True, slots=True)
class Chrome:
    """The seed data, compiled."""

    ranks: dict[str, int]
    """Rank of each #id, .class or tag that platforms give to bodies, 0 the strongest."""
    broad_from: int
    """The rank from which on names are those that pages give to their whole middle part too."""
    markers: dict[str, str]
    """Text of the comment behind the body by the text of the comment before it."""
    prune: frozenset[str]
    lines: re.Pattern[str]
    edges: re.Pattern[str]
    frame: re.Pattern[str]
    tail: re.Pattern[str]


@lru_cache(maxsize=1)
def chrome() -> Chrome:
    """The seed data, read once."""
    data = yaml.load(files("seeds").joinpath("chrome.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return Chrome(
        ranks={name: rank for rank, name in enumerate(data["containers"] + data["broad"])},
        broad_from=len(data["containers"]),
        markers=dict(data["markers"]),
        prune=frozenset(data["prune"]),
        lines=_any_of(data["lines"]),
        edges=_any_of(data["edges"] + data["tail"]),
        frame=_any_of(data["edges"] + data["tail"] + data["frame"]),
        tail=_any_of(data["tail"]),
    )


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


LONGEST = 120
"""Characters that a line of chrome may have; nothing longer is ever dropped by its words."""


def is_chrome(line: str) -> bool:
    """Whether the line is chrome wherever it stands."""
    text = squeeze(line)
    return not text or (len(text) <= LONGEST and chrome().lines.fullmatch(text) is not None)


def is_edge(line: str, *, frame: bool = False) -> bool:
    """Whether the line is chrome before the first or after the last line of a body.

    `frame`: the line is from a whole page, where site headers and footers stand around the body too.
    """
    text = squeeze(line)
    pattern = chrome().frame if frame else chrome().edges
    if is_chrome(line) or (len(text) <= LONGEST and pattern.fullmatch(text) is not None):
        return True
    # Several on one line, each in brackets: 【纠错】【责任编辑：…】
    groups = _GROUP.findall(text) if text[0] in "[【" and _GROUPS.fullmatch(text) else ()
    return len(groups) > 1 and all(is_edge(group, frame=frame) for group in groups)


_GROUP = re.compile(r"[\[【][^\[\]【】]{1,40}[\]】]")
_GROUPS = re.compile(f"(?:{_GROUP.pattern}){{2,8}}")


_DAY = r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
_PUBLISHED = re.compile(
    rf"(?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}|{_DAY}T?\d{{1,2}}[:：]\d\d|[:：]{_DAY}|"
    rf"(?:发布|发表|更新|刊登|录入)[于在]?{_DAY}"
)
_MOMENT = re.compile(rf"{_DAY}(?:T?\d{{1,2}}[:：]\d\d(?:[:：]\d\d)?)?")
_SENTENCE = re.compile(r"[。；！？，]|^[（(—]|在.{2,60}(?:会议上|大会上)")
_HAN = re.compile(r"[\u4e00-\u9fff]")
MOST_BESIDE_A_DATE = 60
"""Han characters that a date line may have beside its date: labels, a source, an author, buttons."""


def is_date_line(line: str) -> bool:
    """Whether the line is the one under a title that says when and by whom: 2024-03-05 15:30 县政府办 点击：9.

    A date alone written with 年月日, or behind a name, is a signing date and none.
    """
    text = narrow(squeeze(line))
    return (
        len(text) <= LONGEST
        and _PUBLISHED.search(text) is not None
        and not _SENTENCE.search(text)
        and len(_HAN.findall(_MOMENT.sub("", text))) <= MOST_BESIDE_A_DATE
    )


def is_named_chrome(names: list[str]) -> bool:
    """Whether an element with these ids and classes is a part that is no body (share bar, counter, related list)."""
    prune = chrome().prune
    for name in names:
        if name in prune:
            return True
        for cut in ("-", "_"):
            head, _, rest = name.partition(cut)
            if rest and head in prune and head not in _TOO_SHORT:
                return True
        if ("-" in name or "_" in name) and _LAST_WORD.split(name)[-1] in _FRAME_WORDS:
            return True
    return False


_LAST_WORD = re.compile("[-_]+")
# Words that name a part of a frame where they end a name (article-share, news_related).
_FRAME_WORDS = frozenset(
    ("share", "related", "recommend", "comments", "tags", "breadcrumb", "crumbs", "qrcode", "pager", "pagination",
     "prevnext", "toolbar", "copyright")
)  # fmt: skip


# Names that begin others of another meaning (foot-note, comment-body, print-content).
_TOO_SHORT = frozenset({"foot", "comment", "print", "location", "toolbar", "zoom"})


def trim(lines: list[str]) -> tuple[int, int]:
    """The span of the lines that are left when chrome at both ends is cut off.

    Behind a line that only stands behind a text (a neighbour's title, an editor's name) lines that say nothing by
    themselves are chrome too.
    """
    start, end = 0, len(lines)
    while start < end and (is_edge(lines[start]) or is_date_line(lines[start])) and not tells_of_event(lines, start):
        start += 1
    at = end
    while at > start:
        line = lines[at - 1]
        if is_edge(line) and not tells_of_event(lines, at - 1):
            if at == end or _opens_tail(line):
                end = at - 1
        elif not _says_nothing(line) or len(lines) - at > MOST_BEHIND:
            break
        at -= 1
    return start, end


_WHEN = re.compile(r"(?:时间|日期)[:：]")
_WHERE = re.compile(
    r"[\u4e00-\u9fff]{0,4}(?:地点|主持人?|出席|嘉宾|参加|发言人|发布人|主题|形式|人员|要求)[\u4e00-\u9fff]{0,4}[:：]"
)


def tells_of_event(lines: list[str], at: int) -> bool:
    """Whether the line says when something takes place, and no page was published: 时间：… beside 地点：…"""
    if not _WHEN.match(lines[at]):
        return False
    return any(_WHERE.match(line) for line in lines[max(0, at - 2) : at + 3])


MOST_BEHIND = 12
_OF_TEXT = re.compile(
    r"[。；，：！？:,;\t]|^[（(【《“]|^附|^[一二三四五六七八九十\d]{1,3}[、.．)）]|\d{5,}|(?:19|20)\d\d年|"
    r"(?:局|厅|委|办|府|部|院|会|公室|中心|公司|学校|大队|镇|乡|街道)$"
)


def _opens_tail(line: str) -> bool:
    """Whether the line is one that stands behind texts alone; a source, a date, annexes stand in them too."""
    return chrome().tail.fullmatch(squeeze(line)) is not None or is_chrome(line)


def _says_nothing(line: str) -> bool:
    """Whether a line has no sign of a text's last lines: sentence, label, annex, signature, date, cells."""
    text = squeeze(line)
    return len(text) <= 40 and not _OF_TEXT.search(text)
