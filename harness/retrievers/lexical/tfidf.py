"""The vector space model."""

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
class TfIdf(LexicalRetriever):
    """Cosine of tf-idf vectors in SMART's weighting lnc.ltc.

    C. D. Manning, P. Raghavan, H. Schütze, "Introduction to Information Retrieval", 2008, section 6.4.3:

        document weight  1 + ln tf                        divided by the vector's length
        query weight     (1 + ln qtf) * ln(1 + N / df)    divided by the vector's length

    with exact lengths over all terms of the document, and over the query's terms that the collection has.
    The book's idf is ln(N / df); the added 1 keeps a term that every document has above zero, so that such
    a term still retrieves.
    """

    summary: ClassVar[str] = "Vector space cosine with logarithmic tf-idf weights (SMART lnc.ltc)."

    def weigh(self, postings: Postings) -> Weighting:
        """Normalized logarithmic frequencies for documents; idf for queries."""
        tf = 1 + np.log(postings.frequencies)
        squares = np.bincount(postings.documents, weights=tf * tf, minlength=len(postings.ids))
        values = (tf / np.sqrt(squares[postings.documents])).astype(np.float32)
        idf = np.log1p(postings.filled / postings.document_frequencies)

        def clauses(terms: Ints, counts: Ints) -> Float32s:
            weights = (1 + np.log(counts)) * idf[terms]
            length = np.sqrt(max(weights @ weights, np.finfo(float).tiny))  # a query without terms has none
            unit: Float32s = (weights / length).astype(np.float32)
            return unit

        return Weighting(clauses=clauses, values=values, saturating=False)
