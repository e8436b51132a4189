"""doc2query: documents expanded by generated queries, in their text or in an index of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from harness.records import Document
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.expansion.generated import Generated, content_of, read_generated, threshold
from harness.retrievers.stages import PASSAGE_MARK

Place = Annotated[str, Field(min_length=1)]
PositiveInt = Annotated[int, Field(ge=1)]
Percentile = Annotated[float, Field(ge=0, lt=100, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queries:
    """Which generated queries a document gets.

    Attributes:
        queries: a file of JSON lines with ``id``, ``queries`` and, for ``percentile``, ``scores``.
        most: queries of a document that are used, the first ones of those kept.
        percentile: queries whose score is below that of this percentile of all are left out; 0 keeps all.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS

    queries: Place
    most: PositiveInt | None = None
    percentile: Percentile = 0.0

    def __post_init__(self) -> None:
        check_parameters(self)

    def provenance(self) -> Mapping[str, str]:
        """The hash of the file's content, so that nothing is taken from the cache for another.

        Raises:
            UnavailableError: there is no such file.
        """
        return {"queries": f"sha256:{content_of(self.queries)}"}

    def _kept(self) -> Mapping[str, list[str]]:
        generated = read_generated(self.queries)
        least = threshold(generated, self.percentile, self.queries) if self.percentile else float("-inf")
        return {name: _chosen(each, least)[: self.most] for name, each in generated.items()}


def _chosen(each: Generated, least: float) -> list[str]:
    scores = each.scores or (float("inf"),) * len(each.queries)
    return [query for query, score in zip(each.queries, scores, strict=True) if score >= least]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doc2Query(_Queries):
    """Generated queries are put after each document's text, for the index alone.

    R. Nogueira, J. Lin, "From doc2query to docTTTTTquery", 2019; with ``percentile``, doc2query--:
    M. Gospodinov, S. MacAvaney, C. Macdonald, "Doc2Query--: When Less is More", ECIR 2023, which keeps the
    queries above the 70th percentile. Re-rankers read the documents without them.
    """

    summary: ClassVar[str] = "Generated queries appended to each document, the worst left out on request."
    passages: ClassVar[bool] = False
    indexed_only: ClassVar[bool] = True

    def prepare(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Append; a document without queries stays as it is.

        Raises:
            UnavailableError, DatasetError: as :func:`harness.retrievers.expansion.generated.read_generated`.
        """
        kept = self._kept()
        for document in documents:
            yield document._replace(text=" ".join([document.text, *kept.get(document.id, [])]).strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Doc2QueryIndex(_Queries):
    """An index of the generated queries alone: each is a passage of its document.

    After ``group: max-passage`` a document scores what its best query scores; a fusion joins this line to one
    over the texts, as in Doc2Query++ (arXiv:2510.09557).
    """

    summary: ClassVar[str] = "The generated queries as passages, for a second index."
    passages: ClassVar[bool] = True
    indexed_only: ClassVar[bool] = False

    def prepare(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Give the queries in place of each document.

        Raises:
            UnavailableError, DatasetError: as :func:`harness.retrievers.expansion.generated.read_generated`.
        """
        kept = self._kept()
        for document in documents:
            for number, query in enumerate(kept.get(document.id, [])):
                yield Document(f"{document.id}{PASSAGE_MARK}{number}", "", query)
