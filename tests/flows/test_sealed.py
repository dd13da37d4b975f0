"""Sealed processes: no network, and a job that breaks its process costs that one job."""

from __future__ import annotations

import os
import socket
import time

import pytest

from flows.sealed import NetworkForbidden, in_sealed_processes


def work(job: str) -> str:
    if job == "crash":
        os.abort()
    if job == "hang":
        while True:
            time.sleep(60)
    if job == "network":
        socket.create_connection(("127.0.0.1", 9))
    return f"{job} done"


def lost(job: str) -> str:
    return f"{job} lost"


COURSES = {
    "all well": (["a", "b", "c"], ["a done", "b done", "c done"]),
    "a crash": (["a", "crash", "b"], ["a done", "crash lost", "b done"]),
    "a crash first": (["crash", "a"], ["crash lost", "a done"]),
    "two crashes": (["crash", "a", "crash"], ["crash lost", "a done", "crash lost"]),
    "a loop without end": (["a", "hang", "b"], ["a done", "hang lost", "b done"]),
    "nothing": ([], []),
}


@pytest.mark.parametrize(("jobs", "results"), COURSES.values(), ids=COURSES.keys())
def test_each_job_has_its_result_in_order(jobs: list[str], results: list[str]) -> None:
    assert list(in_sealed_processes(work, jobs, 2, lost, longest_s=3.0)) == results


def test_no_socket_is_made() -> None:
    with pytest.raises(NetworkForbidden, match=r"socket\."):
        list(in_sealed_processes(work, ["network"], 1, lost))
