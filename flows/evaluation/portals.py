"""How right the whole job is, night after night, on a replica of portals whose reports are known.

A replica is a folder with `serve.py` (serves it on loopback: --port, --night, --log), `portals.yaml` (a registry) and
`expected.json` (per night: the reports that the warehouse must hold, with their metadata and the digest of their text,
and the state of each portal). Each night is served anew and run through the nightly flow over the same data directory.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml

from flows.operation.server import free_port
from warehouse.place import Place

FIELDS = {
    "title": "title",
    "issuer": "issuer",
    "year": "report_year",
    "level": "level",
    "region_code": "region_code",
    "published": "published_on",
    "source": "source",
    "document_number": "document_number",
    "version": "version",
}
"""What the replica calls a field, and what `reports` calls it."""
STATES = {"list_drift": "drift", "challenge_412": "blocked"}


class NoReplica(Exception):  # noqa: N818 - it is a verdict on the folder
    """The folder is no replica of portals, or it does not start."""

    exit_code = 2


@dataclass(slots=True)
class NightScore:
    """How one night came out."""

    night: int
    wanted: int
    right: int = 0
    exit_code: int = 0
    requests: int = 0
    not_modified: int = 0
    shortest_gap_s: float | None = None
    """Between two requests to one host; None if none was asked twice."""
    misses: list[str] = field(default_factory=list)


def is_replica(folder: Path) -> bool:
    """Whether a folder is a replica of portals."""
    return all((folder / name).is_file() for name in ("serve.py", "portals.yaml", "expected.json"))


def evaluate(folder: Path, data: Path, *, bare: bool = False, lake: str | None = None) -> Iterator[NightScore]:
    """Run every night of a replica into an empty data directory, or its warehouse into an empty `lake`; a score for
    each, as soon as it is over. With `bare` the registry is told neither family nor columns."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    port = free_port()

    def moved(text: str) -> str:
        return text.replace(f":{expected['port']}", f":{port}")

    data.mkdir(parents=True, exist_ok=True)
    registry = data / "portals.yaml"
    entries = yaml.safe_load(moved((folder / "portals.yaml").read_text(encoding="utf-8")))
    if bare:
        for entry in entries["portals"]:
            for name in ("family", "columns", "old_columns"):
                entry.pop(name, None)
    registry.write_text(yaml.safe_dump(entries, allow_unicode=True, sort_keys=False), encoding="utf-8")
    never = [urlsplit(url).path for url in expected.get("never_fetch", [])]
    for night, told in sorted(expected["nights"].items(), key=lambda item: int(item[0])):
        log = data / f"requests-{night}.jsonl"
        with _served(folder, port, int(night), log):
            command = [sys.executable, "-m", "flows.cli", "run", "--portals", str(registry), "--data", str(data)]
            command += ["--warehouse", lake] if lake else []
            run = subprocess.run(command, capture_output=True, text=True, check=False)
        score = NightScore(int(night), len(told["reports"]), exit_code=run.returncode)
        states = {portal: STATES.get(state, state) for portal, state in told["portals"].items()}
        if run.returncode != (4 if set(states.values()) & {"drift", "blocked", "unreachable"} else 0):
            score.misses.append(f"exit code {run.returncode}: {run.stderr.strip().splitlines()[-1:]}")
        _hold_reports(
            score,
            Place(data / "warehouse", lake),
            json.loads(moved(json.dumps(told["reports"], ensure_ascii=False))),
            states,
        )
        _hold_requests(score, log, never)
        yield score


def report_portals(folder: Path, *, bare: bool, lake: str | None = None) -> bool:
    """Print a line for each night of a replica; whether all of it came out right. Nights that were loaded into a lake
    are loaded into a file as well, and both must hold the same rows. Raises LakeInUse."""

    from rich.console import Console
    from rich.table import Table

    told = "base_url alone" if bare else "the registry as it stands"
    table = Table(title=f"The nightly job on a replica of portals, {told}")
    for head in ("night", "reports right", "exit code", "requests", "answered 304", "shortest gap", "misses"):
        table.add_column(head, justify="right", no_wrap=True)
    found: list[str] = []
    console = Console(width=max(100, Console().width))
    with _room(lake) as data, console.status("Running the nights …"):
        for score in evaluate(folder, data, bare=bare, lake=lake):
            gap = "—" if score.shortest_gap_s is None else f"{score.shortest_gap_s:.2f} s"
            table.add_row(
                str(score.night),
                f"{score.right} of {score.wanted}",
                str(score.exit_code),
                str(score.requests),
                str(score.not_modified),
                gap,
                str(len(score.misses)),
            )
            found += [f"night {score.night} · {miss}" for miss in score.misses]
        likeness = _hold_against_a_file(data, lake) if lake else None
    console.print(table)
    if likeness:
        found += likeness.differences
        console.print(likeness.told(), soft_wrap=True)
        console.print(f"Ask the lake: fazhi ask --data {data} --warehouse '{lake}'", soft_wrap=True, markup=False)
    for miss in found:
        console.print(miss, soft_wrap=True, markup=False)
    return not found


