"""The warehouse at full size: `python -m tests.benchmarks.warehouse.scale [FOLDER [REPORTS]]`.

Generates REPORTS (100,000) reports in batches of 5,000, loads them as a backfill does, upserts one night's 5,000, and
asks; peak memory is that of the process that loads and asks. A folder that holds a release already is asked without
loading again."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sized
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from flows.extraction.words import search_words
from tests.benchmarks.warehouse.generate import Generator, seeds
from warehouse import questions, search
from warehouse.load import STORED, load
from warehouse.migrate import migrate
from warehouse.release import Staging, open_release, release_path

BATCH = 5_000
GOALS = {"question": 0.2, "ranked search": 0.15, "exact search": 2.0, "coverage": 0.2}
GIVEN = {15: {"region": "110101", "indicator": "reconsideration.received"}}
HEAVY = ("texts", "text_paragraphs", "text_sections", "text_quantities", "text_observations", "text_checks",
         "text_citations", "search_documents", "search_postings", "captures")  # fmt: skip
READ = ("report_versions", "paragraphs", "sections", "quantities", "observations", "checks", "citations", "captures")


def tell(what: str, figure: str, goal: str = "") -> None:
    """Print a line of the table."""
    print(f"{what:<46}{figure:>16}  {goal}", flush=True)


@contextmanager
def timed() -> Iterator[Callable[[], float]]:
    """The seconds that the block took."""
    start = time.perf_counter()
    end: list[float] = []
    yield lambda: end[0]
    end.append(time.perf_counter() - start)


def _apart(work: Callable[..., None], *given: Any) -> None:
    """Do something in another process, so that its memory is not counted as the loader's."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=given)
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{work.__name__} failed.")


def _generate(folder: Path, first: int, count: int, night: int, revised: bool) -> None:
    Generator().write(folder, first, count, night=night, revised=revised)


def generate(folder: Path, first: int, count: int, *, night: int = 0, revised: bool = False) -> Path:
    """A batch of generated reports."""
    shutil.rmtree(folder, ignore_errors=True)
    _apart(_generate, folder, first, count, night, revised)
    return folder


def against_arrow(folder: Path) -> None:
    """One batch into an empty warehouse, beside two rivals that only insert rows into the same schema: one reads them
    from the files of the batch, as we do, and one has them ready in memory. Neither knows versions, places or gates."""
    batch = generate(folder / "one", 0, BATCH)
    with Staging(folder / "ours") as staging:
        with timed() as ours:
            load(staging.connection, batch)
            staging.connection.execute("CHECKPOINT")
        handed = {name: staging.connection.execute(f"FROM {name}").to_arrow_table() for name in HEAVY}
    with timed() as from_arrow:
        _insert(folder / "raw.duckdb", handed)
    with timed() as from_files:
        # Words come as an object a text, which pyarrow would make a column a word: their rows are handed to it ready.
        words = {name: handed[name] for name in ("search_documents", "search_postings")}
        _insert(folder / "raw.duckdb", {STORED.get(name, name): _parsed(batch, name) for name in READ} | words)
    tell(f"load {BATCH} reports from JSON Lines", f"{ours():.1f} s")
    for rival, took in (
        ("pyarrow.json.read_json, then INSERT … SELECT", from_files()),
        ("ready Arrow tables, INSERT … SELECT", from_arrow()),
    ):
        tell(f"  {rival}", f"{took:.1f} s")
        tell("  ratio of throughput", f"{took / ours():.2f}", "goal 0.60")
    for leftover in ("one", "ours"):
        shutil.rmtree(folder / leftover)


def _parsed(batch: Path, name: str) -> Any:
    """A file of a batch as an Arrow table."""
    import pyarrow.json

    options = pyarrow.json.ReadOptions(block_size=64 * 2**20)
    return pyarrow.json.read_json(batch / f"{name}.jsonl", read_options=options)


def _insert(file: Path, tables: Mapping[str, Any]) -> None:
    """Insert Arrow tables into an empty warehouse of the same schema; what has no column of its own is made up."""
    with duckdb.connect() as raw:
        raw.execute("SET TimeZone = 'UTC'")
        raw.execute(f"ATTACH '{file}' AS raw (STORAGE_VERSION 'v1.4.0', ROW_GROUP_SIZE 16384)")
        raw.execute("USE raw")
        migrate(raw)
        raw.execute("BEGIN")
        for name, table in tables.items():
            raw.register("handed", table)
            there = set(table.column_names)
            made_up = {"latest": "true", "version": "1", "start": "0", "end": "0"}
            wanted = {row[0] for row in raw.execute(f"DESCRIBE {name}").fetchall()} - there
            more = "".join(f', {value} AS "{column}"' for column, value in made_up.items() if column in wanted)
            raw.execute(f"INSERT INTO {name} BY NAME SELECT *{more} FROM handed")
            raw.unregister("handed")
        raw.execute("COMMIT")
        raw.execute("CHECKPOINT")
    file.unlink()


