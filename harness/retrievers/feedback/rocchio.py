"""Rocchio feedback over terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from harness.retrievers.feedback.lexical import FeedbackDocument, LexicalFeedback
from harness.retrievers.feedback.term_vectors import (
    Terms,
    counted,
    heaviest,
    single,
    unit_l2,
)

Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rocchio(LexicalFeedback):
    """Rocchio as Anserini computes it, without documents taken for irrelevant.

    J. J. Rocchio, "Relevance Feedback in Information Retrieval", 1971:

        w = alpha * q + beta * mean of the feedback documents' vectors

    where q and every document are vectors of term frequencies of Euclidean length 1, and of the mean the
    ``feedback_terms`` greatest weights stay, scaled to length 1 again. Defaults: Anserini's.

    Attributes:
        alpha: weight of the query as it was.
        beta: weight of the mean.
    """

    summary: ClassVar[str] = "Rocchio: the query moved towards the mean of its first documents."
    plain_terms: ClassVar[bool] = False
    weighs_by_score: ClassVar[bool] = False

    alpha: Weight = 1.0
    beta: Weight = 0.75

    def rewritten(self, query: Sequence[str], documents: Sequence[FeedbackDocument]) -> Terms:
        """The weighted sum."""
        old, new = unit_l2(counted(query)), self._mean(documents)
        alpha, beta = single(self.alpha), single(self.beta)
        return {
            term: single(single(alpha * old.get(term, 0.0)) + single(beta * new.get(term, 0.0)))
            for term in dict.fromkeys([*old, *new])
        }

    def _mean(self, documents: Sequence[FeedbackDocument]) -> Terms:
        norms = [single(sum(n * n for n in each.terms.values()) ** 0.5) for each in documents]
        vocabulary = sorted({term for each in documents for term in each.terms})
        mean: dict[str, float] = {}
        for term in vocabulary:
            weight = 0.0
            for each, norm in zip(documents, norms, strict=True):
                if norm:
                    weight = single(weight + single(each.terms.get(term, 0.0) / norm))
            mean[term] = single(weight / len(documents))
        return unit_l2(heaviest(mean, self.feedback_terms))
