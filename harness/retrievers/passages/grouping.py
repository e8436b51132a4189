"""From a ranking of passages to one of documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from harness.rankings import Run, cut
from harness.retrievers.base import STRICT_PARAMETERS
from harness.retrievers.stages import document_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPassage:
    """MaxP: a document scores what its best passage scores.

    Z. Dai, J. Callan, "Deeper Text Understanding for IR with Contextual Neural Language Modeling",
    SIGIR 2019.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "A document scores what its best passage scores (MaxP)."

    def group(self, run: Run, depth: int, *, tag: str) -> Run:
        """Rank the documents by their best passages."""
        scores: dict[str, dict[str, float]] = {}
        for query, passages, values in run.rankings():
            best = scores.setdefault(query, {})
            for passage, value in zip(passages, values.tolist(), strict=True):
                best.setdefault(document_of(passage), value)  # the first is the best
        return cut(Run.from_dict(scores, tag), depth)
