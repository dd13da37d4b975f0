"""Which count a rate is of, by its name: 办结率 is of what was 办结, 败诉率 of what was 败诉."""

from __future__ import annotations

import re

REST = {"败诉": "胜诉", "胜诉": "败诉"}
"""Words of what is left of the whole, where they are not 不 or 未 and the name."""
NAMED = (
    ("合格|通过|达标|及格", r"(?<![不未])(?:合格|通过|取得|达标)"),
    ("办结|结案|审结", r"(?<![不未])(?:办结|结案|审结|已结)"),
    ("成功|调成|化解|调处", r"(?<![不未])(?:成功|调成|化解|调处)"),
    ("和解|调撤|调解", r"调解|和解|撤回"),
    ("立案|受理", r"(?<![不未])(?:立案|受理)"),
    ("整改|完成|销号", r"(?<![不未])(?:整改|完成|实际|销号)"),
    ("纠错", r"纠错|撤销|变更|确认违法"),
    ("维持", r"维持"),
    ("败诉", r"败诉"),
    ("胜诉", r"胜诉"),
    ("出庭|应诉", r"(?<!应)出庭"),
    ("满意", r"(?<!不)满意"),
    ("采纳", r"采纳"),
    ("网办|可办|网上", r"网办|可办|网上"),
    ("答复|办复|回复", r"(?<![不未])(?:答复|办复|回复)"),
    ("持证", r"(?<!未)(?:持证|持有|取得)"),
    ("优秀|优良", r"优秀|优良"),
    ("公示", r"公示"),
)
"""What the name of a rate ends with, and the words of the count that it is a rate of."""
OUTCOMES = tuple(
    (re.compile(rate), re.compile(count), re.compile(REST.get(rate, f"[不未](?:{rate})"))) for rate, count in NAMED
)
"""The same with the words of what is left of the whole."""
