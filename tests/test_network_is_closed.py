import socket

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("169.254.169.254", 80), ("10.0.0.1", 443)], ids=lambda a: a[0])
def test_no_connection_leaves_the_machine(address: tuple[str, int]) -> None:
    with socket.socket() as plug, pytest.raises(RuntimeError, match="tried to connect"):
        plug.connect(address)


def test_no_name_is_looked_up() -> None:
    with pytest.raises(RuntimeError, match="tried to look up"):
        socket.getaddrinfo("www.example.com", 80)
