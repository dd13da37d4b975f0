"""Discovery: the columns of a portal of which only the home page is known, and the request to its own search.

The way a person goes who looks for the annual report: the likeliest link of the navigation first, then what that page
leads to. Every page that is opened is also read as a list, for titles decide: most reports stand in columns that are
not named after them, and many columns of that name hold plans and news.
"""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from crawlers.archive.captures import Role
from crawlers.choosing import FEWEST_ENTRIES, MOST_LESSER_COLUMNS, ReadList, chosen
from crawlers.families.asked_by_script import is_by_script
from crawlers.families.columns import column_rank, may_be_column, unnamed_columns
from crawlers.families.dialects import dialect_of
from crawlers.families.known import family_of, read_by
from crawlers.families.lists import NO_ROWS
from crawlers.families.menus import menu_links, menu_requests
from crawlers.families.navigation import FEW_LINKS, crumbs, frames, leads_on, menu_scripts
from crawlers.families.reading import ColumnLink, Entry, ListReading, NextPage, Page
from crawlers.families.rows import is_prose
from crawlers.families.site_search import search_requests
from crawlers.fetching import Fetched
from crawlers.lists import MOST_SHELLS, Ask
from crawlers.portals import Column, Portal
from crawlers.titles import judge_title
from crawlers.urls import canonical_url, document_key

MOST_PAGES_OPENED = 40
"""Pages that one search for columns asks for at most."""
MOST_COLUMNS = 12
"""Columns that are watched at most."""
PAGES_LOOKED_INTO = 4
"""Pages of a list named after the subject that are read in search of a report."""
MOST_ORGANS = 60
"""Bodies of a catalogue by bodies that are looked into at most, each with columns of its own."""
_ORGANS_IN_VAIN = 4
"""Bodies without a column of their own, and the catalogue is left."""
WORDS = "法治政府建设"
"""What the site's own search is asked for."""
_MOST_DOORS = 3
_MOST_MENU_SCRIPTS = 4

_MAP_NAME = re.compile(r"(?:网站|站点|本站)(?:地图|导航|导览)|sitemap", re.IGNORECASE)
# A body that a catalogue of open information is parted by; one of few such links is the name of the site.
_ORGAN_NAME = re.compile(
    r"[\u4e00-\u9fff]{2,16}(?:局|委|委员会|办|办公室|镇|乡|街道|办事处|管委会|人民政府|大队|中心|公司)(?:[（(]\d+[）)])?"
)
_KINDS = r"(?:部门|乡镇|镇乡|镇街|街镇|乡街|街道|单位|委办局)"
_ORGANS_INDEX = re.compile(
    rf".{{0,6}}{_KINDS}(?:[及和与、]{_KINDS})?.{{0,4}}?(?:(?:信息|政务)公开)?(?:目录|平台|专栏)?"
)
_FEWEST_ORGANS = 3
_MOST_ORGANS_INDEXES = 6
# What no list of reports is kept under.
_ELSEWHERE = re.compile(
    r"登录|注册|办事|服务大厅|信箱|留言|咨询|投诉|邮箱|微信|微博|客户端|无障碍|长者|English|繁体|旅游|天气|招聘|联系|隐私|版权|帮助|搜索|检索",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"""<meta\b[^>]*name\s*=\s*["']?ArticleTitle["']?[^>]*content\s*=\s*["'][^"']""", re.IGNORECASE)
