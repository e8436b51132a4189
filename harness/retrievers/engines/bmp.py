"""Block-Max Pruning: blocks of documents, visited by the greatest score they can have."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal

import numpy as np
from pydantic import ConfigDict, Field

from harness.columns import Ints
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.engines.ranked import Clauses, ranked
from harness.retrievers.engines.silence import silenced
from harness.retrievers.packages import Need
from harness.retrievers.rows import Float32s, Found, Int32s

Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
FILE: Final = "index.bmp"
QUERY_LEVELS: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Bmp:
    """A. Mallia, T. Suel, N. Tonellotto, SIGIR 2024; the package bmp.

    Weights of documents are scaled so that the collection's greatest becomes ``levels``, those of a query so
    that its greatest becomes 255, and rounded; scores are the library's, over these whole numbers. With
    ``alpha`` and ``beta`` at 1 nothing else is lost.

    Attributes:
        block_size: consecutive documents in a block.
        levels: the greatest quantised weight of a document. The library's bounds saturate in 16 bits, so that
            127 loses less than the 255 that would fit.
        alpha: a block is skipped unless alpha times its bound reaches the score at the depth.
        beta: share of a query's terms, the heaviest, that are looked at.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    needs: ClassVar[tuple[Need, ...]] = (Need("The engine 'bmp'", "bmp", "engines"),)
    family: ClassVar[str] = "learned-sparse"
    summary: ClassVar[str] = "Block-max pruning over quantised weights."

    name: Literal["bmp"] = "bmp"
    block_size: Annotated[int, Field(ge=2, le=256)] = 32
    levels: Annotated[int, Field(ge=1, le=255)] = 127
    alpha: Share = 1.0
    beta: Share = 1.0

    def __post_init__(self) -> None:
        check_parameters(self)

    def build(self, bounds: Ints, terms: Int32s, weights: Float32s, n_terms: int) -> BmpSearcher:
        """Index documents: document i has the elements ``bounds[i]`` to ``bounds[i + 1]``."""
        import bmp

        place = Path(tempfile.mkdtemp(prefix="bmp-"))
        file = str(place / FILE)
        scale = self.levels / float(weights.max(initial=1e-30))
        impacts = np.rint(weights.astype(np.float64) * scale).astype(np.int64)
        known = np.zeros(n_terms, dtype=np.bool_)
        with silenced():
            indexer = bmp.Indexer(file, self.block_size, False)
            for number in range(len(bounds) - 1):
                span = slice(bounds[number], bounds[number + 1])
                kept = impacts[span] > 0
                used = terms[span][kept]
                known[used] = True
                vector = dict(zip(map(str, used.tolist()), impacts[span][kept].tolist(), strict=True))
                indexer.add_document(str(number), vector)
            indexer.finish()
            searcher = bmp.Searcher(file)
        return BmpSearcher(parameters=self, searcher=searcher, known=known, place=place)

    def load(self, folder: Path, n_terms: int) -> BmpSearcher:
        """Read what :meth:`BmpSearcher.save` wrote.

        Raises:
            OSError: the files are absent or damaged.
        """
        import bmp

        place = Path(tempfile.mkdtemp(prefix="bmp-"))
        shutil.copyfile(folder / FILE, place / FILE)
        with silenced():
            searcher = bmp.Searcher(str(place / FILE))
        known = np.load(folder / "known.npy", allow_pickle=False)
        return BmpSearcher(parameters=self, searcher=searcher, known=known, place=place)


@dataclass(slots=True, weakref_slot=True, kw_only=True, eq=False)
class BmpSearcher:
    """An index of BMP in memory.

    Attributes:
        known: bool[t], terms that a document has; the library knows no others and stops the process at one.
        place: the folder of its file, which goes with the searcher.
    """

    parameters: Bmp
    searcher: Any
    known: Any
    place: Path

    def __post_init__(self) -> None:
        weakref.finalize(self, shutil.rmtree, self.place, ignore_errors=True)

    def search(self, clauses: Sequence[Clauses], depth: int) -> Found:
        """Rank documents one query at a time."""
        return ranked((self._one(*clause, depth) for clause in clauses), depth)

    def _one(self, terms: Ints, weights: Float32s, depth: int) -> tuple[list[int], list[float]]:
        chosen = self.known[terms]
        terms, weights = terms[chosen], weights[chosen]
        impacts = np.rint(weights * (QUERY_LEVELS / weights.max(initial=1e-30))).astype(np.int64)
        query = {str(t): i for t, i in zip(terms.tolist(), impacts.tolist(), strict=True) if i > 0}
        if not query:
            return [], []
        names, scores = self.searcher.search(query, depth, self.parameters.alpha, self.parameters.beta)
        return [int(name) for name in names], [float(score) for score in scores]

    @property
    def size(self) -> int:
        """Bytes of the library's file."""
        return (self.place / FILE).stat().st_size

    def save(self, folder: Path) -> None:
        """Copy the library's file."""
        shutil.copyfile(self.place / FILE, folder / FILE)
        np.save(folder / "known.npy", self.known, allow_pickle=False)
