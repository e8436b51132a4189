"""BM25 as Lucene computes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from harness.columns import Ints
from harness.retrievers.lexical import lengths
from harness.retrievers.lexical.index import Weighting
from harness.retrievers.lexical.postings import Postings
from harness.retrievers.lexical.retriever import LexicalRetriever
from harness.retrievers.rows import Float32s


@dataclass(frozen=True, slots=True, kw_only=True)
class BM25(LexicalRetriever):
    """BM25 with the arithmetic of Lucene 9's ``BM25Similarity``.

    S. E. Robertson, S. Walker, S. Jones, M. M. Hancock-Beaulieu, M. Gatford, "Okapi at TREC-3", 1994; in
    Lucene's form without the factor k1 + 1, with idf = ln(1 + (N - df + 0.5) / (df + 0.5)), N the documents
    that have a term, lengths kept in one byte, and single precision:

        score(q, d) = sum over terms of qtf * idf * tf / (tf + k1 * (1 - b + b * length / mean length))

    With the defaults, runs equal those of Anserini ("flat" index), documents and scores.

    Attributes:
        k1: saturation of the term frequency. Default: Anserini's.
        b: strength of the length normalization. Default: Anserini's.
        ties: ``anserini`` breaks ties by ascending document id, rounds scores to 1e-4 and lowers the i-th
            follower of a tie by i * 1e-6, as Anserini does before it writes a run, so that every evaluation
            program sees that order. Published figures were measured so. ``none`` keeps the scores.
    """

    summary: ClassVar[str] = "BM25 equal to Lucene's as Anserini runs it: English analysis, one-byte lengths."

    k1: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 0.9
    b: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.4
    ties: Literal["anserini", "none"] = "anserini"

    @property
    def anserini_ties(self) -> bool:
        """Whether ``ties`` is ``anserini``."""
        return self.ties == "anserini"

    def weigh(self, postings: Postings) -> Weighting:
        """Term frequency over k1 times the length norm, for every posting; idf for every term."""
        inverse = _inverse_norms(postings, np.float32(self.k1), np.float32(self.b))
        codes = lengths.encode(postings.lengths)
        values = postings.frequencies.astype(np.float32)
        values *= inverse[codes[postings.documents]]
        df = postings.document_frequencies
        idf = np.log(1 + (postings.filled - df + 0.5) / (df + 0.5)).astype(np.float32)

        def clauses(terms: Ints, counts: Ints) -> Float32s:
            weights: Float32s = counts.astype(np.float32) * idf[terms]
            return weights

        return Weighting(clauses=clauses, values=values, saturating=True)


def _inverse_norms(postings: Postings, k1: np.float32, b: np.float32) -> Float32s:
    """1 / (k1 * (1 - b + b * length / mean length)) for each length code, float32 at every step."""
    one = np.float32(1)
    mean = np.float32(postings.total_terms / max(postings.filled, 1))
    with np.errstate(divide="ignore", invalid="ignore"):  # k1 = 0 means infinite: only presence counts
        norms = k1 * ((one - b) + b * lengths.LENGTHS.astype(np.float32) / mean)
        return (one / norms).astype(np.float32)
