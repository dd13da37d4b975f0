"""Judging in the course of a crawl: what no exchange says of itself, only the crawl knows.

Where a redirect may lead (the registry), that it leads in a circle (the way so far), and that a page is not the one a
list announced but the site's home page, as some platforms answer for an address they do not know.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from crawlers.archive.exchange import Exchange, Judgement
from crawlers.bodies import CutShortError, TooLargeError, to_text, unpack
from crawlers.portals import Portal
from crawlers.urls import join
from crawlers.verdicts import REDIRECTS, judge, kind_of, size_limit, title_of

MOST_HOPS = 6
"""Redirects that are followed from one address."""
LINKS_OF_A_HOME_PAGE = 40
"""A home page has more links than this; an article page without its article rarely has."""

_HOME_WORDS = re.compile(r"首页|主页|欢迎(?:您|光临|访问)?|官方|网站|门户|(?:人民)?政府|政务|[\W_]")
_MORE_THAN_A_NAME = 4
"""Characters by which the title of a home page may be longer than the site's name."""


@dataclass(slots=True)
class CrawlJudge:
    """The judge that a crawl's archive asks. `trails` and `announced` are kept by whoever asks: by the address of the
    request under way, the addresses that led there, and the title that a list gave it."""

    portals: Mapping[str, Portal]
    trails: dict[str, list[str]] = field(default_factory=dict)
    announced: dict[str, str] = field(default_factory=dict)

    def __call__(self, exchange: Exchange) -> Judgement:
        """Judge an exchange."""
        judgement = judge(exchange)
        if judgement.verdict != "ok":
            return judgement
        if exchange.status in REDIRECTS:
            return self._redirect(exchange) or judgement
        title = self.announced.get(exchange.url)
        if title and exchange.role == "article" and self._is_home_page(exchange, title):
            return Judgement("soft_missing", "the site answered with its home page, as for an address it does not know")
        return judgement

    def _redirect(self, exchange: Exchange) -> Judgement | None:
        target = join(exchange.url, urljoin(exchange.url, exchange.header("location") or ""))
        if target is None:
            return Judgement("refused", f"leads to {exchange.header('location')}, which is no web address")
        if not self.portals[exchange.portal_id].may_ask(target):
            return Judgement("refused", f"leads to {urlsplit(target).netloc}, which the registry does not name")
        trail = self.trails.get(exchange.url, [])
        if len(trail) > MOST_HOPS:
            return Judgement("unreachable", f"{len(trail)} redirects led nowhere")
        # Some firewalls set a cookie and send the visitor to the same address once more.
        if trail.count(target) > (1 if exchange.header("set-cookie") else 0):
            return Judgement("unreachable", f"redirects lead in a circle to {target}")
        return None

    def _is_home_page(self, exchange: Exchange, announced: str) -> bool:
        try:
            body = unpack(exchange.body, exchange.header("content-encoding"), size_limit(exchange.role, exchange.url))
        except (CutShortError, TooLargeError):
            return False
        if kind_of(body) != "html":
            return False
        text = to_text(body, exchange.header("content-type"))
        name = _bare(self.portals[exchange.portal_id].name)
        shown = _bare(title_of(text))
        if not shown or not (shown in name or (name in shown and len(shown) <= len(name) + _MORE_THAN_A_NAME)):
            return False
        # A page without the announced title whose own title is only the site's name, and with a home page's many links.
        return (
            _key(announced) not in _key(text)
            and "ArticleTitle" not in text
            and text.count("<a ") > LINKS_OF_A_HOME_PAGE
        )


def _bare(title: str) -> str:
    return _HOME_WORDS.sub("", unicodedata.normalize("NFKC", title))


def _key(text: str) -> str:
    """The Han characters and digits of a text; of a title, those that a list shows before it cuts it short."""
    return re.sub(r"[^一-龥\d]", "", unicodedata.normalize("NFKC", text))
