"""One difference over several data sets: the random-effects summary and the data of its forest plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harness.errors import Problem, ScoreError
from harness.records import Floats
from harness.statistics.distributions import chi_square_upper, normal_quantile, normal_two_sided
from harness.statistics.intervals import check_alpha
from harness.statistics.matrix import check_values


class DatasetEffect(NamedTuple):
    """One data set's mean difference and the variance of that mean (its squared standard error)."""

    dataset: str
    effect: float
    variance: float
    queries: int


class ForestRow(NamedTuple):
    """One line of a forest plot; ``weight`` is the data set's share of the summary, all add up to 1."""

    dataset: str
    effect: float
    low: float
    high: float
    weight: float
    queries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectSummary:
    """Random-effects summary.

    Attributes:
        rows: the data sets in the order given.
        effect, low, high, p: summary, its normal interval at level 1 − alpha, p-value for no effect.
        tau_squared: variance of the true effect between data sets.
        i_squared: share of the variation that is not sampling error, 0 to 1.
        q, q_p: Cochran's Q with k − 1 degrees of freedom and its p-value; p is 1 for one data set.
        alpha: level of all intervals.
    """

    rows: tuple[ForestRow, ...]
    effect: float
    low: float
    high: float
    p: float
    tau_squared: float
    i_squared: float
    q: float
    q_p: float
    alpha: float


def dataset_effect(dataset: str, first: npt.ArrayLike, second: npt.ArrayLike) -> DatasetEffect:
    """Mean difference, first minus second, of two systems on one data set, float64[n] each.

    Raises:
        CommandError, ScoreError: as :func:`harness.statistics.matrix.check_values`.
    """
    values = check_values(np.array([first, second], dtype=np.float64), ["first", "second"])
    gaps = values[0] - values[1]
    variance = 0.0 if np.ptp(gaps) == 0 else float(gaps.var(ddof=1)) / len(gaps)
    return DatasetEffect(dataset, float(gaps.mean()), variance, len(gaps))


def random_effects(effects: Sequence[DatasetEffect], alpha: float = 0.05) -> EffectSummary:
    """Summarise by DerSimonian & Laird (1986, doi:10.1016/0197-2456(86)90046-2).

    With w = 1/v and k data sets: Q = Σ w (y − ȳ_w)², τ² = max(0, (Q − (k − 1)) / (Σw − Σw²/Σw)), weights
    1/(v + τ²), I² = max(0, (Q − (k − 1)) / Q) (Higgins & Thompson 2002). Effects must share one measure and
    direction. With few data sets (below about five) τ² is poorly known and the interval is too short.

    Raises:
        CommandError: alpha outside 0 to 1.
        ScoreError: no data set, one twice, an effect that is not finite or a variance not above 0; all named.
    """
    check_alpha(alpha)
    _check(effects)
    y = np.array([row.effect for row in effects])
    v = np.array([row.variance for row in effects])
    q, tau_squared = _heterogeneity(y, v)
    weights = 1 / (v + tau_squared)
    effect, error = float(weights @ y / weights.sum()), 1 / math.sqrt(weights.sum())
    z = normal_quantile(alpha)
    rows = tuple(
        ForestRow(row.dataset, row.effect, row.effect - z * s, row.effect + z * s, share, row.queries)
        for row, s, share in zip(
            effects, np.sqrt(v).tolist(), (weights / weights.sum()).tolist(), strict=True
        )
    )
    df = len(effects) - 1
    return EffectSummary(
        rows=rows,
        effect=effect,
        low=effect - z * error,
        high=effect + z * error,
        p=float(normal_two_sided(np.array([effect / error]))[0]),
        tau_squared=tau_squared,
        i_squared=max(0.0, (q - df) / q) if q > 0 else 0.0,
        q=q,
        q_p=chi_square_upper(q, df) if df else 1.0,
        alpha=alpha,
    )


def _heterogeneity(y: Floats, v: Floats) -> tuple[float, float]:
    """Q and τ²; both are 0 for a single data set."""
    if len(y) == 1:
        return 0.0, 0.0
    w = 1 / v
    q = float(w @ np.square(y - w @ y / w.sum()))
    return q, max(0.0, (q - (len(y) - 1)) / float(w.sum() - np.square(w).sum() / w.sum()))


def _check(effects: Sequence[DatasetEffect]) -> None:
    names = [row.dataset for row in effects]
    problems = [
        Problem(f"data set {name!r}", "given twice") for name in sorted(set(names)) if names.count(name) > 1
    ]
    for row in effects:
        if not (math.isfinite(row.effect) and math.isfinite(row.variance) and row.variance > 0):
            problems.append(
                Problem(
                    f"data set {row.dataset!r}",
                    f"expected a finite effect and a variance above 0, found {row.effect} and "
                    f"{row.variance}; it is 0 where two systems differ by the same amount on every query",
                )
            )
    if problems or not effects:
        raise ScoreError(
            "These effects cannot be summarised." if problems else "No data set to summarise.", problems
        )
