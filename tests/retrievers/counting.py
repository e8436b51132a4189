"""Stages that note their work in the file ``$COUNTING_LOG``, one line a piece, for tests of pipelines."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import ConfigDict

from harness.records import Document, Query
from harness.retrievers.base import STRICT_PARAMETERS, Index, Progress
from harness.retrievers.lexical.bm25 import BM25
from harness.retrievers.stages import Ranked
from harness.retrievers.table import PREPARERS, RERANKERS, RETRIEVERS


def note(line: str) -> None:
    if "COUNTING_LOG" in os.environ:
        with Path(os.environ["COUNTING_LOG"]).open("a") as log:
            log.write(line + "\n")


def noted(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting(BM25):
    """BM25 that notes when it indexes."""

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> Index:
        note("index")
        return BM25.index(self, documents, progress=progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shouting:
    """Puts a word into every document."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "Adds a word."
    passages: ClassVar[bool] = False
    indexed_only: ClassVar[bool] = True

    word: str = "shout"

    def prepare(self, documents: Iterable[Document]) -> Iterator[Document]:
        for document in documents:
            yield document._replace(text=f"{document.text} {self.word}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ByLength:
    """A longer text is better; the process is killed before query number ``$COUNTING_KILL``."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "test"
    summary: ClassVar[str] = "Longer is better."

    factor: float = 1.0

    def open(self) -> ByLength:
        note("open")
        return self

    def rank(self, query: Query, documents: Sequence[Document], first: Sequence[float]) -> Ranked:
        log = Path(os.environ["COUNTING_LOG"]) if "COUNTING_LOG" in os.environ else None
        asked = sum(line.startswith("rank") for line in noted(log)) if log else 0
        if str(asked) == os.environ.get("COUNTING_KILL"):
            os.kill(os.getpid(), signal.SIGKILL)
        note(f"rank {query.id}")
        return Ranked([self.factor * len(document.text) for document in documents], {"calls": 1})


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the stages into the tables."""
    here = "tests.retrievers.counting"
    monkeypatch.setitem(RETRIEVERS._table, "counting", f"{here}:Counting")
    monkeypatch.setitem(PREPARERS._table, "shouting", f"{here}:Shouting")
    monkeypatch.setitem(RERANKERS._table, "by-length", f"{here}:ByLength")