_IN_ITS_FOLDER = re.compile(r"(?:/content)?(?:/\d{4}(?:/\d{1,2}){0,2}|/\d{6}|/\d{8}|/\d{4}-\d{2}(?:/\d{2})?)?/[^/]+$")
# Article addresses that lie under their column's own.
_BESIDE_ITS_LIST = frozenset(
    {"post", "t-date", "tN", "hexmon", "schex", "shhex", "date-uuid", "content-dash", "c-month"}
)
_LOCATION = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*(https?://[^<\]\s]+)", re.IGNORECASE)

# How soon a link is opened, by what it promises: the smallest goes first.
_MADE_FOR_IT = 10
_NAMED = 20
_BELOW_NAMED = 25
_FRAME = 28
_LIKELY = 40
_SITE_MAP = 42
_BESIDE_NAMED = 45
_INDEX = 50
_ORGANS = 60
_ORGAN = 61
_BELOW_INDEX = 70
_ANYTHING = 90
_BY_RANK = {4: _MADE_FOR_IT, 3: _NAMED, 2: _LIKELY, 1: _INDEX, 0: _ANYTHING}


@dataclass(order=True, slots=True)
class _Lead:
    """A link to open."""

    urgency: int
    depth: int
    order: int
    url: str = field(compare=False)
    name: str = field(compare=False)
    via: str = field(compare=False)


@dataclass(slots=True)
class Discovery:
    """Finds the columns of one portal."""

    portal: Portal
    ask: Ask
    found: dict[str, Column] = field(default_factory=dict)
    """By document key."""
    pages: dict[str, Fetched] = field(default_factory=dict)
    """What was fetched of the columns in finding them, by address."""
    searches: tuple[NextPage, ...] = ()
    """What to ask of the site's own searches, the best first."""
    elsewhere: list[str] = field(default_factory=list)
    """Columns named after the subject on hosts that the registry does not allow."""
    dead_end: bool = False
    """The home page shows no link: its menu is made in the browser."""
    _leads: list[_Lead] = field(default_factory=list)
    _queued: set[tuple[int, str]] = field(default_factory=set)
    _opened: set[str] = field(default_factory=set)
    """Document keys."""
    _at_home: set[str] = field(default_factory=set)
    """Document keys of what the home page links to: its navigation."""
    _lists: list[ReadList] = field(default_factory=list)
    _asked: int = 0
    _organs: int = 0
    """Bodies of a catalogue that have columns of their own."""
    _organs_in_vain: int = 0
    _reports_before_organ: int = 0
    """Reports that the lists showed when the last body was opened."""

    async def look(self) -> Fetched:
        """Look for the columns from the home page. Returns the home page as it was fetched; if it is not ok, nothing
        is found. Raises HostGivenUpError."""
        home = await self.look_home()
        if home.verdict != "ok":
            return home
        await self._look_around(_page(home))
        while self._leads and self._asked < MOST_PAGES_OPENED + 2 * self._organs:
            lead = heapq.heappop(self._leads)
            if not self._is_enough(lead):
                await self._open(lead)
        await self._look_deeper()
        watched = chosen(self._lists)[: MOST_COLUMNS + self._organs]
        self.found = {document_key(one.column.url): one.column for one in watched}
        return home

    async def look_home(self) -> Fetched:
        """Ask for the home page, through pages that only lead on to it, and see whether it leads to a search."""
        home = await self._ask(f"{self.portal.base_url}/", "home")
        passed = {home.url}
        for _ in range(_MOST_DOORS):
            target = leads_on(_page(home)) if home.verdict == "ok" else None
            # A door may stand at the address of the home page without its file.
            if target is None or not self._may_ask(target) or self.portal.at_home(target) in passed:
                break
            home = await self._ask(target, "home", via=home.url)
            passed.add(home.url)
        if home.verdict == "ok":
            page = _page(home)
            self._opened.add(document_key(home.url))
            self.searches = search_requests(page, WORDS)
        return home

    async def _look_around(self, home: Page) -> None:
        """Queue what the home page links to, wherever it keeps its navigation."""
        pages = [home]
        if len(menu_links(home)) < FEW_LINKS:
            for url in [*frames(home), *menu_scripts(home)[:_MOST_MENU_SCRIPTS]]:
                part = await self._ask(url, "list", via=home.url) if self._may_ask(url) else None
                if part is not None and part.verdict == "ok":
                    # A menu in a script writes its links as the page that runs it reads them.
                    in_page = "script" in (part.content_type or "") or part.url.endswith(".js")
                    pages.append(Page(home.url, part.text, "text/javascript") if in_page else _page(part))
            for request in [one for page in tuple(pages) for one in menu_requests(page)][:_MOST_MENU_SCRIPTS]:
                pages += await self._ask_menu(request, home.url)
        for page in pages:
            self._at_home.update(document_key(self.portal.at_home(link.url)) for link in menu_links(page))
            self._queue_links(page, Column(url=home.url), 0, 0)
        self.dead_end = not self._at_home and not self.elsewhere and "<script" in home.text.lower()
        await self._read(home, Column(url=home.url, name="首页"), 0)
        if not any(lead.urgency <= _NAMED for lead in self._leads):
            await self._read_site_map(home)

    async def _ask_menu(self, request: NextPage, via: str) -> list[Page]:
        """The answer to what a page's script asks for its menu, if it comes."""
        if not self._may_ask(request.url):
            return []
        part = await self._ask(request.url, "list", via=via, asked=request)
        return [Page(part.url, part.text, part.content_type, request)] if part.verdict == "ok" else []

    async def _read_site_map(self, home: Page) -> None:
        """Queue what sitemap.xml names by a telling address; most sites have none."""
        fetched = await self._ask(urljoin(home.url, "/sitemap.xml"), "list", via=home.url)
        for url in _LOCATION.findall(fetched.text) if fetched.verdict == "ok" else ():
            link = ColumnLink(url, WORDS)
            if column_rank("", url) >= 3 and may_be_column(link):
                self._queue(link, 1, home.url, _NAMED)

    async def _look_deeper(self) -> None:
        """Where nothing was found, read further pages of the lists of notices and the like, the longest first: reports
        stand behind a hundred other notices as often as not."""
        if any(one.likely for one in self._lists):
            return
        lesser = [one for one in self._lists if one.rest is not None and one.dated >= FEWEST_ENTRIES]
        for one in sorted(lesser, key=lambda one: -len(one.entries))[:MOST_LESSER_COLUMNS]:
            await self._read_on(one)

    # -- opening and reading ------------------------------------------------------------------------------------

    def _is_enough(self, lead: _Lead) -> bool:
        """Whether what was found makes this lead, and so all that are left, not worth a request."""
        if any(one.reports for one in self._lists if one.rank >= 3):
            # What the government says of itself is found; its bodies have columns of their own.
            return lead.urgency > _LIKELY and lead.urgency not in (_ORGANS, _ORGAN)
        return lead.urgency >= _ANYTHING and any(one.reports for one in self._lists)

    async def _open(self, lead: _Lead) -> None:
        if document_key(lead.url) in self._opened:
            return
        if lead.urgency == _ORGAN:
            self._count_organ()
            if self._organs_in_vain >= _ORGANS_IN_VAIN or self._organs >= MOST_ORGANS:
                return
            self._organs_in_vain += 1
        fetched = await self._ask(lead.url, "list", via=lead.via)
        if fetched.verdict in ("blocked", "unreachable") and lead.urgency <= _NAMED:
            self._lists.append(ReadList(Column(url=lead.url, name=lead.name), 3))
        key = document_key(fetched.url)
        if fetched.verdict != "ok" or (key != document_key(lead.url) and key in self._opened):
            return
        self._opened.add(key)
        page = _page(fetched)
        if (target := leads_on(page)) is not None and document_key(target) not in self._opened:
            self._queue(ColumnLink(target, lead.name), lead.depth, page.url, lead.urgency)
            return
        # A column that moved is watched where it is now.
        column = Column(url=fetched.url, name=_name(page, lead.name))
        rank = max(column_rank(column.name, fetched.url), column_rank(lead.name, lead.url))
        self.pages[fetched.url] = fetched
        queued = len(self._queued)
        self._queue_links(page, column, rank, lead.depth)
        if lead.urgency == _ORGAN and any(one.urgency <= _NAMED for one in self._leads) and len(self._queued) > queued:
            self._organs, self._organs_in_vain = self._organs + 1, 0
        await self._read(page, column, rank)

    def _count_organ(self) -> None:
        """Count the body that was looked into last, if its lists showed a report."""
        reports = sum(len(one.reports) for one in self._lists)
        if reports > self._reports_before_organ and self._organs_in_vain:
            self._organs, self._organs_in_vain = self._organs + 1, 0
        self._reports_before_organ = reports

    def _queue_links(self, page: Page, column: Column, rank: int, depth: int) -> None:
        """Queue what a page leads to."""
        below = page.url.rsplit("/", 1)[0] + "/"
        reading = read_by(family_of(page, self.portal.family), page)
        documents = {entry.url for entry in reading.entries if entry.listed_on}
        parted = rank or _ORGANS_INDEX.fullmatch(column.name)
        links = menu_links(page)
        organs = [link for link in links if _ORGAN_NAME.fullmatch(link.name)] if parted else []
        indexes = [link for link in links if _ORGANS_INDEX.fullmatch(link.name)]
        for url in unnamed_columns(page):
            self._queue(ColumnLink(url, WORDS), depth + 1, page.url, _NAMED)
        for link in dict.fromkeys((*reading.columns, *links)):
            if link.url in documents or not may_be_column(link) or _ELSEWHERE.search(link.name):
                continue
            url = self.portal.at_home(link.url)
            urgency = _BY_RANK[column_rank(link.name, url)]
            if not self.portal.may_ask(url):
                if urgency <= _NAMED and link.url not in self.elsewhere:
                    self.elsewhere.append(link.url)
                continue
            name = link.name
            if urgency >= _INDEX and link in indexes and len(indexes) <= _MOST_ORGANS_INDEXES:
                urgency = _ORGANS
            elif urgency >= _INDEX and len(organs) >= _FEWEST_ORGANS and link in organs:
                urgency = _ORGAN
            if _MAP_NAME.search(name):
                urgency = _SITE_MAP
            elif rank >= 3 and urgency > _BELOW_NAMED and url.startswith(below):
                urgency, name = _BELOW_NAMED, f"{column.name}/{link.name}"
            elif rank >= 3 and urgency > _BESIDE_NAMED and document_key(url) not in self._at_home:
                urgency = _BESIDE_NAMED
            elif rank and urgency > _BELOW_INDEX and url.startswith(below) and document_key(url) not in self._at_home:
                urgency = _BELOW_INDEX
            self._queue(ColumnLink(url, name), depth + 1, page.url, urgency)
        for frame in frames(page) if rank else ():
            self._queue(ColumnLink(frame, column.name), depth + 1, page.url, _FRAME)

    def _queue(self, link: ColumnLink, depth: int, via: str, urgency: int) -> None:
        url = self.portal.at_home(link.url)
        key = document_key(url)
        if (urgency, key) not in self._queued and key not in self._opened and self.portal.may_ask(url):
            self._queued.add((urgency, key))
            heapq.heappush(self._leads, _Lead(urgency, depth, len(self._queued), url, link.name, via))

    async def _read(self, page: Page, column: Column, rank: int) -> None:
        """Read a page as a list; one named after the subject is followed until it shows a report."""
        if _ARTICLE.search(page.text):
            return
        if is_prose(page) and not read_by(family_of(page, self.portal.family), page).entries:
            return
        one = ReadList(column, rank)
        self._lists.append(one)
        await self._read_pages(one, page)

    async def _read_pages(self, one: ReadList, page: Page, first: int = 0) -> None:
        """Read a list from a page on, as far as it is worth it; what is left goes into `one.rest`."""
        for number in range(first, PAGES_LOOKED_INTO):
            reading = read_by(family_of(page, self.portal.family), page)
            by_script = is_by_script(page.asked) if page.asked else False
            if number == 0 or (by_script and not one.entries):
                one.legible = bool(reading.entries) or (reading.total == 0 if by_script else not reading.warnings)
                one.listless = reading.warnings == (NO_ROWS,)
            fresh = self._take(one, reading, page)
            following = reading.next_page
            behind_shell = number < MOST_SHELLS and not one.entries
            if following is None or one.reports:
                return
            if not (behind_shell or ((one.rank >= 3 or first) and fresh)):
                one.rest = following
                return
            key = document_key(self.portal.at_home(following.url))
            # What stands behind a shell may be a column by its own name, and is opened as that.
            is_column = behind_shell and any((urgency, key) in self._queued for urgency in (_MADE_FOR_IT, _NAMED))
            if is_column:
                return
            following_page = await self._ask_page(one, following)
            if following_page is None:
                # A shell whose list does not come has not been read.
                one.legible &= not behind_shell
                return
            page = following_page

    async def _read_on(self, one: ReadList) -> None:
        page = await self._ask_page(one, one.rest) if one.rest is not None else None
        if page is not None:
            await self._read_pages(one, page, 1)

    async def _ask_page(self, one: ReadList, following: NextPage) -> Page | None:
        if not self._may_ask(following.url):
            return None
        fetched = await self._ask(following.url, "list", via=one.column.url, asked=following)
        if fetched.verdict != "ok":
            return None
        if following.method == "GET":
            self.pages[following.url] = fetched
        return Page(fetched.url, fetched.text, fetched.content_type, following)

    def _take(self, one: ReadList, reading: ListReading, page: Page) -> int:
        """Count what a page lists; returns how much of it is new."""
        known = len(one.entries)
        for entry in reading.entries:
            key = document_key(canonical_url(self.portal.at_home(entry.url), base_url=self.portal.base_url))
            one.entries.add(key)
            one.dated += entry.listed_on is not None
            decision = judge_title(entry.title, column=one.column.name).decision
            if decision == "report":
                one.reports.add(key)
            if decision != "not_report":
                one.likely.add(key)
                if one.rank < 3:
                    self._queue_folder(entry, page)
        return len(one.entries) - known

    def _queue_folder(self, entry: Entry, page: Page) -> None:
        """Queue the folder that a report lies in: on many platforms that is its column."""
        folder = _IN_ITS_FOLDER.sub("/", urlsplit(entry.url).path)
        dialect = dialect_of(entry.url)
        if dialect is not None and dialect.name in _BESIDE_ITS_LIST and folder.count("/") > 1:
            self._queue(ColumnLink(urljoin(entry.url, folder), ""), 1, page.url, _LIKELY)

    # -- asking -------------------------------------------------------------------------------------------------

    async def _ask(self, url: str, role: Role, *, via: str | None = None, asked: NextPage | None = None) -> Fetched:
        url = self.portal.at_home(url)
        self._asked += 1
        self._opened.add(document_key(url))
        if asked is None:
            return await self.ask(url, role, via=via)
        return await self.ask(url, role, via=via, method=asked.method, body=asked.body, headers=asked.headers)

    def _may_ask(self, url: str) -> bool:
        return self.portal.may_ask(self.portal.at_home(url))


def _page(fetched: Fetched) -> Page:
    return Page(fetched.url, fetched.text, fetched.content_type)


def _name(page: Page, linked_as: str) -> str:
    """What a list is called: the end of the way that its page shows, where that says as much as the link to it."""
    way = crumbs(page)
    if not way:
        return linked_as
    start = next((number for number, part in enumerate(way) if column_rank(part, "") >= 3), len(way) - 1)
    name = "/".join(way[start:])
    return name if column_rank(name, "") >= column_rank(linked_as, "") and len(name) <= 60 else linked_as
