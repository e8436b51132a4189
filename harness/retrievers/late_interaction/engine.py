"""Engines for token vectors, behind one interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol

from pydantic import ConfigDict, Field

from harness.columns import Ints
from harness.retrievers.base import STRICT_PARAMETERS
from harness.retrievers.plaid.engine import Plaid
from harness.retrievers.rows import Float32s, Found

ENGINE: Final = "engine"


class TokenSearcher(Protocol):
    """An engine with its index; ``size`` is that of its files in bytes, ``facts`` are for the card."""

    @property
    def size(self) -> int: ...  # noqa: D102

    @property
    def facts(self) -> Mapping[str, int | float]: ...  # noqa: D102

    def search(self, bounds: Ints, vectors: Float32s, depth: int) -> Found:
        """Rank documents for q queries; query i has the vectors ``bounds[i]`` to ``bounds[i + 1]``."""
        ...

    def save(self, folder: Path) -> None:
        """Write the engine's own files, from which its ``load`` makes the same index."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactTokens:
    """The harness's own search: MaxSim with every document, in single precision."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "every"
    summary: ClassVar[str] = "The harness's own: MaxSim with every document."

    name: Literal["exact"] = "exact"


EXACT: Final = ExactTokens()

TokenEngine = Annotated[ExactTokens | Plaid, Field(discriminator="name")]
"""In a YAML file ``engine: {name: ..., ...}``, with the engine's parameters."""


def require_engine(engine: TokenEngine) -> None:
    """Refuse to start what an engine could not end.

    Raises:
        UnavailableError: the engine cannot be run; with what would help.
    """
    if isinstance(engine, Plaid):
        engine.start()


def searcher_of(
    engine: TokenEngine, bounds: Ints, vectors: Any, folder: Path | None = None
) -> TokenSearcher | None:
    """Build the engine's index, or read it from an index's folder; None for the exact search.

    Args:
        engine: with its parameters.
        bounds: int64[n + 1].
        vectors: float16 or float32 [t, d].
        folder: where the index was saved.

    Raises:
        OSError, ValueError, KeyError: the folder's files are damaged, or were made by other versions.
        UnavailableError: the engine cannot be run.
    """
    if isinstance(engine, ExactTokens) or not len(vectors):
        return None
    return engine.load(folder / ENGINE) if folder else engine.build(bounds, vectors)
