"""The board's page over stores written by hand; the numbers are worked out in boards.py."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from harness.leaderboard.board import read_board
from harness.leaderboard.facts import facts_of
from harness.leaderboard.overview import overview
from harness.store.engine import connect
from harness.store.writing import replace_board
from leaderboard_app.board_export import compare_label
from leaderboard_app.first_paint import first_paint
from leaderboard_app.frames import board_csv
from tests.leaderboard_app.boards import BM25, dataset, full_board, large_board, run
from tests.leaderboard_app.conftest import Open


def test_shows_the_systems_of_a_data_set_best_first(full: str, visit: Open) -> None:
    alpha = visit(benchmark="own", datasets="alpha").dataframe[0].value
    assert list(alpha["system"]) == ["bm25", "<b>bold</b> *x*", "overlap"]
    assert list(alpha["score"]) == [0.5, 0.25, 0.25]
    assert list(alpha["coverage"]) == ["3 of 4"] * 3
    assert list(alpha["tied pairs"]) == [0.125] * 3
    assert list(alpha["by tie order"]) == ["0.1250 to 0.6250"] * 3
    assert list(alpha["warnings"]) == [1, 0, 0]
    assert list(alpha["first stage"]) == ["bm25"] * 3
    assert list(alpha["date"]) == ["2026-01-31"] * 3
    assert list(alpha["group"]) == [1, 1, 1]  # three differing queries: p is at least 2/8


def test_a_mean_is_over_every_data_set_or_there_is_none(full: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets=["alpha", "beta"])
    table = app.dataframe[0].value
    assert list(table["system"]) == ["bm25", "<b>bold</b> *x*", "overlap"]
    assert table["score"].tolist()[0] == 0.375  # (0.5 + 0.25) / 2
    assert table["score"].isna().tolist() == [False, True, True]
    assert table["group"].isna().tolist() == [True, True, True]  # one system alone cannot be grouped
    assert list(table["data sets"]) == ["2 of 2", "1 of 2", "1 of 2"]
    assert table["on beta"].isna().tolist() == [False, True, True]
    assert any("2 incomplete, listed last without a mean" in caption.value for caption in app.caption)


def test_a_macro_average_has_an_interval_from_its_parts(full: str, visit: Open) -> None:
    app = visit()
    table = app.dataframe[0].value
    assert list(table["score"]) == [0.375]
    # variances of the means: alpha (1, .5, .5, 0): 1/6/4; beta half of it squared; over 2 squared
    half = 1.959963984540054 * ((1 / 24 + 1 / 96) / 4) ** 0.5
    assert list(table["interval"]) == [f"{0.375 - half:.4f} – {0.375 + half:.4f}"]
    assert any("overlap lacks beta" in text.value for text in app.markdown)


def test_the_list_behind_a_mean_is_there(full: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets=["alpha", "beta"])
    links = [link.proto.query_string for link in app.get("page_link")]
    assert "dataset=alpha" in links
    assert "dataset=beta" in links


def test_names_the_digest_of_the_board(full: str, visit: Open) -> None:
    app = visit()
    digest = read_board(full).digest
    assert any(digest[:12] in caption.value for caption in app.caption)
    app.session_state["how_to_check"] = True  # its foot is opened
    app.run()
    assert digest in [code.value for code in app.code]


def test_another_measure_reorders_the_table(store: str, visit: Open) -> None:
    precise = ((0.25,) * 4, (0.1,) * 4, (0.9,) * 4)
    entries = [dataset("alpha", "A"), run("alpha", "first", BM25), run("alpha", "precise", precise)]
    replace_board(connect(store, create=True), entries)
    app = visit()
    assert list(app.dataframe[0].value["system"]) == ["first", "precise"]
    app.selectbox(key="measure").select("P@10").run()
    assert list(app.dataframe[0].value["system"]) == ["precise", "first"]


def test_filters_by_family_and_by_words(full: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets="alpha")
    app.multiselect(key="family").select("dense").run()
    assert list(app.dataframe[0].value["system"]) == ["<b>bold</b> *x*"]
    app.multiselect(key="family").unselect("dense").run()
    app.text_input(key="find").input("SHARED terms").run()
    assert list(app.dataframe[0].value["system"]) == ["overlap"]
    assert any("1 of 3 systems" in caption.value for caption in app.caption)
    app.text_input(key="find").input("nothing has this").run()
    assert not app.dataframe
    assert [info.value for info in app.info] == ["No system passes the filters."]


def test_filters_by_what_cards_and_ledger_say(full: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets=["alpha", "beta"])
    app.toggle(key="complete").set_value(True).run()
    assert list(app.dataframe[0].value["system"]) == ["bm25"]
    app.toggle(key="complete").set_value(False).run()
    app.toggle(key="reproduced").set_value(True).run()
    assert not app.dataframe


def test_a_view_comes_back_from_its_address(full: str, visit: Open) -> None:
    address = {
        "benchmark": "own",
        "datasets": ["alpha"],
        "measure": "AP",
        "family": ["lexical"],
        "find": "shared",
    }
    app = visit(**address)
    assert app.selectbox(key="benchmark").value == "own"
    assert app.selectbox(key="measure").value == "AP"
    assert [list(table.value["system"]) for table in app.dataframe] == [["overlap"]]
    app.session_state["link_to_view"] = True
    app.run()
    link = next(code.value for code in app.code if "datasets=" in code.value)
    assert link.endswith("?benchmark=own&datasets=alpha&measure=AP&find=shared&family=lexical")


def test_the_link_names_columns_and_day(full: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets="alpha", as_of="2026-02-01", columns=["depth", "family"])
    app.session_state["link_to_view"] = True
    app.run()
    link = next(code.value for code in app.code if "datasets=" in code.value)
    assert "&as_of=2026-02-01" in link
    assert link.endswith("&columns=depth&columns=family")


def test_an_address_with_unknown_names_shows_the_board(full: str, visit: Open) -> None:
    app = visit(benchmark="nothing", measure="nope")
    assert app.selectbox(key="measure").value == "nDCG@10"
    assert app.dataframe


def test_no_data_set_chosen_asks_for_one(full: str, visit: Open) -> None:
    app = visit(benchmark="own")
    app.multiselect(key="datasets").set_value([]).run()
    assert not app.exception
    assert [info.value for info in app.info] == ["Choose a data set with runs."]


def test_columns_can_be_left_out(full: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets="beta")
    app.multiselect(key="columns").set_value(["family", "depth"]).run()
    order = list(app.dataframe[0].proto.column_order)
    assert order == ["group", "system", "score", "family", "depth"]


def test_facts_stand_before_further_measures_of_a_single_data_set(full: str, visit: Open) -> None:
    order = list(visit(benchmark="own", datasets="alpha").dataframe[0].proto.column_order)
    assert order.index("reproduced") < order.index("coverage") < order.index("date") < order.index("AP")


@pytest.mark.parametrize("datasets", [["alpha"], ["alpha", "beta"]])
def test_what_was_reproduced_stands_where_a_small_window_shows_it(
    full: str, visit: Open, datasets: list[str]
) -> None:
    order = list(visit(benchmark="own", datasets=datasets).dataframe[0].proto.column_order)
    assert order[order.index("family") + 1] == "reproduced"
    assert order.index("reproduced") <= 7
    markup = first_paint([("benchmark", "own"), *(("datasets", name) for name in datasets)])
    head = re.findall(r"<th [^>]*>(.*?)</th>", markup)
    assert head[head.index("Family") + 1] == "Reproduced", "the first paint has the columns of the table"


def test_columns_of_several_data_sets(full: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets=["alpha", "beta"])
    order = list(app.dataframe[0].proto.column_order)
    assert order[:4] == ["group", "system", "score", "interval"]
    assert order.index("on beta") == order.index("on alpha") + 1 < order.index("coverage")
    assert "by tie order" not in order


def test_csv_latex_and_bibtex_are_offered(full: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets="alpha")
    assert [button.label for button in app.download_button] == ["CSV of the table", "LaTeX", "BibTeX"]
    links = [link.proto.query_string for link in app.get("page_link")]
    assert any(link.startswith("dataset=alpha&measure=nDCG%4010&systems=bm25&systems=") for link in links)


def compare_links(app: AppTest) -> list[str]:
    links = [link.proto.query_string for link in app.get("page_link")]
    return [link for link in links if "systems=" in link]


def test_the_comparison_is_on_a_data_set_that_all_of_them_have(store: str, visit: Open) -> None:
    replace_board(
        connect(store, create=True),
        [
            dataset("closed", "Closed", hidden="judgments"),
            dataset("open", "Open"),
            *(run(on, system, BM25) for on in ("closed", "open") for system in ("a", "b")),
        ],
    )
    (link,) = compare_links(visit(benchmark="own", datasets=["closed", "open"]))
    assert link.startswith("dataset=open&")
    assert compare_links(visit(benchmark="own", datasets="closed")) == [], "nothing can be compared there"


def test_the_link_to_a_comparison_says_how_many_it_takes() -> None:
    assert compare_label(3, picked=True) == "Compare the marked"
    assert compare_label(20, picked=True) == "Compare the first 8 marked"
    assert compare_label(3, picked=False) == "Compare the first 3"
    assert compare_label(200, picked=False) == "Compare the first 8"


def test_csv_holds_full_precision_and_what_identifies_the_runs(full: str) -> None:
    board = read_board(full, dataset="alpha")
    found = overview(board.rows, ["alpha"], "AP", lambda _, systems: np.array([BM25[1]] * len(systems)))
    listed = [(line, facts_of(line, {})) for line in found.lines]
    sheet = pd.read_csv(io.BytesIO(board_csv(found, listed, board.digest)))
    assert list(sheet["AP alpha"]) == [line.rows["alpha"].measures["AP"] for line in found.lines]
    assert set(sheet["board_digest"]) == {board.digest}
    assert set(sheet["run_sha256"]) == {"cd" * 32}


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
    beta = {"benchmark": "own", "datasets": "beta"}
    assert len(visit(**beta).dataframe[0].value) == 1
    replace_board(connect(full, create=True), [dataset("beta", "B"), run("beta", "new", BM25)])
    assert list(visit(**beta).dataframe[0].value["system"]) == ["new"]


def test_the_full_board_again_has_the_same_digest(full: str, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    full_board(other)
    assert read_board(other).digest == read_board(full).digest


def test_a_large_board_is_ranked_as_a_whole(store: str, visit: Open) -> None:
    large_board(store, systems=40, datasets=6)
    app = visit()
    table = app.dataframe[0].value
    assert list(table["system"][:2]) == ["s0000", "s0001"]
    assert len(table) == 40
    assert set(table["data sets"]) == {"6 of 6"}
    assert any("first 30 systems" in caption.value for caption in app.caption)
    assert any(
        "over 6 data sets" in caption.value and "780 pairs" in caption.value for caption in app.caption
    )


def test_the_board_of_a_past_day_is_a_permalink(full: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets="alpha", as_of="2026-02-01")
    assert any("board at the end of 2026" in info.value for info in app.info)
    links = [link.proto.query_string for link in app.get("page_link")]
    assert "as_of=2026-02-01" in links


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "<script>"])
def test_a_day_that_is_none_is_a_message(full: str, visit: Open, day: str) -> None:
    app = visit(as_of=day)
    assert any("is no day" in message.value for message in app.warning)


@pytest.mark.parametrize("name", ["family", "licence", "training", "columns"])
def test_every_choice_has_a_label_and_help(full: str, visit: Open, name: str) -> None:
    widget = visit().multiselect(key=name)
    assert widget.label
    assert widget.help
