"""The network is closed to tests: only loopback and Unix sockets answer, everything else fails loudly."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any


class OutsideLoopbackError(RuntimeError):
    """A test tried to leave this machine."""


def _is_loopback(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not _is_loopback(address[0]):
            raise OutsideLoopbackError(f"a test tried to connect to {address!r}")
    elif event == "socket.getaddrinfo" and not _is_loopback(arguments[0]):
        raise OutsideLoopbackError(f"a test tried to look up {arguments[0]!r}")


sys.addaudithook(_guard)
