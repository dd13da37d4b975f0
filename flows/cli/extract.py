"""`fazhi extract FILE`: one file's text, metadata and facts, as one JSON object or as coloured text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.text import Text

    from flows.extraction.facts import Document, Quantity
    from flows.extraction.measure import Measures


class NoText(Exception):  # noqa: N818 - told in its sentence
    """The file holds no text that can be trusted."""

    exit_code = 1


class NoFile(Exception):  # noqa: N818 - told in its sentence
    """There is no such file, or none that can be opened."""

    exit_code = 2


class TwoForms(Exception):  # noqa: N818 - told in its sentence
    """Two forms of output were asked for at once."""

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

    if as_json and explain:
        raise TwoForms("--json is for programs and --explain for people; give one of them.")
    content = _content_of(file)
    try:
        document = read(content, listing=Listing(url=url))
    except Unreadable as unreadable:
        raise NoText(f"{file}: {unreadable}") from unreadable
    measures = measure(document)
    if explain:
        _explain(document, measures)
    else:
        typer.echo(to_json(document, measures, compact=as_json))


def _content_of(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    if str(file).startswith(("http:/", "https:/")):
        raise NoFile(
            "extract reads a saved file, not an address; save the page, give its path, and the address as --url."
        )
    if file.is_dir():
        raise NoFile(f"{file} is a folder; give one file of it.")
    if not file.exists():
        raise NoFile(f"There is no file {file}; give the path of a saved page or document.")
    try:
        return file.read_bytes()
    except OSError as refusal:
        raise NoFile(f"{file} cannot be read ({refusal.strerror}); see to its permissions.") from refusal


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
    "ratio": "bold bright_green",
    "range": "bold bright_cyan",
}
_VERDICTS = {"consistent": "green", "rounded": "green", "truncated": "yellow", "mismatch": "bold red"}
_SIGNS = {"about": "≈", "over": ">", "under": "<", "exact": ""}


def _explain(document: Document, measures: Measures) -> None:
    """The text with a label behind each quantity: value, unit, then the indicators it is, or else what it counts."""
    from rich.console import Console
    from rich.text import Text

    console = Console()
    legend = Text("  ").join(Text(kind, style=style) for kind, style in _COLOURS.items())
    about = f"{document.issuer or 'issuer unknown'} · {document.report_year or 'year unknown'}"
    console.print(Text(about, style="bold"), legend, sep="\n", soft_wrap=True)
    console.print(_labelled(document, measures), soft_wrap=True)
    console.rule(
        f"{len(measures.quantities)} quantities, {len(measures.observations)} observations, "
        f"{len(measures.checks)} checks, {len(measures.citations)} citations"
    )
    for check in measures.checks:
        console.print(
            Text(f"{check.verdict}: ", style=_VERDICTS[check.verdict]) + Text(check.arithmetic), soft_wrap=True
        )


def _labelled(document: Document, measures: Measures) -> Text:
    from rich.text import Text

    codes: dict[int, list[str]] = {}
    for observation in measures.observations:
        codes.setdefault(observation.quantity, []).append(observation.indicator)
    plain = Text(document.text)
    for section in document.sections:
        plain.stylize("bold", section.start, section.start + len(section.marker) + len(section.title))
    for citation in measures.citations:
        plain.stylize("underline", citation.start, citation.end)
    for quantity in measures.quantities:
        plain.stylize(_COLOURS[quantity.kind], quantity.start, quantity.end)
    shown, at = Text(), 0
    for quantity in measures.quantities:
        shown.append_text(plain[at : quantity.end])
        observed = codes.get(quantity.ordinal)
        meaning = " ".join(observed) if observed else quantity.subject or ""
        shown.append(f"⟨{_value_of(quantity)}", style="dim")
        shown.append(f" {meaning}" if meaning else "", style="italic green" if observed else "dim")
        shown.append("⟩", style="dim")
        at = quantity.end
    return shown.append_text(plain[at:])


def _value_of(quantity: Quantity) -> str:
    """↓>1,200 件 for a decrease by more than twelve hundred cases."""
    high = "" if quantity.value_high is None else f"–{quantity.value_high:,.10g}"
    arrow = {"up": "↑", "down": "↓"}.get(quantity.direction or "", "")
    return f"{arrow}{_SIGNS[quantity.bound]}{quantity.value:,.12g}{high} {quantity.unit or ''}".rstrip()
