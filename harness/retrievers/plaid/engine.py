"""PLAID: centroids find and filter documents, compressed residuals rank what is left."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple

import numpy as np
from pydantic import ConfigDict, Field

from harness.columns import Ints
from harness.errors import CommandError, UnavailableError
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.engines.ranked import ranked
from harness.retrievers.plaid.interpreter import Interpreter, Process
from harness.retrievers.rows import Float32s, Found
from harness.retrievers.saved_arrays import save_arrays

Count = Annotated[int, Field(ge=1, le=10_000_000)]
INDEX: Final = "index"
ABOUT: Final = "plaid.json"
LEAST_TOKENS: Final = 10
"""fast-plaid learns its codes from a twentieth of the tokens, rounded."""
PASSING: Final = ("plaid.lock", "merged_")
"""Files of an index that fast-plaid makes anew when it opens one."""


class Effort(NamedTuple):
    """How far a search goes; see :class:`Plaid`."""

    ncells: int
    centroid_score_threshold: float
    ndocs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plaid:
    """K. Santhanam, O. Khattab, C. Potts, M. Zaharia, "PLAID", CIKM 2022; fast-plaid in another interpreter.

    Each query token takes the documents of its nearest centroids; ``ndocs`` of them stay by the centroids
    that score enough, a quarter of those by all of their centroids, and these are ranked by their vectors,
    rebuilt from residuals. fast-plaid has no threshold: it is applied before, to fast-plaid's own files. Its
    products are in half precision.

    Attributes:
        nbits: bits for each component of a residual; the paper has 2, the authors' library defaults to 1,
            PyLate to 4.
        ncells: centroids for each query token; None for 1 up to depth 10, 2 up to 100, else 4.
        centroid_score_threshold: what a centroid has to score with some query token; None for 0.5, 0.45, 0.4
            at these depths, and -1 keeps all.
        ndocs: None for 256, 1024, and the greater of 4096 and four times the depth. A quarter is ranked, so
            that four times the depth is the least.
        kmeans_iterations: of the clustering.
        points_per_centroid: tokens that are clustered for each centroid, at most.
        seed: of the clustering and its sample.
        interpreter: the program; None for ``$HARNESS_PLAID_PYTHON``.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "late-interaction"
    summary: ClassVar[str] = "PLAID by fast-plaid, in the interpreter that HARNESS_PLAID_PYTHON names."

    name: Literal["plaid"] = "plaid"
    nbits: Literal[1, 2, 4, 8] = 2
    ncells: Count | None = None
    centroid_score_threshold: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)] | None = None
    ndocs: Annotated[int, Field(ge=4, le=10_000_000)] | None = None
    kmeans_iterations: Count = 4
    points_per_centroid: Count = 256
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 42
    interpreter: str | None = None

    def __post_init__(self) -> None:
        check_parameters(self)

    def effort(self, depth: int) -> Effort:
        """The parameters of a search; defaults of stanford-futuredata/ColBERT, colbert/searcher.py."""
        if depth <= 10:
            own = Effort(1, 0.5, 256)
        elif depth <= 100:
            own = Effort(2, 0.45, 1024)
        else:
            own = Effort(4, 0.4, max(4 * depth, 4096))
        threshold = self.centroid_score_threshold
        return Effort(
            own.ncells if self.ncells is None else self.ncells,
            own.centroid_score_threshold if threshold is None else threshold,
            own.ndocs if self.ndocs is None else self.ndocs,
        )

    @property
    def needs(self) -> tuple[Interpreter, ...]:
        """The other interpreter."""
        return (Interpreter(self.interpreter),)

    def start(self) -> Process:
        """The other interpreter, found and started.

        Raises:
            UnavailableError: it is not there or lacks a package; with the commands that make one.
        """
        return Process(Interpreter(self.interpreter).find())

    def build(self, bounds: Ints, vectors: Any) -> PlaidSearcher:
        """Index n documents: document i has the vectors ``bounds[i]`` to ``bounds[i + 1]``, float [t, d].

        Raises:
            CommandError: the vectors' size does not fit ``nbits``, or there are too few to learn codes from.
            UnavailableError: there is no interpreter, or fast-plaid failed.
        """
        if vectors.shape[1] * self.nbits % 8:
            raise CommandError(
                "The engine 'plaid' packs residuals into bytes: dimensions times nbits must be a multiple of "
                f"8, found {vectors.shape[1]} times {self.nbits}."
            )
        if len(vectors) < LEAST_TOKENS:
            raise CommandError(
                f"The engine 'plaid' learns its codes from the collection and needs {LEAST_TOKENS} tokens or "
                f"more, found {len(vectors)}; the engine 'exact' searches any."
            )
        process = self.start()
        save_arrays(process.folder, {"bounds": bounds, "vectors": vectors}, {})
        answer = process.ask(
            "build",
            folder=str(process.folder / INDEX),
            bounds=str(process.folder / "bounds.npy"),
            vectors=str(process.folder / "vectors.npy"),
            nbits=self.nbits,
            iterations=self.kmeans_iterations,
            points=self.points_per_centroid,
            seed=self.seed,
        )
        (process.folder / "vectors.npy").unlink()
        return PlaidSearcher(
            parameters=self,
            process=process,
            folder=process.folder / INDEX,
            centroids=answer["centroids"],
        )

    def load(self, folder: Path) -> PlaidSearcher:
        """Search what :meth:`PlaidSearcher.save` wrote where it lies.

        Raises:
            OSError, ValueError, KeyError: it is damaged, or was made by other versions.
            UnavailableError: there is no interpreter.
        """
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        process = self.start()
        if about["versions"] != process.versions:
            raise ValueError("the index was made by other versions of fast-plaid or torch")
        # fast-plaid writes beside what it reads, and an index may be shared: it gets links to the files.
        own = process.folder / INDEX
        own.mkdir()
        for path in sorted((folder / INDEX).iterdir()):
            (own / path.name).symlink_to(path.absolute())
        try:
            answer = process.ask("open", folder=str(own))
        except UnavailableError as error:
            raise ValueError(f"the index cannot be opened: {error}") from error
        return PlaidSearcher(parameters=self, process=process, folder=own, centroids=answer["centroids"])


