"""How an article's address is written on each platform: the dialect names the platform and often a date.

Source: shapes observed on government portals. The order matters: the first that matches is the dialect.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One shape of article address.

    `date` says which groups are year, month and day: `ymd` one group of eight digits, `y/m/d` three groups, `ym` one
    group of six, `y` one of four, `y-m/d` and `y/m-d` two groups; None where the address has no date.
    """

    name: str
    pattern: re.Pattern[str]
    family: str | None
    date: str | None = None
    whole: bool = False
    """The pattern is held against path and query, not the path alone."""


def _d(name: str, pattern: str, family: str | None, date: str | None = None, whole: bool = False) -> Dialect:
    return Dialect(name, re.compile(pattern), family, date, whole)


DIALECTS: tuple[Dialect, ...] = (
    _d("gkmlpt", r"/gkmlpt/content/\d+/\d+/m?post_\d+\.html$", "gkmlpt"),
    _d("post", r"/content/m?post_\d+(?:_\d+)?\.html$", "nfcms"),
    _d("t-date", r"/\d{6}/t(\d{8})_\d+(?:_\d+)?(?:_wap)?\.s?html?$", "trs", "ymd"),
    _d("tN", r"/t\d{7,8}\.shtml$", "trs"),
    _d("art-ymd", r"/art/(\d{4})/(\d{1,2})/(\d{1,2})/art_\d+_\d+\.html$", "hanweb", "y/m/d"),
    _d("art-hex", r"/art/(\d{4})/art_[0-9a-f-]{32,36}\.html$", "hanweb", "y"),
    _d("hexmon", r"/(\d{6})/[0-9a-f]{32}\.shtml$", "ucap", "ym"),
    _d("schex", r"/(\d{4})/(\d{1,2})/(\d{1,2})/[0-9a-f]{32}\.shtml$", "ucap", "y/m/d"),
    _d("shhex", r"/(\d{8})/[0-9a-f]{32}\.html$", None, "ymd"),
    _d("date-uuid", rf"/(\d{{8}})/{_UUID}\.html$", None, "ymd"),
    _d("hexc", r"/(\d{8})/[0-9a-f]+/c\.html$", None, "ymd"),
    _d("content-dash", r"/(\d{4}-\d{2})/(\d{2})/c(?:ontent)?_\d+\.s?html?$", None, "y-m/d"),
    _d("content", r"/content_\d+\.html?$", None),
    _d("web-idx", r"/web/.*/(\d{8})\d{4,}/index\.shtml$", None, "ymd"),
    _d("tsid", r"/\d{12,}/index\.shtml$", None),
    _d("eportal", r"/eportal/ui\?.*articleKey=\w+", "eportal", whole=True),
    _d("eportal-s", r"/\d{4,}/\d+/index\.html$", "eportal"),
    _d("numid", r"/\d{5,9}/index\.html$", None),
    _d("pnidpv", r"/pnidpv\d+\.html$", None),
    _d("uuid-col", rf"/columns/{_UUID}/(\d{{6}})/\d{{2}}/{_UUID}\.html$", None, "ym"),
    _d("info", r"/info/\d+/\d+\.htm$", "vsb"),
    _d("info-dyn", r"/content\.jsp\?.*wbtreeid=\d+&wbnewsid=\d+", "vsb", whole=True),
    _d("public", r"/public/\d+/\d+\.html$", "lonsun"),
    _d("lonsun-content", r"/(?:openness/detail/content/|XxgkContent/show/)\w+\.html$", "lonsun"),
    _d("year-path", r"/(\d{4})/(\d{2}-\d{2})/\d+\.html$", None, "y/m-d"),
    _d("n-path", r"(?:/n\d+)+/c\d+/content\.html$", None),
    _d("affair", r"/affair/\w+/[0-9a-f]{32}\.html$", None),
    _d("webplus", r"/(\d{4})/(\d{2})(\d{2})/c\d+a\d+/page\.html?$", None, "y/m/d"),
    _d("c13", r"/c\d+/(\d{6})/c\d+_\d+\.shtml$", None, "ym"),
    _d("c-month", r"/c\d+/(\d{6})/\d+\.s?html?$", None, "ym"),
    _d("guid", r"/mh-xxgk-cms/website/.*/[0-9A-F-]{36}\.htm$", None),
    _d("jhtml", r"/\d+\.jhtml$", None),
    _d("empire", r"/ShowInfo\.php\?classid=\d+&id=\d+", None, whole=True),
    _d("long", r"/\d{19}\.html$", None),
    _d("file", r"\.(?:pdf|docx?|wps|ofd|xlsx?)$", None),
    _d("bare", r"/\d{3,}\.s?html?$", None),
)


def dialect_of(url: str) -> Dialect | None:
    """The dialect of an article's address; None if it looks like no article known."""
    parts = urlsplit(url)
    path = _ENDING.sub(lambda ending: ending.group().lower(), parts.path)
    whole = f"{path}?{parts.query}" if parts.query else path
    for dialect in DIALECTS:
        if dialect.pattern.search(whole if dialect.whole else path):
            return dialect
    return None


_ENDING = re.compile(r"\.[A-Za-z]{3,5}$")
_DATED_FOLDER = re.compile(r"/(20\d\d)(?:[-/]?(0[1-9]|1[0-2])(?:[-/]?([0-2]\d|3[01]))?)?/")


def address_date(url: str) -> str | None:
    """The date in an article's address as `YYYY-MM-DD`, `YYYY-MM` or `YYYY`; None where it has none."""
    dialect = dialect_of(url)
    path = urlsplit(url).path
    if dialect is not None and dialect.date is not None:
        found = dialect.pattern.search(_ENDING.sub(lambda ending: ending.group().lower(), path))
    else:
        found = _DATED_FOLDER.search(path)
    if found is None:
        return None
    digits = "".join(part.zfill(2) for group in found.groups() if group for part in re.findall(r"\d+", group))
    return "-".join(part for part in (digits[:4], digits[4:6], digits[6:8]) if part)
