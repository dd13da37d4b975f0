"""Is a title that of the annual report on law-based government of one issuer for one year?

A title is read as a small phrase: an issuer, a year, the subject (法治政府建设, 依法行政, 法治建设), words that only
fill, and the genre (报告). What has that form is a report. Many documents speak about the report without being it:
plans, news, interpretations, the report on open government. Those are refused with a code word that says what they
are. What a title alone cannot decide is left to the text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import unescape
from typing import Literal

Decision = Literal["report", "undecided", "not_report"]


@dataclass(frozen=True, slots=True)
class TitleVerdict:
    """What a title says about its document.

    `reason` is a code word: `annual_report` for a report; `no_year truncated issued_by_notice work_summary
    bare_state broader_subject self_check part_of_title` for what the text must decide; the others name what the
    document is. `year` is the year reported on, where the title names just one.
    """

    decision: Decision
    reason: str
    year: int | None = None


_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_HAN_YEAR = re.compile(r"二[〇○零Oo0][〇○零一二三四五六七八九]{2}(?=年)")
_QUOTES = re.compile(r"[“”\"'‘’「」『』]")
_BULLET = re.compile(r"^(?:[·•●▪■◆>→\-–—|]|\d{1,2}[.、](?!\d)|\[?置顶\]?|NEW!?|\*(?!\*)|附件\d*[:：]?)+", re.IGNORECASE)
_TAIL = re.compile(
    r"(?:[\[(【]?20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\])】]?|\.(?:pdf|docx?|wps|ofd|html?|zip|rar)|[(【\[](?:20\d\d年\d{1,2}月|全文|公开版|公开稿|定稿|正式版|盖章版|图文|PDF版?|原文)[)】\]]|[。.,、;:\-])+$",
    re.IGNORECASE,
)
# What stands behind the genre and belongs to the list: whose report it is, whose site, that it is open to all.
_BODY_NAME = r"[一-龥]{1,20}(?:[省市县区旗镇乡局厅委办院署会处所队站]|街道|政府|中心|公司|网站?|门户)"
_ASIDE = re.compile(
    r"\((?:推进|推动)?(?:法治政府建设|依法行政|法治建设)\)"
    rf"|(?<=报告|年报)(?:\((?:{_BODY_NAME}|公开|公示|全文公开)\)|[-_|—·]+{_BODY_NAME})$"
)
_CUT = re.compile(r"(?:…+|\.{2,}|。{2,}|⋯+)[\])】]?$")

# The subject. What the reports themselves call it first; the wider names only together with a genre word.
_SUBJECT = (
    r"(?:(?:全面|深入|持续|加快|统筹)?推进)?(?:(?:依法行政|法治政府)(?:和|与|及|暨|、|推进)?)?"
    r"(?:法治政府|依法行政|法治(?=建设|工作))"
)
# Words between subject and genre that do not change what the document is.
_FILLER = (
    r"(?:建设|工作|年度|本年度|当年|推进|开展|落实|贯彻|执行|实施|完成|进展|总体|整体|有关|相关|主要|重点|情况|状况|任务|"
    r"履行|的|和|与|及|暨|、|依法行政|法治政府|法治建设|综合|专项|自|20\d\d|年|度|\(20\d\d(?:年度?)?\))*"
)
_GENRE = r"(?:年度)?(?:工作)?(?:情况)?(?:总结|书面|公开)?(?:报告书?|年报)"
_AFTER = r"(?:\(?(?:20\d\d)年?度?\)?)?"
_NEXT_YEAR = (
    r"(?:(?:及|和|与|暨|、|以及)(?:20\d\d|下一|次|明)?年?度?(?:重点|主要|下步|下一步)?工作?"
    r"(?:计划|打算|安排|思路|要点|重点|谋划)(?:的报告)?)?"
)

_CORE = re.compile(rf"{_SUBJECT}{_FILLER}{_GENRE}{_AFTER}{_NEXT_YEAR}$")
_STATE = re.compile(rf"{_SUBJECT}(?:建设|工作|推进|开展|进展|总体|年度|的)*情况{_AFTER}$")
_SUMMARY = re.compile(rf"{_SUBJECT}{_FILLER}(?:总结|汇报|综述|小结|述职)(?:材料)?{_AFTER}{_NEXT_YEAR}$")
_WIDER = re.compile(
    r"(?:全面)?(?:依法治(?!理)[一-龥]{1,3}|法治(?!社会|宣传|教育|文化|讲座|副校长)[一-龥]{1,5}?建设)(?:建设|工作|年度|推进|开展|情况|的|20\d\d|年|度)*(?:报告|年报|总结|情况)"
    rf"{_AFTER}$"
)
_CARRIED = re.compile(
    rf"{_SUBJECT}{_FILLER}(?:{_GENRE}|总结|情况){_AFTER}[》)】]?(?:(?:进行|予以)(?:公示|公开|公布))?的?(?:通知|公告|通告|公示|公布|公开|函|说明函|公示公告|通报)$"
)
_ABOUT_LAW = re.compile(r"法治|依法行政|依法治")
_SUBJECT_ANYWHERE = re.compile(_SUBJECT)

_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?!\d)(?!\s*[-—–~至到]\s*20\d\d)")
_SPAN = re.compile(r"20\d\d年?度?\s*(?:[-—–―－~～至到]+|和|与|、)\s*(?:20)?\d\d年|20\d\d\s*[-—–―－~～至到]+\s*20\d\d")

# What speaks about something else or about the report, whatever the rest of the title says.
_ALWAYS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("openness_report", re.compile(r"信息公开|政务公开|公开工作年度|网站(?:监管|工作)?年度|网站.{0,6}报表|依申请公开")),
    (
        "interpretation",
        re.compile(
            r"解读|图解|[一1]图(?:读|看|了|速)|图说|图文版?解|读懂|看懂|漫画|动漫|长图|海报|视频|H5|数说|数读|划重点|速览|问答|答问|"
            r"有问有答|解析|浅析|导读"
        ),
    ),
    ("shufa", re.compile(r"述法|第一责任人|述职述廉|述职报告|述职述")),
    ("blue_book", re.compile(r"蓝皮书|白皮书|发展报告|研究报告|论文")),
    (
        "sample_text",
        re.compile(
            r"范文|模板|样本|[\d一二三四五六七八九十]+篇|精选|写作|怎[么样]写|如何写|参考文本|提纲|[*＊×✕]{2,}|[xX]{2,}(?=[省市县区局镇])"
        ),
    ),
    ("digest", re.compile(r"摘要|摘编|节选|选登|亮点|综述$|点评")),
    (
        "part_year",
        re.compile(r"上半年|下半年|半年|季度|(?<!\d)(?:1[0-2]|[1-9])(?<!1[-—至]12)月份?(?!\d)"),
    ),
    (
        "multi_year",
        re.compile(
            r"(?:(?<!\d)[35]|[五三四十两])年(?:来|间|工作|总结|行动)|近[五三四两]年|十[一二三四五]五|收官|终期|中期|回眸|历年"
        ),
    ),
)
# Other reports and assessments: words that stand between the subject and the genre, or instead of the subject.
_ASSESSMENT = re.compile(
    r"督察|督查|督导|巡察|整改|评估|测评|考核|考评|自评|自查|评议|评查|检查|调研|示范|创建|验收|满意度|绩效|审计|试点|申报"
)
# Some issuers call their annual report that of a check on themselves.
_SELF_CHECK = re.compile(r"(?<!整改)自查(?:工作)?(?:情况)?(?:的)?报告")
_OTHER_REPORT = re.compile(
    r"政府工作报告|行政复议|行政应诉|应诉|执法统计|行政执法|普法|法治宣传|宣传教育|法治社会|法治文化|法治督察|规范性文件|"
    r"行政许可|立法|司法|人民陪审|公共法律服务|合法性审[查核]|法律顾问"
)
_REVIEW = re.compile(r"(?:审议意见|决议|决定|意见建议|批复|答复|复函|回复)$")
_PLAN = re.compile(
    r"要点|方案|计划|规划|安排|思路|部署|纲要|分工|清单|指标体系|细则|办法|规定|制度|措施|意见(?!书)|任务书|任务(?:分解)?$|打算|目标|标准"
)
_PLAN_BEFORE = re.compile(r"方案|计划|规划|要点|安排|思路|纲要")
_CONSULTATION = re.compile(r"征求|征集|征询|意见稿|听证")
_NOTICE = re.compile(r"通知|公告|通告|通报|公示|启事|邀请|名单|目录|一览|汇总|清理结果|光荣榜|声明|来函|专栏|链接|更正")
_NEWS = re.compile(
    r"召开|举行|举办|听取|审议|通过|发布|公布|部署|推进会|座谈|会议|培训|强调|率队|赴|向.{1,12}(?<![工合])[作做]|(?<![工合])[作做](?:了)?(?:专题|书面)?报告|迎接|布置|"
    r"约谈|启动|出台|荣获|获评|获|入选|揭牌|参加|学习|宣讲|论坛|研讨|走进|助力|护航|赋能|打造|亮相|点赞|"
    r"开展|组织|推行|举措|经验|交流|签订|提交|审定|研究|专题|位居|排名"
)
_NEWS_AT_ALL = re.compile(
    _NEWS.pattern + r"|简报|专访|实录|典型案例|我[市县区省州局镇]|第[一二三四五六七八九十]+[届次批]|基本完成|圆满|顺利"
)
_SENTENCE = re.compile(r"[，,！!？?；;]|——|--|丨|\|")
_ASKING = re.compile(r"关于(?:切实|认真|进一步)?(?:做好|报送|上报|编制|编报|撰写|提交|填报|开展|落实|公开发布|按时)")
# Verbs that take the subject as their object: 「开展法治政府建设工作情况」 is no news.
_LEADING_VERBS = re.compile(
    r"(?:全面|深入|认真|扎实|积极|持续|组织|开展|落实|推进|贯彻|加强|实施|做好|抓好|统筹|深化|履行|强化|加快)+$"
)
_BODIES = re.compile(
    r"(?:自然资源和?规划|国土空间规划|规划和自然资源|城乡规划|规划和?国土|规划和?建设|规划建设|规划管理|规划(?=[局委厅院])|计划生育|社会组织|"
    r"(?:规划|方案|绩效|考核|督查|目标|计划)(?:管理|设计|建设|编制|考核|研究|绩效)*(?:中心|办公室|委员会|[局院厅署室所站])|"
    r"(?:组织|研究|检查|审计|督查|考核|会议|培训|学习|交流|试验|示范|检验检疫)(?:中心|[局院厅署室所部办站处]|委员会|园?区|基地))"
)
# A report to a superior may say in its own title that it is handed up.
_HANDING_UP = re.compile(r"(?:报送|上报|呈报|呈送)")
_ISSUING = re.compile(r"(?:印发|公布|发布|公开|公示|刊发|转发)")


def normalise(title: str) -> str:
    """The title without blanks, list decoration, quotation marks around words, file endings and a trailing date."""
    text = unicodedata.normalize("NFKC", unescape(unescape(title)))
    text = "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
    text = _HAN_YEAR.sub(lambda m: m.group().replace("O", "0").replace("o", "0").translate(_DIGITS), text)
    text = _QUOTES.sub("", text)
    text = _ASIDE.sub("", _BULLET.sub("", text))
    # An ellipsis became dots: it says that the title was cut, so it must not fall with the other tails.
    return text if _CUT.search(text) else _TAIL.sub("", text)


def judge_title(title: str, *, column: str = "") -> TitleVerdict:
    """Judge one title as a list or a page shows it; `column` is the name of the list, where it is known.

    The column's name helps where the title leaves out the subject: in the column 法治政府建设, 「某局2024年度报告」 may
    well be one, and its text decides.
    """
    text = normalise(title)
    if not text:
        return TitleVerdict("not_report", "no_title")
    cut = _CUT.search(text)
    if cut:
        return _judge_cut(text[: cut.start()])
    year = _year(text)
    for reason, pattern in _ALWAYS:
        if pattern.search(text):
            return TitleVerdict("not_report", reason, year)
    whole = _unwrap(text)
    if (verdict := _as_report(whole, year)) is not None:
        return verdict
    return _as_other(whole, year, column)


def _as_report(text: str, year: int | None) -> TitleVerdict | None:
    """The verdict where the title ends as a report's does; None where it does not."""
    if carried := _CARRIED.search(text):
        before = text[: carried.start()]
        if _ASKING.search(before) and not text.endswith("函"):
            return TitleVerdict("not_report", "notice", year)
        if not _ISSUING.search(before) and text.endswith("通报"):
            return TitleVerdict("not_report", "notice", year)
        return TitleVerdict("undecided", "issued_by_notice", year)
    for pattern, decision, reason in (
        (_CORE, "report", "annual_report"),
        (_STATE, "undecided", "bare_state"),
        (_SUMMARY, "undecided", "work_summary"),
        (_WIDER, "undecided", "broader_subject"),
    ):
        found = pattern.search(text)
        if found is None:
            continue
        if _SPAN.search(text):
            return TitleVerdict("not_report", "multi_year")
        before = _HANDING_UP.sub("", text[: found.start()])
        if refused := _refused_before(before):
            return TitleVerdict("not_report", refused, year)
        if year is None:
            return TitleVerdict("undecided", reason if decision == "undecided" else "no_year")
        if reason == "annual_report" and (_ISSUING.search(before) or "《" in before):
            return TitleVerdict("undecided", "issued_by_notice", year)
        return TitleVerdict("report" if decision == "report" else "undecided", reason, year)
    return None


