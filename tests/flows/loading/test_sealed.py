"""Sealed processes: no way to any network, results in order, jobs taken only as they are needed."""

from __future__ import annotations

import os
import socket
import urllib.request

import pytest

from flows.loading.sealed import AHEAD, NetworkForbidden, in_sealed_processes


def lost(job: object) -> tuple[int, int]:
    return -1, -1


def make_socket(_: int) -> None:
    socket.socket()


def connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port))


def look_up(_: int) -> None:
    socket.getaddrinfo("localhost", 80)


def fetch(port: int) -> None:
    urllib.request.urlopen(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("work", [make_socket, connect, look_up, fetch], ids=lambda work: work.__name__)
def test_the_network_is_forbidden(work: object) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises((NetworkForbidden, OSError)) as refused:
        list(in_sealed_processes(work, [server.getsockname()[1]], 1, lost))  # type: ignore[arg-type]
    assert "asked for the network" in str(refused.value)


def square(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def test_results_come_in_the_order_of_the_jobs_from_other_processes() -> None:
    results = list(in_sealed_processes(square, range(40), 2, lost))
    assert [value for value, _ in results] == [number * number for number in range(40)]
    assert os.getpid() not in {process for _, process in results}


def test_jobs_are_taken_only_as_they_are_needed() -> None:
    taken: list[int] = []

    def jobs() -> object:
        for number in range(1000):
            taken.append(number)
            yield number

    results = in_sealed_processes(square, jobs(), 1, lost)  # type: ignore[arg-type]
    next(results)
    assert len(taken) <= AHEAD
    results.close()  # type: ignore[attr-defined]


def die_on_three(number: int) -> tuple[int, int]:
    if number == 3:
        os.abort()
    return square(number)


def hang_on_three(number: int) -> tuple[int, int]:
    while number == 3:
        pass
    return square(number)


@pytest.mark.parametrize("work", [die_on_three, hang_on_three], ids=lambda work: work.__name__)
def test_a_job_that_takes_its_process_along_costs_no_other(work: object) -> None:
    results = in_sealed_processes(work, range(8), 2, lost, longest_s=3.0)  # type: ignore[arg-type]
    assert [value for value, _ in results] == [-1 if number == 3 else number * number for number in range(8)]
