"""Running a declared system: what lies in the folder afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import RunFileError, SpecError, UnknownNameError
from harness.files import sha256_of
from harness.retrievers.execute import run
from harness.retrievers.spec import read_system
from harness.runfiles.card import read_card
from harness.runfiles.reader import read_run

BASELINE = """
version: 1
system: plain-bm25
family: lexical
description: BM25 for a test.
depth: 2
pipeline:
  - retrieve: bm25
    parameters: {k1: 1.2}
"""


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    path = tmp_path / "plain.yaml"
    path.write_text(BASELINE)
    return path


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """Four documents; query d1 has the id of one of them."""
    folder = tmp_path / "tiny"
    (folder / "qrels").mkdir(parents=True)
    texts = {"d1": "red apples", "d2": "green apples", "d3": "apples and pears", "d4": "plums"}
    rows = [{"_id": key, "title": "", "text": text} for key, text in texts.items()]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    queries = [
        {"_id": "d1", "text": "apples"},
        {"_id": "q2", "text": "plums"},
        {"_id": "q3", "text": "unjudged"},
    ]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries))
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nd1\td2\t1\nq2\td4\t1\n")
    return folder


def test_run_and_card_say_the_same(baseline: Path, collection: Path, tmp_path: Path) -> None:
    done = run(baseline, str(collection), tmp_path / "out")
    stored, card = read_run(done.run_path), read_card(done.card_path)
    assert (card.system, card.dataset, stored.tag) == ("plain-bm25", "tiny", "plain-bm25")
    assert card.run.rows == len(stored) == 3
    assert card.run.queries == len(stored.queries) == 2
    assert card.pipeline[0].parameters["k1"] == 1.2
    assert card.pipeline[0].parameters["b"] == 0.4, "defaults are recorded, too"
    assert card.index["documents"] == 4
    assert card.fingerprints is not None and card.fingerprints.documents


def test_depth_is_kept_and_only_judged_queries_are_searched(
    baseline: Path, collection: Path, tmp_path: Path
) -> None:
    done = run(baseline, str(collection), tmp_path / "out")
    rankings = read_run(done.run_path).to_dict()
    assert {query: len(documents) for query, documents in rankings.items()} == {"d1": 2, "q2": 1}


def test_the_same_system_writes_the_same_bytes(baseline: Path, collection: Path, tmp_path: Path) -> None:
    first = run(baseline, str(collection), tmp_path / "a")
    second = run(baseline, str(collection), tmp_path / "b")
    assert sha256_of(first.run_path) == sha256_of(second.run_path)
    assert first.card.run.sha256 == second.card.run.sha256


def test_a_self_match_does_not_cost_a_rank(
    baseline: Path, collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = f"""
datasets:
  tiny:
    title: Tiny
    description: d
    task: t
    domain: d
    languages: [en]
    licence: CC0-1.0
    citation: none
    homepage: https://example.org
    source: {{kind: folder, path: {collection}, where: here}}
    measures: [nDCG@10]
    counts: {{documents: 4, queries: 3, judged_queries: 2, judgments: 2, grades: {{1: 2}}}}
    quirks: {{drop_self_matches: true}}
    quirk_notes: The query's own document is dropped.
"""
    (tmp_path / "datasets.yaml").write_text(entry)
    monkeypatch.setenv("HARNESS_CATALOGUE", str(tmp_path / "datasets.yaml"))
    done = run(baseline, "tiny", tmp_path / "out")
    documents = list(read_run(done.run_path).to_dict()["d1"])
    assert sorted(documents) == ["d2", "d3"], "depth 2 holds two other documents, not one"


def test_a_system_that_finds_nothing_writes_nothing(baseline: Path, collection: Path, tmp_path: Path) -> None:
    (collection / "queries.jsonl").write_text(
        '{"_id": "d1", "text": "zebra"}\n{"_id": "q2", "text": "zebra"}\n'
    )
    with pytest.raises(RunFileError, match="no document"):
        run(baseline, str(collection), tmp_path / "out")
    assert not (tmp_path / "out" / "run.trec.gz").exists()


def test_an_unknown_data_set_is_named(baseline: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="demo"):
        run(baseline, "dmeo", tmp_path / "out")


def test_every_problem_of_a_baseline_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BASELINE.replace("k1: 1.2", "k1: high, kk: 3, b: 7").replace("depth: 2", "depth: 2"))
    with pytest.raises(SpecError) as caught:
        read_system(path)
    places = {problem.where for problem in caught.value.problems}
    assert places == {f"pipeline[0].parameters.{name}" for name in ("k1", "kk", "b")}


def test_an_unknown_retriever_is_named_with_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BASELINE.replace("retrieve: bm25", "retrieve: bm52"))
    with pytest.raises(SpecError, match="Did you mean 'bm25'"):
        read_system(path)