def _refused_before(before: str) -> str | None:
    """Why words in front of the subject make the title that of another document; None where they do not."""
    if _ASKING.search(before):
        return "notice"
    before = _names_removed(_LEADING_VERBS.sub("", before))
    issuing = "关于" in before and _ISSUING.search(before) is not None
    for reason, pattern in (
        ("news", _SENTENCE),
        ("assessment", _ASSESSMENT),
        ("plan", _PLAN_BEFORE),
        ("notice", _CONSULTATION),
        ("news", _NEWS),
    ):
        if pattern.search(before) and not (issuing and pattern is _NEWS):
            return reason
    return None


def _names_removed(text: str) -> str:
    """Without the names of bodies, whose own names may hold a word of a plan, of news or of an assessment."""
    return _BODIES.sub("", text)


def _as_other(text: str, year: int | None, column: str) -> TitleVerdict:
    """The verdict on what does not end as a report's title does: what is it then?"""
    about = _SUBJECT_ANYWHERE.search(text) is not None
    ends_as_report = re.search(r"(?:报告|年报)(?:\(?20\d\d年?度?\)?)?$", text) is not None
    if ends_as_report and about and _SELF_CHECK.search(text):
        return TitleVerdict("undecided", "self_check", year)
    if ends_as_report and _ASSESSMENT.search(text):
        return TitleVerdict("not_report", "assessment", year)
    if ends_as_report and _OTHER_REPORT.search(text) and not about:
        return TitleVerdict("not_report", "other_report", year)
    if ends_as_report and about and not _SENTENCE.search(text) and not _NEWS.search(_names_removed(text)):
        if _SPAN.search(text) and "《" not in text:
            return TitleVerdict("not_report", "multi_year")
        # For instance a report on carrying out 《法治政府建设实施纲要》 in one year.
        return TitleVerdict("undecided", "part_of_title", year)
    if about and _SPAN.search(text) and re.search(r"(?:报告|总结|情况)\(", text):
        return TitleVerdict("not_report", "multi_year")
    for reason, pattern in (
        ("review", _REVIEW),
        ("consultation", _CONSULTATION),
        ("plan", _PLAN),
        ("notice", _NOTICE),
        ("assessment", _ASSESSMENT),
        ("news", _NEWS_AT_ALL),
        ("news", _SENTENCE),
    ):
        if pattern.search(text):
            return TitleVerdict("not_report", reason, year)
    if ends_as_report and year is not None and _ABOUT_LAW.search(column) and not _OTHER_REPORT.search(text):
        return TitleVerdict("undecided", "part_of_title", year)
    if ends_as_report:
        return TitleVerdict("not_report", "other_report", year)
    return TitleVerdict("not_report", "other_subject", year)


