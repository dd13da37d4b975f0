"""Alerts: automations on the Prefect server that tell an operator what went wrong, and the blocks that deliver it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from prefect.blocks.core import Block
from prefect.blocks.notifications import AppriseNotificationBlock, CustomWebhookNotificationBlock
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ActionTypes, ChangeFlowRunState, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

PREFIX = "fazhi: "
"""What the names of our automations begin with; setting up replaces these and leaves all others alone."""
PLANNED = ("nightly", "backfill", "reextract", "upkeep")
"""Flows whose runs start when they should, or somebody must look."""
FLOWS = (*PLANNED, "collect")
"""All flows; a shard may wait for a free worker, but its end is told."""
SILENCE_S = 120
"""A run that has not said for so long that it lives (it says so every 30 s) has crashed."""
Kind = Literal["webhook", "wecom", "dingtalk", "email", "apprise"]


class AlertAddressError(ValueError):
    """An address cannot be delivered to; the message says why."""

    exit_code = 2


class AppriseAlert(AppriseNotificationBlock):
    """Sends alerts to any address that apprise knows: `mailto://`, `dingtalk://SECRET@TOKEN`, `wecombot://KEY`, …"""

    _block_type_name = "Apprise Alert"
    _block_type_slug = "fazhi-apprise"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where alerts go."""

    kind: Kind
    address: str
    """A URL with its secrets; it is kept encrypted on the Prefect server and never printed."""

    def block(self) -> Block:
        """The Prefect block that delivers. Raises AlertAddressError."""
        if self.kind in ("email", "apprise"):
            return self._apprise()
        if not self.address.startswith(("http://", "https://")):
            raise AlertAddressError(f"The address of a {self.kind} begins with https://; copy it as it is shown.")
        text = {"msgtype": "text", "text": {"content": "{{subject}}\n{{body}}"}}
        data: dict[str, Any] = {"subject": "{{subject}}", "body": "{{body}}"} if self.kind == "webhook" else text
        return CustomWebhookNotificationBlock.model_validate(
            {"name": "fazhi", "url": "{{address}}", "json_data": data, "secrets": {"address": self.address}}
        )

    def _apprise(self) -> Block:
        from apprise import Apprise

        if self.kind == "email" and not self.address.startswith(("mailto://", "mailtos://")):
            raise AlertAddressError(
                "An e-mail address is written mailtos://user:password@smtp.example.org?from=a@example.org&to=b@example.org"
            )
        if not Apprise().add(self.address):
            raise AlertAddressError(f"Apprise does not understand this {self.kind} address; see `apprise --help`.")
        return AppriseAlert.model_validate({"url": self.address})


@dataclass(frozen=True, slots=True)
class Rule:
    """An automation: what it waits for, and what the operator reads."""

    name: str
    trigger: EventTrigger
    subject: str
    body: str
    instead: ActionTypes | None = None
    """What is done where nobody need be told."""


def _expect(*events: str, flows: Sequence[str] = ()) -> EventTrigger:
    related = {"prefect.resource.role": "flow", "prefect.resource.name": list(flows)}
    return EventTrigger.model_validate(
        {
            "expect": set(events),
            "match_related": related if flows else {},
            "posture": Posture.Reactive,
            "threshold": 1,
            "within": timedelta(0),
        }
    )


_RUN = "{{ flow_run.name }} ({{ flow_run.state.name }}): {{ flow_run.state.message }}\n{{ flow_run|ui_url }}"
_ALARM = "{{ event.payload.sentence }}"

