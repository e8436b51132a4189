"""Fitting on a development split, and the refusal to do it on what is scored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli.main import main
from harness.errors import CommandError
from harness.fitting import development, fit

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


def test_one_system_is_nothing_to_choose_from(collection: Path, tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(BASELINE.partition("matrix:")[0])
    with pytest.raises(CommandError, match="one system"):
        fit(path, str(collection), split="dev")
