"""How clean the text of saved pages is: strings of the body must be there, strings of the page's frame must not.

A set of pages is a folder with `html/`, `gold/` (one JSON a page) and INDEX.tsv. Strings are compared with white space
removed. Peers are other extractors read by the same rule: trafilatura, readability-lxml, resiliparse, GNE.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.evaluation.peers import installed
from flows.evaluation.reading import Extract, Reading
from flows.extraction.facts import Listing, Unreadable
from flows.extraction.text.typography import squeeze

if TYPE_CHECKING:
    from rich.table import Table

_FIRST_PAGE = f"<html><head><title>法治</title></head><body><p>{'本县坚持依法行政。' * 20}</p></body></html>"
FIELDS = ("title", "published", "published_time", "source", "document_number")
"""Fields that every gold file states, null where the page has none."""
MORE_FIELDS = ("signed_date", "issuer", "region_level", "report_year")
"""Fields that the gold of an annual report states too."""


class NoPages(Exception):  # noqa: N818 - it is a verdict on the folder
    """The folder is no set of pages."""

    exit_code = 2


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

    def shares(self) -> dict[str, float]:
        """What floors are set on: shares, 1 is all."""
        count = max(1, len(self.pages))
        found = {
            "body": self.found,
            "pages with the whole body": self.whole / count,
            "chrome kept out": 1 - self.leaked,
            "pages without chrome": self.clean / count,
        }
        for name in ("text", *FIELDS, *MORE_FIELDS, "attachments", "verdict"):
            having = [page.fields[name] for page in self.pages if name in page.fields]
            if having:
                found[name] = sum(having) / len(having)
        return found

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
    listings = _listings(folder)
    extractors: dict[str, Extract] = {"fazhi": _ours} | (installed() if peers else {})
    scores = [Score(name) for name in extractors]
    for extract in extractors.values():
        extract(_FIRST_PAGE.encode(), Listing())  # what is imported and compiled once is no page's time
    for gold_file in golds:
        gold = json.loads(gold_file.read_text("utf-8"))
        content = (folder / "html" / gold["file"]).read_bytes()
        listing = listings.get(gold["file"], Listing())
        for score, extract in zip(scores, extractors.values(), strict=True):
            began = time.process_time()
            refusal: Unreadable | None
            try:
                reading = extract(content, listing)
            except Unreadable as fault:
                reading, refusal = Reading(), fault
            else:
                refusal = None
            score.pages.append(_judge(gold, reading, time.process_time() - began, refusal))
    return scores


def _ours(content: bytes, listing: Listing) -> Reading:
    from flows.extraction.read import read

    document = read(content, listing=listing)
    return Reading(
        text=document.text,
        title=document.title,
        published=document.published_on,
        published_time=document.published_time,
        source=document.source,
        document_number=document.document_number,
        signed_date=document.signed_on,
        issuer=document.issuer,
        region_level=document.level,
        report_year=str(document.report_year) if document.report_year else None,
        attachments=tuple(file.url for file in document.attachments),
    )


def _listings(folder: Path) -> dict[str, Listing]:
    """What INDEX.tsv says of each file: its address, and, in further columns, the region of its portal."""
    index = folder / "INDEX.tsv"
    if not index.is_file():
        return {}
    head, *rows = [line.split("\t") for line in index.read_text("utf-8").splitlines() if line]
    found = {}
    for row in rows:
        cells = {name: value for name, value in zip(head, row, strict=False) if value}
        names = ("url", "region", "region_code", "level")
        known: dict[str, Any] = {name: cells[name] for name in names if name in cells}
        found[cells["file"]] = Listing(**known)
    return found


def _judge(gold: dict[str, Any], reading: Reading, seconds: float, refusal: Unreadable | None) -> PageScore:
    text = squeeze(reading.text)
    page = PageScore(name=gold["file"], seconds=seconds, has_source=bool(gold.get("source")))
    page.wanted, page.unwanted = len(gold["with"]), len(gold["without"])
    verdict = refusal.verdict if refusal else None
    if verdict or "verdict" in gold:
        page.fields["verdict"] = gold.get("verdict") == verdict
        if not page.fields["verdict"]:
            page.misses.append(f"refused: {refusal}" if refusal else f"is not refused: wanted {gold['verdict']}")
    for string in gold["with"]:
        if squeeze(string) in text:
            page.found += 1
        else:
            page.misses.append(f"body string is missing: {string}")
    for string in gold["without"]:
        if squeeze(string) in text:
            page.leaked += 1
            page.misses.append(f"chrome string leaks: {string}")
    if "verdict" in gold:
        return page
    if gold.get("exact"):
        page.fields["text"] = text == squeeze((gold["title"] or "") + "".join(gold["with"]))
        if not page.fields["text"]:
            page.misses.append(f"text: {len(text)} signs are not just the title and the body's strings in their order")
    for name in (*FIELDS, *(name for name in MORE_FIELDS if name in gold)):
        wanted, got = gold.get(name), getattr(reading, name)
        page.fields[name] = squeeze(str(wanted or "")) == squeeze(got or "")
        if not page.fields[name]:
            page.misses.append(f"{name}: wanted {wanted}, got {got}")
    files = [file["href"] for file in gold.get("attachments", ())]
    page.fields["attachments"] = len(files) == len(reading.attachments) and all(
        any(url.endswith(file) for url in reading.attachments) for file in files
    )
    if not page.fields["attachments"]:
        page.misses.append(f"attachments: wanted {files}, got {list(reading.attachments)}")
    return page


def table(scores: list[Score]) -> Table:
    """The scores side by side."""
    from rich.table import Table

    made = Table(title=f"Clean text of {len(scores[0].pages)} saved pages")
    for head in (
        "extractor", "body", "whole", "leaked", "clean", "title", "date", "time", "source",
        "number", "files", "CPU/page",
    ):  # fmt: skip
        made.add_column(head, justify="left" if head == "extractor" else "right", no_wrap=True)
    for score in scores:
        count = len(score.pages)
        fields = (*(name for name in FIELDS if name != "source"), "attachments")
        title, day, moment, number, files = (
            f"{score.right(name)}/{sum(name in page.fields for page in score.pages)}" for name in fields
        )
        made.add_row(
            score.extractor,
            f"{score.found:.1%}",
            f"{score.whole}/{count}",
            f"{score.leaked:.1%}",
            f"{score.clean}/{count}",
            title,
            day,
            moment,
            f"{score.source:.1%}",
            number,
            files,
            f"{score.milliseconds:.1f} ms",
        )
    return made


def report_pages(
    folder: Path,
    *,
    misses: bool = False,
    peers: bool = False,
    pin: bool = False,
    reason: str | None = None,
    pinned_in: Path | None = None,
) -> None:
    """Print the table, and with `misses` every string and field that is wrong; then hold the folder's floors.

    `pin` sets the floors anew, with a `reason` where one falls; they stand in the folder or in `pinned_in`. Raises
    FloorBroken, NoReason.
    """
    from rich.console import Console

    from flows.evaluation import floors

    scores = evaluate(folder, peers)
    console = Console()
    Console(width=max(130, console.width)).print(table(scores))
    if misses:
        for page in scores[0].pages:
            for miss in page.misses:
                console.print(f"{page.name} · {miss}", highlight=False, markup=False)
    if pin:
        floors.set_floors(folder, scores[0].shares(), reason, pinned_in)
    else:
        floors.hold(folder, scores[0].shares(), pinned_in)
