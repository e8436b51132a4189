"""What RM3 and Rocchio share: term vectors of the first documents, and searching with weighted terms."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Final

import numpy as np
from pydantic import ConfigDict, Field

from harness.columns import Ints
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.feedback.rows import first_documents, numbers_of, rows_of
from harness.retrievers.feedback.term_vectors import Terms
from harness.retrievers.lexical.index import LexicalIndex
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.rows import Float32s
from harness.retrievers.stages import Answer, Searched

PositiveInt = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
PLAIN: Final = re.compile(r"[a-z0-9]+")
SHORTEST, LONGEST = 2, 20  # characters of a feedback term
REACH: Final = 1000
ROUNDED: Final = 1e-4
"""Scores are rounded to so much, and lowered by 1e-6 for every one of a tie."""


class FeedbackDocument:
    """A document that was found: the counts of its terms that may be added to a query, and its score."""

    __slots__ = ("score", "terms")

    def __init__(self, terms: Terms, score: float) -> None:
        self.terms, self.score = terms, score


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalFeedback(ABC):
    """Feedback over the inverted file of a lexical retriever.

    Terms of feedback documents count if they have 2 to 20 characters and stand in few documents.

    Attributes:
        feedback_documents: first documents of a query that are taken for relevant.
        feedback_terms: terms that are added.
        max_share: terms in a greater share of the documents are left out.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str]
    accepts: ClassVar[frozenset[str]] = frozenset({"bm25", "ql-dirichlet"})
    plain_terms: ClassVar[bool]
    weighs_by_score: ClassVar[bool]

    feedback_documents: PositiveInt = 10
    feedback_terms: PositiveInt = 10
    max_share: Share = 0.1

    def __post_init__(self) -> None:
        check_parameters(self)

    @abstractmethod
    def rewritten(self, query: Sequence[str], documents: Sequence[FeedbackDocument]) -> Terms:
        """The new query: weighted terms from those of the old one and the documents."""

    def search(self, searched: Searched, queries: Sequence[Query], depth: int, *, tag: str) -> Answer:
        """Write every query anew and search the index again.

        Raises:
            CommandError: ``depth`` is below 1.
        """
        index: Any = searched.index
        found = first_documents(searched.run, self.feedback_documents)
        asked = [query for query in queries if query.id in found]
        if self.weighs_by_score and index.anserini_ties:
            found = unrounded(index, asked, found)
        documents = self._documents(index, found)
        terms = {query.id: self.rewritten(index.analyzer(query.text), documents[query.id]) for query in asked}
        run = weighted_search(index, asked, terms, depth, tag)
        count = sum(map(len, documents.values()))
        added = sum(len(each) for each in terms.values()) / max(len(asked), 1)
        return Answer(run, {"feedback_documents": count, "terms_per_query": round(added, 4)})

    def _documents(
        self, index: LexicalIndex, found: Mapping[str, tuple[list[str], list[float]]]
    ) -> dict[str, list[FeedbackDocument]]:
        postings = index.postings
        numbers = numbers_of(postings.ids, (name for ids, _ in found.values() for name in ids))
        rows = rows_of(postings.starts, postings.documents, postings.frequencies, sorted(numbers.values()))
        names = sorted(postings.terms, key=postings.terms.__getitem__)
        share = postings.document_frequencies.astype(np.float32) / np.float32(max(postings.filled, 1))
        usable = share <= np.float32(self.max_share)
        vectors: dict[int, Terms] = {}
        for number, (terms, counts) in rows.items():
            here = {names[t]: n for t, n in zip(terms.tolist(), counts.tolist(), strict=True) if usable[t]}
            vectors[number] = {term: count for term, count in here.items() if self._fits(term)}
        return {
            query: [
                FeedbackDocument(vectors[numbers[name]], score)
                for name, score in zip(ids, scores, strict=True)
                if name in numbers
            ]
            for query, (ids, scores) in found.items()
        }

    def _fits(self, term: str) -> bool:
        fits = SHORTEST <= len(term) <= LONGEST
        return fits and (not self.plain_terms or PLAIN.fullmatch(term) is not None)


First = dict[str, tuple[list[str], list[float]]]
"""Query to its first documents and their scores."""


def unrounded(index: LexicalIndex, queries: Sequence[Query], found: First) -> First:
    """The scores before they were rounded, as Anserini's feedback sees them; its ties are separated later.

    A score that is not the index's own, as after a fusion, stays, and so does that of a document that
    more than :data:`REACH` others stand before.
    """
    exact = replace(index, anserini_ties=False).search(queries, REACH, tag="").to_dict()
    return {
        query: (
            names,
            [
                own if abs((own := exact.get(query, {}).get(name, score)) - score) < ROUNDED else score
                for name, score in zip(names, scores, strict=True)
            ],
        )
        for query, (names, scores) in found.items()
    }


def weighted_search(
    index: LexicalIndex, queries: Sequence[Query], terms: Mapping[str, Terms], depth: int, tag: str
) -> Run:
    """Rank by queries of weighted terms; a term's weight multiplies its clause's, as Lucene's boost does."""
    postings, model = index.postings, index.weighting
    inverted = InvertedFile(
        ids=postings.ids,
        starts=postings.starts,
        documents=postings.documents,
        values=model.values,
        saturating=model.saturating,
        prior=model.prior,
        anserini_ties=index.anserini_ties,
    )
    return inverted.search(queries, _clauses(index, terms), depth, tag=tag)


def _clauses(index: LexicalIndex, terms: Mapping[str, Terms]) -> Callable[[Query], tuple[Ints, Float32s]]:
    def clauses(query: Query) -> tuple[Ints, Float32s]:
        known = [
            (number, weight)
            for term, weight in terms[query.id].items()
            if weight > 0 and (number := index.postings.terms.get(term)) is not None
        ]
        numbers = np.array([number for number, _ in known], dtype=np.int64)
        boosts = np.array([weight for _, weight in known], dtype=np.float32)
        return numbers, index.weighting.clauses(numbers, np.ones(len(known), dtype=np.int64)) * boosts

    return clauses
