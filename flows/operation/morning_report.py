"""The morning report: what an operator wants to read after a night, and the command that mends what is broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from flows.operation.markdown import render
from flows.operation.sentences import counted
from flows.run_ids import spoken
from warehouse.place import Place

MENDING = {
    "blocked": "Leave it alone for some days; then `fazhi portals probe {base_url}` says whether it still refuses.",
    "drift": "The list was read before and yields nothing now: `fazhi portals probe {base_url}`, then mend its entry.",
    "unreachable": "Open {base_url} in a browser; if it moved, `fazhi portals probe` its new address.",
    "empty": "No report is listed: `fazhi portals probe {base_url}` looks for other columns.",
}


MOST_LINES = 200
"""Lines of a table in the Markdown, which a browser must draw whole; the warehouse has all of them."""


OUTCOMES = {
    "ok": "all portals were read",
    "partial": "some portals were not read as they should be",
    "failed": "a crawl failed; what it had archived is released",
}


class ReportLine(BaseModel):
    """A report that the night brought or changed."""

    model_config = ConfigDict(frozen=True)

    report_id: str
    title: str
    portal_id: str
    url: str
    published_on: str | None
    version: int
    observations: int
    added: int = 0
    removed: int = 0


class PortalLine(BaseModel):
    """A portal's night."""

    model_config = ConfigDict(frozen=True)

    portal_id: str
    name: str
    base_url: str
    state: str
    reason: str | None
    requests: int
    captures: int
    candidates: int
    reports_new: int
    reports_revised: int

    @property
    def mending(self) -> str | None:
        """What a person can do about the state; None if nothing needs doing."""
        advice = MENDING.get(self.state)
        return advice.format(base_url=self.base_url) if advice else None


class ProblemLine(BaseModel):
    """Something that a person must look at."""

    model_config = ConfigDict(frozen=True)

    portal_id: str | None
    url: str | None
    kind: str
    sentence: str
    capture_id: str | None


class Coverage(BaseModel):
    """How many of the governments that have a portal have published the last report that is due, or soon will be."""

    model_config = ConfigDict(frozen=True)

    report_year: int | None = None
    published: int = 0
    late: int = 0
    """Published after 1 April of the year that follows."""
    missing: int = 0
    not_due: int = 0
    blocked: int = 0
    unknown: int = 0

    @property
    def share(self) -> float:
        """Percentage that is published, in time or late; 0 without governments."""
        return 100 * (self.published + self.late) / self.governments if self.governments else 0.0

    @property
    def governments(self) -> int:
        """Those that have a portal."""
        return self.published + self.late + self.missing + self.not_due + self.blocked + self.unknown