@dataclass(slots=True, kw_only=True, eq=False)
class PlaidSearcher:
    """An index of fast-plaid, open in the process that searches it.

    Attributes:
        folder: of its files.
        centroids: how many it has.
        last: the effort of the last search.
    """

    parameters: Plaid
    process: Process
    folder: Path
    centroids: int
    last: Effort | None = None

    @property
    def size(self) -> int:
        """Bytes of the index's files."""
        return sum(path.stat().st_size for path in self._files())

    @property
    def facts(self) -> dict[str, int | float]:
        """Centroids, and the parameters of the last search."""
        return {"centroids": self.centroids, **(self.last._asdict() if self.last else {})}

    def search(self, bounds: Ints, vectors: Float32s, depth: int) -> Found:
        """Rank documents for q queries; query i has the vectors ``bounds[i]`` to ``bounds[i + 1]``.

        Raises:
            UnavailableError: fast-plaid failed.
        """
        place = self.process.folder
        self.last = effort = self.parameters.effort(depth)
        np.save(place / "bounds.npy", bounds)
        np.save(place / "queries.npy", vectors)
        self.process.ask(
            "search",
            bounds=str(place / "bounds.npy"),
            vectors=str(place / "queries.npy"),
            out=str(place),
            depth=depth,
            ncells=effort.ncells,
            threshold=effort.centroid_score_threshold if effort.centroid_score_threshold > -1 else None,
            ndocs=effort.ndocs,
        )
        counts, documents, scores = (
            np.load(place / f"{name}.npy") for name in ("counts", "documents", "scores")
        )
        ends = np.cumsum(counts)
        spans = zip((ends - counts).tolist(), ends.tolist(), strict=True)
        return ranked(((documents[a:b], scores[a:b]) for a, b in spans), depth)

    def save(self, folder: Path) -> None:
        """Copy the index's files, and write what made them.

        Raises:
            OSError: they cannot be written.
        """
        (folder / INDEX).mkdir()
        for path in self._files():
            shutil.copyfile(path, folder / INDEX / path.name)
        (folder / ABOUT).write_text(json.dumps({"versions": self.process.versions}), encoding="utf-8")

    def _files(self) -> list[Path]:
        return [path for path in sorted(self.folder.iterdir()) if not path.name.startswith(PASSING)]
