"""Binary codes: the signs of a vector's components, compared by how many agree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal

import numpy as np
import numpy.typing as npt
from numba import njit
from pydantic import ConfigDict, Field

from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.engines.ranked import ranked
from harness.retrievers.rows import Float32s, Found
from harness.retrievers.saved_arrays import release
from harness.retrievers.selection import NO_FLOOR, offer, unpack

Codes = npt.NDArray[np.uint64]
FILE: Final = "codes.npy"
QUERIES_AT_ONCE: Final = 64
DOCUMENTS_AT_ONCE: Final = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryCodes:
    """Hamming ranking of sign bits, 1 where a component is above 0; all codes are compared.

    M. Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002, with the vector's own
    axes; with a checkpoint that was trained for it, learning to hash (I. Yamada, A. Asai, H. Hajishirzi,
    "Efficient Passage Retrieval with Hashing for Open-domain Question Answering", ACL 2021). The score is the
    product of the codes as vectors of 1 and -1: dimensions - 2 * bits that differ.

    Attributes:
        rescore: this many times the depth, candidates are taken by their codes and ranked by the exact
            product of the vectors; None ranks by the codes.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "dense"
    summary: ClassVar[str] = "Hamming ranking of sign bits, maybe ranked anew by the vectors."

    name: Literal["binary"] = "binary"
    rescore: Annotated[int, Field(ge=1, le=1000)] | None = None

    def __post_init__(self) -> None:
        check_parameters(self)

    def build(self, vectors: Float32s) -> BinarySearcher:
        """Code n vectors, float32[n, d]."""
        return BinarySearcher(parameters=self, codes=coded(vectors), vectors=vectors)

    def load(self, folder: Path, vectors: Float32s) -> BinarySearcher:
        """Map what :meth:`BinarySearcher.save` wrote.

        Raises:
            OSError, ValueError: the file is absent or damaged.
        """
        codes = np.load(folder / FILE, mmap_mode="c", allow_pickle=False)
        return BinarySearcher(parameters=self, codes=np.asarray(codes), vectors=vectors)


@dataclass(slots=True, kw_only=True, eq=False)
class BinarySearcher:
    """Codes, uint64[n, words], and the vectors, float32[n, d], that they come from."""

    parameters: BinaryCodes
    codes: Codes
    vectors: Float32s

    @property
    def size(self) -> int:
        """Bytes of the codes and, where they are rescored, of the vectors."""
        return int(self.codes.nbytes + (self.vectors.nbytes if self.parameters.rescore else 0))

    def search(self, queries: Float32s, depth: int) -> list[Found]:
        """Rank by codes, and maybe anew by products."""
        times = self.parameters.rescore
        parts = self._by_codes(queries, depth * (times or 1))
        if not times:
            return parts
        numbers = np.split(
            np.concatenate([part.documents for part in parts]),
            np.cumsum(np.concatenate([part.counts for part in parts]))[:-1],
        )
        return [
            ranked(
                ((some, self.vectors[some] @ query) for some, query in zip(numbers, queries, strict=True)),
                depth,
            )
        ]

    def _by_codes(self, queries: Float32s, depth: int) -> list[Found]:
        asked, n, dimensions = coded(queries), len(self.codes), self.vectors.shape[1]
        kept = min(depth, n)
        found = []
        for start in range(0, len(asked), QUERIES_AT_ONCE):
            some = asked[start : start + QUERIES_AT_ONCE]
            keys = np.empty((len(some), 2 * kept + 512), dtype=np.int64)
            counts, floors = np.zeros(len(some), dtype=np.int64), np.full(len(some), NO_FLOOR)
            for first in range(0, n, DOCUMENTS_AT_ONCE):
                scores = _agreement(some, self.codes[first : first + DOCUMENTS_AT_ONCE], dimensions)
                offer(scores, first, keys, counts, floors, kept)
            numbers = np.empty((len(some), kept), dtype=np.int32)
            values = np.empty(numbers.shape, dtype=np.float32)
            unpack(keys, counts, numbers, values)
            found.append(Found.of(numbers, values, counts))
        return found

    def save(self, folder: Path) -> None:
        """Write the codes."""
        np.save(folder / FILE, self.codes, allow_pickle=False)


def coded(vectors: Float32s) -> Codes:
    """uint64[n, ceil(d / 64)]: one bit for each component, 1 above 0; the rest of the last word is 0."""
    whole = np.zeros((len(vectors), -(-vectors.shape[1] // 64) * 8), dtype=np.uint8)
    for start in range(0, len(vectors), DOCUMENTS_AT_ONCE):
        packed = np.packbits(vectors[start : start + DOCUMENTS_AT_ONCE] > 0, axis=1)
        whole[start : start + DOCUMENTS_AT_ONCE, : packed.shape[1]] = packed
        release(vectors)
    codes: Codes = whole.view(np.uint64)
    return codes


@njit(cache=True, nogil=True)
def _agreement(queries: Any, codes: Any, dimensions: int) -> Any:
    """float32[q, n]: dimensions - 2 * bits that differ."""
    scores = np.empty((queries.shape[0], codes.shape[0]), np.float32)
    ones, pairs, fours = (
        np.uint64(0x5555555555555555),
        np.uint64(0x3333333333333333),
        np.uint64(0x0F0F0F0F0F0F0F0F),
    )
    every = np.uint64(0x0101010101010101)
    for query in range(queries.shape[0]):
        for code in range(codes.shape[0]):
            differ = np.uint64(0)
            for word in range(codes.shape[1]):
                bits = queries[query, word] ^ codes[code, word]
                bits -= (bits >> np.uint64(1)) & ones
                bits = (bits & pairs) + ((bits >> np.uint64(2)) & pairs)
                bits = (bits + (bits >> np.uint64(4))) & fours
                differ += (bits * every) >> np.uint64(56)
            scores[query, code] = dimensions - 2 * np.int64(differ)
    return scores
