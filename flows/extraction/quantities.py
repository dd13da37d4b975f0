"""Finds quantities: numerals that state an amount, by a grammar of numerals, measure words and bounds.

The text is first masked: dates, document numbers, names with digits, titles, quotations and fixed words hold no
amounts. What is left is walked numeral by numeral; the words beside each decide what it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

import yaml

from flows.extraction.facts import Bound, Quantity, QuantityKind, Section
from flows.extraction.names import fixed_word_end, mask
from flows.extraction.numerals import CHINESE, Numeral, arabic_value, chinese_value, read_arabic, read_chinese
from flows.extraction.subjects import Measured, period_of, subjects_of

_D = "0-9０-９"
_STOP = "，,。；;：:、！？!?\n\t"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure word: how it is recorded, the kind of quantity it makes, and whether 一二三 may stand before it."""

    word: str
    unit: str
    kind: QuantityKind
    arabic_only: bool


@dataclass(frozen=True, slots=True)
class MeasureWords:
    """The measure words by their first character, longest first, and the nouns that give a unit from before."""

    by_first: dict[str, tuple[Measure, ...]]
    counting_names: dict[str, str]


@cache
def measure_words() -> MeasureWords:
    """Reads seeds/measure_words.yaml once."""
    data = yaml.load(files("seeds").joinpath("measure_words.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    recorded: dict[str, str] = data["recorded_as"]
    by_first: dict[str, list[Measure]] = {}
    for group in data["groups"]:
        for word in group["words"].split():
            measure = Measure(word, recorded.get(word, word), group["kind"], bool(group.get("arabic_only")))
            by_first.setdefault(word[0], []).append(measure)
    ordered = {first: tuple(sorted(found, key=lambda m: -len(m.word))) for first, found in by_first.items()}
    return MeasureWords(ordered, data["counting_names"])


@cache
def _may_follow_a_numeral() -> frozenset[str]:
    """The characters that may stand after a Chinese numeral which states an amount; the empty one ends a text."""
    return frozenset(
        (*measure_words().by_first, *CHINESE, *"0123456789０１２３４５６７８９成余多几来点 \u3000\xa0至到-—–－~～", "")
    )


# ---- the words beside a numeral ------------------------------------------------------------------------------------

_BEFORE = re.compile(
    r"(?P<over>不少于|不低于|不小于|不下于|不下|超过|超出|突破|多于|大于|高于|至少|最少|逾|超|≥|>|＞|(?<![通经透])过(?=\s?[半百千万亿]))"
    r"(?P<over2>了)?\s?$"
    r"|(?P<under>不高于|不多于|不大于|不长于|不超过|不足|不到|不满|接近|将近|至多|最多|少于|小于|低于|(?<![最附接将临邻就靠亲相])近|≤|<|＜)\s?$"
    r"|(?P<about>大约|大概|(?<![签公邀预合条违履特契相践守])约[为有占达]?|左右为)\s?$"
    r"|(?P<upto>上)(?=\s?[百千万亿])\s?$"
)
_AFTER = re.compile(
    r"\s?(?:(?P<over>(?:及|或|\(含\)|（含）)?以上|之上|开外|有余|余(?![杭姚额]))|(?P<under>以内|之内|以下|之下)|(?P<about>左右|上下))"
)
_INSIDE_TIME = re.compile(r"内(?![容部设外控在涵地政审建需])")
_MORE_AFTER = re.compile(r"多(?!元|方|次|部|个|种|项|层|样|维|渠|家|名|位|措|面|点|领|跨|人|处|式)")
_TO = re.compile(r"(?:至|到|为|达|达到|至约|到约|达约|于|在|占|占比|率)\s?$")
_COMPARED = re.compile(
    r"(?P<up>增长|(?<!新)增加|上升|提高|提升|增幅|增速|升高|攀升|上涨|(?<=[比均净再年期])[增升涨多]|高于|高出|超出|多于|优于|快于|扩大|前移|提速)?"
    r"(?P<down>下降|减少|降低|压减|压缩|缩短|缩减|精简|下浮|降幅|(?<=[比均净再年])[降减少]|回落|下滑|低于|少于|节约|节省|减轻|后移)?"
    r"(?:了|率|幅度|幅|约|近|超过|超|逾|(?<=[率幅度速])为|达到|达|最高达|分别|均|共|近乎|仅|\s)*$"
)
_GAP = re.compile(rf"(?:(?P<up>高于|高出|超出|优于|多于|快于)|(?P<down>低于|少于|慢于))[^{_STOP}]{{1,14}}$")
# 高于全省平均0.9件
_COUNT_GAP = re.compile(rf"(?:(?P<up>高于|高出)|(?P<down>低于))[^{_STOP}]{{0,6}}(?:平均|均值)(?:水平|数)?$")
# 减环节71.2%、减材料56.9%: the verb stands before what is cut, not before the number
_CUT = re.compile(
    r"(?:减少?|压减|压缩|精简|缩减)(?:办理|申请|申报)?(?:环节|材料|时限|时间|次数|跑动|成本|流程|费用)"
    r"(?:数|约|近|超|逾|达)*$"
)
# 分别增长3.1%和6.4%: the second shares the verb of the first
_SHARED_CHANGE = re.compile(r"\s?[、和及与]\s?")
_COUNT_CHANGE = re.compile(
    rf"(?:(?P<up>同比增加|同比增长|同比上升|同比多|增加)|(?P<down>同比减少|同比下降|减少|压减|缩减))[^{_STOP}{_D}至到]{{0,10}}$"
)
_RANK_CUE = re.compile(
    rf"(?:(?:升|跃|进|移|降|滑)[至到]|排名?|排位|位[居列次]|名[列次]|[居列获夺]|并列|倒数|[国省市县区州盟旗镇局]|得分|成绩|总分|综合|考[核评]|评[比估]|测评|指数|率|度|年|次|季度|月|为|第[{CHINESE}{_D}]+[、和及])[^{_STOP}]{{0,4}}$"
)
_RANK_END = re.compile(r"\s*(?:$|[，,。；;、！!)）\n\t]|[的和及与且并等](?![级])|成绩|佳绩|好成绩|水平)")
_NOUN_AFTER = {
    "人": "大民员才事士力口社工均文格物类身间",
    "条": "例款件",
    "部": "门署委队长分级",
    "场": "所地景馆面合监",
    "期": "间限货盼",
    "起": "诉草步来到点初源",
    "批": "评准复示发",
    "名": "单称誉录义列城优牌",
    "家": "庭长属园畜具乡",
    "本": "级年市省地区县季着人次土职质",
    "户": "籍外口均",
    "种": "植子养",
    "份": "额",
    "类": "型似",
    "回": "复访应答归收头",
    "组": "织长建成合",
    "处": "理罚置级分于长",
    "所": "有在需谓",
    "站": "点",
    "对": "口象应接标策话照外比",
    "单": "位元独一",
    "节": "能约日假点",
    "集": "体成约",
    "片": "区面",
    "幅": "度员",
    "次": "数要日生序",
    "位": "于居列置",
    "年": "轻龄均报检审",
    "天": "然津",
    "日": "常前益均报趋",
    "口": "岸径",
    "支": "持撑付部",
    "头": "部",
    "通": "过知报办道",
    "课": "题程堂",
    "讲": "话解好述",
    "门": "户诊",
    "列": "入席为车",
    "把": "握关手",
    "票": "据决",
    "间": "接断",
    "轮": "岗换值",
    "案": "例",
    "字": "号总方诀精原要目训",
    "面": "向对临积",
    "层": "面级次",
    "道": "路德",
    "分": "别类级析局管工期享管布支",
    "周": "边期岁转",
    "款": "项",
    "度": "假",
    "根": "据本",
    "格": "局式",
    "席": "位",
    "发": "布放展文生现出送行起明挥证票函表改案病达言射电酵育掘包力动挥",
    "月": "",
    "套": "路",
    "区": "域块",
    "县": "级域委",
    "市": "级场民委",
    "省": "级委",
    "村": "级民居",
    "镇": "级",
    "国": "家",
    "方": "",
}
_EXCEPTIONS = ("支部队", "项目", "场景", "本级", "部分")
# 1/4, but no 2023/2024 and no 3/15
_PARTS = re.compile(rf"([{_D}])/([{_D}])(?=\s*(?:$|[^{_D}/A-Za-z号月日期]))")
_FOLLOWING_DIGITS = "一二三四五六七八九"
_TENTHS = re.compile("成(?![功为立果员效本交就长品都熟年语分套体形])")
_SHARED_UNIT = re.compile(rf"\s?(?:[、和及与]\s?[{_D}][{_D},.]*[余多]?[万亿]?\s?){{1,8}}")
_BARE_END = re.compile(r"\s*(?:$|[，,。；;、！!)）\n\t]|\s[^\s])")
_HEAD_UNIT = re.compile(r"[(（]\s?(?:单位[:：])?\s?([万亿]?)([^()（）\d\s]{1,4})\s?[)）]\s*[:：为]?\s*$")
_BARE_BEFORE = re.compile(r"(?:[为达是至到共计]|[:：]|[\u4e00-\u9fff][)）”]?\s*)$")
_IN_A_NAME = re.compile(r"(?:第|[A-Za-z._\\·+×xX*#@&=~〔【\[-]|(?<![\u4e00-\u9fff])/)\s?$")
_NO_NUMBER_BEFORE = re.compile(r"(?:第|版|型|新|代|号|热线|平台|电话|编号|代码|[A-Za-z._/\\·+×xX*#@&=~〔【\[-])\s?$")
_PHONE = re.compile(r"(?:123\d\d|96\d{3,4}|95\d{3}|1008\d|11[0-9]|12[0-2])$")
_YEAR = re.compile(r"(?:19|20)\d\d$")
_PLAN_AFTER = re.compile(r"(?:行动|规划|计划|攻坚|专项|方案|提升行动|任务|期|目标|滚动|工程|改革|大|一)")
_PERIOD_BEFORE = re.compile(r"(?:近|过去|过去的|未来|今后|最近|前|后|下|首|满|来|这|每)\s?$")
_RUNNING = re.compile(
    r"(?:连续|持续|坚持|历时|已|历经|长达|为期|保持|期限|有效期|工龄|年限|不少于|不低于|满|任期|分别)(?:第)?\s?$"
)
_DAY_BEFORE = re.compile(r"(?:[为至到约逾均时仅需短减缩速快前后超近过]|法定|承诺|期限)\s?$")
_DAY_AFTER = re.compile(r"(?:内|以内|之内|办结|办理|审结|完成|提前|压|缩|减|以上|左右|、|至|$|[，,。；;)）])")
_ONE_STOP = "每同任另某这那哪唯统进近逐单独专初其之第何各一万再又下上逐另头有"
_ONE_END = re.compile(rf"(?:$|[{_STOP}）)])")
_SLOGAN = re.compile(
    r"(?:坚持|维护|确立|意识|自信|全面|必须|不|结合|统一|转变|明确|到位|毫不|覆盖|延伸|服从|务必|敢于|善于|更|最|强化|聚焦|突出|方面|层面|维度|环节|字|关键|重点|围绕|注重|严格|狠抓|着力|必|[0-9]|100)"
)
_SERVICE_ROUND = re.compile(rf"[^{_STOP}“”]{{0,14}}圈")
_ROUND_CLOCK = re.compile(
    r"(?:不间断|服务|在线|值班|值守|自助|不打烊|热线|轮值|开放|接听|全天|咨询|监控|巡|政府|政务|法律|警|应急|待命|线上|办|预约|智能|不停|受理|法治)"
)
_RANGE_SEP = re.compile(r"\s?[-—–－~～至到]{1,2}\s?")
_START = re.compile(
    rf"[第前](?=\s?[{_D}{CHINESE}])|[百千万]分之|[{CHINESE}]+分之(?=[{CHINESE}{_D}])|百分百|[{_D}]|[数几](?=[十百千万亿])|[{CHINESE}]|半|翻"
)


@dataclass(slots=True)
class _Found:
    start: int
    end: int
    value: Decimal
    unit: str | None
    bound: Bound
    kind: QuantityKind
    value_high: Decimal | None = None
    direction: str | None = None
    optional: bool = False
    label: str | None = None
    """What a table's row and column call it."""


def _match_measure(text: str, at: int, chinese: bool) -> tuple[Measure, int] | None:
    """The longest measure word at `at`, one space allowed before it; with its end. None where none stands there."""
    if at < len(text) and text[at] in " \u3000\xa0":
        at += 1
    if at >= len(text):
        return None
    for measure in measure_words().by_first.get(text[at], ()):
        word = measure.word
        if not text.startswith(word, at):
            continue
        if chinese and measure.arabic_only:
            continue
        end = at + len(word)
        if end < len(text) and len(word) == 1 and text[end] in _NOUN_AFTER.get(word, ""):
            continue
        if text[end : end + 3] in ("(次)", "（次）"):
            joint = next((m for m in measure_words().by_first.get(word[0], ()) if m.word == word + "次"), None)
            if joint is not None:
                return joint, end + 3
        return measure, end
    return None


class _Scan:
    """One walk over a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.mask = mask(text)
        self.found: list[_Found] = []

    def walk(self, start: int, end: int) -> Iterator[_Found]:
        """Yields the quantities of text[start:end] in order."""
        text, mask, position = self.text, self.mask, start
        previous: _Found | None = None
        may_follow = _may_follow_a_numeral()
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
                found, position = self._finish(at, match.end(), Decimal(100), "%", "percent"), match.end()
            elif token.endswith("分之"):
                found, position = self._fraction(at, match.end(), token)
            elif token == "半":
                found, position = self._half(at)
            elif token == "翻":
                found, position = self._fold(at)
            else:
                found, position = self._numeral(at)
            if found is not None:
                if previous is not None and found.kind == "percent" and previous.kind == "change":
                    shares = previous.unit == found.unit and _SHARED_CHANGE.fullmatch(text, previous.end, found.start)
                    if shares:
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

    def _numeral(self, at: int) -> tuple[_Found | None, int]:
        text = self.text
        numeral, chinese = self._read(at)
        if numeral is None:
            position = at + 1
            while position < len(text) and text[position] in CHINESE:
                position += 1
            return None, position
        end = numeral.end
        if at and text[at - 1] == "每":
            measured = _match_measure(text, end, chinese)
            return None, measured[1] if measured else end
        ranged = self._range(at, numeral, chinese)
        if ranged is not None:
            return ranged, ranged.end
        tenth = end + 1 if text.startswith(" 成", end) else end
        if _TENTHS.match(text, tenth):
            found = self._tenths(at, tenth + 1, numeral, chinese)
            return found, found.end if found else end + 1
        measured = _match_measure(text, end, chinese)
        if measured is None:
            if chinese:
                return None, end
            return self._bare(at, numeral), end
        measure, stop = measured
        # 2个多月, 3个半小时: 个 and the time word with 多 or 半 between them
        over, extra = numeral.over, Decimal(0)
        if measure.unit == "个" and text[stop : stop + 1] in ("多", "半"):
            time = _match_measure(text, stop + 1, False)
            month = text.startswith("月", stop + 1)
            if month or (time and time[0].kind == "duration"):
                over, extra = over or text[stop] == "多", Decimal("0.5") if text[stop] == "半" else Decimal(0)
                unit = "月" if month else time[0].unit if time else None
                stop = stop + 2 if month else time[1] if time else stop
                return self._finish(at, stop, numeral.value + extra, unit, "duration", over=over), stop
        if not self._states_amount(at, numeral, chinese, measure, stop):
            return None, stop
        value, unit = numeral.value, measure.unit
        if measure.kind == "duration" and text.startswith("半", stop) and not text.startswith(("半年", "半数"), stop):
            value, stop = value + Decimal("0.5"), stop + 1
        return (
            self._finish(at, stop, value, unit, measure.kind, over=over, about=numeral.about, high=numeral.value_high),
            stop,
        )

    def _tenths(self, at: int, stop: int, numeral: Numeral, chinese: bool) -> _Found | None:
        """九成, 六成半, 七成五, 一成多: tenths as a share; a bare 一成 is none (一成不变)."""
        text = self.text
        more = text.startswith("多", stop)
        bare = not more and self._before(at)[0] is None and _AFTER.match(text, stop) is None
        if numeral.value > 10 or (chinese and numeral.value == 1 and bare):
            return None
        value = numeral.value * 10
        if text.startswith("半", stop):
            return self._finish(at, stop + 1, value + 5, "%", "percent")
        digit = chinese_value(text[stop]) if text[stop : stop + 1] in _FOLLOWING_DIGITS and text[stop:] else None
        if digit is not None and not _match_measure(text, stop + 1, True):
            return self._finish(at, stop + 1, value + digit, "%", "percent")
        return self._finish(at, stop + more, value, "%", "percent", over=numeral.over or more)

    def _states_amount(self, at: int, numeral: Numeral, chinese: bool, measure: Measure, stop: int) -> bool:
        """Whether a numeral with a measure word is an amount and no date, programme, session or slogan."""
        text, unit, value = self.text, measure.unit, numeral.value
        before, after = text[max(0, at - 12) : at], text[stop : stop + 16]
        if _IN_A_NAME.search(before) and not self.mask[at - 1]:
            last = before.rstrip()[-1]  # GDP3256亿元, 5%-10%: the sign or the letters end a name of their own
            if not (measure.kind in ("percent", "money") and (last.isalpha() or last in "-~—")) or last == "第":
                return False
        if chinese and text[at:stop] in ("二类", "二次", "二期") and not _ONE_END.match(after):
            return False  # 二类事项, 二次污染 name a class or a stage; an amount before its noun is 两类
        bare = numeral.bare_scale and value in (100, 1000, 10_000, 100_000_000) and not numeral.over
        if bare and self._before(at)[0] is None:
            return False
        if unit == "年":
            if value > 200 and not numeral.scaled:
                return False
            if _RUNNING.search(before):
                return True
            if _PERIOD_BEFORE.search(before) or after.startswith(
                ("来", "前", "后", "间", "初", "底", "末", "级", "代")
            ):
                return False
            return not _PLAN_AFTER.match(after) and not (chinese and value == 1)
        if measure.word in ("季度", "年度", "届", "周年", "轮"):
            if measure.word == "轮" and value > 1:
                return True
            return bool(_RUNNING.search(before))
        if measure.word == "日":
            if before.endswith(("月", "截至", "于", "自", "号")) or (chinese and value == 1):
                return False
            return bool(_DAY_AFTER.match(after)) or bool(_DAY_BEFORE.search(before))
        if unit in ("小时", "分钟") or unit == "天":
            if _SERVICE_ROUND.match(after):
                return False
            if (
                value == 24
                and unit == "小时"
                and (_ROUND_CLOCK.match(after) or before.endswith(("全天候", "全天", "天")))
            ):
                return False
            if unit == "天" and value in (365, 7) and _ROUND_CLOCK.match(after):
                return False
        if unit == "分":
            return not chinese
        if unit == "次" and re.search(r"(?:届|大)\s?$", before):
            return False
        if unit == "次" and re.match(r"(?:全会|全体会议|代表大会|人代会|人民代表)", after) and "届" in before:
            return False
        if (
            measure.arabic_only
            and _YEAR.match(text[at:stop])
            and unit in ("省", "市", "县", "区", "国", "镇", "乡", "村", "部门", "单位")
        ):
            return False
        if unit == "个" and (after[:1].isdigit() or after.startswith(("工作日", "百分点"))):
            return False
        if not chinese:
            return not _SLOGAN_DIGITS.match(after) if value <= 10 and unit == "个" else True
        if value == 1:
            return self._one(before, after)
        if measure.unit == "个" and before.endswith(("分", "分为", "分成")) and after.startswith(("阶段", "步骤")):
            return False
        if value <= 10 and measure.unit == "个" and _SLOGAN_VERB.search(before) and _TWO_CHARACTERS.match(after):
            return False
        if (
            value <= 12
            and unit in ("个", "项", "条", "种", "类", "张", "份", "件", "场", "本")
            and _SLOGAN.match(after)
        ):
            return False
        return not (value <= 12 and unit == "人" and after[:1] in "小行组成同以帮之制")

    @staticmethod
    def _one(before: str, after: str) -> bool:
        """一 with a measure word counts only where it stands after its noun, as in 收到建议一件、提案两件."""
        if before[-1:] in _ONE_STOP or not before.strip():
            return False
        if _RUNNING.search(before) or _BEFORE.search(before):
            return True
        return bool(_ONE_END.match(after)) and not re.search(
            r"[了是为有成这每着过出在把将作当像做到到]$|[" + _STOP + "]$", before
        )

    # -- the shapes that are no plain numeral with a measure word

    def _ordinal(self, at: int, token: str) -> tuple[_Found | None, int]:
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
                return _Found(at, percent.end(), numeral.value, "%", "under", "percent"), percent.end()
            if place or (_RANK_END.match(text, end) and numeral.value >= 2):
                stop = place.end() if place else end
                return _Found(at, stop, numeral.value, "位", "under", "rank"), stop
            measured = _match_measure(text, end, chinese)
            return None, measured[1] if measured else end
        if place and not re.compile(r"\s?[位名](?:副|责任|老师|法官|律师|校长|局长|的|检察)").match(text, end):
            if numeral.value > 1 or _RANK_CUE.search(before) or _RANK_END.match(text, place.end()):
                return _Found(at, place.end(), numeral.value, "位", "exact", "rank"), place.end()
            return None, place.end()
        if _RANK_END.match(text, end) and _RANK_CUE.search(before):
            return _Found(at, end, numeral.value, "位", "exact", "rank"), end
        # 第3至5条, 第44次: the numeral and its measure word are a name
        while True:
            more = re.compile(rf"\s?(?:[-—至到、]\s?第?)(?=[{_D}{CHINESE}])").match(text, end)
            if more is None:
                break
            following, _ = self._read(more.end())
            if following is None:
                break
            end = following.end
        measured = _match_measure(text, end, chinese)
        while measured is not None:
            end = measured[1]
            more = re.compile(rf"\s?[、和至](?=[{_D}{CHINESE}]+{measured[0].word}(?![{_D}{CHINESE}]))").match(text, end)
            following = self._read(more.end())[0] if more else None
            if following is None:
                break
            measured = _match_measure(text, following.end, chinese)
        return None, end

    def _fraction(self, at: int, stop: int, token: str) -> tuple[_Found | None, int]:
        numeral, _ = self._read(stop) if stop < len(self.text) else (None, False)
        if numeral is None:
            return None, stop
        whole = {"百分之": Decimal(100), "千分之": Decimal(1000)}.get(token)
        if token == "百分之":
            return self._finish(at, numeral.end, numeral.value, "%", "percent", over=numeral.over), numeral.end
        if token == "千分之":
            return self._finish(at, numeral.end, numeral.value, "‰", "percent", over=numeral.over), numeral.end
        whole = chinese_value(token[:-2])
        if not whole or numeral.value >= whole:
            return None, numeral.end
        return self._finish(at, numeral.end, numeral.value / whole, None, "ratio"), numeral.end

    def _half(self, at: int) -> tuple[_Found | None, int]:
        text = self.text
        before = text[max(0, at - 6) : at]
        if before.endswith("一") and not before.endswith(("进一", "统一")) and not text.startswith("半天", at):
            after = text[at + 1 : at + 3]
            if after[:1] in "，,。；;、的以是)）" or after == "" or after in ("以上", "左右"):
                return self._finish(at - 1, at + 1, Decimal(50), "%", "percent"), at + 1
            return None, at + 1
        if text.startswith("半数", at):
            return self._finish(at, at + 2, Decimal(50), "%", "percent"), at + 2
        if before.endswith(("过", "近")) and re.match(r"半(?:$|[，,。；;、的])", text[at : at + 2]):
            return self._finish(at, at + 1, Decimal(50), "%", "percent"), at + 1
        time = re.compile(r"半(?:个)?(年|月|小时|天|工作日)(?!度|报|工作)").match(text, at)
        if time and not re.search(r"[上下前后每大一两三四五六七八九十个夜]$", before):
            cue = re.search(r"(?:约|近|不到|不足|至|到|为期|历时|连续|短|减|仅需|只需|超过|逾|长达)$", before)
            if cue or _AFTER.match(text, time.end()) or _INSIDE_TIME.match(text, time.end()):
                return self._finish(at, time.end(), Decimal("0.5"), time[1], "duration"), time.end()
        return None, at + 1

    def _fold(self, at: int) -> tuple[_Found | None, int]:
        match = re.compile(rf"翻(?:了)?([一两二三四五{_D}]+)番").match(self.text, at)
        if match is None:
            return None, at + 1
        value = chinese_value(match[1]) if match[1] in "一两二三四五" else arabic_value(match[1])
        if value is None:
            return None, match.end()
        return _Found(match.start(1), match.end(), value, "番", "exact", "change", direction="up"), match.end()

    def _range(self, at: int, low: Numeral, chinese: bool) -> _Found | None:
        """3至5个, 5%—10%, 三到五年: two numerals of one measure word that ascend."""
        text = self.text
        end = low.end
        first = _match_measure(text, end, chinese)
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
        second = _match_measure(text, high.end, chinese)
        if second is None or value >= high.value or re.search(r"[从由]\s?$", text[max(0, at - 6) : at]):
            return None
        measure, stop = second
        if first is not None and first[0].unit not in (measure.unit, measure.word[0]):
            return None
        if measure.unit in ("年", "日") and measure.word in ("年", "日") and value > 31:
            return None
        if not self._states_amount(at, low, False, measure, stop):
            return None
        found = self._finish(at, stop, value, measure.unit, measure.kind, high=high.value)
        found.kind = "range"
        return found

    def _bare(self, at: int, numeral: Numeral) -> _Found | None:
        """Digits with no measure word after them: the unit stands before, is shared in a list, or there is none."""
        text, end = self.text, numeral.end
        parts = _PARTS.match(text, at)
        if parts is not None and arabic_value(parts[1]) < arabic_value(parts[2]):
            return self._finish(at, parts.end(), arabic_value(parts[1]) / arabic_value(parts[2]), None, "ratio")
        bound, begin = self._before(at)
        before = text[max(0, begin - 24) : begin]
        loosened = _AFTER.match(text, end)
        closes = _BARE_END.match(text, loosened.end() if loosened else end)
        digits = text[at:end]
        shared = _SHARED_UNIT.match(text, end)
        if shared is not None and text.startswith("号", shared.end()):
            return None
        if shared is not None and not _NO_NUMBER_BEFORE.search(before):
            measured = _match_measure(text, shared.end(), False)
            if measured is not None and not (_YEAR.match(digits) and measured[0].unit == "年"):
                return self._finish(at, end, numeral.value, measured[0].unit, measured[0].kind, over=numeral.over)
        if _NO_NUMBER_BEFORE.search(before) or _PHONE.match(digits):
            return None
        if not closes:
            if (numeral.scaled and end < len(text) and not text[end].isascii()) or bound:
                return self._finish(at, end, numeral.value, None, "count", over=numeral.over)
            return None
        head = _HEAD_UNIT.search(before)
        if head is not None:
            measured = _match_measure(head[2], 0, False)
            if measured is not None and measured[1] == len(head[2]):
                value = numeral.value * {"": 1, "万": 10_000, "亿": 100_000_000}[head[1]]
                return self._finish(at, end, value, measured[0].unit, measured[0].kind)
        if not numeral.scaled and _YEAR.match(digits):
            return None
        named = before.rstrip(" :：为达是共")
        for length in (3, 2):
            unit = measure_words().counting_names.get(named[-length:])
            if unit is not None:
                return self._finish(at, end, numeral.value, unit, "count", over=numeral.over)
        if not numeral.scaled and ("." in digits or "．" in digits):
            if not re.search(r"(?:[为达是至到分数值均比率度]|[:：])\s?$", before):
                return None
        elif not _BARE_BEFORE.search(before):
            return None
        if len(digits) < 2 and not re.search(r"[为是达]\s?$|\d\s[\u4e00-\u9fff]{1,6}$", before):
            return None
        return self._finish(at, end, numeral.value, None, "count", over=numeral.over)

    # -- what all of them share

    def _before(self, at: int) -> tuple[Bound | None, int]:
        """The bound word right before `at` and where it begins."""
        window = self.text[max(0, at - 5) : at + 2]
        offset = max(0, at - 5)
        match = _BEFORE.search(window[: at - offset])
        if match is None:
            tail = window[: at - offset]
            if tail[-1:] in ("上", "过") and self.text[at] in "百千万亿半":
                return ("over", at - 1) if tail[-2:] not in ("以上", "通过", "经过", "超过") else (None, at)
            return None, at
        if match["over"]:
            return "over", offset + match.start()
        if match["under"]:
            return "under", offset + match.start()
        return "about", offset + match.start()

    def _finish(
        self,
        start: int,
        end: int,
        value: Decimal,
        unit: str | None,
        kind: QuantityKind,
        *,
        over: bool = False,
        about: bool = False,
        high: Decimal | None = None,
    ) -> _Found:
        """Adds bounds, change and direction to a numeral whose value and unit are known."""
        text = self.text
        bound, begin = self._before(start)
        if bound is None and over:
            bound = "over"
        if bound is None and about:
            bound = "about"
        after = _AFTER.match(text, end)
        if after is not None:
            end = after.end()
            bound = bound or ("over" if after["over"] else "under" if after["under"] else "about")
        elif kind == "duration":
            inside = _INSIDE_TIME.match(text, end)
            more = _MORE_AFTER.match(text, end) if bound is None else None
            if inside is not None:
                end, bound = inside.end(), bound or "under"
            elif more is not None:
                end, bound = more.end(), "over"
        direction: str | None = None
        before = text[max(0, begin - 20) : begin]
        if kind in ("percent", "ratio", "count", "money", "duration"):
            kind, direction = self._change(before, kind, unit)
        if high is not None and kind != "change":
            kind = "range"
        return _Found(begin, end, value, unit, bound or "exact", kind, high, direction)

    @staticmethod
    def _change(before: str, kind: QuantityKind, unit: str | None) -> tuple[QuantityKind, str | None]:
        match = _COMPARED.search(before)
        if match is not None and (match["up"] or match["down"]):
            return "change", "down" if match["down"] else "up"
        if kind == "percent":
            if _CUT.search(before):
                return "change", "down"
            gap = _GAP.search(before)
            if gap is not None and not _TO.search(before):
                return "change", "down" if gap["down"] else "up"
        elif kind == "count":
            gap = _COUNT_GAP.search(before)
            if gap is not None:
                return "change", "down" if gap["down"] else "up"
            change = _COUNT_CHANGE.search(before)
            if change is not None:
                return "change", "down" if change["down"] else "up"
        if unit == "个百分点":
            return "change", None
        return kind, None


_SLOGAN_VERB = re.compile(
    r"(?:增强|坚定|做到|践行|提升|坚持|树立|把握|牢记|强化|落实|拥护|围绕|聚焦|锤炼|提高)(?:好|了)?$"
)
_TWO_CHARACTERS = re.compile(rf"[\u4e00-\u9fff]{{2}}(?:$|[{_STOP}])")
_SLOGAN_DIGITS = re.compile(r"(?:坚持|维护|确立|意识|自信|全面|必须|结合|转变|明确|到位|毫不|务必)")

# ---- tables --------------------------------------------------------------------------------------------------------

_CELL = re.compile(
    rf"\s*(?P<number>[{_D}]{{1,3}}(?:[,，][{_D}]{{3}})+(?:[.．][{_D}]+)?|[{_D}]+(?:[.．][{_D}]+)?)\s*(?P<rest>[^{_D}\s]{{0,5}})\s*"
)
_IN_PARENTHESES = re.compile(r"[(（]\s?(?:单位[:：]\s?)?([百千]?[万亿]?)([^()（）\d\s]{1,4}?)\s?[)）]")
_CAPTION_UNIT = re.compile(r"单位\s?[:：]\s?([百千]?[万亿]?)([^\s()（）,，、]{1,4})")
_NO_AMOUNT_HEAD = re.compile(r"序号|编号|年份|^年度$|代码|电话|^号$|日期|时间$|文号")


def _unit_of_head(head: str) -> tuple[Decimal, str | None, QuantityKind]:
    match = _IN_PARENTHESES.search(head) or _CAPTION_UNIT.search(head)
    scale, word = (match[1], match[2]) if match else ("", head.strip())
    if not match and word[:1] in "万亿":
        scale, word = word[0], word[1:]
    measured = _match_measure(word, 0, False) if word else None
    if measured is not None and measured[1] == len(word):
        factor = Decimal(1)
        for character in scale:
            factor *= {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}[character]
        return factor, measured[0].unit, measured[0].kind
    named = re.sub(r"[(（].*?[)）]", "", head).strip()
    for length in (3, 2):
        unit = measure_words().counting_names.get(named[-length:])
        if unit is not None:
            return Decimal(1), unit, "count"
    if named.endswith(("率", "占比", "比例")):
        return Decimal(1), "%", "percent"
    return Decimal(1), None, "count"


def _label_of(heads: Sequence[str]) -> str:
    """What the heads of a cell say together, without units, years and numbers."""
    bare = (re.sub(r"[(（].*?[)）]|\s|单位[:：].*", "", head) for head in heads)
    told = [head for head in bare if head and not re.fullmatch(r"[\d.]+年?(?:度)?|合计|总计|数量|本年|上年", head)]
    return "".join(dict.fromkeys(told))[:26]


def _table(text: str, lines: Sequence[tuple[int, int]], caption: str) -> Iterator[tuple[int, int, _Found | None]]:
    """The number cells of a table: each with its span, and its quantity unless the column numbers or dates its rows."""
    rows: list[list[tuple[int, str]]] = []
    for start, end in lines:
        cells, at = [], start
        for cell in text[start:end].split("\t"):
            cells.append((at, cell))
            at += len(cell) + 1
        rows.append(cells)
    heads: list[list[str]] = []
    for row in rows:
        numbers = sum(1 for _, cell in row if _CELL.fullmatch(cell))
        if numbers:
            break
        heads.append([cell for _, cell in row])
    caption_unit = _unit_of_head(caption) if _CAPTION_UNIT.search(caption) else None
    for row in rows[len(heads) :]:
        first = row[0][1] if row and not _CELL.fullmatch(row[0][1]) else ""
        for column, (at, cell) in enumerate(row):
            match = _CELL.fullmatch(cell)
            if match is None:
                continue
            number, rest = match["number"], match["rest"]
            begin, stop = at + match.start("number"), at + match.end("number")
            column_heads = [head[column] for head in heads if column < len(head)]
            label = row[column - 1][1] if column and not _CELL.fullmatch(row[column - 1][1]) else ""
            if any(_NO_AMOUNT_HEAD.search(head.strip()) for head in column_heads) or (
                column == 0 and not rest and len(row) > 1
            ):
                yield begin, stop, None
                continue
            if not heads and _NO_AMOUNT_HEAD.search(label):
                yield begin, stop, None
                continue
            if rest:
                measured = _match_measure(rest.lstrip("余多万亿"), 0, False)
                if measured is not None:
                    continue  # the walk reads a cell that has its own unit
                yield begin, stop, None
                continue
            factor, unit = Decimal(1), None
            kind: QuantityKind = "count"
            for head in [*reversed(column_heads), label, first]:
                factor, unit, kind = _unit_of_head(head) if head else (Decimal(1), None, "count")
                if unit is not None:
                    break
            if unit is None and caption_unit is not None:
                factor, unit, kind = caption_unit
            found = _Found(begin, stop, arabic_value(number) * factor, unit, "exact", kind)
            found.label = _label_of([*column_heads, label] if label == first else [first, *column_heads, label])
            yield begin, stop, found


def _tables(text: str) -> Iterator[tuple[int, int, _Found | None]]:
    if "\t" not in text:
        return
    block: list[tuple[int, int]] = []
    caption, previous, at = "", "", 0
    for line in text.split("\n"):
        end = at + len(line)
        if "\t" in line:
            if not block:
                caption = previous
            block.append((at, end))
        else:
            if block:
                yield from _table(text, block, caption)
                block = []
            previous = line
        at = end + 1
    if block:
        yield from _table(text, block, caption)


# ---- the entry -----------------------------------------------------------------------------------------------------


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
    cells: list[_Found] = []
    for start, end, cell in _tables(text):
        scan.mask[start:end] = b"\1" * (end - start)
        if cell is not None:
            cells.append(cell)
    found = sorted([*cells, *scan.walk(0, len(text))], key=lambda q: q.start)
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
            optional=q.optional,
        )
        for ordinal, q in enumerate(found)
    )
