"""Objects of ranx.

Hand ranx objects on both sides: two dicts it checks for the same queries and then pairs by position, which is
wrong where one side's queries stand in another order. Its objects sort themselves.
"""

from __future__ import annotations

from typing import Any

from harness.errors import MissingExtraError
from harness.interchange.dicts import qrels_from_dict, run_from_dict
from harness.interchange.rows import nested
from harness.rankings import Run
from harness.records import Qrels


def run_from_ranx(run: Any, tag: str | None = None) -> Run:
    """A ``ranx.Run`` as a run: equal scores get trec_eval's order, not ranx's.

    Queries without documents, as ``make_comparable`` adds them, fall away.

    Args:
        run: the object; it is not changed.
        tag: by default the object's name, or ``ranx`` where it has none.

    Raises:
        RunFileError: a score is NaN.
    """
    return run_from_dict(run.to_dict(), tag or run.name or "ranx")


def qrels_from_ranx(qrels: Any) -> Qrels:
    """A ``ranx.Qrels`` as judgments.

    Raises:
        DatasetError: a grade beyond 32 bits.
    """
    return qrels_from_dict(qrels.to_dict())


def run_to_ranx(run: Run, *, scores: str = "kept") -> Any:
    """A ``ranx.Run`` named by the run's tag.

    Evaluate it with ``make_comparable=True``, which counts judged queries that it lacks as 0.

    Args:
        run: a run with one ranked document or more.
        scores: ``"kept"`` leaves the order of ties to ranx; with ``"rank"`` it scores the ranking that is
            scored here (:func:`harness.interchange.rows.outgoing`).

    Raises:
        MissingExtraError: ranx is not installed.
        CommandError: ``scores`` is neither ``"kept"`` nor ``"rank"``.
    """
    table = nested(run, scores)
    return _ranx().Run(table or None, name=run.tag)


def qrels_to_ranx(qrels: Qrels) -> Any:
    """A ``ranx.Qrels``.

    Raises:
        MissingExtraError: ranx is not installed.
    """
    return _ranx().Qrels(qrels.to_dict() or None)


def _ranx() -> Any:
    try:
        import ranx
    except ModuleNotFoundError as error:
        if error.name != "ranx":
            raise
        raise MissingExtraError("An object of ranx", "ranx", "ranx") from error
    return ranx
