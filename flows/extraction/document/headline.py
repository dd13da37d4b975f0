"""The title line of a document among its own first lines, and its repetitions."""

from __future__ import annotations

import re

from flows.extraction.document.issuers import issuer_in_title
from flows.extraction.text.typography import close_han, squeeze

_KINDS = (
    r"(?:报告|通知|通报|公告|通告|意见|决定|办法|规定|方案|要点|总结|情况|计划|规划|条例|细则|批复|函|公示|说明|清单|"
    r"目录|指南|纲要|制度)"
)
_TITLE = re.compile(rf"^.{{4,100}}{_KINDS}(?:的(?:通知|报告|公告|通告|函))?(?:[（(][^（()）]{{1,30}}[）)])?$")
_MARKER = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.．、]|第[一二三四五六七八九十]+[章节条部分])"
)
_SENTENCE = re.compile(r"[。；！？]")
_ORGAN = re.compile(r"(?:局|委|厅|人民政府|委员会|办公室|党组)$")
_ORGAN_END = re.compile(r"(?:局|委|厅|办|府|部|院|会|处|中心|委员会|办公室|政府|党委|党组) (?=[\u4e00-\u9fff])")

# The label of a paper laid before a meeting: 某市人大常委会第三次会议材料之二.
_PAPER = re.compile(r"^.{0,60}(?:材料|会议文件|文件|议题|附件)[（(]?[一二三四五六七八九十\d之\-—]{1,6}[）)]?$")

LONGEST = 110


def is_paper_label(line: str) -> bool:
    """Whether the line only labels a paper of a meeting or an annex."""
    return _PAPER.match(squeeze(line)) is not None


def looks_like_title(line: str) -> bool:
    """Whether a line by itself reads like a title: a kind of document at its end, no sentence, no heading marker."""
    text = squeeze(line)
    return (
        6 <= len(text) <= LONGEST
        and _TITLE.match(text) is not None
        and not _SENTENCE.search(text)
        and not _MARKER.match(text)
        and not text.startswith(("附件", "现将", "根据", "特此", "以上"))
        and not text.endswith(("特此报告", "如下报告", "情况报告如下"))
        and "\t" not in line
    )


def find_title(lines: list[str]) -> tuple[int, int] | None:
    """The span of the lines, among the first eight, that are the title; it may be broken over up to three lines."""
    for start in range(min(8, len(lines))):
        if is_paper_label(lines[start]):
            continue
        joined = ""
        for length in range(1, 4):
            if start + length > len(lines):
                break
            line = lines[start + length - 1]
            if _MARKER.match(line) or _SENTENCE.search(line) or len(squeeze(line)) > LONGEST:
                break
            if re.fullmatch(r".{0,20}[〔\[［（(](?:19|20)\d\d[〕\]］）)]第?\d+号", squeeze(line)):
                break
            joined += line
            if length > 1 and _begins_anew(line, joined[: -len(line)]):
                break
            if looks_like_title(joined) and _is_whole(lines, start + length):
                return start, start + length
        if lines[start].endswith(("：", ":")) or _SENTENCE.search(lines[start]):
            return None
    return None


def joined_title(lines: list[str]) -> str:
    """The title that is broken over these lines: a blank stands only between the names of joint issuers."""
    title = ""
    for line in lines:
        issuers_meet = _ORGAN.search(title) and issuer_in_title(line + "关于") and not line.startswith("关于")
        title += (" " if issuers_meet else "") + line
    return title


def _begins_anew(line: str, before: str) -> bool:
    """Whether the line is a whole title by itself, and what stands before it a heading of another kind."""
    return (
        looks_like_title(line)
        and issuer_in_title(line) is not None
        and not line.startswith("关于")
        and re.search(r"(?:关于|的|[和与及、]|转发|印发|局|委|厅|政府|办公室|委员会)$", squeeze(before)) is None
    )


def _is_whole(lines: list[str], following: int) -> bool:
    """Whether the title ends here: the next line does not go on with it."""
    if following >= len(lines):
        return True
    return squeeze(lines[following]) not in ("的报告", "的通知", "报告", "通知", "的公告", "的通告")


def drop_repeated(title: str, lines: list[str]) -> list[int]:
    """The positions, among the first eight lines, of lines that together only repeat the title."""
    wanted = squeeze(title)
    for start in range(min(8, len(lines))):
        joined = ""
        for length in range(1, 5):
            if start + length > len(lines):
                break
            joined += squeeze(lines[start + length - 1])
            if joined == wanted:
                return list(range(start, start + length))
            if not wanted.startswith(joined):
                break
    return []


def tidy_title(title: str) -> str:
    """The title without typesetting blanks; blanks between joint issuers stay."""
    kept = _ORGAN_END.sub(lambda found: found[0][:-1] + "\u0001", title)
    return close_han(kept).replace("\u0001", " ").strip()
