"""Groups of systems that cannot be told apart, from decisions about all pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.statistics.matrix import frozen

Booleans = npt.NDArray[np.bool_]


def letters(differs: Booleans, order: Sequence[int]) -> tuple[tuple[str, ...], ...]:
    """Compact letter display: two systems share a letter exactly when they cannot be told apart.

    A letter stands for a set of systems none of which differs from another. From the top of ``order`` down,
    each pair that cannot be told apart and shares no letter yet starts a set, which takes in, again from the
    top, every system that fits; sets that others make superfluous are dropped. The display is that of Piepho
    (2004, doi:10.1198/1061860043515); finding the fewest letters is NP-hard (Gramm et al. 2007), so there may
    be more of them than needed, but never a wrong one.

    Args:
        differs: bool[s, s], symmetric, False on the diagonal.
        order: all systems, best first; ``a`` goes to the first.

    Returns:
        The letters of each system, in the systems' own order; after ``z`` come ``aa``, ``ab``, …
    """
    alike = ~np.asarray(differs, dtype=bool)
    covered = np.zeros_like(alike)
    sets: list[Ints] = []
    for i in order:
        for j in order:
            if alike[i, j] and not covered[i, j]:
                members = _filled(alike, order, i, j)
                covered[np.ix_(members, members)] = True
                sets.append(members)
    given: list[list[str]] = [[] for _ in order]
    for number, members in enumerate(_needed(sets, len(alike))):
        for system in members.tolist():
            given[system].append(_label(number))
    return tuple(tuple(row) for row in given)


def _filled(alike: Booleans, order: Sequence[int], i: int, j: int) -> Ints:
    """The pair and, from the top, every system that differs from none of those taken so far."""
    fits = alike[i] & alike[j]
    members = [i, j]
    for k in order:
        if fits[k]:
            members.append(k)
            fits = fits & alike[k]
    return np.unique(members)


def _needed(sets: list[Ints], systems: int) -> list[Ints]:
    """Leave out, from the first, sets all of whose pairs are in other sets."""
    times = np.zeros((systems, systems), dtype=np.int64)
    for members in sets:
        times[np.ix_(members, members)] += 1
    kept = []
    for members in sets:
        if times[np.ix_(members, members)].min() > 1:
            times[np.ix_(members, members)] -= 1
        else:
            kept.append(members)
    return kept


def _label(number: int) -> str:
    """0 is a, 25 is z, 26 is aa, as the columns of a spreadsheet are named."""
    prefix, last = divmod(number, 26)
    return (_label(prefix - 1) if prefix else "") + chr(ord("a") + last)


def group_numbers(better: Booleans) -> Ints:
    """1 + the number of systems that are significantly better, for each system, int64[s].

    Args:
        better: bool[s, s], True where the row's system is significantly better than the column's.
    """
    return frozen(1 + np.count_nonzero(better, axis=0).astype(np.int64))


def rank_bounds(better: Booleans) -> Ints:
    """Ranks that the decisions leave open, int64[s, 2]: from 1 + better systems to s − worse systems.

    With decisions that control the family-wise error rate these are simultaneous confidence intervals of the
    ranks (Mogstad, Romano, Shaikh & Wilhelm 2024, doi:10.1093/restud/rdad006).
    """
    first = 1 + np.count_nonzero(better, axis=0)
    last = len(better) - np.count_nonzero(better, axis=1)
    return frozen(np.stack([first, last], axis=1).astype(np.int64))
