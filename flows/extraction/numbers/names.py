"""Marks what holds no amount: dates, document numbers, names with digits, titles, quotations and fixed words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from flows.extraction.numbers.numerals import CHINESE

_D = "0-9０-９"
_STOP = "，,。；;：:、！？!?\n\t"
_ARABIC_OF = str.maketrans("一两二三四五六七八九", "1223456789")
_CN_DIGIT = "〇○零Oo0一二三四五六七八九"
_CN_SMALL = "一二三四五六七八九十"
_DASH = "-—–－~～至到"
_NUMBER = f"[{_D}]{{1,2}}"
_CENTURY = "(?:19|20|１９|２０)"
_YEAR = rf"{_CENTURY}[{_D}]{{2}}"
_DAY = rf"\s?{_NUMBER}\s?[日号]"
_MONTH = rf"\s?{_NUMBER}\s?月"
_CLOCK = rf"{_NUMBER}[:：][{_D}]{{2}}(?:[:：][{_D}]{{2}})?"
_SUBJECTS_OF_DAYS = "国家|全国|宪法|消费|全民|国际|世界|主题|系列|法制|法治|宣传|禁毒|知识|普法|安全|防|反"
_OF_HOTLINES = (
    "政务|政府|市民|便民|法律|公共|服务|热线|平台|投诉|举报|报警|非警|指挥|"
    "监督|检察|纪检|税务|妇女|劳动|统一|一体|接|[”、/]"
)

# Every pattern here is tried at the first of a run of digits, nowhere else: what it costs depends on the digits alone.
_AT_DIGITS = re.compile(
    "|".join(
        (
            # 1x3, 5A, 4K, 2001·3
            rf"[{_D}]+(?:[xX·•・][{_D}A-Za-z]+)+(?:小时|天)?(?=[^{_D}])(?!%)",
            rf"[{_D}]+(?!(?:[GTMKP]B|km|kg|pp|m[²³2])(?![A-Za-z]))[A-Za-z]+(?![%％])",
            # 12号, telephones, 12·4国家宪法日, 12345热线
            rf"[{_D}]+\s?号(?!召)",
            rf"[{_D}]{{3,4}}[-—][{_D}]{{7,8}}",
            rf"{_NUMBER}[·•・．.]{_NUMBER}(?=[“”]?(?:{_SUBJECTS_OF_DAYS}))",
            rf"(?:96|95|12|11)[{_D}]{{1,4}}(?=(?:{_OF_HOTLINES}))",
            # 2021—2025年, 2021年至2023年6月, 2021-2022
            rf"{_YEAR}\s?(?:年(?:度|底|末|初|版)?)?\s?[{_DASH}]+\s?(?:19|20)?[{_D}]{{2,4}}\s?年(?:度)?(?:{_NUMBER}月(?:份|底)?)?",
            rf"{_YEAR}[{_DASH}]+{_YEAR}(?![{_D}.])",
            # 2024-12-26 09:30
            rf"{_YEAR}\s?[-/.．]\s?{_NUMBER}\s?[-/.．]\s?{_NUMBER}(?![{_D}])(?:\s+{_CLOCK})?",
            # 2024年12月26日, 2024年3月至5月, 24年3月
            rf"(?:{_CENTURY}?[{_D}]{{2}})\s?年{_MONTH}(?:份|{_DAY})?(?:\s?[{_DASH}、]\s?(?:{_NUMBER}\s?月)?(?:{_DAY})?)?",
            # 2024年度, 24年度
            rf"{_YEAR}\s?年(?:度|底|末|初|版|中期)?(?:第[一二三四1-4]季度)?",
            rf"[{_D}]{{2}}年(?:度|底|末|初)",
            # 1至11月, 4月—9月, 3月5日至8日, 9月
            rf"{_NUMBER}\s?月?\s?[{_DASH}]\s?{_NUMBER}\s?月份?(?:{_DAY})?",
            rf"{_NUMBER}\s?月(?:份|底|初|末|中旬|上旬|下旬)?"
            rf"(?:\s?{_NUMBER}\s?[日号](?:\s?[{_DASH}、]\s?(?:{_NUMBER}\s?月)?\s?{_NUMBER}\s?[日号])?)?",
            rf"{_NUMBER}\s?[{_DASH}]\s?{_NUMBER}\s?[日号](?!内|以)",
            # 9:30, 9时30分, 0.7:50.7
            rf"{_NUMBER}[时点]{_NUMBER}分",
            rf"[{_D}.]+(?:[:：][{_D}.]+)+(?!%)",
            # 3季度
            r"[1-4]季度",
        )
    )
)
_BEFORE_DIGITS = re.compile(
    r"(?:电\s?话|热线|传真|邮编|邮政编码|号码|手机|微信号|编号|案号|备案号|代码)[为是：:]?\s?$|[上下]午\s?$"
)
_LONG_NUMBER = re.compile(rf"[{_D}][-—{_D}]{{2,}}(?![{_D}.万亿余多件次条个人起宗例份户家项名位通批场期])")
_CLOCK_HOUR = re.compile(rf"{_NUMBER}\s?[时点]")
# 二〇二四年三月五日, 十二月, 三季度; every way begins with a numeral, so that it is looked for at numerals alone
_CHINESE_DATES = re.compile(
    rf"(?P<year>[二一][{_CN_DIGIT}]{{3}}(?:年度?)?(?:[{_CN_SMALL}]{{1,2}}月(?:[{_CN_SMALL}]{{1,3}}日)?)?)"
    rf"|(?P<month>[{_CN_SMALL}]{{1,2}}月(?:份|底|初|[{_CN_SMALL}]{{1,3}}[日号]))|(?P<quarter>[一二三四两]季度)"
)
# FM88.7, ISO9001, V2.0; but GDP3,256.8亿元 is a name and an amount
_LETTERS = re.compile(rf"[A-Za-z]+[-/.\s]?(?![{_D},，.]+(?:万|亿|元|%|％|个百分点))[{_D}]+(?:[-.][{_D}]+)*[A-Za-z]*")
# 1+6+N, 7×24小时, 一+三+N
_COMBINED = re.compile(r"[+＋×✕＊*]")
_COMBINED_LEFT = re.compile(rf"[{_D}A-Za-z{CHINESE}+＋×✕＊*]+$")
_COMBINED_RIGHT = re.compile(rf"[+＋×✕＊*][{_D}A-Za-z{CHINESE}+＋×✕＊*]+(?:小时|天)?")
# 〔2020〕2号
_NUMBERED = re.compile(
    rf"[\[【〔﹝（(［〈]\s?(?:19|20)[{_D}]{{2}}\s?[\]】〕﹞）)］〉]\s?第?\s?[{_D}]+(?:\s?[-、至—]\s?[{_D}]+)?\s?号?"
)
_ADDRESSES = re.compile(r"(?:https?://|www\.)[\x21-\x7e]+|[\w.]+@[\w.]+", re.ASCII)
_HEADING_BEFORE = re.compile(r"(?:^|[。；;：:\n])\s*[(（]?$")
_HEADING = re.compile(rf"{_NUMBER}(?:[.．、](?!(?!(?:19|20)[{_D}]{{2}}年)[{_D}])|[)）])")
# 1.80周岁以上, 2.3人户: of what comes whole there are no decimals
_HEADING_OF_WHOLE = re.compile(
    rf"{_NUMBER}[.．](?=[{_D}]{{1,3}}(?:周岁|岁|人|名|户|家|件|项|个(?!百分点|工作日|月|小时)))"
)
_TITLES = re.compile(r"《[^《》\n]{1,120}(?:《[^《》\n]{1,80}》[^《》\n]{0,80})*》|〈[^〈〉\n]{1,80}〉")
_QUOTES = re.compile(
    r"“[^“”\n]{1,60}[”“]|‘[^‘’\n]{1,60}[’‘]|「[^「」\n]{1,60}」|『[^『』\n]{1,60}』|\"[^\"\n。；]{1,40}\""
)
# 一村一顾问, 一户一档: two of the same numeral with a short word after each make a rule, no count.
_PARALLEL = re.compile(
    rf"(?<![{CHINESE}{_D}])([一1])(?!成|个[多半])[^{_STOP}{_D}{CHINESE}“”《》（）() .．%％]{{1,4}}"
    rf"(?:\1|[多两一双])[^{_STOP}{_D}{CHINESE}%％]"
)
_RUN = re.compile(rf"[{_D}]+")


@cache
def _fixed_words() -> dict[str, tuple[tuple[str, str], ...]]:
    """seeds/numeral_phrases.txt by two characters from the first numeral on: what stands before, and the rest."""
    lines = files("seeds").joinpath("numeral_phrases.txt").read_text("utf-8").splitlines()
    phrases = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    found: dict[str, list[tuple[str, str]]] = {}
    for phrase in sorted({*phrases, *(p.translate(_ARABIC_OF) for p in phrases)}):
        at = next(i for i, c in enumerate(phrase) if c in CHINESE or c.isdigit() or c == "半")
        found.setdefault(phrase[at : at + 2], []).append((phrase[:at], phrase[at:]))
    return {key: tuple(sorted(values, key=lambda v: -len(v[1]))) for key, values in found.items()}


def fixed_word_end(text: str, at: int) -> int | None:
    """Where the fixed word ends whose first numeral stands at `at`; None where there is none."""
    for before, rest in _fixed_words().get(text[at : at + 2], ()):
        if not text.startswith(rest, at):
            continue
        if before:
            if text.endswith(before, 0, at):
                return at + len(rest)
        elif not at or text[at - 1] not in _CONTINUES:
            return at + len(rest)
    return None


_CONTINUES = frozenset(CHINESE + "0123456789０１２３４５６７８９.第")


def _combined(text: str) -> Iterator[tuple[int, int]]:
    for sign in _COMBINED.finditer(text):
        right = _COMBINED_RIGHT.match(text, sign.start())
        left = _COMBINED_LEFT.search(text, max(0, sign.start() - 24), sign.start())
        if right and left:
            yield left.start(), right.end()


def _dates(text: str) -> Iterator[tuple[int, int]]:
    for date in _CHINESE_DATES.finditer(text):
        before = text[date.start() - 1 : date.start()]
        if date["month"] and before and before in CHINESE + "个":
            continue  # 五百三十月, 三个十二月
        if date["quarter"] and (before == "个" or (date[0] == "两季度" and before != "前")):
            continue
        yield date.span()


def _beside_digits(text: str, marked: bytearray) -> Iterator[tuple[int, int]]:
    at = 0
    while (run := _RUN.search(text, at)) is not None:
        start = run.start()
        at = run.end()
        if marked[start]:
            continue
        named = _BEFORE_DIGITS.search(text, max(0, start - 7), start)
        if named is not None:
            follows = (_CLOCK_HOUR if "午" in named[0] else _LONG_NUMBER).match(text, start)
            if follows is not None:
                at = follows.end()
                yield start, at
                continue
        if start and text[start - 1] in ".．" and start > 1 and text[start - 2].isdigit():
            continue  # decimals
        edge = _HEADING_BEFORE.search(text, max(0, start - 4), start)
        if edge is not None:
            opens_line = edge.start() == 0 or text[edge.start()] == "\n"
            heading = _HEADING.match(text, start) or (_HEADING_OF_WHOLE.match(text, start) if opens_line else None)
            if heading is not None:
                at = heading.end()
                yield start, at
                continue
        match = _AT_DIGITS.match(text, start)
        if match is not None and match.end() > start:
            at = max(at, match.end())
            yield start, match.end()


def mask(text: str) -> bytearray:
    """One byte a character: 1 where a numeral would be part of a name, a title, a quotation or a date."""
    marked = bytearray(len(text))

    def mark(start: int, end: int) -> None:
        marked[start:end] = b"\1" * (end - start)

    patterns = [_TITLES, _QUOTES, _NUMBERED, _LETTERS, _PARALLEL]
    if "http" in text or "www" in text or "@" in text:
        patterns.append(_ADDRESSES)
    for pattern in patterns:
        for match in pattern.finditer(text):
            mark(*match.span())
    for start, end in _dates(text):
        mark(start, end)
    for start, end in _combined(text):
        mark(start, end)
    for start, end in _beside_digits(text, marked):
        mark(start, end)
    return marked
