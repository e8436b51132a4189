"""The pages of a run and of a data set."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from harness.errors import StoreError
from harness.store.engine import connect
from harness.store.writing import replace_board
from leaderboard_app.files import baseline_file, card_text, reproduce_command, run_file
from leaderboard_app.links import plain
from tests.leaderboard_app.boards import BM25, RUN_TEXT, dataset, run
from tests.leaderboard_app.conftest import Open


def test_shows_scores_of_all_measures_and_what_computed_them(full: str, visit: Open) -> None:
    app = visit("run", dataset="alpha", system="bm25")
    assert app.title[0].value == "bm25"
    found = {metric.label.replace("\\", ""): metric.value for metric in app.metric}
    assert found == {"nDCG@10": "0.5000", "AP": "0.4000", "P@10": "0.2500"}
    line = next(caption.value for caption in app.caption if "Scores computed here" in caption.value)
    assert "harness 0\\.1\\.0, score precision double" in line
    assert "4 judged queries, of which the run answers 3; 12.5%" in line


def test_shows_values_over_all_orders_of_ties(full: str, visit: Open) -> None:
    table = visit("run", dataset="alpha", system="bm25").dataframe[0].value
    first = table.iloc[0]
    assert (first["measure"], first["lowest"], first["expected"], first["highest"]) == (
        "nDCG@10",
        0.125,
        0.25,
        0.625,
    )
    assert table["lowest"].isna().tolist() == [False, True, True]


def test_shows_every_query_with_its_text_lowest_first(full: str, visit: Open) -> None:
    app = visit("run", dataset="alpha", system="bm25")
    table = app.dataframe[1].value
    assert list(table["query"]) == ["q4", "q2", "q3", "q1"]
    assert list(table["value"]) == [0.0, 0.5, 0.5, 1.0]
    assert table["text"].iloc[1] == "cosine <b>similarity</b>"
    app.selectbox(key="measure").select("AP").run()
    assert list(app.dataframe[1].value["value"]) == [0.0, 0.4, 0.4, 0.8]


def test_lists_the_findings_of_validation(full: str, visit: Open) -> None:
    table = visit("run", dataset="alpha", system="bm25").dataframe[2].value
    assert list(table["severity"]) == ["warning", "note"]
    assert list(table["code"]) == ["missing-query", "ties"]
    assert table["line"].tolist()[1] == 7
    assert "Nothing was found." in [
        text.value for text in visit("run", dataset="beta", system="bm25").markdown
    ]


def test_shows_pipeline_circumstances_and_hashes(full: str, visit: Open) -> None:
    app = visit("run", dataset="alpha", system="bm25")
    stages = " ".join(text.value for text in app.markdown).replace("\\", "")
    assert "**first stage** bm25: b = 0.4, k1 = 0.9" in stages
    cells = " ".join(str(table.value) for table in app.table).replace("\\", "")
    assert "A processor" in cells
    hashes = next(code.value for code in app.code if "sha256 of the canonical run" in code.value)
    assert "cd" * 32 in hashes
    assert "sha256:" + "ef" * 32 in hashes


def test_offers_run_card_and_command(full: str, visit: Open) -> None:
    app = visit("run", dataset="alpha", system="bm25")
    assert [button.label for button in app.download_button] == ["Run file", "Card"]
    assert "harness run baselines/bm25.yaml --dataset alpha --out out/alpha/bm25" in [
        c.value for c in app.code
    ]


def test_without_the_record_it_says_why_there_is_no_run_file(
    full: str, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HARNESS_RUNS")
    app = visit("run", dataset="alpha", system="bm25")
    assert [button.label for button in app.download_button] == ["Card"]
    assert "harness serve" in app.info[0].value


def test_a_run_file_outside_the_record_is_not_offered(full: str, visit: Open) -> None:
    app = visit("run", dataset="alpha", system="<b>bold</b> *x*")
    assert [button.label for button in app.download_button] == ["Card"]
    assert "not in the record" in app.info[0].value


@pytest.mark.parametrize(
    "path", ["../secret.txt", "/etc/passwd", "alpha/../../secret.txt", "alpha/link", "", "alpha"]
)
def test_no_path_leads_out_of_the_record(full: str, tmp_path: Path, path: str) -> None:
    (tmp_path / "runs" / "alpha" / "link").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(StoreError, match="not in the record"):
        run_file(path)


def test_the_run_file_is_the_one_of_the_record(full: str) -> None:
    assert run_file("alpha/bm25/run.trec.gz").read_bytes() == RUN_TEXT


@pytest.mark.parametrize(("data", "system"), [("alpha", "nope"), ("nope", "bm25"), ("<i>", "../..")])
def test_an_unknown_run_is_a_message_with_a_way_back(full: str, visit: Open, data: str, system: str) -> None:
    app = visit("run", dataset=data, system=system)
    assert app.title[0].value == "No such run"
    assert plain(repr(system)) in app.warning[0].value
    assert [link.proto.label.replace("\\", "") for link in app.get("page_link")] == ["Back to the board"]


def test_without_a_name_all_runs_can_be_chosen(full: str, visit: Open) -> None:
    app = visit("run")
    app.selectbox[0].select("overlap on alpha").run()
    link = app.get("page_link")[0].proto
    assert link.query_string == "dataset=alpha&system=overlap"


def test_a_macro_average_shows_its_parts_and_no_queries(full: str, visit: Open) -> None:
    app = visit("run", dataset="both", system="bm25")
    parts = app.dataframe[-1].value
    assert list(parts["Data set"]) == ["alpha", "beta"]
    assert list(parts["nDCG@10"]) == [0.5, 0.25]
    assert not app.download_button


def test_markup_of_strangers_is_shown_as_text(full: str, visit: Open) -> None:
    app = visit("run", dataset="alpha", system="<b>bold</b> *x*")
    assert app.title[0].value == r"\<b\>bold\<\/b\> \*x\*"


def test_the_card_is_yaml_in_the_order_of_its_schema() -> None:
    card = {"created": "2026-01-31T12:00:00Z", "description": "Größe", "system": "x", "schema_version": 1}
    text = card_text(card)
    assert yaml.safe_load(text) == card
    assert list(yaml.safe_load(text)) == ["schema_version", "system", "description", "created"]
    assert "Größe" in text


def test_a_system_without_baseline_has_no_command() -> None:
    assert reproduce_command("demo", "somebody's") is None
    assert baseline_file("../baselines/bm25") is None


def test_a_data_set_shows_its_facts(full: str, visit: Open) -> None:
    app = visit("dataset", dataset="alpha")
    cells = " ".join(str(table.value) for table in app.table).replace("\\", "")
    assert app.title[0].value == "Alpha collection"
    assert "1,234" in cells
    assert "0: 5, 2: 3, 10: 1" in cells  # by grade, not by text
    assert "CC BY 4.0" in cells
    prints = app.code[0].value.splitlines()
    assert prints == ["judgments  sha256:" + "ab" * 32, "documents  sha256:" + "ef" * 32]
    assert "A. Author. Alpha. 2026." in [code.value for code in app.code]
    notes = [info.value.replace("\\", "") for info in app.info]
    assert "Queries are documents, too." in notes
    assert any("query's own id is dropped" in note for note in notes)


def test_a_data_set_of_which_little_is_known_has_a_page(full: str, visit: Open) -> None:
    assert visit("dataset", dataset="beta").title[0].value == "Beta collection"
    text = " ".join(markdown.value for markdown in visit("dataset", dataset="both").markdown)
    assert "unweighted mean over 2 data sets: alpha, beta" in text


def test_an_unknown_data_set_is_a_message(full: str, visit: Open) -> None:
    app = visit("dataset", dataset="nope")
    assert app.title[0].value == "No such data set"
    assert app.get("page_link")


def test_without_a_name_all_data_sets_are_listed(full: str, visit: Open) -> None:
    app = visit("dataset")
    table = app.dataframe[0].value
    assert list(table["link"]) == ["dataset?dataset=alpha", "dataset?dataset=beta", "dataset?dataset=both"]
    alpha = table.iloc[0]
    assert (alpha["title"], alpha["documents"], alpha["queries"]) == ("Alpha collection", 1234, 4)
    assert (alpha["systems"], alpha["best"], alpha["score"]) == (3, "bm25", 0.5)
    app.selectbox[0].select("beta").run()
    assert app.get("page_link")[0].proto.query_string == "dataset=beta"


def test_a_card_that_says_little_is_shown(store: str, visit: Open) -> None:
    entry = run("alpha", "quiet", BM25)
    bare = type(entry)(
        **{name: getattr(entry, name) for name in entry.__slots__} | {"card": {"system": "quiet"}}
    )
    replace_board(connect(store, create=True), [dataset("alpha", "A"), bare])
    assert visit("run", dataset="alpha", system="quiet").title[0].value == "quiet"


def test_everything_that_a_card_says_of_rights_and_training_is_shown(store: str, visit: Open) -> None:
    entry = run("alpha", "open", BM25)
    told = {
        "code_licence": "MIT",
        "licence": "CC BY 4.0",
        "first_stage": "bm25",
        "training_data": {"alpha": "none"},
        "training_evidence": {"alpha": "A list of its data."},
        "pipeline": [
            {"stage": "fuse", "name": "rrf", "branches": [[{"stage": "retrieve", "name": "<i>dense</i>"}]]}
        ],
    }
    changed = {name: getattr(entry, name) for name in entry.__slots__} | {"card": {**entry.card, **told}}
    replace_board(connect(store, create=True), [dataset("alpha", "A"), type(entry)(**changed)])
    app = visit("run", dataset="alpha", system="open")
    cells = " ".join(str(table.value) for table in app.table).replace("\\", "")
    for words in ("MIT", "CC BY 4.0", "alpha = none", "A list of its data."):
        assert words in cells
    stages = next(text.value for text in app.markdown if "**fuse**" in text.value)
    assert stages.splitlines() == ["- **fuse** rrf", "    - **retrieve** \\<i\\>dense\\<\\/i\\>"]
