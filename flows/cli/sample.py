"""`fazhi sample-portal`: keep the two sample portals open, to try a spider or a registry on them."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer


def sample_portal(
    night: Annotated[int, typer.Option("--night", min=1, max=2, help="Which night to serve.")] = 1,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65534, help="Port of the first portal; 0 for free ones.")
    ] = None,
) -> None:
    """Serve the two sample portals until Ctrl-C."""
    from crawlers.sample import open_sample_portals

    with open_sample_portals(night, port=port) as opened:
        for portal, base_url in opened.base_urls.items():
            typer.echo(f"{portal} {base_url}/")
        typer.echo(
            f"Night {night}. Crawl them with: fazhi run --portals {opened.registry}   (Ctrl-C ends this)", err=True
        )
        stop = threading.Event()
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda *_: stop.set())
        stop.wait()
    typer.echo("Closed.", err=True)
