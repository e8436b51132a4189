"""What there is of each kind, and whether it can be used here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from harness.datasets.sources.table import SOURCES
from harness.errors import MissingExtraError, UnknownNameError
from harness.evaluation.table import MEASURES
from harness.registry import Registry
from harness.retrievers import reports
from harness.retrievers.engines.table import ENGINES
from harness.retrievers.packages import needs_of
from harness.retrievers.table import FEEDBACKS, FUSIONS, GROUPERS, PREPARERS, RERANKERS, RETRIEVERS
from harness.runfiles.checks.table import CHECKS, FUNCTIONS


class Entry(NamedTuple):
    """One entry of a table of names.

    Attributes:
        name: as files and commands write it.
        family: the group it belongs to, or empty.
        extra: the optional extra of pip that it needs, or empty.
        installed: whether that extra's package is here, or of an engine what else it needs.
        summary: one sentence; empty where it cannot be read without the extra.
        reports: of a retriever or an engine, the facts in its cards, beside those that all tell.
        absent: what is not here and how to get it, where it is no extra of pip; empty otherwise.
    """

    name: str
    family: str
    extra: str
    installed: bool
    summary: str
    reports: tuple[str, ...] = ()
    absent: str = ""


def _retriever(name: str) -> tuple[str, str]:
    kind = RETRIEVERS[name]
    return kind.family, kind.summary


def _stage(table: Registry) -> Callable[[str], tuple[str, str]]:
    return lambda name: ("", table[name].summary)


def _engine(name: str) -> tuple[str, str]:
    kind = ENGINES[name]
    return kind.family, kind.summary


def _reports(kind: str, name: str) -> tuple[str, ...]:
    if kind == "retrievers":
        return reports.OWN.get(name, ())
    return reports.ENGINES if kind == "engines" and name != "exact" else ()


def _absent(kind: str, name: str) -> str:
    """What an engine needs beside an extra, where it is not here; engines have defaults for everything."""
    made = ENGINES[name]() if kind == "engines" and not ENGINES.extra_of(name) else None
    return "\n".join(str(error) for need in needs_of(made) if (error := need.missing()))


def _measure(name: str) -> tuple[str, str]:
    return "", MEASURES[name].meaning


def _source(name: str) -> tuple[str, str]:
    return "", (SOURCES[name].__doc__ or "").partition("\n")[0]


def _check(name: str) -> tuple[str, str]:
    return CHECKS[name].severity, CHECKS[name].meaning


KINDS: Final[dict[str, tuple[Registry, Callable[[str], Any]]]] = {
    "retrievers": (RETRIEVERS, _retriever),
    **{
        kind: (table, _stage(table))
        for kind, table in {
            "preparers": PREPARERS,
            "feedbacks": FEEDBACKS,
            "rerankers": RERANKERS,
            "groupers": GROUPERS,
            "fusions": FUSIONS,
        }.items()
    },
    "engines": (ENGINES, _engine),
    "measures": (MEASURES, _measure),
    "sources": (SOURCES, _source),
    "checks": (FUNCTIONS, _check),
}
"""Kind to its table and what reads family and summary of an entry."""


def entries(kind: str) -> tuple[Entry, ...]:
    """Every entry of a kind, in the order of its table.

    Args:
        kind: ``retrievers``, a kind of the other stages (``preparers``, ``feedbacks``, ``rerankers``,
            ``groupers``, ``fusions``), ``engines``, ``measures``, ``sources`` or ``checks``.

    Raises:
        UnknownNameError: there is no such kind.
    """
    if kind not in KINDS:
        raise UnknownNameError("kind", kind, KINDS)
    table, describe = KINDS[kind]
    found = []
    for name in table:
        try:
            family, summary = describe(name)
        except MissingExtraError:
            family = summary = ""
        absent = _absent(kind, name)
        installed = table.missing(name) is None and not absent
        extra, told = table.extra_of(name) or "", _reports(kind, name)
        found.append(Entry(name, family, extra, installed, summary, told, absent))
    return tuple(found)
