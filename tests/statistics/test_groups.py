"""Letters and groups: by hand, and what they promise for any decisions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.statistics.groups import group_numbers, letters, rank_bounds


def decisions(size: int, *apart: tuple[int, int]) -> np.ndarray:
    matrix = np.zeros((size, size), dtype=bool)
    for i, j in apart:
        matrix[i, j] = matrix[j, i] = True
    return matrix


def test_nobody_differs() -> None:
    assert letters(decisions(3), [0, 1, 2]) == (("a",), ("a",), ("a",))


def test_everybody_differs() -> None:
    assert letters(decisions(3, (0, 1), (0, 2), (1, 2)), [2, 0, 1]) == (("b",), ("c",), ("a",))


def test_the_ends_of_a_chain_differ() -> None:
    # first and last differ, the middle one from neither: it has both letters
    assert letters(decisions(3, (0, 2)), [0, 1, 2]) == (("a",), ("a", "b"), ("b",))


def test_decisions_that_do_not_follow_the_order_of_means() -> None:
    # the best differs from the second but not from the third
    assert letters(decisions(3, (0, 1)), [0, 1, 2]) == (("a",), ("b",), ("a", "b"))


def test_after_z_comes_aa() -> None:
    apart = decisions(28, *((i, j) for i in range(28) for j in range(i)))
    assert [row[0] for row in letters(apart, list(range(28)))][25:] == ["z", "aa", "ab"]


@given(
    st.integers(1, 9).flatmap(
        lambda s: st.tuples(st.just(s), st.lists(st.booleans(), min_size=36, max_size=36))
    )
)
def test_sharing_a_letter_means_exactly_not_told_apart(case: tuple[int, list[bool]]) -> None:
    size, bits = case
    upper = np.triu_indices(size, 1)
    apart = decisions(size, *(pair for pair, bit in zip(zip(*upper, strict=True), bits, strict=False) if bit))
    given_letters = letters(apart, list(range(size)))
    for i in range(size):
        assert given_letters[i]
        for j in range(size):
            assert bool(set(given_letters[i]) & set(given_letters[j])) == (not apart[i, j])


def test_group_and_open_ranks_by_hand() -> None:
    # 0 beats 2 and 3, 1 beats 3: nobody beats 0 and 1, one beats 2, two beat 3
    better = np.zeros((4, 4), dtype=bool)
    better[0, 2] = better[0, 3] = better[1, 3] = True
    assert group_numbers(better).tolist() == [1, 1, 2, 3]
    assert rank_bounds(better).tolist() == [[1, 2], [1, 3], [2, 4], [3, 4]]
