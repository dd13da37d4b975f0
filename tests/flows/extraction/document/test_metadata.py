"""Issuer, level, region, year, numbers and dates as titles and texts state them."""

from __future__ import annotations

import pytest

from flows.extraction.document.issuers import full_issuer, issuer_in_title, level_of, region_named
from flows.extraction.document.metadata import decide, document_number, years_in
from flows.extraction.facts import Listing
from flows.extraction.text.draft import Draft

CITY = Listing(region="柳州市", region_code="450200", level="prefecture", portal_name="柳州市人民政府门户网站")
DISTRICT = Listing(region="柳州市柳江区", region_code="450206", level="county")
COUNTY = Listing(region="浑源县", region_code="140225", level="county")
PROVINCE = Listing(region="湖北省", region_code="420000", level="province")

REPORT = "2023年法治政府建设年度报告"
ISSUERS = {
    # title · where · issuer · level
    "government by name": ("柳州市人民政府关于2023年度法治政府建设情况的报告", CITY, "柳州市人民政府", "prefecture"),
    "bare city": ("柳州市2023年度法治政府建设工作报告", CITY, "柳州市人民政府", "prefecture"),
    "bare city, year behind": ("柳州市法治政府建设年度报告（2023年度）", CITY, "柳州市人民政府", "prefecture"),
    "bare district": ("柳江区" + REPORT, DISTRICT, "柳州市柳江区人民政府", "county"),
    "district with city": ("柳州市柳江区人民政府" + REPORT, DISTRICT, "柳州市柳江区人民政府", "county"),
    "county": ("浑源县2022年法治政府建设情况报告", COUNTY, "浑源县人民政府", "county"),
    "county government": ("浑源县人民政府关于2022年法治政府建设工作情况的报告", COUNTY, "浑源县人民政府", "county"),
    "province": ("湖北省人民政府关于2023年度法治政府建设情况的报告", PROVINCE, "湖北省人民政府", "province"),
    "department with its city": ("柳州市教育局" + REPORT, CITY, "柳州市教育局", "department"),
    "department without a place": ("市教育局" + REPORT, CITY, "柳州市教育局", "department"),
    "without a place": ("市市场监督管理局" + REPORT, CITY, "柳州市市场监督管理局", "department"),
    "no place word": ("司法局2023年度法治政府建设工作报告", CITY, "柳州市司法局", "department"),
    "district department": ("区卫生健康委员会" + REPORT, DISTRICT, "柳州市柳江区卫生健康委员会", "department"),
    "name with 和": ("柳州市人力资源和社会保障局" + REPORT, CITY, "柳州市人力资源和社会保障局", "department"),
    "provincial department": ("湖北省司法厅关于2023年度法治政府建设情况的报告", PROVINCE, "湖北省司法厅", "department"),
    "town": ("拉堡镇" + REPORT, DISTRICT, "柳州市柳江区拉堡镇人民政府", "township"),
    "town of a county": ("浑源县永安镇人民政府2023年法治政府建设报告", COUNTY, "浑源县永安镇人民政府", "township"),
    "sub-district": ("浑源县青磁窑街道办事处" + REPORT, COUNTY, "浑源县青磁窑街道办事处", "township"),
    "without 办事处": ("浑源县青磁窑街道" + REPORT, COUNTY, "浑源县青磁窑街道办事处", "township"),
    "party group": ("中共浑源县教育局党组2023年度法治政府建设报告", COUNTY, "中共浑源县教育局党组", "department"),
    "joint": ("柳州市财政局 柳州市民政局2023年法治政府建设报告", CITY, "柳州市财政局、柳州市民政局", "department"),
    "joint, no blank": ("柳州市财政局柳州市民政局2023年法治建设报告", CITY, "柳州市财政局、柳州市民政局", "department"),
    "about, in front": ("关于柳州市2023年法治政府建设情况的报告", CITY, "柳州市人民政府", "prefecture"),
    "committee": ("柳州市柳东新区管理委员会" + REPORT, CITY, "柳州市柳东新区管理委员会", "county"),
    "government office": ("柳州市人民政府办公室" + REPORT, CITY, "柳州市人民政府办公室", "department"),
    "year in front": ("2023年浑源县教育局法治政府建设年度报告", COUNTY, "浑源县教育局", "department"),
    "party and government": (
        "中共浑源县委 浑源县人民政府关于2023年法治政府建设情况的报告", COUNTY, "中共浑源县委、浑源县人民政府", "county"
    ),
    "local office of the State": (
        "国家税务总局柳州市税务局" + REPORT, CITY, "国家税务总局柳州市税务局", "department"
    ),
    "district on its city's site": ("柳江区" + REPORT, CITY, "柳州市柳江区人民政府", "county"),
    "our county": ("关于我县2023年法治政府建设情况的报告", COUNTY, "浑源县人民政府", "county"),
    "commission with 管理委员会": (
        "柳州市人民政府国有资产监督管理委员会" + REPORT, CITY, "柳州市人民政府国有资产监督管理委员会", "department"
    ),
    "ministry": ("教育部2023年法治政府建设年度报告", Listing(), "教育部", "department"),
    "autonomous prefecture": (
        "恩施土家族苗族自治州" + REPORT, PROVINCE, "恩施土家族苗族自治州人民政府", "prefecture"
    ),
    "zone without its committee": ("江浦新区" + REPORT, CITY, "江浦新区管理委员会", "county"),
    "new area that is a district": ("浦东新区" + REPORT, Listing(), "上海市浦东新区人民政府", "county"),
    "district and zone": (
        "广州市黄埔区人民政府 广州开发区管委会" + REPORT, Listing(), "广州市黄埔区人民政府、广州开发区管委会", "county"
    ),
    "nobody named": ("2023年度法治政府建设情况报告", CITY, "柳州市人民政府", "prefecture"),
}  # fmt: skip


