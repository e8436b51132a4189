"""29 real runs against the figures that trec_eval 9.0.8 gave for them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from harness.errors import RunFileError
from harness.evaluation.evaluate import evaluate
from harness.evaluation.judgments import Judgments
from harness.evaluation.measure import parse_measure
from tests.evaluation.files import trec_qrels


def compare(folder: Path, qrels: Judgments, rel: int, precision: str) -> int:
    with (folder / "expected_scores.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    wrong = []
    for run in sorted({row["run"] for row in rows}):
        expected = {row["metric"]: row["trec_eval_9.0.8"] for row in rows if row["run"] == run}
        names = {}
        for metric in expected:
            measure = parse_measure(metric)
            at = "" if measure.cutoff is None else f"@{measure.cutoff}"
            names[metric] = metric if measure.name == "nDCG" or rel == 1 else f"{measure.name}(rel={rel}){at}"
        means = evaluate(
            folder / "runs" / f"{run}.txt", qrels, list(names.values()), score_precision=precision
        ).means()
        for metric, name in names.items():
            got = means[str(parse_measure(name))]
            if f"{got:.4f}" != f"{float(expected[metric]):.4f}":
                wrong.append((run, metric, expected[metric], got))
    assert wrong == []
    return len(rows)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_dl19_runs(shared_data: Path, precision: str) -> None:
    """The runs have few decimals, so both precisions see the same ties."""
    folder = shared_data / "trec-dl19-pool"
    qrels = Judgments.of(trec_qrels(folder / "original" / "qrels.dl19-passage.txt"))
    assert compare(folder, qrels, 2, precision) >= 26 * 4


@pytest.mark.parametrize("precision", ["single", "double"])
def test_trec_covid_runs(shared_data: Path, precision: str) -> None:
    folder = shared_data / "beir-trec-covid-runs"
    qrels = Judgments.of(trec_qrels(folder / "qrels.beir-v1.0.0-trec-covid.test.txt"))
    assert compare(folder, qrels, 1, precision) == 15


def test_a_real_malformed_run_is_refused_with_line_numbers(shared_data: Path) -> None:
    folder = shared_data / "trec-dl19-pool"
    qrels = trec_qrels(folder / "original" / "qrels.dl19-passage.txt")
    with pytest.raises(RunFileError) as caught:
        evaluate(folder / "malformed" / "repllama-4-columns.txt", qrels, ["nDCG@10"])
    assert caught.value.problems[0].where.endswith("repllama-4-columns.txt:1")
