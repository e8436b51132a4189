"""The second engine agrees, and a changed value does not pass."""

from __future__ import annotations

import builtins
import random
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from harness.errors import MissingExtraError, ScoreError
from harness.evaluation.check import cross_check
from harness.evaluation.evaluate import evaluate
from harness.rankings import Run
from harness.records import Qrels

pytest.importorskip("pytrec_eval")

CHANCE = random.Random(5)
JUDGED = {f"q{i}": {f"d{j}": CHANCE.randint(-1, 3) for j in range(0, 60, 2)} for i in range(6)}
RUN = Run.from_dict(
    {
        q: {f"d{j}": CHANCE.randint(0, 9) + CHANCE.randint(0, 3) * 1e-8 for j in range(60)}
        for q in JUDGED
        if q != "q3"
    },
    "t",
)
QRELS = Qrels.from_dict(JUDGED)
COMPARED = [
    "nDCG",
    "nDCG@10",
    "nDCG(dcg='exp-log2')@10",
    "AP",
    "AP(rel=2)@20",
    "RR",
    "RR@10",
    "RR(rel=2)@5",
    "P@10",
    "R@20",
    "Success@3",
    "Rprec",
    "Bpref",
    "infAP",
    "SetP",
    "SetR",
    "SetF",
    "SetF(beta=2.0)",
    "NumRet",
    "NumRelRet",
]
OWN = ["Judged@10", "ERR@20", "RBP", "R_cap@10", "nDCG(judged_only=True)@10"]


@pytest.mark.parametrize("precision", ["double", "single"])
def test_both_engines_agree_and_say_on_what(precision: str) -> None:
    evaluation = evaluate(RUN, QRELS, [*COMPARED, *OWN], score_precision=precision)
    assert cross_check(RUN, QRELS, evaluation) == tuple(COMPARED)


def test_interpolated_precision_is_compared_where_the_versions_agree() -> None:
    single = evaluate(RUN, QRELS, ["IPrec@0.1"], score_precision="single")
    assert cross_check(RUN, QRELS, single) == ("IPrec@0.1",)
    assert cross_check(RUN, QRELS, evaluate(RUN, QRELS, ["IPrec@0.1"])) == ()


def test_a_difference_is_named_by_query_and_measure() -> None:
    evaluation = evaluate(RUN, QRELS, ["AP", "RR@10"])
    values = evaluation.values.copy()
    values[0, 2] += 2e-9
    with pytest.raises(ScoreError) as caught:
        cross_check(RUN, QRELS, replace(evaluation, values=values))
    (problem,) = caught.value.problems
    assert problem.where == "query q2" and problem.message.startswith("AP is ")


def test_not_a_number_is_a_difference() -> None:
    evaluation = evaluate(RUN, QRELS, ["AP"])
    with pytest.raises(ScoreError):
        cross_check(RUN, QRELS, replace(evaluation, values=evaluation.values * float("nan")))


def test_the_missing_engine_is_named_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any) -> Any:
        if name == "pytrec_eval":
            raise ModuleNotFoundError(name=name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(MissingExtraError, match=r"retrieval-harness\[test\]"):
        cross_check(RUN, QRELS, evaluate(RUN, QRELS, ["AP"]))


@pytest.mark.parametrize("grade", [-1, -2, -1_000_000])
def test_a_query_that_nobody_judged_is_left_out_since_the_c_code_does_not_survive_it(grade: int) -> None:
    """In a process of its own: before, it ended by a signal or never."""
    script = (
        "from harness.evaluation.check import cross_check\n"
        "from harness.evaluation.evaluate import evaluate\n"
        "from harness.rankings import Run\nfrom harness.records import Qrels\n"
        f"g = {grade}\n"
        "qrels = Qrels.from_dict({'a': {'d1': g, 'd2': g}, 'b': {'d1': 1, 'd2': g}})\n"
        "run = Run.from_dict({q: {'d1': 1.0, 'd2': 2.0, 'd3': 3.0} for q in 'ab'}, 't')\n"
        "measures = ['nDCG@10', 'AP', 'Bpref', 'infAP', 'NumRet']\n"
        "print(*cross_check(run, qrels, evaluate(run, qrels, measures)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["nDCG@10", "AP", "Bpref", "infAP", "NumRet"]
