"""Links with a title and a date in a repeated block: what nearly every list of articles is, whatever its classes.

Nothing here leans on a class or an id. A row is the largest block around a link that holds few links; its date is what
stands in the row outside the title. Rows whose addresses and places resemble each other are a list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree, html

from crawlers.families.dates import date_beside, dates_in, is_only_date, is_undatable, split_date, year_alone
from crawlers.families.dialects import dialect_of
from crawlers.families.reading import Entry, Page
from crawlers.families.script_values import Script

# Links that a row may hold besides the title: its column, its file, its interpretation.
_LINKS_IN_A_ROW = 4
_SHORTEST_TITLE = 5
# Shorter titles are names of columns, where the row has further titled links, and where nothing else says it is one.
_SHORTEST_SHARED_TITLE = 8
_SHORTEST_LONE_TITLE = 12
_SENTENCES_OF_AN_ARTICLE = 4
_INLINE = {"em", "b", "i", "u", "font", "strong", "mark", "sup", "sub"}
_PAGER = re.compile(
    r"^[\s\[【<«»>›‹|]*(?:\d+|第\s*\d+\s*页|\d+\s*/\s*\d+|首页|尾页|末页|第?一页|最后一?页|上一?页|下一?页|前一?页|后一?页|更多|more|返回.*|详细|查看|下载|打印|跳转|GO)"
    r"[\s\]】<«»>›‹|+]*$",
    re.IGNORECASE,
)
_CUT_SHORT = re.compile(r"(?:…|\.{2,}|。{2,})\s*$")
# What a click opens: the first address among what its script is given.
_OPENED = re.compile(
    r"""['"]\s*((?:https?:/)?\.{0,2}/(?!/)[^'"\s]*|\?\w+=[^'"\s]+|https?://[^'"\s]+|[^'"\s(){};]+\.(?:s?html?|jsp|php|aspx?|pdf|docx?)[^'"\s]*)['"]""",
    re.IGNORECASE,
)
# An address that a script has yet to put together.
_UNFILLED = re.compile(r"""["'<>]|\$\{|\{\{|\}\}""")
_HOLE = re.compile(r"\{\w+\}")
_LINK_ATTRIBUTES = ("data-href", "data-url", "data-link")
_DATE_ATTRIBUTES = ("datetime", "data-date", "data-time", "pubdate")
_LABELLED_TITLE = re.compile(r"^\s*(?:文章)?标题[:：]\s*")


def is_pager(text: str) -> bool:
    """True if a link's text only turns pages or opens what another link already names."""
    return _PAGER.match(text) is not None


def parse(text: str) -> html.HtmlElement | None:
    """The document of a page's text; None for a text without a tag."""
    # lxml refuses text that declares an encoding, and stops at a second </html>.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    text = re.sub(r"</html\s*>(?=.*\S)", "", text, flags=re.IGNORECASE | re.DOTALL, count=1) if text else text
    if "<" not in text:
        return None
    try:
        document = html.document_fromstring(text, parser=html.HTMLParser())
    except (etree.ParserError, ValueError):
        return None
    return document if isinstance(document, html.HtmlElement) else None


def collapse(text: str) -> str:
    """Text with blanks collapsed and without zero-width characters."""
    return re.sub(r"[\s\u200b\ufeff\u00a0\u3000]+", " ", text).strip()


def read_rows(page: Page, *, inside: str | None = None) -> tuple[Entry, ...]:
    """The entries that a page lists, each address once, in the order of the page.

    `inside` is HTML to read in the page's place, such as a record out of an inline data store; its links are joined to
    the page's address all the same.
    """
    document = parse(page.text if inside is None else inside)
    if document is None:
        return ()
    links = page.asked.links if page.asked else ()
    entries = _entries(document, page.url, bare=inside is not None, links=links)
    if len(entries) > 1 or inside is not None:
        return entries
    # Some sites deliver the list inside a comment or a script that writes it.
    hidden = [node.text for node in document.iter(etree.Comment, "script") if node.text and "<a" in node.text]
    written = "".join(hidden).replace('\\"', '"').replace("\\'", "'").replace("\\/", "/")
    uncovered = parse(f"<div>{written}</div>") if hidden else None
    return max(entries, () if uncovered is None else _entries(uncovered, page.url), key=len)


