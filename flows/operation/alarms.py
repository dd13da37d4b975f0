"""Alarms: what of a run an operator is told at once, as events on the Prefect server; `alerts` delivers them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from warehouse.place import Place

AlarmName = Literal[
    "fazhi.portal.troubled",
    "fazhi.release.refused",
    "fazhi.coverage.overdue",
    "fazhi.server.restarted",
    "fazhi.serve.restarted",
]
NIGHTS = 3
"""Nights in a row that a portal may drift, block or not answer before someone is told."""
NAMED = 10
"""Governments or portals that a sentence names at most."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that happened, in one sentence."""

    name: AlarmName
    about: str
    """The portal, release or server it is about."""
    sentence: str


def raise_alarms(alarms: Iterable[Alarm]) -> None:
    """Send the alarms to the Prefect server as events."""
    from prefect.events import emit_event

    for alarm in alarms:
        emit_event(
            event=alarm.name,
            resource={"prefect.resource.id": f"fazhi.{alarm.about}", "prefect.resource.name": alarm.about},
            payload={"sentence": alarm.sentence},
        )


def overdue(place: Place) -> frozenset[str]:
    """Watched governments and departments, by name and year, whose last due report is missing; none before a first
    release."""
    if not place.has_release():
        return frozenset()
    connection = place.open()
    try:
        rows = connection.execute(
            """SELECT DISTINCT coalesce(issuer, region) || ' ' || report_year FROM coverage
               WHERE state = 'missing' AND report_year = (SELECT max(report_year) FROM coverage)"""
        ).fetchall()
    finally:
        connection.close()
    return frozenset(str(name) for (name,) in rows)


def overdue_alarms(before: frozenset[str], now: frozenset[str], release: str) -> list[Alarm]:
    """One alarm for all bodies that are overdue now and were not before."""
    fresh = sorted(now - before)
    if not fresh:
        return []
    more = f" and {len(fresh) - NAMED} more" if len(fresh) > NAMED else ""
    sentence = f"{len(fresh)} reports were due by 1 April and are not published: {', '.join(fresh[:NAMED])}{more}."
    return [Alarm("fazhi.coverage.overdue", release, f"{sentence} `fazhi coverage` shows all.")]


def portal_alarms(place: Place, run_id: str) -> list[Alarm]:
    """An alarm for each portal for which this run is the first on its third day in a row without a good visit."""
    connection = place.open()
    try:
        visits = connection.execute(
            """SELECT p.portal_id, r.run_id, CAST(r.started_at AT TIME ZONE 'Asia/Shanghai' AS DATE), p.state, p.reason
               FROM portal_runs p JOIN runs r USING (run_id)
               WHERE r.flow = 'nightly' AND r.started_at <= (SELECT started_at FROM runs WHERE run_id = ?)
               ORDER BY p.portal_id, r.started_at DESC""",
            [run_id],
        ).fetchall()
    finally:
        connection.close()
    by_portal: dict[str, list[tuple[str, object, str, str | None]]] = {}
    for portal_id, visit, day, state, reason in visits:
        by_portal.setdefault(portal_id, []).append((visit, day, state, reason))
    return [
        Alarm(
            "fazhi.portal.troubled",
            portal_id,
            f"{portal_id} is {states[0][2]} for the third night in a row"
            f"{f' ({states[0][3]})' if states[0][3] else ''}: `fazhi portals check --portal {portal_id}`.",
        )
        for portal_id, states in by_portal.items()
        if states[0][0] == run_id and _bad_days(states) == NIGHTS and _bad_days(states[1:]) < NIGHTS
    ]


def _bad_days(states: list[tuple[str, object, str, str | None]]) -> int:
    """Days, newest first, since the last good visit."""
    days: set[object] = set()
    for _, day, state, _ in states:
        if state in ("ok", "empty"):
            break
        days.add(day)
    return len(days)
