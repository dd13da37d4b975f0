"""Serving: the flows on their schedules on this machine, and a Prefect server for them if none is configured."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.deployments.runner import RunnerDeployment

TIME_ZONE = "Asia/Shanghai"
LEAD_S = 20
"""A schedule that is tried out starts no sooner than this: the server plans it, then the runner must fetch it."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a flow runs, in TIME_ZONE."""

    slug: str
    cron: str
    said: str
    """The cron line as people say it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A flow and when it runs."""

    flow: str
    """`module:function`."""
    schedules: tuple[Schedule, ...]
    description: str

    @property
    def name(self) -> str:
        """The flow's name, which is its deployment's name too."""
        return self.flow.rpartition(":")[2]

    def load(self) -> Flow[..., object]:
        """Import the flow."""
        module, _, name = self.flow.partition(":")
        found: Flow[..., object] = getattr(importlib.import_module(module), name)
        return found


PLANS = (
    Plan(
        "flows.nightly:nightly",
        # Reports of the year before are due by 1 April and appear in these months, in office hours.
        (
            Schedule("night", "30 2 * * *", "every day at 02:30"),
            Schedule("noon", "0 12 * 1-4 *", "from January to April at 12:00 too"),
        ),
        "Every portal once: collect, extract, load, release, morning report.",
    ),
    Plan("flows.backfill:backfill", (), "The reports of earlier years: give from_year and to_year."),
    Plan(
        "flows.reextract:reextract",
        (),
        "What today's extractor reads otherwise in the archive, into the warehouse; no network.",
    ),
    Plan(
        "flows.upkeep:upkeep",
        (Schedule("week", "0 18 * * 0", "every Sunday at 18:00"),),
        "A part of the archive checked, old facts removed, the registry and the watch over known reports checked.",
    ),
)


def next_minute(now: datetime) -> datetime:
    """The first full minute, in TIME_ZONE, that is at least LEAD_S away from `now`."""
    soon = (now + timedelta(seconds=LEAD_S + 60)).astimezone(ZoneInfo(TIME_ZONE))
    return soon.replace(second=0, microsecond=0)


async def deployments(trial: tuple[str, datetime] | None) -> list[RunnerDeployment]:
    """The deployments of all plans; `trial` names a flow whose schedules give way to that one minute in TIME_ZONE."""
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    made = []
    for plan in PLANS:
        schedules = plan.schedules
        if trial and trial[0] == plan.name:
            minute = f"{trial[1].minute} {trial[1].hour} {trial[1].day} {trial[1].month} *"
            schedules = (Schedule("trial", minute, f"{trial[1]:%H:%M}, once"),)
        made.append(
            await plan.load().ato_deployment(
                name=plan.name,
                schedules=[Cron(one.cron, timezone=TIME_ZONE, slug=one.slug) for one in schedules],
                description=plan.description,
                entrypoint_type=EntrypointType.MODULE_PATH,
            )
        )
    return made


@contextlib.contextmanager
def minded(marker: Path, on_return: Callable[[str], None]) -> Iterator[None]:
    """Serve inside the block. `on_return` hears a sentence when whoever served before was killed: its marker is still
    there."""
    if marker.exists():
        on_return(
            f"`fazhi serve` ({marker.read_text(encoding='utf-8')}) was killed, or its machine went down, and it was "
            "started again; a run in progress was cut off, and the next one takes up what it archived."
        )
    marker.parent.mkdir(parents=True, exist_ok=True)
    since = datetime.now(ZoneInfo(TIME_ZONE))
    marker.write_text(f"process {os.getpid()}, since {since:%d %b %Y %H:%M}", encoding="utf-8")
    try:
        yield
    finally:
        marker.unlink(missing_ok=True)


async def serve_flows(try_now: str | None, on_ready: Callable[[datetime | None], None]) -> None:
    """Run what is scheduled or asked for until SIGINT or SIGTERM; a run in progress is then
    cancelled, and the next one takes up what it archived. `try_now` names a flow that is tried out in the next minute;
    `on_ready` hears when that is."""
    from prefect.runner import Runner

    from flows.operation.alerts import keep_watch

    await keep_watch()
    # No limit here: a run that meets another waits its turn (flows/turns.py) and says so, where one that the runner
    # held back would be reported as late.
    runner = Runner(name="fazhi", pause_on_shutdown=False, limit=None)
    trial = (try_now, next_minute(datetime.now(ZoneInfo(TIME_ZONE)))) if try_now else None
    for deployment in await deployments(trial):
        await runner.aadd_deployment(deployment)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, runner.handle_sigterm)
    on_ready(trial[1] if trial else None)
    await runner.start()
