"""Addresses as people write them."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from leaderboard_app.addresses import Address, meant_page
from leaderboard_app.pages import PAGES
from leaderboard_app.routes import routes
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


@pytest.mark.parametrize(
    ("given", "page"),
    [
        ([("dataset", "d"), ("system", "a")], "./run?dataset=d&system=a"),
        ([("system", "a & b")], "./system?system=a%20%26%20b"),
        ([("datasets", "d"), ("datasets", "e"), ("systems", "a")], "./system?system=a"),
        ([("dataset", "d"), ("systems", "a"), ("systems", "b")], "./compare?dataset=d&systems=a&systems=b"),
        ([("dataset", "d"), ("measure", "AP")], ""),
        ([("system", "")], ""),
    ],
)
def test_an_address_of_the_board_that_names_systems_leads_to_theirs(
    given: list[tuple[str, str]], page: str
) -> None:
    assert meant_page(given) == page


def test_the_browser_is_sent_there(full: str) -> None:
    client = TestClient(Starlette(routes=routes()), follow_redirects=False)
    answer = client.get("/?dataset=alpha&system=bm25")
    assert (answer.status_code, answer.headers["location"]) == (307, "./run?dataset=alpha&system=bm25")
    assert client.get("/?dataset=alpha").status_code == 200


def test_data_sets_without_a_benchmark_are_an_own_selection(full: str, visit: Open) -> None:
    app = visit(datasets="beta")
    assert app.selectbox(key="benchmark").value == "own"
    assert list(app.dataframe[0].value["system"]) == ["bm25"]
