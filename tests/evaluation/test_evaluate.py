"""What evaluate() promises, on cases worked by hand."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.datasets.qrels import read_qrels
from harness.errors import DatasetError, RunFileError, ScoreError
from harness.evaluation.evaluate import evaluate
from harness.evaluation.invariants import check_invariants
from harness.evaluation.judgments import Judgments
from harness.evaluation.measure import parse_measure
from harness.evaluation.ties import tie_ranges
from harness.rankings import Run
from tests.evaluation.files import text_qrels

# q1: ranks 1 B (grade 0), 2 A (3), 3 X (unjudged), 4 C (1); D (2) is not returned.
QRELS = text_qrels("q1 A3 B0 C1 D2; q2 A1")
RUN = Run.from_dict({"q1": {"B": 9.0, "A": 7.0, "X": 5.0, "C": 2.0}, "q7": {"A": 1.0}}, "t")

BY_HAND = {
    "nDCG": (3 / math.log2(3) + 1 / math.log2(5)) / (3 + 2 / math.log2(3) + 1 / 2),
    "nDCG@2": (3 / math.log2(3)) / (3 + 2 / math.log2(3)),
    "nDCG(dcg='exp-log2')": (7 / math.log2(3) + 1 / math.log2(5)) / (7 + 3 / math.log2(3) + 1 / 2),
    "AP": (1 / 2 + 2 / 4) / 3,
    "AP@3": (1 / 2) / 3,
    "AP(rel=2)": (1 / 2) / 2,
    "RR": 1 / 2,
    "RR@1": 0.0,
    "RR(rel=2)": 1 / 2,
    "P@1": 0.0,
    "P@4": 2 / 4,
    "P@10": 2 / 10,
    "R@4": 2 / 3,
    "R(rel=3)@2": 1.0,
    "R_cap@2": 1 / 2,
    "Success@1": 0.0,
    "Success@2": 1.0,
    "Rprec": 1 / 3,
    "Bpref": (2 * (1 - 1 / 1)) / 3,
    "IPrec@0.0": 1 / 2,
    "IPrec@0.5": 1 / 2,
    "IPrec@1.0": 0.0,
    "infAP": (
        1 / 2
        + (1 / 2) * (1 / 1) * (1e-5 / (1 + 2e-5))
        + 1 / 4
        + (3 / 4) * (2 / 3) * ((1 + 1e-5) / (2 + 2e-5))
    )
    / 3,
    "ERR": (7 / 16) / 2 + (9 / 16) * (1 / 16) / 4,
    "RBP": 0.2 * (0.8 + 0.8**3),
    "SetP": 2 / 4,
    "SetR": 2 / 3,
    "SetF": 2 * (1 / 2) * (2 / 3) / (1 / 2 + 2 / 3),
    "SetF(beta=3)": 4 * (1 / 2) * (2 / 3) / (3 / 2 + 2 / 3),
    "Judged@3": 2 / 3,
    "Judged@10": 3 / 4,
    "NumRet": 4.0,
    "NumRel": 3.0,
    "NumRelRet": 2.0,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_by_hand(name: str) -> None:
    evaluation = evaluate(RUN, QRELS, [name])
    assert evaluation.values[0, 0] == pytest.approx(BY_HAND[name], rel=1e-14)
    missing = {"NumRel": 1.0}.get(name, parse_measure(name).definition.floor)
    assert evaluation.values[0, 1] == missing, "a query that the run lacks has the floor"


def test_the_record_says_what_was_done() -> None:
    evaluation = evaluate(RUN, QRELS, ["ndcg_cut_10", "AP"], score_precision="single")
    assert evaluation.measures == ("nDCG@10", "AP")
    assert evaluation.queries == ("q1", "q2"), "q7 has no judgments"
    assert evaluation.answered.tolist() == [True, False]
    assert evaluation.engine == "harness"
    assert evaluation.engine_version
    assert dict(evaluation.flags) == {"score_precision": "single"}
    assert evaluation.means()["AP"] == evaluation.values[1, 0] / 2


def test_judgments_are_prepared_once_for_many_runs(tmp_path: Path) -> None:
    judgments = Judgments.of(QRELS)
    assert Judgments.of(judgments) is judgments
    path = tmp_path / "run.txt"
    path.write_text("q1 Q0 A 1 2 t\n")
    for _ in range(2):
        assert evaluate(path, judgments, ["RR"]).means() == {"RR": 0.5}
        assert evaluate(RUN, judgments, ["RR"]).means() == {"RR": 0.25}


@pytest.mark.parametrize(
    "values, fragment",
    [
        ({"AP": [0.5, 1.1]}, "outside"),
        ({"AP": [0.5, float("nan")]}, "outside"),
        ({"R@5": [0.5, 0.5], "R@10": [0.6, 0.4]}, "below R@5"),
        ({"RR@1": [1.0, 0.0], "P@1": [1.0, 1.0]}, "differs from"),
        ({"Success@1": [1.0, 0.0], "Success@3": [0.0, 0.0]}, "below Success@1"),
    ],
)
def test_values_that_contradict_each_other_are_not_given(
    values: dict[str, list[float]], fragment: str
) -> None:
    rows = {parse_measure(name): np.array(row) for name, row in values.items()}
    with pytest.raises(ScoreError, match=fragment) as caught:
        check_invariants(rows, ["q1", "q2"])
    assert caught.value.problems[0].where in ("query q1", "query q2")


def test_values_of_different_settings_are_not_compared() -> None:
    rows = {"R@5": [0.5], "R(rel=2)@10": [0.4], "RR@1": [1.0], "P(rel=2)@1": [0.0]}
    check_invariants({parse_measure(name): np.array(row) for name, row in rows.items()}, ["q1"])


def test_scoring_one_file_loads_nothing_heavy(tmp_path: Path, root: Path) -> None:
    """With the kernel compiled before, neither numba nor pandas nor scipy is imported."""
    from harness.evaluation.kernel.native import kernel

    kernel()
    path = tmp_path / "run.txt"
    path.write_text("q1 Q0 A 1 2 t\n")
    code = (
        "import sys; from pathlib import Path; from harness.records import Qrels;"
        "from harness.evaluation.evaluate import evaluate;"
        f"print(evaluate(Path({str(path)!r}), Qrels.from_dict({{'q1': {{'A': 1}}}}), ['RR']).means());"
        "heavy = ['numba', 'pandas', 'scipy', 'pytrec_eval', 'pydantic', 'isal'];"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.split("\n")[:2] == ["{'RR': 1.0}", "[]"]


def test_a_pipe_is_refused_rather_than_read_in_part(tmp_path: Path) -> None:
    """Whoever looks at the first bytes of a pipe has taken them away from the next reader."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(RunFileError, match="is a pipe"):
        evaluate(str(pipe), text_qrels("q1 A1"), ["AP"])
    with pytest.raises(DatasetError, match="is a pipe"):
        read_qrels(str(pipe))


def test_paths_may_be_text(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("q1 Q0 A 1 1.0 t\n")
    (tmp_path / "qrels").write_text("q1 0 A 1\n")
    qrels = read_qrels(str(tmp_path / "qrels"))
    assert evaluate(str(tmp_path / "run"), qrels, "AP").means() == {"AP": 1.0}
    (found,) = tie_ranges(str(tmp_path / "run"), qrels, ["AP"])
    assert found.highest.tolist() == [1.0]