def _entries(
    document: html.HtmlElement, url: str, *, bare: bool = False, links: tuple[str, ...] = ()
) -> tuple[Entry, ...]:
    """The rows of a document that make a list; in `bare` rows every link is one. `links` are how the page around a
    piece writes the addresses that its rows open by a call."""
    rows = list(_rows(document, url, links))
    dated = Counter(row.place for row in rows if row.listed_on)
    undatable = Counter(row.place for row in rows if row.undatable)
    together = Counter(row.place for row in rows)
    alike = Counter((row.place, row.shape) for row in rows)
    lengths: Counter[tuple[int, str]] = Counter()
    for row in rows:
        lengths[row.place] += len(row.title)

    def is_listed(row: _Row) -> bool:
        lone = dated[row.place] == 1
        if row.shared and (len(row.title) < _SHORTEST_SHARED_TITLE or (lone and len(dated) > 1)):
            return False
        if row.listed_on is not None:
            return not (row.shared and lone and len(row.title) < _SHORTEST_LONE_TITLE)
        if bare or (row.undatable and undatable[row.place] > 1):
            return True
        # No date beside it: an entry among dated ones, or one of several articles by their addresses.
        mostly_dated = dated[row.place] > 1 and dated[row.place] * 2 >= together[row.place]
        prose = together[row.place] > 1 and lengths[row.place] / together[row.place] >= _SHORTEST_SHARED_TITLE
        article = row.article or (alike[row.place, row.shape] > 1 and len(row.title) >= _SHORTEST_LONE_TITLE)
        return (mostly_dated and len(row.title) >= _SHORTEST_LONE_TITLE) or (article and (mostly_dated or prose))

    entries: dict[str, Entry] = {}
    for row in filter(is_listed, rows):
        known = entries.get(row.url)
        if known is None or (known.listed_on is None and row.listed_on) or len(row.title) > len(known.title):
            entries[row.url] = Entry(row.url, row.title, row.listed_on or (known.listed_on if known else None))
    return tuple(entries.values())


class _Row:
    """A link, its title, its date, and the place of its block in the tree of tags."""

    __slots__ = ("article", "listed_on", "place", "shape", "shared", "title", "undatable", "url")

    def __init__(
        self, url: str, title: str, listed_on: str | None, place: tuple[int, str], undatable: bool, shared: bool
    ) -> None:
        self.url = url
        self.title = title
        self.listed_on = listed_on
        self.place = place
        self.undatable = undatable
        self.shared = shared
        """Its block has further links with titles, so that the date may be of the block and not of the row."""
        self.article = dialect_of(url) is not None
        parts = urlsplit(url)
        numbered = re.sub(r"[0-9a-f]*\d[0-9a-f]*", "#", f"{parts.path}?{parts.query}")
        self.shape = numbered if "#" in numbered else url
        """The address with its numbers left open: those of articles in one list are alike."""


def _rows(document: html.HtmlElement, base: str, links: tuple[str, ...] = ()) -> Iterator[_Row]:
    base = base_of(document, base)
    links_in: Counter[html.HtmlElement] = Counter()
    targets: dict[html.HtmlElement, str] = {}
    years: dict[html.HtmlElement, str] = {}
    year = None
    script: Script | None = None
    for element in document.iter():
        if not isinstance(element, html.HtmlElement):
            continue
        # A list may have its year as a heading, and dates without one.
        year = year_alone(collapse(element.text or "")) or year
        if element.tag != "a" and not (_is_clicked(element) and next(element.iter("a"), None) is None):
            continue
        url = link_target(element, base)
        if url is None and CALL.search(f"{element.get('href') or ''};{element.get('onclick') or ''}"):
            script = script or Script("\n;".join(part.text or "" for part in document.iter("script")))
            url = _called_target(element, base, script, links)
        if url is None:
            continue
        targets[element] = url
        if year is not None:
            years[element] = year
        links_in[element] += 1
        for above in element.iterancestors():
            links_in[above] += 1
    best: dict[html.HtmlElement, _Row] = {}
    for anchor, url in targets.items():
        title = link_title(anchor)
        if len(title) < _SHORTEST_TITLE or is_pager(title) or urldefrag(url).url == urldefrag(base).url:
            continue
        year = years.get(anchor)
        block = _block(anchor, url, links_in, targets, year)
        title, written = split_date(title)
        listed_on = (
            _row_date(anchor, block, url, year) or date_beside(_beside(block, targets), url, year=year) or written
        )
        # A row's link to its column or file is no second entry: the longest title speaks for a dated row.
        key = block if listed_on else anchor
        held = best.get(key)
        if held is None or len(title) > len(held.title):
            undatable = listed_on is None and is_undatable(collapse(text_of(block, without=anchor))[:60])
            shared = sum(
                targets[a] != url and len(link_title(a)) >= _SHORTEST_TITLE for a in block.iter() if a in targets
            )
            best[key] = _Row(url, title, listed_on, _place(block), undatable, shared > 0)
    yield from best.values()


