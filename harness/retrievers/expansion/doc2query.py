"""doc2query: documents expanded by generated queries, in their text or in an index of their own."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from typing import Annotated, Any, ClassVar, Final

from pydantic import ConfigDict, Field

from harness.errors import Problem, SpecError
from harness.records import Document
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.cross_encoder.cross_encoder import CrossEncoder
from harness.retrievers.cross_encoder.mono_t5 import MonoT5
from harness.retrievers.cross_encoder.scorers import ScorerName, scorer_of
from harness.retrievers.expansion.expanded import Expanded, Tally
from harness.retrievers.expansion.generated import (
    Float64s,
    Generated,
    InOrder,
    content_of,
    read_generated,
    scores_of,
    threshold,
)
from harness.retrievers.expansion.place import check_place
from harness.retrievers.expansion.scoring import scored
from harness.retrievers.packages import Need, Needed, needs_of
from harness.retrievers.pruning.spool import Spool
from harness.retrievers.stages import PASSAGE_MARK, document_of

Place = Annotated[str, Field(min_length=1)]
PositiveInt = Annotated[int, Field(ge=1)]
WORD: Final = re.compile(r"\w+")
Percentile = Annotated[float, Field(ge=0, lt=100, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queries:
    """Which generated queries a document gets.

    Attributes:
        queries: a file of JSON lines with ``id``, ``queries`` and, for ``percentile``, ``scores``.
        most: queries of a document that are used, the first ones of those kept.
        percentile: queries whose score is below that of this percentile of all are left out; 0 keeps all.
        scorer: scores every query with its document, in place of the file's scores: ``cross-encoder`` or
            ``mono-t5``; its scores are kept in the cache of encodings.
        scorer_parameters: its parameters.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    passages: ClassVar[bool]

    queries: Place
    most: PositiveInt | None = None
    percentile: Percentile = 0.0
    scorer: ScorerName | None = None
    scorer_parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_parameters(self)
        check_place(self.queries)
        problems = []
        if self.scorer is None and self.scorer_parameters:
            problems.append(Problem("scorer_parameters", "there is no scorer that takes them."))
        if self.scorer is not None and not self.percentile:
            problems.append(Problem("scorer", "its scores are for a percentile above 0, which is absent."))
        if problems:
            raise SpecError("The queries cannot be filtered like this:", problems)
        self._scorer()

    def _scorer(self) -> CrossEncoder | MonoT5 | None:
        return scorer_of(self.scorer, self.scorer_parameters) if self.scorer else None

    @property
    def needs(self) -> tuple[Needed, ...]:
        """The packages of the scorer."""
        scorer = self._scorer()
        if scorer is None:
            return ()
        return (Need(f"The scorer {self.scorer!r}", "sentence_transformers", "neural"), *needs_of(scorer))

    def provenance(self) -> Mapping[str, str]:
        """The hash of the file's content, so that nothing is taken from the cache for another; the scorer's.

        Raises:
            UnavailableError: there is no such file, or the scorer's weights cannot be reached.
        """
        scorer = self._scorer()
        weights = scorer.provenance() if scorer else {}
        return {"queries": f"sha256:{content_of(self.queries)}", **weights}

    def _expanded(self, documents: Iterable[Document], tally: Tally) -> Iterator[tuple[Document, list[str]]]:
        """Every document with its queries, whose lines are read as they are needed.

        With a percentile the file is read once more, before, for the scores, which alone are kept; with a
        scorer the documents are read twice, too.
        """
        least: float | None = None
        scores: Iterator[float] | None = None
        with ExitStack() as stack:
            given: Iterable[Document] = documents
            scorer = self._scorer()
            if scorer is not None:
                deque(read_generated(self.queries), maxlen=0)  # a malformed file is not told after hours
                given = stack.enter_context(Spool(documents))
                scores = iter(found := self._scored(given, scorer))
                least = threshold(found, self.percentile)
            elif self.percentile:
                least = threshold(scores_of(self.queries), self.percentile)
            lines = InOrder(self.queries)
            for document in given:
                line = lines.take(document.id, self._owner(document))
                queries = list(_kept(line, least, scores))[: self.most] if line else []
                tally.count(document, queries)
                yield document, queries
        unused = lines.finish()
        tally.finish(lines.count, unused)

    def _scored(self, documents: Iterable[Document], scorer: CrossEncoder | MonoT5) -> Float64s:
        """The scorer's scores of all queries of the documents."""
        lines = InOrder(self.queries)
        return scored(lambda each: lines.take(each.id, self._owner(each)), documents, scorer)

    def _owner(self, document: Document) -> str:
        """The id under which the file may have the queries of a passage; an index has passages of its own."""
        return document.id if self.passages else document_of(document.id)


