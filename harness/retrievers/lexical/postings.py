"""The inverted file: for every term, the documents that contain it and how often."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.columns import Bytes, Ints, StringColumn
from harness.records import Document
from harness.retrievers.base import Progress
from harness.retrievers.lexical.analysis import Analyzer
from harness.retrievers.lexical.inversion import invert
from harness.retrievers.rows import Int32s, by_id
from harness.retrievers.saved_arrays import load_arrays, parts, save_arrays

PROGRESS_EVERY = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Postings:
    """Term-major postings: n documents, t terms, p postings.

    Documents are numbered by the byte order of their ids, so that the rule for ties, by id, compares numbers.

    Attributes:
        ids: n document ids, ascending in bytes.
        terms: term to its number.
        starts: int64[t + 1]; term i has the postings ``starts[i]`` to ``starts[i + 1]``.
        documents: int32[p], ascending inside a term.
        frequencies: int32[p], occurrences of the term in the document.
        lengths: int32[n], terms in each document; 0 where analysis leaves nothing.
    """

    ids: StringColumn
    terms: Mapping[str, int]
    starts: Ints
    documents: Int32s
    frequencies: Int32s
    lengths: Int32s

    @property
    def filled(self) -> int:
        """Documents with at least one term; Lucene's ``docCount``, the N of every formula here."""
        return int(np.count_nonzero(self.lengths))

    @property
    def total_terms(self) -> int:
        """Occurrences of all terms; Lucene's ``sumTotalTermFreq``."""
        return int(self.lengths.sum(dtype=np.int64))

    @property
    def document_frequencies(self) -> Ints:
        """int64[t]: documents that contain each term."""
        return np.diff(self.starts)

    def save(self, folder: Path) -> None:
        """Write the inverted file into an empty folder.

        Raises:
            OSError: the folder cannot be written.
        """
        numbered = sorted(self.terms, key=self.terms.__getitem__)
        arrays = {
            **parts("ids", self.ids),
            **parts("terms", StringColumn.from_strings(numbered)),
            "starts": self.starts,
            "documents": self.documents,
            "frequencies": self.frequencies,
            "lengths": self.lengths,
        }
        save_arrays(folder, arrays, {})

    @classmethod
    def load(cls, folder: Path) -> Postings:
        """Map the inverted file of a folder.

        Raises:
            OSError, ValueError, KeyError: the files are damaged.
        """
        saved = load_arrays(folder)
        names = ("starts", "documents", "frequencies", "lengths")
        return cls(
            ids=saved.column("ids"),
            terms={term: number for number, term in enumerate(saved.column("terms"))},
            **{name: saved.arrays[name] for name in names},
        )


class _TermNumbers(dict[str, int]):
    """Token to the number of its term, or -1 for a token that analysis drops; analyses each token once."""

    def __init__(self, term: Callable[[str], str | None]) -> None:
        super().__init__()
        self.terms: dict[str, int] = {}
        self._term = term

    def __missing__(self, token: str) -> int:
        term = self._term(token)
        number = -1 if term is None else self.terms.setdefault(term, len(self.terms))
        self[token] = number
        return number


def read_postings(
    documents: Iterable[Document], analyzer: Analyzer, fields: Sequence[str], progress: Progress | None
) -> Postings:
    """Analyse and invert documents; what is kept of a text is four bytes a token.

    Args:
        documents: read once.
        analyzer: text to terms.
        fields: the fields that are joined, with a space between, into the one that is indexed.
        progress: told the number of documents read so far.

    Raises:
        DatasetError: there is no document, or some have the same id.
    """
    numbers = _TermNumbers(analyzer.term)
    tokens, bounds = array("i"), array("q", [0])
    id_bytes, id_offsets = bytearray(), array("q", [0])
    for document in documents:
        text = " ".join(getattr(document, field) for field in fields)
        tokens.extend(map(numbers.__getitem__, analyzer.split(text)))
        bounds.append(len(tokens))
        id_bytes += document.id.encode()
        id_offsets.append(len(id_bytes))
        if progress and (len(bounds) - 1) % PROGRESS_EVERY == 0:
            progress(len(bounds) - 1)
    if progress:
        progress(len(bounds) - 1)
    data: Bytes = np.frombuffer(bytes(id_bytes), dtype=np.uint8)
    ids = StringColumn(data, np.array(id_offsets, dtype=np.int64))
    order = by_id(ids)
    starts, posted, frequencies, lengths = invert(
        np.frombuffer(tokens, dtype=np.int32) if tokens else np.empty(0, dtype=np.int32),
        np.frombuffer(bounds, dtype=np.int64),
        order,
        len(numbers.terms),
    )
    return Postings(
        ids=ids.take(order),
        terms=numbers.terms,
        starts=starts,
        documents=posted,
        frequencies=frequencies,
        lengths=lengths,
    )