def _is_clicked(element: html.HtmlElement) -> bool:
    """True if an element that is no link opens something when it is clicked."""
    return any(element.get(name) is not None for name in ("onclick", *_LINK_ATTRIBUTES))


def _block(
    anchor: html.HtmlElement,
    url: str,
    links_in: Counter[html.HtmlElement],
    targets: dict[html.HtmlElement, str],
    year: str | None,
) -> html.HtmlElement:
    """The row around a link: it grows until it has a date, and not into a block of several dated rows."""
    block = anchor
    while (above := block.getparent()) is not None and links_in[above] <= _LINKS_IN_A_ROW and above.tag != "body":
        text = collapse(text_of(block, without=anchor))
        if date_beside(text, url, year=year) or _date_in_attributes(block) or (len(text) < 40 and is_undatable(text)):
            break
        others = {targets[a] for a in above.iter() if a in targets} - {url}
        if others and len(dates_in(collapse(text_of(above, without=anchor)))) > 1:
            break
        block = above
    return block


def _row_date(anchor: html.HtmlElement, block: html.HtmlElement, url: str, year: str | None) -> str | None:
    """The date in a row: an element that is nothing but a date, else what stands beside the link, else an attribute."""
    alone: list[str] = []
    for element in block.iter():
        if isinstance(element.tag, str) and len(element) <= 3:
            text = collapse(text_of(element))
            if 4 < len(text) < 40 and is_only_date(text) and (found := date_beside(text, url, year=year)):
                alone.append(found)
    if alone:
        return alone[-1]
    outside = collapse(text_of(block, without=anchor))
    beside = date_beside(outside, url, year=year) if len(outside) < 400 else None
    return beside or _date_in_attributes(block)


def _date_in_attributes(block: html.HtmlElement) -> str | None:
    """The date that a row carries for machines."""
    for element in block.iter():
        for name in _DATE_ATTRIBUTES if isinstance(element.tag, str) else ():
            if (value := element.get(name)) and (found := dates_in(value)):
                return found[0]
    return None


def _beside(block: html.HtmlElement, targets: Container[html.HtmlElement]) -> str:
    """The text between this block and the next link, or before it where the rows begin with their dates."""
    parent = block.getparent()
    if parent is None:
        return ""
    lead = parent.text or ""
    for sibling in parent:
        if any(inner in targets for inner in sibling.iter()):
            break
        lead += f" {text_of(sibling)} {sibling.tail or ''}"
    date_first = re.search(r"\d{4}\s*[-./年]\s*\d{1,2}|\d{1,2}[-/]\d{1,2}", lead) is not None
    if not date_first:
        after = block.tail or ""
        for sibling in block.itersiblings():
            if any(inner in targets for inner in sibling.iter()):
                break
            after += f" {text_of(sibling)} {sibling.tail or ''}"
        return collapse(after)[:60]
    before: list[str] = []
    for sibling in block.itersiblings(preceding=True):
        before.append(sibling.tail or "")
        if any(inner in targets for inner in sibling.iter()):
            break
        before.append(text_of(sibling))
    else:
        before.append(parent.text or "")
    return collapse(" ".join(reversed(before)))[-60:]


def text_of(element: html.HtmlElement, *, without: html.HtmlElement | None = None) -> str:
    """The text in an element, blanks between its parts, without scripts, styles, comments and `without`."""
    parts: list[str] = []

    def walk(node: html.HtmlElement) -> None:
        if node is without or not isinstance(node.tag, str) or node.tag in {"script", "style"}:
            return
        parts.append(node.text or "")
        for child in node:
            walk(child)
            parts.append(child.tail or "")

    walk(element)
    return " ".join(part for part in parts if part.strip())


def _inline_text(element: html.HtmlElement) -> str:
    """The text in a link: words marked within a title stay whole."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in {"script", "style"}:
            inner = _inline_text(child)
            parts.append(inner if child.tag in _INLINE else f" {inner} ")
        parts.append(child.tail or "")
    return "".join(parts)


def base_of(document: html.HtmlElement, url: str) -> str:
    """The address that a page's relative links are joined to: what its `<base>` says, else its own."""
    for element in document.iter("base"):
        if href := element.get("href"):
            return urljoin(url, str(href).strip())
    return url


