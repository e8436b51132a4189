"""Small cases on which engines disagree, each a named test; values as trec_eval gives them.

Every case is scored from memory and from a file, so both ways into the evaluator agree on all of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from harness.evaluation.evaluate import evaluate
from harness.rankings import Run
from tests.evaluation.files import run_file, text_qrels


class Vector(NamedTuple):
    name: str
    qrels: str
    run: tuple[str, ...]
    means: dict[str, float]
    precision: str = "double"


LOG = {2: 0.6309297535714575}  # 1 / log2(3), the discount at rank 2
TIE = ("q1 A 1.0", "q1 B 1.0")
TWENTY = tuple(f"q1 d{i:02} 1.0" for i in range(20))

VECTORS = [
    Vector("tie, A relevant", "q1 A1 B0", TIE, {"nDCG@10": LOG[2], "RR": 0.5, "RR@10": 0.5}),
    Vector("tie, B relevant", "q1 A0 B1", TIE, {"nDCG@10": 1.0, "RR": 1.0, "RR@10": 1.0}),
    Vector("missing topic", "q1 A1; q2 A1", ("q1 A 1.0",), {"nDCG@10": 0.5, "RR": 0.5, "AP": 0.5}),
    Vector("extra topic", "q1 A1", ("q1 A 1.0", "q9 A 1.0"), {"nDCG@10": 1.0, "RR": 1.0}),
    Vector("only non-relevant judged", "q1 A1; q2 A0", ("q1 A 1.0", "q2 A 1.0"), {"nDCG@10": 0.5, "RR": 0.5}),
    Vector(
        "graded",
        "q1 A3 B1 C2",
        ("q1 C 4", "q1 X 3", "q1 A 2", "q1 B 1"),
        {"nDCG@10": 0.82545, "RR": 1.0, "nDCG(dcg='exp-log2')@10": 0.73787, "Judged@10": 0.75},
    ),
    Vector(
        "negative",
        "q1 A1 B-1 C2",
        ("q1 B 4", "q1 X 3", "q1 A 2", "q1 C 1"),
        {"nDCG@10": 0.51744, "RR": 1 / 3, "nDCG(dcg='exp-log2')@10": 0.49355, "Judged@10": 0.5},
    ),
    Vector("near tie", "q1 A1 B0", ("q1 A 1.00000001", "q1 B 1.0"), {"nDCG@10": 1.0, "RR": 1.0}),
    Vector(
        "near tie in single precision",
        "q1 A1 B0",
        ("q1 A 1.00000001", "q1 B 1.0"),
        {"nDCG@10": LOG[2], "RR": 0.5},
        "single",
    ),
    Vector("self match stays", "q1 q10 B1", ("q1 q1 2.0", "q1 B 1.0"), {"nDCG@10": LOG[2], "RR": 0.5}),
    Vector("twenty tied, the first by name relevant", "q1 d001", TWENTY, {"RR": 0.05, "nDCG@10": 0.0}),
    Vector("twenty tied, only d00 judged", "q1 d000", TWENTY, {"Judged@10": 0.0, "Judged@20": 0.05}),
    Vector(
        "tied names outside ASCII rank by bytes", "q1 d😀1", ("q1 d\uffee 1.0", "q1 d😀 1.0"), {"RR": 1.0}
    ),
    Vector("float32 near-tie", "q1 dA1", ("q1 dA 20.12345678", "q1 dB 20.12345677"), {"RR": 1.0}),
    Vector(
        "float32 near-tie, single",
        "q1 dA1",
        ("q1 dA 20.12345678", "q1 dB 20.12345677"),
        {"RR": 0.5},
        "single",
    ),
    Vector("16777217 and 16777216", "q1 dA1", ("q1 dA 16777217", "q1 dB 16777216"), {"RR": 1.0}),
    Vector("16777217, single", "q1 dA1", ("q1 dA 16777217", "q1 dB 16777216"), {"RR": 0.5}, "single"),
    Vector("0.87654321, single", "q1 dA1", ("q1 dA 0.87654322", "q1 dB 0.87654321"), {"RR": 0.5}, "single"),
    Vector("0.8765433, single", "q1 dA1", ("q1 dA 0.8765433", "q1 dB 0.8765432"), {"RR": 1.0}, "single"),
    Vector("a no-break space is part of an id", "q1 a\u00a0b1", ("q1 a\u00a0b 2", "q1 c 1"), {"RR": 1.0}),
    Vector("an ideographic space is part of an id", "q1 a\u3000b1", ("q1 a\u3000b 2",), {"RR": 1.0}),
    Vector(
        "all grades negative", "q1 A-1 B-2; q2 A1", ("q1 A 1", "q2 A 1"), {"AP": 0.5, "nDCG": 0.5, "RR": 0.5}
    ),
    Vector("judged over returned", "q1 A1", ("q1 A 2", "q1 X 1"), {"Judged@10": 0.5}),
    Vector("a negative grade is no judgment", "q1 A-1 B1", ("q1 A 2", "q1 B 1"), {"Judged@10": 0.5}),
    Vector(
        "rel=2 leaves nDCG alone",
        "q1 A1 B2 C3",
        ("q1 A 3", "q1 B 2", "q1 C 1"),
        {"nDCG@10": 0.789998, "RR(rel=2)": 0.5, "AP(rel=2)": (1 / 2 + 2 / 3) / 2, "P(rel=2)@10": 0.2},
    ),
    Vector("fewer than ten returned", "q1 A1", ("q1 A 1",), {"P@10": 0.1, "SetP": 1.0}),
    Vector(
        "below the cutoff",
        "q1 A1",
        (*(f"q1 X{i} {20 - i}" for i in range(10)), "q1 A 1"),
        {"RR@10": 0.0, "RR": 1 / 11},
    ),
    Vector("grade 1000", "q1 A1 B9", ("q1 B 2", "q1 A 1"), {"nDCG@10": 1.0}),
    Vector("ids are case sensitive", "q1 a1", ("q1 A 2", "q1 a 1"), {"RR": 0.5}),
    Vector(
        "recall against what fits",
        "q1 A1 B1 C1",
        ("q1 A 3", "q1 X 2", "q1 B 1"),
        {"R_cap@2": 0.5, "R@2": 1 / 3},
    ),
    Vector("capped recall without relevant documents", "q1 A0", ("q1 A 1",), {"R_cap@2": 0.0}),
]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v.name)
def test_vector(vector: Vector, tmp_path: Path) -> None:
    qrels = text_qrels(vector.qrels)
    rows: dict[str, dict[str, float]] = {}
    for line in vector.run:
        query, document, score = line.split(" ")
        rows.setdefault(query, {})[document] = float(score)
    path = run_file(tmp_path / "run.txt", vector.run)
    for run in (Run.from_dict(rows, "t"), path):
        means = evaluate(run, qrels, list(vector.means), score_precision=vector.precision).means()
        assert means == pytest.approx(vector.means, abs=5e-6)


@pytest.mark.parametrize(
    "text",
    [
        "q1 Q0 A 9 2.0 t\nq1 Q0 B 1 1.0 t\n",
        "q1\tQ0\tA\t1\t2e0\tt\nq1\tQ0\tB\t2\t1.0e+0\tt\n",
        "q1  Q0 A   1 2.0 t\n   q1 Q0 B 2 1.0 t\n",
        "q1 Q0 A 1 2.0 t\r\nq1 Q0 B 2 1.0 t\r\n",
        "q1 Q0 A 1 2.0 t\nq1 Q0 B 2 1.0 t",
        "q1 0 B 2 1 t\nq1 0 A 1 2 other\n",
        "q1 Q0 B 2 -inf t\nq1 Q0 A 1 inf t\n",
        "q1 Q0 A 1 +2.0 t\nq1 Q0 B 2 .5 t\n",
        "q1 Q0 A 1 2.00000000000000000000000001 t\nq1 Q0 B 2 1. t\n",
        "q1 Q0 A 1 2 t\nq2 Q0 B 1 2 t\nq1 Q0 B 2 1 t\n",
        "q1 Q0 A 1 2 t\n\n \nq1 Q0 B 2 1 t\n",
    ],
    ids=[
        "rank contradicts score",
        "tabs and scientific notation",
        "several and leading blanks",
        "CRLF",
        "no final newline",
        "unsorted, tags differ, second column not Q0",
        "infinite",
        "signs and bare points",
        "more digits than a double holds",
        "interleaved topics",
        "blank lines",
    ],
)
def test_forms_that_say_the_same(text: str, tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    path.write_bytes(text.encode())
    assert evaluate(path, text_qrels("q1 A1 B0"), ["RR", "NumRet"]).by_query() == {
        "RR": {"q1": 1.0},
        "NumRet": {"q1": 2.0},
    }
