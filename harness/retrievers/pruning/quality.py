"""Static pruning: the documents or passages of the lowest quality are not indexed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import ConfigDict, Field

from harness.errors import Problem, SpecError
from harness.records import Document, Floats
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.pruning.spool import Spool

Share = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPruning(ABC):
    """Keep what an estimator of quality, blind to any query, finds good enough.

    X. Chang, D. Mishra, C. Macdonald, S. MacAvaney, "Neural Passage Quality Estimation for Static Pruning",
    SIGIR 2024. The card's ``documents_read`` and ``documents_given`` of the stage say what was dropped.

    Attributes:
        share: of the documents that is dropped, rounded down; of equal quality the later ones go first.
        threshold: keep a quality of at least this, in place of a share.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str]
    passages: ClassVar[bool] = False
    indexed_only: ClassVar[bool] = False

    share: Share | None = None
    threshold: Number | None = None

    def __post_init__(self) -> None:
        check_parameters(self)
        if (self.share is None) == (self.threshold is None):
            message = "give either the share that is dropped or the least quality that is kept."
            raise SpecError("What is pruned is not clear:", [Problem("share", message)])

    @abstractmethod
    def qualities(self, documents: Spool) -> Floats:
        """float64[n]: the quality of every document, in order; the documents may be read several times."""

    def prepare(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Read all documents, then give those that are kept, in their order.

        Raises:
            MissingExtraError, UnavailableError: the estimator's weights cannot be read.
        """
        with Spool(documents) as spool:
            for document, keep in zip(spool, self._kept(self.qualities(spool)).tolist(), strict=True):
                if keep:
                    yield document

    def _kept(self, quality: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        kept = np.ones(len(quality), dtype=np.bool_)
        if self.threshold is not None:
            kept[:] = quality >= self.threshold
        else:
            order = np.lexsort((-np.arange(len(quality)), quality))
            kept[order[: int((self.share or 0.0) * len(quality))]] = False
        return kept