CALL = re.compile(r"([A-Za-z_$][\w$]*)\s*\(\s*([^()]*)\)")
"""A call in a link: the name of the function, and what it is given."""


def called_arguments(given: str) -> list[str]:
    """What a call in a link is given, each without its quotes."""
    return [part.strip().strip("'\"") for part in given.split(",") if part.strip()]


def _called_target(anchor: html.HtmlElement, base: str, script: Script, links: tuple[str, ...]) -> str | None:
    """The address that a link opens by calling a function of the page, `javascript:openDetail('88', '7')`, or, in a
    piece, one of the page around it that writes an address of one number."""
    for name, given in CALL.findall(f"{anchor.get('href') or ''};{anchor.get('onclick') or ''}"):
        arguments = called_arguments(given)
        made = (
            _HOLE.sub(arguments[0], link) for link in links if len(arguments) == 1 and len(_HOLE.findall(link)) == 1
        )
        if address := script.opened_by(name, arguments) or next(made, None):
            try:
                return urljoin(base, address)
            except ValueError:
                return None
    return None


def link_target(anchor: html.HtmlElement, base: str) -> str | None:
    """The absolute address that a link leads to by http; None for scripts, mail, anchors and broken ones."""
    href = (anchor.get("href") or "").strip()
    if href.lower().startswith("javascript") or href in {"", "#"}:
        opened = _OPENED.search(f"{href} {anchor.get('onclick') or ''}")
        href = opened.group(1) if opened else next((v for n in _LINK_ATTRIBUTES if (v := anchor.get(n))), "").strip()
    if not href or href.startswith(("#", "javascript", "mailto:", "tel:", "data:")) or _UNFILLED.search(href):
        return None
    try:
        url = urljoin(base, re.sub(r"[\r\n\t]", "", href))
        parts = urlsplit(url)
        host: str | None = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    return str(url.replace(" ", "%20"))


def link_title(anchor: html.HtmlElement) -> str:
    """What a link is called: its `title` where the text is cut short or missing, else its text."""
    text = _own_text(anchor)
    named = anchor.get("title") or ""
    named = collapse(_LABELLED_TITLE.sub("", named).splitlines()[0] if named.strip() else "")
    if not named:
        image = next(anchor.iter("img"), None)
        named = collapse(image.get("alt") or image.get("title") or "") if image is not None and not text else ""
    stem = _CUT_SHORT.sub("", text)
    if not text or (named and (_CUT_SHORT.search(text) or _squeeze(stem) in _squeeze(named))):
        return named or text
    # A title that says less, or something else such as 「点击查看」, gives way.
    return named if len(named) >= _SHORTEST_TITLE and _squeeze(named) in _squeeze(text) else text


def is_prose(page: Page) -> bool:
    """True if a page holds a text to read, of several sentences outside of its links, as an article does."""
    document = parse(page.text)
    if document is None:
        return False
    blocks = (element for element in document.iter("p", "div", "td", "span") if next(element.iter("a"), None) is None)
    sentences = {text for element in blocks if "。" in (text := collapse(element.text or "")) and len(text) > 30}
    return len(sentences) >= _SENTENCES_OF_AN_ARTICLE


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _own_text(anchor: html.HtmlElement) -> str:
    """The text of a link; of a link that wraps a whole row, its heading."""
    whole = collapse(_inline_text(anchor))
    parts = [collapse(text_of(child)) for child in anchor.iter() if isinstance(child.tag, str) and child is not anchor]
    heads = list(anchor.iter("h1", "h2", "h3", "h4", "h5", "h6"))
    if heads and (head := collapse(text_of(heads[0]))) and not is_only_date(head):
        return head
    dates = [part for part in parts if part and is_only_date(part)]
    if dates:
        titles = [part for part in parts if part and part not in dates and len(part) >= _SHORTEST_TITLE]
        rest = whole
        for part in dates:
            rest = rest.replace(part, " ")
        rest = collapse(rest)
        return min((t for t in titles if t in rest), key=lambda t: rest.index(t), default=rest) if titles else rest
    if len(whole) > 100 and parts:
        return next((part for part in parts if _SHORTEST_TITLE <= len(part) <= 100), whole)
    return whole


def _place(block: html.HtmlElement) -> tuple[int, str]:
    """What holds a row, and its kind: rows of one list share it."""
    holder = block.getparent()
    # Rows of a table stand two deep where each is in a body of its own.
    while holder is not None and holder.tag in {"tr", "tbody", "td", "li"}:
        holder = holder.getparent()
    return (0 if holder is None else id(holder), str(block.tag))
