"""Which pipelines are refused before any work, and with what words."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from harness.retrievers.plan import pipeline_problems
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


def test_all_problems_are_named_at_once() -> None:
    assert len(problems({"feedback": "rm3"}, {"retrieve": "nothing"}, {"retrieve": "bm25"})) >= 3
