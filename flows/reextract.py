"""The reextract flow: the archive into the warehouse as today's extractor reads it, when someone asks for it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from prefect import flow, get_run_logger
from prefect.artifacts import acreate_table_artifact
from prefect.runtime import flow_run

from flows.loading.rereading import Outcome, Reextraction
from flows.loading.rereading import reextract as read_again
from flows.operation.orchestration import stay_with_runner
from flows.operation.progress import in_thread
from flows.settings import Settings
from flows.turns import turn_of_flow


def run_name() -> str:
    """What the Prefect UI calls a run of reextract."""
    told = flow_run.parameters
    since = f" since {told['since']}" if told.get("since") else ""
    return f"reextract{since}, {datetime.now(ZoneInfo('Asia/Shanghai')):%d %b %Y %H:%M}"


@flow(name="reextract", flow_run_name=run_name)
async def reextract(since: date | None = None, portals: tuple[str, ...] = (), rebuild: bool = False) -> dict[str, Any]:
    """Read again what the extractor reads otherwise than the warehouse has it: visits from `since` on (a day in
    Beijing), of these portals (ids; empty for all); `rebuild` starts from an empty warehouse.

    Raises CannotReextract, GateRefused."""
    stay_with_runner()
    settings = Settings()
    order = Reextraction(
        data=settings.directory(),
        default_registry=settings.registry(),
        portals=portals,
        since=since,
        workers=settings.processes,
        rebuild=rebuild,
    )
    log = get_run_logger()
    async with turn_of_flow(order.data, "reextract", settings.wait_s, log.warning):
        outcome: Outcome = await in_thread(read_again, order)
    told = (
        f"{outcome.read} documents were read again for {outcome.visits} visits, {outcome.written} texts written, "
        f"{len(outcome.problems)} could not be read."
    )
    log.info(told)
    rows: list[dict[str, Any]] = [{"problem": sentence} for sentence in outcome.problems]
    await acreate_table_artifact(key="not-read", table=rows, description=f"{run_name()}: {told}")
    return {"read": outcome.read, "written": outcome.written, "release": str(outcome.release or "unchanged")}
