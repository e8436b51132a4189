"""Every fusion of the package ranx."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final, Literal

from pydantic import ConfigDict, Field

from harness.errors import CommandError, MissingExtraError, Problem, SpecError
from harness.rankings import Run, cut
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters

Method = Literal[
    "anz", "bordafuse", "condorcet", "gmnz", "isr", "log_isr", "logn_isr", "mapfuse", "max", "med", "min",
    "mixed", "mnz", "rbc", "rrf", "sum", "w_bordafuse", "w_condorcet", "wmnz", "wsum",
]  # fmt: skip
"""ranx's names. Its bayesfuse, posfuse, probfuse, segfuse and slidefuse take tables by rank, learned from
judgments, whose lengths it does not check before it reads past their ends; they are not offered."""
Norm = Literal["none", "min-max", "min-max-inverted", "max", "sum", "zmuv", "rank", "borda"]
Number = Annotated[float, Field(allow_inf_nan=False)]

NEEDED: Final[Mapping[str, frozenset[str]]] = {
    **{name: frozenset({"weights"}) for name in ("wsum", "wmnz", "mixed", "w_bordafuse", "w_condorcet")},
    "mapfuse": frozenset({"map_scores"}),
    "gmnz": frozenset({"gamma"}),
    "rbc": frozenset({"phi"}),
}
"""Parameters that a method cannot do without; fit them on a dev split only."""
OPTIONAL: Final[Mapping[str, frozenset[str]]] = {"rrf": frozenset({"k"}), "logn_isr": frozenset({"sigma"})}


@dataclass(frozen=True, slots=True, kw_only=True)
class RanxFusion:
    """A fusion as ranx computes it.

    E. Bassani, L. Romelli, "ranx.fuse: A Python Library for Metasearch", CIKM 2022, has the sources of the
    methods. A query that some run lacks is fused from the others where the method takes no values by run, and
    is refused otherwise.

    Attributes:
        method: ranx's name of it.
        norm: ranx's normalisation of every ranking before; ``none`` for none.
        params: what the method takes, by ranx's names: weights, map_scores, k, phi, gamma, sigma.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "Any fusion of the package ranx, with its parameters."

    method: Method
    norm: Norm = "min-max"
    params: Mapping[str, Number | list[Number]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_parameters(self)
        needed = NEEDED.get(self.method, frozenset())
        known = needed | OPTIONAL.get(self.method, frozenset())
        problems = [
            Problem(f"params.{name}", f"{self.method} needs it.")
            for name in sorted(needed - set(self.params))
        ]
        problems += [
            Problem(f"params.{name}", f"{self.method} takes {', '.join(sorted(known)) or 'no parameters'}.")
            for name in sorted(set(self.params) - known)
        ]
        if problems:
            raise SpecError(f"ranx's {self.method} cannot be made with these parameters:", problems)

    def fuse(self, runs: Sequence[Run], depth: int, *, tag: str) -> Run:
        """Fuse the runs.

        Raises:
            MissingExtraError: ranx is not installed.
            CommandError: values by run, and not one for each, or a run lacks a query.
        """
        by_run = [name for name, value in self.params.items() if isinstance(value, list)]
        wrong = [name for name in by_run if len(self.params[name]) != len(runs)]  # type: ignore[arg-type]
        if wrong:
            raise CommandError(f"fuse: ranx has {wrong[0]} for another number of runs than {len(runs)}.")
        tables = [run.to_dict() for run in runs]
        scores: dict[str, dict[str, float]] = {}
        for present in sorted({tuple(q in table for table in tables) for q in set().union(*tables)}):
            queries = [q for q in set().union(*tables) if tuple(q in table for table in tables) == present]
            some = [
                {q: table[q] for q in queries} for table, here in zip(tables, present, strict=True) if here
            ]
            if by_run and len(some) < len(runs):
                raise CommandError(
                    f"fuse: ranx with {by_run[0]} needs every query in every run; {len(queries)} "
                    f"queries, for example {min(queries)}, are absent from some."
                )
            scores |= self._fused(some)
        return cut(Run.from_dict(scores, tag), depth)

    def _fused(self, tables: Sequence[Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, float]]:
        try:
            import ranx
        except ModuleNotFoundError as error:
            raise MissingExtraError("The fusion 'ranx'", "ranx", "ranx") from error
        if len(tables) == 1:  # ranx joins two or more
            return {query: dict(row) for query, row in tables[0].items()}
        runs = [ranx.Run({query: dict(row) for query, row in table.items()}) for table in tables]
        norm = None if self.norm == "none" else self.norm
        with warnings.catch_warnings():  # numba's, about ranx's own code
            warnings.simplefilter("ignore")
            fused = ranx.fuse(runs, norm=norm, method=self.method, params=dict(self.params))
        found: dict[str, dict[str, float]] = fused.to_dict()
        return found
