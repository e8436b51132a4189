"""Runs and judgments survive the way through other tools, and are refused where they would be guessed."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import CommandError, DatasetError, MissingExtraError, RunFileError
from harness.evaluation.evaluate import evaluate
from harness.interchange.dicts import qrels_from_dict, qrels_to_dict, run_from_dict, run_to_dict
from harness.interchange.frames import qrels_from_frame, qrels_to_frame, run_from_frame, run_to_frame
from harness.interchange.namedtuples import (
    qrels_from_tuples,
    qrels_to_tuples,
    run_from_scored_docs,
    run_to_scored_docs,
)
from harness.interchange.ranx import qrels_from_ranx, qrels_to_ranx, run_from_ranx, run_to_ranx
from harness.rankings import Run
from harness.records import Qrels
from harness.runfiles.writer import run_sha256
from tests.conftest import needed

IDS = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=4)
SCORES = st.sampled_from([0.0, 0.5, 1.0, 1.00000001, -3.0, 16777217.0, float("inf")])
RUNS = st.dictionaries(IDS, st.dictionaries(IDS, SCORES, min_size=1, max_size=6), min_size=1, max_size=4)

# FACTS: two documents with equal scores; trec_eval puts B first, so with A relevant RR is 0.5.
TIED = Run.from_dict({"q1": {"A": 1.0, "B": 1.0}}, "tied")
RELEVANT_A = Qrels.from_dict({"q1": {"A": 1, "B": 0}})


def same(one: Run, other: Run) -> bool:
    return run_sha256(one) == run_sha256(other)


@given(scores=RUNS)
def test_a_run_survives_every_way_out_and_back(scores: dict[str, dict[str, float]]) -> None:
    run = Run.from_dict(scores, "t")
    assert same(run, run_from_dict(run_to_dict(run), "t"))
    assert same(run, run_from_frame(run_to_frame(run), "t"))
    assert same(run, run_from_scored_docs(run_to_scored_docs(run), "t"))


@given(scores=RUNS)
def test_scores_made_of_ranks_keep_the_ranking_and_have_no_ties(scores: dict[str, dict[str, float]]) -> None:
    run = Run.from_dict(scores, "t")
    out = run_from_dict(run_to_dict(run, scores="rank"), "t")
    assert out.documents == run.documents
    for _, documents, values in out.rankings():
        assert values.tolist() == list(range(len(documents), 0, -1))


@given(grades=st.dictionaries(IDS, st.dictionaries(IDS, st.integers(-2, 4), min_size=1), min_size=1))
def test_judgments_survive_every_way_out_and_back(grades: dict[str, dict[str, int]]) -> None:
    qrels = Qrels.from_dict(grades)
    assert qrels_from_dict(qrels_to_dict(qrels)).to_dict() == grades
    assert qrels_from_frame(qrels_to_frame(qrels)).to_dict() == grades
    assert qrels_from_tuples(qrels_to_tuples(qrels)).to_dict() == grades


@pytest.mark.parametrize(
    "names",
    [
        ("qid", "docid", "score"),
        ("query_id", "doc_id", "score"),
        ("qid", "docno", "score"),
        ("q_id", "doc_id", "score"),
    ],
)
def test_customary_columns_are_found(names: tuple[str, str, str]) -> None:
    frame = run_to_frame(TIED, columns=names).assign(rank=[1, 2])
    assert list(frame.columns[:3]) == list(names)
    assert same(run_from_frame(frame, "tied"), TIED)


def test_the_methods_of_a_run_are_the_same_ways() -> None:
    scores = {"1": {"a": 2.0, "b": 2.0}, "2": {"a": 0.5}}
    run = Run.from_dict(scores, "t")
    assert same(Run.from_frame(run.to_frame(), "t"), run)
    assert same(Run.from_scored_docs(run.to_scored_docs(), "t"), run)
    assert run.to_dict(scores="rank") == {"1": {"b": 2.0, "a": 1.0}, "2": {"a": 1.0}}
    assert list(run.to_frame(columns=("qid", "docno", "s")).columns) == ["qid", "docno", "s"]
    assert [row.doc_id for row in run.to_scored_docs()] == ["b", "a", "a"]
    with pytest.raises(RunFileError, match="query id must be text, found 7"):
        Run.from_dict({7: {"a": 1.0}}, "t")  # type: ignore[dict-item]
    with pytest.raises(CommandError, match="'kept' or 'rank'"):
        run.to_dict(scores="best")


def test_rows_come_in_any_order_and_single_precision_is_widened() -> None:
    frame = pd.DataFrame(
        {
            "qid": ["2", "1", "1"],
            "docid": ["x", "low", "high"],
            "score": np.array([1, 0.1, 0.2], np.float32),
        }
    )
    run = run_from_frame(frame, "t")
    assert run.queries.tolist() == ["1", "2"]
    assert run.documents.tolist() == ["high", "low", "x"]
    assert run.scores.tolist() == [float(np.float32(0.2)), float(np.float32(0.1)), 1.0]
    by_dict = run_from_dict({"1": {"a": np.float32(0.1), "b": np.int64(3)}}, "t")  # type: ignore[dict-item]
    assert by_dict.scores.tolist() == [3.0, float(np.float32(0.1))]


@pytest.mark.parametrize(
    ("queries", "documents", "scores", "says"),
    [
        ([1, 7], ["a", "b"], [1.0, 2.0], r"row 1: the query id must be text, found 1.*dtype=str"),
        (["1", "1"], ["a", 7], [1.0, 2.0], "row 2: the document id must be text, found 7"),
        (["1", None], ["a", "b"], [1.0, 2.0], "row 2: the query id must be text"),
        (["1", "1"], ["a", "b"], [1.0, "high"], "row 2: the score must be a number, found 'high'"),
        (["1", "1"], ["a", "b"], ["1", "2"], "2 problems"),
        (["1", "1"], ["a", "b"], [True, 1.5], "row 1: the score must be a number, found True"),
        (["1", "1"], ["a", "b"], [1.0, float("nan")], "document b has score NaN"),
        (["1", "1"], ["a", "a"], [1.0, 2.0], "document a stands more than once"),
    ],
)
def test_rows_that_would_have_to_be_guessed_are_refused(
    queries: list[Any], documents: list[Any], scores: list[Any], says: str
) -> None:
    columns = (pd.Series(each, dtype=object) for each in (queries, documents, scores))
    frame = pd.DataFrame(dict(zip(["qid", "docid", "score"], columns, strict=True)))
    with pytest.raises(RunFileError, match=says):
        run_from_frame(frame, "t")


@pytest.mark.parametrize(
    ("scores", "says"),
    [
        ({"1": {"a": True, "b": 2.0}}, "row 1: the score must be a number, found True"),
        ({"1": {"a": 10**400, "b": 2.0}}, "row 1: the score is a whole number beyond the largest double"),
        (
            {"1": {"a": 1.0}, "2": None},
            "Expected {query id: {document id: score}}, found for query '2' a NoneType",
        ),
        ({"1": ["a", "b"]}, "found for query '1' a list"),
        ([("1", "a", 1.0)], "found a list"),
    ],
)
def test_dicts_that_are_no_run_are_refused_in_words(scores: Any, says: str) -> None:
    with pytest.raises(RunFileError) as caught:
        run_from_dict(scores, "t")
    assert says in str(caught.value)
    with pytest.raises(DatasetError):
        qrels_from_dict(scores)


@pytest.mark.parametrize(
    ("grades", "says"),
    [
        ([1, 1.7], "row 2: the grade must be an integer of 32 bits, found 1.7"),
        ([1, float("nan")], "row 2"),
        ([1, "2"], "found '2'"),
        ([1, 2**40], "row 2"),
        ([True, 1], "found True"),
    ],
)
def test_grades_are_integers(grades: list[Any], says: str) -> None:
    with pytest.raises(DatasetError, match=re.escape(says)):
        qrels_from_dict({"1": dict(zip(["a", "b"], grades, strict=True))})


def test_whole_floats_are_grades_since_pandas_makes_them() -> None:
    frame = pd.DataFrame({"query_id": ["1", "1"], "doc_id": ["a", "b"], "relevance": [1.0, -1.0]})
    assert qrels_from_frame(frame).to_dict() == {"1": {"a": 1, "b": -1}}


@pytest.mark.parametrize(("second", "says"), [(2, "grade 1 and 2"), (1, "repetitions")])
def test_a_document_is_judged_once(second: int, says: str) -> None:
    frame = pd.DataFrame({"query_id": ["1", "1"], "doc_id": ["a", "a"], "relevance": [1, second]})
    with pytest.raises(DatasetError, match=says):
        qrels_from_frame(frame)


def test_columns_that_are_missing_or_ambiguous_are_named_together() -> None:
    frame = pd.DataFrame({"qid": ["1"], "query_id": ["1"], "text": ["a"], "score": [1.0]})
    with pytest.raises(CommandError, match=r"found query_id, qid; document: expected one of .*, found none"):
        run_from_frame(frame, "t")
    assert run_from_frame(frame, "t", columns=("qid", "text", "score")).documents.tolist() == ["a"]
    with pytest.raises(CommandError, match="Three"):
        run_from_frame(frame, "t", columns=("qid", "text"))


def test_scores_are_kept_or_made_of_ranks() -> None:
    with pytest.raises(CommandError, match="'kept' or 'rank'; found 'ranks'"):
        run_to_dict(TIED, scores="ranks")


def test_ir_measures_scores_our_ranking_only_with_scores_made_of_ranks() -> None:
    ir_measures = pytest.importorskip("ir_measures")
    measures = [ir_measures.RR, ir_measures.RR @ 10]
    ours = evaluate(TIED, RELEVANT_A, ["RR", "RR@10"]).means()
    assert ours == {"RR": 0.5, "RR@10": 0.5}

    def theirs(scores: str) -> dict[str, float]:
        rows = run_to_scored_docs(TIED, scores=scores)
        found = ir_measures.calc_aggregate(measures, qrels_to_tuples(RELEVANT_A), rows)
        return {str(measure): value for measure, value in found.items()}

    assert theirs("kept") == {"RR": 0.5, "RR@10": 1.0}  # its engines contradict each other
    assert theirs("rank") == ours


def test_what_ir_measures_reads_comes_in(tmp_path: Path) -> None:
    ir_measures = pytest.importorskip("ir_measures")
    (tmp_path / "run").write_text("1 Q0 a 1 3.0 t\n1 Q0 b 2 2.0 t\n")
    (tmp_path / "qrels").write_text("1 0 a 0\n1 0 b 2\n")
    run = run_from_scored_docs(ir_measures.read_trec_run(str(tmp_path / "run")), "t")
    qrels = qrels_from_tuples(ir_measures.read_trec_qrels(str(tmp_path / "qrels")))
    assert run.to_dict() == {"1": {"a": 3.0, "b": 2.0}}
    assert qrels.to_dict() == {"1": {"a": 0, "b": 2}}
    frame = run_to_frame(run)
    found = ir_measures.calc_aggregate([ir_measures.RR], qrels_to_frame(qrels), frame)
    assert found == {ir_measures.RR: 0.5}


@pytest.fixture(scope="module")
def ranx() -> Any:
    needed("ranx", importlib.util.find_spec("ranx") is not None, "pip install 'retrieval-harness[ranx]'")
    return importlib.import_module("ranx")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of numba inside ranx
def test_ranx_objects_come_back_the_same_and_pair_by_id(ranx: Any) -> None:
    # FACTS 4.6: the same queries in another order; as dicts ranx pairs q2's run with q1's judgments.
    scores = {"q2": {"b": 2.0, "a": 1.0}, "q1": {"a": 2.0, "b": 1.0}}
    grades = {"q1": {"a": 1}, "q2": {"b": 1}, "q3": {"c": 1}}
    run, qrels = Run.from_dict(scores, "mine"), Qrels.from_dict(grades)
    out = run_to_ranx(run)
    assert out.name == "mine"
    assert same(run_from_ranx(out), run)
    assert same(Run.from_ranx(run.to_ranx()), run)
    assert qrels_from_ranx(qrels_to_ranx(qrels)).to_dict() == grades
    found = ranx.evaluate(qrels_to_ranx(qrels), out, "mrr", make_comparable=True)
    assert found == pytest.approx(evaluate(run, qrels, ["RR"]).means()["RR"]) == pytest.approx(2 / 3)
    assert same(run_from_ranx(out), run), "the empty query that make_comparable added falls away"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_ranx_scores_our_ranking_with_scores_made_of_ranks(ranx: Any) -> None:
    # FACTS 4.14, tie with A relevant: trec_eval 0.63093, ranx 1.0.
    ours = evaluate(TIED, RELEVANT_A, ["nDCG@10"]).means()["nDCG@10"]
    assert ours == pytest.approx(0.63093, abs=5e-6)
    judged = qrels_to_ranx(RELEVANT_A)
    as_made = ranx.Run({"q1": {"A": 1.0, "B": 1.0}})
    assert ranx.evaluate(judged, as_made, "ndcg@10") == pytest.approx(1.0)
    assert run_from_ranx(as_made).documents.tolist() == ["B", "A"], "trec_eval's order, not ranx's"
    assert ranx.evaluate(judged, run_to_ranx(TIED, scores="rank"), "ndcg@10") == pytest.approx(ours)


def test_without_ranx_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ranx", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'retrieval-harness\[ranx\]'"):
        run_to_ranx(TIED)


def test_the_page_runs_and_names_every_function(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (root / "docs/interchange.md").read_text()
    for code in re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL):
        exec(compile(code, "docs/interchange.md", "exec"), {})
    assert "{'1': {'b': 2.0, 'a': 2.0}, '2': {'a': 0.5}}" in capsys.readouterr().out
    for name in ("dicts", "frames", "namedtuples", "ranx"):
        module = importlib.import_module(f"harness.interchange.{name}")
        public = [key for key in vars(module) if re.match(r"(run|qrels)_(from|to)_", key)]
        assert [key for key in public if f"`{key}`" not in page and "rows" not in key] == []
