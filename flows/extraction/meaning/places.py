"""The surroundings of each number of a text: segment, clause, sentence, topic and section.

What these are stands at the head of seeds/indicators.yaml. Words are met as the groups of the catalogue, one bit each.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flows.extraction.facts import Quantity, Section
from flows.extraction.meaning.matcher import Hit, Matcher
from flows.extraction.meaning.topics import CLAUSE_END, Topics, bits

STOP = re.compile(r"[。!?]")
ITEM = re.compile(r"(?:[一二三四五六七八九十]是|\([一二三四五六七八九十]+\))")
LINK = re.compile(r"以及|和(?!解|谐|平)|(?<!参)与|(?<![涉普以])及(?![时其格])|并(?!处|案)")
"""What parts two things counted in one clause."""
ONCE = re.compile(r"[由从](?:原来|原先|上年|去年|年初|之前|过去|\d{4}年)?(?:度)?的?$")
"""What stands before a figure that was: 由3天压缩到1天."""
OF_THE_NEXT = re.compile(r"已|均|全部|其中|完成|整改|办结|中有|共有|现有|拥有|配备|实现")
"""From here on the words between two numbers speak of the second: 527个问题已完成整改496个."""
LASTING = re.compile(r"(?:连续|持续)$")
"""What stands before a time that a figure has lasted: 出庭应诉率连续四年保持100%."""
TARGET = re.compile(
    r"力争|(?<![\u4e00-\u9fff])(?:下一步|下步|下阶段|明年|来年)(?=[,:将拟])|目标[是为值]|20\d\d年,(?:我[市县区局省镇]|[全市县区局]{2})?将|(?:^|[,;:。年])将?计划(?=培训|新增|新建|完成|开展|培育|组织|举办|出台|创建|建设|实现)"
)
"""What stands before a figure that is aimed at."""
WHOLE = re.compile(r"[^,;:。、\n\d]{1,12}中(?:仍?有|已有)?")
AMONG = re.compile(r"(?:人员|案件|案卷|单位|部门|企业|事项|纠纷|申请)中(?!的)")
"""What parts a whole from those of it that are counted: 执法人员中法学专业仅2人."""
SAME_THING = re.compile(r"、(?:案件|人员)?")
"""Between two measures of what was named before the first: 移送涉嫌犯罪线索13条、案件6件."""
BARE_COUNT = re.compile(
    r"(?:[由从至到为达有共计约近超逾已现的了]|原来|原先|上年|去年|总数|数量|总计|合计|累计|目前|全年|年内|增|增加|增长|扩大|扩展|拓展|扩充|提高|提升|升"
    r"|上升|降|下降|减|减少|压减|精简|超过|达到|涵盖|涉及|包含|包括|国家级|[省市州县区镇]级)*"
)
"""Words that tell how many and not what."""
COMPARED = re.compile(r"(?:超过|多于|高于|低于|少于)了?(?:同期|同级|同类)[^,;。\d]*(?=[,;。])")
"""What is only compared with: 超过同期一审行政诉讼案件."""
REACH = 60
"""Characters before the clause in which the words of `sentence` may stand: reports write sentences of half a page."""
LEAD = 300
"""Characters before the clause in which a sentence may have named its topic."""
SENTENCES_BACK = 3
"""Sentences back in which a paragraph may have named its topic."""
NAMING_CELLS = 12
"""Cells without a number that name a table's row, at most."""
ROWS_BACK = 40
"""Rows back in which a table may have its head."""
FIGURE = re.compile(r"[\d.,]+%?[^\d年月]{0,3}")
"""A cell that holds a number and no more."""


