"""Judged share, scenarios for unjudged documents, RBP's residual, condensed lists."""

from __future__ import annotations

import numpy as np
import pytest

from harness.errors import CommandError
from harness.evaluation.evaluate import evaluate
from harness.evaluation.judgments import Judgments
from harness.evaluation.matching import hits_of_run
from harness.evaluation.measure import parse_measure
from harness.evaluation.unjudged import rbp_residual, unjudged_range
from harness.rankings import Run
from harness.records import Qrels
from tests.evaluation.files import text_qrels

# Ranks: 1 X unjudged, 2 A relevant, 3 B not relevant, 4 C pooled but unjudged, 5 Y unjudged.
# D is relevant and not returned.
QRELS = text_qrels("q1 A1 B0 C-1 D2; q2 A1")
RUN = Run.from_dict({"q1": {"X": 5.0, "A": 4.0, "B": 3.0, "C": 2.0, "Y": 1.0}}, "t")
HITS = hits_of_run(RUN, Judgments.of(QRELS), "double")


def test_judged_share_counts_grades_from_zero_over_what_was_returned() -> None:
    values = evaluate(RUN, QRELS, ["Judged@1", "Judged@3", "Judged@5", "Judged@100"]).by_query()
    assert {name: row["q1"] for name, row in values.items()} == {
        "Judged@1": 0.0,
        "Judged@3": pytest.approx(2 / 3),
        "Judged@5": 2 / 5,
        "Judged@100": 2 / 5,
    }
    assert values["Judged@5"]["q2"] == 0.0


@pytest.mark.parametrize(
    "name, none, every",
    [
        ("P@3", 1 / 3, 2 / 3),
        ("P@5", 1 / 5, 4 / 5),
        ("RR", 1 / 2, 1.0),
        ("Success@1", 0.0, 1.0),
        ("P(rel=2)@3", 0.0, 1 / 3),
        ("R@5", 1 / 2, 4 / 5),
        ("AP", (1 / 2) / 2, (1 + 1 + 3 / 4 + 4 / 5) / 5),
        ("NumRel", 2.0, 5.0),
    ],
)
def test_none_or_all_of_the_unjudged_relevant(name: str, none: float, every: float) -> None:
    found = unjudged_range(HITS, parse_measure(name))
    assert found.none_relevant[0] == pytest.approx(none)
    assert found.all_relevant[0] == pytest.approx(every)
    assert found.all_relevant[1] == found.none_relevant[1], "nothing was returned for q2"


def test_the_scenario_is_what_a_full_judgment_would_give() -> None:
    full = Qrels.from_dict({"q1": {"A": 1, "B": 0, "D": 2, "X": 3, "C": 3, "Y": 3}, "q2": {"A": 1}})
    names = ["nDCG", "nDCG@3", "AP", "RR", "P@5", "R@5", "Rprec", "Bpref", "ERR", "RBP", "Judged@5", "infAP"]
    want = evaluate(RUN, full, names)
    for name, row in zip(want.measures, want.values, strict=True):
        assert unjudged_range(HITS, parse_measure(name), grade=3).all_relevant.tolist() == row.tolist(), name


def test_an_assumed_grade_is_a_judgment() -> None:
    with pytest.raises(CommandError):
        unjudged_range(HITS, parse_measure("AP"), grade=-1)


def test_residual_of_rbp_by_hand() -> None:
    """Judged are ranks 2 and 3: 1 - (1 - p)(p + p^2) = 1 - 0.5 * 0.75 at p = 0.5; q2 is open altogether."""
    assert rbp_residual(HITS, 0.5).tolist() == [pytest.approx(0.625), 1.0]


def test_residual_is_how_far_rbp_can_rise() -> None:
    """Everything unjudged relevant, and relevant documents for ever after rank 5: p^5 more."""
    p = 0.8
    found = unjudged_range(HITS, parse_measure(f"RBP(p={p})"))
    assert found.none_relevant[0] + rbp_residual(HITS, p)[0] == pytest.approx(found.all_relevant[0] + p**5)


def test_condensed_lists_drop_what_nobody_judged() -> None:
    """A and B remain, in that order (trec_eval -J)."""
    names = ["RR", "P@1", "nDCG@10", "AP", "SetP", "NumRet"]
    names = [
        parse_measure(n).name + "(judged_only=True)" + ("" if "@" not in n else n[n.index("@") :])
        for n in names
    ]
    condensed = evaluate(RUN, QRELS, names)
    same = evaluate(
        Run.from_dict({"q1": {"A": 4.0, "B": 3.0}}, "t"),
        QRELS,
        [n.replace("(judged_only=True)", "") for n in names],
    )
    np.testing.assert_array_equal(condensed.values, same.values)
    assert condensed.measures[0] == "RR(judged_only=True)"
    assert evaluate(RUN, QRELS, ["RR"]).values[0, 0] == 0.5
    assert condensed.values[0, 0] == 1.0


def test_condensed_lists_keep_ties_between_judged_documents() -> None:
    from harness.evaluation.condensed import condense
    from harness.evaluation.ties import tie_ranges

    run = Run.from_dict({"q1": {"X": 1.0, "A": 1.0, "B": 1.0, "Y": 0.0}}, "t")
    hits = condense(hits_of_run(run, Judgments.of(QRELS), "double"))
    assert hits.tie_sizes.tolist() == [2, 2] and hits.tied_pairs.tolist() == [1, 0]
    (found,) = tie_ranges(run, QRELS, ["RR(judged_only=True)"])
    assert (found.lowest[0], found.expected[0], found.highest[0]) == (0.5, 0.75, 1.0)