@pytest.mark.parametrize(("title", "where", "issuer", "level"), ISSUERS.values(), ids=ISSUERS.keys())
def test_issuer_and_level_from_the_title(title: str, where: Listing, issuer: str, level: str) -> None:
    data = decide(Draft(body=["正文。"]), title, ["正文。"], where)
    assert (data.issuer, data.level) == (issuer, level)


def test_signature_names_the_issuer_where_no_title_does() -> None:
    body = ["现将工作情况报告如下。", "浑源县水务局", "2024年2月1日"]
    data = decide(Draft(body=body), "2023年度法治政府建设情况报告", body, COUNTY)
    assert (data.issuer, data.signed_on) == ("浑源县水务局", "2024-02-01")


def test_a_report_read_to_a_congress_names_its_author_below_the_title() -> None:
    body = ["——2023年12月26日在县第十七届人大常委会第四次会议上", "云溪市水务局", "主任、各位副主任：", "现在报告。"]
    data = decide(Draft(body=body), "关于2023年法治政府建设情况的报告", body, Listing())
    assert (data.issuer, data.provenance["issuer"], data.region) == ("云溪市水务局", "byline", "云溪市")


YEARS = {
    "range before the year": ("落实《法治政府建设实施纲要（2021—2025年）》，2023年全县", [2023]),
    "range with its dash lost": ("实施纲要（20212025年）和2024年工作", [2024]),
    "month without its dash": ("20256月印发", []),
    "document number": ("按照某府〔2022〕5号文，2023年", [2023]),
    "Han numerals": ("二〇二三年度", [2023]),
    "Han numerals with a circle": ("二○二三年", [2023]),
    "full-width digits": ("２０２３年度", [2023]),
    "hyphen range": ("2016-2020年规划与2019年总结", [2019]),
    "blanks": ("2023 年", [2023]),
    "two years": ("2023年工作总结和2024年工作计划", [2023, 2024]),
}


@pytest.mark.parametrize(("text", "years"), YEARS.values(), ids=YEARS.keys())
def test_years_named_in_a_text(text: str, years: list[int]) -> None:
    assert years_in(text) == years


