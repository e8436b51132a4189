"""What runs in the other interpreter: builds and searches indexes of fast-plaid on request.

It is started by its path and imports nothing of the harness. Each request is a line of JSON on the standard
input, each answer a line of JSON on the standard output; arrays go through files. Started with ``absent`` in
place of a number of threads, it only says what is not installed.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module, metadata, util
from pathlib import Path
from typing import Any

try:
    import numpy as np
except ImportError:  # whoever asks is told
    np = None  # type: ignore[assignment]

MODULES = {"numpy": "numpy", "torch": "torch", "fast-plaid": "fast_plaid"}
PACKAGES = ("torch", "fast-plaid")
CHUNK = 25_000  # documents that fast-plaid compresses at a time, its own default


def versions() -> dict[str, str]:
    """The versions that decide an index."""
    return {name: metadata.version(name) for name in PACKAGES}


def absent() -> list[str]:
    """The packages that are not installed here."""
    return [name for name, module in MODULES.items() if util.find_spec(module) is None]


class Worker:
    """One index of fast-plaid, and its centroids for the pruning that fast-plaid lacks."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._plaid: Any = None
        self._lists: Any = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what a request says."""
        wanted = request.pop("do")
        if wanted not in ("build", "open", "search"):
            raise ValueError(f"unknown request {wanted!r}")
        answer: dict[str, Any] = getattr(self, wanted)(**request)
        return answer

    def build(
        self, folder: str, bounds: str, vectors: str, nbits: int, iterations: int, points: int, seed: int
    ) -> dict[str, Any]:
        """Index documents: document i has the vectors ``bounds[i]`` to ``bounds[i + 1]``."""
        torch, plaid = self._opened(folder)
        starts, every = np.load(bounds), np.load(vectors, mmap_mode="c")
        rows = torch.from_numpy(every)
        documents = [rows[a:b] for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]
        torch.manual_seed(seed)  # fast-plaid draws the sample for its clustering without its own seed
        plaid.create(
            documents_embeddings=documents,
            kmeans_niters=iterations,
            max_points_per_centroid=points,
            nbits=nbits,
            batch_size=CHUNK,
            seed=seed,
            use_triton_kmeans=False,  # the other has races
            start_from_scratch=0,  # keeps no copy of the vectors
        )
        return self.open(folder)

    def open(self, folder: str) -> dict[str, Any]:
        """Read an index; the number of its centroids."""
        if self._plaid is None:
            self._opened(folder)
        self._lists = Lists(Path(folder))
        return {"centroids": len(self._lists.centroids)}

    def search(
        self,
        bounds: str,
        vectors: str,
        out: str,
        depth: int,
        ncells: int,
        threshold: float | None,
        ndocs: int,
    ) -> dict[str, Any]:
        """Rank for each query; writes ``counts.npy``, ``documents.npy`` and ``scores.npy`` to ``out``."""
        starts, every = np.load(bounds), np.load(vectors)
        found = [
            self._one(every[a:b], depth, ncells, threshold, ndocs)
            for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
        ]
        rows = [row for one in found for row in one]
        np.save(Path(out) / "counts.npy", np.array([len(one) for one in found], dtype=np.int64))
        np.save(Path(out) / "documents.npy", np.array([row[0] for row in rows], dtype=np.int32))
        np.save(Path(out) / "scores.npy", np.array([row[1] for row in rows], dtype=np.float64))
        return {}

    def _one(self, query: Any, depth: int, ncells: int, threshold: float | None, ndocs: int) -> Any:
        if not len(query):
            return []
        torch = import_module("torch")
        cells = min(ncells, len(self._lists.centroids))
        subset = None if threshold is None else self._lists.pruned(query, cells, threshold, ndocs)
        return self._plaid.search(
            torch.from_numpy(query)[None],
            top_k=depth,
            n_full_scores=ndocs,
            n_ivf_probe=cells,
            show_progress=False,
            subset=None if subset is None else [subset.tolist()],
        )[0]

    def _opened(self, folder: str) -> tuple[Any, Any]:
        torch = import_module("torch")
        torch.set_num_threads(self._threads)
        self._plaid = import_module("fast_plaid.search").FastPlaid(folder, device="cpu")
        return torch, self._plaid


class Lists:
    """The files of an index that its second stage needs: centroids, inverted lists, codes of the tokens."""

    def __init__(self, folder: Path) -> None:
        about = json.loads((folder / "metadata.json").read_text())
        chunks = range(about["num_chunks"])
        lengths = [json.loads((folder / f"doclens.{i}.json").read_text()) for i in chunks]
        self.centroids = np.load(folder / "centroids.npy").astype(np.float32)
        self.lists = np.load(folder / "ivf.npy")
        self.list_bounds = _bounds(np.load(folder / "ivf_lengths.npy"))
        self.codes = np.concatenate([np.load(folder / f"{i}.codes.npy") for i in chunks]).astype(np.int32)
        self.bounds = _bounds(np.concatenate([np.array(each, dtype=np.int64) for each in lengths]))

    def pruned(self, query: Any, cells: int, threshold: float, most: int) -> Any:
        """The first two stages of PLAID; None where the first finds no more than ``most`` documents.

        Of the documents in the ``cells`` lists nearest to each query token, those ``most`` with the greatest
        sum of maxima over their centroids that score ``threshold`` or more with some query token.
        """
        scores = self.centroids @ query.T
        nearest = np.unique(np.argpartition(-scores, cells - 1, axis=0)[:cells])
        spans = [self.lists[self.list_bounds[c] : self.list_bounds[c + 1]] for c in nearest]
        found = np.unique(np.concatenate(spans))
        if len(found) <= most:
            return None
        tokens = _positions(self.bounds, found)
        owners = np.repeat(np.arange(len(found)), np.diff(self.bounds)[found])
        kept = (scores.max(axis=1) >= threshold)[self.codes[tokens]]
        codes, owners = self.codes[tokens][kept], owners[kept]
        sums = np.full(len(found), -np.inf)
        if len(codes):
            starts = np.flatnonzero(np.diff(owners, prepend=-1))
            sums[owners[starts]] = np.maximum.reduceat(scores[codes], starts, axis=0).sum(axis=1)
        return np.sort(found[np.lexsort((-found, -sums))[:most]])


def _bounds(lengths: Any) -> Any:
    return np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))


def _positions(bounds: Any, rows: Any) -> Any:
    """The positions of the elements of some rows, one row after another."""
    lengths = np.diff(bounds)[rows]
    shift = np.repeat(bounds[rows] - _bounds(lengths)[:-1], lengths)
    return np.arange(lengths.sum()) + shift


def main() -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not come between the answers
    if sys.argv[1] == "absent":
        print(json.dumps(absent()), file=answers, flush=True)
        return
    worker = Worker(int(sys.argv[1]))
    print(json.dumps({"versions": versions()}), file=answers, flush=True)
    for line in sys.stdin:
        try:
            answer = worker.answer(json.loads(line))
        except Exception as error:  # whatever it is, the harness has to hear of it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
