"""From a ranking of passages to one of documents."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from harness.rankings import Run, cut
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.stages import PASSAGE_MARK, document_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPassage:
    """MaxP: a document scores what its best passage scores.

    Z. Dai, J. Callan, "Deeper Text Understanding for IR with Contextual Neural Language Modeling",
    SIGIR 2019, for this class and the two after it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "A document scores what its best passage scores (MaxP)."

    def group(self, run: Run, depth: int, *, tag: str) -> Run:
        """Rank the documents by their best passages."""
        return _grouped(run, lambda values: values[0], depth, tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPassage:
    """FirstP: a document scores what its first passage scores; without that in the run it is not ranked."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "A document scores what its first passage scores (FirstP)."

    def group(self, run: Run, depth: int, *, tag: str) -> Run:
        """Rank the documents by their first passages."""
        scores = {
            query: {
                document_of(passage): value
                for passage, value in zip(passages, values.tolist(), strict=True)
                if passage.endswith(f"{PASSAGE_MARK}0")
            }
            for query, passages, values in run.rankings()
        }
        return cut(Run.from_dict(scores, tag), depth)


@dataclass(frozen=True, slots=True, kw_only=True)
class SumPassages:
    """SumP: a document scores the sum over its passages in the run; for scores above 0."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "A document scores the sum of its passages' scores (SumP)."

    def group(self, run: Run, depth: int, *, tag: str) -> Run:
        """Rank the documents by the sums."""
        return _grouped(run, math.fsum, depth, tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanPassages:
    """A document scores the mean of its ``k`` best passages in the run, or of all where it has fewer.

    Attributes:
        k: passages; 1 is MaxP.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "A document scores the mean of its k best passages."

    k: Annotated[int, Field(ge=1)] = 3

    def __post_init__(self) -> None:
        check_parameters(self)

    def group(self, run: Run, depth: int, *, tag: str) -> Run:
        """Rank the documents by the means."""
        return _grouped(
            run, lambda values: math.fsum(values[: self.k]) / min(self.k, len(values)), depth, tag
        )


def _grouped(run: Run, score: Callable[[Sequence[float]], float], depth: int, tag: str) -> Run:
    """Score each document by its passages' scores, the best first."""
    scores: dict[str, dict[str, float]] = {}
    for query, passages, values in run.rankings():
        found: dict[str, list[float]] = {}
        for passage, value in zip(passages, values.tolist(), strict=True):
            found.setdefault(document_of(passage), []).append(value)
        scores[query] = {document: score(each) for document, each in found.items()}
    return cut(Run.from_dict(scores, tag), depth)