YEAR_CASES = {
    # title · published · opening · year
    "title first": ("浑源县2023年法治政府建设年度报告", "2024-03-01", "2022年以来，我县", 2023),
    "opening": ("浑源县法治政府建设年度报告", "2024-03-01", "2023年，浑源县坚持", 2023),
    "this year": ("浑源县法治政府建设年度报告", "2024-03-01", "今年以来，浑源县坚持", 2023),
    "last year's report is "
    "cited": ("法治政府建设年度报告", "2024-03-01", "对照2022年度报告指出的问题，2023年我县", 2023),
    "range only": ("法治政府建设年度报告", "2025-02-10", "根据《纲要（2021—2025年）》部署，我县", 2024),
}  # fmt: skip


@pytest.mark.parametrize(("title", "published", "opening", "year"), YEAR_CASES.values(), ids=YEAR_CASES.keys())
def test_report_year(title: str, published: str, opening: str, year: int) -> None:
    draft = Draft(body=[opening], meta={"pubdate": published})
    assert decide(draft, title, [opening], COUNTY).report_year == year


NUMBERS = {
    "as it should be": ("清府〔2020〕2号", "清府〔2020〕2号"),
    "square brackets": ("浑政发[2023]15号", "浑政发〔2023〕15号"),
    "round brackets": ("浑政发（2023）15号", "浑政发〔2023〕15号"),
    "lenticular brackets": ("浑政发【2023】15号", "浑政发〔2023〕15号"),
    "full-width digits": ("浑政〔２０２３〕１５号", "浑政〔2023〕15号"),
    "blanks": ("浑政办 〔2023〕 15 号", "浑政办〔2023〕15号"),
    "with 第": ("浑政〔2023〕第15号", "浑政〔2023〕15号"),
    "a sentence": ("根据浑政〔2023〕15号文件要求，现将", None),
    "a date": ("2023年15号", None),
}


@pytest.mark.parametrize(("line", "number"), NUMBERS.values(), ids=NUMBERS.keys())
def test_document_numbers(line: str, number: str | None) -> None:
    assert document_number(line) == number


SIGNED = {
    "digits": ("2024年1月9日", "2024-01-09"),
    "Han numerals": ("二〇二四年一月九日", "2024-01-09"),
    "Han numerals with tens": ("二○二四年十二月二十一日", "2024-12-21"),
    "blanks": ("2024 年 1 月 9 日", "2024-01-09"),
    "brackets": ("（2024年1月9日）", "2024-01-09"),
    "no such day": ("2024年2月31日", None),
}


@pytest.mark.parametrize(("line", "day"), SIGNED.values(), ids=SIGNED.keys())
def test_signed_date(line: str, day: str | None) -> None:
    body = ["正文一段，内容如上。", "浑源县人民政府", line]
    assert decide(Draft(body=body), None, body, COUNTY).signed_on == day


SIGNATURES = {
    "two lines": ["浑源县水务局", "2024年1月12日"],
    "one line": ["浑源县水务局 2024年1月12日"],
    "sealed": ["浑源县水务局（盖章）", "二〇二四年一月十二日"],
    "before an annex": ["浑源县水务局", "2024年1月12日", "附件：1.统计表", "（联系人：王某）"],
    "date first": ["2024年1月12日", "浑源县水务局"],
}


