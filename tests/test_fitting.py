"""Fitting on a development split, and the refusal to do it on what is scored."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness.cli.main import main
from harness.errors import CommandError
from harness.fitting.development import development
from harness.fitting.fit import fit
from harness.fitting.search import best_weights, simplex
from harness.fitting.written import write_fitted
from harness.retrievers.spec import read_system

BASELINE = """
version: 1
system: fused
family: lexical
description: Two rankings of one kind, so that the weight decides.
depth: 10
pipeline:
  - retrieve: bm25
    parameters: {fields: [title]}
  - fuse: interpolation
    parameters: {normalisation: none}
    with:
      - - retrieve: bm25
          parameters: {fields: [text]}
matrix:
  parameters: {interpolation.alpha: [0.0, 0.5, 1.0]}
"""


@pytest.fixture
def baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "fused.yaml"
    path.write_text(BASELINE)
    return path


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """The title says what is relevant for the query of the dev split, the text for that of the test split."""
    folder = tmp_path / "tiny"
    (folder / "qrels").mkdir(parents=True)
    documents = {"d1": ("apple", "pear"), "d2": ("pear", "apple"), "d3": ("plum", "plum")}
    rows = [{"_id": key, "title": title, "text": text} for key, (title, text) in documents.items()]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    queries = [{"_id": "q1", "text": "apple"}, {"_id": "q2", "text": "apple"}]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries))
    head = "query-id\tcorpus-id\tscore\n"
    (folder / "qrels" / "dev.tsv").write_text(head + "q1\td1\t1\n")
    (folder / "qrels" / "test.tsv").write_text(head + "q2\td2\t1\n")
    return folder


def test_the_best_on_the_dev_split_is_named(baseline: Path, collection: Path) -> None:
    found = fit(baseline, str(collection), split="dev", measure="RR")
    assert found.means == pytest.approx(
        {"fused-interpolation.alpha-0.0": 0.5, "fused-interpolation.alpha-0.5": 0.5,
         "fused-interpolation.alpha-1.0": 1.0}
    )  # fmt: skip
    assert found.best.system == "fused-interpolation.alpha-1.0"
    assert (found.split, found.queries) == ("dev", 1)


def test_the_command_prints_it(baseline: Path, collection: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", str(baseline), "--dataset", str(collection), "--split", "dev", "-m", "RR"]) == 0
    assert capsys.readouterr().out.splitlines()[2].split() == ["fused-interpolation.alpha-1.0", "1.0000"]


def test_the_test_split_is_refused(
    baseline: Path, collection: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit", str(baseline), "--dataset", str(collection), "--split", "test"]) == 2
    assert "not fitted on the judgments that systems are scored by" in capsys.readouterr().err


def test_so_is_a_dev_split_that_the_board_scores() -> None:
    with pytest.raises(CommandError, match="scored by"):
        development("msmarco", "dev")


def test_so_are_test_judgments_under_another_name(baseline: Path, collection: Path) -> None:
    (collection / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n")
    with pytest.raises(CommandError, match="judges 1 queries that 'test' judges, too, for example q2"):
        fit(baseline, str(collection), split="dev")


UNFITTED = BASELINE.partition("matrix:")[0]
THREE = """
version: 1
system: three
family: lexical
description: Three rankings.
depth: 10
pipeline:
  - retrieve: bm25
    parameters: {fields: [title]}
  - fuse: weighted-sum
    parameters: {normalisation: none}
    with:
      - - retrieve: bm25
          parameters: {fields: [text]}
      - - retrieve: overlap
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "given.yaml"
    path.write_text(text)
    return path


def test_alpha_is_fitted_without_a_matrix(baseline: Path, collection: Path, tmp_path: Path) -> None:
    """The title decides; of alphas that are equally good, the one nearest to 0.5 is taken."""
    found = fit(written(tmp_path, UNFITTED), str(collection), split="dev", measure="RR")
    assert found.fusion == "interpolation" and len(found.means) == 11
    assert found.means["normalisation: none, alpha: 0.0"] == 0.5
    assert found.means["normalisation: none, alpha: 0.6"] == found.mean == 1.0
    assert found.best.pipeline[-1].parameters == {"normalisation": "none", "alpha": 0.6}
    assert found.best.pipeline[-1].branches[0][0].name == "bm25", "the branches stay"


def test_weights_are_fitted_one_for_each_run(baseline: Path, collection: Path, tmp_path: Path) -> None:
    """All 15 points of a simplex of three at steps of a quarter; only the title's weight is of use."""
    path = written(tmp_path, THREE)
    found = fit(path, str(collection), split="dev", measure="RR", step=0.25)
    assert len(found.means) == 15 and found.mean == 1.0
    weights = found.best.pipeline[-1].parameters["weights"]
    assert sum(weights) == 1 and weights[0] > weights[1]
    assert fit(path, str(collection), split="dev", measure="RR", step=0.25).means == found.means


