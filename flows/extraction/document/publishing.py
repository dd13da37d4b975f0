"""What a page says of its publishing: when and at what time, and the source it names."""

from __future__ import annotations

import re
from itertools import pairwise

from flows.extraction.document.card import Metadata
from flows.extraction.document.days import DATE, day_of, from_epoch, moment_in
from flows.extraction.facts import Listing
from flows.extraction.text.chrome import is_date_line
from flows.extraction.text.draft import Draft
from flows.extraction.text.typography import narrow, one_line, squeeze

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


def find_publishing(data: Metadata, draft: Draft, listing: Listing) -> None:
    """Set day and time of publishing: by the head, the page's data, its date line, its address, the list, in this
    order; a date line that says otherwise is a warning."""
    seen: dict[str, tuple[str, str | None]] = {}
    for name in ("data.display_publish_time",):
        if (epoch := draft.meta.get(name)) and (moment := from_epoch(epoch)):
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
        if (value := draft.meta.get(name)) and (moment := moment_in(value)):
            seen.setdefault("meta", moment)
    if (value := draft.meta.get("data.date")) and (moment := moment_in(value)):
        seen.setdefault("data", moment)
    if moment := _labelled_date(draft):
        seen["label"] = moment
    url = listing.url or draft.meta.get("url") or ""
    for pattern in _URL_DAY:
        if (match := pattern.search(url)) and (day := day_of(match[1], match[2], match[3])):
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


def _labelled_date(draft: Draft) -> tuple[str, str | None] | None:
    """The date of the date line: labelled, from the table, or a line that is little but a date and a source."""
    for key in ("发布日期", "发布时间"):
        if (value := draft.table.get(key)) and (moment := moment_in(value)):
            return moment
    lines = [narrow(line) for line in [*draft.labels, *draft.labels_after]]
    for position, line in enumerate(lines):
        text = one_line(line)
        for match in _PUBLISHED_LABEL.finditer(text):
            rest = text[match.end() : match.end() + 40]
            if re.match(r"\s*[:：]?\s*$", rest) and position + 1 < len(lines):
                rest = lines[position + 1][:40]
            if (found := DATE.search(rest)) and found.start() <= 4 and (moment := moment_in(rest)):
                return moment
    for line in draft.labels:
        if is_date_line(line) and not _OTHER_LABEL.search(line) and (moment := moment_in(one_line(line))):
            return moment
    return None


def find_source(data: Metadata, draft: Draft, title: str | None, body: list[str]) -> None:
    """Set the source: by the head, a label, the date line, the text's end; the name of an organ before a person's."""
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
            rest = DATE.sub(" ", re.sub(r":\s+", ":", narrow(line)))
            names = [part for part in re.split(r"[\s|｜┊¦·•/]+", rest) if part]
            behind = one_line(following) if not names else ""
            return next((part for part in (*names, behind) if _ORGAN.fullmatch(part)), None)
    return None


def _is_person(value: str) -> bool:
    return re.fullmatch(r"[\u4e00-\u9fff]{2,3}", value) is not None and not re.search(
        r"[网局委办厅部院府报社台处站室]$|本网|本站|本报", value
    )