@pytest.mark.parametrize("lines", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_signatory_and_day_however_they_stand(lines: list[str]) -> None:
    body = ["今年以来，我局坚持依法行政，现将情况报告如下：", "一、主要做法", *lines]
    data = decide(Draft(body=body), "2023年度法治政府建设情况报告", body, COUNTY)
    assert (data.issuer, data.signed_on) == ("浑源县水务局", "2024-01-12")


DATE_LINES = {
    # line under the title · day · time · source
    "labelled": ("发布时间：2024-02-05 11:02:33 来源：县司法局", "2024-02-05", "11:02:33", "县司法局"),
    "a counter before it": ("访问量：20240101 发布时间：2024-02-05", "2024-02-05", None, None),
    "nothing labelled": ("2024/2/5 9:03 浑源县司法局 点击：3", "2024-02-05", "09:03", "浑源县司法局"),
    "points": ("时间：2024.02.05 来源：浑源县人民政府办公室 作者：李某", "2024-02-05", None, "浑源县人民政府办公室"),
    "brackets": ("【来源：石塘乡】【发布日期：2024-02-05】【浏览次数：10】", "2024-02-05", None, "石塘乡"),
    "square brackets": ("[ 日期：2024-02-05 ] [ 来源： ] [ 字号：大 中 小 ]", "2024-02-05", None, None),
    "English": ("Updated: 2024-02-05 | Source: 县政府办 | Print", "2024-02-05", None, "县政府办"),
    "blanks in it": ("发布时间：2024- 02- 05 16: 05", "2024-02-05", "16:05", None),
    "filler time": ("发布时间：2024-02-05 00:00:00", "2024-02-05", None, None),
    "another date": ("成文日期：2024-02-01", None, None, None),
    "a sentence": ("截至2024年2月5日，全县共办理案件12件。", None, None, None),
}


@pytest.mark.parametrize(("line", "day", "time", "source"), DATE_LINES.values(), ids=DATE_LINES.keys())
def test_date_lines(line: str, day: str | None, time: str | None, source: str | None) -> None:
    data = decide(Draft(body=["正文。"], labels=[line]), "浑源县2023年法治政府建设年度报告", ["正文。"], COUNTY)
    assert (data.published_on, data.published_time, data.source) == (day, time, source)


def test_universal_time_is_told_by_the_clock_of_china() -> None:
    draft = Draft(body=["正文。"], meta={"article:published_time": "2024-02-04T18:11:05+00:00"})
    data = decide(draft, "浑源县2023年法治政府建设年度报告", ["正文。"], COUNTY)
    assert (data.published_on, data.published_time) == ("2024-02-05", "02:11:05")


def test_delivered_date_of_a_report_read_to_a_standing_committee() -> None:
    body = ["——2023年12月26日在浑源县第十七届人大常委会第四次会议上", "主任、各位副主任：", "现在报告。"]
    assert decide(Draft(body=body), None, body, COUNTY).delivered_on == "2023-12-26"


REGIONS = {
    "site code before registry": ("4502060001", CITY, "450206"),
    "registry where the site has none": (None, DISTRICT, "450206"),
    "a ministry's code is no region": ("bm84000001", CITY, "450200"),
}


@pytest.mark.parametrize(("code", "where", "region"), REGIONS.values(), ids=REGIONS.keys())
def test_region(code: str | None, where: Listing, region: str) -> None:
    draft = Draft(body=["正文。"], site_id_code=code)
    assert decide(draft, "2023年度法治政府建设年度报告", ["正文。"], where).region_code == region


def test_a_county_on_its_citys_site_keeps_its_own_region() -> None:
    draft = Draft(body=["正文。"], site_id_code="1402000001")
    where = Listing(region="大同市", region_code="140200", level="prefecture")
    data = decide(draft, "浑源县2022年法治政府建设年度报告", ["正文。"], where)
    assert (data.issuer, data.region_code, data.level) == ("浑源县人民政府", "140225", "county")


def test_a_conflict_of_regions_is_kept() -> None:
    draft = Draft(body=["正文。"], site_id_code="4502000001")
    data = decide(draft, "浑源县2022年法治政府建设年度报告", ["正文。"], CITY)
    assert data.region_code == "450200"
    assert any("140225" in warning for warning in data.warnings)


def test_names_of_places() -> None:
    assert issuer_in_title("2023年度法治政府建设情况报告") is None
    assert full_issuer("市政府", "柳州市", "450200") == "柳州市人民政府"
    assert level_of("昆山市人民政府", "320583") == "county"
    assert level_of("重庆市人民政府", "500000") == "province"
    known = region_named("浑源县")
    assert known is not None
    assert known.code == "140225"
