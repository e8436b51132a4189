"""A run is in trec_eval's order, however its rows came."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.columns import StringColumn
from harness.errors import RunFileError
from harness.rankings import Run, cut

ids = st.text(st.characters(min_codepoint=0x21, exclude_categories=["Cs"]), min_size=1, max_size=4)
few_scores = st.sampled_from([-1.0, -0.0, 0.0, 0.5, 1.0, float("inf"), float("-inf")]) | st.floats(
    allow_nan=False
)
contents = st.dictionaries(ids, st.dictionaries(ids, few_scores, max_size=12), max_size=4)


@given(contents)
def test_order_is_score_then_id_descending_in_bytes(content: dict[str, dict[str, float]]) -> None:
    run = Run.from_dict(content, "t")
    answered = sorted((query for query in content if content[query]), key=str.encode)
    assert run.queries.tolist() == answered
    for query, documents, scores in run.rankings():
        rows = content[query]
        assert documents == sorted(rows, key=lambda d: (rows[d], d.encode()), reverse=True)
        assert scores.tolist() == [rows[d] for d in documents]
    assert run.to_dict() == {query: content[query] for query in answered}
    assert len(run) == sum(map(len, content.values()))


@given(contents, st.randoms(use_true_random=False))
def test_rows_may_come_in_any_order(content: dict[str, dict[str, float]], shuffler) -> None:
    queries = list(content)
    rows = [(code, d, s) for code, query in enumerate(queries) for d, s in content[query].items()]
    shuffler.shuffle(rows)
    run = Run.from_rows(
        queries,
        np.array([row[0] for row in rows], dtype=np.int32),
        StringColumn.from_strings(row[1] for row in rows),
        np.array([row[2] for row in rows], dtype=np.float64),
        "t",
    )
    other = Run.from_dict(content, "t")
    assert (run.queries, run.documents) == (other.queries, other.documents)
    assert run.starts.tolist() == other.starts.tolist()
    assert run.scores.tobytes() == other.scores.tobytes()


def test_known_order_of_ties() -> None:
    # trec_eval, form_res_rels.c: equal scores by strcmp, descending; upper case before lower, d9 above d10.
    run = Run.from_dict({"q": {"B": 1.0, "a": 1.0, "d10": 1.0, "d9": 1.0, "é": 1.0, "z": 2.0}}, "t")
    assert list(run.to_dict()["q"]) == ["z", "é", "d9", "d10", "a", "B"]


def test_neighbouring_doubles_are_not_tied() -> None:
    # 1.0 and its successor are one number in single precision, so a float reader would tie them.
    run = Run.from_dict({"q": {"a": float(np.nextafter(1.0, 2.0)), "b": 1.0}}, "t")
    assert list(run.to_dict()["q"]) == ["a", "b"]


def test_negative_zero_ties_with_zero() -> None:
    run = Run.from_dict({"q": {"a": 0.0, "b": -0.0}}, "t")
    assert run.documents.tolist() == ["b", "a"]
    assert not np.signbit(run.scores).any()


def test_nan_is_refused_with_query_and_document() -> None:
    with pytest.raises(RunFileError) as caught:
        Run.from_dict({"q": {"a": 1.0, "b": float("nan")}}, "t")
    assert [problem.where for problem in caught.value.problems] == ["query q"]
    assert "document b" in caught.value.problems[0].message


def test_duplicates_are_refused_with_query_and_document() -> None:
    documents = StringColumn.from_strings(["a", "b", "a", "a"])
    with pytest.raises(RunFileError) as caught:
        Run.from_rows(["p", "q"], np.array([1, 1, 1, 0]), documents, np.arange(4.0), "t")
    assert [problem.where for problem in caught.value.problems] == ["query q"]
    assert "document a" in caught.value.problems[0].message


def test_a_run_cannot_be_changed() -> None:
    run = Run.from_dict({"q": {"a": 1.0}}, "t")
    with pytest.raises(AttributeError):
        run.tag = "other"  # type: ignore[misc]


@given(contents, st.integers(1, 5))
def test_cut_keeps_the_first_of_each_query(content: dict[str, dict[str, float]], depth: int) -> None:
    run = Run.from_dict(content, "t")
    short = cut(run, depth)
    assert short.queries == run.queries
    assert [d for _, d, _ in short.rankings()] == [d[:depth] for _, d, _ in run.rankings()]
