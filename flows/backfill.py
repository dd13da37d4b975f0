"""The backfill flow: every page of every column, for the reports of earlier years, and what it did not find."""

from __future__ import annotations

from prefect import flow, get_run_logger
from prefect.artifacts import acreate_table_artifact
from pydantic import BaseModel, ConfigDict

from flows.chain import Order, RunOutcome, pass_over_portals, run_name
from flows.run_ids import spoken
from flows.settings import Settings
from warehouse.place import Place


class Gap(BaseModel):
    """A report that a portal should have and that no run has found."""

    model_config = ConfigDict(frozen=True)

    portal_id: str
    name: str
    year: int


class BackfillOutcome(BaseModel):
    """How a backfill went, and which reports it did not find."""

    model_config = ConfigDict(frozen=True)

    run: RunOutcome
    gaps: tuple[Gap, ...]


@flow(name="backfill", flow_run_name=run_name)
async def backfill(from_year: int, to_year: int, order: Order | None = None) -> BackfillOutcome:
    """Look for the reports of these years, both included; without an order, as the settings say. An interrupted
    backfill is taken up by the next one. Raises GateRefused when the gate refuses the release."""
    told = order or Order.from_settings(Settings())
    years = Order.model_validate(told.model_dump() | {"from_year": from_year, "to_year": to_year})
    outcome = await pass_over_portals(years, "backfill")
    found = gaps(years.directory.place(), [line.portal_id for line in outcome.report.portals], from_year, to_year)
    summary = f"{len(found)} reports of {from_year} to {to_year} were not found."
    get_run_logger().info(summary)
    await acreate_table_artifact(
        key="not-found",
        table=[gap.model_dump() for gap in found],
        description=f"{spoken(outcome.run_id)}: {summary}",
    )
    return BackfillOutcome(run=outcome, gaps=found)


def gaps(place: Place, portal_ids: list[str], from_year: int, to_year: int) -> tuple[Gap, ...]:
    """The years for which the release holds no report of a portal's own government (of a department's portal: none
    that stands on it)."""
    connection = place.open()
    try:
        rows = connection.execute(
            """SELECT p.portal_id, p.name, y.year
               FROM portals p CROSS JOIN (SELECT unnest(range(?, ? + 1)) AS year) y
               WHERE list_contains(?, p.portal_id)
                 AND NOT EXISTS (
                     FROM reports r WHERE r.report_year = y.year AND CASE
                         WHEN p.level IN ('department', 'township') THEN r.portal_id = p.portal_id
                         ELSE r.region_code = p.region_code AND r.level NOT IN ('department', 'township') END)
               ORDER BY p.portal_id, y.year""",
            [from_year, to_year, portal_ids],
        ).fetchall()
    finally:
        connection.close()
    return tuple(Gap(portal_id=portal_id, name=name, year=year) for portal_id, name, year in rows)
