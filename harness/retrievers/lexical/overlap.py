"""Coordination level matching, the simplest ranking there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.columns import Ints
from harness.retrievers.lexical.index import Weighting
from harness.retrievers.lexical.postings import Postings
from harness.retrievers.lexical.retriever import LexicalRetriever
from harness.retrievers.rows import Float32s


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap(LexicalRetriever):
    """The number of distinct query terms that a document contains.

    The coordination level of C. W. Cleverdon's Cranfield experiments (1966). Most documents are tied; ties go
    by descending document id, trec_eval's rule, also where the list is cut.
    """

    summary: ClassVar[str] = "Number of distinct query terms in the document; a floor for every other system."

    def weigh(self, postings: Postings) -> Weighting:
        """One for every posting and every clause."""

        def clauses(terms: Ints, counts: Ints) -> Float32s:
            return np.ones(len(terms), dtype=np.float32)

        return Weighting(
            clauses=clauses, values=np.ones(len(postings.documents), dtype=np.float32), saturating=False
        )
