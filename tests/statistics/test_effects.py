"""Effect sizes and counts of wins by hand."""

import numpy as np
import pytest

from harness.statistics.effects import hedges_g, outcomes


def test_hedges_g_by_hand() -> None:
    # means 2 and 5; variances 1 and 9 (n − 1); d_av = −3 / √5; n = 3: J = 1 − 3 / (4·2 − 1) = 4/7
    assert hedges_g([[1, 2, 3], [2, 5, 8]])[0] == pytest.approx(4 / 7 * -3 / 5**0.5)


def test_g_does_not_grow_with_the_number_of_queries() -> None:
    values = np.random.default_rng(3).random((2, 50)) + np.array([[0.1], [0.0]])
    once, often = hedges_g(values)[0], hedges_g(np.tile(values, 40))[0]
    assert often == pytest.approx(once, rel=0.03)


def test_constant_systems_have_no_effect_or_an_unlimited_one() -> None:
    g = hedges_g([[0.1] * 10, [0.1] * 10, [0.7] * 10])
    assert g.tolist() == [0.0, -np.inf, -np.inf]


def test_two_queries_say_nothing_about_effect_size() -> None:
    assert hedges_g([[0.2, 0.9], [0.1, 0.4]])[0] == 0


def test_wins_ties_and_losses_with_the_stated_tolerance() -> None:
    # 0.3 against 0.1 + 0.2 is a tie in spite of its last bit
    counted = outcomes([[0.3, 0.5, 0.2, 0.9], [0.1 + 0.2, 0.4, 0.3, 0.1]])
    assert (counted.wins[0], counted.ties[0], counted.losses[0]) == (2, 1, 1)
    assert counted.tolerance == 1e-9
    wide = outcomes([[0.3, 0.5, 0.2, 0.9], [0.3, 0.4, 0.3, 0.1]], tolerance=0.15)
    assert (wide.wins[0], wide.ties[0], wide.losses[0]) == (1, 3, 0)
