"""Exact MaxSim over the documents of a cheaper first stage, with early pruning."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final

import numpy as np
from pydantic import ConfigDict, Field

from harness.records import Document, Query
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.late_interaction.colbert import ColbertEncoder
from harness.retrievers.late_interaction.encoder import Precision, TokenEncoder
from harness.retrievers.late_interaction.layout import Layout
from harness.retrievers.late_interaction.maxsim import maxsim
from harness.retrievers.late_interaction.retriever import MaxSim
from harness.retrievers.neural.checkpoint import check_checkpoint
from harness.retrievers.neural.collection import text_of
from harness.retrievers.neural.retriever import MINILM, Fields, PositiveInt
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.rows import Float32s
from harness.retrievers.stages import Ranked

DOCUMENTS_AT_ONCE: Final = 16
QUERY_TOKENS_AT_ONCE: Final = 8
GREATEST: Final = 1 + 2**-10
"""Of a product with a token vector of length 1; in 16 bits its length may be 1 + 2**-11."""
TOKENS_KEPT: Final = 1_000_000
"""Token vectors of documents that are held for later queries; the oldest go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxSimReranker:
    """The second of two stages: learned sparse or other candidates, then MaxSim of each.

    F. M. Nardini et al., "Multivector Reranking in the Era of Strong First-Stage Retrievers",
    arXiv:2601.05200. Documents are judged in the order of the first stage, in blocks of 16. What is not
    judged, or not to its end, stands below what is, in the order it had.

    Attributes:
        checkpoint, revision, layout, fields, max_length, precision, pool_factor, query_length, batch_size: as
            in the retriever ``maxsim``.
        keep: how many documents have to be right; None judges all. A document is given up when its query
            tokens so far, and the greatest product for each that remains, do not reach the score of the
            keep-th: that loses none of them.
        patience: with ``keep``, the rest is not judged once so many documents in a row have not come among
            the first ``keep``; None goes on. May lose documents.
        prune_below: with ``keep``, documents are not judged whose first-stage score is below this times the
            keep-th first-stage score; 0 judges all. May lose documents.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "late-interaction"
    summary: ClassVar[str] = "Exact MaxSim over the first stage's documents, with early pruning."

    checkpoint: str = MINILM
    revision: str | None = None
    layout: Layout = "auto"
    fields: Fields = ("title", "text")
    max_length: PositiveInt | None = None
    precision: Precision = "float16"
    pool_factor: PositiveInt = 1
    query_length: PositiveInt | None = None
    keep: PositiveInt | None = None
    patience: PositiveInt | None = None
    prune_below: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    batch_size: PositiveInt = 32

    def __post_init__(self) -> None:
        check_parameters(self)
        check_checkpoint(self.checkpoint, self.revision)

    def provenance(self) -> Mapping[str, str]:
        """The checkpoint's name, and the hub's commit or the hash of the folder's content.

        Raises:
            UnavailableError: the weights cannot be reached.
        """
        return self._retriever().provenance()

    def open(self) -> MaxSimRanker:
        """Find the weights; they are loaded when the first text is encoded.

        Raises:
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the checkpoint cannot be reached, or is of no known layout.
        """
        retriever = self._retriever()
        return MaxSimRanker(parameters=self, encoder=retriever.encoder(retriever.weights()))

    def _retriever(self) -> MaxSim:
        return MaxSim(
            checkpoint=self.checkpoint,
            revision=self.revision,
            layout=self.layout,
            fields=self.fields,
            max_length=self.max_length,
            precision=self.precision,
            pool_factor=self.pool_factor,
            query_length=self.query_length,
            batch_size=self.batch_size,
        )


@dataclass(slots=True, kw_only=True, eq=False)
class MaxSimRanker:
    """An encoder with the token vectors of the last documents."""

    parameters: MaxSimReranker
    encoder: TokenEncoder | ColbertEncoder
    _known: OrderedDict[str, Any] = field(default_factory=OrderedDict, init=False)
    _held: int = field(default=0, init=False)

    def rank(self, query: Query, documents: Sequence[Document], first: Sequence[float]) -> Ranked:
        """MaxSim of the documents; ``judged``, ``given_up`` and ``not_judged`` count them."""
        parameters = self.parameters
        most = self._promising(first)
        tokens = np.empty((0, 0), dtype=np.float32)
        if query.text.strip():
            with limited_threads():
                tokens = self.encoder.encode([query.text.strip()], query=True)["vectors"]
        scores = np.full(len(documents), -np.inf)
        idle = given_up = reached = 0
        for start in range(0, most if len(tokens) else 0, DOCUMENTS_AT_ONCE):
            floor = self._floor(scores[:start])
            some = documents[start : min(start + DOCUMENTS_AT_ONCE, most)]
            found = self._scores(tokens, some, floor)
            scores[start : start + len(some)] = found
            reached = start + len(some)
            given_up += int(np.isneginf(found).sum())
            better = np.flatnonzero(found > floor)
            idle = len(some) - 1 - int(better[-1]) if len(better) else idle + len(some)
            if parameters.keep and parameters.patience and idle >= parameters.patience:
                break
        judged = np.isfinite(scores)
        below = float(scores[judged].min()) if judged.any() else 0.0
        scores[~judged] = below - 1 - np.arange(int((~judged).sum()))
        counts = {"judged": int(judged.sum()), "given_up": given_up, "not_judged": len(documents) - reached}
        return Ranked(scores.tolist(), counts)

    def _promising(self, first: Sequence[float]) -> int:
        """How many documents, from the first on, have a first-stage score that is high enough."""
        keep, share = self.parameters.keep, self.parameters.prune_below
        if not keep or not share or len(first) <= keep or first[keep - 1] <= 0:
            return len(first)
        return sum(score >= share * first[keep - 1] for score in first)

    def _floor(self, scores: Any) -> float:
        """The score that a document has to reach."""
        keep = self.parameters.keep
        if not keep or len(scores) < keep:
            return -np.inf
        return float(np.partition(scores, -keep)[-keep])

    def _scores(self, tokens: Float32s, documents: Sequence[Document], floor: float) -> Any:
        """float64[n]; -inf for what cannot reach the floor, and for what has no token."""
        vectors = self._vectors(documents)
        totals = np.zeros(len(documents))
        alive = np.array([len(some) > 0 for some in vectors])
        with limited_threads():
            for start in range(0, len(tokens), QUERY_TOKENS_AT_ONCE):
                rows = np.flatnonzero(alive)
                if not len(rows):
                    break
                some = tokens[start : start + QUERY_TOKENS_AT_ONCE]
                flat = np.concatenate([vectors[row] for row in rows]).astype(np.float32, copy=False)
                bounds = np.cumsum([0, *(len(vectors[row]) for row in rows)])
                totals[rows] += maxsim(some, np.array([0, len(some)]), flat, bounds)[0]
                remaining = max(len(tokens) - start - len(some), 0)
                alive &= totals + GREATEST * remaining >= floor
        return np.where(alive, totals, -np.inf)

    def _vectors(self, documents: Sequence[Document]) -> list[Any]:
        """The token vectors of each document, encoded where they are not known."""
        texts = [text_of(document, self.parameters.fields) for document in documents]
        new = sorted({text for text in texts if text and text not in self._known})
        if new:
            with limited_threads():
                part = self.encoder.encode(new, query=False)
            for text, start, stop in zip(new, part["bounds"], part["bounds"][1:], strict=False):
                self._known[text] = part["vectors"][start:stop]
                self._held += int(stop - start)
        found = [self._known.get(text, np.empty((0, 1), dtype=np.float32)) for text in texts]
        while self._held > TOKENS_KEPT and len(self._known) > len(texts):
            _, oldest = self._known.popitem(last=False)
            self._held -= len(oldest)
        return found
