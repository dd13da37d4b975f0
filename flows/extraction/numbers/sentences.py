"""What a sentence has told, number by number: the numbers behind leave out what was said before them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flows.extraction.numbers.phrases import LONG, Tail, is_stage, vocabulary
from flows.extraction.words import cut

_SENTENCE_END = re.compile(r"[。！？!?\n]")
_OPENS = re.compile(r"[(（][^()（）]*$")
_CLOSES = re.compile(r"^[^()（）]*[)）]")
_DIVIDES = re.compile(r"(?:按|从|分)[^，,。；;\n]{1,10}(?:分|看|来看|统计|划分|区分)[，,：:]")
"""What opens a sentence that parts what the one before counted: 按违法类型分，大气类33宗."""
_EVENT = re.compile(r"^(?:参加|参与|通过)(?:并通过)?(?:了|全[省市县区国])?(.{2,})$")
_DONE = ("结案", "审结", "败诉", "胜诉", "撤诉", "纠错", "整改")
"""Ends of what was done with some of the counted: the figures behind it are of the whole still."""
_SESSIONS = frozenset(("场", "场次", "期", "期次", "次", "讲", "堂", "节", "班", "班次", "批次", "轮", "轮次"))
LONGEST = 26
"""Characters of the longest subject."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A quantity as far as its subject asks: its span, kind and unit, and what a table calls it."""

    start: int
    end: int
    kind: str
    unit: str | None
    label: str | None = None


@dataclass(slots=True)
class Sentence:
    """What the sentence told so far."""

    topic: str | None = None
    """The noun that was last counted, with its verb: 新收行政复议案件."""
    carried: str | None = None
    """The topic of the sentence before, in the same paragraph: 新收案件66件。已审结61件."""
    head: str = ""
    """The noun before the last number."""
    previous: str | None = None
    """The last subject."""
    occasion: str | None = None
    """What was held last and counted in sessions: its listeners and handouts follow."""
    whole: str | None = None
    """What 其中 parts."""
    parted: bool = False
    """Whether the last number counted such a part."""
    verb: str = ""
    """What is done to all nouns of a list: 审核文件5件、合同37份."""
    event: str | None = None
    """What the people counted took part in: its rates follow."""
    treated: str | None = None
    """What is done to all of a list: 对31份合同、12项决策进行审查."""
    listed: list[str] = field(default_factory=list)
    """Nouns before 分别 that still wait for their numbers."""
    row: list[str] = field(default_factory=list)
    """The subjects of the numbers of a list, until another begins."""
    rated: str = ""
    """What the last rate was of, if no count came behind it."""
    outside: tuple[str | None, str, str | None] | None = None
    """Topic, head and subject before the bracket that is open."""

    def turned(self, between: str) -> Sentence:
        """The sentence of the next number, when these words lead to it: this one, or the next that knows its topic."""
        if (end := _SENTENCE_END.search(between)) is None:
            if "；" in between:
                self.whole = None
            elif _DIVIDES.search(between):
                self.whole = self.topic
            self._pass_brackets(between)
            return self
        whole = self.topic if _DIVIDES.match(between, end.end()) else None
        following = Sentence(topic=whole, whole=whole, carried=None if "\n" in between else self.topic or self.carried)
        following._pass_brackets(between)
        return following

    def _pass_brackets(self, between: str) -> None:
        """What a bracket told is forgotten where it closes: 办理56件（含结转12件），比上年下降8%."""
        if self.outside is None and "（" not in between and "(" not in between:
            return
        if self.outside is not None and _CLOSES.search(between):
            self.topic, self.head, self.previous = self.outside
            self.outside = None
            self.whole = None
        if _OPENS.search(between):
            self.outside = self.topic, self.head, self.previous
            if between[:1] in ("（", "("):
                self.whole = self.topic  # 220件（公安类71件、其他类53件）

    def remember(self, one: Measured, subject: str | None, head: str, tail: Tail, joined: bool) -> None:
        """Keeps what a number just told for those behind it."""
        event = _EVENT.match(tail.predicate)
        if event is not None:
            self.event = event[1]
        if subject is not None:
            self.previous = subject
            if one.kind == "count":
                self.row = [*self.row, subject] if joined else [subject]
        counted = subject is not None and tail.noun and subject.endswith(tail.noun) and len(subject) <= LONG
        noun = subject if subject is not None and counted else head or tail.noun
        for size in (4, 3, 2):
            if len(noun) > size and noun[-size:] in vocabulary().levels:
                noun = noun[:-size]
                break
        if head and head not in vocabulary().levels:
            self.head = head
        if one.unit in _SESSIONS and len(noun) >= 4:
            self.occasion, self.event = noun, None
        parted, self.parted = self.parted, False
        if one.kind != "percent":
            self.rated = ""
        if parted or (one.kind == "money" and noun and cut(noun)[-1] in vocabulary().dependents):
            return
        if noun.endswith(_DONE):
            return
        if one.kind in ("count", "money") and len(noun) >= 4 and noun not in vocabulary().levels and not is_stage(noun):
            both = f"{self.topic}、{noun}"
            self.topic = both if joined and self.topic and len(both) <= LONGEST else noun
