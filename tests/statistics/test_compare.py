"""The whole comparison: what it decides, what it says about how, and when nothing can be decided."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from harness.errors import CommandError, ScoreError, UnknownNameError
from harness.statistics.choice import choose_test
from harness.statistics.compare import compare_systems
from harness.statistics.corrections import CORRECTIONS
from harness.statistics.pairtest import SEED, TESTS

GRADES = st.integers(0, 4).map(lambda k: k / 4)
MATRICES = st.tuples(st.integers(1, 5), st.integers(2, 12)).flatmap(
    lambda s: arrays(float, s, elements=GRADES)
)


def three_levels(queries: int) -> np.ndarray:
    """Two systems that are as good as each other and one that is clearly worse."""
    rng = np.random.default_rng(31)
    return rng.random((3, queries)) * 0.3 + np.array([[0.60], [0.60], [0.2]])


@pytest.mark.parametrize("queries", [2, 43, 100, 999, 1_000, 6_980])
def test_the_test_chosen_bounds_the_chance_of_any_false_claim_and_says_so(queries: int) -> None:
    choice = choose_test(queries)
    assert (choice.name, choice.correction) == ("randomisation", "max-t")
    assert choice.reason.startswith(f"{queries} queries: ")
    assert ("read the effect size" in choice.reason) == (queries >= 1_000)
    assert choice.name in TESTS
    assert choice.correction in CORRECTIONS


def test_equal_systems_among_different_ones_are_seldom_told_apart() -> None:
    """Four equal systems, four better ones: Benjamini-Hochberg would claim about one trial in ten."""
    rng = np.random.default_rng(8)
    means = np.array([[0.4]] * 4 + [[0.5], [0.55], [0.6], [0.65]])
    wrong = 0
    for trial in range(60):
        values = rng.beta(5 * means, 5 * (1 - means), (8, 50))
        found = compare_systems([f"s{i}" for i in range(8)], values, permutations=500, seed=trial)
        wrong += bool(found.differs[:4, :4].any())
    assert wrong <= 4


def test_no_test_for_one_query() -> None:
    with pytest.raises(CommandError, match="fewer than 2 queries; found 1"):
        choose_test(1)


@pytest.mark.parametrize("queries", [43, 200, 1_200])
def test_groups_of_systems_that_cannot_be_told_apart(queries: int) -> None:
    found = compare_systems(["x", "y", "z"], three_levels(queries), permutations=2_000)
    assert found.letters == (("a",), ("a",), ("b",))
    assert found.groups.tolist() == [1, 1, 3]
    assert found.rank_bounds.tolist() == [[1, 2], [1, 2], [3, 3]]
    assert found.tied_with("x") == ("y",)
    assert found.method.test == choose_test(queries).name
    assert found.method.reason == choose_test(queries).reason
    assert found.method.notes == ()


def test_matrices_mirror_each_other() -> None:
    found = compare_systems(["x", "y", "z"], three_levels(50))
    assert np.array_equal(found.differences, -found.differences.T)
    assert np.array_equal(found.effects, -found.effects.T)
    assert np.array_equal(
        found.difference_intervals, -found.difference_intervals.transpose(1, 0, 2)[:, :, ::-1]
    )
    assert np.array_equal(found.wins + found.ties + found.wins.T, np.full((3, 3), 50))
    assert np.array_equal(found.p, found.p.T)
    assert np.diagonal(found.p_corrected).tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="read-only"):
        found.p[0, 1] = 0.5


def test_rows_for_a_table() -> None:
    found = compare_systems(["low", "high"], [[0.1, 0.2, 0.3, 0.2], [0.5, 0.6, 0.3, 0.9]])
    assert [(row.name, row.rank, row.letters) for row in found.systems()] == [
        ("high", 1, ("a",)),
        ("low", 2, ("a",)),
    ]
    (pair,) = found.pairs()
    assert (pair.first, pair.second, pair.wins, pair.ties, pair.losses) == ("high", "low", 3, 1, 0)
    assert pair.difference == pytest.approx(0.375)
    assert pair.p == 2 / 2**3  # three non-zero differences, all one way
    assert found.pair("low", "high").difference == -pair.difference
    with pytest.raises(UnknownNameError, match="Did you mean 'low'"):
        found.pair("lo", "high")


def test_too_few_queries_to_decide_anything_is_said() -> None:
    found = compare_systems(["x", "y"], [[1, 1, 1], [0, 0, 0]])
    assert not found.differs.any()
    assert "No p-value here can be below 0.25" in found.method.notes[0]
    assert "more queries" in found.method.notes[0]


def test_too_few_permutations_to_decide_anything_is_said() -> None:
    found = compare_systems(
        list("abcd"),
        np.random.default_rng(0).random((4, 60)),
        test="randomisation",
        correction="holm",
        permutations=99,
    )
    assert "below 0.06" in found.method.notes[0]  # 6 pairs, each at least 1/100
    assert "more permutations" in found.method.notes[0]


def test_a_test_that_points_against_the_means_tells_nobody_apart() -> None:
    # x wins a little on 30 queries and loses a lot on 4: Wilcoxon prefers x, the mean prefers y
    gaps = np.concatenate([np.linspace(0.01, 0.05, 30), [-0.9, -0.9, -0.9, -0.9]])
    found = compare_systems(["x", "y"], [0.5 + gaps / 2, 0.5 - gaps / 2], test="wilcoxon")
    assert found.p_corrected[0, 1] < 0.05
    assert found.means[0] < found.means[1]
    assert not found.differs.any()
    assert found.method.notes == (
        "x and y: the test and the means disagree who is better, so they count as not told apart.",
    )


def test_the_smallest_effect_decides_where_p_no_longer_does() -> None:
    rng = np.random.default_rng(3)
    base = rng.random(5_000)
    values = [base, base + 0.005 + rng.normal(0, 0.05, 5_000)]
    assert compare_systems(["x", "y"], values, permutations=100).differs[0, 1]
    assert not compare_systems(["x", "y"], values, permutations=100, smallest_effect=0.1).differs[0, 1]


def test_wilcoxon_on_thousands_of_queries_is_done_and_warned_about() -> None:
    found = compare_systems(
        ["x", "y"], np.random.default_rng(1).random((2, 1_500)), test="wilcoxon", permutations=10
    )
    assert found.method.correction == "bh"
    assert (
        found.method.reason == "As asked for; for 1500 queries the usual choice is randomisation with max-t."
    )
    assert "rejects too often" in found.method.notes[0]


def test_seed_and_draws_are_stored() -> None:
    values = np.random.default_rng(1).random((2, 120))
    found = compare_systems(["x", "y"], values, permutations=321)
    assert (found.method.seed, found.method.permutations, found.method.resamples) == (SEED, 321, 321)
    assert compare_systems(["x", "y"], values, seed=9, permutations=321).method.seed == 9


def test_one_system_alone_has_a_mean_and_an_interval() -> None:
    found = compare_systems(["only"], [[0.2, 0.4, 0.9]])
    assert list(found.pairs()) == []
    assert next(found.systems()).letters == ("a",)


def test_wrong_arguments_are_named() -> None:
    values = np.random.default_rng(1).random((2, 30))
    with pytest.raises(UnknownNameError, match="Did you mean 'wilcoxon'"):
        compare_systems(["x", "y"], values, test="wilcoxn")
    with pytest.raises(UnknownNameError, match="There is no correction 'tukey'"):
        compare_systems(["x", "y"], values, correction="tukey")
    with pytest.raises(CommandError, match="alpha must lie between"):
        compare_systems(["x", "y"], values, alpha=5)
    with pytest.raises(CommandError, match="smallest_effect must be 0 or more"):
        compare_systems(["x", "y"], values, smallest_effect=-1)
    with pytest.raises(CommandError, match="comes from sign flips"):
        compare_systems(["x", "y"], values, test="t", correction="max-t")
    with pytest.raises(ScoreError, match="system 'y', query number 2"):
        compare_systems(["x", "y"], [[1, 2, 3], [1, np.nan, 3]])


@settings(max_examples=60, deadline=None)
@given(MATRICES, st.sampled_from(sorted(TESTS)))
def test_whatever_the_values_nothing_is_nan_and_equal_systems_share_all(
    values: np.ndarray, test: str
) -> None:
    doubled = np.concatenate([values, values[:1]])
    found = compare_systems([f"s{i}" for i in range(len(doubled))], doubled, test=test, permutations=50)
    for matrix in (found.p, found.p_corrected, found.effects, found.differences, found.difference_intervals):
        assert not np.isnan(matrix).any()
    assert np.all((found.p > 0) & (found.p <= found.p_corrected))
    assert found.p[0, -1] == 1
    assert not found.differs[0, -1]
    assert found.ranks[0] == found.ranks[-1]
    assert np.array_equal(found.rank_intervals[0], found.rank_intervals[-1])


@pytest.mark.parametrize(("test", "correction"), [("wilcoxon", "bh"), ("t", "holm")])
def test_false_alarms_under_the_null_are_as_rare_as_promised(test: str, correction: str) -> None:
    # when no system is better, Benjamini-Hochberg and Holm both bound the chance of any false claim by 5 %;
    # 300 data sets of 5 systems and 50 queries, standard error 1.3 %
    rng = np.random.default_rng(77)
    wrong = 0
    for _ in range(300):
        values = rng.beta(1, 2, (1, 50)) + 0.3 * rng.beta(2, 2, (5, 50))
        wrong += bool(CORRECTIONS[correction](TESTS[test](values)).min() <= 0.05)
    assert wrong / 300 <= 0.09
    assert wrong / 300 >= 0.01
