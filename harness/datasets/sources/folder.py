"""A folder in BEIR layout: ``corpus.jsonl``, ``queries.jsonl``, ``qrels/<split>.tsv``, plain or packed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.datasets.jsonl import read_documents, read_queries
from harness.datasets.places import forms_of, is_beir_folder, resolve, unavailable
from harness.datasets.qrels import read_qrels
from harness.datasets.spec import FolderSource
from harness.errors import DatasetError, Problem
from harness.records import Document, Qrels, Query


class Folder:
    """Reads a folder in BEIR layout; each file may be plain, gzip or zstd."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def documents(self) -> Iterator[Document]:
        """Stream ``corpus.jsonl``."""
        return read_documents(self._file("corpus.jsonl"))

    def queries(self) -> Iterator[Query]:
        """Stream ``queries.jsonl``."""
        return read_queries(self._file("queries.jsonl"))

    def qrels(self, split: str) -> Qrels:
        """Read ``qrels/<split>.tsv``."""
        return read_qrels(self._file(f"qrels/{split}.tsv"))

    def _file(self, name: str) -> Path:
        found = forms_of(self.path, name)
        if len(found) > 1:
            others = " and ".join(path.name for path in found[1:])
            raise DatasetError(f"{found[0]} stands beside {others}; keep one of them, since they may differ.")
        if not found:
            raise DatasetError(
                f"{self.path} is not a folder in BEIR layout.",
                [Problem(str(self.path / name), "no such file, nor one with .gz or .zst behind the name.")],
            )
        return found[0]


def open_folder(name: str, settings: FolderSource) -> Folder:
    """The folder of a catalogue entry.

    Raises:
        UnavailableError: the folder holds no corpus; with where to get it and where to put it.
    """
    path = resolve(settings.path)
    if not is_beir_folder(path):
        get_it = settings.where + (f" ({settings.url})" if settings.url else "")
        raise unavailable(name, f"{path} holds no corpus.jsonl.", get_it=get_it, place=path)
    return Folder(path)