@pytest.mark.parametrize("name", ["bayesfuse", "posfuse", "segfuse", "rrf", "weighted-sum"])
def test_a_fusion_is_put_in_place_and_its_run_can_be_made_again(
    name: str, baseline: Path, collection: Path, tmp_path: Path
) -> None:
    out = tmp_path / "fitted.yaml"
    asked = ["fit", str(written(tmp_path, UNFITTED)), "--dataset", str(collection), "--split", "dev"]
    assert main([*asked, "-m", "RR", "--fusion", name, "--out", str(out)]) == 0
    spec = read_system(out)
    assert spec.system == "fitted" and "Fitted on tiny, split dev: RR " in spec.description
    assert spec.pipeline[-1].name == {"rrf": "rrf", "weighted-sum": "weighted-sum"}.get(name, "trained")
    assert main(["run", str(out), "--dataset", str(collection), "--out", str(tmp_path / "run")]) == 0


def test_learned_tables_are_those_of_the_dev_judgments(
    baseline: Path, collection: Path, tmp_path: Path
) -> None:
    """The title finds d1 first and alone; the text ranks d2, which is not relevant, alone."""
    found = fit(
        written(tmp_path, UNFITTED), str(collection), split="dev", measure="RR", fusion="posfuse"
    ).best
    assert found.pipeline[-1].parameters == {"method": "posfuse", "tables": [[1.0], [0.0]]}


def test_many_weights_are_moved_step_by_step() -> None:
    """Six runs at steps of a tenth make 3003 points; the score falls with the distance from a corner."""
    told: list[list[float]] = []

    def score(parameters: dict[str, list[float]]) -> float:
        told.append(parameters["weights"])
        return parameters["weights"][4] - parameters["weights"][1]

    best_weights(6, 0.1, score, lambda weights: {"weights": list(weights)})
    assert max(told, key=lambda each: each[4]) == [0, 0, 0, 0, 1, 0]
    assert all(abs(sum(each) - 1) < 1e-12 and min(each) >= 0 for each in told) and len(told) < 3003


def test_the_grid_starts_with_even_weights() -> None:
    assert list(simplex(2, 4)) == [(0.5, 0.5), (0.25, 0.75), (0.75, 0.25), (0, 1), (1, 0)]
    assert len(set(simplex(4, 10))) == 286


@pytest.mark.parametrize(
    ("text", "given", "words"),
    [
        (UNFITTED.partition("  - fuse")[0], {}, "its pipeline ends with retrieve: bm25"),
        (UNFITTED, {"fusion": "condorcet"}, "fusion that can be fitted 'condorcet'"),
        (
            UNFITTED.replace("interpolation", "comb").replace("none", "max"),
            {},
            "fusion that can be fitted 'comb'",
        ),
        (UNFITTED, {"step": 0.3}, "step must divide 1"),
        (BASELINE, {"fusion": "posfuse"}, "has a matrix"),
    ],
)
def test_what_cannot_be_fitted(
    text: str, given: dict[str, Any], words: str, collection: Path, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=words):
        fit(written(tmp_path, text), str(collection), split="dev", **given)


def test_a_fusion_is_not_fitted_on_the_test_split(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["fit", str(written(tmp_path, UNFITTED)), "--dataset", str(collection), "--split", "test"]
    assert main([*asked, "--out", str(tmp_path / "out.yaml")]) == 2
    assert "not fitted on the judgments" in capsys.readouterr().err
    assert not (tmp_path / "out.yaml").exists()


def test_the_folder_named_is_the_one_that_is_read(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where one of the same name lies below $HARNESS_DATA."""
    other = tmp_path / "data" / collection.name
    shutil.copytree(collection, other)
    (other / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td3\t1\n")
    monkeypatch.setenv("HARNESS_DATA", str(tmp_path / "data"))
    data = development(str(collection), "dev")
    assert data.name == "tiny" and data.qrels.to_dict() == {"q1": {"d1": 1}}


def test_the_file_is_called_like_the_system(baseline: Path, collection: Path, tmp_path: Path) -> None:
    found = fit(written(tmp_path, UNFITTED), str(collection), split="dev", measure="RR", fusion="posfuse")
    for bad in ("Über.yaml", "fitted.json"):
        with pytest.raises(CommandError, match="no name"):
            write_fitted(found, tmp_path / bad)


def test_a_folder_may_be_named_from_where_one_stands(
    baseline: Path, collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(collection.parent)
    here = fit(baseline, f"./{collection.name}", split="dev")
    assert here.best == fit(baseline, str(collection), split="dev").best


def test_a_split_that_is_not_there_is_said_to_be_absent(baseline: Path, collection: Path) -> None:
    with pytest.raises(CommandError, match="has no split 'train'; it has dev, test"):
        fit(baseline, str(collection), split="train")
