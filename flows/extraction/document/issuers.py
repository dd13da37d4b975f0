"""Who issues a report: names of governments and departments in titles and signatures, their level and region."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from flows.extraction.facts import Level, Listing
from flows.extraction.text.typography import squeeze

_PLACE_END = "省|自治区|特别行政区|市|自治州|州(?![市区县])|盟|地区|区|县|自治县|旗|自治旗|林区"
_TOWN_END = "镇|乡|街道|苏木"
_ORGAN = (
    r"(?:人民政府(?:办公(?:厅|室))?|政府|管理委员会|管委会|(?:街道)?办事处|委员会(?:办公室)?|办公(?:厅|室)|"
    r"[\u4e00-\u9fff]{1,20}(?:局|厅|委|办|部|院|中心|总队|支队|大队|分局|银行|署|站|社|处|所))"
)
# 和 joins two names only behind a whole one: 人力资源和社会保障局 is one name.
_AND = re.compile(
    r"(?<=局|委|厅|府|办|室)[和与及暨](?=[\u4e00-\u9fff]{2,}(?:局|委|厅|政府|办公室|委员会|省|市|县|区)$)"
)

_PLACE = re.compile(
    rf"((?:[\u4e00-\u9fff]{{2,8}}?(?:省|自治区|自治州|州(?![市区县])|盟|地区|市))*"
    rf"(?!城市(?:管理|建设|更新|规划|运行))[\u4e00-\u9fff]{{1,9}}?(?:{_PLACE_END}))(?!域|场|容)"
)
# What stands in a title behind the issuer.
_BEHIND = re.compile(
    r"(?:关于|(?:在)?(?:19|20|２０)[\d０-９]{2}\s*[-—－至~]*\s*(?:[\d０-９]{0,4})?年|[二]?[〇○零二][〇○零一二三四五六七八九]{2,3}年|上半年|本?年度|全面推进|推进|贯彻|落实|法治政府|法治建设|依法行政|法治工作|报送|公布|公开)"
)
_LEADING = re.compile(
    r"^(?:【[^】]{0,20}】|\[[^\]]{0,20}\]|[（(][^（()）]{0,12}[）)]|[《“\"]|转发|关于印发|关于公布|关于报送|关于|报告[:：]|"
    r"(?:19|20|２０)[\d０-９]{2}\s*年度?(?=[\u4e00-\u9fff]{2,30}(?:法治|依法)))+"
)


@dataclass(frozen=True, slots=True)
class Region:
    """A division of the country: six-digit code, full name."""

    code: str
    name: str


@lru_cache(maxsize=1)
def _regions() -> dict[str, tuple[Region, ...]]:
    """Regions by name and by full name; empty where the seed file is missing."""
    seed = files("seeds").joinpath("regions.csv")
    if not seed.is_file():
        return {}
    by_name: dict[str, list[Region]] = {}
    lines = (line for line in io.StringIO(seed.read_text("utf-8-sig")) if not line.startswith("#"))
    rows = list(csv.DictReader(lines))
    in_force = {row.get("name") for row in rows if not row.get("valid_to")}
    for row in rows:
        if row.get("valid_to") and row.get("name") in in_force:
            continue  # a code that the place had before
        code = row.get("region_code") or row.get("code") or ""
        full = row.get("full_name") or row.get("name") or ""
        short = row.get("name") or full
        for name in {full, short}:
            if name:
                by_name.setdefault(name, []).append(Region(code, full or name))
    return {name: tuple(found) for name, found in by_name.items()}


def region_named(name: str, within: str | None = None) -> Region | None:
    """The one region of that name; of several, with `within` (a code), the one in it or around it; else None."""
    found = _regions().get(name, ())
    if within is not None and len(found) > 1:
        prefix = _stem(within)
        found = (
            tuple(
                region
                for region in found
                if region.code.startswith(prefix[:2])
                and (region.code.startswith(prefix) or prefix.startswith(_stem(region.code)))
            )
            or found
        )
    return found[0] if len({region.code for region in found}) == 1 else None


def region_coded(code: str) -> str | None:
    """The full name of the region with this code, where the seed data has it."""
    return _names().get(code)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Of each code the first full name that the seed data has."""
    found: dict[str, str] = {}
    for regions in _regions().values():
        for region in regions:
            if region.name:
                found.setdefault(region.code, region.name)
    return found


