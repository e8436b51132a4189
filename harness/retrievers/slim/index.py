"""Sparse token vectors, and the inverted index that chooses which documents are scored by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.engines.ranked import Clauses, ranked
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.lexical.transposition import transposed
from harness.retrievers.neural.collection import Collection, Encoder
from harness.retrievers.neural.queries import encode_queries
from harness.retrievers.rows import in_order, to_run
from harness.retrievers.saved_arrays import save_arrays
from harness.retrievers.slim.encoder import document_terms, query_terms
from harness.retrievers.slim.scoring import sparse_maxsim
from harness.retrievers.slim.token_table import TokenTable
from harness.retrievers.sparse.weight_file import WeightFile
from harness.retrievers.sparse.weight_index import NOTHING

DOCUMENTS_AT_ONCE: Final = 512
QUERIES_AT_ONCE: Final = 64
"""After so many, what was read of the documents' tokens is given back."""


@dataclass(slots=True, kw_only=True, eq=False)
class SlimIndex:
    """An index; :class:`harness.retrievers.base.Index` describes ``facts`` and ``search``.

    Attributes:
        inverted: the first stage.
        tokens: of the documents, in the order of their numbers; they may lie in files.
        encoder: for the queries.
        fusion, min_idf, candidates: as of :class:`harness.retrievers.slim.retriever.Slim`.
        told: facts of the collection.
        asked: facts of the last queries.
    """

    inverted: InvertedFile
    tokens: TokenTable
    encoder: Encoder
    fusion: float
    min_idf: float | None
    candidates: int
    told: Mapping[str, int | float]
    asked: Mapping[str, int | float] | None = None

    @property
    def facts(self) -> Mapping[str, int | float]:
        """Of the inverted file, with tokens, their entries, bytes of both, and candidates of a query."""
        first, own = self.inverted.facts, self.tokens.arrays().values()
        return {
            **self.told,
            **first,
            "tokens": len(self.tokens.token_bounds) - 1,
            "token_entries": len(self.tokens.terms),
            "index_bytes": first["index_bytes"] + sum(array.nbytes for array in own),
            **(self.asked or {}),
        }

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """Rank the first stage's candidates by MaxSim.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id.
        """
        ordered = in_order(queries, depth)
        encoded = encode_queries(ordered, self.encoder)
        table = TokenTable.of([encoded.part] if encoded.asked else [], encoded.places)
        places = {query.id: place for place, query in enumerate(encoded.asked)}
        clauses = {name: self._clauses(table, place) for name, place in places.items()}
        found = self.inverted.search(
            ordered, lambda query: clauses.get(query.id, NOTHING), max(self.candidates, depth), tag=tag
        )
        terms = sum(len(terms) for terms, _ in clauses.values())
        self.asked = {
            **encoded.facts,
            "terms_per_query": terms / max(len(clauses), 1),
            "candidates_per_query": len(found.documents) / max(len(clauses), 1),
        }
        return to_run(
            self.inverted.ids, ordered, [ranked(self._scored(ordered, found, table, places), depth)], tag
        )

    def _clauses(self, table: TokenTable, place: int) -> Clauses:
        """The first stage's terms of a query."""
        entries = table.entries(place)
        terms, weights = query_terms(table.terms[entries], table.weights[entries], self.fusion)
        if self.min_idf is None:
            return terms, weights
        frequencies = np.diff(self.inverted.starts)[terms]
        kept = frequencies > 0
        kept[kept] = np.log(len(self.inverted.ids) / frequencies[kept]) > self.min_idf
        return terms[kept], weights[kept]

    def _scored(
        self, ordered: Sequence[Query], found: Run, table: TokenTable, places: Mapping[str, int]
    ) -> Iterator[tuple[Ints, npt.NDArray[np.float64]]]:
        """Numbers and scores of the candidates of every query."""
        names = self.inverted.ids.fixed_width()
        numbers = np.searchsorted(names, found.documents.fixed_width()).astype(np.int64)
        rows = {query: row for row, query in enumerate(found.queries)}
        for asked, query in enumerate(ordered, start=1):
            row = rows.get(query.id)
            span = slice(0, 0) if row is None else slice(found.starts[row], found.starts[row + 1])
            yield numbers[span], self._maxsim(table, places.get(query.id, -1), numbers[span])
            if asked % QUERIES_AT_ONCE == 0:
                self.tokens.release()

    def _maxsim(self, table: TokenTable, place: int, documents: Ints) -> npt.NDArray[np.float64]:
        if not len(documents):
            return np.empty(0)
        first, last = table.bounds[place : place + 2]
        entries = table.entries(place)
        own = table.token_bounds[first : last + 1] - table.token_bounds[first]
        size = len(self.inverted.starts) - 1
        starts, owners, values = transposed(own, table.terms[entries], table.weights[entries], size)
        tokens = self.tokens
        scores: npt.NDArray[np.float64] = sparse_maxsim(
            starts, owners, values, int(last - first),
            documents, tokens.bounds, tokens.token_bounds, tokens.terms, tokens.weights,
        )  # fmt: skip
        return scores

    def save(self, folder: Path) -> None:
        """Write the first stage, the token vectors and the encoder's identity.

        Raises:
            OSError: the folder cannot be written.
        """
        values = {"encoder": self.encoder.identity, "told": dict(self.told)}
        save_arrays(folder, {**self.inverted.arrays(), **self.tokens.arrays()}, values)


def first_stage(collection: Collection, tokens: TokenTable, floor: float, n_terms: int) -> InvertedFile:
    """The inverted file over the terms of each document, see :func:`document_terms`; it is made in files.

    Raises:
        OSError: the disk is full.
    """
    n = len(collection.ids)
    made = WeightFile()
    for start in range(0, n, DOCUMENTS_AT_ONCE):
        spans = [tokens.entries(place) for place in range(start, min(start + DOCUMENTS_AT_ONCE, n))]
        lists = [document_terms(tokens.terms[span], tokens.weights[span], floor) for span in spans]
        made.append(
            np.cumsum([0, *(len(terms) for terms, _ in lists)], dtype=np.int64),
            np.concatenate([terms.astype(np.int32) for terms, _ in lists]),
            np.concatenate([weights for _, weights in lists]),
        )
        tokens.release()
    return made.inverted(collection.ids, np.arange(n), n_terms)
