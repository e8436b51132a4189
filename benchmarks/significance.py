"""Significance of all pairs of systems: ours against scipy, and against ranx where it can be imported.

Run it on one thread, from the project's root::

    OMP_NUM_THREADS=1 python benchmarks/significance.py [--systems 100] [--queries 1000] [--repeats 5]

With ``--claims TRIALS`` it simulates instead how often each method claims a difference that is not there, and
how many of the true ones it finds.

Every row states how many pairs were really tested; times per pair make rows comparable. scipy and ranx are
run on fewer pairs where all of them would take hours, never extrapolated in the table itself.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.statistics.bootstrap import bootstrap_intervals
from harness.statistics.compare import compare_systems
from harness.statistics.corrections import benjamini_hochberg, holm, max_t
from harness.statistics.pairtest import Plan
from harness.statistics.randomisation import randomisation
from harness.statistics.ttest import paired_t
from harness.statistics.wilcoxon import wilcoxon


class Case(NamedTuple):
    family: str
    label: str
    pairs: int
    run: Callable[[], object]
    repeats: int


def made_up_scores(systems: int, queries: int) -> np.ndarray:
    """Per-query values that correlate between systems as real ones do."""
    rng = np.random.default_rng(0)
    hard = rng.beta(1, 1, queries)
    own = rng.beta(2, 2, (systems, queries))
    return np.clip(0.7 * hard + 0.3 * own + rng.normal(0, 0.02, (systems, 1)), 0, 1)


def our_cases(values: np.ndarray, repeats: int) -> Iterator[Case]:
    systems = len(values)
    count = systems * (systems - 1) // 2
    names = [f"s{i}" for i in range(systems)]
    yield Case("t", "t, ours, Gram matrix", count, lambda: paired_t(values), repeats)
    yield Case("wilcoxon", "wilcoxon, ours", count, lambda: wilcoxon(values), repeats)
    for draws in (1_000, 10_000):
        label = f"randomisation + max-T, ours, B = {draws:,}"
        yield Case(
            f"randomisation {draws}", label, count, lambda b=draws: randomisation(values, Plan(b)), repeats
        )
    yield Case(
        "bootstrap", "bootstrap, ours, B = 10,000", count, lambda: bootstrap_intervals(values), repeats
    )
    yield Case(
        "all",
        "compare_systems(randomisation), ours",
        count,
        lambda: compare_systems(names, values, test="randomisation"),
        repeats,
    )


def scipy_cases(values: np.ndarray, repeats: int) -> Iterator[Case]:
    from scipy import stats

    def pairwise(test: Callable[..., object], systems: int, **options: object) -> None:
        for i, j in combinations(range(systems), 2):
            test(values[i], values[j], **options)

    def broadcast() -> None:
        first, second = np.triu_indices(len(values), 1)
        stats.ttest_rel(values[first], values[second], axis=1)

    def permuted(draws: int, systems: int) -> None:
        for i, j in combinations(range(systems), 2):
            stats.permutation_test(
                (values[i], values[j]),
                lambda a, b, axis: np.mean(a - b, axis=axis),
                permutation_type="samples",
                vectorized=True,
                n_resamples=draws,
            )

    count = len(values) * (len(values) - 1) // 2
    yield Case("t", "scipy ttest_rel, one broadcast call", count, broadcast, min(3, repeats))
    yield Case(
        "t", "scipy ttest_rel, a call per pair", 435, lambda: pairwise(stats.ttest_rel, 30), min(3, repeats)
    )
    yield Case(
        "wilcoxon",
        "scipy wilcoxon, a call per pair",
        435,
        lambda: pairwise(stats.wilcoxon, 30),
        min(3, repeats),
    )
    yield Case(
        "randomisation 1000",
        "scipy permutation_test, B = 1,000",
        15,
        lambda: permuted(1_000, 6),
        min(3, repeats),
    )
    yield Case("randomisation 10000", "scipy permutation_test, B = 10,000", 3, lambda: permuted(10_000, 3), 1)


def ranx_cases(values: np.ndarray, repeats: int) -> Iterator[Case]:
    try:
        from ranx.statistical_tests import fisher_randomization_test, paired_student_t_test
    except ImportError:
        print("ranx cannot be imported here and is left out", file=sys.stderr)
        return

    def student() -> None:
        for i, j in combinations(range(30), 2):
            paired_student_t_test(values[i], values[j])

    def fisher() -> None:
        for i, j in combinations(range(5), 2):
            fisher_randomization_test(values[i], values[j], n_permutations=1_000)

    fisher_randomization_test(values[0], values[1], n_permutations=10)  # compile before the clock runs
    yield Case("t", "ranx student, once per pair", 435, student, min(3, repeats))
    yield Case("randomisation 1000", "ranx fisher, B = 1,000", 10, fisher, min(3, repeats))


def measured(case: Case) -> tuple[float, float]:
    """Medians of wall and CPU seconds, after one run to warm up unless the case is run but once."""
    if case.repeats > 1:
        case.run()
    walls, cpus = [], []
    for _ in range(case.repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        case.run()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return statistics.median(walls), statistics.median(cpus)


# ------------------------------------------------------------------------------------------ simulation

METHODS = {
    "randomisation, max-t": (randomisation, max_t),
    "t, holm": (paired_t, holm),
    "t, bh": (paired_t, benjamini_hochberg),
    "wilcoxon, holm": (wilcoxon, holm),
    "wilcoxon, bh": (wilcoxon, benjamini_hochberg),
}
EQUAL, STEP = 4, 0.04  # systems of the same mean; how much better each of the other four is than the last
SETTINGS = ("all equal", "half equal", "half equal, unlike")


def simulated_scores(rng: np.random.Generator, queries: int, setting: str) -> np.ndarray:
    """Values in [0, 1] of eight systems that share each query's difficulty; the first four have one mean.

    ``unlike`` systems of the same mean have values of their own shape, from all near the mean to mostly 0 or
    1, so that differences are skewed: the case in which tests of ranks and tests of means part company.
    """
    hard = rng.beta(2, 2, queries)
    gains = (
        np.zeros(8) if setting == "all equal" else np.array([0.0] * EQUAL + [STEP * i for i in range(1, 5)])
    )
    means = np.clip(0.15 + 0.5 * hard[None, :] + gains[:, None], 0.01, 0.99)
    strength = np.array([1.5, 3.0, 6.0, 12.0] * 2) if setting.endswith("unlike") else np.full(8, 5.0)
    values: np.ndarray = rng.beta(means * strength[:, None], (1 - means) * strength[:, None])
    return values


def simulate_claims(trials: int, alpha: float = 0.05) -> None:
    first, second = np.triu_indices(8, 1)
    print("| systems | queries | method | trials with a false claim | share of false claims | true found |")
    print("| --- | ---: | --- | ---: | ---: | ---: |")
    for setting in SETTINGS:
        null = np.full(len(first), True) if setting == "all equal" else second < EQUAL
        for queries in (25, 50, 100, 1000):
            rng = np.random.default_rng(queries)
            wrong, share = dict.fromkeys(METHODS, 0), dict.fromkeys(METHODS, 0.0)
            found = dict.fromkeys(METHODS, 0.0)
            for trial in range(trials):
                values = simulated_scores(rng, queries, setting)
                for name, (test, correction) in METHODS.items():
                    claims = correction(test(values, Plan(1_000, trial))) <= alpha
                    wrong[name] += bool(claims[null].any())
                    share[name] += claims[null].sum() / max(claims.sum(), 1)
                    found[name] += float(claims[~null].mean()) if not null.all() else 0.0
            for name in METHODS:
                power = "" if null.all() else f"{found[name] / trials:.0%}"
                cells = f"{wrong[name] / trials:.1%} | {share[name] / trials:.1%} | {power}"
                print(f"| {setting} | {queries} | {name} | {cells} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--claims", type=int, metavar="TRIALS", help="simulate claims instead")
    for option, default in (("systems", 100), ("queries", 1_000), ("repeats", 5)):
        parser.add_argument(f"--{option}", type=int, default=default)
    asked = parser.parse_args()
    if asked.claims:
        simulate_claims(asked.claims)
        return
    values = made_up_scores(max(30, asked.systems), asked.queries)
    print(
        f"{len(values)} systems x {asked.queries} queries, medians of {asked.repeats} (3 or 1 for the slow)\n"
    )
    print(f"{'method':44} {'pairs':>6} {'wall s':>9} {'cpu s':>9} {'us cpu/pair':>12} {'x ours':>9}")
    best: dict[str, float] = {}
    for case in our_cases(values, asked.repeats):
        report(case, best)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process so far, ours alone: {peak:.0f} MiB\n")
    for case in (*scipy_cases(values, asked.repeats), *ranx_cases(values, asked.repeats)):
        report(case, best)


def report(case: Case, best: dict[str, float]) -> None:
    wall, cpu = measured(case)
    per_pair = cpu / case.pairs
    ours = best.setdefault(case.family, per_pair)
    cells = f"{wall:9.4f} {cpu:9.4f} {per_pair * 1e6:12.1f} {per_pair / ours:9.1f}"
    print(f"{case.label:44} {case.pairs:6} {cells}", flush=True)


if __name__ == "__main__":
    main()