def _stem(code: str) -> str:
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def lies_in(code: str, region: str | None) -> bool:
    """Whether the place of the code is the region (a code too) or lies in it; any place lies in none."""
    return region is None or code.startswith(_stem(region))


def issuer_in_title(title: str) -> str | None:
    """The words of a title that name who issues it, as they stand; None where the title names nobody."""
    text = _LEADING.sub("", squeeze(title)) if " " not in title else _LEADING.sub("", title)
    match = _BEHIND.search(text)
    name = (text[: match.start()] if match else "").strip(" 　、，,:：的—-")
    if len(name) < 2 or len(name) > 90 or re.fullmatch(r"[\d年]+|[我全本各]?[省市区县州盟旗镇乡局厅委]", name):
        return None
    return name if _names_somebody(name) else None


def _names_somebody(name: str) -> bool:
    others = "党组|党委|工委|海关|兵团|集团|公司|学校|医院|大学|学院|法院|检察院"
    return re.search(rf"(?:{_PLACE_END}|{_TOWN_END}|{_ORGAN}|{others})$", name) is not None


def full_issuer(name: str, listing_region: str | None, region_code: str | None) -> str:
    """The issuer's full name: a bare place is its government; 市教育局 gets the name of the place before it."""
    parts = joint_issuers(name, listing_region)
    return "、".join(_full(part, listing_region, region_code) for part in parts)


def joint_issuers(name: str, place: str | None) -> list[str]:
    """The names of which a joint issuer's name consists: separated by blanks, 、 or 和 behind a whole name, or by the
    place's name, with which the next one begins (某市财政局某市民政局)."""
    parts = [part for part in re.split(r"[ 、，,]+", name) if part]
    parts = [piece for part in parts for piece in _AND.split(part) if piece]
    if place:
        parts = [
            piece
            for part in parts
            for piece in re.split(rf"(?<=[局委厅会府办室心])(?={re.escape(place)})", part)
            if piece
        ]
    # The name of a body of the State before the place is the first half of its local office's name.
    whole: list[str] = []
    for part in parts:
        if whole and _STATE.fullmatch(whole[-1]):
            whole[-1] += part
        else:
            whole.append(part)
    return whole or [name]


_STATE = re.compile(
    r"国家[\u4e00-\u9fff]{2,12}(?:总局|局|委员会)|中华人民共和国|中国(?:人民银行|气象局|地震局|证监会|保监会)"
)


_ZONE = re.compile(
    r"(?:开发|高新|保税|示范|试验|工业|新|园|度假|风景|风景名胜|景|功能|合作|自贸|产业|管理|经开|物流|实验)区$"
)
"""Zones have a committee and no people's government, unless they are a district of their own, as 浦东新区 is."""


def _full(name: str, place: str | None, code: str | None) -> str:
    if place:
        name = _with_place(name, place, code)
    if _ZONE.search(name) and region_named(name, code) is None:
        return name + "管理委员会"
    if re.search(rf"(?:{_PLACE_END})$", name):
        return name + "人民政府"
    if re.search(r"(?:镇|乡|苏木)$", name):
        return name + "人民政府"
    if name.endswith("街道"):
        return name + "办事处"
    if re.search(rf"(?:{_PLACE_END}|镇|乡)政府$", name):
        return name.removesuffix("政府") + "人民政府"
    return name


def _with_place(name: str, place: str, code: str | None) -> str:
    """The name with its place's full name in front, where it begins with a shorter form of it or with 市, 区, 县."""
    if name.startswith((place, "中共", "国家", "中华人民共和国", "中国")):
        return name
    # 从化区… on the site of 广州市从化区: the place's own last part.
    tail = _last_part(place)
    if tail != place and name.startswith(tail):
        return place + name[len(tail) :]
    kind = place[-1] if re.search(rf"(?:{_PLACE_END})$", place) else ""
    if (
        kind
        and name.startswith(kind)
        and not name.startswith((f"{kind}域", f"{kind}场", f"{kind}容", f"{kind}镇", f"{kind}政", f"{kind}民"))
    ):
        return place + name[len(kind) :]
    if kind and name.startswith(kind) and name.startswith((f"{kind}场监", f"{kind}容", f"{kind}政")):
        # 市场监督管理局 is a name of its own; 市政府 is the government of the place.
        return place + name[1:] if name.startswith(f"{kind}政府") else place + name
    if _begins_with_place(name):
        return name
    if re.match(rf".{{2,6}}(?:{_TOWN_END})", name) or re.search(rf"{_ORGAN}$", name):
        return place + name
    return name


