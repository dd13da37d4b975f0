"""Finds quantities: numerals that state an amount, by a grammar of numerals, measure words and bounds.

The text is first masked: dates, document numbers, names with digits, titles, quotations and fixed words hold no
amounts. What is left is walked numeral by numeral; the words beside each decide what it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from decimal import Decimal

from flows.extraction.facts import Quantity, Section
from flows.extraction.numbers.amounts import AFTER, INSIDE_TIME, Amount, amount_of, bound_before, shares_change
from flows.extraction.numbers.bare import bare_amount
from flows.extraction.numbers.cues import states_amount
from flows.extraction.numbers.measures import match_measure, may_follow_a_numeral
from flows.extraction.numbers.names import fixed_word_end, mask
from flows.extraction.numbers.numerals import (
    CHINESE,
    Numeral,
    arabic_value,
    chinese_value,
    plain_numerals,
    read_arabic,
    read_chinese,
)
from flows.extraction.numbers.periods import period_of
from flows.extraction.numbers.sentences import Measured
from flows.extraction.numbers.subjects import subjects_of
from flows.extraction.numbers.tables import cells

_D = "0-9０-９"
_STOP = "，,。；;：:、！？!?\n\t"
_RANK_CUE = re.compile(
    rf"(?:(?:升|跃|进|移|降|滑)[至到]|排名?|排位|位[居列次]|名[列次]|[居列获夺]|并列|倒数|[国省市县区州盟旗镇局]|得分|成绩|总分|综合|考[核评]|评[比估]|测评|指数|率|度|年|次|季度|月|为|第[{CHINESE}{_D}]+[、和及])[^{_STOP}]{{0,4}}$"
)
_RANK_END = re.compile(r"\s*(?:$|[，,。；;、！!)）\n\t]|[的和及与且并等](?![级])|成绩|佳绩|好成绩|水平)")
_FOLLOWING_DIGITS = "一二三四五六七八九"
_TENTHS = re.compile("成(?![功为立果员效本交就长品都熟年语分套体形])")
_RANGE_SEP = re.compile(r"\s?[-—–－~～至到]{1,2}\s?")
_START = re.compile(
    rf"[第前](?=\s?[{_D}{CHINESE}])|[百千万]分之|[{CHINESE}]+分之(?=[{CHINESE}{_D}])|百分百|[{_D}]|[数几](?=[十百千万亿])|[{CHINESE}]|半|翻"
)


class _Scan:
    """One walk over a text."""

    def __init__(self, text: str) -> None:
        self.text = text = plain_numerals(text)
        self.mask = mask(text)

    def walk(self, start: int, end: int) -> Iterator[Amount]:
        """Yields the quantities of text[start:end] in order."""
        text, mask, position = self.text, self.mask, start
        previous: Amount | None = None
        may_follow = may_follow_a_numeral()
        while True:
            match = _START.search(text, position, end)
            if match is None:
                return
            at = match.start()
            if mask[at]:
                position = at + 1
                while position < end and mask[position]:
                    position += 1
                continue
            fixed = fixed_word_end(text, at)
            if fixed is not None:
                position = fixed
                continue
            token = match[0]
            if token in CHINESE and text[at + 1 : at + 2] not in may_follow:
                position = at + 1  # 一体, 统一: the most frequent of all, and none needs a closer look
                continue
            if token in "第前" and len(token) == 1:
                found, position = self._ordinal(at, token)
            elif token == "百分百":
                found, position = amount_of(text, at, match.end(), Decimal(100), "%", "percent"), match.end()
            elif token.endswith("分之"):
                found, position = self._fraction(at, match.end(), token)
            elif token == "半":
                found, position = self._half(at)
            elif token == "翻":
                found, position = self._fold(at)
            else:
                found, position = self._numeral(at)
            if found is not None:
                if previous is not None and shares_change(text, previous, found):
                    found.kind, found.direction = "change", previous.direction
                previous = found
                yield found
                position = max(position, found.end)

    # -- one numeral

    def _read(self, at: int) -> tuple[Numeral | None, bool]:
        character = self.text[at]
        if character.isdigit() and character not in CHINESE:
            return read_arabic(self.text, at), False
        return read_chinese(self.text, at), True

    def _numeral(self, at: int) -> tuple[Amount | None, int]:
        text = self.text
        numeral, chinese = self._read(at)
        if numeral is None:
            position = at + 1
            while position < len(text) and text[position] in CHINESE:
                position += 1
            return None, position
        end = numeral.end
        if at and text[at - 1] == "每":
            measured = match_measure(text, end, chinese)
            return None, measured[1] if measured else end
        ranged = self._range(at, numeral, chinese)
        if ranged is not None:
            return ranged, ranged.end
        tenth = end + 1 if text.startswith(" 成", end) else end
        if _TENTHS.match(text, tenth):
            found = self._tenths(at, tenth + 1, numeral, chinese)
            return found, found.end if found else end + 1
        measured = match_measure(text, end, chinese)
        if measured is None:
            if chinese:
                return None, end
            return bare_amount(text, at, numeral), end
        measure, stop = measured
        # 2个多月, 3个半小时: 个 and the time word with 多 or 半 between them
        over, extra = numeral.over, Decimal(0)
        if measure.unit == "个" and text[stop : stop + 1] in ("多", "半"):
            time = match_measure(text, stop + 1, False)
            month = text.startswith("月", stop + 1)
            if month or (time and time[0].kind == "duration"):
                over, extra = over or text[stop] == "多", Decimal("0.5") if text[stop] == "半" else Decimal(0)
                unit = "月" if month else time[0].unit if time else None
                stop = stop + 2 if month else time[1] if time else stop
                return amount_of(text, at, stop, numeral.value + extra, unit, "duration", over=over), stop
        if not states_amount(text, self.mask, at, numeral, chinese, measure, stop):
            return None, stop
        value, unit = numeral.value, measure.unit
        if measure.kind == "duration" and text.startswith("半", stop) and not text.startswith(("半年", "半数"), stop):
            value, stop = value + Decimal("0.5"), stop + 1
        return (
            amount_of(
                text, at, stop, value, unit, measure.kind, over=over, about=numeral.about, high=numeral.value_high
            ),
            stop,
        )

    def _tenths(self, at: int, stop: int, numeral: Numeral, chinese: bool) -> Amount | None:
        """九成, 六成半, 七成五, 一成多: tenths as a share; a bare 一成 is none (一成不变)."""
        text = self.text
        more = text.startswith("多", stop)
        bare = not more and bound_before(text, at)[0] is None and AFTER.match(text, stop) is None
        bare = bare and not text.startswith("半", stop)
        if numeral.value > 10 or (chinese and numeral.value == 1 and bare):
            return None
        value = numeral.value * 10
        if text.startswith("半", stop):
            return amount_of(text, at, stop + 1, value + 5, "%", "percent")
        digit = chinese_value(text[stop]) if text[stop : stop + 1] in _FOLLOWING_DIGITS and text[stop:] else None
        if digit is not None and not match_measure(text, stop + 1, True):
            return amount_of(text, at, stop + 1, value + digit, "%", "percent")
        return amount_of(text, at, stop + more, value, "%", "percent", over=numeral.over or more)

    # -- the shapes that are no plain numeral with a measure word

    def _ordinal(self, at: int, token: str) -> tuple[Amount | None, int]:
        text = self.text
        first = at + 1 + (text[at + 1] == " ")
        numeral, chinese = self._read(first)
        if numeral is None:
            return None, first + 1
        before = text[max(0, at - 16) : at]
        end = numeral.end
        place = re.compile(r"\s?(?:[位名](?!领|单|校|书)|强(?!市|县|区|企|镇))").match(text, end)
        if token == "前":
            if before[-1:] in "目提此日之当以先从向往事年月会赛跟眼空生战":
                return None, first
            percent = re.compile(r"\s?[%％]").match(text, end)
            if percent and not chinese:
                return Amount(at, percent.end(), numeral.value, "%", "under", "percent"), percent.end()
            if place or (_RANK_END.match(text, end) and numeral.value >= 2):
                stop = place.end() if place else end
                return Amount(at, stop, numeral.value, "位", "under", "rank"), stop
            measured = match_measure(text, end, chinese)
            return None, measured[1] if measured else end
        if place and not re.compile(r"\s?[位名](?:副|责任|老师|法官|律师|校长|局长|的|检察)").match(text, end):
            if numeral.value > 1 or _RANK_CUE.search(before) or _RANK_END.match(text, place.end()):
                return Amount(at, place.end(), numeral.value, "位", "exact", "rank"), place.end()
            return None, place.end()
        if _RANK_END.match(text, end) and _RANK_CUE.search(before):
            return Amount(at, end, numeral.value, "位", "exact", "rank"), end
        # 第3至5条, 第44次: the numeral and its measure word are a name
        while True:
            more = re.compile(rf"\s?(?:[-—至到、]\s?第?)(?=[{_D}{CHINESE}])").match(text, end)
            if more is None:
                break
            following, _ = self._read(more.end())
            if following is None:
                break
            end = following.end
        measured = match_measure(text, end, chinese)
        while measured is not None:
            end = measured[1]
            more = re.compile(rf"\s?[、和至](?=[{_D}{CHINESE}]+{measured[0].word}(?![{_D}{CHINESE}]))").match(text, end)
            following = self._read(more.end())[0] if more else None
            if following is None:
                break
            measured = match_measure(text, following.end, chinese)
        return None, end

    def _fraction(self, at: int, stop: int, token: str) -> tuple[Amount | None, int]:
        numeral, _ = self._read(stop) if stop < len(self.text) else (None, False)
        if numeral is None:
            return None, stop
        whole = {"百分之": Decimal(100), "千分之": Decimal(1000)}.get(token)
        if token == "百分之":
            return amount_of(self.text, at, numeral.end, numeral.value, "%", "percent", over=numeral.over), numeral.end
        if token == "千分之":
            return amount_of(self.text, at, numeral.end, numeral.value, "‰", "percent", over=numeral.over), numeral.end
        whole = chinese_value(token[:-2])
        if not whole or numeral.value >= whole:
            return None, numeral.end
        return amount_of(self.text, at, numeral.end, numeral.value / whole, None, "ratio"), numeral.end

    def _half(self, at: int) -> tuple[Amount | None, int]:
        text = self.text
        before = text[max(0, at - 6) : at]
        if before.endswith("一") and not before.endswith(("进一", "统一")) and not text.startswith("半天", at):
            after = text[at + 1 : at + 3]
            if after[:1] in "，,。；;、的以是)）" or after == "" or after in ("以上", "左右"):
                return amount_of(text, at - 1, at + 1, Decimal(50), "%", "percent"), at + 1
            return None, at + 1
        if text.startswith("半数", at):
            return amount_of(text, at, at + 2, Decimal(50), "%", "percent"), at + 2
        if before.endswith(("过", "近")) and re.match(r"半(?:$|[，,。；;、的])", text[at : at + 2]):
            return amount_of(text, at, at + 1, Decimal(50), "%", "percent"), at + 1
        time = re.compile(r"半(?:个)?(年|月|小时|天|工作日)(?!度|报|工作)").match(text, at)
        if time and not re.search(r"[上下前后每大一两三四五六七八九十个夜]$", before):
            cue = re.search(r"(?:约|近|不到|不足|至|到|为期|历时|连续|短|减|仅需|只需|超过|逾|长达)$", before)
            if cue or AFTER.match(text, time.end()) or INSIDE_TIME.match(text, time.end()):
                return amount_of(text, at, time.end(), Decimal("0.5"), time[1], "duration"), time.end()
        return None, at + 1

    def _fold(self, at: int) -> tuple[Amount | None, int]:
        match = re.compile(rf"翻(?:了)?([一两二三四五{_D}]+)番").match(self.text, at)
        if match is None:
            return None, at + 1
        value = chinese_value(match[1]) if match[1] in "一两二三四五" else arabic_value(match[1])
        if value is None:
            return None, match.end()
        return Amount(match.start(1), match.end(), value, "番", "exact", "change", direction="up"), match.end()

    def _range(self, at: int, low: Numeral, chinese: bool) -> Amount | None:
        """3至5个, 5%—10%, 三到五年: two numerals of one measure word that ascend."""
        text = self.text
        end = low.end
        first = match_measure(text, end, chinese)
        separator = _RANGE_SEP.match(text, end)
        if separator is None and first is not None:
            separator = _RANGE_SEP.match(text, first[1])
        else:
            first = None
        if (
            separator is None
            or separator.end() >= len(text)
            or text[separator.end()] not in "0123456789０１２３４５６７８９" + CHINESE
        ):
            return None
        high, high_chinese = self._read(separator.end())
        if high is None or high_chinese != chinese or self.mask[separator.end()]:
            return None
        value = low.value
        if high.scaled and not low.scaled and not chinese:  # 3至5万
            digits = arabic_value(re.match(rf"[{_D},.]+", text[separator.end() :])[0])  # type: ignore[index]
            if digits:
                value *= high.value / digits
        second = match_measure(text, high.end, chinese)
        if second is None or value >= high.value or re.search(r"[从由]\s?$", text[max(0, at - 6) : at]):
            return None
        measure, stop = second
        if first is not None and first[0].unit not in (measure.unit, measure.word[0]):
            return None
        if measure.unit in ("年", "日") and measure.word in ("年", "日") and value > 31:
            return None
        if not states_amount(text, self.mask, at, low, False, measure, stop):
            return None
        found = amount_of(text, at, stop, value, measure.unit, measure.kind, high=high.value)
        found.kind = "range"
        return found


def _innermost(sections: Sequence[Section], starts: Sequence[int], at: int) -> int | None:
    index = bisect_right(starts, at) - 1
    while index >= 0:
        if sections[index].end > at:
            return sections[index].ordinal
        index -= 1
    return None


def find_quantities(text: str, sections: tuple[Section, ...] = ()) -> tuple[Quantity, ...]:
    """Every quantity of the clean text, in order, with exact spans; `section` is the innermost of `sections`."""
    scan = _Scan(text)
    in_tables: list[Amount] = []
    for start, end, cell in cells(text):
        scan.mask[start:end] = b"\1" * (end - start)
        if cell is not None:
            in_tables.append(cell)
    found = sorted([*in_tables, *scan.walk(0, len(text))], key=lambda q: q.start)
    subjects = subjects_of(text, [Measured(q.start, q.end, q.kind, q.unit, q.label) for q in found])
    ordered = sorted(sections, key=lambda s: (s.start, s.level))
    starts = [section.start for section in ordered]
    return tuple(
        Quantity(
            ordinal=ordinal,
            start=q.start,
            end=q.end,
            text=text[q.start : q.end],
            value=float(q.value),
            value_high=None if q.value_high is None else float(q.value_high),
            unit=q.unit,
            bound=q.bound,
            kind=q.kind,
            direction=q.direction,  # type: ignore[arg-type]
            subject=subjects[ordinal],
            period=period_of(text, q.start),
            section=_innermost(ordered, starts, q.start),
        )
        for ordinal, q in enumerate(found)
    )
