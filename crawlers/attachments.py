"""Attachments: the files in the body of an article page that may carry the report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from crawlers.titles import judge_title
from crawlers.urls import join
from crawlers.verdicts import is_file_address

READABLE = re.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?|et|zip|rar)\b", re.IGNORECASE)
FEWEST_HAN_OF_A_TEXT = 500
"""A page whose body shows fewer Han characters than this holds no report itself; it may lead to one in a file."""

_NAMED_SOMEWHERE = re.compile(r"(?:\.|%2e)(?:pdf|docx?|wps|ofd|xlsx?|et|zip|rar)\b", re.IGNORECASE)
_HAN = re.compile(r"[一-龥]")
_CHROME_TAGS = ("script", "style", "noscript", "template", "header", "footer", "nav", "aside", "select")
_CHROME = re.compile(
    r"(?:^|[\s_-])(?:nav\w*|menu\w*|foot\w*|header|head(?:er)?_?\w*|top\w*|crumbs?|position|location|side\w*|related\w*|"
    r"relate\w*|recommend\w*|hot\w*|share\w*|links?|friend\w*|copyright|sitemap|search\w*|login\w*|toolbar)(?=$|[\s_-])",
    re.IGNORECASE,
)
_RELATED = re.compile(r"(?:相关|推荐|热点|最新|猜你|往期|友情|上一篇|下一篇|您可能)")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a page links to."""

    url: str
    name: str
    """The words of the link, or the file's own name."""


def find_attachments(html: str, url: str, *, wanted: str = "report") -> tuple[Attachment, ...]:
    """Return the files to fetch for an article page whose title was judged `wanted` (report or undecided).

    A page that holds no text of its own leads to its files: those that its words do not name as something else. A
    page that has its text may carry the report as a file beside it: only files that their words name as one.
    """
    if not _NAMED_SOMEWHERE.search(html):
        return ()  # as on most pages: not worth parsing them
    from lxml import etree
    from lxml import html as lxml_html

    try:
        root = lxml_html.document_fromstring(html.encode("utf-8", "surrogatepass"), parser=_parser())
    except (etree.ParserError, ValueError):
        return ()
    body: Any = root.find("body")
    if body is None:
        body = root
    for element in list(body.iter()):
        if element.getparent() is not None and _is_chrome(element):
            element.drop_tree()
    files = _files(body, url)
    if not files:
        return ()
    own_text = len(_HAN.findall("".join(body.itertext()))) - sum(len(_HAN.findall(file.name)) for file in files)
    is_lead = own_text < FEWEST_HAN_OF_A_TEXT
    chosen = []
    for file in files:
        decision = judge_title(file.name)
        if decision.decision != "not_report" or (is_lead and wanted == "report" and _says_nothing(file.name)):
            chosen.append(file)
    return tuple(chosen)


def _parser() -> Any:
    from lxml import html as lxml_html

    return lxml_html.HTMLParser(encoding="utf-8", huge_tree=False)


def _is_chrome(element: Any) -> bool:
    if not isinstance(element.tag, str):
        return False
    if element.tag in _CHROME_TAGS or (element.tag == "form" and not any(map(_is_file, element.iter("a")))):
        return True  # some platforms put the whole article into a form
    marks = f"{element.get('class', '')} {element.get('id', '')}".strip()
    return bool(marks and element.tag in ("div", "ul", "dl", "section", "table") and _CHROME.search(marks)) and not (
        len(_HAN.findall("".join(element.itertext()))) > 3 * FEWEST_HAN_OF_A_TEXT
    )


def _is_file(anchor: Any) -> bool:
    return is_file_address(anchor.get("href") or "")


def _files(body: Any, base: str) -> list[Attachment]:
    found: dict[str, Attachment] = {}
    for element in body.iter("a", "iframe", "embed", "object"):
        link = element.get("href") or element.get("src") or element.get("data") or ""
        viewed = parse_qs(urlsplit(link).query).get("file")
        if element.tag != "a" and viewed:
            link = viewed[0]
        target = join(base, link)
        words = re.sub(r"\s+", " ", " ".join([*element.itertext()]) or element.get("title") or "").strip()
        if target is None or target in found or _is_related(element):
            continue
        if not (is_file_address(target) or READABLE.search(words)):
            continue
        if not READABLE.search(unquote(target)) and not READABLE.search(words):
            continue
        found[target] = Attachment(target, words or unquote(urlsplit(target).path.rsplit("/", 1)[-1]))
    return list(found.values())


def _is_related(element: Any) -> bool:
    """Tell whether a link stands in a list of other documents: a heading before it says so."""
    for ancestor in [element, *element.iterancestors("li", "ul", "p", "div")][:5]:
        before = ancestor.getprevious()
        if before is not None and isinstance(before.tag, str):
            words = "".join(before.itertext()).strip()
            if len(words) < 12 and _RELATED.search(words):
                return True
    return False


def _says_nothing(name: str) -> bool:
    """Tell whether the words of a link leave open what the file is: 附件, 下载, 正文, a bare number or file name."""
    bare = re.sub(r"\.(?:pdf|docx?|wps|ofd|xlsx?|et|zip|rar)\b", "", name, flags=re.IGNORECASE)
    bare = re.sub(r"附件|点击|下载|查看|浏览|全文|正文|原文|文件|文档|此处|这里|PDF版?|Word版?|[\d\W_a-zA-Z]", "", bare)
    return len(bare) <= 2 or bool(re.search(r"法治|依法行政", bare))
