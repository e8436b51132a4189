"""Sparse token vectors, and the inverted index that chooses which documents are scored by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.engines.ranked import Clauses, ranked
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.lexical.transposition import transposed
from harness.retrievers.neural.collection import Collection, Encoder, joined_starts, take_ragged
from harness.retrievers.neural.queries import encode_queries
from harness.retrievers.rows import Float32s, Int32s, in_order, to_run
from harness.retrievers.saved_arrays import Saved, save_arrays
from harness.retrievers.slim.encoder import document_terms, query_terms
from harness.retrievers.slim.scoring import sparse_maxsim
from harness.retrievers.sparse.index import invert
from harness.retrievers.sparse.weight_index import NOTHING


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TokenTable:
    """Sparse vectors of the tokens of n texts.

    Attributes:
        bounds: int64[n + 1]; text i has the tokens ``bounds[i]`` to ``bounds[i + 1]``.
        token_bounds: int64[t + 1]; token i has the entries ``token_bounds[i]`` to ``token_bounds[i + 1]``.
        terms: int32[e].
        weights: float32[e], above 0.
    """

    bounds: Ints
    token_bounds: Ints
    terms: Int32s
    weights: Float32s

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All four, by name."""
        names = ("bounds", "token_bounds", "terms", "weights")
        return {f"token_{name}": getattr(self, name) for name in names}

    @classmethod
    def of(cls, parts: Sequence[Mapping[str, Any]], places: Ints) -> TokenTable:
        """The texts at ``places``, counted through all encodings."""
        bounds, tokens = take_ragged(joined_starts(parts), places)
        own = joined_starts([{"bounds": part["token_bounds"]} for part in parts])
        token_bounds, entries = take_ragged(own, tokens)
        terms = np.concatenate([np.empty(0, dtype=np.int32), *(part["terms"] for part in parts)])
        weights = np.concatenate([np.empty(0, dtype=np.float32), *(part["weights"] for part in parts)])
        return cls(bounds=bounds, token_bounds=token_bounds, terms=terms[entries], weights=weights[entries])

    def entries(self, text: int) -> slice:
        """The entries of all tokens of a text."""
        first, last = self.bounds[text : text + 2]
        return slice(int(self.token_bounds[first]), int(self.token_bounds[last]))


@dataclass(slots=True, kw_only=True, eq=False)
class SlimIndex:
    """An index in memory; :class:`harness.retrievers.base.Index` describes ``facts`` and ``search``.

    Attributes:
        inverted: the first stage.
        tokens: of the documents, in the order of their numbers.
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
        for query in ordered:
            row = rows.get(query.id)
            span = slice(0, 0) if row is None else slice(found.starts[row], found.starts[row + 1])
            yield numbers[span], self._maxsim(table, places.get(query.id, -1), numbers[span])

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


def saved_tokens(saved: Saved) -> TokenTable:
    """The token vectors of saved arrays.

    Raises:
        KeyError: an array is absent.
    """
    arrays = saved.arrays
    return TokenTable(
        bounds=arrays["token_bounds"],
        token_bounds=arrays["token_token_bounds"],
        terms=arrays["token_terms"],
        weights=arrays["token_weights"],
    )


def first_stage(collection: Collection, tokens: TokenTable, floor: float, n_terms: int) -> InvertedFile:
    """The inverted file over the terms of each document, see :func:`document_terms`."""
    spans = (tokens.entries(place) for place in range(len(collection.ids)))
    made = [document_terms(tokens.terms[span], tokens.weights[span], floor) for span in spans]
    return invert(
        collection.ids,
        np.cumsum([0, *(len(terms) for terms, _ in made)], dtype=np.int64),
        np.concatenate([np.empty(0, dtype=np.int32), *(terms.astype(np.int32) for terms, _ in made)]),
        np.concatenate([np.empty(0, dtype=np.float32), *(weights for _, weights in made)]),
        n_terms,
    )
