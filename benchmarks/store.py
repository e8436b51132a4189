"""The store: writing runs with their per-query values, and reading boards, on SQLite and PostgreSQL.

Run it from the project's root::

    python benchmarks/store.py [--runs 10000] [--queries 300] [--repeats 5] [--postgres URL]

Runs have per-query values of 8 measures; every run is written with its means, its vectors, its hashes and a
finding, and each transaction renews the digest of the board. Times are medians of the repeats, warm; in
brackets what this process alone took, which other work on the machine does not change much.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.leaderboard.board import read_board
from harness.records import Evaluation, Issue
from harness.store.engine import connect
from harness.store.reading import read_best, read_head, read_means, read_runs_on, read_vectors
from harness.store.writing import Change, DatasetEntry, RunEntry, change_board, replace_board

MEASURES = ("nDCG@10", "AP", "R@100", "R@1000", "RR@10", "P@10", "Judged@10", "Success@5")
DATASETS = 5


def dataset(name: str, queries: list[str]) -> DatasetEntry:
    return DatasetEntry(
        name=name, title=name, headline=MEASURES[0], judgments="v1:x", queries=queries, texts=queries,
        spec={"title": name, "measures": list(MEASURES)},
    )  # fmt: skip


def run(number: int, queries: list[str], values: np.ndarray) -> RunEntry:
    evaluation = Evaluation(
        measures=MEASURES, queries=tuple(queries), values=values, answered=np.ones(len(queries), dtype=bool),
        engine="harness", engine_version="0", flags={"score_precision": "double"},
    )  # fmt: skip
    return RunEntry(
        dataset=f"set-{number % DATASETS}", system=f"system-{number // DATASETS:05}", family="dense",
        description="A made-up system.", created="2026-01-01T00:00:00Z", sha256=f"{number:064x}",
        path=f"set/{number}/run.trec.gz", depth=1000, rows=1000 * len(queries), tied_share=0.01,
        evaluation=evaluation, issues=[Issue("note", "ties", "some")], card={"system": str(number)},
        tie_ranges={name: (0.1, 0.2, 0.3) for name in MEASURES},
    )  # fmt: skip


def median(repeats: int, work: Callable[[], object]) -> str:
    """Milliseconds of one call, of this process alone in brackets, after one call to warm up."""
    work()
    taken, alone = [], []
    for _ in range(repeats):
        start, cpu = time.perf_counter(), time.process_time()
        work()
        taken.append(1000 * (time.perf_counter() - start))
        alone.append(1000 * (time.process_time() - cpu))
    return f"{statistics.median(taken):.1f} ms ({statistics.median(alone):.1f})"


def write(engine: Engine, entries: list[DatasetEntry | RunEntry]) -> tuple[float, float]:
    """Seconds, and seconds of this process alone."""
    start, cpu = time.perf_counter(), time.process_time()
    replace_board(engine, entries)
    return time.perf_counter() - start, time.process_time() - cpu


def add(engine: Engine, entry: RunEntry) -> None:
    """Publish one run as admission does: one transaction, with a new digest."""
    change = Change(systems={(entry.dataset, entry.system)}, entries=[entry], moment="")
    assert change_board(engine, change, after=read_head(engine)[0])


def measure(name: str, url: str, options: argparse.Namespace) -> None:
    chance = np.random.default_rng(0)
    queries = [f"q{number}" for number in range(options.queries)]
    pool = chance.random((50, len(MEASURES), options.queries))
    sets: list[DatasetEntry | RunEntry] = [dataset(f"set-{n}", queries) for n in range(DATASETS)]
    runs = [run(n, queries, np.roll(pool[n % 50], n // 50, axis=1)) for n in range(options.runs)]
    engine = connect(url, create=True)
    few = min(2000, options.runs)
    taken = sorted(write(engine, [*sets, *runs[:few]]) for _ in range(3))[1]
    print(f"{name}: {few / taken[0]:,.0f} runs/s ({few / taken[1]:,.0f}), {few} in one transaction")
    write(engine, [*sets, *runs])
    print(f"  {options.runs} runs in the store")
    extra = iter(run(options.runs + n, queries, pool[n % 50]) for n in range(1000))
    ids = [item.id for item in read_runs_on(engine, "set-1")[1][:2]]
    cases = {
        "one more run, its own transaction": lambda: add(engine, next(extra)),
        "the best 50 of a data set, all measures": lambda: read_best(engine, "set-1", "nDCG@10", limit=50),
        "one measure of every run": lambda: read_means(engine, "nDCG@10"),
        "per-query values of two runs": lambda: read_vectors(engine, ids, "AP"),
        f"the board of a data set ({options.runs // DATASETS} rows)": lambda: read_board(
            url, dataset="set-1"
        ),
        "the board of everything": lambda: read_board(url),
    }
    for what, work in cases.items():
        print(f"  {what}: {median(options.repeats, work)}")
    engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--postgres", metavar="URL", help="a PostgreSQL database of its own")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{folder}/board.sqlite", options)
    if options.postgres:
        measure("PostgreSQL", options.postgres, options)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
