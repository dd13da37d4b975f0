"""Whether a numeral with a measure word states an amount, and is no date, programme, session, name or slogan."""

from __future__ import annotations

import re

from flows.extraction.numbers.amounts import bound_before
from flows.extraction.numbers.measures import Measure
from flows.extraction.numbers.numerals import Numeral

_STOP = "，,。；;：:、！？!?\n\t"
YEAR = re.compile(r"(?:19|20)\d\d$")
_IN_A_NAME = re.compile(r"(?:第|[A-Za-z._\\·+×xX*#@&=~〔【\[-]|(?<![\u4e00-\u9fff])/)\s?$")
_PLAN_AFTER = re.compile(r"(?:行动|规划|计划|攻坚|专项|方案|提升行动|任务|期|目标|滚动|工程|改革|大|一)")
_PERIOD_BEFORE = re.compile(r"(?:近|过去|过去的|未来|今后|最近|前|后|下|首|满|来|这|每)\s?$")
_RUNNING = re.compile(
    r"(?:连续|持续|坚持|历时|已|历经|长达|为期|保持|期限|有效期|工龄|年限|不少于|不低于|满|任期|分别)(?:第)?\s?$"
)
_DAY_BEFORE = re.compile(r"(?:[为至到约逾均时仅需短减缩速快前后超近过]|法定|承诺|期限)\s?$")
_DAY_AFTER = re.compile(r"(?:内|以内|之内|办结|办理|审结|完成|提前|压|缩|减|以上|左右|、|至|$|[，,。；;)）])")
_ONE_STOP = "每同任另某这那哪唯统进近逐单独专初其之第何各一万再又下上逐另头有"
_GAINED = re.compile(r"(?:聘请|聘任|配备|配有|设立|新设|建成|新建|新增|查处|选派|招录|引进)了?$")
"""Verbs whose object is counted even where it is one: 聘请一名律师."""
_ONE_END = re.compile(rf"(?:$|[{_STOP}）)])")
_SLOGAN = re.compile(
    r"(?:坚持|维护|确立|意识|自信|全面|必须|不|结合|统一|转变|明确|到位|毫不|覆盖|延伸|服从|务必|敢于|善于|更|最|强化|聚焦|突出|方面|层面|维度|环节|字|关键|重点|围绕|注重|严格|狠抓|着力|必|[0-9]|100)"
)
_SERVICE_ROUND = re.compile(rf"[^{_STOP}“”]{{0,14}}圈")
_ROUND_CLOCK = re.compile(
    r"(?:不间断|服务|在线|值班|值守|自助|不打烊|热线|轮值|开放|接听|全天|咨询|监控|巡|政府|政务|法律|警|应急|待命|线上|办|预约|智能|不停|受理|法治)"
)
_SLOGAN_VERB = re.compile(
    r"(?:增强|坚定|做到|践行|提升|坚持|树立|把握|牢记|强化|落实|拥护|围绕|聚焦|锤炼|提高)(?:好|了)?$"
)
_TWO_CHARACTERS = re.compile(rf"[\u4e00-\u9fff]{{2}}(?:$|[{_STOP}])")
_SLOGAN_DIGITS = re.compile(r"(?:坚持|维护|确立|意识|自信|全面|必须|结合|转变|明确|到位|毫不|务必)(?!了)")


def states_amount(
    text: str, masked: bytearray, at: int, numeral: Numeral, chinese: bool, measure: Measure, stop: int
) -> bool:
    """Whether a numeral with a measure word is an amount and no date, programme, session or slogan."""
    unit, value = measure.unit, numeral.value
    before, after = text[max(0, at - 12) : at], text[stop : stop + 16]
    if _IN_A_NAME.search(before) and not masked[at - 1]:
        last = before.rstrip()[-1]  # GDP3256亿元, 5%-10%: the sign or the letters end a name of their own
        if not (measure.kind in ("percent", "money") and (last.isalpha() or last in "-~—")) or last == "第":
            return False
    if chinese and text[at:stop] in ("二类", "二次", "二期") and not _ONE_END.match(after):
        return False  # 二类事项, 二次污染 name a class or a stage; an amount before its noun is 两类
    bare = numeral.bare_scale and value in (100, 1000, 10_000, 100_000_000) and not numeral.over
    if bare and bound_before(text, at)[0] is None:
        return False
    if unit == "年":
        if value > 200 and not numeral.scaled:
            return False
        if _RUNNING.search(before) or (
            chinese and value == 1 and bound_before(text, at)[0] and not after.startswith("来")
        ):
            return True
        if _PERIOD_BEFORE.search(before) or after.startswith(("来", "前", "后", "间", "初", "底", "末", "级", "代")):
            return False
        return not _PLAN_AFTER.match(after) and not (chinese and value == 1)
    if measure.word in ("季度", "年度", "届", "周年", "轮"):
        if measure.word == "轮" and (value > 1 or not chinese):
            return True
        return bool(_RUNNING.search(before))
    if measure.word == "日":
        if before.endswith(("月", "截至", "于", "自", "号")) or (chinese and value == 1):
            return False
        return bool(_DAY_AFTER.match(after)) or bool(_DAY_BEFORE.search(before))
    if unit in ("小时", "分钟") or unit == "天":
        if _SERVICE_ROUND.match(after):
            return False
        if value == 24 and unit == "小时" and (_ROUND_CLOCK.match(after) or before.endswith(("全天候", "全天", "天"))):
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
        and YEAR.match(text[at:stop])
        and unit in ("省", "市", "县", "区", "国", "镇", "乡", "村", "部门", "单位")
    ):
        return False
    if unit == "个" and (after[:1].isdigit() or after.startswith(("工作日", "百分点"))):
        return False
    if not chinese:
        return not _SLOGAN_DIGITS.match(after) if value <= 10 and unit == "个" else True
    if value == 1:
        return _is_one(before, after)
    if measure.unit == "个" and before.endswith(("分", "分为", "分成")) and after.startswith(("阶段", "步骤")):
        return False
    if value <= 10 and measure.unit == "个" and _SLOGAN_VERB.search(before) and _TWO_CHARACTERS.match(after):
        return False
    if value <= 12 and unit in ("个", "项", "条", "种", "类", "张", "份", "件", "场", "本") and _SLOGAN.match(after):
        return False
    return not (value <= 12 and unit == "人" and after[:1] in "小行组成同以帮之制")


def _is_one(before: str, after: str) -> bool:
    """一 with a measure word counts only where it stands after its noun, as in 收到建议一件、提案两件."""
    if before[-1:] in _ONE_STOP or not before.strip():
        return False
    if _GAINED.search(before) or _RUNNING.search(before) or bound_before(before, len(before))[0]:
        return True
    return bool(_ONE_END.match(after)) and not re.search(
        r"[了是为有成这每着过出在把将作当像做到到]$|[" + _STOP + "]$", before
    )
