"""log2(rank + 1), the discount of DCG, in the very doubles that trec_eval's C code sees."""

from __future__ import annotations

import math

import numpy as np

from harness.columns import Ints
from harness.records import Floats

_table: Floats = np.array([math.nan, 1.0])


def log2_rank_plus_one(ranks: Ints) -> Floats:
    """log2(r + 1) for ranks r from 1, float64[n].

    ``math.log2`` is the C library's ``log2``, which trec_eval calls (m_ndcg_cut.c); numpy's own may
    differ from it in the last bit where it is vectorised.
    """
    global _table
    highest = int(ranks.max(initial=1))
    if highest >= len(_table):
        size = max(highest + 1, 2 * len(_table), 1024)
        _table = np.array([math.nan, *(math.log2(rank + 1) for rank in range(1, size))])
    discounts: Floats = _table[ranks]
    return discounts
