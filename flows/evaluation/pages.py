"""How clean the text of saved pages is: strings of the body must be there, strings of the page's frame must not.

A set of pages is a folder with `html/`, `gold/` (one JSON a page) and INDEX.tsv. Strings are compared with white space
removed. Peers are other extractors read by the same rule: trafilatura, readability-lxml, resiliparse, GNE.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.extraction.facts import Listing, Unreadable
from flows.extraction.typography import squeeze

if TYPE_CHECKING:
    from rich.table import Table

_FIRST_PAGE = f"<html><head><title>法治</title></head><body><p>{'本县坚持依法行政。' * 20}</p></body></html>"
FIELDS = ("title", "published", "published_time", "source", "document_number")


class NoPages(Exception):  # noqa: N818 - it is a verdict on the folder
    """The folder is no set of pages."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """What an extractor made of one page; None for a field that it does not give."""

    text: str = ""
    title: str | None = None
    published: str | None = None
    published_time: str | None = None
    source: str | None = None
    document_number: str | None = None


@dataclass(slots=True)
class PageScore:
    """How one page came out. Counts of strings; `fields` for each metadata field whether it is right."""

    name: str
    wanted: int = 0
    found: int = 0
    unwanted: int = 0
    leaked: int = 0
    fields: dict[str, bool] = field(default_factory=dict)
    has_source: bool = False
    seconds: float = 0.0
    misses: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Score:
    """How one extractor did on all pages."""

    extractor: str
    pages: list[PageScore] = field(default_factory=list)

    @property
    def found(self) -> float:
        """Share of the body's strings that are in the text."""
        return sum(page.found for page in self.pages) / max(1, sum(page.wanted for page in self.pages))

    @property
    def leaked(self) -> float:
        """Share of the frame's strings that are in the text."""
        return sum(page.leaked for page in self.pages) / max(1, sum(page.unwanted for page in self.pages))

    @property
    def whole(self) -> int:
        """Pages with every string of the body."""
        return sum(page.found == page.wanted for page in self.pages)

    @property
    def clean(self) -> int:
        """Pages without any string of the frame."""
        return sum(not page.leaked for page in self.pages)

    def right(self, name: str) -> int:
        """Pages on which the field is right."""
        return sum(page.fields.get(name, False) for page in self.pages)

    @property
    def source(self) -> float:
        """Share right among the pages that have a source."""
        having = [page for page in self.pages if page.has_source]
        return sum(page.fields["source"] for page in having) / max(1, len(having))

    @property
    def milliseconds(self) -> float:
        """CPU a page."""
        return 1000 * sum(page.seconds for page in self.pages) / max(1, len(self.pages))


def evaluate(folder: Path, peers: bool = False) -> list[Score]:
    """Score ours, and with `peers` every installed peer, on the pages of the folder. Raises NoPages."""
    golds = sorted((folder / "gold").glob("*.json"))
    if not golds:
        raise NoPages(f"{folder} holds no gold/*.json; give a folder with html/, gold/ and INDEX.tsv.")
    addresses = _addresses(folder)
    extractors: dict[str, Callable[[bytes, str | None], Reading]] = {"fazhi": _ours}
    if peers:
        from flows.evaluation.peers import installed

        extractors |= installed()
    scores = [Score(name) for name in extractors]
    for extract in extractors.values():
        extract(_FIRST_PAGE.encode(), None)  # what is imported and compiled once is no page's time
    for gold_file in golds:
        gold = json.loads(gold_file.read_text("utf-8"))
        content = (folder / "html" / gold["file"]).read_bytes()
        address = addresses.get(gold["file"])
        for score, extract in zip(scores, extractors.values(), strict=True):
            began = time.process_time()
            try:
                reading = extract(content, address)
            except Unreadable as refusal:
                reading = Reading()
                refused: str | None = f"refused: {refusal}"
            else:
                refused = None
            score.pages.append(_judge(gold, reading, time.process_time() - began, refused))
    return scores


def _ours(content: bytes, address: str | None) -> Reading:
    from flows.extraction.read import read

    document = read(content, listing=Listing(url=address))
    return Reading(
        text=document.text,
        title=document.title,
        published=document.published_on,
        published_time=document.published_time,
        source=document.source,
        document_number=document.document_number,
    )


def _addresses(folder: Path) -> dict[str, str]:
    index = folder / "INDEX.tsv"
    if not index.is_file():
        return {}
    rows = [line.split("\t") for line in index.read_text("utf-8").splitlines()[1:] if line]
    return {row[0]: row[1] for row in rows if len(row) > 1 and row[1]}


def _judge(gold: dict[str, Any], reading: Reading, seconds: float, refused: str | None) -> PageScore:
    text = squeeze(reading.text)
    page = PageScore(name=gold["file"], seconds=seconds, has_source=bool(gold.get("source")))
    page.wanted, page.unwanted = len(gold["with"]), len(gold["without"])
    if refused:
        page.misses.append(refused)
    for string in gold["with"]:
        if squeeze(string) in text:
            page.found += 1
        else:
            page.misses.append(f"body string is missing: {string}")
    for string in gold["without"]:
        if squeeze(string) in text:
            page.leaked += 1
            page.misses.append(f"chrome string leaks: {string}")
    for name in FIELDS:
        wanted, got = gold.get(name), getattr(reading, name)
        page.fields[name] = squeeze(wanted or "") == squeeze(got or "")
        if not page.fields[name]:
            page.misses.append(f"{name}: wanted {wanted}, got {got}")
    return page


def table(scores: list[Score]) -> Table:
    """The scores side by side."""
    from rich.table import Table

    made = Table(title=f"Clean text of {len(scores[0].pages)} saved pages")
    for head in (
        "extractor", "body", "whole", "leaked", "clean", "title", "date", "time", "source",
        "number", "CPU/page",
    ):  # fmt: skip
        made.add_column(head, justify="left" if head == "extractor" else "right", no_wrap=True)
    for score in scores:
        count = len(score.pages)
        made.add_row(
            score.extractor,
            f"{score.found:.1%}",
            f"{score.whole}/{count}",
            f"{score.leaked:.1%}",
            f"{score.clean}/{count}",
            f"{score.right('title')}/{count}",
            f"{score.right('published')}/{count}",
            f"{score.right('published_time')}/{count}",
            f"{score.source:.1%}",
            f"{score.right('document_number')}/{count}",
            f"{score.milliseconds:.1f} ms",
        )
    return made


def report_pages(folder: Path, *, misses: bool = False, peers: bool = False) -> None:
    """Print the table, and with `misses` every string and field that is wrong."""
    from rich.console import Console

    scores = evaluate(folder, peers)
    console = Console()
    Console(width=max(130, console.width)).print(table(scores))
    if misses:
        for page in scores[0].pages:
            for miss in page.misses:
                console.print(f"{page.name} · {miss}", highlight=False, markup=False)
