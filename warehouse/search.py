"""Search the reports: ranked by words (BM25 over postings), or exact by phrase or regular expression."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import duckdb

from warehouse.questions import LEVELS, WrongParameter, refuse_unknown_region

MARK = ("【", "】")
"""What stands around a found word in a hit's marked text."""


class Filters(NamedTuple):
    """What a search is limited to; None leaves it open."""

    region: str | None = None
    """Code or name; all below it is searched too."""
    level: str | None = None
    year: int | None = None
    dimension: str | None = None
    """Only paragraphs under headings of this dimension of the catalogue."""


ANYWHERE = Filters()


class Passage(NamedTuple):
    """A paragraph that holds what was sought."""

    para_no: int
    text: str
    spans: tuple[tuple[int, int], ...]
    """Offsets of the found words in `text`, in order, apart from each other."""

    def marked(self, mark: tuple[str, str] = MARK) -> str:
        """The text with the found words marked."""
        parts, at = [], 0
        for start, end in self.spans:
            parts += [self.text[at:start], mark[0], self.text[start:end], mark[1]]
            at = end
        return "".join([*parts, self.text[at:]])


class Hit(NamedTuple):
    """A report that was found."""

    report_id: str
    title: str
    region: str | None
    report_year: int
    url: str
    score: float | None
    """BM25; None in an exact search."""
    passages: tuple[Passage, ...]


_FILTERED = """
    ($region IS NULL OR in_region(region_code, $region)) AND ($level IS NULL OR level = $level)
    AND ($year IS NULL OR report_year = $year)
"""
_UNDER_DIMENSION = """
    EXISTS (FROM sections d WHERE d.report_id = p.report_id AND d.dimension = $dimension
            AND d.start <= p.start AND d."end" >= p."end")
"""


def ranked(
    connection: duckdb.DuckDBPyConnection,
    words: Iterable[str],
    filters: Filters = ANYWHERE,
    *,
    limit: int = 20,
    passages: int = 2,
) -> list[Hit]:
    """Reports that hold every word, best first, each with the paragraphs that hold most of them.

    `words` are best cut the way the index was. Raises WrongParameter."""
    _refuse(connection, filters)
    wanted = _longest(sorted({word.lower() for word in words if word.strip()}))
    if not wanted:
        raise WrongParameter("Nothing to search for: give at least one word.")
    given: dict[str, Any] = {"words": " ".join(wanted), "limit": limit}
    conditions = []
    if filters.dimension is not None:
        # A word must stand under the dimension too.
        given["dimension"] = filters.dimension
        conditions.append(
            f"""EXISTS (FROM paragraphs p WHERE p.report_id = r.report_id AND {_UNDER_DIMENSION}
                AND len(list_filter(string_split($words, ' '), lambda word: contains(lower(p.text), word))) > 0)"""
        )
    where = filters._asdict()
    del where["dimension"]
    if any(value is not None for value in where.values()):
        given |= where
        conditions.append(f"r.report_id IN (SELECT report_id FROM report_states WHERE {_FILTERED})")
    # What the others are called is not looked up: that would take as long as to find them.
    rows = connection.execute(
        f"""WITH best AS (
                SELECT r.report_id, r.score FROM search_scores($words) r
                {"WHERE " + " AND ".join(conditions) if conditions else ""}
                ORDER BY r.score DESC, r.report_id LIMIT $limit)
            SELECT s.report_id, coalesce(s.title, s.report_id), s.region, s.report_year, s.url, b.score
            FROM best b JOIN report_states s ON s.report_id = b.report_id ORDER BY b.score DESC, s.report_id""",
        given,
    ).fetchall()
    found = _passages(connection, [row[0] for row in rows], wanted, filters.dimension)
    return [_hit(row, found.get(row[0], [])[:passages]) for row in rows]


def _longest(words: Sequence[str]) -> list[str]:
    """The words without those that are part of another: the search cut gives 行政, 复议 and 行政复议 for one word."""
    return [word for word in words if not any(word != other and word in other for other in words)]


