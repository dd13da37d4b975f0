"""The nightly flow: every portal of the registry once, asking only for what may be new."""

from __future__ import annotations

from prefect import flow

from flows.chain import Order, RunOutcome, pass_over_portals, run_name
from flows.settings import Settings


@flow(name="nightly", flow_run_name=run_name)
async def nightly(order: Order | None = None) -> RunOutcome:
    """One night; without an order, the one that the settings give. Raises GateRefused when the gate refuses the
    release."""
    return await pass_over_portals(order or Order.from_settings(Settings()), "nightly")