def fill(folder: Path, reports: int) -> None:
    """Load all, in batches, and release."""
    spent = 0.0
    with Staging(folder / "warehouse") as staging:
        load(staging.connection, seeds(folder / "seeds"))
        for first in range(0, reports, BATCH):
            batch = generate(folder / "batch", first, min(BATCH, reports - first))
            with timed() as took:
                load(staging.connection, batch)
            spent += took()
            print(f"  {first + BATCH} reports, the last batch in {took():.1f} s", file=sys.stderr, flush=True)
        with timed() as publishing:
            staging.publish("backfill")
    tell(f"load {reports} reports", f"{spent:.0f} s")
    tell("gate and release", f"{publishing():.1f} s")


def upsert(folder: Path, reports: int) -> None:
    """One night: half of it known reports that changed, half new ones."""
    changed = generate(folder / "changed", reports // 2, BATCH // 2, night=1, revised=True)
    new = generate(folder / "new", reports, BATCH // 2, night=1)
    with timed() as whole, Staging(folder / "warehouse") as staging:
        with timed() as loading:
            load(staging.connection, changed)
            load(staging.connection, new)
        with timed() as publishing:
            staging.publish("night")
    tell(f"nightly upsert of {BATCH}: load", f"{loading():.1f} s", "goal 10 s")
    tell("  gate and release", f"{publishing():.1f} s")
    tell("  in all, with the copy before", f"{whole():.1f} s")


def best(call: Callable[[], Any], times: int = 3) -> float:
    """The shortest of so many calls, in seconds."""
    spent = []
    for _ in range(times):
        with timed() as took:
            call()
        spent.append(took())
    return min(spent)


def ask(folder: Path) -> None:
    """Latencies, each on a warm release."""
    with open_release(folder / "warehouse") as release:
        counts = release.execute(
            "SELECT (SELECT count(*) FROM reports), (SELECT count(*) FROM observations)"
        ).fetchone() or (1, 0)
        size = release_path(folder / "warehouse").resolve().stat().st_size
        tell("reports, observations", f"{counts[0]}, {counts[1]}")
        tell("release", f"{size / 2**20:.0f} MB", f"{size / counts[0]:.0f} bytes a report")

        def clock(what: str, kind: str, call: Callable[[], Sized]) -> None:
            took, goal = best(call), GOALS[kind]
            missed = "" if took <= goal else "  MISSED"
            tell(what, f"{1000 * took:.0f} ms", f"goal {1000 * goal:.0f} ms, {len(call())} rows{missed}")

        for number, question in questions.questions().items():
            clock(
                f"{number:>2} {question.english[:40]}",
                "question",
                lambda number=number: questions.ask(release, number, GIVEN.get(number, {})).rows,
            )
        for words in ("行政复议 调解", "府院联动", "领导干部学法 行政执法监督", "乐亭县"):
            cut = search_words(words)
            clock(f"ranked: {words}", "ranked search", lambda cut=cut: search.ranked(release, cut))
        phrase = "有序推进府院联动机制，在乐亭县"
        clock(f"exact: {phrase}", "exact search", lambda: search.exact(release, phrase))
        clock("exact: 行政复议工作", "exact search", lambda: search.exact(release, "行政复议工作"))
        pattern = r"领导干部学法，行政复议收到\d{4}件"
        clock(f"regexp: {pattern}", "exact search", lambda: search.exact(release, pattern, kind="regexp"))
        clock(
            "coverage, counts a year and level",
            "coverage",
            lambda: release.execute(
                "SELECT report_year, level, state, count(*) FROM coverage GROUP BY ALL ORDER BY ALL"
            ).fetchall(),
        )


def main(folder: str | None = None, reports: str = "100000") -> None:
    """Run it all."""
    root = Path(folder) if folder else Path(tempfile.mkdtemp(prefix="fazhi-scale-"))
    root.mkdir(parents=True, exist_ok=True)
    if not release_path(root / "warehouse").exists():
        _apart(against_arrow, root)
        fill(root, int(reports))
        upsert(root, int(reports))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        tell("peak memory", f"{peak:.0f} MB", "goal 4096 MB")
    tell("load of the machine", " ".join(f"{one:.1f}" for one in os.getloadavg()))
    ask(root)


if __name__ == "__main__":
    main(*sys.argv[1:])
