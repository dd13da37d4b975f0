"""Which quantities of a report are indicators of the catalogue.

Each quantity is seen in its surroundings (segment, clause, sentence, topic, section: see seeds/indicators.yaml), and
the phrasing whose words stand there best decides; how words are found and phrasings compiled is the matcher's.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from flows.extraction.facts import Level, Observation, Quantity, Section
from flows.extraction.meaning.bearings import period_of, scope_of
from flows.extraction.meaning.matcher import SETTLED, Hit, Matcher, Rule, fits, load_matcher

NARROW = (("，", ","), ("；", ";"), ("：", ":"), ("（", "("), ("）", ")"), ("！", "!"), ("？", "?"), ("％", "%"))
"""Full-width marks to their narrow twins, one character for one, so that offsets stay."""

STOP = re.compile(r"[。!?]")
CLAUSE_END = re.compile(r"[,;:。!?\n\t]")
ITEM = re.compile(r"(?:[一二三四五六七八九十]是|\([一二三四五六七八九十]+\))")
LEVELLED = re.compile(r"(?:至|到|为|达|达到|在)(?:了)?$")
CHANGE = re.compile(r"增长|增加|上升|提高|提升|上涨|攀升|增幅|同比|下降|减少|降低|回落|压减|下滑|降幅|缩减")
DOWN = re.compile(r"下降|减少|降低|回落|压减|下滑|降幅|缩减|减幅|下调|缩短")
LINK = re.compile(r"以及|和(?!解|谐|平)|(?<!参)与|(?<![涉普以])及(?![时其格])|并(?!处|案)")
"""What parts two things counted in one clause."""
ONCE = re.compile(r"[由从](?:原来|原先|上年|去年|之前|过去|\d{4}年)?(?:度)?的?$")
"""What stands before a figure that was: 由3天压缩到1天."""
OFTEN = re.compile(
    r"每[^,;、]{0,5}$|(?:^|[,;:])(?:坚持|定期)?每(?:半年|季度?|个?月|周|年|学期)(?:[^,;共计]|共(?!计|有)){0,40}$"
)
"""What stands before a frequency: 每两月1次."""
OF_THE_NEXT = re.compile(r"已|均|全部|其中|完成|整改|办结|中有|共有|现有|拥有|配备|实现")
"""From here on the words between two numbers speak of the second: 527个问题已完成整改496个."""
LASTING = re.compile(r"(?:连续|持续)$")
"""What stands before a time that a figure has lasted: 出庭应诉率连续四年保持100%."""
AVERAGE = re.compile(r"(?:平均|人均|户均|案均|日均|月均)[^,;]*$")
DEPARTMENT = re.compile(r"[我本]局|局党[组委]|厅党组|局机关")
"""Words by which a department speaks of itself."""
TARGET = re.compile(
    r"力争|目标[是为值]|(?:^|[,;:。年])将?计划(?=培训|新增|新建|完成|开展|培育|组织|举办|出台|创建|建设|实现)"
)
"""What stands before a figure that is aimed at."""
CUMULATIVE = re.compile(
    r"[,、(]?(?:[全我本][省市县区镇乡局]|目前|现有|现|已|总|人数|数|计|达到?|有|为|至|增[至加]到?)*"
    r"(?:累计|总数|总计|合计|共|增至|增加到)(?:已|有|达到?|为|约|近|超过?|计|至|到|了)*"
)
"""All that stands before the sum of a figure just given: 新增32名,累计达197名."""
APART = re.compile(r"[^()]*\).*")
"""What follows a figure in brackets: 新收7066件(其中市本级1895件),同比增长72.3% is the growth of the first."""
BARE_COUNT = re.compile(
    r"(?:[由从至到为达有共计约近超逾已现的了]|原来|原先|上年|去年|总数|数量|总计|合计|累计|目前|全年|年内|增|增加|增长|扩大|扩展|拓展|扩充|提高|提升|升"
    r"|上升|降|下降|减|减少|压减|精简|超过|达到)*"
)
"""Words that tell how many and not what."""
COMPARED = re.compile(r"(?:超过|多于|高于|低于|少于)了?(?:同期|同级|同类)[^,;。\d]*(?=[,;。])")
"""What is only compared with: 超过同期一审行政诉讼案件."""
PART = re.compile(r"其中[^;]*$")
BARE_GROWTH = re.compile(
    r"[,、()]*(?:(?:同比|环比|[比较]?(?:上年|去年|上一年|同期|\d{4}年)(?:度|同期|全年|相比)?|与|相比|均|分别|也|又|其|[比较]"
    r"|全年办案数|数量|总量|数|大幅|明显|显著|持续|小幅|略有|有所|一年|了|的|增长|增加|上升|提高|提升|上涨|攀升|增幅|下降|减少|降低|回落"
    r"|压减|下滑|降幅|缩减|减幅|增速|幅度|达到?|为|至|约|近|超过?|[-−+↑↓▲▼:]),?)*"
)
"""Words of growth alone, so that it is the growth of the figure before."""
CASES_GROWTH = re.compile(
    f"{BARE_GROWTH.pattern}(?:案件|收案|受案|办案|发案|件)(?:总?数量?|总?量){BARE_GROWTH.pattern}"
)
"""Growth of a number of cases, whichever was named before."""
CASE_UNITS = frozenset(("件", "宗", "起", "例", "份", "卷"))
BRACKETED = re.compile(r"\([^()]*\)")
LEVEL = re.compile(r"提高|提升|上升|下降|降低")
"""How rates change; counts also grow and shrink."""
GROWTH_HEAD = re.compile(r"同比|增长|增幅|增减|[比较]上年|变化")
GAP = re.compile(
    r"(?:高于|低于|高出|低出|超出|超过|领先|优于)[^,]{0,8}"
    r"(?:全国|全省|全市|全区|平均|省均|目标|要求|标准|指标)"
)
OTHER_BASE = re.compile(r"环比|改革前|比上[月周季]|较上[月周季]|上个?月|上周|上季度|比前三年")
LAST_YEAR = re.compile(r"上年|去年|上一年|同期|[较比由从(]\d{4}年|(?:增加|减少|增长|下降|多|少)了?$")
SHARE = re.compile(r"占")
OWN_SHARE = re.compile(r"[^\u4e00-\u9fff]*(?:其?中|数量|总?数|人数|案件数|约|分别|均|各|也|仅)?占")
"""A share of the figure before, none of a thing that the words name: 联合检查占行政检查的比重."""
RATE_ITEM = re.compile(r"[、和与及]|以及|(?<=[”\"])(?=[“\"])")
RATE_END = re.compile(r"(?:率|度|比例)(?:均|都|皆|全部|分别|达|到|为|是|保持|实现|在|持续|已|约|超过?|近|\s)*$")
JOINT = re.compile(r"[、,和及与以]*(?:较?上年|同比)?(?:增长|下降|上升|减少|提高|降低|增加)?了?")
RESPECTIVE = re.compile(r"分别")
REACH = 60
"""Characters before the clause in which the words of `sentence` may stand: reports write sentences of half a page."""
LEAD = 300
"""Characters before the clause in which a sentence may have named its topic."""
SENTENCES_BACK = 3
"""Sentences back in which a paragraph may have named its topic."""
ROWS_BACK = 40
"""Rows back in which a table may have its head."""
PLACES = frozenset(("乡镇", "镇街", "街道", "村", "社区", "县"))
PERSONS = frozenset(("人", "名", "位", "人次"))
TIMED = frozenset(("%", "工作日", "天", "日", "小时", "分钟"))
"""Units of which an average is what an indicator states."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A phrasing that holds for a number."""

    rule: Rule
    score: float
    confidence: float
    start: int
    end: int


