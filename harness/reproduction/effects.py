"""Whether an improvement over a baseline was reproduced: effect ratio and difference of improvements.

Breuer et al., "How to measure the reproducibility of system-oriented IR experiments", SIGIR 2020; the
formulas are those of their package repro_eval (measure/overall_effects.py). Both runs of a pair are scored on
the same queries, so the mean of differences is the difference of means.
"""

from __future__ import annotations


def effect_ratio(stored: float, stored_base: float, found: float, found_base: float) -> float | None:
    """Reproduced mean improvement over the stored one; 1 is best, None where there was no improvement.

    ER = (found - found_base) / (stored - stored_base), all of them means over the queries.
    """
    return (found - found_base) / (stored - stored_base) if stored != stored_base else None


def relative_improvement_change(
    stored: float, stored_base: float, found: float, found_base: float
) -> float | None:
    """Stored relative improvement less the reproduced one; 0 is best, None where a baseline scores 0.

    ΔRI = (stored - stored_base) / stored_base - (found - found_base) / found_base.
    """
    if not stored_base or not found_base:
        return None
    return (stored - stored_base) / stored_base - (found - found_base) / found_base
