"""Which lines of an overview a reader wants to see; groups and means do not change with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.leaderboard.facts import Facts
from harness.leaderboard.overview import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a line has to be; the defaults let everything pass.

    Attributes:
        words: each must stand in system, family, description or first stage, whatever the case.
        families, licences, training: keep these; empty keeps all. Training is declared, none or unknown.
        reproduced: keep only systems with a reproduced run.
        complete: keep only systems with every data set.
        since: an ISO date; keep runs made on that day or later.
        index_bytes: keep systems whose index is known to be no larger; None keeps all.
        parameters: keep systems whose model is known to have no more parameters; None keeps all.
    """

    words: str = ""
    families: Sequence[str] = ()
    licences: Sequence[str] = ()
    training: Sequence[str] = ()
    reproduced: bool = False
    complete: bool = False
    since: str = ""
    index_bytes: float | None = None
    parameters: float | None = None

    def keeps(self, line: Line, facts: Facts) -> bool:
        """Whether a line passes."""
        text = f"{line.system} {line.family} {facts.description} {facts.first_stage}".casefold()
        return (
            all(word in text for word in self.words.casefold().split())
            and (not self.families or line.family in self.families)
            and (not self.licences or (facts.licence or NOT_STATED) in self.licences)
            and (not self.training or facts.training in self.training)
            and (not self.reproduced or facts.reproduced > 0)
            and (not self.complete or not line.missing)
            and (not self.since or facts.created >= self.since)
            and _within(facts.index_bytes, self.index_bytes)
            and _within(facts.parameters, self.parameters)
        )


def _within(size: float | None, most: float | None) -> bool:
    return most is None or (size is not None and size <= most)


NOT_STATED = "not stated"
"""Stands for a licence that the card does not give."""
