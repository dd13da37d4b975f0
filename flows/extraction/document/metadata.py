"""The metadata of a document, each field from the surest place that has it, with where that was."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from flows.extraction.document import issuers
from flows.extraction.document.headline import looks_like_title, tidy_title
from flows.extraction.facts import Level, Listing
from flows.extraction.text.chrome import is_date_line
from flows.extraction.text.draft import Draft
from flows.extraction.text.typography import narrow, one_line, squeeze

_HAN_DIGITS = {sign: str(value) for value, sign in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "○": "0",
    "Ｏ": "0",
    "O": "0",
    "0": "0",
}

_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*日?"
    r"(?:\s*[T-]?\s*(\d{1,2})\s*[:时]\s*(\d{2})(?:\s*:\s*(\d{2})(?:\.\d+)?)?(Z|[+-]00:?00)?)?"
)
_SIGNED = re.compile(r"^[（(]?\s*((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\s*[）)]?$")
_SIGNED_HAN = re.compile(
    r"^[（(]?([二一][〇○零ＯO一二三四五六七八九]{3})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日[）)]?$"
)
_DELIVERED = re.compile(r"^(?:——|—|--|[（(])?\s*((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日在.{2,60}(?:上|会议)[）)]?$")
_PUBLISHED_LABEL = re.compile(
    r"(?:发布|发表|公布|公开|上网|上传|挂网|发稿|提交|录入|更新)(?:的)?(?:时间|日期)|(?:发布|发表|刊发|刊登|更新|上传|提交)于|"
    r"^(?:时间|日期)|[\s　](?:时间|日期)(?=:)|\b(?:Published|Updated|Posted|Date)\b"
)
_OTHER_LABEL = re.compile(
    r"(?:成文|生成|印发|实施|生效|失效|废止|发文|起始|截止|结束|有效|来信|写信|提问|咨询|留言|受理|办理|征集|征求|公示|报名)(?:的)?(?:时间|日期)"
)
_RECORD_LABEL = re.compile(r"索\s*引\s*号|文\s*号|发布机构|发文机关|主题词|组配分类")
_SOURCE_END = (
    r"(?=\s{2,}|\s*(?:发布|发表|时间|日期|作者|编辑|责任编辑|责编|审核|校对|撰稿|供稿|记者|通讯员|浏览|访问|点击|阅读|字体|字号|A[-+]|"
    r"打印|分享|纠错|收藏|关闭|【|】|\[|\]|\||\d{4}[-年/.])|$)"
)
_SOURCE_LABEL = re.compile(
    rf"(?:(?:信息|文章|稿件|新闻|内容|资料)?\s*(?:来\s*源|出\s*处|稿\s*源)|\bSource)\s*[:：]\s*(.*?){_SOURCE_END}"
)
_SOURCE = re.compile(rf"\s*(.*?){_SOURCE_END}")
_NUMBER = re.compile(
    r"^([\u4e00-\u9fff（）()]{1,20}?)\s*[〔\[［【（(﹝]\s*((?:19|20)\d\d)\s*[〕\]］】）)﹞]\s*(?:第\s*)?(\d{1,5})\s*号$"
)
_NUMBER_IN = re.compile(r"([\u4e00-\u9fff]{1,15})[〔\[［【（(﹝]((?:19|20)\d\d)[〕\]］】）)﹞](?:第)?(\d{1,5})号")
_NUMBER_LABEL = re.compile(
    r"(?:文\s*号|发文字号|字\s*号)\s*[】\]]?\s*[:：]?\s*(\S{2,20}?\s*[〔\[［【（(]\s*\d{4}\s*\S\s*第?\s*\d+\s*号)"
)
_URL_DAY = (
    re.compile(r"/t((?:19|20)\d\d)(\d\d)(\d\d)_\d+"),
    re.compile(r"/art/((?:19|20)\d\d)/(\d{1,2})/(\d{1,2})/"),
    re.compile(r"/((?:19|20)\d\d)(\d\d)(\d\d)/[0-9a-f]{16,}"),
    re.compile(r"/((?:19|20)\d\d)-(\d\d)/(\d\d)/c"),
    re.compile(r"/((?:19|20)\d\d)/(\d{1,2})/(\d{1,2})/[0-9a-f]{20,}"),
    re.compile(r"/((?:19|20)\d\d)/(\d\d)-(\d\d)/\d+"),
    re.compile(r"/((?:19|20)\d\d)(\d\d)/(\d\d)/[0-9a-f-]{30,}"),
    re.compile(r"/web/.*/((?:19|20)\d\d)(\d\d)(\d\d)\d{4,}/index"),
)
_NO_SOURCE = re.compile(r"^(?:-+|—+|无|暂无|未知|null|undefined|admin|管理员|原创|转载)$", re.I)
_PLACEHOLDER = re.compile(
    r"(?:内容页|详情页?|信息页|文章页|正文页?|列表页?|首页|测试|标题|栏目页?|细览页?|网站|门户)$|^(?:正文|详情|内容|标题|index|无标题|untitled|document)$",
    re.I,
)
_SITE_SUFFIX = re.compile(r"\s*[-_|]+\s*[^-_|]*(?:网站|门户|政府网|信息网|官网|平台)[^-_|]*$")
_GENERAL = re.compile(r"法治|依法行政|报告")


@dataclass(slots=True)
class Metadata:
    """Every metadata field of a document; provenance names for each where it was taken from."""

    title: str | None = None
    inferred_title: str | None = None
    published_on: str | None = None
    published_time: str | None = None
    source: str | None = None
    document_number: str | None = None
    signed_on: str | None = None
    delivered_on: str | None = None
    issuer: str | None = None
    region: str | None = None
    region_code: str | None = None
    level: Level | None = None
    report_year: int | None = None
    provenance: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def decide(draft: Draft, title: str | None, body: list[str], listing: Listing) -> Metadata:
    """All fields of a document from its draft, its shown title, its body lines and what the crawl knows of it."""
    data = Metadata(title=title)
    if title is not None:
        data.provenance["title"] = draft.title_from
    _published(data, draft, listing)
    _source(data, draft, title, body)
    _number(data, draft, body)
    _signed(data, body)
    named = _named_title(draft, title, listing)
    _place(data, draft, listing)
    _issuer(data, named, body, draft, listing)
    _year(data, named, body, draft, listing)
    _refine_place(data, listing)
    if title is None:
        _infer_title(data, draft, listing)
    return data


# --- dates ---------------------------------------------------------------------------------------------------------


def _moment(text: str) -> tuple[str, str | None] | None:
    """The first real date in the text and the time that stands with it, unless the time is a filler."""
    for match in _DATE.finditer(narrow(text)):
        day = _day(match[1], match[2], match[3])
        if day is None:
            continue
        time = None
        if match[4] is not None and int(match[4]) < 24 and int(match[5]) < 60:
            time = f"{int(match[4]):02d}:{match[5]}" + (f":{match[6]}" if match[6] and int(match[6]) < 60 else "")
        if time is not None and match[7]:
            return _in_china(day, time)
        if time in ("00:00", "00:00:00"):
            time = None
        return day, time
    return None


def _in_china(day: str, time: str) -> tuple[str, str]:
    """A moment of universal time by the clock of China."""
    there = datetime.fromisoformat(f"{day}T{time}") + timedelta(hours=8)
    return there.strftime("%Y-%m-%d"), there.strftime("%H:%M:%S" if time.count(":") == 2 else "%H:%M")


def _day(year: str, month: str, day: str) -> str | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found.isoformat() if 1990 <= found.year <= 2100 else None


def _published(data: Metadata, draft: Draft, listing: Listing) -> None:
    seen: dict[str, tuple[str, str | None]] = {}
    for name in ("data.display_publish_time",):
        if (epoch := draft.meta.get(name)) and (moment := _from_epoch(epoch)):
            seen["data"] = moment
    for name in (
        "pubdate",
        "publishdate",
        "publishtime",
        "publish_time",
        "firstpublishedtime",
        "article:published_time",
        "dc.date",
        "date",
        "others",
    ):
        if (value := draft.meta.get(name)) and (moment := _moment(value)):
            seen.setdefault("meta", moment)
    if (value := draft.meta.get("data.date")) and (moment := _moment(value)):
        seen.setdefault("data", moment)
    if moment := _labelled_date(draft):
        seen["label"] = moment
    url = listing.url or draft.meta.get("url") or ""
    for pattern in _URL_DAY:
        if (match := pattern.search(url)) and (day := _day(match[1], match[2], match[3])):
            seen["url"] = (day, None)
            break
    if listing.listed_on:
        seen["list"] = (listing.listed_on, None)
    for origin in ("meta", "data", "label", "url", "list"):
        if origin in seen:
            data.published_on, data.published_time = seen[origin]
            data.provenance["published_on"] = origin
            break
    if data.published_on is None:
        return
    # A finer time of the same minute from the date line, or a time at all.
    for origin, (day, time) in seen.items():
        finer = origin == "label" and time is not None and time.startswith(data.published_time or "")
        if day == data.published_on and time and (data.published_time is None or finer):
            data.published_time = time
            data.provenance["published_time"] = origin
    if data.published_time is not None:
        data.provenance.setdefault("published_time", data.provenance["published_on"])
    others = {origin: day for origin, (day, _) in seen.items() if day != data.published_on}
    if others:
        data.provenance["published_on"] += "".join(f"; {origin} says {day}" for origin, day in others.items())
        if "label" in others:
            data.warnings.append(
                f"The page shows {others['label']} as its date, its head {data.published_on}; the latter was taken."
            )


def _from_epoch(value: str) -> tuple[str, str | None] | None:
    if not re.fullmatch(r"\d{9,13}", value):
        return None
    seconds = int(value) / 1000 if len(value) >= 12 else int(value)
    moment = datetime.fromtimestamp(seconds, UTC) + timedelta(hours=8)
    time = moment.strftime("%H:%M:%S")
    return moment.strftime("%Y-%m-%d"), None if time == "00:00:00" else time


def _labelled_date(draft: Draft) -> tuple[str, str | None] | None:
    """The date of the date line: labelled, from the table, or a line that is little but a date and a source."""
    for key in ("发布日期", "发布时间"):
        if (value := draft.table.get(key)) and (moment := _moment(value)):
            return moment
    lines = [narrow(line) for line in [*draft.labels, *draft.labels_after]]
    for position, line in enumerate(lines):
        text = one_line(line)
        for match in _PUBLISHED_LABEL.finditer(text):
            rest = text[match.end() : match.end() + 40]
            if re.match(r"\s*[:：]?\s*$", rest) and position + 1 < len(lines):
                rest = lines[position + 1][:40]
            if (found := _DATE.search(rest)) and found.start() <= 4 and (moment := _moment(rest)):
                return moment
    for line in draft.labels:
        if is_date_line(line) and not _OTHER_LABEL.search(line) and (moment := _moment(one_line(line))):
            return moment
    return None


# --- source and number ---------------------------------------------------------------------------------------------


def _source(data: Metadata, draft: Draft, title: str | None, body: list[str]) -> None:
    seen: list[tuple[str, str]] = []
    for name in ("contentsource", "source", "article:author", "data.source"):
        if value := draft.meta.get(name):
            labelled = _SOURCE_LABEL.match(value)
            seen.append(("meta" if not name.startswith("data") else "data", labelled[1] if labelled else value))
    if (value := draft.table.get("信息来源") or draft.table.get("来源")) and (match := _SOURCE.match(value)):
        seen.append(("label", match[1]))
    lines = [*draft.labels, *draft.labels_after]
    for position, line in enumerate(lines):
        if match := _SOURCE_LABEL.search(line.replace("\t", "  ")):
            value = one_line(match[1])
            following = draft.labels[position + 1] if position + 1 < len(draft.labels) else ""
            alone = line.rstrip().endswith((":", "："))
            if alone and not value and len(following) <= 40 and not re.search(r"[:：]", following):
                value = following
            seen.append(("label", value))
            break
    if (beside := _beside_date(draft)) is not None:
        seen.append(("label", beside))
    for line in lines:
        # A date line that names no source may name who published.
        if is_date_line(line) and (match := _PUBLISHER.search(line)):
            seen.append(("label", match[1]))
    for line in body[-3:]:
        if len(line) <= 60 and re.match(r"[（(\[【]", line) and (match := _SOURCE_LABEL.match(line[1:])):
            seen.append(("text", match[1]))
    titles = {squeeze(name) for name in (title, draft.meta.get("articletitle")) if name}
    good = [
        (origin, value)
        for origin, raw in seen
        if (value := _unbracketed(one_line(raw).strip(" 　【】[]:：-—|")))
        and not _NO_SOURCE.match(value)
        and squeeze(value) not in titles
        and len(value) <= 80
    ]
    if not good:
        return
    origin, value = good[0]
    if _is_person(value) and (
        better := next(((where, other) for where, other in good[1:] if not _is_person(other)), None)
    ):
        origin, value = better
    data.source = value
    data.provenance["source"] = origin


_PUBLISHER = re.compile(
    r"发布(?:者|人|单位|机构|部门)?\s*[:：]\s*([\u4e00-\u9fff（）()、]{2,30}?)(?=\s|[|｜┊¦·•/,，;；]|发布|发表|时间|日期|\d|$)"
)


def _unbracketed(value: str) -> str:
    """The value without a bracket at its end that opens before it: （来源：县司法局）."""
    return value[:-1] if value.endswith(("）", ")")) and not re.search("[（(]", value) else value


_ORGAN = re.compile(
    r"[\u4e00-\u9fff]{2,30}(?:[局委厅府部院网报社台站办室镇乡所馆]|中心|委员会|街道|[大支总]队|发布|融媒|在线|公司|集团|大学|学校|"
    r"[中小]学|协会|银行)"
)


def _beside_date(draft: Draft) -> str | None:
    """A name of an organ that stands without a label on the date line, or alone on the line behind it."""
    for line, following in pairwise([*draft.labels, ""]):
        if is_date_line(line) and not _OTHER_LABEL.search(line) and not _RECORD_LABEL.search(line):
            # What stands behind a label is no name without one.
            rest = _DATE.sub(" ", re.sub(r":\s+", ":", narrow(line)))
            names = [part for part in re.split(r"[\s|｜┊¦·•/]+", rest) if part]
            behind = one_line(following) if not names else ""
            return next((part for part in (*names, behind) if _ORGAN.fullmatch(part)), None)
    return None


def _is_person(value: str) -> bool:
    return re.fullmatch(r"[\u4e00-\u9fff]{2,3}", value) is not None and not re.search(
        r"[网局委办厅部院府报社台处站室]$|本网|本站|本报", value
    )


def _number(data: Metadata, draft: Draft, body: list[str]) -> None:
    for name in ("文号", "发文字号", "文件编号"):
        if (value := draft.table.get(name)) and (number := document_number(value)):
            data.document_number, data.provenance["document_number"] = number, "table"
            return
    if (value := draft.meta.get("data.document_number")) and (number := document_number(value)):
        data.document_number, data.provenance["document_number"] = number, "data"
        return
    for line in draft.labels:
        if (match := _NUMBER_LABEL.search(line)) and (number := document_number(match[1])):
            data.document_number, data.provenance["document_number"] = number, "label"
            return
    for line in body[:8]:
        if number := document_number(line):
            data.document_number, data.provenance["document_number"] = number, "text"
            return
        if len(line) > 80:
            return


def document_number(line: str) -> str | None:
    """The document number that a line is, in one spelling: 清府〔2020〕2号. None if the line is anything else."""
    match = _NUMBER.match(narrow(squeeze(line)).strip("()（）"))
    return f"{match[1]}〔{match[2]}〕{int(match[3])}号" if match else None


def _signed(data: Metadata, body: list[str]) -> None:
    for line in body[:6]:
        if match := _DELIVERED.match(narrow(squeeze(line))):
            data.delivered_on = _day(match[1], match[2], match[3])
            data.provenance["delivered_on"] = "text"
            break
    # At the end as a rule; in brackets under the title where nobody signs.
    under_title = [line for line in body[:4] if re.match(r"[（(].*日[）)]$", line)]
    for line in (*reversed(body[-8:]), *under_title):
        if day := _signing_day(line):
            data.signed_on, data.provenance["signed_on"] = day, "text"
            return


def _signing_day(line: str) -> str | None:
    """The day that a line states alone or behind the name of who signs."""
    text = narrow(squeeze(line))
    if (signed := _SIGNATURE.match(text)) is not None:
        text = text[signed.end() :]
    if match := _SIGNED.match(text):
        return _day(match[1], match[2], match[3])
    if match := _SIGNED_HAN.match(text):
        year = "".join(_HAN_DIGITS.get(sign, "") for sign in match[1])
        return _day(year, str(_han_number(match[2])), str(_han_number(match[3])))
    return None


def _han_number(text: str) -> int:
    if "十" not in text:
        return int("".join(_HAN_DIGITS.get(sign, "") for sign in text) or 0)
    tens, _, units = text.partition("十")
    return (int(_HAN_DIGITS.get(tens, "1")) if tens else 1) * 10 + (int(_HAN_DIGITS.get(units, "0")) if units else 0)


# --- title, place, issuer, year ------------------------------------------------------------------------------------


def _named_title(draft: Draft, title: str | None, listing: Listing) -> list[tuple[str, str]]:
    """Titles in order of trust, each with where it stands: shown, meta, list."""
    found: list[tuple[str, str]] = []
    if title:
        found.append(("title", title))
    for origin, name in (
        ("meta", draft.meta.get("articletitle")),
        ("meta", draft.meta.get("data.title")),
        ("list", listing.list_title),
        ("meta", draft.page_title),
    ):
        if name and not is_placeholder(name) and squeeze(name) not in {squeeze(known) for _, known in found}:
            found.append((origin, tidy_title(one_line(name))))
    return found


def is_placeholder(title: str) -> bool:
    """Whether a title is the name of a template or a column and not of a document."""
    text = squeeze(_SITE_SUFFIX.sub("", title))
    return len(text) < 4 or (_PLACEHOLDER.search(text) is not None and not re.search(r"报告|通知|公告|意见|办法", text))


def _place(data: Metadata, draft: Draft, listing: Listing) -> None:
    """Region: SiteIDCode, then registry; issuer and text refine or contradict it later."""
    code = draft.site_id_code
    prefix = code[:6] if code and re.fullmatch(r"\d{10}", code) and "11" <= code[:2] <= "82" else None
    if prefix:
        data.region_code, data.provenance["region_code"] = prefix, "site_id_code"
        if listing.region_code and listing.region_code != prefix:
            data.warnings.append(
                f"The site's code says region {prefix}, the registry {listing.region_code}; the former was taken."
            )
    elif listing.region_code:
        data.region_code, data.provenance["region_code"] = listing.region_code, "registry"
    if data.region_code is not None and data.region_code == listing.region_code and listing.region:
        data.region, data.provenance["region"] = listing.region, "registry"
    elif data.region_code is not None and (name := issuers.region_coded(data.region_code)):
        data.region, data.provenance["region"] = name, data.provenance["region_code"]
    elif data.region_code is None and listing.region:
        data.region, data.provenance["region"] = listing.region, "registry"


_SIGNATURE = re.compile(
    r"((?:中共)?[\u4e00-\u9fff]{2,30}(?:人民政府(?:办公(?:厅|室))?|委员会|办事处|局|厅|办公室|党组|党委|中心|总队|支队))"
    r"(?:[（(](?:盖?章|公章|印章?|代章)[）)])?"
)
_SELF = re.compile(
    r"(?:现将|现就|报告)([\u4e00-\u9fff]{2,25}?(?:人民政府|局|厅|委员会|办事处|办公室|区|市|县|镇|乡|街道))(?=(?:19|20)\d\d|关于|法治|年度)|"
    r"(?:^|[，,。])([\u4e00-\u9fff]{2,20}?(?:人民政府|局|厅|委员会|办事处|办公室|区|市|县|镇|乡|街道))(?:始终|深入|全面|认真|坚持|紧紧|在)"
)


def _issuer(data: Metadata, titles: list[tuple[str, str]], body: list[str], draft: Draft, listing: Listing) -> None:
    place = data.region or listing.region or issuers.place_of(issuers.government(listing) or "")
    for origin, title in titles:
        if name := issuers.issuer_in_title(title):
            data.issuer = issuers.full_issuer(name, place, data.region_code)
            data.provenance["issuer"] = origin
            break
    signature = _signature(body)
    if data.issuer is None and signature:
        data.issuer, data.provenance["issuer"] = issuers.full_issuer(signature, place, data.region_code), "signature"
    if data.issuer is None:
        own = issuers.government(listing) or (issuers.full_issuer(place, None, None) if place else None)
        opening = "".join(body[:3])[:600]
        said = next((match[1] or match[2] for match in _SELF.finditer(opening)), None)
        if said and re.search(r"局$|厅$|委员会$|办公室$|办事处$|[镇乡]$|街道$", said):
            data.issuer, data.provenance["issuer"] = issuers.full_issuer(said, place, data.region_code), "text"
        elif (
            (kept := draft.table.get("发布机构"))
            and re.search(r"(?:局|厅|委员会|办事处|人民政府)$", kept)
            and own is None
        ):
            data.issuer, data.provenance["issuer"] = issuers.full_issuer(kept, place, data.region_code), "table"
        elif own:
            data.issuer, data.provenance["issuer"] = (
                own,
                "registry" if listing.region or listing.portal_name else "region",
            )
        elif said:
            data.issuer, data.provenance["issuer"] = issuers.full_issuer(said, None, None), "text"
    if data.issuer:
        data.level = issuers.level_of(data.issuer, data.region_code)
        data.provenance["level"] = "issuer"


def _signature(body: list[str]) -> str | None:
    """Who signs: the name before the signing date, on its line or the line before, or a name that ends the text."""
    for at in range(len(body) - 1, max(-1, len(body) - 8), -1):
        if _signing_day(body[at]):
            line = squeeze(body[at])
            if (match := _SIGNATURE.match(line)) or (at > 0 and (match := _SIGNATURE.fullmatch(squeeze(body[at - 1])))):
                return match[1]
    for line in body[-2:]:
        if match := _SIGNATURE.fullmatch(squeeze(line)):
            return match[1]
    return None


def _refine_place(data: Metadata, listing: Listing) -> None:
    """The issuer's own place: a finer one inside the region refines it, another one is a conflict that is kept."""
    place = issuers.place_of(data.issuer) if data.issuer else None
    if place is None:
        return
    known = issuers.region_named(place, data.region_code)
    if known and known.name != place and known.name.endswith(place) and issuers.lies_in(known.code, data.region_code):
        data.issuer = known.name + (data.issuer or "").removeprefix(place)
    if data.region_code is None:
        if known:
            data.region_code, data.region = known.code, known.name
            data.provenance["region_code"] = data.provenance["region"] = "issuer"
        elif data.region is None:
            data.region, data.provenance["region"] = place, "issuer"
        if data.issuer:
            data.level = issuers.level_of(data.issuer, data.region_code)
        return
    if known and known.code != data.region_code:
        if issuers.lies_in(known.code, data.region_code):
            data.provenance["region_code"] += f"; issuer says {known.code}"
            data.region_code, data.region = known.code, known.name
            data.provenance["region"] = "issuer"
            if data.issuer:
                data.level = issuers.level_of(data.issuer, data.region_code)
        else:
            data.warnings.append(
                f"The issuer {data.issuer} is of {known.code}, the site of {data.region_code}; the latter was kept."
            )
            data.provenance["region_code"] += f"; issuer says {known.code}"


