"""One row for each collection and system: effectiveness, index, and times of the processor and the clock.

Rows are kept as JSON lines, each written when it is measured, so that an interrupted table goes on. Nothing
of a row comes from a cache: the cache folder is an empty one for as long as it is measured, so that index
seconds hold the encoding of every document. Compiling kernels and unpacking weights are done once before, on
two documents, and count nowhere.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any, Final, NamedTuple

from harness.datasets.dataset import Dataset, load_dataset
from harness.errors import MissingExtraError, UnavailableError
from harness.evaluation.evaluate import evaluate
from harness.retrievers.neural.queries import encode_queries
from harness.retrievers.plan import parameters_of
from harness.retrievers.spec import read_system
from harness.retrievers.table import RETRIEVERS

BASELINES: Final = Path(__file__).parent.parent / "baselines"
DEPTH: Final = 1000
REPEATS: Final = 20
ENOUGH: Final = 4.0
"""Processor seconds after which a search is not repeated again."""
HEAD: Final = (
    "| collection | system | nDCG@10 | R@100 | index s: processor | clock | index MB "
    "| queries/s: a core | clock | ms a query: encoding | search |"
)


class Times(NamedTuple):
    """Seconds of the processor, in this process and those it started, and of the clock."""

    processor: float
    clock: float


def timed(call: Callable[[], Any]) -> tuple[Any, Times]:
    """What a call gives and what it took."""
    before, begun = processor_seconds(), time.perf_counter()
    made = call()
    return made, Times(processor_seconds() - before, time.perf_counter() - begun)


def processor_seconds() -> float:
    """Of this process and of those it started that have ended."""
    told = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in told)


def least(call: Callable[[], Any]) -> Times:
    """The repeat that took the processor the shortest; a long one stays alone, short ones are many."""
    found = [timed(call)[1]]
    while len(found) < REPEATS and sum(each.processor for each in found) < ENOUGH:
        found.append(timed(call)[1])
    return min(found)


@contextmanager
def empty_cache() -> Iterator[None]:
    before = os.environ.get("HARNESS_CACHE")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ["HARNESS_CACHE"] = folder
        try:
            yield
        finally:
            os.environ.pop("HARNESS_CACHE")
            if before is not None:
                os.environ["HARNESS_CACHE"] = before


def retriever(system: str) -> Any:
    """That of a file in ``baselines/``, or the registered one with its defaults."""
    path = BASELINES / f"{system}.yaml"
    return parameters_of(read_system(path).pipeline[0]) if path.is_file() else RETRIEVERS[system]()


def measured(data: Dataset, system: str) -> dict[str, Any]:
    """A row."""
    made = retriever(system)
    queries = data.queries
    with empty_cache():
        made.index(islice(data.documents(), 2)).search(queries[:1], 10, tag="warm")
        index, indexing = timed(lambda: made.index(data.documents()))
        run = index.search(queries, DEPTH, tag=system)
        searching = least(lambda: index.search(queries, DEPTH, tag=system))
        encoder = getattr(index, "encoder", None)
        encoding = least(lambda: encode_queries(queries, encoder)).processor if encoder else 0.0
    means = evaluate(data.as_scored(run), data.qrels, ["nDCG@10", "R@100"]).means()
    return {
        "system": system,
        "queries": len(queries),
        **{name: round(value, 6) for name, value in means.items()},
        "index_processor": round(indexing.processor, 3),
        "index_clock": round(indexing.clock, 3),
        "index_bytes": index.facts["index_bytes"],
        "search_processor": round(searching.processor, 6),
        "search_clock": round(searching.clock, 6),
        "encode_processor": round(encoding, 6),
    }


def shown(row: dict[str, Any]) -> str:
    asked, of_all, of_encoding = row["queries"], row["search_processor"], row["encode_processor"]
    encoding = f"{1000 * of_encoding / asked:.3f}" if of_encoding else "-"
    return (
        f"| {row['collection']} | `{row['system']}` | {row['nDCG@10']:.4f} | {row['R@100']:.4f} "
        f"| {row['index_processor']:.1f} | {row['index_clock']:.1f} | {row['index_bytes'] / 1e6:.1f} "
        f"| {asked / of_all:.0f} | {asked / row['search_clock']:.0f} "
        f"| {encoding} | {1000 * max(of_all - of_encoding, 0.0) / asked:.3f} |"
    )


def rows_of(kept: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows of an earlier run; a line that a crash cut short is left out."""
    found = {}
    for line in kept.read_text(encoding="utf-8").splitlines() if kept.is_file() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        found[row["collection"], row["system"]] = row
    return found


def keep(kept: Path, row: dict[str, Any]) -> None:
    """Append a row, on a line of its own even after one that was cut short."""
    cut_short = kept.is_file() and not kept.read_text(encoding="utf-8").endswith("\n")
    with kept.open("a", encoding="utf-8") as stream:
        stream.write("\n" * cut_short + json.dumps(row) + "\n")


def print_table(folder: Path, collections: Sequence[str], systems: Sequence[str], kept: Path) -> None:
    """Measure what ``kept`` lacks, print all rows asked for; what cannot be run here is said and left out."""
    rows = rows_of(kept)
    for name in collections:
        data = None
        for system in systems:
            if (name, system) in rows:
                continue
            data = data or load_dataset(name if name == "demo" else str(folder / name))
            try:
                row = {"collection": name, **measured(data, system)}
            except (MissingExtraError, UnavailableError) as error:
                print(f"{name}, {system}: left out. {error}", file=sys.stderr)
                continue
            keep(kept, row)
            rows[name, system] = row
            print(shown(row), file=sys.stderr, flush=True)
    print(f"{HEAD}\n{'| --- ' * (HEAD.count('|') - 1)}|")
    for place in ((name, system) for name in collections for system in systems):
        if place in rows:
            print(shown(rows[place]))
