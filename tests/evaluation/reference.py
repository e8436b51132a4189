"""The measures once more, as plainly as Python allows: one document after another, nothing clever.

Written from the papers and from what trec_eval does, not from the package; tests compare the two bit by bit.
"""

from __future__ import annotations

import math
from struct import pack, unpack


def single(score: float) -> float:
    try:
        return unpack("f", pack("f", score))[0]
    except OverflowError:
        return math.copysign(math.inf, score)


def ranked(scores: dict[str, float], precision: str) -> list[str]:
    key = single if precision == "single" else float
    return sorted(scores, key=lambda doc: (key(scores[doc]), doc.encode()), reverse=True)


def dcg(gains: list[float]) -> float:
    total = 0.0
    for rank, gain in enumerate(gains, 1):
        total += gain / math.log2(rank + 1) if gain > 0 else 0.0
    return total


def reference(judged: dict[str, int], scores: dict[str, float], rel: int, precision: str) -> dict[str, float]:
    """Values of one query, by measure name."""
    docs = ranked(scores, precision)
    grades = [judged.get(doc) for doc in docs]  # None: not in the pool; negative: in the pool, unjudged
    hit = [grade is not None and grade >= rel for grade in grades]
    n_rel = sum(grade >= rel for grade in judged.values())
    n_nonrel = sum(0 <= grade < rel for grade in judged.values())
    found = sum(hit)
    ideal = sorted((grade for grade in judged.values() if grade > 0), reverse=True)
    out: dict[str, float] = {"NumRet": len(docs), "NumRel": n_rel, "NumRelRet": found}
    for k in (1, 3, 10, 1000, None):
        at = "" if k is None else f"@{k}"
        for name, gain in (("nDCG", float), ("nDCG(dcg='exp-log2')", lambda g: 2.0**g - 1)):
            best = dcg([gain(g) for g in ideal[:k]])
            got = dcg([gain(g) if g is not None and g > 0 else 0.0 for g in grades[:k]])
            out[name + at] = got / best if best > 0 else 0.0
        precisions = 0.0
        for rank in range(1, len(docs[:k]) + 1):
            precisions += sum(hit[:rank]) / rank if hit[rank - 1] else 0.0
        out["AP" + at] = precisions / n_rel if n_rel else 0.0
        out["RR" + at] = next((1.0 / rank for rank, h in enumerate(hit[:k], 1) if h), 0.0)
        arrive, err, rbp, weight = 1.0, 0.0, 0.0, 1.0
        for rank, (grade, h) in enumerate(zip(grades[:k], hit, strict=False), 1):
            stop = (2.0**grade - 1) / 2.0**4 if grade is not None and grade > 0 else 0.0
            err += arrive * stop / rank if stop else 0.0
            arrive *= 1.0 - stop
            rbp += weight if h else 0.0
            weight *= 0.8
        out["ERR" + at], out["RBP" + at] = err, (1.0 - 0.8) * rbp
        if k is not None:
            top = sum(hit[:k])
            out["P" + at], out["Success" + at] = top / k, float(top > 0)
            out["R" + at] = top / n_rel if n_rel else 0.0
            out["R_cap" + at] = top / min(n_rel, k) if n_rel else 0.0
            judged_top = sum(grade is not None and grade >= 0 for grade in grades[:k])
            out["Judged" + at] = judged_top / min(k, len(docs)) if docs else 0.0
    out["Rprec"] = sum(hit[:n_rel]) / n_rel if n_rel else 0.0
    out["SetP"], out["SetR"] = found / len(docs) if docs else 0.0, found / n_rel if n_rel else 0.0
    p, r = out["SetP"], out["SetR"]
    out["SetF"] = 2.0 * p * r / (1.0 * p + r) if found else 0.0
    for level in (0.0, 0.1, 0.35, 0.5, 1.0):
        exact = level * n_rel
        need = int(exact + 0.9) if precision == "single" else math.floor(exact) + (exact % 1 >= 0.5)
        curve = [sum(hit[:rank]) / rank for rank in range(1, len(docs) + 1) if sum(hit[:rank]) >= need]
        out[f"IPrec@{level}"] = max(curve, default=0.0)
    bpref = inf_ap = 0.0
    nonrel = rel_above = pool = 0
    for rank, grade in enumerate(grades):
        if grade is not None and grade >= rel:
            bpref += 1.0 - min(nonrel, n_rel) / min(n_nonrel, n_rel) if nonrel else 1.0
            e = 0.00001
            share = (rel_above + e) / (rel_above + nonrel + 2 * e)
            inf_ap += 1.0 / (rank + 1.0) + (rank / (rank + 1.0)) * (pool / rank) * share if rank else 1.0
            rel_above += 1
        elif grade is not None and grade >= 0:
            nonrel += 1
        pool += grade is not None
    out["Bpref"], out["infAP"] = bpref / n_rel if n_rel else 0.0, inf_ap / n_rel if n_rel else 0.0
    return {with_rel(name, rel): float(value) for name, value in out.items()}


def with_rel(name: str, rel: int) -> str:
    """The name with its relevance level, where the measure has one."""
    if rel == 1 or name.startswith(("nDCG", "ERR", "Judged", "NumRet")):
        return name
    bare, at, cutoff = name.partition("@")
    return f"{bare}(rel={rel}){at}{cutoff}"