@dataclass(slots=True)
class Place:
    """The surroundings of one number, as spans of the text and as bits of the groups met in them."""

    left: int
    right: int
    clause_start: int
    clause_end: int
    sentence_start: int
    near: list[Hit]
    near_bits: int
    clause_bits: int
    after_bits: int
    lead: list[Hit]
    lead_bits: int
    lead_last: int
    topic: int
    dimensions: tuple[str, ...]
    aimed: bool = False
    """Whether the words before the number make it a target."""
    head: str = ""
    """In a table the words over the number's column."""
    label: str = ""
    """In a table the words that name the number's row, where the rows beside it have numbers in the same column."""
    label_bits: int = 0
    """The groups met in the cells that name the row."""

    def said_with(self, bit: int) -> int:
        """The groups met beside the word that says what the number is about."""
        held = (self.clause_bits, self.lead_last, self.lead_bits, self.topic)
        return next((bits for bits in held if bits & bit), 0)


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause: its span, the words in it, and those of its sentence before it."""

    start: int
    end: int
    bits: int
    lead: list[Hit]
    lead_bits: int
    lead_last: int


class Surroundings:
    """The places of a text's numbers, yielded in their order."""

    def __init__(
        self, flat: str, quantities: Sequence[Quantity], sections: Sequence[Section], matcher: Matcher
    ) -> None:
        self.flat = flat
        self.quantities = quantities
        self.topics = Topics(flat, sections, matcher)
        self.matcher = matcher

    def places(self) -> Iterator[tuple[int, Place]]:
        """The index of each number with its place; the numbers of sections that plan are left out."""
        index, count = 0, len(self.quantities)
        while index < count:
            start = self.flat.rfind("\n", 0, self.quantities[index].start) + 1
            end = self.flat.find("\n", self.quantities[index].end)
            end = len(self.flat) if end < 0 else end
            after = index
            while after < count and self.quantities[after].start < end:
                after += 1
            yield from self.paragraph(start, end, index, after)
            index = after

    def paragraph(self, start: int, end: int, first: int, after: int) -> Iterator[tuple[int, Place]]:
        """The places of the numbers `first` to `after`, which stand in the paragraph from `start` to `end`."""
        if "\t" in self.flat[start:end]:
            yield from self.row(start, end, first, after)
            return
        flat = self.flat
        begins = [start, *(match.end() for match in STOP.finditer(flat, start, end))]
        items = [start, *(match.start() for match in ITEM.finditer(flat, start, end))]
        index = first
        while index < after:
            at = bisect_right(begins, self.quantities[index].start) - 1
            begin, close = begins[at], begins[at + 1] if at + 1 < len(begins) else end
            last = index + 1
            while last < after and self.quantities[last].start < close:
                last += 1
            item = items[bisect_right(items, self.quantities[index].start) - 1]
            topic = 0
            for back in range(at - 1, max(at - 1 - SENTENCES_BACK, -1), -1):
                if begins[back + 1] <= item:
                    break
                topic = self.topics.of_sentence(max(begins[back], item), begins[back + 1])
                if topic:
                    break
            yield from self.sentence(begin, close, index, last, topic)
            index = last

    def sentence(self, start: int, end: int, first: int, after: int, topic: int) -> Iterator[tuple[int, Place]]:
        """The places of the numbers of one sentence; `topic` holds what the sentences before it speak of."""
        hits = self.matcher.scan(self.flat, start, end)
        self.topics.spoken[start, end] = self.topics.latest(self.flat, hits)
        held = [(quantity.start, quantity.end) for quantity in self.quantities[first:after]]
        ends = [start - 1, *_outside(CLAUSE_END, self.flat, start, end, held), end]
        for one in self.quantities[first:after]:
            if one.unit == "倍":  # 是诉讼收案的2.6倍 speaks of something else only to compare
                begin = ends[bisect_right(ends, one.start) - 1] + 1
                hits = [hit for hit in hits if not begin <= hit[0] < one.start]
        for match in COMPARED.finditer(self.flat, start, end):  # 收案量首次超过一审行政诉讼案件, too
            hits = [hit for hit in hits if not match.start() <= hit[0] < match.end()]
        starts = [hit[0] for hit in hits]
        aim = TARGET.search(self.flat, start, end)
        clause = _Clause(start, start, 0, [], 0, 0)
        for index in range(first, after):
            quantity = self.quantities[index]
            around = self.topics.around(quantity.start)
            if any(section.part == "plans" for section in around):
                continue
            at = bisect_right(ends, quantity.start) - 1
            clause_start, clause_end = ends[at] + 1, _following(ends, quantity.end)
            if (clause.start, clause.end) != (clause_start, clause_end):
                begin, begun = bisect_left(starts, clause_start), bisect_left(starts, clause_end)
                lead = hits[bisect_left(starts, clause_start - LEAD) : begin]
                last = self.topics.latest(self.flat, lead)
                clause = _Clause(clause_start, clause_end, bits(hits[begin:begun]), lead, bits(lead), last)
            left, right = self.segment(index, clause_start, clause_end)
            before = hits[bisect_left(starts, left) : bisect_left(starts, quantity.start)]
            behind = hits[bisect_left(starts, quantity.end) : bisect_left(starts, right)]
            if "中" in self.flat[left : quantity.start] and (among := AMONG.search(self.flat, left, quantity.start)):
                before = [hit for hit in before if hit[0] >= among.end()]
            near = [hit for hit in before if hit[1] <= quantity.start] + [hit for hit in behind if hit[1] <= right]
            if at and self.flat[clause_start - 1] == "," and self.is_bare(index, clause_start, right):
                begin = ends[at - 1] + 1
                earlier = self.quantities[max(index - 2, 0) : index]
                if not any(begin < one.end <= clause_start for one in earlier):
                    left, near = begin, [hit for hit in clause.lead if hit[0] >= begin] + near
            reached = min(clause_end + REACH, self.quantities[index + 1].start if index + 1 < after else end)
            parted = self.flat.find("其中", clause_end, reached)
            reached = parted if parted >= 0 else reached  # 召开党委会14次,其中研究法治议题5次
            after_clause = hits[bisect_left(starts, clause_end) : bisect_right(starts, reached)]
            near_bits = bits(near)
            yield (
                index,
                Place(
                    left=left,
                    right=right,
                    clause_start=clause_start,
                    clause_end=clause_end,
                    sentence_start=start,
                    near=near,
                    near_bits=near_bits,
                    clause_bits=near_bits if self.is_whole(index) else clause.bits | near_bits,
                    after_bits=bits([hit for hit in after_clause if hit[1] <= reached]),
                    lead=clause.lead,
                    lead_bits=clause.lead_bits,
                    lead_last=clause.lead_last,
                    topic=topic or self.topics.of_headings(around),
                    dimensions=tuple(section.dimension for section in around if section.dimension),
                    aimed=aim is not None and aim.end() <= quantity.start,
                ),
            )

    def is_whole(self, index: int) -> bool:
        """Whether 中 makes a number the whole of the next: what the clause then says is of that: 11个村中2个获评."""
        if index + 1 == len(self.quantities):
            return False
        return WHOLE.fullmatch(self.flat, self.quantities[index].end, self.quantities[index + 1].start) is not None

    def is_bare(self, index: int, clause_start: int, right: int) -> bool:
        """Whether the clause of a number tells only how many, so that the clause before says what: 发布清单,共106项."""
        flat, quantity = self.flat, self.quantities[index]
        if quantity.kind in ("rank", "change") or flat[quantity.end : right].strip():
            return False
        first, words = index, ""
        while first and self.quantities[first - 1].start >= clause_start:
            between = flat[self.quantities[first - 1].end : self.quantities[first].start]
            listed = between[:1] == "、" and self.quantities[first - 1].unit == quantity.unit
            beside = not between or self.matcher.carrier.fullmatch(between) is not None
            if not (listed or beside or ONCE.search(flat, clause_start, self.quantities[first - 1].start)):
                return False
            words += "" if beside else between.lstrip("、")
            first -= 1
        words += flat[clause_start : self.quantities[first].start]
        return BARE_COUNT.fullmatch(words) is not None

    def row(self, start: int, end: int, first: int, after: int) -> Iterator[tuple[int, Place]]:
        """The places of the numbers of a table's row: the first cells name the row, the cells above name the column."""
        flat, scan = self.flat, self.matcher.scan
        cells = _cells(flat, start, end)
        begins = [cell[0] for cell in cells]
        numbered = {bisect_right(begins, one.start) - 1 for one in self.quantities[first:after]}
        naming = [cell for at, cell in enumerate(cells) if at not in numbered][:NAMING_CELLS]
        labels = [hit for cell in naming for hit in scan(flat, *cell)]
        above = self.rows_above(start)
        below = flat.find("\n", end + 1)
        beside = [*above[:1], _cells(flat, end + 1, below if below >= 0 else len(flat))]
        caption_end = above[-1][0][0] - 1 if above else start - 1
        caption = scan(flat, flat.rfind("\n", 0, max(caption_end, 0)) + 1, caption_end) if caption_end > 0 else []
        for index in range(first, after):
            quantity = self.quantities[index]
            around = self.topics.around(quantity.start)
            if any(section.part == "plans" for section in around):
                continue
            at = bisect_right(begins, quantity.start) - 1
            own = [hit for hit in scan(flat, *cells[at]) if hit[1] <= quantity.start or hit[0] >= quantity.end]
            column: list[Hit] = []
            head = ""
            for row in above:
                if at < len(row) and not any(char.isdigit() for char in flat[slice(*row[at])]):
                    column += scan(flat, *row[at])
                    head += flat[slice(*row[at])]
            listed = any(at < len(row) and FIGURE.fullmatch(flat, *row[at]) for row in beside)
            # What stands in other cells counts as standing before the number.
            near = [(hit[0], min(hit[1], quantity.start), hit[2]) for hit in labels + column] + own
            yield (
                index,
                Place(
                    left=cells[at][0],
                    right=cells[at][1],
                    clause_start=cells[at][0],
                    clause_end=cells[at][1],
                    sentence_start=start,
                    near=near,
                    near_bits=bits(near),
                    clause_bits=bits(near),
                    after_bits=0,
                    lead=caption,
                    lead_bits=bits(caption),
                    lead_last=self.topics.latest(self.flat, caption),
                    topic=self.topics.of_headings(around),
                    dimensions=tuple(section.dimension for section in around if section.dimension),
                    head=head,
                    label=flat[slice(*naming[0])] if naming and listed else "",
                    label_bits=bits(labels),
                ),
            )

    def rows_above(self, start: int) -> list[list[tuple[int, int]]]:
        """The cells of the rows above a table's row, nearest first, as far as the table's head may lie."""
        rows: list[list[tuple[int, int]]] = []
        end = start - 1
        while end > 0 and len(rows) < ROWS_BACK:
            begin = self.flat.rfind("\n", 0, end) + 1
            if "\t" not in self.flat[begin:end]:
                break
            rows.append(_cells(self.flat, begin, end))
            end = begin - 1
        return rows

    def segment(self, index: int, clause_start: int, clause_end: int) -> tuple[int, int]:
        """Where the segment of a number begins and ends: commas, other numbers and open brackets part it."""
        flat, quantity = self.flat, self.quantities[index]
        left, right = clause_start, clause_end
        if index and self.quantities[index - 1].end > left:
            left = self.quantities[index - 1].end
            begin = self.quantities[index - 1].start
            # 旁听庭审9场次、230人次, 由3天压缩到1天, 18个部门209项: both share what stands before the first.
            between = flat[left : quantity.start]
            listed = SAME_THING.fullmatch(between) is not None and self.quantities[index - 1].unit != quantity.unit
            shipped = self.quantities[index - 1].unit in ("批", "批次") and between in ("共", "计", "合计", "共计")
            beside = not between or listed or shipped or self.matcher.carrier.fullmatch(between) is not None
            lasting = self.quantities[index - 1].kind == "duration" and LASTING.search(flat, clause_start, begin)
            if beside or lasting or ONCE.search(flat, max(clause_start, begin - 8), begin):
                return self.segment(index - 1, clause_start, clause_end)[0], right
            mark = flat.find("、", left, quantity.start)
            if mark >= 0:
                left = mark + 1
            elif left < quantity.start:
                for link in LINK.finditer(flat, left, quantity.start):
                    left = link.end()
        bracket = flat.rfind("(", left, quantity.start)
        if bracket >= 0 and flat.find(")", bracket, quantity.start) < 0:
            left = bracket + 1
        if index + 1 < len(self.quantities) and self.quantities[index + 1].start < right:
            right = self.quantities[index + 1].start
            mark = flat.find("、", quantity.end, right)
            if mark >= 0:
                right = mark
            elif turned := OF_THE_NEXT.search(flat, quantity.end, right) or LINK.search(flat, quantity.end, right):
                right = turned.start()
        if right > quantity.end and flat[quantity.end] in "、()":
            right = quantity.end
        return left, right


def _cells(flat: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the cells of a table's row."""
    cells: list[tuple[int, int]] = []
    for cell in flat[start:end].split("\t"):
        cells.append((start, start + len(cell)))
        start += len(cell) + 1
    return cells


def _outside(pattern: re.Pattern[str], flat: str, start: int, end: int, held: Sequence[tuple[int, int]]) -> list[int]:
    """Where `pattern` matches outside the numbers."""
    found: list[int] = []
    at = 0
    for match in pattern.finditer(flat, start, end):
        while at < len(held) and held[at][1] <= match.start():
            at += 1
        if at == len(held) or match.start() < held[at][0]:
            found.append(match.start())
    return found


def _following(ends: Sequence[int], at: int) -> int:
    """The first of `ends` at or after `at`."""
    return ends[bisect_right(ends, at - 1)]
