"""Data through the ir_datasets package.

A record becomes a document so: ``text`` (or ``body``, or ``abstract``) is the text and ``title`` the title; a
record without any of these gives what ir_datasets calls its default text, without a title. A query is its
``text``, else its default text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import ir_datasets

from harness.datasets.places import data_root, unavailable
from harness.datasets.spec import IrDatasetsSource
from harness.errors import DatasetError, Problem, UnavailableError
from harness.records import Document, Qrels, Query

TEXT_FIELDS = ("text", "body", "abstract")
MOST_PROBLEMS = 50


class IrDatasets:
    """Documents, queries and judgments of ir_datasets' ids; the id fixes the split."""

    def __init__(self, name: str, settings: IrDatasetsSource) -> None:
        self.name = name
        self.docs_id = settings.docs or settings.id
        self.queries_id = settings.queries or settings.id
        self.qrels_id = settings.qrels or settings.id

    def documents(self) -> Iterator[Document]:
        """Stream the documents."""
        for record in self._records(self.docs_id, "docs"):
            field = next((name for name in TEXT_FIELDS if isinstance(getattr(record, name, None), str)), None)
            if field is None:
                yield Document(record.doc_id, "", _default_text(record))
            else:
                yield Document(record.doc_id, getattr(record, "title", None) or "", getattr(record, field))

    def queries(self) -> Iterator[Query]:
        """Stream the queries."""
        for record in self._records(self.queries_id, "queries"):
            text = getattr(record, "text", None)
            yield Query(record.query_id, text if isinstance(text, str) else _default_text(record))

    def qrels(self, split: str) -> Qrels:
        """The judgments; ``split`` is in the id already."""
        del split
        judged: dict[str, dict[str, int]] = {}
        problems = []
        for record in self._records(self.qrels_id, "qrels"):
            row = judged.setdefault(record.query_id, {})
            if row.setdefault(record.doc_id, record.relevance) != record.relevance:
                message = f"document {record.doc_id} has grades {row[record.doc_id]} and {record.relevance}."
                problems.append(Problem(f"query {record.query_id}", message))
        if problems:
            headline = f"The judgments of {self.qrels_id!r} contradict themselves {len(problems)} times:"
            raise DatasetError(headline, problems[:MOST_PROBLEMS])
        return Qrels.from_dict(judged)

    def _records(self, identifier: str, what: str) -> Iterator[Any]:
        """Records of one kind; whatever ir_datasets raises when it cannot reach them becomes our error."""
        try:
            dataset = ir_datasets.load(identifier)
        except KeyError as error:
            version = getattr(ir_datasets, "__version__", "unknown")
            raise DatasetError(f"ir_datasets {version} has no data set {identifier!r}.") from error
        if not getattr(dataset, f"has_{what}")():
            raise DatasetError(f"ir_datasets has no {what} for {identifier!r}.")
        iterator = iter(getattr(dataset, f"{what}_iter")())
        while True:
            try:
                record = next(iterator)
            except StopIteration:
                return
            except (OSError, EOFError, RuntimeError) as error:
                raise self._unreachable(identifier, error) from error
            yield record

    def _unreachable(self, identifier: str, error: Exception) -> UnavailableError:
        urls = list(dict.fromkeys(_urls(error)))
        get_it = ", ".join(urls) or f"https://ir-datasets.com/ ({identifier})"
        why = f"ir_datasets could not read {identifier!r}: {error}"
        return unavailable(self.name, why, get_it=get_it, place=data_root() / self.name)


def open_ir_datasets(name: str, settings: IrDatasetsSource) -> IrDatasets:
    """The ids of a catalogue entry; ir_datasets fetches and keeps files in its own ``$IR_DATASETS_HOME``."""
    return IrDatasets(name, settings)


def _default_text(record: Any) -> str:
    """What ir_datasets itself would index or search with."""
    if not hasattr(record, "default_text"):
        fields = ", ".join(getattr(record, "_fields", ()))
        raise DatasetError(f"ir_datasets names no text in records with the fields {fields}.")
    return str(record.default_text())


def _urls(error: BaseException) -> Iterable[str]:
    """Addresses in a download error: of the request that failed, or of each mirror that was tried."""
    url = getattr(getattr(error, "request", None), "url", None)
    if url:
        yield url
    for argument in error.args:
        for pair in argument if isinstance(argument, list) else ():
            url = getattr(pair[0], "url", None)
            if url:
                yield url
