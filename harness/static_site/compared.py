"""All pairs of a data set's systems, tested once for the export, and the script that holds them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from urllib.parse import quote

from harness.records import Floats
from harness.static_site.contents import Contents
from harness.static_site.markup import address
from harness.statistics.compare import compare_systems
from harness.statistics.comparison import Comparison, PairRow

MOST = 100
"""Systems of a data set that are compared, those of the best means: 4,950 pairs, a megabyte of script."""

DIGITS = 6
"""Significant digits of the script's statistics; values of queries are whole."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """The systems of a data set, all pairs tested.

    Attributes:
        dataset: its name.
        measure: its headline.
        found: the comparison; systems from the best mean down.
        values: float64[systems, queries].
        total: systems with a run on the data set.
    """

    dataset: str
    measure: str
    found: Comparison
    values: Floats
    total: int

    @property
    def names(self) -> list[str]:
        """The systems, best first; pairs are counted in this order."""
        return [row.name for row in self.found.systems()]


def compare_address(dataset: str) -> str:
    """Where a data set's compare page lies below the site's root, without its ending."""
    return f"compare/{address(dataset)}"


def pair_address(dataset: str, system: str) -> str:
    """The address below the site's root that sets a system of a data set beside another."""
    return f"{compare_address(dataset)}.html#system={quote(system, safe='')}"


def can_compare(contents: Contents, dataset: str) -> bool:
    """Whether a data set has a page here: two runs on it, two queries, and values that may be shown."""
    enough = contents.datasets[dataset].judged_queries > 1 and len(_systems(contents, dataset)) > 1
    return enough and contents.open(dataset).per_query


def is_compared(contents: Contents, dataset: str, system: str) -> bool:
    """Whether a system stands on its data set's compare page, which has the best :data:`MOST` alone."""
    return can_compare(contents, dataset) and system in _systems(contents, dataset)[:MOST]


def compared_on(contents: Contents, dataset: str) -> Compared | None:
    """All pairs of the best :data:`MOST` systems by the headline; None where nothing may be compared."""
    if not can_compare(contents, dataset):
        return None
    measure, systems = contents.board.headlines[dataset], _systems(contents, dataset)
    names = systems[:MOST]
    values = contents.vectors(dataset, names, measure)
    found = compare_systems(names, values)
    order = found.order()
    return Compared(dataset=dataset, measure=measure, found=found, values=values[order], total=len(systems))


def _systems(contents: Contents, dataset: str) -> list[str]:
    """Systems with values of queries, best first."""
    measure = contents.board.headlines[dataset]
    return [row.system for row in contents.rows_on(dataset) if row.path and measure in row.measures]


def data_script(contents: Contents, each: Compared) -> str:
    """The script that holds what the page's own script shows: plain ASCII, the same bytes every time."""
    ids, texts = contents.queries(each.dataset)
    names = each.names
    value = {
        "measure": each.measure,
        "queries": list(zip(ids, texts, strict=True)),
        "systems": [(name, f"../runs/{address(each.dataset, name)}.html") for name in names],
        "values": each.values.tolist(),
        "pairs": [_numbers(pair) for pair in each.found.pairs()],
    }
    return f"const COMPARED = {json.dumps(value, separators=(',', ':'), allow_nan=False)};\n"


def _numbers(pair: PairRow) -> list[float | int | None]:
    """A pair without its names, in the order that the script reads."""
    found = (pair.difference, pair.low, pair.high, pair.p, pair.p_corrected, pair.effect)
    rounded = [float(f"{each:.{DIGITS}g}") if math.isfinite(each) else None for each in found]
    return [*rounded, pair.wins, pair.ties, pair.losses, int(pair.differs)]
