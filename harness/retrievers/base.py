"""What a retriever is: parameters that a YAML file can hold, ``index`` and ``search``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol, get_type_hints, runtime_checkable

from pydantic import ConfigDict, TypeAdapter, ValidationError

from harness.config import key_path
from harness.errors import Problem, SpecError
from harness.rankings import Run
from harness.records import Document, Query

STRICT_PARAMETERS: Final = ConfigDict(strict=True, extra="forbid")
"""``__pydantic_config__`` of every retriever: no unknown parameter, no silent conversion."""

Progress = Callable[[int], None]
"""Called now and then with the number of documents read so far, and once at the end."""


@runtime_checkable
class Index(Protocol):
    """Documents made ready for searching."""

    @property
    def facts(self) -> Mapping[str, int | float]:
        """Counts to print and to keep in the run's card; ``index_bytes`` is the memory of the index."""
        ...

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """Rank the documents for every query.

        The run is in canonical order, has at most ``depth`` documents a query and none twice. A query that
        no document answers has no rows. The same index and queries give the same run.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id.
        """
        ...


@runtime_checkable
class Retriever(Protocol):
    """A frozen, slotted, keyword-only dataclass whose fields are the parameters.

    ``harness.config.check(parameters, RETRIEVERS[name], where=...)`` builds one from plain values;
    ``pydantic.TypeAdapter(RETRIEVERS[name]).json_schema()`` describes them.

    Attributes:
        family: the kind of system, for example ``lexical``.
        summary: one sentence for lists and pages.
    """

    family: ClassVar[str]
    summary: ClassVar[str]

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> Index:
        """Read the documents once, in a stream; memory grows with the index, not with the texts.

        Raises:
            DatasetError: there is no document, or two have the same id.
        """
        ...


@runtime_checkable
class Savable(Protocol):
    """An index that can be written to the disk."""

    def save(self, folder: Path) -> None:
        """Write files into an empty folder; what they say is enough for ``Persistent.load``.

        Raises:
            OSError: they cannot be written.
        """
        ...


@runtime_checkable
class Persistent(Protocol):
    """A retriever that reads its index back."""

    def load(self, folder: Path) -> Index:
        """The index that was saved there by a retriever with the same parameters; it searches alike.

        Raises:
            OSError, ValueError, KeyError: the files are damaged, or were made by other weights or libraries.
        """
        ...


@runtime_checkable
class Approximate(Protocol):
    """An index that may miss documents, and can say how many."""

    def accuracy(self, queries: Sequence[Query], depth: int) -> Mapping[str, float]:
        """``accuracy_at_K``: the mean share of the exact first K documents that its first K have.

        K is 10, 100 and 1000, as far as the depth goes, and the depth.
        """
        ...


@runtime_checkable
class Weighted(Protocol):
    """A retriever that reads trained weights."""

    def provenance(self) -> Mapping[str, str]:
        """``checkpoint`` and ``revision``: the weights' name; the hub's commit or their content's hash."""
        ...


def check_parameters(retriever: Any) -> None:
    """Hold a retriever's values against its annotations; for ``__post_init__``, so that code is checked too.

    Raises:
        SpecError: with one problem for each parameter that is wrong.
    """
    hints = get_type_hints(type(retriever), include_extras=True)
    problems: list[Problem] = []
    for field in fields(retriever):
        try:
            TypeAdapter(hints[field.name]).validate_python(getattr(retriever, field.name), strict=True)
        except ValidationError as error:
            problems += [
                Problem(key_path((field.name, *item["loc"])), f"{item['msg']}; found {item['input']!r}.")
                for item in error.errors(include_url=False)
            ]
    if problems:
        raise SpecError(f"{type(retriever).__name__} cannot be made with these parameters:", problems)