@dataclass(slots=True)
class _Place:
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

    def said_with(self, bit: int) -> int:
        """The groups met beside the word that says what the number is about."""
        held = (self.clause_bits, self.lead_last, self.lead_bits, self.topic)
        return next((bits for bits in held if bits & bit), 0)


def observe(
    text: str,
    quantities: Sequence[Quantity],
    sections: Sequence[Section] = (),
    *,
    level: Level | None = None,
    matcher: Matcher | None = None,
) -> tuple[Observation, ...]:
    """The quantities that are indicators, in the order of the text.

    `quantities` are those of `text`, ascending. Figures of sections whose part is `plans` are targets and left out.
    A number may yield several observations (审查率、备案率均为100%); growth and shares are facets, `CODE.yoy` with the
    unit % or pp and a negative value for a decrease, `CODE.share` with %.
    """
    return _Reading(text, quantities, sections, level, matcher or load_matcher()).observations()


class _Reading:
    """One text being read."""

    def __init__(
        self,
        text: str,
        quantities: Sequence[Quantity],
        sections: Sequence[Section],
        level: Level | None,
        matcher: Matcher,
    ) -> None:
        self.text = text
        self.flat = _narrowed(text)
        self.quantities = sorted(quantities, key=lambda quantity: quantity.start)
        self.sections = sorted(sections, key=lambda section: section.start)
        self.section_starts = [section.start for section in self.sections]
        self.parents = _parents(self.sections)
        self.headings: dict[int, int] = {}
        self.spoken: dict[tuple[int, int], int] = {}
        self.of_department = level == "department" or (level is None and DEPARTMENT.search(text) is not None)
        self.matcher = matcher
        self.found: dict[int, list[Observation]] = {}

    def observations(self) -> tuple[Observation, ...]:
        index, count = 0, len(self.quantities)
        while index < count:
            start = self.flat.rfind("\n", 0, self.quantities[index].start) + 1
            end = self.flat.find("\n", self.quantities[index].end)
            end = len(self.flat) if end < 0 else end
            after = index
            while after < count and self.quantities[after].start < end:
                after += 1
            self.paragraph(start, end, index, after)
            index = after
        return tuple(observation for at in sorted(self.found) for observation in self.found[at])

    def paragraph(self, start: int, end: int, first: int, after: int) -> None:
        """Read the numbers `first` to `after`, which stand in the paragraph from `start` to `end`."""
        if "\t" in self.flat[start:end]:
            self.row(start, end, first, after)
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
                topic = self.topic_of(max(begins[back], item), begins[back + 1])
                if topic:
                    break
            self.sentence(begin, close, index, last, topic)
            index = last

    def topic_of(self, start: int, end: int) -> int:
        """What a sentence speaks of at its end."""
        if (start, end) not in self.spoken:
            self.spoken[start, end] = self.latest(self.flat, self.matcher.scan(self.flat, start, end))
        return self.spoken[start, end]

    def sentence(self, start: int, end: int, first: int, after: int, topic: int) -> None:
        """Read the numbers of one sentence; `topic` holds what the sentences before it speak of."""
        hits = self.matcher.scan(self.flat, start, end)
        self.spoken[start, end] = self.latest(self.flat, hits)
        held = [(quantity.start, quantity.end) for quantity in self.quantities[first:after]]
        ends = [start - 1, *_outside(CLAUSE_END, self.flat, start, end, held), end]
        for one in self.quantities[first:after]:
            if one.unit == "倍":  # 是诉讼收案的2.6倍 speaks of something else only to compare
                begin = ends[bisect_right(ends, one.start) - 1] + 1
                hits = [hit for hit in hits if not begin <= hit[0] < one.start]
        for match in COMPARED.finditer(self.flat, start, end):  # 收案量首次超过一审行政诉讼案件, too
            hits = [hit for hit in hits if not match.start() <= hit[0] < match.end()]
        hit_starts = [hit[0] for hit in hits]
        for index in range(first, after):
            quantity = self.quantities[index]
            around = self.around(quantity.start)
            if any(section.part == "plans" for section in around):
                continue
            at = bisect_right(ends, quantity.start) - 1
            clause_start, clause_end = ends[at] + 1, _following(ends, quantity.end)
            left, right = self.segment(index, clause_start, clause_end)
            begin = bisect_right(hit_starts, clause_start - 1)
            lead = hits[bisect_right(hit_starts, clause_start - LEAD - 1) : begin]
            begun = bisect_right(hit_starts, clause_end - 1)
            clause = hits[begin:begun]
            reached = min(clause_end + REACH, self.quantities[index + 1].start if index + 1 < after else end)
            after_clause = hits[begun : bisect_right(hit_starts, reached)]
            near = [
                hit
                for hit in clause
                if (left <= hit[0] and hit[1] <= quantity.start) or (hit[0] >= quantity.end and hit[1] <= right)
            ]
            if not near and at and self.is_bare(index, clause_start, right):
                left = ends[at - 1] + 1
                if (
                    not index
                    or self.quantities[index - 1].end <= left
                    or self.quantities[index - 1].start > clause_start
                ):
                    near = hits[bisect_right(hit_starts, left - 1) : begin]
            place = _Place(
                left=left,
                right=right,
                clause_start=clause_start,
                clause_end=clause_end,
                sentence_start=start,
                near=near,
                near_bits=_bits(near),
                clause_bits=_bits(clause) | _bits(near),
                after_bits=_bits([hit for hit in after_clause if hit[1] <= reached]),
                lead=lead,
                lead_bits=_bits(lead),
                lead_last=self.latest(self.flat, lead),
                topic=topic or self.heading_topic(around),
                dimensions=tuple(section.dimension for section in around if section.dimension),
            )
            found = self.read(index, place)
            if found:
                self.found[index] = found

    def is_bare(self, index: int, clause_start: int, right: int) -> bool:
        """Whether the clause of a number tells only how many, so that the clause before says what: 发布清单,共106项."""
        flat, quantity = self.flat, self.quantities[index]
        if quantity.kind in ("rank", "change") or flat[clause_start - 1] != "," or flat[quantity.end : right].strip():
            return False
        first = index
        if index and self.quantities[index - 1].start >= clause_start:
            first = index - 1  # 由77项增至106项
            if not ONCE.search(flat, clause_start, self.quantities[first].start):
                return False
        words = flat[clause_start : self.quantities[first].start]
        if first < index:
            words += flat[self.quantities[first].end : quantity.start]
        return BARE_COUNT.fullmatch(words) is not None

    def row(self, start: int, end: int, first: int, after: int) -> None:
        """Read the numbers of a table's row: the first cells name the row, the cells above name the column."""
        flat, scan = self.flat, self.matcher.scan
        cells = _cells(flat, start, end)
        numbered = {bisect_right([cell[0] for cell in cells], one.start) - 1 for one in self.quantities[first:after]}
        labels = [hit for at, cell in enumerate(cells) if at not in numbered for hit in scan(flat, *cell)]
        above = self.rows_above(start)
        caption_end = above[-1][0][0] - 1 if above else start - 1
        caption = scan(flat, flat.rfind("\n", 0, max(caption_end, 0)) + 1, caption_end) if caption_end > 0 else []
        for index in range(first, after):
            quantity = self.quantities[index]
            around = self.around(quantity.start)
            if any(section.part == "plans" for section in around):
                continue
            at = bisect_right([cell[0] for cell in cells], quantity.start) - 1
            own = [hit for hit in scan(flat, *cells[at]) if hit[1] <= quantity.start or hit[0] >= quantity.end]
            column: list[Hit] = []
            head = ""
            for row in above:
                if at < len(row) and not any(char.isdigit() for char in flat[slice(*row[at])]):
                    column += scan(flat, *row[at])
                    head += flat[slice(*row[at])]
            # What stands in other cells counts as standing before the number.
            near = [(hit[0], min(hit[1], quantity.start), hit[2]) for hit in labels + column] + own
            place = _Place(
                left=cells[at][0],
                right=cells[at][1],
                clause_start=cells[at][0],
                clause_end=cells[at][1],
                sentence_start=start,
                near=near,
                near_bits=_bits(near),
                clause_bits=_bits(near),
                after_bits=0,
                lead=caption,
                lead_bits=_bits(caption),
                lead_last=self.latest(self.flat, caption),
                topic=self.heading_topic(around),
                dimensions=tuple(section.dimension for section in around if section.dimension),
            )
            grown = quantity.unit in SETTLED and GROWTH_HEAD.search(head)
            if grown:  # of the count beside it; the row's label says what only where there is none
                found = self.growth(index, place, head) if index == first or first in self.found else []
            else:
                found = self.read(index, place)
            if found:
                self.found[index] = found

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

    def latest(self, flat: str, hits: Sequence[Hit]) -> int:
        """The topics of the last word that has any; of two words one inside the other the longer speaks.

        With them the words of its clause that make them another's: 以市局为被申请人的行政复议 is not the bureau's own.
        """
        topics, estranging = self.matcher.topics, self.matcher.estranging
        for at in range(len(hits) - 1, -1, -1):
            bits = hits[at][2] & topics
            if not bits:
                continue
            start, end = hits[at][:2]
            for hit in hits[max(at - 4, 0) : at]:
                if hit[0] <= start and hit[1] >= end and hit[2] & topics:
                    bits = hit[2] & topics
                    break
            if any(hit[2] & estranging for hit in hits):
                begin = max(flat.rfind(mark, 0, start) for mark in ",;:。\n") + 1
                close = CLAUSE_END.search(flat, end)
                stop = close.start() if close else len(flat)
                if not flat.startswith("其中", begin):
                    bits |= _bits([hit for hit in hits if begin <= hit[0] < stop]) & estranging
            return bits
        return 0

    def heading_topic(self, around: Sequence[Section]) -> int:
        """What the headings over a number speak of, the innermost first."""
        for section in around:
            if section.ordinal not in self.headings:
                title = _narrowed(section.title)
                hits = self.matcher.scan(title, 0, len(title))
                self.headings[section.ordinal] = self.latest(title, hits)
            if self.headings[section.ordinal]:
                return self.headings[section.ordinal]
        return 0

    def around(self, at: int) -> list[Section]:
        """The sections that hold `at`, innermost first."""
        found: list[Section] = []
        index = bisect_right(self.section_starts, at) - 1
        while index >= 0:
            if at < self.sections[index].end:
                found.append(self.sections[index])
            index = self.parents[index]
        return found

    def segment(self, index: int, clause_start: int, clause_end: int) -> tuple[int, int]:
        """Where the segment of a number begins and ends: commas, other numbers and open brackets part it."""
        flat, quantity = self.flat, self.quantities[index]
        left, right = clause_start, clause_end
        if index and self.quantities[index - 1].end > left:
            left = self.quantities[index - 1].end
            begin = self.quantities[index - 1].start
            # 旁听庭审9场次、230人次, 由3天压缩到1天, 18个部门209项: both share what stands before the first.
            between = flat[left : quantity.start]
            listed = between == "、" and self.quantities[index - 1].unit != quantity.unit
            beside = not between or listed or self.matcher.carrier.fullmatch(between) is not None
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

    def read(self, index: int, place: _Place) -> list[Observation]:
        quantity = self.quantities[index]
        said = self.flat[place.left : quantity.start]
        if quantity.unit not in TIMED and AVERAGE.search(said):
            return []
        if ONCE.search(said) or OFTEN.search(said) or TARGET.search(self.flat, place.sentence_start, quantity.start):
            return []
        if quantity.unit in SETTLED:
            if GAP.search(said):
                return []
            if self.is_change(quantity, said):
                return self.growth(index, place, said)
        elif quantity.kind == "rank" and self.repeats(index, place):
            return []
        turn, of = self.respective(index, place)
        if of > 1:
            named = self.named(turn, of, index, place)
            if named is not None:
                return [self.observation(quantity, place, named)]
        several = self.rates(quantity, place)
        if several:
            return [self.observation(quantity, place, found) for found in several]
        best = self.best(quantity, place)
        if quantity.kind == "change" and best is not None and best.rule.indicator.growth is None:
            return []  # 申请量增加69件 states no level
        if quantity.unit == "%" and (best is None or best.rule.indicator.code not in _shares(self.matcher)):
            share = self.share(index, place, said)
            if share is not None and (best is None or not SHARE.search(said) or best.score < 3):
                return [share]
        if best is None:
            sum_up = self.cumulative(index, place, said)
            return [sum_up] if sum_up else []
        one = self.observation(quantity, place, best)
        return [] if self.is_part(one, index, place) else [one]

    def cumulative(self, index: int, place: _Place, said: str) -> Observation | None:
        """The sum of the figure before: 新增32名,累计达197名."""
        if CUMULATIVE.fullmatch(said) is None:
            return None
        base, quantity = self.previous(index, place), self.quantities[index]
        if base is None or self.quantities[index - 1].unit != quantity.unit or quantity.value < base.value:
            return None
        return replace(
            base,
            value=quantity.value,
            value_high=quantity.value_high,
            bound=quantity.bound,
            period=quantity.period or "累计",
            end=quantity.end,
            evidence=self.text[base.start : quantity.end],
            confidence=round(base.confidence - 0.1, 2),
            rule=f"{base.rule}.sum",
            quantity=quantity.ordinal,
        )

    def is_part(self, one: Observation, index: int, place: _Place) -> bool:
        """Whether 其中 makes a figure a part of an earlier one of the same indicator: 立案96起,其中食品类立案20起."""
        for back in range(index - 1, max(index - 6, -1), -1):
            before = self.quantities[back]
            if before.start < place.sentence_start:
                return False
            if any(other.indicator == one.indicator for other in self.found.get(back, ())):
                if one.period != self.found[back][0].period:
                    return False
                return PART.search(self.flat, before.end, self.quantities[index].start) is not None
        return False

    def is_change(self, quantity: Quantity, said: str) -> bool:
        if quantity.unit in ("个百分点", "百分点", "倍"):
            return True
        if LEVELLED.search(said) and not re.search(r"(?:增长|增加|上升|下降|减少|提高)(?:了|达)$", said):
            return False
        return quantity.kind == "change" or bool(re.search(CHANGE.pattern + r"$", said[-4:]))

    def repeats(self, index: int, place: _Place) -> bool:
        """Whether a rank only adds to one that the sentence stated before: 排名第四,是连续七次稳居前五的城市."""
        if self.quantities[index].bound != "under":
            return False
        before = (self.quantities[at] for at in range(index - 1, -1, -1) if at in self.found)
        return any(one.kind == "rank" and place.sentence_start <= one.start < place.clause_start for one in before)

    def best(
        self, quantity: Quantity, place: _Place, kinds: tuple[str, ...] | None = None, near: list[Hit] | None = None
    ) -> _Found | None:
        """The phrasing that fits best; with `kinds`, whatever the unit, among indicators of those kinds."""
        matcher = self.matcher
        near = place.near if near is None else near
        near_bits = place.near_bits if near is place.near else _bits(near)
        reach = place.clause_start - REACH
        sentence_bits = place.clause_bits | _bits_since(place.lead, reach)
        item = max(self.flat.rfind(";", reach if reach > 0 else 0, place.clause_start), reach)
        item_bits = sentence_bits if item == reach else place.clause_bits | _bits_since(place.lead, item)
        best: _Found | None = None
        keys = near_bits & matcher.says_keys
        tables = [(keys, matcher.by_says), (sentence_bits & matcher.sentence_keys, matcher.by_sentence)]
        for mask, table in tables:
            while mask:
                bit = mask & -mask
                mask ^= bit
                for rule in table[bit]:
                    if (
                        rule.says_all & ~near_bits
                        or rule.excludes & (place.clause_bits if quantity.kind == "rank" else near_bits)
                        or rule.sentence_excludes & item_bits
                        or rule.clause & ~place.clause_bits
                        or rule.sentence & ~sentence_bits
                        or rule.after & ~place.after_bits
                        or not fits(rule, quantity, kinds)
                    ):
                        continue
                    found = self.score(rule, quantity, place, near, item_bits)
                    if found is not None and (
                        best is None or (found.score, -found.rule.order) > (best.score, -best.rule.order)
                    ):
                        best = found
        return best

    def score(self, rule: Rule, quantity: Quantity, place: _Place, near: list[Hit], item_bits: int) -> _Found | None:
        score = 0.0
        confidence = 0.95
        start, end = quantity.start, quantity.end
        covered = self.carrier_of(quantity, place)
        covers = covered is None
        for bit in rule.says:
            weight = 0.0
            chosen: Hit | None = None
            for hit in near:
                if hit[2] & bit:
                    value = (1.0 if hit[1] <= quantity.start else 0.8) * (1 + 0.5 * (hit[1] - hit[0]))
                    if value > weight:
                        weight, chosen = value, hit
                    if covered is not None and self.names(covered, hit):
                        covers = True
            if chosen is None:
                return None
            score += weight
            start, end = min(start, chosen[0]), max(end, chosen[1])
        if not covers and rule.says:
            return None
        beyond = rule.sentence & ~item_bits  # what stands before a semicolon speaks of this number less surely
        for mask, value in ((rule.clause, 1.6), (rule.sentence, 1.4), (rule.after, 1.2), (beyond, -0.7)):
            score += value * mask.bit_count()
        for bit in rule.about:
            if place.near_bits & bit:
                score += 2.0
            elif place.clause_bits & bit:
                score += 1.6
            elif place.lead_last & bit:
                score += 1.4
                confidence = min(confidence, 0.9)
            elif place.lead_bits & bit:
                score += 1.0
                confidence = min(confidence, 0.8)
            elif place.topic & bit:
                score += 0.7
                confidence = min(confidence, 0.7)
            elif rule.indicator.dimension in place.dimensions and rule.indicator.dimension in self.matcher.topical:
                score += 0.4
                confidence = min(confidence, 0.6)
            else:
                return None
            if rule.about_excludes & place.said_with(bit):
                return None
            if not place.clause_bits & bit:
                for hit in reversed(place.lead):
                    if hit[2] & bit:
                        start = min(start, hit[0])
                        break
        if quantity.unit is None:
            score -= 1.0
            confidence -= 0.1
        return _Found(rule, score, round(confidence, 2), start, end)

    def names(self, carrier: tuple[int, int], hit: Hit) -> bool:
        """Whether a word names the thing counted: it holds the carrier or makes one name with a place (村服务室)."""
        if hit[0] < carrier[1] <= hit[1]:
            return True
        between = self.flat[carrier[1] : hit[0]] if hit[0] >= carrier[1] else "-"
        return self.flat[slice(*carrier)] in PLACES and (not between or BRACKETED.fullmatch(between) is not None)

    def carrier_of(self, quantity: Quantity, place: _Place) -> tuple[int, int] | None:
        """Span of the thing that is counted when it stands right behind the number and bears a name of its own."""
        if quantity.unit in PERSONS:
            return None
        match = self.matcher.carrier.match(self.flat, quantity.end, place.right)
        return match.span(1) if match else None

    def rates(self, quantity: Quantity, place: _Place) -> list[_Found]:
        """The rates of a list that share one number: 审查率、备案率、公开率均为100%."""
        if quantity.unit != "%":
            return []
        said = self.flat[place.left : quantity.start]
        spans: list[tuple[int, int]] = []
        at = 0
        for match in RATE_ITEM.finditer(said):
            spans.append((at, match.start()))
            at = match.end()
        spans.append((at, len(said)))
        rated = [(begin, end) for begin, end in spans if RATE_END.search(said[begin:end])]
        if len(rated) < 2:
            return []
        found: list[_Found] = []
        for begin, end in rated:
            near = [hit for hit in place.near if hit[0] >= place.left + begin and hit[1] <= place.left + end]
            one = self.best(quantity, place, near=near)
            if one is not None and all(one.rule.indicator is not other.rule.indicator for other in found):
                found.append(one)
        return found

    def respective(self, index: int, place: _Place) -> tuple[int, int]:
        """Which of how many numbers this one is that 分别 gives in a row; (0, 0) where it is none of such."""
        flat, quantities = self.flat, self.quantities
        first = index
        while first and quantities[first - 1].start >= place.sentence_start and self.joined(first):
            first -= 1
        begin = quantities[first - 1].end if first else 0
        if not RESPECTIVE.search(
            flat, max(begin, place.sentence_start, quantities[first].start - 10), quantities[first].start
        ):
            return 0, 0
        last = index
        while last + 1 < len(quantities) and self.joined(last + 1):
            last += 1
        return index - first, last - first + 1

    def joined(self, index: int) -> bool:
        """Whether a number follows the one before it in a bare list: 98%和97%, 增长5%、下降3%."""
        between = self.flat[self.quantities[index - 1].end : self.quantities[index].start]
        return len(between) <= 6 and JOINT.fullmatch(between) is not None

    def named(self, turn: int, of: int, index: int, place: _Place) -> _Found | None:
        """What the name in the same turn before 分别 says: 办结率、满意率分别达98%和97%."""
        start = self.quantities[index - turn].start
        begin = self.quantities[index - turn - 1].end if index > turn else 0
        begin = max(begin, place.sentence_start)
        said = self.flat[begin:start]
        said = said[: said.rfind("分别")]
        at = max(said.rfind(mark) for mark in ",;:")
        names, offset = said[at + 1 :], begin + at + 1
        spans: list[tuple[int, int]] = []
        last = 0
        for match in RATE_ITEM.finditer(names):
            spans.append((last, match.start()))
            last = match.end()
        spans.append((last, len(names)))
        if len(spans) < of:
            spans = [(0, len(names))] * of  # one name for all: 满意率分别为98%和97%
        left, right = (offset + edge for edge in spans[len(spans) - of + turn])
        hits = self.matcher.scan(self.flat, max(place.sentence_start, left - LEAD), right)
        # 案件分别新收320件和210件: what stands between 分别 and the numbers speaks of each of them.
        near = [hit for hit in hits if hit[0] >= left] + self.matcher.scan(self.flat, begin + len(said), start)
        around = replace(
            place,
            left=left,
            right=self.quantities[index].start,
            near=near,
            near_bits=_bits(near),
            clause_bits=_bits([hit for hit in hits if hit[0] >= offset]) | place.clause_bits,
            lead=[hit for hit in hits if hit[0] < left],
            lead_bits=place.lead_bits | _bits(hits),
        )
        return self.best(self.quantities[index], around, near=near)

    def growth(self, index: int, place: _Place, said: str) -> list[Observation]:
        """The facet .yoy: of the indicator that the words name, else of the figure right before."""
        quantity = self.quantities[index]
        if quantity.unit == "倍" or OTHER_BASE.search(said):
            return []
        points = quantity.unit in ("个百分点", "百分点")
        kinds = ("percent",) if points else ("count", "money", "percent")
        down = quantity.direction == "down" or (quantity.direction is None and bool(DOWN.search(said)))
        down = down or (quantity.start > 0 and self.flat[quantity.start - 1] in "-−↓▼")
        value = -quantity.value if down and quantity.value > 0 else quantity.value
        high = quantity.value_high
        unit = "pp" if points else quantity.unit
        turn, of = self.respective(index, place)
        first = index - turn
        turns = self.flat[self.quantities[first - 1].end : self.quantities[first].start] if index >= of else ""
        if of > 1 and index - of in self.found and BARE_GROWTH.fullmatch(turns):
            base = self.found[index - of][0]
            code, base_start, confidence, rule = base.indicator, base.start, base.confidence, base.rule
        elif (own := self.best(quantity, place, kinds)) is not None and own.rule.indicator.growth is None:
            code, base_start, confidence, rule = own.rule.indicator.code, own.start, own.confidence, own.rule.name
        else:
            cases = CASES_GROWTH.fullmatch(said) is not None
            before = self.previous_cases(index, place) if cases else self.previous(index, place)
            if before is None or not (cases or BARE_GROWTH.fullmatch(said)):
                return []
            if before.unit == "%" and not points and not LEVEL.search(said):
                return []
            base = before
            code, base_start, confidence, rule = base.indicator, base.start, base.confidence, base.rule
        if code.endswith((".yoy", ".share")):
            return []
        code = self.matcher.catalogue.indicators[code].growth or code
        period = period_of(self.flat, quantity, place.sentence_start, place.clause_start)
        start = max(base_start, place.sentence_start)
        return [
            Observation(
                indicator=f"{code}.yoy",
                value=value,
                value_high=-high if high is not None and down else high,
                unit=unit,
                bound=quantity.bound,
                period=None if period is not None and LAST_YEAR.match(period) else period,
                scope=scope_of(self.flat, quantity, place.sentence_start, place.clause_start, place.clause_end),
                start=start,
                end=quantity.end,
                evidence=self.text[start : quantity.end],
                confidence=round(confidence - 0.05, 2),
                rule=f"{rule}.yoy",
                quantity=quantity.ordinal,
            )
        ]

    def share(self, index: int, place: _Place, said: str) -> Observation | None:
        """The facet .share of the figure right before: 基本满意的23件,占比2.8%."""
        if not OWN_SHARE.match(said):
            return None
        base = self.previous(index, place)
        if base is None or base.indicator.endswith((".yoy", ".share")) or base.unit == "%":
            return None
        quantity = self.quantities[index]
        code = self.matcher.catalogue.indicators[base.indicator].share or f"{base.indicator}.share"
        return Observation(
            indicator=code,
            value=quantity.value,
            value_high=quantity.value_high,
            unit=quantity.unit,
            bound=quantity.bound,
            period=quantity.period or base.period,
            scope=base.scope,
            start=base.start,
            end=quantity.end,
            evidence=self.text[base.start : quantity.end],
            confidence=round(base.confidence - 0.05, 2),
            rule=f"{base.rule}.share",
            quantity=quantity.ordinal,
        )

    def previous(self, index: int, place: _Place) -> Observation | None:
        """What the number right before, in the same sentence, was read as; growth and shares in between are passed."""
        for back in range(index - 1, max(index - 4, -1), -1):
            before = self.quantities[back]
            if before.start < place.sentence_start:
                return None
            found = self.found.get(back)
            if found and self.of_last_year(back, place):
                continue
            if APART.fullmatch(self.flat, before.end, self.quantities[index].start):
                continue
            if found and not found[0].indicator.endswith((".yoy", ".share")):
                return found[0]
            if not found and before.unit not in SETTLED and not self.of_last_year(back, place):
                return None
        return None

    def previous_cases(self, index: int, place: _Place) -> Observation | None:
        """The last count of cases that the sentence states: 处罚371件,罚款3516万元,案件数减少18.1%."""
        for back in range(index - 1, -1, -1):
            if self.quantities[back].start < place.sentence_start:
                return None
            found = self.found.get(back)
            if (
                found
                and self.quantities[back].unit in CASE_UNITS
                and not found[0].indicator.endswith((".yoy", ".share"))
            ):
                return found[0]
        return None

    def of_last_year(self, index: int, place: _Place) -> bool:
        """Whether its words date a number to the year before: 去年同期100件."""
        begin = self.quantities[index - 1].end if index else 0
        start = self.quantities[index].start
        return bool(LAST_YEAR.search(self.flat, max(begin, place.sentence_start, start - 12), start))

    def observation(self, quantity: Quantity, place: _Place, found: _Found) -> Observation:
        rule = found.rule
        code = rule.in_department if self.of_department and rule.in_department is not None else rule.indicator.code
        start, end = min(found.start, place.left), max(found.end, quantity.end)
        while start < quantity.start and self.flat[start] in ' 、,;:。")':
            start += 1
        return Observation(
            indicator=code,
            value=quantity.value,
            value_high=quantity.value_high,
            unit=quantity.unit,
            bound=quantity.bound,
            period=period_of(self.flat, quantity, place.sentence_start, place.clause_start),
            scope=scope_of(self.flat, quantity, place.sentence_start, place.clause_start, place.clause_end),
            start=start,
            end=end,
            evidence=self.text[start:end],
            confidence=found.confidence,
            rule=rule.name,
            quantity=quantity.ordinal,
        )


