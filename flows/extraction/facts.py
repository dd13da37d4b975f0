"""The facts that extraction yields. Offsets are Python str offsets into the clean text, end exclusive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Bound = Literal["exact", "about", "over", "under"]
QuantityKind = Literal["count", "percent", "money", "rank", "duration", "change", "ratio", "range"]
CheckVerdict = Literal["consistent", "rounded", "truncated", "mismatch"]
Level = Literal["province", "prefecture", "county", "township", "department"]


@dataclass(frozen=True, slots=True)
class Listing:
    """What the crawl knows of a document before it is read: the registry entry and the list that named it."""

    url: str | None = None
    portal_id: str | None = None
    portal_name: str | None = None
    region: str | None = None
    """Full name of the portal's region, 广州市从化区."""
    region_code: str | None = None
    """Six digits."""
    level: Level | None = None
    """Level of the portal's own government."""
    list_title: str | None = None
    listed_on: str | None = None
    """YYYY-MM-DD as the list shows it."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a page offers."""

    url: str
    name: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its span; the span of a section ends where the next heading of its level or above begins."""

    ordinal: int
    level: int
    """1 for 一、 · 2 for （一） · 3 for 1. · 4 for （1） · 5 for 一是."""
    marker: str
    title: str
    start: int
    end: int
    dimension: str | None = None
    """Dimension of the indicator catalogue, where the heading names one."""
    part: Literal["achievements", "problems", "plans"] | None = None
    """成效 · 问题 · 下一步."""


@dataclass(frozen=True, slots=True)
class Document:
    """The clean text and metadata of one page or file."""

    text: str
    """Paragraphs joined by one newline, no blank lines, title first where the page shows one; no newline at the end."""
    title: str | None = None
    """As the page itself shows it."""
    inferred_title: str | None = None
    """Where the page shows none: from meta tags, list or issuer and year."""
    published_on: str | None = None
    published_time: str | None = None
    """HH:MM or HH:MM:SS as written."""
    source: str | None = None
    document_number: str | None = None
    signed_on: str | None = None
    delivered_on: str | None = None
    issuer: str | None = None
    region: str | None = None
    region_code: str | None = None
    level: Level | None = None
    report_year: int | None = None
    site_id_code: str | None = None
    sections: tuple[Section, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    pages: tuple[int, ...] = ()
    """Of a paginated file: for each paragraph of the text its page, from 1. Empty for HTML."""
    provenance: dict[str, str] = field(default_factory=dict)
    """For each metadata field where it was taken from: meta, heading, label, url, list, registry, text."""
    warnings: tuple[str, ...] = ()
    """Sentences that a person may need to read."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A numeral that states an amount."""

    ordinal: int
    start: int
    end: int
    text: str
    value: float
    value_high: float | None
    unit: str | None
    bound: Bound
    kind: QuantityKind
    direction: Literal["up", "down"] | None = None
    subject: str | None = None
    period: str | None = None
    section: int | None = None
    """Ordinal of the innermost section that holds it."""
    optional: bool = False
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """A statement that is an indicator of the catalogue."""

    indicator: str
    """Code, or code with facet: `CODE.yoy`, `CODE.share`."""
    value: float
    value_high: float | None
    unit: str | None
    bound: Bound
    period: str | None
    scope: str | None
    start: int
    end: int
    """Span of the evidence words."""
    evidence: str
    confidence: float
    """0 to 1."""
    rule: str
    """Name of the rule or phrasing that decided."""
    quantity: int
    """Ordinal of its quantity."""


@dataclass(frozen=True, slots=True)
class Check:
    """A stated figure held against others of the same report."""

    rule: str
    stated: float
    numerator: float | None
    denominator: float | None
    computed: float | None
    verdict: CheckVerdict
    start: int
    end: int
    arithmetic: str
    """The arithmetic in words."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A law, regulation, plan or document that a report names."""

    start: int
    end: int
    text: str
    kind: Literal["law", "regulation", "rule", "normative_document", "plan", "standard"]
    document_number: str | None
    cited_id: str
    """One identity for all variant names of the same document."""


class Unreadable(Exception):  # noqa: N818 - it is a verdict on the input, not a fault of the program
    """The bytes hold no text that can be trusted. `verdict` is a word, the message a sentence: what to do."""

    def __init__(self, verdict: str, sentence: str) -> None:
        super().__init__(sentence)
        self.verdict = verdict
