"""Systems without weights keep what they promise on real collections."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.datasets.catalogue import load_catalogue
from harness.datasets.dataset import load_dataset
from harness.evaluation.evaluate import evaluate
from tests.conftest import ROOT
from tests.reproduction.promises import COLLECTIONS, KINDS, assert_kept, expected, kind_of, promising

PROMISED = [
    dataset
    for dataset in sorted(load_catalogue())
    if dataset != "demo" and promising(ROOT / "baselines", "lexical", dataset)
]


@pytest.mark.parametrize("dataset", PROMISED)
def test_they_keep_their_promises(
    shared_data: Path, home: Path, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_kept(promising(home / "baselines", "lexical", dataset), dataset, shared_data, monkeypatch)


def test_there_are_promises_for_every_kind_of_weights() -> None:
    folder = ROOT / "baselines"
    assert {kind_of(path) for path in folder.glob("*.yaml")} == set(KINDS)
    for kind in set(KINDS) - {"lucene", "smollm2"}:
        assert all(promising(folder, kind, dataset) for dataset in COLLECTIONS), kind
    assert len(PROMISED) >= 10, "BM25 promises scores on ten collections beside the demo"


@pytest.mark.parametrize("dataset", PROMISED)
def test_bm25_promises_the_scores_of_lucenes_runs(
    shared_data: Path, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the runs were written by pyserini 1.6.0 (Lucene 9.9)
    monkeypatch.setenv("HARNESS_DATA", str(shared_data))
    promised = expected(ROOT / "baselines" / "bm25.yaml")[dataset]
    assert {"nDCG@10", "AP"} <= set(promised)
    qrels = load_dataset(dataset).qrels
    lucene = evaluate(shared_data / "lucene-bm25" / f"{dataset}.trec.gz", qrels, list(promised)).means()
    assert promised == pytest.approx(lucene, abs=5.1e-5)
