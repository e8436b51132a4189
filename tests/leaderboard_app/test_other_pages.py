"""Compare, system, efficiency, published, history and submit: on an empty, a small and a large store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from harness.efficiency.front import Placed, Point
from harness.ledger.event import Draft
from harness.ledger.ledger import append
from harness.records import Evaluation, Issue
from harness.reproduction import published
from harness.store.engine import connect
from harness.store.writing import replace_board
from leaderboard_app.card import pipeline
from leaderboard_app.efficiency_chart import SLOT, drawable, effectiveness_span, labels_of
from leaderboard_app.pages import PAGES
from tests.leaderboard_app.boards import BM25, OVERLAP, dataset, large_board, run
from tests.leaderboard_app.conftest import Open

OTHERS = [name for name in PAGES if name != "board"]


def texts(app: object) -> str:
    kinds = ("markdown", "caption", "info", "warning", "error", "text", "title", "header", "code")
    return " ".join(str(element.value) for kind in kinds for element in getattr(app, kind)).replace("\\", "")


@pytest.mark.parametrize("page", OTHERS)
def test_every_page_opens_on_an_empty_store(store: str, visit: Open, page: str) -> None:
    replace_board(connect(store, create=True), [])
    app = visit(page)
    assert app.title[0].value
    assert not app.error


CHOSEN = {
    "compare": {"dataset": "set01", "systems": ["s0000", "s0031", "s0059"]},
    "system": {"system": "s0031", "baseline": "s0000"},
    "dataset": {"dataset": "set03"},
    "efficiency": {"dataset": "set02", "cost": "index"},
    "run": {"dataset": "set04", "system": "s0059"},
    "history": {"as_of": "2026-02-01"},
}


@pytest.mark.parametrize("page", CHOSEN)
def test_every_choice_of_an_address_opens_on_a_larger_store(store: str, visit: Open, page: str) -> None:
    large_board(store, systems=60, datasets=5)
    app = visit(page, **CHOSEN[page])
    assert app.title[0].value
    assert not app.error and not app.warning


@pytest.mark.parametrize("page", OTHERS)
def test_every_page_opens_on_a_small_store(full: str, visit: Open, page: str) -> None:
    assert visit(page).title[0].value


@pytest.mark.parametrize("page", OTHERS)
def test_every_page_opens_on_a_larger_store(store: str, visit: Open, page: str) -> None:
    large_board(store, systems=60, datasets=5)
    assert visit(page).title[0].value


@pytest.mark.parametrize("page", OTHERS)
def test_every_page_says_in_words_that_there_is_no_store(store: str, visit: Open, page: str) -> None:
    app = visit(page)
    assert app.title[0].value == "The board cannot be shown"


def test_compare_shows_differences_p_and_effect(full: str, visit: Open) -> None:
    app = visit("compare", dataset="alpha", systems=["bm25", "overlap"], reference="overlap")
    systems, pairs, queries = (table.value for table in app.dataframe)
    assert list(systems["system"]) == ["bm25", "overlap"]
    assert list(pairs["system"]) == ["bm25"]
    assert pairs["difference"].tolist() == [0.25]
    assert pairs["p"].tolist() == [0.25]  # three positive differences: two of eight sign patterns
    assert list(pairs["verdict"]) == ["cannot be told apart"]
    assert list(pairs["wins"]) == ["3 / 1 / 0"]
    assert list(queries["query"]) == ["q1", "q2", "q3", "q4"]  # the largest difference first
    assert list(queries["difference"]) == [0.5, 0.25, 0.25, 0.0]


def test_compare_names_its_test_as_the_board_does(full: str, visit: Open) -> None:
    told = texts(visit("compare", dataset="alpha", systems=["bm25", "overlap"]))
    assert "4 queries · randomisation test, corrected by max-T for all pairs shown here" in told


def test_compare_opens_the_query_of_the_address(full: str, visit: Open) -> None:
    app = visit("compare", dataset="alpha", systems=["bm25", "overlap"], query="q2")
    assert app.selectbox(key="query").value == "q2"
    assert "cosine <b>similarity</b>" in [text.value for text in app.text]
    assert any("not in the record" in info.value for info in app.info)  # overlap's run file is not there


def test_compare_asks_for_a_second_system(full: str, visit: Open) -> None:
    app = visit("compare", dataset="alpha", systems=["bm25"])
    assert any("two systems or more" in info.value for info in app.info)
    assert not visit("compare", dataset="alpha", systems=["bm25", "nobody"]).exception


def test_nothing_is_told_query_by_query_of_hidden_judgments(store: str, visit: Open) -> None:
    entries = [dataset("secret", "Secret", hidden="judgments"), dataset("open", "Open")]
    entries += [run(on, s, v) for on in ("secret", "open") for s, v in (("a", BM25), ("b", OVERLAP))]
    replace_board(connect(store, create=True), entries)
    assert visit("compare").selectbox(key="dataset").options == ["open"]
    app = visit("run", dataset="secret", system="a")
    assert "values of single queries are not shown" in texts(app)
    assert not any("query" in table.value.columns for table in app.dataframe)
    board = visit(benchmark="own", datasets="secret").dataframe[0].value
    assert board["interval"].tolist() == ["", ""]
    assert board["group"].isna().all()
    assert "q1" not in texts(visit("dataset", dataset="secret"))


@pytest.mark.parametrize("hidden", ["judgments", "queries-and-judgments"])
def test_findings_on_hidden_judgments_are_sent_without_their_words(
    store: str, visit: Open, hidden: str
) -> None:
    found = (Issue("warning", "missing-queries", "The run lacks 1 judged query: q4.", None, "q4"),)
    replace_board(
        connect(store, create=True),
        [dataset("secret", "Secret", hidden=hidden), run("secret", "a", BM25, issues=found)],
    )
    app = visit("run", dataset="secret", system="a")
    sent = [table.value for table in app.dataframe if "code" in table.value.columns]
    assert [list(table.columns) for table in sent] == [["severity", "code"]]
    assert not any("q4" in table.value.to_csv() for table in app.dataframe)


def test_a_comparison_over_one_query_is_declined_in_words(store: str, visit: Open) -> None:
    alone = Evaluation(
        measures=("nDCG@10",),
        queries=("q1",),
        values=np.array([[0.5]]),
        answered=np.array([True]),
        engine="harness",
        engine_version="0",
        flags={},
    )
    home = replace(dataset("one", "One query"), queries=("q1",), texts=("only",))
    runs = [replace(run("one", name, BM25), evaluation=alone) for name in ("a", "b")]
    replace_board(connect(store, create=True), [home, *runs])
    app = visit("compare", dataset="one")
    assert [title.value for title in app.title] == ["Compare systems"]
    assert ["a single judged query" in info.value for info in app.info] == [True]
    told = visit("run", dataset="one", system="a").caption
    assert any("over 1 judged query, of which the run answers 1" in each.value for each in told)


def test_an_error_that_no_other_store_would_mend_does_not_speak_of_stores() -> None:
    def page() -> None:
        from harness.errors import CommandError
        from leaderboard_app.layout import show_problem

        show_problem(CommandError("The measure is unknown."))

    app = AppTest.from_function(page).run()
    assert [title.value for title in app.title] == ["This page cannot be shown"]
    assert "harness rebuild" not in texts(app)


def test_a_run_without_family_and_date_has_no_empty_words(store: str, visit: Open) -> None:
    bare = replace(run("alpha", "a", BM25, family=""), created="")
    replace_board(connect(store, create=True), [dataset("alpha", "Alpha"), bare])
    assert visit("run", dataset="alpha", system="a").caption[0].value == "on alpha"
    assert visit("system", system="a").caption[0].value == "1 run"


def test_parameters_without_a_value_are_left_out() -> None:
    model = {"backend": "transformers", "context": None, "revision": "", "precision": "float32"}
    card = {"pipeline": [{"stage": "rerank", "name": "listwise", "parameters": {"model": model}}]}
    (stage,) = pipeline(card)
    assert stage.parameters == "model (backend = transformers, precision = float32)"


@pytest.mark.parametrize(
    ("given", "kept"),
    [({"dataset": "beta"}, "1 of 5 runs"), ({"system": "overlap"}, "1 of 5 runs")],
)
def test_an_address_of_a_run_that_names_half_of_it_opens_the_list_of_those(
    full: str, visit: Open, given: dict[str, str], kept: str
) -> None:
    app = visit("run", **given)
    assert app.caption[0].value == kept


def test_a_system_has_its_scores_pipeline_and_command(full: str, visit: Open) -> None:
    app = visit("system", system="bm25")
    scores = app.dataframe[0].value
    assert list(scores["data set"]) == ["alpha", "beta", "both"]
    assert list(scores["score"]) == [0.5, 0.25, 0.375]
    assert list(scores["place"]) == ["1 of 3", "1 of 1", "1 of 1"]
    dot = app.get("graphviz_chart")[0].proto.spec
    assert "first stage: bm25" in dot
    assert "harness run baselines/bm25.yaml --dataset alpha --out out/alpha/bm25" in [
        code.value for code in app.code
    ]


def test_a_system_has_its_findings_and_files(full: str, visit: Open) -> None:
    app = visit("system", system="bm25")
    findings = app.dataframe[1].value
    assert findings.values.tolist() == [
        ["alpha", "warning", "missing-query", 1, "The run lacks 1 judged query."],
        ["alpha", "note", "ties", 1, "12.5 % of the pairs are tied."],
    ]
    assert [button.label for button in app.download_button] == ["Run file", "Card"]
    app = visit("system", system="overlap")
    assert "Validation found nothing in its runs." in texts(app)


def test_the_profile_begins_with_the_system_that_shares_most(store: str, visit: Open) -> None:
    entries = [dataset(name, name) for name in ("one", "two")]
    runs = [run(name, "mine", BM25) for name in ("one", "two")]
    runs += [run("one", "bm25", OVERLAP), *(run(name, "overlap", OVERLAP) for name in ("one", "two"))]
    replace_board(connect(store, create=True), [*entries, *runs])
    app = visit("system", system="mine")
    assert app.selectbox(key="baseline").options == ["overlap", "bm25"]
    assert "2 of 2 shared data sets" in texts(app)


def test_systems_are_listed_and_found_by_words_and_family(full: str, visit: Open) -> None:
    app = visit("system")
    table = app.dataframe[0].value
    assert list(table["system"]) == ["<b>bold</b> *x*", "bm25", "overlap"]
    row = table.iloc[1]
    assert (row["link"], row["family"], row["data sets"]) == ("system?system=bm25", "lexical", 2)
    assert (row["first stage"], row["date"], row["description"]) == (
        "bm25",
        "2026-01-31",
        "A system for tests.",
    )
    app.multiselect(key="family").select("dense").run()
    assert list(app.dataframe[0].value["system"]) == ["<b>bold</b> *x*"]
    app = visit("system", find="shared terms")
    assert list(app.dataframe[0].value["system"]) == ["overlap"]
    app.selectbox[0].select("overlap").run()
    assert app.get("page_link")[0].proto.query_string == "system=overlap"
    assert "No system has all of these words" in texts(visit("system", find="nonsense"))


def test_an_unknown_system_leads_back(full: str, visit: Open) -> None:
    app = visit("system", system="<script>")
    assert app.title[0].value == "No such system"
    assert "<script>" in app.warning[0].value.replace("\\", "")


def test_efficiency_compares_inside_one_class_alone(store: str, visit: Open) -> None:
    def made(system: str, values: tuple[tuple[float, ...], ...], machine: str, qps: float) -> object:
        entry = run("alpha", system, values)
        card = {**entry.card, "hardware": {"machine_class": machine}, "timings": {"queries_per_second": qps}}
        return type(entry)(**{name: getattr(entry, name) for name in entry.__slots__} | {"card": card})

    runs = [
        made("quick", OVERLAP, "m1", 1000.0),
        made("good", BM25, "m1", 10.0),
        made("far", BM25, "m2", 99.0),
    ]
    replace_board(connect(store, create=True), [dataset("alpha", "A"), *runs])
    app = visit("efficiency")
    table = app.dataframe[0].value.set_index("system")
    assert table["cost"].to_dict() == {"quick": 1.0, "good": 100.0, "far": pytest.approx(1000 / 99)}
    assert table["place"].to_dict() == {
        "quick": "on the front",
        "good": "on the front",
        "far": "not compared",
    }
    assert table["why"]["far"] == "another machine: m2"
    app.selectbox(key="machine").select("m2").run()
    assert app.dataframe[0].value.set_index("system")["place"]["good"] == "not compared"


def test_efficiency_says_when_no_card_has_the_cost(full: str, visit: Open) -> None:
    app = visit("efficiency", dataset="alpha", cost="energy")
    assert app.selectbox(key="cost").value == "energy"
    assert any("No card of a run" in info.value for info in app.info)


def test_published_figures_stand_beside_ours(store: str, visit: Open) -> None:
    score = next(each for each in published.published("bm25") if each.measure == "nDCG@10")
    entry = dataset(score.dataset, "Somewhere")
    replace_board(connect(store, create=True), [entry, run(score.dataset, "bm25", BM25)])
    table = visit("published").dataframe[0].value
    row = table[table["source"] == score.source].iloc[0]
    assert row["measure"] == "nDCG@10"
    assert row["computed"] == 0.5
    assert row["difference"] == pytest.approx(0.5 - score.value)
    assert row["published"] == score.value
    everything = visit("published", all="true").dataframe[0].value
    assert len(everything) > len(table)


def test_history_tells_the_ledger_in_words(full: str, visit: Open, tmp_path: Path) -> None:
    record = tmp_path / "runs"
    append(record, Draft("published", "alice", "alpha", "bm25", "cd" * 32))
    append(record, Draft("withdrawn", "alice", "alpha", "bm25", "cd" * 32, "a <b>bug</b>"))
    table = visit("history").dataframe[0].value
    assert list(table["what"]) == [
        "bm25 on alpha was withdrawn by alice — “a <b>bug</b>”",
        "bm25 on alpha was published by alice",
    ]
    assert list(table["number"]) == [2, 1]
    assert len(visit("history", kind="published").dataframe[0].value) == 1
    assert "History" in [heading.value for heading in visit("system", system="bm25").header]


def test_a_ledger_that_was_changed_is_a_message(full: str, visit: Open, tmp_path: Path) -> None:
    record = tmp_path / "runs"
    append(record, Draft("published", "alice", "alpha", "bm25", "cd" * 32))
    ledger = record / "ledger.jsonl"
    ledger.write_text(ledger.read_text().replace("alice", "mallory"))
    assert "was changed after it was written" in texts(visit("history"))


def test_history_shows_what_has_changed_since_a_day(full: str, visit: Open) -> None:
    later = (date.today() + timedelta(days=9)).isoformat()
    app = visit("history", as_of="2026-02-01")
    links = [link.proto.query_string for link in app.get("page_link")]
    assert "as_of=2026-02-01" in links
    assert "That day has not come yet" in texts(visit("history", as_of=later))


def test_submit_without_accounts_says_how_to_check_elsewhere(full: str, visit: Open) -> None:
    app = visit("submit")
    assert not app.button
    assert any("harness submit run.trec.gz" in code.value for code in app.code)


def test_names_in_the_efficiency_plot_keep_their_distance() -> None:
    """Ten points of the front lie closer together than a line of text; their names must not."""
    points = [Point(f"s{i}", 0.5 + i / 1000, 1.0 + i, "m") for i in range(10)]
    placed = [Placed(point, True, "") for point in points] + [Placed(Point("low", 0.1, 2.0, "m"), False, "")]
    labels = labels_of(drawable(placed))
    low, high = effectiveness_span(placed)
    line = SLOT * (high - low) / 420
    front = sorted(label.value for label in labels if label.left)
    assert len(front) >= 3, "some have a place near their point"
    assert all(later - earlier >= line - 1e-12 for earlier, later in pairwise(front))
    assert {label.name for label in labels if not label.left} == {"low"}


def test_a_cost_of_nothing_is_compared_and_has_no_place_in_the_plot(store: str, visit: Open) -> None:
    entry = run("alpha", "free", BM25)
    card = {**entry.card, "index": {"index_bytes": 0}}
    changed = {name: getattr(entry, name) for name in entry.__slots__} | {"card": card}
    replace_board(connect(store, create=True), [dataset("alpha", "A"), type(entry)(**changed)])
    app = visit("efficiency", cost="index")
    assert app.dataframe[0].value["place"].tolist() == ["on the front"]
    assert "the cost is 0: free" in texts(app)
