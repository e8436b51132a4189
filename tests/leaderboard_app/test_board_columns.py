"""Which columns the board shows by itself: what is spent where a card tells it, and those of the view."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from harness.store.engine import connect
from harness.store.writing import RunEntry, replace_board
from leaderboard_app.first_paint import first_paint
from tests.leaderboard_app.boards import BM25, OVERLAP, dataset, run
from tests.leaderboard_app.conftest import Open


def paid(entry: RunEntry, facts: Mapping[str, Any]) -> RunEntry:
    """A run whose second stage calls a model."""
    stage = {"stage": "rerank", "name": "pointwise", "parameters": {"depth": 20}, "facts": facts}
    card = {**entry.card, "pipeline": [*entry.card["pipeline"], stage]}
    return type(entry)(**{name: getattr(entry, name) for name in entry.__slots__} | {"card": card})


@pytest.fixture
def spending(store: str) -> str:
    """A data set on which one system reports calls and money, and one on which nobody does."""
    replace_board(
        connect(store, create=True),
        [
            dataset("alpha", "Alpha collection"),
            dataset("beta", "Beta collection"),
            run("alpha", "bm25", OVERLAP),
            paid(run("alpha", "judge", BM25), {"calls": 400, "cost_usd": 1.25}),
            run("beta", "bm25", OVERLAP),
        ],
    )
    return store


def shown(app: AppTest) -> list[str]:
    return list(app.dataframe[0].proto.column_order)


def test_what_is_spent_is_shown_where_a_card_tells_it(spending: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets="alpha")
    columns = shown(app)
    at = columns.index("first stage")
    assert columns[at : at + 5] == ["first stage", "re-rank depth", "calls", "cost", "date"]
    table = app.dataframe[0].value
    assert table["calls"].tolist()[0] == 400
    assert table["cost"].tolist()[0] == 1.25
    assert table["re-rank depth"].tolist()[0] == 20
    assert table["cost"].isna().tolist() == [False, True]


def test_empty_columns_are_neither_shown_nor_offered(spending: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets="beta")
    assert not {"calls", "tokens", "cost"} & set(shown(app))
    assert not {"calls", "tokens", "cost"} & set(app.multiselect(key="columns").options)


def test_who_has_not_chosen_columns_gets_those_of_each_view(spending: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets="beta")
    app.multiselect(key="datasets").set_value(["alpha"]).run()
    assert {"calls", "cost", "AP"} <= set(shown(app))
    app.multiselect(key="datasets").set_value(["alpha", "beta"]).run()
    assert {"data sets", "on alpha", "on beta", "cost"} <= set(shown(app))
    app.multiselect(key="columns").set_value(["family"]).run()
    app.multiselect(key="datasets").set_value(["alpha"]).run()
    assert shown(app) == ["group", "system", "score", "family"], "a choice is kept"


def test_a_data_set_may_be_called_like_a_column(store: str, visit: Open) -> None:
    names = ("group", "date")
    runs = [run(name, *each) for name in names for each in (("bm25", BM25), ("overlap", OVERLAP))]
    replace_board(connect(store, create=True), [*(dataset(name, name) for name in names), *runs])
    app = visit(benchmark="own", datasets=list(names))
    table = app.dataframe[0].value
    assert table["date"].tolist() == ["2026-01-31"] * 2
    assert table["group"].tolist() == [1, 1], "a group, not the score on the set of that name"
    assert table["on group"].tolist() == table["on date"].tolist() == [0.5, 0.25]
    assert {"group", "on group", "date", "on date"} <= set(shown(app))
    assert "2 systems · ordered by" in app.caption[1].value


def test_a_mean_stands_at_the_left_of_its_column_which_a_phone_shows_in_part(
    spending: str, visit: Open
) -> None:
    several = json.loads(visit(benchmark="own", datasets=["alpha", "beta"]).dataframe[0].proto.columns)
    assert several["score"]["alignment"] == "left"


def test_the_first_paint_shows_it_too(spending: str) -> None:
    markup = first_paint([("benchmark", "own"), ("datasets", "alpha")])
    assert '<th scope="col">Re-rank depth</th><th scope="col">Calls</th><th scope="col">Cost</th>' in markup
    assert '<td class="number">400</td><td class="number">1.2500</td>' in markup
    assert "Calls" not in first_paint([("benchmark", "own"), ("datasets", "beta")])
