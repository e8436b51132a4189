"""The list of runs: found by words, data set and family."""

from __future__ import annotations

from tests.leaderboard_app.boards import large_board
from tests.leaderboard_app.conftest import Open


def test_every_run_has_a_row_with_its_score_and_its_page(full: str, visit: Open) -> None:
    table = visit("run").dataframe[0].value
    found = {(row["data set"], row["system"]): row["score"] for _, row in table.iterrows()}
    assert found["alpha", "bm25"] == 0.5  # worked out in boards.py
    assert found["both", "bm25"] == 0.375
    assert "run?dataset=alpha&system=bm25" in list(table["link"])


def test_words_and_choices_narrow_it_down(full: str, visit: Open) -> None:
    app = visit("run", find="BM25 alpha")
    assert list(app.dataframe[0].value["data set"]) == ["alpha"]
    app = visit("run", on="beta")
    assert list(app.dataframe[0].value["system"]) == ["bm25"]
    app = visit("run", family="dense")
    assert list(app.dataframe[0].value["system"]) == ["<b>bold</b> *x*"]
    app = visit("run", find="nothing has this")
    assert app.info[0].value == "No run passes the filters; take one away."


def test_a_run_can_be_opened_by_its_name_where_there_are_not_too_many(store: str, visit: Open) -> None:
    large_board(store, systems=60, datasets=10)
    app = visit("run")
    assert app.dataframe[0].value.shape[0] == 600
    assert not app.selectbox
    app.text_input(key="find").input("s0003").run()
    app.selectbox[0].select("s0003 on set04").run()
    assert app.get("page_link")[0].proto.query_string == "dataset=set04&system=s0003"