def _kept(line: Generated, least: float | None, scores: Iterator[float] | None) -> Iterator[str]:
    """The queries that score enough, by the next scores given or else by the line's own; all by None."""
    if least is None:
        return iter(line.queries)
    own = line.scores if scores is None else islice(scores, len(line.queries))
    return (query for query, score in zip(line.queries, own, strict=True) if score >= least)


def _new_words(document: Document, queries: Iterable[str]) -> list[str]:
    known = set(WORD.findall(f"{document.title} {document.text}".lower()))
    return [word for word in dict.fromkeys(WORD.findall(" ".join(queries).lower())) if word not in known]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doc2Query(_Queries):
    """Generated queries are put after each document's text, for the index alone.

    R. Nogueira, J. Lin, "From doc2query to docTTTTTquery", 2019; with ``percentile``, doc2query--:
    M. Gospodinov, S. MacAvaney, C. Macdonald, "Doc2Query--: When Less is More", ECIR 2023, which keeps the
    queries above the 70th percentile. Re-rankers read the documents without them.

    Attributes:
        new_words: of the queries only the words that the document lacks are appended, each once, in the order
            of their first occurrence, as for uniCOIL (luyug/COIL, uniCOIL/README.md) and DeepImpact (SIGIR
            2021, section 3). Words are runs of letters, digits and underscores, compared in lower case.
        separator: stands between the document and what is appended; ``[SEP]`` for uniCOIL.
    """

    summary: ClassVar[str] = "Generated queries appended to each document, the worst left out on request."
    passages: ClassVar[bool] = False
    indexed_only: ClassVar[bool] = True

    new_words: bool = False
    separator: str = ""

    def prepare(self, documents: Iterable[Document]) -> Expanded:
        """Append; a document without queries stays as it is.

        Every passage of a document that was cut gets the document's queries.

        Raises:
            UnavailableError, DatasetError: as :func:`harness.retrievers.expansion.generated.read_generated`;
                and where no document gets a query.
        """
        return Expanded(self.queries, lambda tally: self._appended(documents, tally))

    def _appended(self, documents: Iterable[Document], tally: Tally) -> Iterator[Document]:
        for document, queries in self._expanded(documents, tally):
            added = _new_words(document, queries) if self.new_words else queries
            between = [self.separator] if self.separator and added else []
            yield document._replace(text=" ".join([document.text, *between, *added]).strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Doc2QueryIndex(_Queries):
    """An index of the generated queries alone: each is a passage of its document.

    After ``group: max-passage`` a document scores what its best query scores; a fusion joins this line to one
    over the texts, as in Doc2Query++ (arXiv:2510.09557).
    """

    summary: ClassVar[str] = "The generated queries as passages, for a second index."
    passages: ClassVar[bool] = True
    indexed_only: ClassVar[bool] = False

    def prepare(self, documents: Iterable[Document]) -> Expanded:
        """Give the queries in place of each document.

        Raises:
            UnavailableError, DatasetError: as of :meth:`Doc2Query.prepare`.
        """
        return Expanded(self.queries, lambda tally: self._cut(documents, tally))

    def _cut(self, documents: Iterable[Document], tally: Tally) -> Iterator[Document]:
        for document, queries in self._expanded(documents, tally):
            for number, query in enumerate(queries):
                yield Document(f"{document.id}{PASSAGE_MARK}{number}", "", query)