class MorningReport(BaseModel):
    """A run as the release tells it."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    outcome: str
    failures: tuple[str, ...]
    portals: tuple[PortalLine, ...]
    new: tuple[ReportLine, ...]
    revised: tuple[ReportLine, ...]
    removed: tuple[ReportLine, ...]
    late: tuple[ReportLine, ...]
    """Those of the new ones that came out after 1 April."""
    coverage: Coverage
    problems: tuple[ProblemLine, ...]
    reports: int
    """Reports in the release."""
    observations: int

    @property
    def for_a_person(self) -> int:
        """Things that someone must look at."""
        troubled = sum(line.mending is not None for line in self.portals)
        return troubled + len(self.failures) + len(self.removed) + len(self.problems)

    @property
    def summary(self) -> str:
        """The night in one sentence."""
        new = counted(len(self.new), "report is", "reports are")
        wanting = counted(self.for_a_person, "thing needs", "things need") if self.for_a_person else "nothing needs"
        return f"{new} new, {len(self.revised)} revised, {len(self.removed)} removed; {wanting} a person."

    @property
    def states(self) -> str:
        """How many portals are in which state, the most frequent first."""
        states = Counter(line.state for line in self.portals)
        return ", ".join(f"{count} {state}" for state, count in states.most_common())

    @property
    def visited(self) -> str:
        """How many portals were asked how much, and how they are."""
        asked = counted(sum(line.requests for line in self.portals), "request")
        return f"{asked} to {counted(len(self.portals), 'portal')}: {self.states}"

    @classmethod
    def read(cls, place: Place, run_id: str, outcome: str, failures: Sequence[str]) -> MorningReport:
        """Ask the release what the run brought."""
        connection = place.open()
        try:

            def rows(sql: str, *parameters: object) -> list[dict[str, Any]]:
                result = connection.execute(sql, list(parameters))
                names = [column[0] for column in result.description]
                return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

            portals = rows(
                """SELECT r.portal_id, coalesce(p.name, r.portal_id) AS name, coalesce(p.base_url, '') AS base_url,
                          r.state, r.reason, coalesce(r.requests, 0) AS requests, coalesce(r.captures, 0) AS captures,
                          coalesce(r.candidates, 0) AS candidates, coalesce(r.reports_new, 0) AS reports_new,
                          coalesce(r.reports_revised, 0) AS reports_revised
                   FROM portal_runs r LEFT JOIN portals p USING (portal_id)
                   WHERE r.run_id = ? ORDER BY r.state = 'ok', r.portal_id""",
                run_id,
            )
            changed = rows(
                """SELECT v.report_id, coalesce(r.title, r.list_title, r.inferred_title, r.report_id) AS title,
                          r.portal_id, r.url, CAST(r.published_on AS VARCHAR) AS published_on, v.version,
                          (SELECT count(*) FROM observations o WHERE o.report_id = v.report_id) AS observations,
                          coalesce(json_array_length(v.change, '$.added'), 0) AS added,
                          coalesce(json_array_length(v.change, '$.removed'), 0) AS removed
                   FROM report_versions v JOIN reports r USING (report_id)
                   JOIN captures c ON c.capture_id = v.capture_id
                   WHERE c.run_id = ? ORDER BY r.portal_id, r.report_id""",
                run_id,
            )
            gone = rows(
                """SELECT r.report_id, coalesce(r.title, r.list_title, r.inferred_title, r.report_id) AS title,
                          r.portal_id, r.url, CAST(r.published_on AS VARCHAR) AS published_on, r.version,
                          0 AS observations
                   FROM reports r JOIN appearances a USING (report_id) JOIN captures c ON c.url = a.url
                   WHERE r.status = 'removed_at_source' AND c.run_id = ? AND a.gone_at = c.fetched_at""",
                run_id,
            )
            problems = rows(
                "SELECT portal_id, url, kind, sentence, capture_id FROM problems WHERE run_id = ? ORDER BY ALL", run_id
            )
            late = {row["report_id"] for row in rows("SELECT report_id FROM coverage WHERE state = 'late'")}
            states = rows(
                """SELECT c.report_year, c.state, count(*) AS governments FROM coverage c
                   WHERE c.report_year = (SELECT max(report_year) FROM coverage)
                     AND c.level NOT IN ('department', 'township')
                     AND c.region_code IN (SELECT region_code FROM portals) GROUP BY ALL"""
            )
            totals = rows(
                "SELECT (SELECT count(*) FROM reports) AS reports, (SELECT count(*) FROM observations) AS observations"
            )[0]
        finally:
            connection.close()
        new = tuple(ReportLine(**row) for row in changed if row["version"] == 1)
        counts = {row["state"]: row["governments"] for row in states}
        return cls(
            run_id=run_id,
            outcome=outcome,
            failures=tuple(failures),
            portals=tuple(PortalLine(**row) for row in portals),
            new=new,
            revised=tuple(ReportLine(**row) for row in changed if row["version"] > 1),
            removed=tuple(ReportLine(**row) for row in gone),
            late=tuple(line for line in new if line.report_id in late),
            coverage=Coverage(report_year=states[0]["report_year"] if states else None, **counts),
            problems=tuple(ProblemLine(**row) for row in problems),
            **totals,
        )


def as_markdown(report: MorningReport) -> str:
    """The report for the Prefect UI."""
    return render(
        "morning_report.md.j2",
        report=report,
        run=spoken(report.run_id),
        outcome=OUTCOMES[report.outcome],
        most=MOST_LINES,
    )


def portal_table(report: MorningReport) -> list[dict[str, Any]]:
    """The portals as rows of a table artifact; the reason, which may be long, stands last, or it would push the numbers
    out of sight."""
    return [
        {
            "portal": line.portal_id,
            "name": line.name,
            "state": line.state,
            "new": line.reports_new,
            "revised": line.reports_revised,
            "requests": line.requests,
            "candidates": line.candidates,
            "reason": line.reason or "",
        }
        for line in report.portals
    ]


async def show(report: MorningReport) -> None:
    """The report in the Prefect UI, as artifacts of the run that is going on."""
    from prefect.artifacts import acreate_markdown_artifact, acreate_progress_artifact, acreate_table_artifact

    run = spoken(report.run_id)
    # What was counted comes first: a card shows the beginning of a description.
    told = f"{report.summary} ({run})"
    await acreate_markdown_artifact(key="morning-report", markdown=as_markdown(report), description=told)
    told = f"{report.states} ({run})"
    await acreate_table_artifact(key="portals", table=portal_table(report), description=told)
    coverage = report.coverage
    if coverage.report_year:
        told = (
            f"{coverage.published + coverage.late} of {coverage.governments} governments have published for "
            f"{coverage.report_year}, of those with a portal"
        )
        await acreate_progress_artifact(coverage.share, key="coverage", description=told)
