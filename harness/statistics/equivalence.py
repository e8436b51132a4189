"""Which of the compared systems are shown to be equivalent, and what each of them costs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from harness.runfiles.card import RunCard, StageCard
from harness.statistics.corrections import holm_p
from harness.statistics.runcomparison import RunComparison
from harness.statistics.tost import tost

PRUNING: Final = "prune-"
"""What the names of stages that drop documents begin with."""


class PairEquivalence(NamedTuple):
    """One pair under two one-sided tests; ``difference`` is first minus second.

    ``low`` and ``high`` bound the difference at confidence 1 - 2 * alpha, for this pair alone;
    ``p_corrected`` is corrected by Holm over the pairs that are shown, and ``equivalent`` is that it is below
    alpha.
    """

    first: str
    second: str
    difference: float
    margin: float
    low: float
    high: float
    p: float
    p_corrected: float
    equivalent: bool


class Size(NamedTuple):
    """What a system indexed, as its card says; None where the card does not.

    ``pruned`` is the share of the documents that pruning stages dropped; ``documents_indexed`` is that of the
    first index, passages where the documents were cut; ``index_bytes`` is the sum over all indexes.
    """

    name: str
    documents_read: int | None
    documents_indexed: int | None
    pruned: float
    index_bytes: int | None


def equivalences(found: RunComparison) -> tuple[PairEquivalence, ...]:
    """Test every pair that the comparison shows, in its order; none where it has no margin.

    Args:
        found: the comparison; its alpha is the level of each one-sided test.

    Raises:
        CommandError: the margin is not above 0, or alpha is 0.5 or more.
    """
    margin = found.margin
    if margin is None:
        return ()
    alpha = found.comparison.method.alpha
    pairs = [(pair.first, pair.second) for pair in found.pairs()]
    results = [tost(found.values_of(a), found.values_of(b), margin=margin, alpha=alpha) for a, b in pairs]
    corrected = holm_p(np.array([result.p for result in results]))
    return tuple(
        PairEquivalence(a, b, each.difference, margin, each.low, each.high, each.p, p, p < alpha)
        for (a, b), each, p in zip(pairs, results, corrected.tolist(), strict=True)
    )


def sizes(found: RunComparison) -> tuple[Size, ...]:
    """What every system with a card indexed, in the order of the comparison's table."""
    cards = dict(zip(found.names, found.cards, strict=False))
    known = [(row.name, cards.get(row.name)) for row in found.comparison.systems()]
    return tuple(_size(name, card) for name, card in known if card is not None and card.pipeline)


def _size(name: str, card: RunCard) -> Size:
    stages = list(_stages(card.pipeline))
    retrieved = [stage.facts for stage in stages if stage.stage == "retrieve"]
    prepared = [stage.facts for stage in stages if stage.stage == "prepare"]
    indexed = _number(retrieved[:1], "documents")
    read = _number(prepared, "documents_read") or indexed
    size = [each.facts["index_bytes"] for each in stages if isinstance(each.facts.get("index_bytes"), int)]
    return Size(
        name,
        read,
        indexed,
        1 - math.prod(_kept(stage.facts) for stage in stages if stage.name.startswith(PRUNING)),
        sum(int(str(each)) for each in size) if size else None,
    )


def _stages(stages: Sequence[StageCard]) -> Iterator[StageCard]:
    for stage in stages:
        yield stage
        for branch in stage.branches:
            yield from _stages(branch)


def _kept(facts: Mapping[str, Any]) -> float:
    read, given = facts.get("documents_read"), facts.get("documents_given")
    return given / read if isinstance(read, int) and isinstance(given, int) and read else 1.0


def _number(facts: Sequence[Any], key: str) -> int | None:
    return next((int(each[key]) for each in facts if isinstance(each.get(key), int)), None)
