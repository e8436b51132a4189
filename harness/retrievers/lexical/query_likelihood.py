"""The language model with Dirichlet smoothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from harness.columns import Ints
from harness.retrievers.lexical.index import Weighting
from harness.retrievers.lexical.postings import Postings
from harness.retrievers.lexical.retriever import LexicalRetriever
from harness.retrievers.rows import Float32s


@dataclass(frozen=True, slots=True, kw_only=True)
class DirichletQueryLikelihood(LexicalRetriever):
    """Query likelihood with Dirichlet prior smoothing.

    C. Zhai, J. Lafferty, "A Study of Smoothing Methods for Language Models Applied to Information
    Retrieval", ACM TOIS 22(2), 2004, section 3, in the rank-equivalent form

        score(q, d) = sum over shared terms of qtf * ln(1 + tf / (mu * p(t))) + |q| * ln(mu / (mu + length))

    where p(t) is the term's share of all term occurrences and |q| counts the query's term occurrences that
    the collection has. Lengths are exact. Only documents that share a term with the query are ranked.
    Lucene's ``LMDirichletSimilarity`` differs: it charges the length for shared terms only and cuts each
    term at zero.

    Attributes:
        mu: weight of the collection model in term occurrences. Default: Anserini's and Indri's usual 1000.
    """

    summary: ClassVar[str] = "Query likelihood with Dirichlet smoothing (Zhai and Lafferty)."

    mu: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)] = 1000.0

    def weigh(self, postings: Postings) -> Weighting:
        """Logarithms for every posting, and the length's part for every document."""
        df = postings.document_frequencies
        frequencies = postings.frequencies
        term_of_posting = np.repeat(np.arange(len(df)), df)
        occurrences = np.bincount(term_of_posting, weights=frequencies, minlength=len(df))
        share = occurrences / max(postings.total_terms, 1)
        values = np.log1p(frequencies / (self.mu * share[term_of_posting])).astype(np.float32)
        prior = np.log(self.mu / (self.mu + postings.lengths)).astype(np.float32)

        def clauses(terms: Ints, counts: Ints) -> Float32s:
            return counts.astype(np.float32)

        return Weighting(clauses=clauses, values=values, saturating=False, prior=prior)
