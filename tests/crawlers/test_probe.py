"""What a probe makes of an address and of what a site says of itself."""

from __future__ import annotations

import pytest

from crawlers.probe import NoAddressError, Probe, home_of, region_of


@pytest.mark.parametrize(
    ("code", "name", "region"),
    [
        ("4401170001", None, "440117 广州市从化区 county"),
        ("4401170001", "广州市从化区人民政府", "440117 广州市从化区 county"),
        ("3300000019", "浙江省司法厅", "330000 浙江省 province"),
        ("bm12345678", "梧州市人民政府", "450400 梧州市 prefecture"),
        ("9999990001", "梧州市人民政府门户网站", "450400 梧州市 prefecture"),
        (None, "广州市越秀区人民政府门户网站", "440104 广州市越秀区 county"),
        (None, "建德市政府网", "330182 建德市 county"),
        (None, "某某部", None),
        (None, None, None),
    ],
)
def test_the_region_is_told_by_code_or_by_name(code: str | None, name: str | None, region: str | None) -> None:
    found = region_of(code, name)
    assert (f"{found.code} {found.name} {found.level}" if found else None) == region


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("www.linhe.example", "http://www.linhe.example"),
        (" https://www.linhe.example/index.html ", "https://www.linhe.example"),
        ("http://www.linhe.example/sfj/index.shtml?a=1", "http://www.linhe.example/sfj"),
        ("127.0.0.1:8100", "http://127.0.0.1:8100"),
        ("localhost:8100/", "http://localhost:8100"),
    ],
)
def test_the_home_page_is_taken_from_an_address(address: str, home: str) -> None:
    assert home_of(address) == home


@pytest.mark.parametrize("address", ["", "临河", "mailto:a@linhe.example", "http://linhe.example:99999"])
def test_what_is_no_home_page_is_refused(address: str) -> None:
    with pytest.raises(NoAddressError, match="is no address of a home page"):
        home_of(address)


@pytest.mark.parametrize(
    ("base", "host", "name"),
    [
        ("http://www.linhe.gov.cn", None, "linhe"),
        ("https://sfj.linhe.gov.cn:8080/zwgk", None, "sfj.linhe"),
        ("http://127.0.0.1:8100", "www.linhe.gov.cn", "linhe"),
        ("http://www.linhe.cn", None, "linhe"),
    ],
)
def test_the_short_name_comes_from_the_host(base: str, host: str | None, name: str) -> None:
    assert Probe(base, "ok", None, 1, host=host).id == name