def _begins_with_place(name: str) -> bool:
    match = re.match(rf"[\u4e00-\u9fff]{{2,8}}?(?:{_PLACE_END})(?!域|场|容|委|政府|属)", name)
    if not match:
        return False
    return match.end() < len(name) or not re.search(r"(?:社|园|厂|矿|校)区$", match[0])


def _last_part(place: str) -> str:
    match = re.fullmatch(rf"(?:.*(?:省|自治区|市|自治州|州|盟|地区))?([\u4e00-\u9fff]{{1,12}}?(?:{_PLACE_END}))", place)
    return match[1] if match and match[1] else place


def level_of(issuer: str, region_code: str | None) -> Level:
    """The level of the issuer: its own government's level, `township`, or `department` for everybody else."""
    names = re.split("[、 ]", issuer)
    # Party and government together: the government says the level.
    first = next((name for name in names if re.search(r"人民政府$", name)), names[0])
    if (party := re.fullmatch(r"中共(.{2,30}?)(?:委|委员会)", first)) and not re.search(r"[局厅院校]$", party[1]):
        if re.search(r"(?:镇|乡|街道)$", party[1]):
            return "township"
        if re.search(rf"(?:{_PLACE_END})$", party[1]):
            return _level_of_place(party[1], region_code)
    if re.search(r"(?:镇|乡|苏木)(?:人民)?政府$|街道(?:办事处|办)?$|(?:街道|镇|乡)(?:党工委|党委|办事处)$", first):
        return "township"
    if re.search(r"(?:人民政府|政府)$|(?<!监督)管理委员会$|管委会$", first) and not re.search(r"(?:驻|派出)", first):
        place = re.sub(r"(?:人民)?政府$|管理委员会$|管委会$", "", first)
        return _level_of_place(place, region_code)
    if re.search(rf"(?:{_PLACE_END})(?:人民政府办公(?:厅|室))$", first):
        return "department"
    return "department"


def _level_of_place(place: str, code: str | None) -> Level:
    if re.fullmatch(
        r"(?:.{2,3}省|(?:内蒙古|广西壮族|西藏|宁夏回族|新疆维吾尔)自治区|(?:北京|上海|天津|重庆)市)", place
    ):
        return "province"
    known = region_named(place, code)
    use = known.code if known else code
    if re.search(r"(?:县|旗|林区)$", place):
        return "county"
    if re.search(r"市.{1,10}市$|州.{1,10}市$", place):
        return "county"
    if re.search(r"区$", place) and not re.search(r"自治区$|地区$", place):
        return "county"
    if re.search(r"(?:自治州|州|盟|地区)$", place):
        return "prefecture"
    if use and re.fullmatch(r"\d{6}", use):
        return level_of_code(use)
    return "prefecture"


def level_of_code(code: str) -> Level:
    """The level of the government of a region by its code."""
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def government(listing: Listing) -> str | None:
    """The government whose portal it is."""
    if listing.region:
        return _full(listing.region, None, listing.region_code)
    if listing.portal_name and (match := re.match(r"(.{2,20}?人民政府)", listing.portal_name)):
        return match[1]
    return None


def place_of(issuer: str) -> str | None:
    """The place that an issuer's name begins with: 广州市从化区 of 广州市从化区司法局, 水口镇 of 水口镇人民政府."""
    issuer = issuer.removeprefix("国家税务总局").removeprefix("中华人民共和国")
    larger = _PLACE.match(issuer)
    if larger is not None and not re.fullmatch(".市", larger[1]):  # 北市街道 is in no city named 北市
        return larger[1]
    town = re.match(rf"[\u4e00-\u9fff]{{1,5}}?(?:{_TOWN_END})(?=人民政府|政府|办事处)", issuer)
    return town[0] if town else None
