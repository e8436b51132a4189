"""BM25 search speed against bm25s, one process, one thread, CPU time.

    python benchmarks/lexical.py [--documents 200000] [--queries 1000] [--depth 1000]

Synthetic documents of 60 terms drawn by Zipf's law from 150,000; queries of 3 to 8 terms. Ours goes from
query texts to a finished run with document ids; bm25s goes from token lists to internal numbers and scores,
which is less work. The order of the peers changes from repeat to repeat, and the best repeat counts.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import Any

os.environ.update({"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"})

import bm25s
import numpy as np

from harness.records import Document, Query
from harness.retrievers.lexical.bm25 import BM25

VOCABULARY = 150_000
TERMS = 60


def texts(documents: int, queries: int) -> tuple[list[list[str]], list[list[str]]]:
    """Token lists of documents and queries; query terms are drawn flatter than those of documents."""
    random = np.random.default_rng(1)
    names = np.array([f"t{i}" for i in range(VOCABULARY)])

    def draw(count: int, exponent: float) -> Any:
        weights = 1 / np.arange(1, VOCABULARY + 1) ** exponent
        return np.searchsorted(np.cumsum(weights) / weights.sum(), random.random(count))

    drawn = draw(documents * TERMS, 1.0).reshape(documents, TERMS)
    corpus = [names[row].tolist() for row in drawn]
    lengths = random.integers(3, 9, queries)
    return corpus, [names[draw(n, 0.7)].tolist() for n in lengths]


def seconds(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = call()
    return time.process_time() - start, result


def peer(corpus: list[list[str]], backend: str) -> tuple[float, Any]:
    engine = bm25s.BM25(method="lucene", k1=0.9, b=0.4, backend=backend)
    return seconds(lambda: (engine.index(corpus, show_progress=False), engine)[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--depth", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    corpus, queries = texts(options.documents, options.queries)
    documents = [Document(str(i), "", " ".join(tokens)) for i, tokens in enumerate(corpus)]
    named = [Query(str(i), " ".join(tokens)) for i, tokens in enumerate(queries)]

    BM25(analyzer="whitespace").index(documents[:10]).search(named[:1], 1, tag="warm")
    built, index = seconds(lambda: BM25(analyzer="whitespace").index(documents))
    fast_built, fast = peer(corpus, "numba")
    plain_built, plain = peer(corpus, "numpy")
    few = queries[: max(1, options.queries // 10)]

    def ask(engine: Any, asked: list[list[str]]) -> Any:
        return engine.retrieve(asked, k=options.depth, show_progress=False, n_threads=1)

    calls: dict[str, tuple[float, int, Callable[[], Any]]] = {
        "harness": (built, len(named), lambda: index.search(named, options.depth, tag="t")),
        "bm25s numba": (fast_built, len(queries), lambda: ask(fast, queries)),
        "bm25s default": (plain_built, len(few), lambda: ask(plain, few)),
    }
    best = dict.fromkeys(calls, float("inf"))
    ask(fast, queries[:2])
    for repeat in range(options.repeats):
        for name in sorted(calls, reverse=bool(repeat % 2)):
            _, count, call = calls[name]
            best[name] = min(best[name], seconds(call)[0] / count)
    facts = index.facts
    print(
        f"{facts['documents']} documents, {facts['terms']} terms, {facts['postings']} postings, "
        f"{facts['index_bytes'] / 1e6:.0f} MB; {len(queries)} queries, depth {options.depth}"
    )
    print(f"{'':15}{'index s':>9}{'queries/s':>11}{'ours is':>9}")
    for name, (index_seconds, _, _) in calls.items():
        ratio = best[name] / best["harness"]
        print(f"{name:15}{index_seconds:9.1f}{1 / best[name]:11.0f}{ratio:8.2f}x")


if __name__ == "__main__":
    main()
