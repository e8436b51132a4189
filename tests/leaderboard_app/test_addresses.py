"""Addresses as people write them."""

from __future__ import annotations

import pytest

from leaderboard_app.addresses import Address
from leaderboard_app.pages import PAGES
from tests.leaderboard_app.conftest import Open


@pytest.mark.parametrize(
    ("page", "written", "read"),
    [
        ("compare", {"system": ["a", "b"]}, {"systems": ["a", "b"]}),
        ("system", {"systems": ["a"]}, {"system": ["a"]}),
        ("dataset", {"datasets": ["d"]}, {"dataset": ["d"]}),
        ("board", {"dataset": ["d"]}, {"datasets": ["d"], "benchmark": ["own"]}),
        ("board", {"benchmark": ["dl"], "datasets": ["d"]}, {"benchmark": ["dl"], "datasets": ["d"]}),
        ("compare", {"system": ["a"], "systems": ["b"]}, {"systems": ["a", "b"]}),
        ("board", {"mesure": ["AP"]}, {"mesure": ["AP"]}),  # kept, so that the notice stays
    ],
)
def test_other_spellings_are_read(
    page: str, written: dict[str, list[str]], read: dict[str, list[str]]
) -> None:
    found = Address(written, PAGES[page])
    assert found.respelled() == read
    assert found.misspelt == bool(set(written) - set(read))


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    assert Address({"mesure": ["AP"], "find": ["x"]}, PAGES["board"]).unknown() == [
        "The address has 'mesure', which this page does not know; did you mean 'measure'?"
    ]
    (far,) = Address({"zzz": ["1"]}, PAGES["dataset"]).unknown()
    assert "it knows dataset" in far
    (none,) = Address({"x": ["1"]}, PAGES["submit"]).unknown()
    assert none == "The address has 'x'; this page takes no parameters."


def test_the_board_takes_the_names_of_the_api_and_tells_of_others(full: str, visit: Open) -> None:
    app = visit(dataset="beta", famly="dense")
    assert list(app.dataframe[0].value["system"]) == ["bm25"]
    assert [message.value for message in app.warning] == [
        r"The address has \'famly\'\, which this page does not know\; did you mean \'family\'\?"
    ]


def test_compare_takes_the_singular(full: str, visit: Open) -> None:
    app = visit("compare", dataset="alpha", system=["bm25", "overlap"])
    assert app.multiselect(key="systems").value == ["bm25", "overlap"]
