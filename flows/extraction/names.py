"""Marks what holds no amount: dates, document numbers, names with digits, titles, quotations and fixed words."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from flows.extraction.numerals import CHINESE

_D = "0-9０-９"
_STOP = "，,。；;：:、！？!?\n\t"
_ARABIC_OF = str.maketrans("一两二三四五六七八九", "1223456789")
_CN_DIGIT = "〇○零Oo0一二三四五六七八九"
_CN_SMALL = "一二三四五六七八九十"
_DASH = "-—–－~～至到"
_NUMBER = f"[{_D}]{{1,2}}"
_CENTURY = "(?:19|20|１９|２０)"
_DAY = rf"\s?{_NUMBER}\s?[日号]"
_MONTH = rf"\s?{_NUMBER}\s?月"
_CLOCK = rf"{_NUMBER}[:：][{_D}]{{2}}(?:[:：][{_D}]{{2}})?"

_DATES = re.compile(
    "|".join(
        (
            # 2021—2025年, 2021年至2023年6月, 2021-2022
            rf"{_CENTURY}[{_D}]{{2}}\s?(?:年(?:度|底|末|初|版)?)?\s?[{_DASH}]+"
            rf"\s?(?:19|20)?[{_D}]{{2,4}}\s?年(?:度)?(?:{_NUMBER}月(?:份|底)?)?",
            rf"\s?年(?:度)?(?:{_NUMBER}月(?:份|底)?)?",
            rf"(?:19|20)[{_D}]{{2}}[{_DASH}]+(?:19|20)[{_D}]{{2}}(?![{_D}.])",
            # 2024-12-26 09:30
            rf"(?<![{_D}])(?:19|20)[{_D}]{{2}}\s?[-/.．]\s?{_NUMBER}\s?[-/.．]\s?{_NUMBER}(?![{_D}])(?:\s+{_CLOCK})?",
            # 2024年12月26日, 2024年3月至5月
            rf"(?<![{_D}.])(?:{_CENTURY}?[{_D}]{{2}})\s?年{_MONTH}(?:{_DAY})?"
            rf"(?:\s?[{_DASH}、]\s?(?:{_NUMBER}\s?月)?(?:{_DAY})?)?",
            # 2024年度, 24年度, 二〇二四年三月
            rf"(?<![{_D}.,，]){_CENTURY}[{_D}]{{2}}\s?年(?:度|底|末|初|版|中期)?(?:第[一二三四1-4]季度)?",
            rf"(?<![{_D}.])[{_D}]{{2}}年(?:度|底|末|初)",
            rf"[二一][{_CN_DIGIT}]{{3}}(?:年度?)?(?:[{_CN_SMALL}]{{1,2}}月(?:[{_CN_SMALL}]{{1,3}}日)?)?",
            # 1至11月, 4月—9月, 3月5日, 9月
            rf"(?<![{_D}.]){_NUMBER}\s?月?\s?[{_DASH}]\s?{_NUMBER}\s?月份?(?:{_DAY})?",
            rf"(?<![{_D}.]){_NUMBER}\s?月(?:份|底|初|末|中旬|上旬|下旬)?"
            rf"(?:\s?{_NUMBER}\s?[日号]?(?:\s?[{_DASH}、]\s?(?:{_NUMBER}\s?月)?\s?{_NUMBER}\s?[日号])?)?(?![{_D}.%％])",
            rf"(?<![{CHINESE}个])[{_CN_SMALL}]{{1,2}}月(?:份|[{_CN_SMALL}]{{1,3}}[日号])",
            rf"(?<![{_D}.个]){_NUMBER}\s?[{_DASH}]\s?{_NUMBER}\s?[日号](?!内|以)",
            # 9:30, 9时30分, 下午3时
            rf"(?<![{_D}]){_CLOCK}(?=\s*(?:[{_DASH}]|$|[，。；、\n)）]))",
            rf"(?<![{_D}]){_NUMBER}[时点]{_NUMBER}分|[上下]午\s?{_NUMBER}\s?[时点]",
            r"(?:第?[一二三四1-4]|前[一二三两23])季度",
        )
    )
)
_SUBJECTS_OF_DAYS = "国家|全国|宪法|消费|全民|国际|世界|主题|系列|法制|法治|宣传|禁毒|知识|普法|安全|防|反"
_OF_HOTLINES = (
    "政务|政府|市民|便民|法律|公共|服务|热线|平台|投诉|举报|报警|非警|指挥|"
    "监督|检察|纪检|税务|妇女|劳动|统一|一体|接|[”、/]"
)
_BRACKETED_YEAR = rf"[\[【〔﹝（(［〈]\s?(?:19|20)[{_D}]{{2}}\s?[\]】〕﹞）)］〉]"
_NAMES = re.compile(
    "|".join(
        (
            # FM88.7, ISO9001, V2.0
            rf"[A-Za-z]+[-/.\s]?[{_D}]+(?:[-.][{_D}]+)*[A-Za-z]*",
            # 1+6+N, 7×24小时
            rf"(?<![{_D}])[{_D}A-Za-z{CHINESE}]+(?:[+＋×✕xX*＊][{_D}A-Za-z{CHINESE}]+)+(?:小时|天)?",
            # 5A, 4K, 3D
            rf"[{_D}]+(?!(?:[GTMKP]B|km|kg|pp|m[²³2])\b)[A-Za-z]+(?![%％])",
            # 〔2020〕2号, 12号
            rf"{_BRACKETED_YEAR}\s?第?\s?[{_D}]+(?:\s?[-、至—]\s?[{_D}]+)?\s?号?",
            rf"[{_D}]+\s?号(?!召)",
            # telephones, addresses
            rf"(?:电\s?话|热线|传真|邮编|邮政编码|号码|手机|微信号|编号|案号|备案号|代码)[为是：:]?\s?[{_D}][-{_D}]{{2,}}",
            rf"[{_D}]{{3,4}}-[{_D}]{{7,8}}",
            r"(?:https?://|www\.)[\x21-\x7e]+|[\w.]+@[\w.]+",
            # 12·4国家宪法日
            rf"{_NUMBER}[·•・．.]{_NUMBER}(?=[“”]?(?:{_SUBJECTS_OF_DAYS}))",
            # 12345热线, 110报警
            rf"(?:96|95|12|11)[{_D}]{{1,4}}(?=(?:{_OF_HOTLINES}))",
            rf"[{_D}]+[:：][{_D}]+",
        )
    )
)
_HEADINGS = re.compile(rf"(?:^|(?<=[。；;：:\n]))\s*[(（]?{_NUMBER}(?:[.．、](?![{_D}])|[)）])", re.MULTILINE)
_TITLES = re.compile(r"《[^《》\n]{1,120}(?:《[^《》\n]{1,80}》[^《》\n]{0,80})*》|〈[^〈〉\n]{1,80}〉")
_QUOTES = re.compile(
    r"“[^“”\n]{1,60}[”“]|‘[^‘’\n]{1,60}[’‘]|「[^「」\n]{1,60}」|『[^『』\n]{1,60}』|\"[^\"\n。；]{1,40}\""
)
# 一村一顾问, 一户一档: two of the same numeral with a short word after each make a rule, no count.
_PARALLEL = re.compile(
    rf"(?<![{CHINESE}{_D}])([一1])[^{_STOP}{_D}{CHINESE}“”《》（）() %％]{{1,4}}"
    rf"(?:\1|[多两一双专])[^{_STOP}{_D}{CHINESE}%％]"
)


@cache
def fixed_phrases() -> re.Pattern[str]:
    """One pattern of seeds/numeral_phrases.txt; a phrase that begins with a numeral must not continue another."""
    lines = files("seeds").joinpath("numeral_phrases.txt").read_text("utf-8").splitlines()
    phrases = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    both = sorted({*phrases, *(p.translate(_ARABIC_OF) for p in phrases)}, key=lambda p: (-len(p), p))
    heads = [p for p in both if p[0] in CHINESE or p[0].isdigit()]
    others = [p for p in both if not (p[0] in CHINESE or p[0].isdigit())]
    parts = [rf"(?<![{CHINESE}{_D}.第])(?:{'|'.join(map(re.escape, heads))})", *map(re.escape, others)]
    return re.compile("|".join(parts))


def mask(text: str) -> bytearray:
    """One byte a character: 1 where a numeral would be part of a name, a date or a fixed word."""
    marked = bytearray(len(text))
    for pattern in (_TITLES, _QUOTES, _NAMES, _DATES, _HEADINGS, _PARALLEL, fixed_phrases()):
        for match in pattern.finditer(text):
            start, end = match.span()
            marked[start:end] = b"\1" * (end - start)
    return marked