def _narrowed(text: str) -> str:
    for wide, narrow in NARROW:
        text = text.replace(wide, narrow)
    return text


def _parents(sections: Sequence[Section]) -> list[int]:
    """For each section the index of the section before it that may hold it too, -1 for none."""
    parents: list[int] = []
    open_sections: list[int] = []
    for index, section in enumerate(sections):
        while open_sections and sections[open_sections[-1]].end <= section.start:
            open_sections.pop()
        parents.append(open_sections[-1] if open_sections else -1)
        open_sections.append(index)
    return parents


def _cells(flat: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the cells of a table's row."""
    cells: list[tuple[int, int]] = []
    for cell in flat[start:end].split("\t"):
        cells.append((start, start + len(cell)))
        start += len(cell) + 1
    return cells


def _bits(hits: Sequence[Hit]) -> int:
    bits = 0
    for hit in hits:
        bits |= hit[2]
    return bits


def _bits_since(hits: Sequence[Hit], start: int) -> int:
    bits = 0
    for hit in reversed(hits):
        if hit[0] < start:
            break
        bits |= hit[2]
    return bits


@lru_cache(maxsize=4)
def _shares(matcher: Matcher) -> frozenset[str]:
    """Codes that a share of another figure may state."""
    return frozenset(one.share for one in matcher.catalogue.indicators.values() if one.share)


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
