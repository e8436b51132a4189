"""A Lucene index on the disk and its search, a batch of queries at a time."""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from harness.columns import StringColumn
from harness.errors import DatasetError
from harness.rankings import Run
from harness.records import Document, Query
from harness.retrievers.base import Progress
from harness.retrievers.engines.ranked import ranked
from harness.retrievers.lucene.anserini import INDEX, SEARCH, java, rows, tools
from harness.retrievers.rows import by_id, in_order, to_run
from harness.retrievers.saved_arrays import load_arrays, parts, save_arrays

FOLDER: Final = "lucene"
PROGRESS_EVERY: Final = 1000


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False)
class LuceneIndex:
    """An index of Lucene; :class:`harness.retrievers.base.Index` describes ``facts`` and ``search``.

    Attributes:
        ids: all document ids, ascending in bytes.
        folder: of Lucene's files; absent where no document has text.
        search_arguments: the model, for Anserini's command line.
        told: facts.
    """

    answers_single_queries: ClassVar[bool] = False
    """Each search starts a Java machine, which takes a second: its time would be taken for the query's."""

    ids: StringColumn
    folder: Path
    search_arguments: Sequence[str]
    told: Mapping[str, int | float]

    @property
    def facts(self) -> Mapping[str, int | float]:
        """Documents with and without text, and bytes of Lucene's files."""
        return self.told

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """Rank the documents that share a term with each query.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id.
            UnavailableError: Lucene failed.
        """
        ordered = in_order(queries, depth)
        asked = {number: " ".join(query.text.split()) for number, query in enumerate(ordered)}
        asked = {number: text for number, text in asked.items() if text}
        found: dict[int, tuple[list[int], list[float]]] = {}
        if asked and self.folder.is_dir():
            numbers = {name: number for number, name in enumerate(self.ids)}
            with tempfile.TemporaryDirectory(prefix="lucene-") as place:
                topics, output = Path(place) / "topics.tsv", Path(place) / "run.txt"
                lines = (f"{number}\t{text}\n" for number, text in asked.items())
                topics.write_text("".join(lines), encoding="utf-8")
                arguments = ["-index", str(self.folder), "-topics", str(topics), "-output", str(output)]
                more = ["-topicReader", "TsvString", "-hits", str(depth), "-threads", "1"]
                java(SEARCH, [*arguments, *more, *self.search_arguments], output)
                for query, document, score in rows(output):
                    documents, scores = found.setdefault(query, ([], []))
                    documents.append(numbers[document])
                    scores.append(score)
        answers = (found.get(number, ([], [])) for number in range(len(ordered)))
        return to_run(self.ids, ordered, [ranked(answers, depth)], tag)

    def save(self, folder: Path) -> None:
        """Copy Lucene's files.

        Raises:
            OSError: they cannot be written.
        """
        save_arrays(folder, parts("ids", self.ids), {"told": dict(self.told)})
        if self.folder.is_dir():
            shutil.copytree(self.folder, folder / FOLDER)


def build(
    documents: Iterable[Document],
    *,
    multifield: bool,
    index_arguments: Sequence[str],
    search_arguments: Sequence[str],
    progress: Progress | None,
) -> LuceneIndex:
    """Write the documents for Anserini, as a stream, and index them; the copy of the texts goes afterwards.

    Raises:
        DatasetError: there is no document, or two have the same id, or one that cannot stand in a run.
        MissingExtraError: the extra is not installed.
        UnavailableError: Lucene failed.
    """
    tools()
    home = Path(tempfile.mkdtemp(prefix="lucene-"))
    try:
        source = home / "documents"
        source.mkdir()
        ids, filled = _written(documents, source / "documents.jsonl", multifield, progress)
        order = by_id(ids)
        if filled:
            arguments = ["-collection", "JsonCollection", "-input", str(source), "-index", str(home / FOLDER)]
            more = ["-generator", "DefaultLuceneDocumentGenerator", "-threads", "1", "-storeDocvectors"]
            more += ["-fields", "title"] if multifield else []
            java(INDEX, [*arguments, *more, "-optimize", *index_arguments], home / FOLDER)
        shutil.rmtree(source)
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    told = {"documents": filled, "empty_documents": len(ids) - filled, "index_bytes": size}
    index = LuceneIndex(
        ids=ids.take(order), folder=home / FOLDER, search_arguments=search_arguments, told=told
    )
    weakref.finalize(index, shutil.rmtree, home, ignore_errors=True)
    return index


def load(folder: Path, search_arguments: Sequence[str]) -> LuceneIndex:
    """An index that was saved, searched where it lies.

    Raises:
        OSError, ValueError, KeyError: the files are damaged.
    """
    tools()
    saved = load_arrays(folder)
    told = saved.values["told"]
    if told["documents"] and not any((folder / FOLDER).glob("segments_*")):
        raise OSError(f"{folder} holds no index of Lucene")
    return LuceneIndex(
        ids=saved.column("ids"), folder=folder / FOLDER, search_arguments=search_arguments, told=told
    )


def _written(
    documents: Iterable[Document], path: Path, multifield: bool, progress: Progress | None
) -> tuple[StringColumn, int]:
    """The documents with text as JSON lines; all ids, and how many have text."""
    names: list[str] = []
    filled = 0
    with path.open("w", encoding="utf-8") as stream:
        for document in documents:
            names.append(document.id)
            if "\n" in document.id or "\r" in document.id:
                raise DatasetError(
                    f"The document id {document.id!r} has a line break, which no run can hold."
                )
            title, text = document.title, document.text
            record = {"id": document.id, "contents": text if multifield else f"{title} {text}".strip()}
            if multifield:
                record["title"] = title
            if (title + text).strip():
                filled += 1
                stream.write(json.dumps(record, ensure_ascii=False) + "\n")
            if progress and len(names) % PROGRESS_EVERY == 0:
                progress(len(names))
    if progress:
        progress(len(names))
    return StringColumn.from_strings(names), filled
