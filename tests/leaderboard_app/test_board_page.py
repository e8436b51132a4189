"""The board's page over stores written by hand; the numbers are worked out in boards.py."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from harness.leaderboard.board import read_board
from harness.store.engine import connect
from harness.store.writing import replace_board
from leaderboard_app.frames import board_csv
from tests.leaderboard_app.boards import BM25, dataset, full_board, large_board, run
from tests.leaderboard_app.conftest import Open


def test_shows_a_table_for_each_data_set_best_first(full: str, visit: Open) -> None:
    app = visit()
    alpha, beta, both = (table.value for table in app.dataframe)
    assert list(alpha["system"]) == ["bm25", "<b>bold</b> *x*", "overlap"]
    assert list(alpha["nDCG@10"]) == [0.5, 0.25, 0.25]
    assert list(alpha["answered"]) == [3, 3, 3]
    assert list(alpha["tied pairs"]) == [0.125] * 3
    assert list(alpha["by tie order"]) == ["0.1250 to 0.6250"] * 3
    assert list(alpha["warnings"]) == [1, 0, 0]
    assert list(alpha["date"]) == ["2026-01-31"] * 3
    assert list(beta["system"]) == ["bm25"]
    assert list(both["nDCG@10"]) == [0.375]  # (0.5 + 0.25) / 2
    assert [heading.value for heading in app.subheader] == [
        "Alpha collection",
        "Beta collection",
        "Alpha and beta",
    ]


def test_links_to_the_permalink_of_each_run(full: str, visit: Open) -> None:
    alpha = visit().dataframe[0].value
    assert list(alpha["link"]) == [
        "run?dataset=alpha&system=bm25",
        "run?dataset=alpha&system=%3Cb%3Ebold%3C%2Fb%3E%20%2Ax%2A",
        "run?dataset=alpha&system=overlap",
    ]


def test_names_the_digest_of_the_board(full: str, visit: Open) -> None:
    app = visit()
    digest = read_board(full).digest
    assert any(digest[:12] in caption.value for caption in app.caption)
    assert digest in [code.value for code in app.code]


def test_says_what_a_macro_average_is_made_of_and_who_is_left_out(full: str, visit: Open) -> None:
    app = visit()
    assert any("mean of 2 data sets, which weigh the same: alpha, beta" in c.value for c in app.caption)
    remarks = next(text.value for text in app.markdown if "Not averaged" in text.value)
    assert "overlap lacks beta" in remarks
    assert "bm25 lacks" not in remarks


def test_another_measure_reorders_the_table(store: str, visit: Open) -> None:
    precise = ((0.25,) * 4, (0.1,) * 4, (0.9,) * 4)
    entries = [dataset("alpha", "A"), run("alpha", "first", BM25), run("alpha", "precise", precise)]
    replace_board(connect(store, create=True), entries)
    app = visit()
    assert list(app.dataframe[0].value["system"]) == ["first", "precise"]
    app.selectbox(key="measure").select("P@10").run()
    assert list(app.dataframe[0].value["system"]) == ["precise", "first"]


def test_filters_by_family_and_by_words(full: str, visit: Open) -> None:
    app = visit(datasets="alpha")
    app.multiselect(key="family").select("dense").run()
    assert list(app.dataframe[0].value["system"]) == ["<b>bold</b> *x*"]
    app.multiselect(key="family").unselect("dense").run()
    app.text_input(key="find").input("SHARED terms").run()
    assert list(app.dataframe[0].value["system"]) == ["overlap"]
    assert any("1 of 3 systems" in caption.value for caption in app.caption)
    app.text_input(key="find").input("nothing has this").run()
    assert not app.dataframe
    assert [info.value for info in app.info] == ["No system passes the filters."]


def test_a_view_comes_back_from_its_address(full: str, visit: Open) -> None:
    app = visit(datasets=["alpha"], measure="AP", family=["lexical"], find="bm25")
    assert app.selectbox(key="measure").value == "AP"
    assert [list(table.value["system"]) for table in app.dataframe] == [["bm25"]]
    link = next(code.value for code in app.code if "datasets=" in code.value)
    assert link.endswith("?datasets=alpha&measure=AP&family=lexical&find=bm25")


def test_an_address_with_unknown_names_shows_the_board(full: str, visit: Open) -> None:
    app = visit(datasets="nowhere", measure="nope")
    assert app.selectbox(key="measure").value == "nDCG@10"
    assert app.dataframe


def test_no_data_set_chosen_asks_for_one(full: str, visit: Open) -> None:
    app = visit()
    app.multiselect(key="datasets").set_value([]).run()
    assert not app.exception
    assert [info.value for info in app.info] == ["Choose a data set that has runs."]


def test_columns_can_be_left_out(full: str, visit: Open) -> None:
    app = visit(datasets="beta")
    app.multiselect(key="columns").set_value(["family", "depth"]).run()
    order = list(app.dataframe[0].proto.column_order)
    assert order == ["system", "link", "family", "nDCG@10", "depth"]


def test_csv_holds_full_precision_and_what_identifies_the_runs(full: str) -> None:
    board = read_board(full, dataset="alpha")
    found = pd.read_csv(io.BytesIO(board_csv(board.rows, ["nDCG@10", "AP"], board.digest)))
    assert list(found["nDCG@10"]) == [row.measures["nDCG@10"] for row in board.rows]
    assert list(found["AP"]) == [row.measures["AP"] for row in board.rows]
    assert set(found["board_digest"]) == {board.digest}
    assert set(found["run_sha256"]) == {"cd" * 32}


def test_an_empty_board_says_what_to_do(store: str, visit: Open) -> None:
    replace_board(connect(store, create=True), [])
    app = visit()
    assert [info.value for info in app.info] == ["There is no run on this board yet."]
    assert any(f"harness rebuild --runs runs --store {store}" in code.value for code in app.code)
    for page in ("run", "dataset"):
        assert any("harness rebuild" in code.value for code in visit(page).code)


def test_a_missing_store_says_what_to_do(store: str, visit: Open) -> None:
    app = visit()
    assert app.title[0].value == "The board cannot be shown"
    assert "There is no store" in app.warning[0].value
    assert any(f"harness rebuild --runs runs --store {store}" in code.value for code in app.code)


def test_a_store_that_is_no_database_says_so(store: str, tmp_path: Path, visit: Open) -> None:
    (tmp_path / "board.sqlite").write_text("not a database " * 100)
    assert "not a database" in visit().warning[0].value


def test_no_message_shows_the_password_of_the_store(monkeypatch: pytest.MonkeyPatch, visit: Open) -> None:
    monkeypatch.setenv("HARNESS_STORE", "nosuch://reader:s3cret@localhost/board")
    app = visit()
    texts = [element.value for kind in (app.warning, app.code, app.markdown) for element in kind]
    assert app.warning
    assert not any("s3cret" in text for text in texts)


def test_a_rebuild_shows_on_reload(full: str, visit: Open) -> None:
    assert len(visit(datasets="beta").dataframe[0].value) == 1
    replace_board(connect(full, create=True), [dataset("beta", "B"), run("beta", "new", BM25)])
    assert list(visit(datasets="beta").dataframe[0].value["system"]) == ["new"]


def test_the_full_board_again_has_the_same_digest(full: str, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    full_board(other)
    assert read_board(other).digest == read_board(full).digest


def test_many_data_sets_start_with_the_first(store: str, visit: Open) -> None:
    large_board(store, systems=40, datasets=6)
    app = visit()
    assert app.multiselect(key="datasets").value == ["set00"]
    assert len(app.dataframe[0].value) == 40
    assert any("first 30 systems" in caption.value for caption in app.caption)
    app.multiselect(key="datasets").set_value([f"set{i:02}" for i in range(6)]).run()
    assert len(app.dataframe) == 6
    assert not app.get("vega_lite_chart")


@pytest.mark.parametrize("name", ["datasets", "family", "columns"])
def test_every_choice_has_a_label_and_help(full: str, visit: Open, name: str) -> None:
    widget = visit().multiselect(key=name)
    assert widget.label
    assert widget.help
