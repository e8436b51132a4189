"""Quality as closeness to the language of the collection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from harness.records import Document, Floats
from harness.retrievers.lexical.analysis import ANALYZERS, AnalyzerName
from harness.retrievers.pruning.quality import QualityPruning
from harness.retrievers.pruning.spool import Spool

Smoothing = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionDistance(QualityPruning):
    """Minus the collection-document distance: how far the document's language is from the collection's.

    Y. Zhou, W. B. Croft, "Document Quality Models for Web Ad Hoc Retrieval", CIKM 2005:

        quality(d) = - sum over terms t of P(t | C) * ln(P(t | C) / ((1 - s) * P(t | d) + s * P(t | C)))

    No weights are needed. Short documents and lists of odd terms are far from the collection.

    Attributes:
        smoothing: s, the share of the collection's language in a document's.
        analyzer: how text becomes terms.
    """

    summary: ClassVar[str] = "Drops the documents whose language is farthest from the collection's."

    smoothing: Smoothing = 0.2
    analyzer: AnalyzerName = "lucene-english"

    def qualities(self, documents: Spool) -> Floats:
        """Two readings: the collection's counts, then every document's distance."""
        collection: Counter[str] = Counter()
        for document in documents:
            collection.update(self._terms(document))
        total = max(sum(collection.values()), 1)
        model = {term: count / total for term, count in collection.items()}
        return np.array([self._quality(self._terms(each), model) for each in documents], dtype=np.float64)

    def _terms(self, document: Document) -> list[str]:
        terms: list[str] = ANALYZERS[self.analyzer](f"{document.title} {document.text}")
        return terms

    def _quality(self, terms: list[str], model: Mapping[str, float]) -> float:
        counts = Counter(terms)
        own = np.array([count / len(terms) for count in counts.values()])
        whole = np.array([model[term] for term in counts])
        mixed = (1 - self.smoothing) * own + self.smoothing * whole
        present = float(np.sum(whole * np.log(whole / mixed))) if counts else 0.0
        absent = 1.0 - float(whole.sum())
        return -(present - absent * float(np.log(self.smoothing)))
