"""The command line `fazhi`. Each area's commands stand in a module of their own; none imports what it may not need."""

from __future__ import annotations

import sys

import typer

from flows.cli import alerts, archive, indicators, portals
from flows.cli.backfill import backfill
from flows.cli.backup import backup, restore
from flows.cli.doctor import doctor
from flows.cli.evaluate import evaluate
from flows.cli.evidence import evidence
from flows.cli.extract import extract
from flows.cli.reextract import reextract
from flows.cli.run import run
from flows.cli.sample import sample_portal
from flows.cli.serve import serve
from flows.cli.warehouse import ask, coverage, dictionary, diff, export, notebook, search, sql
from flows.cli.worker import worker

app = typer.Typer(
    name="fazhi",
    help="Reports on law-based government (法治政府建设年度报告): collect, archive, extract, ask.",
    epilog="Exit codes: 0 done · 1 failed · 2 wrong use · 3 gate refused the release · "
    "4 some portals blocked, drifted or unreachable · 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

COLLECT, ASK, OPERATE, BUILD = "Collect", "Ask", "Operate", "Build and judge"

app.command(rich_help_panel=COLLECT)(run)
app.command(rich_help_panel=COLLECT)(backfill)
app.command(rich_help_panel=COLLECT)(reextract)
app.add_typer(portals.portals, name="portals", rich_help_panel=COLLECT)
app.add_typer(archive.app, name="archive", rich_help_panel=COLLECT)

app.command(rich_help_panel=ASK)(sql)
app.command(rich_help_panel=ASK, context_settings={"ignore_unknown_options": True})(ask)
app.command(rich_help_panel=ASK)(search)
app.command(rich_help_panel=ASK)(diff)
app.command(rich_help_panel=ASK)(coverage)
app.command(rich_help_panel=ASK)(evidence)
app.command(rich_help_panel=ASK)(dictionary)
app.command(rich_help_panel=ASK)(export)
app.command(rich_help_panel=ASK)(notebook)

app.command(rich_help_panel=OPERATE)(serve)
app.command(rich_help_panel=OPERATE)(worker)
app.add_typer(alerts.app, name="alerts", rich_help_panel=OPERATE)
app.command(rich_help_panel=OPERATE)(backup)
app.command(rich_help_panel=OPERATE)(restore)
app.command(rich_help_panel=OPERATE)(doctor)

app.command(rich_help_panel=BUILD)(extract)
app.command("eval", rich_help_panel=BUILD)(evaluate)
app.add_typer(indicators.app, name="indicators", rich_help_panel=BUILD)
app.command("sample-portal", rich_help_panel=BUILD)(sample_portal)


def main() -> None:
    """Run the command line; an exception that carries an exit code is told in its one sentence, without a traceback."""
    try:
        app()
    except Exception as fault:
        exit_code = getattr(type(fault), "exit_code", None)
        if exit_code is None:
            raise
        typer.echo(str(fault), err=True)
        sys.exit(exit_code)
