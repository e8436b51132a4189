"""What may be shown of a data set: the one place that pages, API, exports and messages ask.

With hidden judgments a submitter can still learn a little from every score that is shown: a mean rounded to
three decimals tells at most log2(1001), about 10, bits. What would tell more is withheld, and the number of
submissions is bounded (:mod:`harness.submissions.budget`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from harness.datasets.catalogue import load_catalogue
from harness.datasets.spec import DatasetSpec

DIGITS = 3
"""Decimals of the means on a data set with hidden judgments."""


class Policy(NamedTuple):
    """What may be shown of one data set.

    Attributes:
        hidden: what stays on the server: nothing (empty), ``judgments`` or ``queries-and-judgments``.
        per_query: values of single queries, and whatever is computed from them but rounded means.
        query_texts: ids and texts of the queries.
        run_files: downloads of run files, which hold the queries' ids.
        digits: decimals of a mean; None for full precision.
    """

    hidden: str = ""
    per_query: bool = True
    query_texts: bool = True
    run_files: bool = True
    digits: int | None = None


OPEN = Policy()


def served_catalogue() -> Mapping[str, DatasetSpec]:
    """The catalogue in force; read again only when its file has changed, since a server asks often."""
    return load_catalogue()


_HIDDEN = {
    "judgments": Policy("judgments", per_query=False, digits=DIGITS),
    "queries-and-judgments": Policy("queries-and-judgments", False, False, False, DIGITS),
}

Spec = Mapping[str, Any] | DatasetSpec | None


def policy_of(spec: Spec) -> Policy:
    """The policy of one catalogue entry, or of its plain values; nothing is known to be hidden without one.

    A macro average needs :func:`policies`, since its parts decide.
    """
    found = spec.hidden if isinstance(spec, DatasetSpec) else (spec or {}).get("hidden")
    return _HIDDEN[found] if found else OPEN


def policies(specs: Mapping[str, Spec]) -> dict[str, Policy]:
    """The policy of every data set of ``specs``; a mean over parts is as closed as its most closed part."""
    return {name: _strictest(_hidden_below(name, specs, frozenset())) for name in specs}


def _strictest(found: set[str]) -> Policy:
    kind = next((kind for kind in reversed(_HIDDEN) if kind in found), None)
    return _HIDDEN[kind] if kind else OPEN


def _hidden_below(name: str, specs: Mapping[str, Spec], above: frozenset[str]) -> set[str]:
    spec = specs.get(name)
    parts = spec.parts if isinstance(spec, DatasetSpec) else (spec or {}).get("parts") or ()
    below = {policy_of(spec).hidden}
    for part in parts:
        if part not in above:
            below |= _hidden_below(part, specs, above | {name})
    return below


def may_show_per_query(spec: Spec) -> bool:
    """Whether values of single queries, and statistics over them, may be shown."""
    return policy_of(spec).per_query


def may_show_queries(spec: Spec) -> bool:
    """Whether ids and texts of queries may be shown."""
    return policy_of(spec).query_texts


def may_offer_run_file(spec: Spec) -> bool:
    """Whether run files on the data set may be downloaded."""
    return policy_of(spec).run_files


def public_measures(policy: Policy, names: Iterable[str]) -> tuple[str, ...]:
    """The measures whose means may be shown: ``Judged@k`` tells which documents were judged."""
    return tuple(name for name in names if policy.per_query or not name.startswith("Judged"))


def public_mean(policy: Policy, value: float) -> float:
    """A mean as it may be shown."""
    return value if policy.digits is None else round(value, policy.digits)
