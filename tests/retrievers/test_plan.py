"""Which pipelines are refused before any work, and with what words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from harness.errors import SpecError
from harness.reproduction.declared import read_promises
from harness.retrievers.plan import pipeline_problems
from harness.retrievers.spec import read_systems
from harness.retrievers.stage_spec import Stage

BM25 = {"retrieve": "bm25"}
WINDOWS = {"prepare": "windows"}
GROUP = {"group": "max-passage"}


def problems(*stages: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in pipeline_problems(TypeAdapter(list[Stage]).validate_python(stages))]


@pytest.mark.parametrize(
    "stages",
    [
        [BM25],
        [WINDOWS, BM25, GROUP],
        [BM25, {"fuse": "rrf", "with": [[{"retrieve": "overlap"}], [WINDOWS, BM25, GROUP]]}],
        [BM25, {"feedback": "rm3"}, {"fuse": "rrf", "with": [[BM25]]}, {"feedback": "rm3"}],
    ],
)
def test_sound_pipelines(stages: list[dict[str, Any]]) -> None:
    assert problems(*stages) == []


@pytest.mark.parametrize(
    ("stages", "where", "words"),
    [
        ([{"feedback": "rm3"}, BM25], "pipeline[0]", "a retrieve stage must stand before it"),
        ([BM25, WINDOWS], "pipeline[1]", "stands before retrieve"),
        ([BM25, BM25], "pipeline[1]", "the line has one of bm25"),
        ([BM25, GROUP], "pipeline[1]", "needs passages"),
        ([WINDOWS, BM25], "pipeline", "ends with passages"),
        ([WINDOWS, BM25, GROUP, {"feedback": "rm3"}], "pipeline[3]", "stands before group"),
        ([{"retrieve": "overlap"}, {"feedback": "rm3"}], "pipeline[1]", "not that of overlap"),
        ([BM25, {"fuse": "rrf"}], "pipeline[1].with", "at least one branch"),
        ([BM25, {"fuse": "interpolation", "with": [[BM25], [BM25]]}], "pipeline[1].with", "joins two runs"),
        ([{**BM25, "with": [[BM25]]}], "pipeline[0].with", "only a fusion joins branches"),
        ([WINDOWS, BM25, {"fuse": "rrf", "with": [[BM25]]}, GROUP], "pipeline[2]", "joins runs of documents"),
        ([BM25, {"fuse": "rrf", "with": [[GROUP]]}], "pipeline[1].with[0][0]", "must stand before it"),
        ([{**WINDOWS, "depth": 3}, BM25, GROUP], "pipeline[0].depth", "no depth"),
        ([{"retrieve": "bm52"}], "pipeline[0].retrieve", "bm25"),
        ([{"retrieve": "bm25", "parameters": {"k1": "much"}}], "pipeline[0].parameters.k1", "number"),
        (
            [{"prepare": "doc2query", "parameters": {"queries": "q.jsonl"}}, WINDOWS, BM25, GROUP],
            "pipeline[1]",
            "stands before what expands them",
        ),
    ],
)
def test_unsound_pipelines_are_refused_with_their_place(
    stages: list[dict[str, Any]], where: str, words: str
) -> None:
    assert any(line.startswith(f"{where}:") and words in line for line in problems(*stages)), problems(
        *stages
    )


def test_parts_of_a_malformed_file_are_checked_with_it(tmp_path: Path) -> None:
    """A key of the file, one of a stage, a value in another stage and one in a branch: one round to mend."""
    path = tmp_path / "bad.yaml"
    path.write_text(
        "version: 1\nsystem: bad\nfamilie: lexical\ndescription: d\npipeline:\n"
        "  - {retrieve: bm25, parameters: {k1: much}}\n"
        "  - {rerank: cross-encoder, dept: 3}\n"
        "  - {fuse: rrf, parameters: {k: 0}, with: [[{retrieve: bm52}], 7]}\n"
        "  - nonsense\n"
        "datasets: [demo, scifat]\n"
        "expected: {demo: {nDGC@10: 0.5, AP: 0.5}}\n"
    )
    with pytest.raises(SpecError) as caught:
        read_systems(path)
    places = [problem.where for problem in caught.value.problems]
    assert len(places) == len(set(places))
    for where in (
        "familie", "family", "pipeline[1].dept", "pipeline[0].parameters.k1", "pipeline[2].parameters.k",
        "pipeline[2].with[0][0].retrieve", "pipeline[2].with[1]", "pipeline[3]", "datasets[1]",
        "expected.demo.nDGC@10",
    ):  # fmt: skip
        assert where in places, places
    assert str(caught.value).startswith(f"{path} has {len(places)} problems:")
    with pytest.raises(SpecError) as again:
        read_promises(path)
    assert again.value.problems == caught.value.problems


@pytest.mark.parametrize("text", ["7", "[]", "pipeline: 3", "pipeline: [[]]", "pipeline: [{retrieve: 3}]"])
def test_files_that_are_nothing_like_a_system(text: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(SpecError, match="problem"):
        read_systems(tmp_path / "bad.yaml")


def test_all_problems_are_named_at_once() -> None:
    assert len(problems({"feedback": "rm3"}, {"retrieve": "nothing"}, {"retrieve": "bm25"})) >= 3


def test_an_unknown_key_hides_neither_parameters_nor_order(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(
        """
version: 1
system: bad
family: lexical
description: Mistakes of every sort.
pipeline:
  - {retrieve: bm25, dept: 10, parameters: {b: 4}}
  - {retrieve: overlap, depth: x}
  - {fuse: rrf, with: [[{group: max-passage, foo: 1}]]}
depth: 1000
datasets: [demo]
"""
    )
    with pytest.raises(SpecError) as refused:
        read_systems(tmp_path / "bad.yaml")
    assert sorted(problem.where for problem in refused.value.problems) == [
        "pipeline[0].dept",
        "pipeline[0].parameters.b",
        "pipeline[1]",
        "pipeline[1].depth",
        "pipeline[2].with[0]",
        "pipeline[2].with[0][0]",
        "pipeline[2].with[0][0].foo",
    ]
