"""RM3: the query mixed with a relevance model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from harness.retrievers.feedback.lexical import FeedbackDocument, LexicalFeedback, Share
from harness.retrievers.feedback.term_vectors import Terms, counted, heaviest, single, unit_l1

SHORTEST_NORM: Final = 0.001  # a document without usable terms adds nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class RM3(LexicalFeedback):
    """RM3 as Anserini computes it, in single precision, its order among terms of equal weight included.

    N. Abdul-Jaleel et al., "UMass at TREC 2004: Novelty and HARD"; V. Lavrenko, W. B. Croft, "Relevance-Based
    Language Models", SIGIR 2001. Of each feedback document the ``feedback_terms`` most frequent terms stay,
    P(t | d) = tf / sum of their tf, and

        w(t) = original_query_weight * P(t | q) + (1 - original_query_weight) * P(t | R)
        P(t | R) ~ sum over d of P(t | d) * score(d), the ``feedback_terms`` greatest, summing to 1

    Only terms of the letters a to z and digits are added. Defaults: Anserini's.

    Attributes:
        original_query_weight: share of the query as it was.
    """

    summary: ClassVar[str] = "RM3: the query mixed with the relevance model of its first documents."
    plain_terms: ClassVar[bool] = True
    weighs_by_score: ClassVar[bool] = True

    original_query_weight: Share = 0.5

    def rewritten(self, query: Sequence[str], documents: Sequence[FeedbackDocument]) -> Terms:
        """The mixture."""
        old, new = unit_l1(counted(query)), self._relevance_model(documents)
        weight = single(self.original_query_weight)
        return {
            term: single(weight * old.get(term, 0.0) + (1.0 - weight) * new.get(term, 0.0))
            for term in dict.fromkeys([*old, *new])
        }

    def _relevance_model(self, documents: Sequence[FeedbackDocument]) -> Terms:
        vectors = [(heaviest(each.terms, self.feedback_terms), each.score) for each in documents]
        norms = [single(sum(terms.values())) for terms, _ in vectors]
        vocabulary = sorted({term for terms, _ in vectors for term in terms})
        model: dict[str, float] = {}
        for term in vocabulary:
            weight = 0.0
            for (terms, score), norm in zip(vectors, norms, strict=True):
                if norm > SHORTEST_NORM:
                    share = single(terms.get(term, 0.0) / norm)
                    weight = single(weight + single(share * single(score)))
            model[term] = weight
        return unit_l1(heaviest(model, self.feedback_terms))
