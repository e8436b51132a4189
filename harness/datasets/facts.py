"""What one pass over the documents shows; the checks of the audit look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.datasets.dataset import Dataset
from harness.datasets.ids import unusable_id
from harness.records import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the checks look at: the data set and what one pass over its documents showed.

    Attributes:
        dataset: queries and judgments are in memory.
        documents: how many records the corpus has.
        document_ids: all distinct ids; the only thing whose size grows with the corpus.
        duplicates: ids that stand more than once, once for each further time.
        empty: ids of documents without title and text.
        unusable: document ids that are empty or hold white space.
        own_text: ids shared with a query whose document is the query's own text.
    """

    dataset: Dataset
    documents: int
    document_ids: frozenset[str] | set[str]
    duplicates: Sequence[str]
    empty: Sequence[str]
    unusable: Sequence[str]
    own_text: Sequence[str]


def gather(dataset: Dataset) -> Facts:
    """Read the documents once."""
    texts = {query.id: query.text for query in dataset.all_queries}
    ids: set[str] = set()
    duplicates, empty, unusable, own_text = [], [], [], []
    count = 0
    for document in dataset.documents():
        count += 1
        if document.id in ids:
            duplicates.append(document.id)
        ids.add(document.id)
        if not document.title.strip() and not document.text.strip():
            empty.append(document.id)
        if unusable_id(document.id):
            unusable.append(document.id)
        if document.id in texts and _same_text(document, texts[document.id]):
            own_text.append(document.id)
    return Facts(
        dataset=dataset,
        documents=count,
        document_ids=ids,
        duplicates=duplicates,
        empty=empty,
        unusable=unusable,
        own_text=own_text,
    )


def _same_text(document: Document, query: str) -> bool:
    """Whether the query is the document, with or without its title."""
    words = query.split()
    return words in (document.text.split(), f"{document.title} {document.text}".split())
