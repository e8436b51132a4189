"""What stands beside a score: coverage, ties, how the system works, when it was reproduced."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from harness.leaderboard.overview import Line
from harness.leaderboard.profile import Profile
from harness.leaderboard.row import Row

Profiles = Mapping[tuple[str, str], Profile]
"""By data set and system, as :func:`harness.leaderboard.profile.read_profiles` gives them."""

REPRODUCED = ("reproduced", "within tolerance")
"""Verdicts that count as reproduced."""


ACCOUNTS = ("calls", "tokens", "cost")
"""Facts that cards tell of few systems: calls of a model, tokens through it, money."""


class Facts(NamedTuple):
    """One line of an overview in words and counts; sums and means are over the data sets that it has.

    ``training`` is declared if the card of one of them says so, none if all deny it, else unknown.
    ``judged`` is the mean of Judged@k where it is measured; ``parameters`` are those of the largest model.
    """

    answered: int
    judged_queries: int
    judged: float | None
    tied_share: float
    warnings: int
    first_stage: str
    rerank_depth: int | None
    depth: int
    reproduced: int
    reproduced_last: str
    created: str
    calls: float | None
    tokens: float | None
    cost: float | None
    index_bytes: float | None
    parameters: float | None
    licence: str
    training: str
    description: str


def facts_of(line: Line, profiles: Profiles) -> Facts:
    """Gather the facts of a line; a macro average takes those of its parts' cards."""
    rows = list(line.rows.values())
    cards = [profiles[key] for key in _keys(rows) if key in profiles]
    said = {card.training for card in cards}
    verified = [told for row in rows if (told := reproduction_of(row)).get("verdict") in REPRODUCED]
    return Facts(
        answered=sum(row.answered for row in rows),
        judged_queries=sum(row.judged_queries for row in rows),
        judged=_mean([value for row in rows if (value := judged_at(row)) is not None]),
        tied_share=math.fsum(row.tied_share for row in rows) / len(rows),
        warnings=sum(row.issues.get("warning", 0) for row in rows),
        first_stage=", ".join(dict.fromkeys(card.first_stage for card in cards if card.first_stage)),
        rerank_depth=max((card.rerank_depth for card in cards if card.rerank_depth), default=None),
        depth=max(row.depth for row in rows),
        reproduced=len(verified),
        reproduced_last=max((told.get("time", "")[:10] for told in verified), default=""),
        created=max(row.created for row in rows)[:10],
        calls=_sum(card.costs.calls for card in cards),
        tokens=_sum(card.costs.tokens for card in cards),
        cost=_sum(card.costs.cost for card in cards),
        index_bytes=max((card.costs.index_bytes for card in cards if card.costs.index_bytes), default=None),
        parameters=max((card.costs.parameters for card in cards if card.costs.parameters), default=None),
        licence=", ".join(dict.fromkeys(card.licence for card in cards if card.licence)),
        training="declared" if "declared" in said else "none" if said == {"none"} else "unknown",
        description=" ".join(rows[0].description.split()),
    )


def accounts_told(facts: Iterable[Facts]) -> tuple[str, ...]:
    """Those of :data:`ACCOUNTS` that some line tells; of the others a column would be empty."""
    found = list(facts)
    return tuple(name for name in ACCOUNTS if any(getattr(each, name) is not None for each in found))


def reproduction_of(row: Row) -> Mapping[str, str]:
    """The last reproduction of a row's run (time, machine_class, verdict); empty if there was none."""
    found: Mapping[str, str] = getattr(row, "reproduced", None) or {}
    return found


def judged_at(row: Row) -> float | None:
    """The share of the top documents that are judged, where a measure Judged@k is among the row's."""
    return next((value for name, value in row.measures.items() if name.startswith("Judged@")), None)


def _keys(rows: Iterable[Row]) -> Iterable[tuple[str, str]]:
    for row in rows:
        for name in row.parts or (row.dataset,):
            yield name, row.system


def _sum(numbers: Iterable[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return math.fsum(known) if known else None


def _mean(numbers: list[float]) -> float | None:
    return math.fsum(numbers) / len(numbers) if numbers else None
