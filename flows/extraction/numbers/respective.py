"""The nouns that 分别 gives numbers in turn: 参考率、及格率分别为99%和97%."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flows.extraction.numbers.phrases import trimmed
from flows.extraction.words import cut

COMPARISON = re.compile(
    r"(?:同比|环比|^(?:上一?年度?|去年|\d{4}年)(?:度|同期|全年)*相比|(?:较|比|同|与)(?:上一?年度?|去年|前年|年初|年底|上届|改革前|\d{4}年|同期|往年)(?:度|全年|同期|末|底|相比)*)"
)
"""What a number is compared with: 同比, 较上年."""
CHANGE = re.compile(
    r"(?:净增|增长|增加|增收|减收|上升|下降|减少|降低|提高|提升|压缩|压减|缩短|精简|增幅|降幅|增速|前移|后移|节省|提速|高于.{0,8}|低于.{0,8}|[多增降减])(?:了|分别|达)?$"
)
"""A word of growth at the end: 同比增长了."""


def names_in_turn(raw: str) -> list[str]:
    """What each of the numbers behind 分别 counts, from the words before the first; empty for fewer than two nouns."""
    nouns, _, verb = raw.partition("分别")
    comparison = COMPARISON.search(nouns)
    parts = _parts_of(nouns[: comparison.start()] if comparison else nouns)
    if len(parts) < 2:
        return []
    ends = _shared_end(parts)
    change = CHANGE.search(verb.strip("为达了在"))
    done = change[0] if change else ""
    if not change and not verb.endswith(("在", "至", "到", "为")):
        done = trimmed(verb)  # 市委、市政府分别研究法治工作7次、15次
    return [part + ("" if part.endswith(ends) else ends) + done for part in parts]


def _parts_of(nouns: str) -> list[str]:
    """A list cut at its joints, but never inside a word: 报备及时率 is one."""
    parts = [""]
    for token in cut(nouns):
        if token in ("、", "和", "与", "及", "以及"):
            parts.append("")
        else:
            parts[-1] += token
    return [part for part in map(trimmed, parts) if part]


def _shared_end(parts: Sequence[str]) -> str:
    """What the last noun of a list ends with and the others share: 参考、及格率; 清江县、白沙县新登记企业."""
    last = parts[-1]
    alike = last.find(parts[-2][-1], 1)  # 白沙县、高新区登记企业 end alike but for what they share
    own = alike + 1 if alike > 0 else len(cut(last)[0])
    rest = last[own:]
    if len(rest) >= 3 and not any(part.endswith(rest[-2:]) for part in parts[:-1]):
        return rest
    return next((end for end in ("率", "数", "量", "类") if last.endswith(end)), "")
