"""Links to lists that may hold the reports, found by what they are called; their addresses are a hint only."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawlers.families.dialects import dialect_of
from crawlers.families.navigation import page_links
from crawlers.families.paging import plain
from crawlers.families.reading import ColumnLink, Page
from crawlers.families.rows import base_of, is_pager, link_target, link_title, parse

# How likely a list holds the reports, by its name: 4 made for them, 3 about law-based government, 2 about reports or
# law, 1 an index under which such lists are kept.
_NAMES: tuple[tuple[int, re.Pattern[str]], ...] = (
    (4, re.compile(r"(?:法治政府|依法行政|法治建设).{0,6}(?:年度|工作)?(?:报告|年报|情况)")),
    (3, re.compile(r"法治政府|依法行政|法治建设")),
    (2, re.compile(r"^(?:年度|工作|总结)?报告$|^年报$|^法治|依法治|[计规]划.{0,2}总结|总结.{0,2}[计规]划|年度报告")),
    (1, re.compile(r"(?:政务|信息|主动)公开|公开(?:目录|指南|内容)|专题|专栏|通知|公告|公示|部门|工作动态|政策文件")),
)  # fmt: skip
_SLUGS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (4, re.compile(r"fzzf(?:js)?(?:gz)?(?:qk)?(?:nd)?(?:bg|nb)|fzzfndb|fzzfgzbg", re.IGNORECASE)),
    (3, re.compile(r"fzzf|yfxz|fzjs", re.IGNORECASE)),
    (2, re.compile(r"/(?:fzbg|ndbg|gzbg|ghzj|jhzj)(?:/|$)", re.IGNORECASE)),
    (1, re.compile(r"/(?:zwgk|xxgk|zfxxgk|zfxxgkml|gkmlpt|xxgkml|openness|tzgg|ztzl)[\w]*(?:/|$)", re.IGNORECASE)),
)
# The reports on open government and the spread of law have columns of like names.
_OTHERS = re.compile(
    r"信息公开(?:工作)?年(?:度报告|报)|公开年报|政府工作报告|普法|网站(?:工作)?年|财政(?!局|厅|所)|预算|决算|预决算|统计(?!局)"
)


_NO_PAGE = re.compile(r"\.(?:jpe?g|png|gif|svg|css|js|ico|zip|rar|mp4|apk|pdf|docx?|xlsx?)$", re.IGNORECASE)
_LONGEST_NAME = 24


def column_rank(name: str, url: str) -> int:
    """How likely a list holds the reports: 4 made for them … 1 an index that may lead there, 0 no sign of it."""
    if _OTHERS.search(name):
        return 0
    named = next((rank for rank, pattern in _NAMES if pattern.search(name)), 0)
    path = urlsplit(url).path
    slug = next((rank for rank, pattern in _SLUGS if pattern.search(path)), 0)
    # A slug raises what its name leaves open, never above what only a name can say.
    return max(named, min(slug, 3) if slug > 1 else slug if not named else 0)


def column_links(page: Page) -> tuple[ColumnLink, ...]:
    """Links of a page to lists that may hold the reports, the likeliest first, each address once."""
    here = plain(page.url)
    found: dict[str, tuple[int, int, ColumnLink]] = {}
    for position, link in enumerate(page_links(page)):
        key = plain(link.url)
        rank = column_rank(link.name, link.url) if key != here and may_be_column(link) else 0
        if rank and (key not in found or found[key][0] > -rank):
            found[key] = (-rank, position, link)
    return tuple(link for _, _, link in sorted(found.values(), key=lambda item: item[:2]))


def unnamed_columns(page: Page) -> tuple[str, ...]:
    """The addresses that say by themselves that their list holds the reports, of links that show a picture alone."""
    document = parse(page.text)
    if document is None:
        return ()
    bare = (
        anchor for anchor in document.iter("a") if not link_title(anchor) and next(anchor.iter("img"), None) is not None
    )
    base = base_of(document, page.url)
    found = (url for anchor in bare if (url := link_target(anchor, base)) and dialect_of(url) is None)
    return tuple(dict.fromkeys(url for url in found if column_rank("", url) >= 3))


def may_be_column(link: ColumnLink) -> bool:
    """True if a link is named as lists that may hold the reports are, and its address is no article's or file's."""
    if not 1 < len(link.name) <= _LONGEST_NAME or is_pager(link.name) or _OTHERS.search(link.name):
        return False
    if _NO_PAGE.search(urlsplit(link.url).path):
        return False
    dialect = dialect_of(link.url)
    return dialect is None or dialect.name in {"bare", "numid"}