RULES = (
    Rule(
        "a run failed or crashed",
        _expect("prefect.flow-run.Failed", "prefect.flow-run.Crashed", "prefect.flow-run.TimedOut", flows=FLOWS),
        "Fazhi: a run of {{ flow.name }} failed",
        _RUN,
    ),
    Rule(
        "a run is late",
        _expect("prefect.flow-run.Late", flows=PLANNED),
        "Fazhi: {{ flow.name }} has not started",
        "{{ flow_run.name }} should have started at {{ flow_run.expected_start_time }} UTC; does `fazhi serve`, or a "
        "worker, run?\n{{ flow_run|ui_url }}",
    ),
    Rule(
        "no night in 26 hours",
        EventTrigger.model_validate(
            {
                "expect": {"prefect.flow-run.Completed"},
                "match_related": {"prefect.resource.role": "flow", "prefect.resource.name": "nightly"},
                "posture": Posture.Proactive,
                "threshold": 1,
                "within": timedelta(hours=26),
            }
        ),
        "Fazhi: no night has ended well in 26 hours",
        "The last release stays in place. Look at the runs of nightly, and whether `fazhi serve` or a worker runs.",
    ),
    Rule(
        "a run fell silent",
        EventTrigger.model_validate(
            {
                "after": {"prefect.flow-run.heartbeat"},
                "expect": {
                    "prefect.flow-run.heartbeat",
                    *(f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")),
                    *(f"prefect.flow-run.{state}" for state in ("TimedOut", "Cancelling", "AwaitingRetry", "Paused")),
                },
                "match": {"prefect.resource.id": "prefect.flow-run.*"},
                "for_each": {"prefect.resource.id"},
                "posture": Posture.Proactive,
                "threshold": 1,
                "within": timedelta(seconds=SILENCE_S),
            }
        ),
        "",
        "",
        ChangeFlowRunState(
            name="Crashed",
            force=False,
            state=StateType.CRASHED,
            message=f"The run has not been heard of for {SILENCE_S} s: its process or its machine ended. "
            "What it archived stays, and the next run goes on from there.",
        ),
    ),
    Rule(
        "no worker",
        _expect("prefect.work-pool.not-ready", "prefect.deployment.not-ready"),
        "Fazhi: no worker asks for work",
        "{{ event.resource['prefect.resource.name'] or event.resource.id }} has not been asked for work for a minute; "
        "start `fazhi serve` or `fazhi worker` again.",
    ),
    Rule(
        "a portal is in trouble for three nights",
        _expect("fazhi.portal.troubled"),
        "Fazhi: a portal needs a person",
        _ALARM,
    ),
    Rule("a release was refused", _expect("fazhi.release.refused"), "Fazhi: the gate refused a release", _ALARM),
    Rule("a report is overdue", _expect("fazhi.coverage.overdue"), "Fazhi: reports are overdue", _ALARM),
    Rule("the server was restarted", _expect("fazhi.server.restarted"), "Fazhi: the Prefect server was away", _ALARM),
    Rule("fazhi serve was restarted", _expect("fazhi.serve.restarted"), "Fazhi: fazhi serve was killed", _ALARM),
)


async def set_up(receivers: Iterable[Receiver]) -> list[str]:
    """Save the receivers and make every rule an automation that tells all of them; what was set up before is replaced.
    Returns the automations' names. Raises AlertAddressError before anything is changed."""
    blocks = [(f"fazhi-{number}-{one.kind}", one.block()) for number, one in enumerate(receivers, start=1)]
    ids = [await block.save(name, overwrite=True) for name, block in blocks]
    async with get_client() as client:
        for automation in await client.read_automations():
            if automation.name.startswith(PREFIX):
                await client.delete_automation(automation.id)
        ours = [_automation(rule, ids) for rule in RULES]
        for one in ours:
            await client.create_automation(one)
    return [one.name for one in ours]


async def keep_watch() -> None:
    """Make the rules that set something right without telling anyone, where they are missing. `fazhi serve` does so: a
    run whose process ended with its server's would be called running for ever."""
    async with get_client() as client:
        there = {automation.name for automation in await client.read_automations()}
        for rule in RULES:
            if rule.instead and PREFIX + rule.name not in there:
                await client.create_automation(_automation(rule, ()))


def _automation(rule: Rule, receivers: Iterable[UUID]) -> AutomationCore:
    return AutomationCore.model_validate(
        {
            "name": PREFIX + rule.name,
            "description": rule.subject or "Calls the run crashed; the rule for crashed runs then tells the operator.",
            "trigger": rule.trigger,
            "actions": [rule.instead]
            if rule.instead
            else [SendNotification(block_document_id=one, subject=rule.subject, body=rule.body) for one in receivers],
        }
    )


async def send_test(receivers: Iterable[Receiver]) -> None:
    """Send each receiver a message. Raises NotificationError or httpx.HTTPError when one does not take it."""
    for receiver in receivers:
        block: Any = receiver.block()
        with block.raise_on_failure():
            await block.notify("This is how an alert looks.", "Fazhi: a test")
