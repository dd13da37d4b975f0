"""CPU per page of reading HTML: ours (text, metadata and outline together) beside other extractors, in one run.

    python -m tests.benchmarks.extraction [FOLDER] [--profile]

FOLDER is a set of pages (tests/pages by default); beside it stand synthetic pages of 60 KB. Each figure is the least of
several rounds over all pages. The extractors of the dependency group `peers` are measured where they are installed.
`--profile` says where our time goes.
"""

from __future__ import annotations

import cProfile
import io
import pstats
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import lxml.html
import trafilatura
from rich.console import Console
from rich.table import Table

from flows.extraction.facts import Unreadable
from flows.extraction.read import read
from flows.extraction.text.encodings import decode

ROUNDS = 5
SYNTHETIC = 12
SYNTHETIC_BYTES = 60_000

SENTENCE = (
    "全县办理行政处罚案件{n}件，审查规范性文件{m}件，开展普法活动{n}场次，受教育群众{m}00人次，依法行政水平持续提升。"
)


def synthetic(number: int) -> bytes:
    """A page of 60 KB: a menu, a body of paragraphs of one sentence or several, related links, a foot."""
    links = "".join(f'<li><a href="/c{n}/index.html">栏目{n}</a></li>' for n in range(80))
    paragraphs, size, count = [], 0, 0
    while size < SYNTHETIC_BYTES - 14_000:
        count += 1
        text = "".join(SENTENCE.format(n=count + part, m=number + part) for part in range(1 + count % 3))
        style = 'style="text-indent:2em"' if number % 2 else 'class="MsoNormal"'
        paragraphs.append(f"<p {style}><span>　　（{count}）{text}</span></p>")
        size += len(paragraphs[-1].encode())
    body = (
        f'<div id="zoom">{"".join(paragraphs)}</div>'
        if number % 3
        else f'<div class="b{number}">{"".join(paragraphs)}</div>'
    )
    return (
        f'<html><head><meta charset="utf-8"><title>云溪县法治政府建设年度报告</title>'
        f'<meta name="PubDate" content="2024-03-11"></head><body><ul>{links}</ul><h1>云溪县法治政府建设年度报告</h1>'
        f"<div>发布时间：2024-03-11 来源：云溪县司法局</div>{body}<ul>{links}</ul>"
        "<div>主办：云溪县人民政府</div></body></html>"
    ).encode()


def extractors() -> dict[str, Callable[[bytes], object]]:
    """What is measured: name → what it does with a page's bytes."""

    def ours(content: bytes) -> object:
        try:
            return read(content)
        except Unreadable as refusal:
            return refusal

    found: dict[str, Callable[[bytes], object]] = {
        "fazhi": ours,
        "trafilatura fast": lambda page: trafilatura.extract(page, fast=True),
        "trafilatura extract": trafilatura.extract,
        "trafilatura bare_extraction": lambda page: trafilatura.bare_extraction(page, with_metadata=True),
        "lxml parse": lambda page: lxml.html.document_fromstring(decode(page).text.encode()),
    }
    if find_spec("readability"):
        document = import_module("readability").Document
        found["readability-lxml"] = lambda page: document(decode(page).text).summary()
    if find_spec("resiliparse"):
        plain = import_module("resiliparse.extract.html2text").extract_plain_text
        found["resiliparse"] = lambda page: plain(decode(page).text, main_content=True)
    return found


def milliseconds(extract: Callable[[bytes], object], pages: list[bytes]) -> float:
    """CPU per page, the least of the rounds."""
    least = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for page in pages:
            extract(page)
        least = min(least, time.process_time() - began)
    return 1000 * least / len(pages)


def main(folder: Path, profile: bool) -> None:
    sets = {
        folder.name: [path.read_bytes() for path in sorted((folder / "html").iterdir())],
        "synthetic 60 KB": [synthetic(number) for number in range(SYNTHETIC)],
    }
    sets[folder.name] = [page for page in sets[folder.name] if _parses(page)]
    table = Table(title=f"CPU per page, least of {ROUNDS} rounds; ratio to ours")
    table.add_column("extractor")
    for name, pages in sets.items():
        table.add_column(f"{name} ({len(pages)})", justify="right")
        table.add_column("ratio", justify="right")
    figures = {
        name: [milliseconds(extract, pages) for pages in sets.values()] for name, extract in extractors().items()
    }
    for name, row in figures.items():
        cells = [
            cell
            for figure, own in zip(row, figures["fazhi"], strict=True)
            for cell in (f"{figure:.1f} ms", f"{figure / own:.2f}")
        ]
        table.add_row(name, *cells)
    Console(width=110).print(table)
    if profile:
        watch = cProfile.Profile()
        watch.enable()
        for pages in sets.values():
            for page in pages:
                extractors()["fazhi"](page)
        watch.disable()
        told = io.StringIO()
        pstats.Stats(watch, stream=told).sort_stats("cumulative").print_stats(45)
        print(told.getvalue())


def _parses(page: bytes) -> bool:
    """Whether every extractor takes the page's bytes: peers know no page without markup."""
    try:
        return bool(decode(page).text.strip())
    except Unreadable:
        return False


if __name__ == "__main__":
    named = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    main(Path(named[0]) if named else Path(__file__).parents[1] / "pages", "--profile" in sys.argv)
