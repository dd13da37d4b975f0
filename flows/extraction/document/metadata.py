"""The metadata of a document, each field from the surest place that has it, with where that was."""

from __future__ import annotations

import re

from flows.extraction.document import issuers
from flows.extraction.document.card import Metadata
from flows.extraction.document.days import HAN_DIGITS, SIGNATURE, day_of, signing_day
from flows.extraction.document.headline import tidy_title
from flows.extraction.document.publishing import find_publishing, find_source
from flows.extraction.facts import Listing
from flows.extraction.text.draft import Draft
from flows.extraction.text.typography import narrow, one_line, squeeze

_DELIVERED = re.compile(r"^(?:——|—|--|[（(])?\s*((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日在.{2,60}(?:上|会议)[）)]?$")
_NUMBER = re.compile(
    r"^([\u4e00-\u9fff（）()]{1,20}?)\s*[〔\[［【（(﹝]\s*((?:19|20)\d\d)\s*[〕\]］】）)﹞]\s*(?:第\s*)?(\d{1,5})\s*号$"
)
_NUMBER_IN = re.compile(r"([\u4e00-\u9fff]{1,15})[〔\[［【（(﹝]((?:19|20)\d\d)[〕\]］】）)﹞](?:第)?(\d{1,5})号")
_NUMBER_LABEL = re.compile(
    r"(?:文\s*号|发文字号|字\s*号)\s*[】\]]?\s*[:：]?\s*(\S{2,20}?\s*[〔\[［【（(]\s*\d{4}\s*\S\s*第?\s*\d+\s*号)"
)
_PLACEHOLDER = re.compile(
    r"(?:内容页|详情页?|信息页|文章页|正文页?|列表页?|首页|测试|标题|栏目页?|细览页?|网站|门户)$|^(?:正文|详情|内容|标题|index|无标题|untitled|document)$",
    re.I,
)
_SITE_SUFFIX = re.compile(r"\s*[-_|]+\s*[^-_|]*(?:网站|门户|政府网|信息网|官网|平台)[^-_|]*$")
_GENERAL = re.compile(r"法治|依法行政|报告")


def decide(draft: Draft, title: str | None, body: list[str], listing: Listing) -> Metadata:
    """All fields of a document from its draft, its shown title, its body lines and what the crawl knows of it."""
    data = Metadata(title=title)
    if title is not None:
        data.provenance["title"] = draft.title_from
    find_publishing(data, draft, listing)
    find_source(data, draft, title, body)
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


# --- number and signing -----------------------------------------------------------------------------------------------


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
            data.delivered_on = day_of(match[1], match[2], match[3])
            data.provenance["delivered_on"] = "text"
            break
    # At the end as a rule; in brackets under the title where nobody signs.
    under_title = [line for line in body[:4] if re.match(r"[（(].*日[）)]$", line)]
    for line in (*reversed(body[-8:]), *under_title):
        if day := signing_day(line):
            data.signed_on, data.provenance["signed_on"] = day, "text"
            return


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


BYLINE_WITHIN = 3
"""Lines below the title in which its author may stand."""
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
    if data.issuer is None and (byline := _byline(body)):
        data.issuer, data.provenance["issuer"] = issuers.full_issuer(byline, place, data.region_code), "byline"
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
        if signing_day(body[at]):
            line = squeeze(body[at])
            if (match := SIGNATURE.match(line)) or (at > 0 and (match := SIGNATURE.fullmatch(squeeze(body[at - 1])))):
                return match[1]
    for line in body[-2:]:
        if match := SIGNATURE.fullmatch(squeeze(line)):
            return match[1]
    return None


def _byline(body: list[str]) -> str | None:
    """Who reports, on a line of its own below the title, as in reports that are read to a congress."""
    names = (SIGNATURE.fullmatch(squeeze(line)) for line in body[:BYLINE_WITHIN])
    return next((name[1] for name in names if name), None)


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
        (match.start(), int("".join(HAN_DIGITS.get(sign, "") for sign in match[1])))
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