class _Likeness(NamedTuple):
    """How a lake compares with a file that was loaded from the same batches."""

    tables: int
    rows: int
    questions: int
    differences: list[str]

    def told(self) -> str:
        """The verdict in a sentence."""
        verdict = "no" if self.differences else "yes"
        return (
            f"The lake holds the same rows as a file: {verdict}, {self.tables} tables and views, {self.rows} rows; "
            f"{self.questions} questions asked of both."
        )


@contextmanager
def _room(lake: str | None) -> Iterator[Path]:
    """A folder for the nights. It is thrown away after them, but for a lake, whose data lie in it."""
    from tempfile import mkdtemp

    from warehouse.moving import refuse_full

    if lake:
        refuse_full(lake)
    folder = Path(mkdtemp(prefix="fazhi-eval-"))
    try:
        Place(folder / "warehouse", lake).prepare()
        yield folder
    finally:
        if not lake:
            shutil.rmtree(folder)


def _hold_against_a_file(data: Path, lake: str) -> _Likeness:
    """Load the batches of all runs into a file, and ask it and the lake for every row and every question."""
    from flows.data_directory import DataDirectory
    from flows.loading.batches import batch_folder
    from flows.loading.load import load_and_release
    from warehouse.comparison import compare
    from warehouse.questions import ask, questions

    nights = DataDirectory(data, lake=lake)
    beside = DataDirectory(data / "file")
    for run in sorted(folder.name for folder in nights.runs.iterdir() if folder.is_dir()):
        load_and_release(beside, run, [batch_folder(nights, run)])
    with nights.place().open() as ours, beside.place().open() as theirs:
        compared = compare(ours, theirs)
        differences = [difference.told() for difference in compared.differences]
        some = ours.execute("SELECT min(region_code) AS region, min(indicator) AS indicator FROM cells").fetchone()
        known = dict(zip(("region", "indicator"), some or (), strict=True))
        for number, question in questions().items():
            given = {one.name: known[one.name] for one in question.parameters if one.required}
            answers = [ask(connection, number, given) for connection in (ours, theirs)]
            if answers[0] != answers[1]:
                differences.append(f"question {number} is answered otherwise by the lake")
    return _Likeness(compared.names, compared.rows, len(questions()), differences)


def _hold_reports(score: NightScore, place: Place, wanted: list[dict[str, Any]], states: dict[str, str]) -> None:
    with place.open() as connection:
        result = connection.execute(f"SELECT url, text, {', '.join(FIELDS.values())} FROM reports")
        names = [column[0] for column in result.description]
        found = {row[0]: dict(zip(names, row, strict=True)) for row in result.fetchall()}
        seen = dict(
            connection.execute(
                "SELECT portal_id, state FROM portal_runs WHERE run_id = (SELECT max(run_id) FROM runs)"
            ).fetchall()
        )
    for report in wanted:
        row = found.pop(report["url"], None)
        if row is None:
            score.misses.append(f"{report['key']} is not in the warehouse")
            continue
        faults = [
            f"{report['key']}: {column} is {row[column]}, not {report[name]}"
            for name, column in FIELDS.items()
            if str(row[column]) != str(report[name])
        ]
        if hashlib.sha256(row["text"].encode("utf-8")).hexdigest() != report["sha256"]:
            faults.append(f"{report['key']}: the text differs")
        score.right += not faults
        score.misses += faults
    score.misses += [f"{row['title']} ({url}) is no report" for url, row in found.items()]
    score.misses += [
        f"{portal} is {seen.get(portal)}, not {state}" for portal, state in states.items() if seen.get(portal) != state
    ]


def _hold_requests(score: NightScore, log: Path, never: list[str]) -> None:
    asked: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for line in log.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        score.requests += 1
        score.not_modified += row["status"] == 304
        asked[row["host"]].append((datetime.fromisoformat(row["time"]), row["path"]))
    gaps = []
    for host, requests in asked.items():
        if requests[0][1] != "/robots.txt":
            score.misses.append(f"{host} was asked for {requests[0][1]} before its robots.txt")
        score.misses += [f"{host} was asked for {path}, which it forbids" for _, path in requests if path in never]
        gaps += [(later[0] - earlier[0]).total_seconds() for earlier, later in pairwise(requests)]
    score.shortest_gap_s = min(gaps, default=None)


@contextmanager
def _served(folder: Path, port: int, night: int, log: Path) -> Iterator[None]:
    """The replica's server for as long as the block runs; it says when it listens."""
    command = [sys.executable, str(folder / "serve.py"), "--port", str(port), "--night", str(night), "--log", str(log)]
    log.touch()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None and server.stderr is not None
            if not server.stdout.readline():
                raise NoReplica(f"{folder / 'serve.py'} does not start: {server.stderr.read().strip()}")
            yield
        finally:
            server.send_signal(signal.SIGTERM)
