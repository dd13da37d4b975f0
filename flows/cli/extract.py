"""`fazhi extract FILE`: one file's text, metadata and facts, as one JSON object or as coloured text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from flows.extraction.facts import Document
    from flows.extraction.measure import Measures


class NoText(Exception):  # noqa: N818 - told in its sentence
    """The file holds no text that can be trusted."""

    exit_code = 1


class NoFile(Exception):  # noqa: N818 - told in its sentence
    """There is no such file."""

    exit_code = 2


def extract(
    file: Annotated[Path, typer.Argument(help="HTML, PDF, DOCX, XLSX, OFD or text; - reads standard input.")],
    url: Annotated[str | None, typer.Option(help="The address it came from; it tells date and portal.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object and nothing else.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="The text with each quantity marked and labelled.")
    ] = False,
) -> None:
    """Extract the text, the metadata and every number of one file."""
    from flows.extraction.facts import Listing, Unreadable
    from flows.extraction.measure import measure
    from flows.extraction.read import read

    if str(file) == "-":
        content = sys.stdin.buffer.read()
    elif not file.is_file():
        raise NoFile(f"{file} is no file; give the path of a saved page or document.")
    else:
        content = file.read_bytes()
    try:
        document = read(content, listing=Listing(url=url))
    except Unreadable as unreadable:
        raise NoText(f"{file}: {unreadable}") from unreadable
    measures = measure(document)
    if explain:
        _explain(document, measures)
    else:
        typer.echo(to_json(document, measures, compact=as_json))


def as_object(document: Document, measures: Measures) -> dict[str, Any]:
    """The object that `fazhi extract` prints: metadata, text, sections and facts, plain values only."""
    from dataclasses import asdict

    fields = (
        "title",
        "inferred_title",
        "published_on",
        "published_time",
        "source",
        "document_number",
        "signed_on",
        "delivered_on",
        "issuer",
        "region_code",
        "region",
        "level",
        "report_year",
        "text",
    )
    found: dict[str, Any] = {name: getattr(document, name) for name in fields}
    found["sections"] = [asdict(section) for section in document.sections]
    found["quantities"] = [asdict(quantity) for quantity in measures.quantities]
    found["observations"] = [asdict(observation) for observation in measures.observations]
    found["checks"] = [asdict(check) for check in measures.checks]
    found["citations"] = [asdict(citation) for citation in measures.citations]
    found["attachments"] = [asdict(attachment) for attachment in document.attachments]
    found["provenance"] = dict(document.provenance)
    found["warnings"] = list(document.warnings)
    whole: dict[str, Any] = _whole_numbers(found)
    return whole


def _whole_numbers(value: Any) -> Any:
    """435.0 is written 435."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole_numbers(item) for item in value]
    return value


def to_json(document: Document, measures: Measures, *, compact: bool) -> str:
    """The object as JSON: one line for programs, indented for people."""
    import json

    return json.dumps(as_object(document, measures), ensure_ascii=False, indent=None if compact else 2)


_COLOURS = {
    "count": "bold cyan",
    "percent": "bold green",
    "money": "bold yellow",
    "rank": "bold magenta",
    "duration": "bold blue",
    "change": "bold red",
    "ratio": "bold green",
    "range": "bold cyan",
}
_SIGNS = {"about": "≈", "over": ">", "under": "<", "exact": ""}


def _explain(document: Document, measures: Measures) -> None:
    from rich.console import Console
    from rich.text import Text

    codes: dict[int, list[str]] = {}
    for observation in measures.observations:
        codes.setdefault(observation.quantity, []).append(observation.indicator)
    shown, at = Text(), 0
    for quantity in measures.quantities:
        shown.append(document.text[at : quantity.start])
        shown.append(quantity.text, style=_COLOURS[quantity.kind])
        high = "" if quantity.value_high is None else f"–{quantity.value_high:,.10g}"
        arrow = {"up": "↑", "down": "↓"}.get(quantity.direction or "", "")
        value = f"{arrow}{_SIGNS[quantity.bound]}{quantity.value:,.12g}{high} {quantity.unit or ''}".rstrip()
        label = " ".join([value, *codes.get(quantity.ordinal, [])])
        shown.append(f"⟨{label}⟩", style="dim")
        at = quantity.end
    shown.append(document.text[at:])
    console = Console()
    console.print(shown, soft_wrap=True)
    for check in measures.checks:
        style = "red" if check.verdict == "mismatch" else "dim"
        console.print(Text(f"{check.verdict}: {check.arithmetic}", style=style))
