"""The contract of a batch: what the warehouse takes, column by column.

A batch is a folder of JSON Lines files, UTF-8, one object a line, each file named after its table (`captures.jsonl`).
A missing file means no rows. A missing key means null. An unknown file `*.jsonl`, an unknown key, a null where a value
is required or a value of another type is refused with one sentence before anything is written.

Times are UTC, ISO 8601 with a Z (`2026-01-02T03:04:05.678901Z`); dates `YYYY-MM-DD`; offsets are Python str offsets
into `report_versions.text`, end exclusive; paragraphs and pages count from 1; section and quantity ordinals are those
that extraction gave. `text_digest` is the SHA-256, in hex, of the UTF-8 text.

What the caller writes, and what the warehouse makes of it:

- `runs` `portal_runs` `captures` `candidates` `visits` `problems` `sightings` `missing`: the log of what was done
  and seen. A line loaded again replaces itself (its natural key is in `TABLES`).
- `sightings`: one row a visit that showed a report's text, a 304 answer included (then the digest is that of the text
  which the 304 vouches for). A visit (`capture_id`, `url`, `seen_at`) shows one text: handed in again, it moves to the
  new text. A row of `report_versions` is a sighting too.
- `visits`: one row an article address that a run asked for, whatever came of it. A
  batch that holds a visit tells all that came of it: sightings and problems that are known of it go first.
- `missing`: one row a capture that answered 404 or 410 at an address. Two of them in two runs, with no sighting between
  or after, and the appearance is gone (`gone_at` is the second); a report whose every appearance is gone is
  `removed_at_source`.
- `report_versions`: one row a text (`report_id` + `text_digest`), with its metadata, and its facts in `paragraphs`,
  `sections`, `quantities`, `observations`, `checks`, `citations`, `postings`, all keyed by the same pair. A text that
  the warehouse holds already from the same `extractor_version` is skipped with its facts; from another it is replaced
  where a fact differs, and else only takes the new version's name.
  A fact whose text is not in the same batch's `report_versions` is refused. Version numbers are never handed in.
- `indicators` `regions` `portals` `population` `disclosure`: seed data. A file replaces the whole table; no file leaves
  it as it is.

`TABLES` below is the contract itself: the loader reads it, and a test holds it against the migrations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["log", "text", "fact", "seed"]


@dataclass(frozen=True, slots=True)
class Column:
    """A key of a JSON line."""

    name: str
    type: str
    """The DuckDB type it is read as."""
    required: bool = False
    """Whether null is refused."""


@dataclass(frozen=True, slots=True)
class BatchTable:
    """One file of a batch."""

    name: str
    kind: Kind
    key: tuple[str, ...]
    """The natural key: lines with the same key replace each other."""
    columns: tuple[Column, ...]


def _columns(text: str) -> tuple[Column, ...]:
    """Columns from `name TYPE` or `name TYPE!` (required), separated by semicolons."""
    found = []
    for part in text.split(";"):
        name, kind = part.split(maxsplit=1)
        found.append(Column(name, kind.strip().rstrip("!"), kind.strip().endswith("!")))
    return tuple(found)


def _table(name: str, kind: Kind, key: str, columns: str) -> BatchTable:
    return BatchTable(name, kind, tuple(key.split()), _columns(columns))


_TEXT_KEY = "report_id text_digest"
_OF_TEXT = "report_id VARCHAR!; text_digest VARCHAR!; "

TABLES: dict[str, BatchTable] = {
    table.name: table
    for table in (
        _table(
            "runs",
            "log",
            "run_id",
            # flow: nightly, backfill, reextract … · outcome: one word of the flow's own, ok where all went well ·
            # counts: an object of numbers
            """
                run_id VARCHAR!; flow VARCHAR!; started_at TIMESTAMPTZ!; finished_at TIMESTAMPTZ; outcome VARCHAR;
                counts JSON
            """,
        ),
        _table(
            "portal_runs",
            "log",
            "run_id portal_id",
            # state: ok empty drift blocked unreachable · reports_new and reports_revised: null lets the warehouse count
            """
                run_id VARCHAR!; portal_id VARCHAR!; state VARCHAR!; reason VARCHAR; requests BIGINT;
                captures BIGINT; candidates BIGINT; reports_new BIGINT; reports_revised BIGINT
            """,
        ),
        _table(
            "captures",
            "log",
            "capture_id",
            # the fields of the capture log, as it is written
            """
                capture_id VARCHAR!; run_id VARCHAR!; portal_id VARCHAR!; url VARCHAR!; fetched_at TIMESTAMPTZ!;
                role VARCHAR!; via VARCHAR; status INTEGER; verdict VARCHAR!; reason VARCHAR; content_type VARCHAR;
                payload_digest VARCHAR; etag VARCHAR; last_modified VARCHAR; warc_file VARCHAR!; offset BIGINT!;
                length BIGINT!; record_id VARCHAR!; refers_to VARCHAR
            """,
        ),
        _table(
            "candidates",
            "log",
            "run_id portal_id url",
            # decision: report undecided not_report
            """
                run_id VARCHAR!; portal_id VARCHAR!; url VARCHAR!; fetch_url VARCHAR; title VARCHAR;
                listed_on DATE; list_url VARCHAR; decision VARCHAR!; reason VARCHAR; seen_at TIMESTAMPTZ!
            """,
        ),
        _table(
            "visits",
            "log",
            "capture_id",
            # capture_id: that of the page, though the text may stand in a file's · reading: digest of all that the
            # outcome depends on, so that an equal one need not be read again
            """
                run_id VARCHAR!; portal_id VARCHAR!; url VARCHAR!; capture_id VARCHAR!; seen_at TIMESTAMPTZ!;
                reading VARCHAR!
            """,
        ),
        _table(
            "problems",
            "log",
            "run_id portal_id url capture_id kind sentence",
            # kind: one word · sentence: what a person should read
            """
                run_id VARCHAR!; portal_id VARCHAR; url VARCHAR; capture_id VARCHAR; kind VARCHAR!;
                sentence VARCHAR!
            """,
        ),
        _table(
            "sightings",
            "log",
            "capture_id url seen_at",
            """
                report_id VARCHAR!; text_digest VARCHAR!; portal_id VARCHAR!; url VARCHAR!; capture_id VARCHAR!;
                seen_at TIMESTAMPTZ!
            """,
        ),
        _table(
            "missing",
            "log",
            "capture_id",
            # report_id may stay null: the address says which report it was · run_id: null where the capture is in
            # captures of this or an earlier batch
            """
                report_id VARCHAR; run_id VARCHAR; portal_id VARCHAR!; url VARCHAR!; capture_id VARCHAR!;
                seen_at TIMESTAMPTZ!
            """,
        ),
        _table(
            "report_versions",
            "text",
            _TEXT_KEY,
            # level: province prefecture county township department · published_time: HH:MM[:SS] ·
            # attachments: [{url, name}] · provenance: {field: where from} · warnings: [sentence]
            _OF_TEXT
            + """
                text VARCHAR!; capture_id VARCHAR!; seen_at TIMESTAMPTZ!; extractor_version VARCHAR!;
                portal_id VARCHAR!; url VARCHAR!; title VARCHAR; list_title VARCHAR; inferred_title VARCHAR;
                issuer VARCHAR; region_code VARCHAR; region VARCHAR; level VARCHAR; report_year INTEGER!;
                published_on DATE; published_time VARCHAR; signed_on DATE; delivered_on DATE; source VARCHAR;
                document_number VARCHAR; site_id_code VARCHAR; attachments JSON; provenance JSON;
                warnings VARCHAR[]
            """,
        ),
        _table(
            "paragraphs",
            "fact",
            _TEXT_KEY,
            _OF_TEXT
            + """
                para_no INTEGER!; text VARCHAR!; page INTEGER
            """,
        ),
        _table(
            "sections",
            "fact",
            _TEXT_KEY,
            _OF_TEXT
            + """
                ordinal INTEGER!; level INTEGER!; marker VARCHAR; title VARCHAR; start INTEGER!; end INTEGER!;
                dimension VARCHAR; part VARCHAR
            """,
        ),
        _table(
            "quantities",
            "fact",
            _TEXT_KEY,
            _OF_TEXT
            + """
                ordinal INTEGER!; start INTEGER!; end INTEGER!; text VARCHAR!; value DOUBLE!; value_high DOUBLE;
                unit VARCHAR; bound VARCHAR!; kind VARCHAR!; direction VARCHAR; subject VARCHAR; period VARCHAR;
                section INTEGER; optional BOOLEAN; page INTEGER
            """,
        ),
        _table(
            "observations",
            "fact",
            _TEXT_KEY,
            _OF_TEXT
            + """
                indicator VARCHAR!; value DOUBLE!; value_high DOUBLE; unit VARCHAR; bound VARCHAR!; period VARCHAR;
                scope VARCHAR; start INTEGER!; end INTEGER!; evidence VARCHAR!; confidence DOUBLE!; rule VARCHAR;
                quantity INTEGER
            """,
        ),
        _table(
            "checks",
            "fact",
            _TEXT_KEY,
            _OF_TEXT
            + """
                rule VARCHAR!; stated DOUBLE!; numerator DOUBLE; denominator DOUBLE; computed DOUBLE;
                verdict VARCHAR!; start INTEGER!; end INTEGER!; arithmetic VARCHAR
            """,
        ),
        _table(
            "citations",
            "fact",
            _TEXT_KEY,
            _OF_TEXT
            + """
                start INTEGER!; end INTEGER!; text VARCHAR!; kind VARCHAR!; document_number VARCHAR;
                cited_id VARCHAR
            """,
        ),
        # tokens: an object {word: how often}, one line a text, words cut for search
        _table(
            "postings",
            "fact",
            _TEXT_KEY,
            _OF_TEXT
            + """
                tokens MAP(VARCHAR, INTEGER)!
            """,
        ),
        _table(
            "indicators",
            "seed",
            "code",
            """
                code VARCHAR!; name_zh VARCHAR!; name_en VARCHAR; dimension VARCHAR; dimension_zh VARCHAR;
                kind VARCHAR; unit VARCHAR; units VARCHAR[]; scope VARCHAR; better VARCHAR; relations JSON;
                note VARCHAR
            """,
        ),
        _table(
            "regions",
            "seed",
            "region_code",
            # name: 广州市 · full_name: 广东省广州市 · level: province prefecture county township
            """
                region_code VARCHAR!; name VARCHAR!; full_name VARCHAR; short_name VARCHAR; level VARCHAR;
                parent_code VARCHAR; note VARCHAR
            """,
        ),
        _table(
            "portals",
            "seed",
            "portal_id",
            # the registry entry, its id as portal_id · level: that of the portal's own government
            """
                portal_id VARCHAR!; name VARCHAR!; region_code VARCHAR; region VARCHAR; level VARCHAR;
                base_url VARCHAR!; host VARCHAR; family VARCHAR; columns JSON; allow_hosts VARCHAR[];
                delay_s DOUBLE; checked_on DATE; note VARCHAR
            """,
        ),
        _table(
            "population",
            "seed",
            "region_code year",
            """
                region_code VARCHAR!; year INTEGER!; population BIGINT!; source VARCHAR
            """,
        ),
        _table(
            "disclosure",
            "seed",
            "region_code year indicator",
            """
                region_code VARCHAR!; year INTEGER!; indicator VARCHAR!; value DOUBLE!; source VARCHAR
            """,
        ),
    )
}