_RANGE = re.compile(r"(?:19|20)\d\d\s*年?\s*[-—–－~至到―─]+\s*(?:19|20)\d\d\s*年?|(?:19|20)\d\d(?:19|20)\d\d年")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*(?=年)")
_HAN_YEAR = re.compile(r"([二][〇○零ＯO][〇○零一二三四五六七八九]{2})\s*(?=年)")


def years_in(text: str) -> list[int]:
    """The years that the text names, in order, without ranges (2021—2025年, the dash lost too) and document numbers."""
    text = _NUMBER_IN.sub("", _RANGE.sub("", narrow(text)))
    text = re.sub(r"[〔\[［(（](?:19|20)\d\d[〕\]］)）]", "", text)
    found = [(match.start(), int(match[1])) for match in _YEAR.finditer(text)]
    found += [
        (match.start(), int("".join(_HAN_DIGITS.get(sign, "") for sign in match[1])))
        for match in _HAN_YEAR.finditer(text)
    ]
    return [year for _, year in sorted(found) if 1990 <= year <= 2100]


def _year(data: Metadata, titles: list[tuple[str, str]], body: list[str], draft: Draft, listing: Listing) -> None:
    published = int(data.published_on[:4]) if data.published_on else None
    for origin, title in titles:
        if years := years_in(title):
            data.report_year, data.provenance["report_year"] = years[0], origin
            break
    opening = body[:12]
    counted: dict[int, int] = {}
    for line in opening:
        text = squeeze(line)
        if re.search(r"(?:19|20)\d\d年(?:\d{1,2}月){1}\d{1,2}日$", text):
            continue
        for year in years_in(text[:400]):
            counted[year] = counted.get(year, 0) + 1
    first = next(
        (
            years[0]
            for line in opening
            if (match := re.match(r"(?:一、)?((?:19|20)\d\d)年(?:度|以来|来|，|,|是|[\u4e00-\u9fff])", squeeze(line)))
            and (years := [int(match[1])])
        ),
        None,
    )
    if data.report_year is None:
        candidates = [year for year in (first, *sorted(counted, key=lambda year: -counted[year])) if year is not None]
        fitting = [year for year in candidates if published is None or published - 2 <= year <= published]
        if published is not None and published - 1 in fitting:
            data.report_year, data.provenance["report_year"] = published - 1, "text"
        elif fitting:
            data.report_year, data.provenance["report_year"] = fitting[0], "text"
        elif published is not None:
            data.report_year, data.provenance["report_year"] = published - 1, "published"
    elif first is not None and first != data.report_year and first not in (data.report_year - 1, data.report_year + 1):
        data.warnings.append(
            f"The title says {data.report_year}, the text begins with {first}; the title was believed."
        )
    if data.report_year is not None and published is not None and not 0 <= published - data.report_year <= 2:
        data.warnings.append(
            f"The report's year {data.report_year} is far from the year it was published, {published}."
        )


def _infer_title(data: Metadata, draft: Draft, listing: Listing) -> None:
    """A title for a document that shows none: one in the head that names the issuer, else the natural one."""
    meta = draft.meta.get("articletitle") or draft.meta.get("data.title")
    if meta and not is_placeholder(meta) and issuers.issuer_in_title(meta) and _GENERAL.search(meta):
        data.inferred_title, data.provenance["inferred_title"] = tidy_title(meta), "meta"
        return
    if (
        data.issuer
        and data.report_year
        and (draft.kind != "html" or _GENERAL.search("".join((listing.list_title or "", meta or "法治"))))
    ):
        data.inferred_title = f"{data.issuer}{data.report_year}年度法治政府建设情况的报告"
        data.provenance["inferred_title"] = "issuer and year"
    elif listing.list_title:
        data.inferred_title, data.provenance["inferred_title"] = listing.list_title, "list"
    elif meta and not is_placeholder(meta):
        data.inferred_title, data.provenance["inferred_title"] = tidy_title(meta), "meta"


__all__ = ["Metadata", "decide", "document_number", "is_placeholder", "looks_like_title", "years_in"]
