"""Scores that others have published: a packaged table of facts, shown beside ours and never as ours."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib.resources import files
from typing import NamedTuple

FILE = "published.csv"


class PublishedScore(NamedTuple):
    """One figure of one source.

    Attributes:
        system: what this project calls the system.
        dataset: the data set's name in the catalogue.
        measure: the measure's name here, whatever the source calls it.
        value: the mean, a share of one.
        digits: decimals that the source prints, of the share.
        evidence: where the figure was read: ``repository file``, ``paper`` or ``model card``; ``computed`` is
            a mean of printed figures.
        label: what the source calls the system.
        table: the part of the source.
        source: repository with commit and file, paper, or model card.
    """

    system: str
    dataset: str
    measure: str
    value: float
    digits: int
    evidence: str
    label: str
    table: str
    source: str


def published(system: str | None = None, dataset: str | None = None) -> tuple[PublishedScore, ...]:
    """The published scores, or those of one system, of one data set, or of both, in the order of the table.

    Figures that were read in somebody else's copy of the source are not in the table. Two sources may give
    two figures of the same system: with another precision, index or version of its code.
    """
    return tuple(
        score
        for score in _table()
        if (system is None or score.system == system) and (dataset is None or score.dataset == dataset)
    )


@cache
def _table() -> tuple[PublishedScore, ...]:
    text = files("harness.reproduction").joinpath(FILE).read_text(encoding="utf-8")
    return tuple(
        PublishedScore(
            row["system"],
            row["dataset"],
            row["measure"],
            float(row["value"]),
            len(row["value"].partition(".")[2]),
            row["evidence"],
            row["label"],
            row["table"],
            row["source"],
        )
        for row in csv.DictReader(io.StringIO(text))
    )
