"""Retrievers that die half-way or cannot reach their checkpoint, for the tests of what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from harness.errors import UnavailableError
from harness.records import Document
from harness.retrievers.base import STRICT_PARAMETERS, Index, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Crashing:
    __pydantic_config__: ClassVar = STRICT_PARAMETERS
    family: ClassVar[str] = "lexical"
    summary: ClassVar[str] = "Dies while indexing."

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> Index:
        del progress
        raise ZeroDivisionError(f"died after document {next(iter(documents)).id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    __pydantic_config__: ClassVar = STRICT_PARAMETERS
    family: ClassVar[str] = "lexical"
    summary: ClassVar[str] = "Has no checkpoint here."

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> Index:
        del documents, progress
        raise UnavailableError("The checkpoint somebody/something cannot be reached from here.")
