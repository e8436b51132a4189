"""Which values of queries a board of the past still has."""

from __future__ import annotations

import numpy as np

from leaderboard_app.kept import kept_cells, with_gaps
from tests.leaderboard.made_rows import row
from tests.leaderboard_app.conftest import Open


def test_a_run_that_was_replaced_is_not_kept() -> None:
    then = [row("d", "same", {}), row("d", "replaced", {}, sha256="cd" * 32), row("d", "withdrawn", {})]
    now = [row("d", "same", {}), row("d", "replaced", {}), row("d", "new", {})]
    assert kept_cells(then, now) == {("d", "same")}


def test_values_that_are_not_kept_are_gaps_in_the_order_of_the_systems() -> None:
    asked: list[list[str]] = []

    def read(names: object) -> np.ndarray:
        asked.append(list(names))  # type: ignore[call-overload]
        return np.array([[1.0, 2.0], [3.0, 4.0]])

    found = with_gaps(read, "d", ["a", "gone", "b"], {("d", "a"), ("d", "b"), ("e", "gone")})
    assert asked == [["a", "b"]]
    np.testing.assert_array_equal(found, [[1.0, 2.0], [np.nan, np.nan], [3.0, 4.0]])
    assert np.isnan(with_gaps(read, "d", ["gone"], set())).all()
    assert len(asked) == 1  # nothing is read where nothing is kept


def test_a_past_board_of_runs_that_still_stand_has_intervals_and_groups(full: str, visit: Open) -> None:
    address = {"benchmark": "own", "datasets": "alpha"}
    past = visit(**address, as_of="2026-02-01").dataframe[0].value
    assert list(past["interval"]) == list(visit(**address).dataframe[0].value["interval"])
    assert all(past["interval"])
    assert list(past["group"]) == [1, 1, 1]
