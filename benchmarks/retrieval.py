"""Retrievers side by side, one process, one thread.

    python benchmarks/retrieval.py table --data FOLDER [--datasets demo scifact …] [--systems bm25 minilm …]
                                         [--kept ROWS.jsonl]
    python benchmarks/retrieval.py engines [--documents 200000] [--terms 120]
    python benchmarks/retrieval.py speed [--documents 200000]
    python benchmarks/retrieval.py overhead

``table``: effectiveness, index seconds and bytes, queries a second of each system on each collection
(FOLDER/NAME in BEIR layout; ``demo`` is part of the harness), in time of the processor beside that of the
clock, so that a busy machine can be used. A system is a file of ``baselines/`` or a retriever with its
defaults. Rows are kept in a file as they come; an interrupted table goes on, and a row whose line is deleted
is measured again. ``engines``: Seismic and BMP against the exact search on synthetic weights: accuracy at 10
and microseconds a query. ``speed``: exact dense and MaxSim. ``overhead``: the harness against calling the
engine or the encoder directly.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.update({"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"})

import numpy as np
from retrieval_table import DEPTH, print_table

from harness.columns import StringColumn
from harness.datasets.dataset import load_dataset
from harness.records import Document, Query
from harness.retrievers.dense.retriever import Dense
from harness.retrievers.engines.bmp import Bmp
from harness.retrievers.engines.nearest import nearest
from harness.retrievers.engines.seismic import Seismic
from harness.retrievers.engines.sparse import EXACT, SparseEngine, SparseSearch
from harness.retrievers.late_interaction.maxsim import maxsim, token_blocks
from harness.retrievers.sparse.index import invert

SYSTEMS = ("bm25", "ql-dirichlet", "tfidf", "minilm", "splade-tiny", "minilm-maxsim")
DATASETS = ("demo", "cranfield", "vaswani", "scifact", "trec-dl19-pool")
TERMS = 30_522


def machine() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return f"{names[0].partition(': ')[2] if names else platform.processor()}, one thread"


def best(call: Callable[[], Any], repeats: int = 3) -> float:
    """The least processor seconds of some repeats, after one that is not counted."""
    call()
    times = []
    for _ in range(repeats):
        begun = time.process_time()
        call()
        times.append(time.process_time() - begun)
    return min(times)


def table(options: argparse.Namespace) -> None:
    print(f"{machine()}; depth {DEPTH}\n")
    print_table(Path(options.data), options.datasets, options.systems, Path(options.kept))


def weights_like_splade(documents: int, terms: int, queries: int) -> tuple[Any, list[Any]]:
    """Documents around topics, so that approximate engines have something to cluster, as texts give them.

    A document draws three quarters of its terms from one of 2,000 topics of 300 terms, the rest from the
    whole vocabulary, all by Zipf-like laws; weights are gamma, quantised to 1/100. A query draws 20 terms
    likewise.
    """
    random = np.random.default_rng(1)
    topics = random.permuted(np.tile(np.arange(TERMS), (8, 1)), axis=1).reshape(-1)[: 2000 * 100]
    topics = np.concatenate([topics.reshape(2000, 100), random.integers(0, TERMS, (2000, 200))], axis=1)
    skew = 1 / np.arange(1, 301) ** 0.7
    skew_all = np.cumsum(1 / np.arange(1, TERMS + 1) ** 0.78)
    common = random.permutation(TERMS)

    def draw(count: int) -> np.ndarray[Any, Any]:
        topic = topics[random.integers(0, 2000)]
        own = topic[np.searchsorted(np.cumsum(skew) / skew.sum(), random.random(3 * count // 4))]
        rest = common[np.searchsorted(skew_all / skew_all[-1], random.random(count - 3 * count // 4))]
        return np.unique(np.concatenate([own, rest]))

    rows = [draw(int(terms * 1.45)) for _ in range(documents)]
    bounds = np.cumsum([0, *map(len, rows)])
    weights = np.maximum(np.rint(random.gamma(1.5, 0.5, bounds[-1]) * 100) / 100, 0.01).astype(np.float32)
    ids = StringColumn.from_strings(f"{i:07}" for i in range(documents))
    file = invert(ids, bounds, np.concatenate(rows).astype(np.int32), weights, TERMS)
    asked = []
    for _ in range(queries):
        used = draw(24)[:20]
        asked.append((used.astype(np.int64), random.gamma(1.5, 0.5, len(used)).astype(np.float32) + 0.05))
    return file, asked


def engines(options: argparse.Namespace) -> None:
    file, asked = weights_like_splade(options.documents, options.terms, options.queries)
    facts = file.facts
    touched = np.mean([np.diff(file.starts)[terms].sum() for terms, _ in asked])
    print(
        f"{machine()}\n{options.documents} documents of {facts['terms_per_document']:.0f} terms, "
        f"{len(asked)} queries of {np.mean([len(t) for t, _ in asked]):.0f} terms that reach "
        f"{touched:.0f} postings\n"
    )
    queries = [Query(str(i), "") for i in range(len(asked))]
    print("| engine | build s | MB | accuracy@10 | µs a query, k = 10 | k = 1000: accuracy | queries/s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    kinds: list[tuple[str, SparseEngine]] = [("exact", EXACT)]
    kinds += [(f"BMP alpha {a}", Bmp(alpha=a)) for a in (1.0, 0.85)]
    kinds += [
        (f"Seismic cut {cut}, heap {heap}", Seismic(query_cut=cut, heap_factor=heap))
        for cut, heap in ((5, 0.9), (10, 0.8), (10, 1.0), (20, 0.7))
    ]
    searcher: Any = None
    for name, engine in kinds:
        begun = time.process_time()
        if isinstance(engine, Seismic) and isinstance(getattr(searcher, "parameters", None), Seismic):
            searcher.parameters = engine  # these parameters decide the search alone
            search = SparseSearch(inverted=file, searcher=searcher, size=searcher.size)
        else:
            search = SparseSearch.of(file, engine)
            searcher = search.searcher
        built = time.process_time() - begun

        def run(depth: int, search: SparseSearch = search) -> Any:
            return search.search(queries, lambda query: asked[int(query.id)], depth, tag="t")

        exact = isinstance(engine, type(EXACT))
        told = [
            1.0 if exact else search.accuracy(queries, lambda q: asked[int(q.id)], k)[f"accuracy_at_{k}"]
            for k in (10, 1000)
        ]
        few, many = (best(lambda k=k: run(k)) / len(asked) for k in (10, 1000))  # type: ignore[misc]
        print(
            f"| {name} | {built:.0f} | {search.facts['index_bytes'] / 1e6:.0f} | {told[0]:.4f} "
            f"| {few * 1e6:.0f} | {told[1]:.4f} | {1 / many:.0f} |",
            flush=True,
        )


def speed(options: argparse.Namespace) -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(options.documents, 384)).astype(np.float32)
    queries = random.normal(size=(1024, 384)).astype(np.float32)
    seconds = best(lambda: nearest(queries, vectors, 1000))
    print(f"{machine()}\ndense, {options.documents} x 384, depth 1000: {1024 / seconds:.0f} queries/s")
    bounds = np.cumsum([0, *random.integers(60, 121, 1000)])
    tokens = random.normal(size=(bounds[-1], 128)).astype(np.float32)
    asked, whole = random.normal(size=(32, 128)).astype(np.float32), np.array([0, 32])

    def score() -> None:
        for a, b in token_blocks(bounds, 4096):
            maxsim(asked, whole, tokens[bounds[a] : bounds[b]], bounds[a : b + 1] - bounds[a])

    print(f"MaxSim, 1000 x ~90 tokens x 128, 32 query tokens: {best(score, 20) * 1000:.1f} ms")


def overhead(options: argparse.Namespace) -> None:
    """The harness from texts to a run, against the library alone; the same work is in both."""
    import faiss
    from sentence_transformers import SentenceTransformer

    from harness.retrievers.engines.faiss_engines import FaissFlat, settings
    from harness.retrievers.neural.checkpoint import locate
    from harness.retrievers.neural.retriever import MINILM
    from harness.retrievers.neural.threads import limited_threads

    random = np.random.default_rng(0)
    vectors = random.normal(size=(100_000, 384)).astype(np.float32)
    queries = random.normal(size=(512, 384)).astype(np.float32)
    searcher = FaissFlat().build(vectors)
    index = faiss.IndexFlatIP(384)
    index.add(vectors)

    def directly() -> None:
        with settings():
            index.search(queries, 1000)

    pairs: dict[str, tuple[float, float]] = {}
    pairs["search, faiss flat, 100,000 vectors, depth 1000"] = (
        best(directly),
        best(lambda: searcher.search(queries, 1000)),
    )
    data = load_dataset("demo")
    texts = [f"{d.title} {d.text}".strip() for d in data.documents()]
    model = SentenceTransformer(str(locate(MINILM, None)), device="cpu")
    documents: Sequence[Document] = list(data.documents())

    def encoded() -> None:
        with limited_threads():
            model.encode(texts, batch_size=32, show_progress_bar=False)

    def indexed() -> None:
        os.environ["HARNESS_CACHE"] = "/dev/null/none"  # nothing is kept, so that all is encoded
        Dense().index(documents)

    before = os.environ.get("HARNESS_CACHE")
    pairs["encoding the demo with MiniLM"] = (best(encoded, 2), best(indexed, 2))
    os.environ.pop("HARNESS_CACHE") if before is None else os.environ.update(HARNESS_CACHE=before)
    print(f"{machine()}\n\n| work | alone s | harness s | overhead |\n| --- | --- | --- | --- |")
    for name, (alone, ours) in pairs.items():
        print(f"| {name} | {alone:.3f} | {ours:.3f} | {100 * (ours / alone - 1):+.1f} % |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(required=True)
    for verb in (table, engines, speed, overhead):
        added = verbs.add_parser(verb.__name__)
        added.set_defaults(verb=verb)
        added.add_argument("--data", default="data")
        added.add_argument("--datasets", nargs="+", default=DATASETS)
        added.add_argument("--systems", nargs="+", default=SYSTEMS)
        added.add_argument("--kept", default="retrieval-rows.jsonl")
        added.add_argument("--documents", type=int, default=200_000)
        added.add_argument("--terms", type=int, default=120)
        added.add_argument("--queries", type=int, default=300)
    options = parser.parse_args()
    options.verb(options)


if __name__ == "__main__":
    main()
