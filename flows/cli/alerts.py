"""`fazhi alerts`: who is told when something goes wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from flows.operation.alerts import Receiver

app = typer.Typer(
    help="Who is told when a run fails, is late or crashes, a portal stays in trouble, a release is refused or a "
    "report is overdue.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

NOTE = "An address may be @FILE, the file that holds it, so that its secret stands in no history of commands."
Addresses = list[str] | None
Webhook = Annotated[Addresses, typer.Option("--webhook", help='URL that takes {"subject": …, "body": …}.')]
WeCom = Annotated[Addresses, typer.Option("--wecom", help="Webhook URL of a 企业微信 group robot.")]
DingTalk = Annotated[Addresses, typer.Option("--dingtalk", help="Webhook URL of a 钉钉 robot with keyword Fazhi.")]
Email = Annotated[
    Addresses, typer.Option("--email", help="mailtos://user:password@smtp.example.org?from=a@example.org&to=b@…")
]
Apprise = Annotated[
    Addresses, typer.Option("--apprise", help="Any apprise URL, such as dingtalk://SECRET@TOKEN for signed robots.")
]


@app.callback()
def _area() -> None:
    pass


@app.command(epilog=NOTE)
def setup(
    webhook: Webhook = None,
    wecom: WeCom = None,
    dingtalk: DingTalk = None,
    email: Email = None,
    apprise: Apprise = None,
) -> None:
    """Make the automations on the Prefect server, and let them tell every address given; replaces an earlier setup."""
    import asyncio

    receivers = _receivers(webhook, wecom, dingtalk, email, apprise)
    console = Console(stderr=True)
    server = _server()

    from flows.operation.alerts import set_up

    for name in asyncio.run(set_up(receivers)):
        console.print(f"  {name}", highlight=False)
    console.print(f"These automations on {server} tell {len(receivers)} receivers. Try: fazhi alerts test …")


@app.command(epilog=NOTE)
def test(
    webhook: Webhook = None,
    wecom: WeCom = None,
    dingtalk: DingTalk = None,
    email: Email = None,
    apprise: Apprise = None,
) -> None:
    """Send every address given a message."""
    import asyncio

    from flows.operation.orchestration import prepare

    receivers = _receivers(webhook, wecom, dingtalk, email, apprise)
    prepare()

    from flows.operation.alerts import send_test

    asyncio.run(send_test(receivers))
    Console(stderr=True).print(f"{len(receivers)} receivers took the message.")


def _receivers(*addresses: Addresses) -> list[Receiver]:
    import importlib

    from flows.operation.orchestration import prepare

    prepare()
    alerts = importlib.import_module("flows.operation.alerts")
    kinds = ("webhook", "wecom", "dingtalk", "email", "apprise")
    found: list[Receiver] = [
        alerts.Receiver(kind, _read(address))
        for kind, given in zip(kinds, addresses, strict=True)
        for address in given or ()
    ]
    if not found:
        raise typer.BadParameter("name at least one receiver: --webhook, --wecom, --dingtalk, --email or --apprise")
    return found


def _read(address: str) -> str:
    if not address.startswith("@"):
        return address
    try:
        return Path(address[1:]).read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise typer.BadParameter(f"{address[1:]} cannot be read: {fault.strerror}") from fault


def _server() -> str:
    from flows.operation.orchestration import prepare, why_no_server

    server = prepare()
    if server is None:
        typer.echo(f"{why_no_server()} Start `fazhi serve`, or name one in PREFECT_API_URL.", err=True)
        raise typer.Exit(1)
    return server.removesuffix("/api")
