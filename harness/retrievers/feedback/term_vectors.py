"""Weighted terms in single precision, with Anserini's order among equals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

Terms = Mapping[str, float]
"""Term to weight, a number of single precision."""


def heaviest(terms: Terms, count: int) -> Terms:
    """The ``count`` greatest weights, in descending order; of equals, the first in the alphabet."""
    ordered = sorted(terms, key=lambda term: (-terms[term], term))[:count]
    return {term: terms[term] for term in ordered}


def unit_l1(terms: Terms) -> Terms:
    """Scaled so that the weights' magnitudes sum to 1; empty stays empty."""
    return _scaled(terms, sum(map(abs, terms.values())))


def unit_l2(terms: Terms) -> Terms:
    """Scaled to Euclidean length 1; empty stays empty."""
    return _scaled(terms, sum(weight**2 for weight in terms.values()) ** 0.5)


def _scaled(terms: Terms, norm: float) -> Terms:
    return {term: single(weight / norm) for term, weight in terms.items()} if norm else {}


def counted(terms: Sequence[str]) -> Terms:
    """How often each term stands in a text."""
    counts: dict[str, float] = {}
    for term in terms:
        counts[term] = counts.get(term, 0.0) + 1.0
    return counts


def single(value: float) -> float:
    """The nearest number of single precision."""
    return float(np.float32(value))
