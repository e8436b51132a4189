"""Means over data sets, who lacks what, intervals and groups; every number is worked out here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from harness.leaderboard.overview import Overview, overview
from harness.leaderboard.standing import standing
from harness.records import Floats
from harness.statistics.compare import compare_systems
from tests.leaderboard.made_rows import row

VALUES = {
    ("one", "a"): [1.0, 0.5, 0.5, 0.0],
    ("one", "b"): [0.5, 0.5, 0.5, 0.5],
    ("two", "a"): [0.2, 0.4, 0.2, 0.4],
}


def vectors(dataset: str, systems: Sequence[str]) -> Floats:
    return np.array([VALUES[dataset, system] for system in systems])


ROWS = [row(dataset, system, {"M": float(np.mean(found))}) for (dataset, system), found in VALUES.items()]


def lines(found: Overview) -> list[tuple[str, float | None, tuple[str, ...]]]:
    return [(line.system, line.value, line.missing) for line in found.lines]


def test_a_system_that_lacks_a_data_set_has_no_mean_and_comes_last() -> None:
    found = overview(ROWS, ["one", "two"], "M", vectors)
    assert lines(found) == [("a", pytest.approx(0.4), ()), ("b", None, ("two",))]
    assert found.lines[1].group is None
    assert found.lines[1].low is None


def test_a_data_set_without_any_run_is_missing_for_everybody() -> None:
    assert [line.missing for line in overview(ROWS, ["one", "three"], "M", vectors).lines] == [("three",)] * 2


def test_a_row_without_the_measure_counts_as_absent() -> None:
    rows = [*ROWS, row("two", "b", {"N": 0.9})]
    assert overview(rows, ["one", "two"], "M", vectors).lines[1].missing == ("two",)


def test_the_interval_over_data_sets_adds_the_variances_of_their_means() -> None:
    line = overview(ROWS, ["one", "two"], "M", vectors).lines[0]
    # s²/n: one (1, .5, .5, 0) has s² = 1/6, two (.2, .4, .2, .4) has s² = 0.04/3; over 2² data sets
    half = 1.959963984540054 * np.sqrt((1 / 6 / 4 + 0.04 / 3 / 4) / 4)
    assert (line.low, line.high) == (pytest.approx(0.4 - half), pytest.approx(0.4 + half))


def test_the_interval_on_one_data_set_is_students() -> None:
    line = overview(ROWS, ["one"], "M", vectors).lines[0]
    half = 3.1824463052842638 * np.sqrt(1 / 6 / 4)  # t with 3 degrees of freedom, from a table
    assert (line.low, line.high) == (pytest.approx(0.5 - half), pytest.approx(0.5 + half))


def test_equal_means_stand_in_the_order_of_names() -> None:
    assert [line.system for line in overview(ROWS, ["one"], "M", vectors).lines] == ["a", "b"]


def test_hidden_judgments_give_neither_interval_nor_groups() -> None:
    def refuse(dataset: str, systems: Sequence[str]) -> Floats:
        raise AssertionError("values of hidden data sets must not be asked for")

    found = overview(ROWS, ["one"], "M", refuse, hidden={"one"})
    assert [line.value for line in found.lines] == [0.5, 0.5]
    assert not found.rule
    assert all(line.low is None and line.group is None for line in found.lines)


def test_a_macro_average_is_compared_over_its_parts() -> None:
    parts = ("one", "two")
    rows = [*ROWS, row("two", "b", {"M": 0.1}), row("both", "a", {"M": 0.4}, parts=parts)]
    rows.append(row("both", "b", {"M": 0.3}, parts=parts))
    known = VALUES | {("two", "b"): [0.1, 0.1, 0.1, 0.1]}
    found = overview(rows, ["both"], "M", lambda d, systems: np.array([known[d, s] for s in systems]))
    assert [line.system for line in found.lines] == ["a", "b"]
    assert "over 2 data sets" in found.rule
    assert "no pair can be told apart" in found.note


def test_groups_are_those_of_the_statistics_package() -> None:
    rng = np.random.default_rng(7)
    values = rng.random((6, 120)) * 0.5 + np.array([[0.0], [0.02], [0.1], [0.2], [0.3], [0.31]])
    found = standing(values)
    assert found is not None
    expected = compare_systems([f"s{i}" for i in range(6)], values)
    assert found.groups.tolist() == expected.groups.tolist()
    assert found.ranks.tolist() == expected.rank_bounds.tolist()
    assert len(set(found.groups.tolist())) > 1


@pytest.mark.parametrize("shape", [(1, 10), (5, 1), (0, 0)])
def test_no_groups_where_nothing_can_be_compared(shape: tuple[int, int]) -> None:
    assert standing(np.zeros(shape)) is None


def test_many_systems_are_grouped_without_draws() -> None:
    values = np.random.default_rng(1).random((201, 30))
    values[0] += 1
    found = standing(values)
    assert found is not None
    assert "t-test over 30 queries" in found.rule
    assert found.groups[0] == 1
    assert set(found.groups[1:].tolist()) == {2}


def test_a_run_whose_queries_are_not_kept_has_no_interval_and_nobody_a_group() -> None:
    rows = [row("one", "kept", {"M": 0.5}), row("one", "gone", {"M": 0.25})]
    values = np.array([[0.25, 0.75, 0.5], [np.nan] * 3])
    found = overview(rows, ["one"], "M", lambda _, systems: values)
    kept, gone = found.lines
    # Student's interval of (.25, .75, .5): 0.5 ± 4.3027 · 0.25 / √3
    assert kept.low == pytest.approx(0.5 - 4.302652729911275 * 0.25 / 3**0.5)
    assert (gone.low, gone.high) == (None, None)
    assert (kept.group, gone.group, found.rule) == (None, None, "")


def test_over_several_sets_only_the_interval_is_missing() -> None:
    rows = [row(name, system, {"M": 0.5}) for name in ("one", "two") for system in ("kept", "gone")]
    found = overview(
        rows,
        ["one", "two"],
        "M",
        lambda _, systems: np.zeros((len(systems), 2)),
        lambda name, systems: np.array(
            [np.nan if (name, system) == ("two", "gone") else 0.0 for system in systems]
        ),
    )
    spans = {line.system: (line.low, line.high) for line in found.lines}
    assert spans == {"kept": (0.5, 0.5), "gone": (None, None)}
    assert [line.group for line in found.lines] == [1, 1]