def _judge_cut(stem: str) -> TitleVerdict:
    """The verdict on a title that the list cut short: refused on sight of a look-alike, else left to the text."""
    year = _year(stem)
    for reason, pattern in _ALWAYS:
        if pattern.search(stem):
            return TitleVerdict("not_report", reason, year)
    subject = _SUBJECT_ANYWHERE.search(stem)
    if subject is None:
        # Cut within the subject or just before it: 「某市人民政府关于2024年度法…」.
        if re.search(r"(?:关于|20\d\d年?度?)(?:的)?(?:推进|全面|深入)?(?:法治?政?|依法?行?)?$", stem):
            refused = _refused_before(_HANDING_UP.sub("", stem))
            return (
                TitleVerdict("not_report", refused, year) if refused else TitleVerdict("undecided", "truncated", year)
            )
        for reason, pattern in (("plan", _PLAN), ("notice", _NOTICE), ("news", _NEWS)):
            if pattern.search(stem):
                return TitleVerdict("not_report", reason, year)
        return TitleVerdict("not_report", "other_subject", year)
    if refused := _refused_before(stem[: subject.start()]):
        return TitleVerdict("not_report", refused, year)
    rest = stem[subject.end() :]
    for reason, pattern in (
        ("plan", _PLAN),
        ("assessment", _ASSESSMENT),
        ("news", re.compile(r"推进会|会议|培训|座谈")),
    ):
        if pattern.search(rest):
            return TitleVerdict("not_report", reason, year)
    return TitleVerdict("undecided", "truncated", year)


def _unwrap(text: str) -> str:
    """A title that ends in a quoted name is read with it: 「某局《2024年度法治政府建设报告》」."""
    inner = re.fullmatch(r"([^《》]*)《([^《》]+)》", text)
    return inner.group(1) + _TAIL.sub("", inner.group(2)) if inner else text


def _year(text: str) -> int | None:
    """The first year named outside 《》 and outside a span of years; inside 《》 where there is no other."""
    outside = re.sub(r"《[^》]*》", "", text)
    for part in (outside, text):
        part = _SPAN.sub("", part)
        if found := _YEAR.search(part):
            return int(found.group(1))
    return None