def _passages(
    connection: duckdb.DuckDBPyConnection, reports: Sequence[str], words: Sequence[str], dimension: str | None
) -> dict[str, list[Passage]]:
    """For each report its paragraphs that hold a word, those with the most different words first."""
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)
    rows = connection.execute(
        f"""SELECT p.report_id, p.para_no, p.text FROM paragraphs p
            WHERE list_contains($reports, p.report_id) AND ($dimension IS NULL OR {_UNDER_DIMENSION})
            ORDER BY p.report_id, p.para_no""",
        {"reports": list(reports), "dimension": dimension},
    ).fetchall()
    found: dict[str, list[tuple[int, Passage]]] = {}
    for report_id, para_no, text in rows:
        spans = tuple(match.span() for match in pattern.finditer(text))
        if spans:
            different = len({word for word in words if word in text.lower()})
            found.setdefault(report_id, []).append((-different, Passage(para_no, text, spans)))
    return {
        report_id: [passage for _, passage in sorted(ranks, key=lambda rank: (rank[0], rank[1].para_no))]
        for report_id, ranks in found.items()
    }


def exact(
    connection: duckdb.DuckDBPyConnection,
    sought: str,
    filters: Filters = ANYWHERE,
    *,
    kind: Literal["phrase", "regexp"] = "phrase",
    limit: int = 20,
) -> list[Hit]:
    """The first `limit` paragraphs that hold a phrase or match a regular expression (RE2), report by report.

    Raises WrongParameter."""
    _refuse(connection, filters)
    if not sought:
        raise WrongParameter("Nothing to search for: give a phrase or a regular expression.")
    condition = "contains(p.text, $sought)" if kind == "phrase" else "regexp_matches(p.text, $sought)"
    spans = "[$sought]" if kind == "phrase" else "regexp_extract_all(p.text, $sought)"
    given = filters._asdict() | {"sought": sought, "limit": limit}
    if filters.dimension is None:
        del given["dimension"]
    under = f"AND {_UNDER_DIMENSION}" if filters.dimension is not None else ""
    try:
        rows = connection.execute(
            f"""WITH wanted AS (
                    SELECT report_id, coalesce(title, report_id) AS title, region, report_year, url
                    FROM report_states WHERE {_FILTERED})
                SELECT w.*, NULL AS score, p.para_no, p.text, {spans} AS found
                FROM paragraphs p JOIN wanted w ON w.report_id = p.report_id
                WHERE {condition} {under} ORDER BY p.report_id, p.para_no LIMIT $limit""",
            given,
        ).fetchall()
    except duckdb.InvalidInputException as fault:
        raise WrongParameter(f"{sought!r} is no regular expression: {fault}") from fault
    hits: dict[str, Hit] = {}
    for *head, para_no, text, found in rows:
        passage = Passage(para_no, text, _places(text, found))
        before = hits[head[0]].passages if head[0] in hits else ()
        hits[head[0]] = _hit(head, (*before, passage))
    return list(hits.values())


def _hit(head: Sequence[Any], passages: Sequence[Passage]) -> Hit:
    report_id, title, region, report_year, url, score = head
    return Hit(report_id, title, region, report_year, url, score, tuple(passages))


def _places(text: str, found: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Where the found words stand, in order of the text."""
    pattern = "|".join(re.escape(word) for word in sorted(set(found), key=len, reverse=True) if word)
    return tuple(match.span() for match in re.finditer(pattern, text)) if pattern else ()


def _refuse(connection: duckdb.DuckDBPyConnection, filters: Filters) -> None:
    if filters.level is not None and filters.level not in LEVELS:
        raise WrongParameter(f"There is no level {filters.level!r}: it is one of {', '.join(LEVELS)}.")
    refuse_unknown_region(connection, filters.region)
    if filters.dimension is not None:
        known = connection.execute(
            "SELECT list(DISTINCT dimension ORDER BY dimension) FROM indicators WHERE dimension IS NOT NULL"
        ).fetchone()
        names = (known[0] if known else None) or []
        if names and filters.dimension not in names:
            raise WrongParameter(f"There is no dimension {filters.dimension!r}: it is one of {', '.join(names)}.")
